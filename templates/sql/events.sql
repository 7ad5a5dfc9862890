-- The relation `events`: one row for each CloudTrail event of the period and scope, with the columns of the documented
-- Athena table under their own names, and the derived columns that queries share.
--
-- `records` is the table of log records: the documented columns, and file (the log file), seq (the record's number in
-- it), account, region and day (what the log file's key says; NULL for a file outside CloudTrail's S3 layout).
-- Columns named h_... are helpers and stay inside.
--
-- Parameters: :period_from, :period_to        the period in UTC, half-open: the end is not in it; of a statement for history, its days
--             :history_from                   the start of the history in UTC; it ends where the period begins
--             :eventtime_from, :eventtime_to  the same as texts, never narrower; they only help the engine to skip files
--             :read_from, :read_to            the delivery days that the run reads, yyyy/MM/dd, both in, those of the history too
--             :day_from, :day_to              of these, the days on which events of the period are delivered, the late days in them
--             :loose_files                    whether files without a delivery day exist
--             :accounts, :regions             the scope; an empty list is everything
--             :zone                           IANA name of the report's time zone
--             :automation_roles               regular expression over actor_arn: roles and users known to be machines
--             :automation_sessions            regular expression over session_name
--             :weekend                        ISO numbers of the weekend's days, 1 is Monday
--             :holidays, :workdays            days off, and days worked although they fall on a weekend or a holiday
--
-- These are true or false when the statement is made, and what they leave out is not in it. They stand in conditions only:
--             :staged   true: the statement is made once, to be read by many, from files that cost money each time. Then it has every
--                       record that was read, and two columns more. part says which relation the record is a row of: events,
--                       history, or none (NULL). conflict is NULL but where copies differ: their content and the event's id.
--                       :history_from and the other parameters with history in their name bound the history then.
--             :apart    true: records in different top folders are never copies of each other. Test cases share a session so.
--             :unique   true: no two of the records have the same event id, so that copies need not be looked for
--             :equal    true: records with the same event id are equal in all columns, so that they need not be compared
WITH dated AS (
  -- What decides whether a record belongs to the report: when it happened, whose log it is, and what kind of event.
  -- Log files lie by delivery day, which is never before the event; so the days of the period and some late days are read.
  -- The account is the one that received the event. Old records do not say it; then the folder does, then the file's name, then
  -- the caller's own account, but never that of a caller from another account (type AWSAccount).
  SELECT *,
    CASE WHEN regexp_like(eventtime, '^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]+)?Z$')
      THEN CAST(at_timezone(TRY(from_iso8601_timestamp(eventtime)), 'UTC') AS timestamp(3))
    END AS event_time,
    coalesce(
      nullif(recipientaccountid, ''),
      regexp_extract(file, '(?:^|/)AWSLogs/(?:o-[a-z0-9]+/)?([0-9]{12})/', 1),
      regexp_extract(file, '(?:^|/)([0-9]{12})_CloudTrail_[a-z0-9-]+_[0-9]{8}T[0-9]{4}Z_[^/_]+$', 1),
      CASE WHEN h_kind IS DISTINCT FROM 'AWSAccount' THEN nullif(useridentity.accountid, '') END
    ) AS account_id,
    -- Since event version 1.07 records name their category. Before, managementEvent (1.06) does, and before that the thing
    -- or the call: only objects of S3, functions of Lambda and items of DynamoDB could be logged as data events then.
    CASE
      WHEN h_named = 'management' THEN 'management'
      WHEN h_named = 'data' THEN h_data
      WHEN h_named = 'networkactivity' THEN 'network'
      WHEN h_named IN ('insight', 'aggregated') THEN h_named
      WHEN h_named <> '' THEN 'other'
      WHEN h_type LIKE '%insight' THEN 'insight'
      WHEN h_type IN ('awsvpceevent', 'awsvpceevents') THEN 'network'
      WHEN h_type = 'awsaggregatedevent' THEN 'aggregated'
      WHEN managementevent = 'true' THEN 'management'
      WHEN managementevent = 'false' THEN h_data
      WHEN any_match(resources, r -> r.type IN ('AWS::S3::Object', 'AWS::S3ObjectLambda::AccessPoint', 'AWS::S3Outposts::Object', 'AWS::DynamoDB::Stream')) THEN h_data
      WHEN eventsource = 's3.amazonaws.com' AND eventname IN (
        'GetObject', 'PutObject', 'DeleteObject', 'DeleteObjects', 'HeadObject', 'CopyObject', 'PostObject', 'OptionsObject', 'RestoreObject',
        'SelectObjectContent', 'ListObjects', 'ListObjectsV2', 'ListObjectVersions', 'GetObjectAcl', 'PutObjectAcl', 'GetObjectTagging',
        'PutObjectTagging', 'DeleteObjectTagging', 'GetObjectTorrent', 'GetObjectAttributes', 'GetObjectLegalHold', 'PutObjectLegalHold',
        'GetObjectRetention', 'PutObjectRetention', 'CreateMultipartUpload', 'InitiateMultipartUpload', 'UploadPart', 'UploadPartCopy',
        'CompleteMultipartUpload', 'AbortMultipartUpload', 'ListMultipartUploads', 'ListParts', 'HeadBucket', 'WriteGetObjectResponse') THEN h_data
      WHEN eventsource = 'lambda.amazonaws.com' AND eventname IN ('Invoke', 'InvokeExecution', 'InvokeAsync', 'InvokeWithResponseStream') THEN h_data
      WHEN eventsource = 'dynamodb.amazonaws.com' AND eventname IN (
        'GetItem', 'PutItem', 'UpdateItem', 'DeleteItem', 'Query', 'Scan', 'BatchGetItem', 'BatchWriteItem', 'TransactGetItems',
        'TransactWriteItems', 'ExecuteStatement', 'BatchExecuteStatement', 'ExecuteTransaction', 'GetRecords', 'GetShardIterator') THEN h_data
      ELSE 'management'
    END AS h_category,
    -- What a record says: every column of the table but the id. Records with equal columns have the same digest. JSON counts as
    -- it was written; a field that has no column of its own counts nowhere.
    sha256(to_utf8(json_format(CAST(ARRAY[
      eventversion, json_format(CAST(useridentity AS json)), eventtime, eventsource, eventname, awsregion, sourceipaddress, useragent,
      errorcode, errormessage, requestparameters, responseelements, additionaleventdata, requestid, json_format(CAST(resources AS json)),
      eventtype, apiversion, readonly, recipientaccountid, serviceeventdetails, sharedeventid, vpcendpointid, vpcendpointaccountid,
      eventcategory, json_format(CAST(addendum AS json)), sessioncredentialfromconsole, edgedevicedetails,
      json_format(CAST(tlsdetails AS json)), managementevent, eventcontext, insightdetails, annotation] AS json)))) AS h_content
  FROM (
    SELECT *,
      lower(coalesce(eventtype, '')) AS h_type,
      lower(coalesce(eventcategory, '')) AS h_named,
      coalesce('data:' || nullif(lower(regexp_replace(eventsource, '[.]amazonaws[.]com.*$')), ''), 'data:unknown') AS h_data,
      -- The type of the caller; the ARN decides only where the type is absent or says nothing.
      CASE
        WHEN useridentity.type = 'Role' THEN 'AssumedRole'
        WHEN nullif(useridentity.type, '') IS NOT NULL AND useridentity.type <> 'Unknown' THEN useridentity.type
        WHEN regexp_like(useridentity.arn, '^arn:[^:]+:sts::[^:]*:assumed-role/') THEN 'AssumedRole'
        WHEN regexp_like(useridentity.arn, '^arn:[^:]+:sts::[^:]*:federated-user/') THEN 'FederatedUser'
        WHEN regexp_like(useridentity.arn, '^arn:[^:]+:iam::[^:]*:user/') THEN 'IAMUser'
        WHEN regexp_like(useridentity.arn, '^arn:[^:]+:iam::[^:]*:root$') THEN 'Root'
        ELSE nullif(useridentity.type, '')
      END AS h_kind
    FROM records
    WHERE ((:loose_files AND day IS NULL) OR day BETWEEN :read_from AND :read_to)
      AND (cardinality(:accounts) = 0 OR account IS NULL OR contains(:accounts, account))
      AND (cardinality(:regions) = 0 OR region IS NULL OR contains(:regions, region))
  )
)
-- The other files of this folder go on from here: they count the same records.
, compared AS (
  -- Copies of an event say the same. Where another record with the same account and event id says something else, one of them
  -- may be damaged or forged, and nobody can tell which. So all records that were read are compared, whatever their time and kind.
  SELECT *,
    CASE
      WHEN :unique OR :equal THEN false
      WHEN eventid <> ''
      THEN min(h_content) OVER (PARTITION BY account_id, eventid, CASE WHEN :apart THEN split_part(file, '/', 1) END)
        <> max(h_content) OVER (PARTITION BY account_id, eventid, CASE WHEN :apart THEN split_part(file, '/', 1) END)
      ELSE false
    END AS copies_differ
  FROM dated
), bounded AS (
  -- Management and data events of the period and scope. A record without a readable time is in no period; those, and
  -- network, Insight and aggregated records, are counted apart and never silently dropped.
  SELECT *,
    CASE WHEN :staged THEN
      CASE
        WHEN event_time >= :period_from AND event_time < :period_to
          AND eventtime >= :eventtime_from AND eventtime < :eventtime_to
          AND (day IS NULL OR day BETWEEN :day_from AND :day_to)
          AND (h_category = 'management' OR h_category LIKE 'data:%')
          AND (cardinality(:accounts) = 0 OR contains(:accounts, account_id))
          AND (cardinality(:regions) = 0 OR contains(:regions, awsregion))
        THEN 'events'
        WHEN event_time >= :history_from AND event_time < :period_from
          AND eventtime >= :history_eventtime_from AND eventtime < :history_eventtime_to
          AND (day IS NULL OR day BETWEEN :history_day_from AND :history_day_to)
          AND (h_category = 'management' OR h_category LIKE 'data:%')
          AND (cardinality(:accounts) = 0 OR contains(:accounts, account_id))
          AND (cardinality(:regions) = 0 OR contains(:regions, awsregion))
        THEN 'history'
      END
    END AS h_part
  FROM compared
  WHERE :staged OR (
    event_time >= :period_from AND event_time < :period_to
    AND eventtime >= :eventtime_from AND eventtime < :eventtime_to
    AND (day IS NULL OR day BETWEEN :day_from AND :day_to)
    AND (h_category = 'management' OR h_category LIKE 'data:%')
    AND (cardinality(:accounts) = 0 OR contains(:accounts, account_id))
    AND (cardinality(:regions) = 0 OR contains(:regions, awsregion)))
), numbered AS (
  -- CloudTrail delivers an event at least once, so the same event may stand in several files. Of equal copies the one in the
  -- first file stays and carries their number; copies that differ all stay. A record without an event id is never taken for a
  -- copy of another.
  SELECT *,
    CASE
      WHEN :unique THEN 1
      WHEN eventid <> '' AND (NOT :staged OR h_part <> '')
      THEN row_number() OVER (
        PARTITION BY account_id, eventid,
          CASE WHEN :equal THEN NULL ELSE h_content END, CASE WHEN :staged THEN h_part END, CASE WHEN :apart THEN split_part(file, '/', 1) END
        ORDER BY file, seq)
      ELSE 1
    END AS h_copy,
    CASE
      WHEN :unique THEN 1
      WHEN eventid <> '' AND (NOT :staged OR h_part <> '')
      THEN count(*) OVER (
        PARTITION BY account_id, eventid,
          CASE WHEN :equal THEN NULL ELSE h_content END, CASE WHEN :staged THEN h_part END, CASE WHEN :apart THEN split_part(file, '/', 1) END)
      ELSE 1
    END AS copies
  FROM bounded
), h AS (
  -- Helper values. ARN, role and session come from the identity; the session name is free text of whoever took the role.
  -- invokedBy = signin.amazonaws.com was written for people in the console until about 2019: no service made the call.
  -- errorCode may be empty or a 2xx status on a success; a refusal's text may stand in the response.
  SELECT *,
    nullif(useridentity.arn, '') AS h_arn,
    nullif(useridentity.sessioncontext.sessionissuer.arn, '') AS h_issuer_arn,
    coalesce(nullif(useridentity.sessioncontext.sessionissuer.username, ''), regexp_extract(useridentity.arn, ':assumed-role/([^/]+)', 1)) AS h_role,
    coalesce(regexp_extract(useridentity.arn, ':assumed-role/.+/([^/]+)$', 1), regexp_extract(useridentity.principalid, '^[^:]*:(.+)$', 1)) AS h_session,
    CASE WHEN useridentity.invokedby NOT IN ('', 'signin.amazonaws.com') THEN useridentity.invokedby END AS h_invoker,
    coalesce(useridentity.invokedby = 'signin.amazonaws.com', false) AS h_signin,
    CAST(TRY_CAST(sourceipaddress AS ipaddress) AS varchar) AS h_ip,
    CASE WHEN regexp_like(sourceipaddress, '\.amazonaws\.(com|com\.cn|eu)$') THEN sourceipaddress END AS h_host,
    CASE WHEN NOT regexp_like(errorcode, '^2[0-9][0-9]$') THEN nullif(errorcode, '') END AS h_code,
    coalesce(nullif(errormessage, ''), CASE WHEN errorcode <> '' THEN json_extract_scalar(responseelements, '$.message') END) AS h_message,
    coalesce(eventsource = 'signin.amazonaws.com', false) AS h_signin_event
  FROM numbered
  WHERE h_copy = 1
), k AS (
  -- Service-linked and Identity Center roles are known by their reserved path: a customer can choose the role's name.
  SELECT *,
    lower(regexp_replace(h_code, '^(Client|Server)\.|(Exception|Error)$')) AS h_norm,
    coalesce(h_kind = 'AssumedRole', false) AS h_sess,
    coalesce(h_kind = 'AssumedRole' AND (coalesce(regexp_like(h_issuer_arn, ':role/aws-service-role/'), false) OR coalesce(regexp_like(h_role, '^aws:'), false)), false) AS h_linked,
    coalesce(h_kind = 'AssumedRole' AND (coalesce(regexp_like(h_issuer_arn, ':role/aws-reserved/sso\.amazonaws\.com/'), false)
             OR (h_issuer_arn IS NULL AND coalesce(regexp_like(h_role, '^AWSReservedSSO_'), false))), false) AS h_sso
  FROM h
), a AS (
  -- actor_type: what kind of principal made the call. The first rule that fits counts.
  SELECT *,
    CASE
      WHEN h_type LIKE '%insight' THEN 'service'
      WHEN h_kind = 'IdentityCenterUser' THEN 'identity-center'
      WHEN h_signin_event AND eventname IN ('UserAuthentication', 'CredentialChallenge', 'CredentialVerification', 'ExternalIdPDirectoryLogin') THEN 'identity-center'
      WHEN h_kind = 'Root' THEN 'root'
      WHEN h_kind = 'IAMUser' AND useridentity.username = 'HIDDEN_DUE_TO_SECURITY_REASONS' THEN 'unknown'
      WHEN h_kind = 'IAMUser' THEN 'user'
      WHEN h_linked THEN 'service'
      WHEN h_sso OR (h_sess AND useridentity.onbehalfof.userid <> '') THEN 'identity-center'
      WHEN h_sess THEN 'role'
      WHEN h_kind IN ('FederatedUser', 'SAMLUser', 'WebIdentityUser', 'Directory') THEN 'federated'
      WHEN h_kind = 'AWSAccount' AND lower(useridentity.accountid) IN ('anonymous_principal', 'anonymous') THEN 'anonymous'
      WHEN h_kind = 'AWSAccount' THEN 'account'
      WHEN h_kind = 'AWSService' THEN 'service'
      WHEN h_kind = 'Unknown' AND (regexp_like(eventsource, '^(sso|sso-directory|sso-oauth|identitystore)\.') OR useridentity.onbehalfof.userid <> '') THEN 'identity-center'
      WHEN h_kind IS NULL AND h_invoker IS NOT NULL THEN 'service'
      WHEN h_kind IS NULL AND h_type = 'awsserviceevent' AND h_ip IS NULL THEN 'service'
      ELSE 'unknown'
    END AS actor_type
  FROM k
), s AS (
  SELECT *,
    -- service_call: own (for itself), linked (through its service-linked role), forwarded (with the caller's rights); NULL is a direct call.
    -- Only AWS's own field invokedBy says that a service passed the call on. A service's host as the source address does not: calls from
    -- AppStream or CloudShell have one, and root or a person made them.
    CASE
      WHEN h_type LIKE '%insight' OR h_kind = 'AWSService' THEN 'own'
      WHEN h_kind IS NULL AND actor_type = 'service' THEN 'own'
      WHEN h_kind = 'Root' AND h_type = 'awsserviceevent' THEN 'own'
      WHEN h_linked THEN 'linked'
      WHEN h_invoker IS NOT NULL THEN 'forwarded'
    END AS service_call,
    -- outcome: the error code first, then the message, then what sign-in and some services write into the response.
    -- Sign-ins that fail have no error code. NULL where the record proves neither success nor failure.
    CASE
      WHEN h_type LIKE '%insight' THEN NULL
      WHEN h_code IS NOT NULL THEN CASE
        WHEN h_norm = 'dryrunoperation' THEN 'dry-run'
        WHEN eventsource = 'cognito-idp.amazonaws.com' AND h_norm = 'notauthorized' THEN 'failed'
        WHEN h_norm IN (
          'accessdenied', 'accessdeniedbymeta', 'accessdeniedfordependency', 'accessforbidden', 'accesstoclusterdenied', 'accesstoclusterdeniedfault',
          'accesstosnapshotdenied', 'accesstosnapshotdeniedfault', 'allaccessdisabled', 'authfailure', 'authorization',
          'channelinsufficientpermission', 'dependentserviceaccessdeniedfault', 'forbidden', 'insufficientdependencyserviceaccesspermission',
          'insufficientiamaccesspermission', 'insufficientpermissions', 'insufficientprivileges', 'notauthorized', 'operationnotpermittedfault',
          'snsnoauthorization', 'snsnoauthorizationfault', 'unauthorized', 'unauthorizedaccess', 'unauthorizedclient', 'unauthorizedoperation',
          'unauthorizedresourceaccess')
         OR (h_norm LIKE '%accessdenied' AND h_norm NOT IN ('ec2accessdenied', 'loadurlaccessdenied')) THEN 'denied'
        WHEN h_norm IN (
          'requestlimitexceeded', 'toomanyrequests', 'toomanyrequest', 'slowdown', 'provisionedthroughputexceeded', 'bandwidthlimitexceeded',
          'priorrequestnotcomplete', 'ratelimit', 'ratelimitexceeded', 'callratelimitexceeded')
         OR h_norm LIKE '%throttl%' THEN 'throttled'
        WHEN regexp_like(h_message, '(?i)\bnot authorized to perform\b|^you (do not|don.t) have\b.*\bpermission') THEN 'denied'
        ELSE 'failed' END
      WHEN regexp_like(errormessage, '(?i)\bnot authorized to perform\b|^you (do not|don.t) have\b.*\bpermission') THEN 'denied'
      WHEN h_signin_event AND (errormessage <> '' OR regexp_like(responseelements, ': *"Failure"') OR regexp_like(serviceeventdetails, ': *"Failure"')) THEN 'failed'
      WHEN h_signin_event AND eventname = 'ConsoleLogin' AND NOT coalesce(regexp_like(responseelements, '"ConsoleLogin" *: *"Success"'), false) THEN NULL
      WHEN errormessage <> '' THEN 'failed'
      WHEN eventcategory = 'NetworkActivity' OR h_type LIKE 'awsvpceevent%' THEN NULL
      WHEN json_extract_scalar(responseelements, '$.errorCode') IS NOT NULL OR json_extract_scalar(responseelements, '$._return') = 'false'
           OR json_extract_scalar(responseelements, '$.return') = 'false' THEN 'failed'
      WHEN h_type = 'awsserviceevent' AND (regexp_like(eventname, '(Failed|Failure|Abandoned)$') OR regexp_like(serviceeventdetails, '(?i)"[a-z]*(state|status)" *: *"fail')) THEN 'failed'
      WHEN eventsource = 'cognito-idp.amazonaws.com' AND regexp_like(json_extract_scalar(additionaleventdata, '$.responseParameters.status'), '^[45]') THEN 'failed'
      ELSE 'success'
    END AS outcome
  FROM a
), n AS (
  SELECT *,
    CASE WHEN service_call IS NOT NULL THEN
      CASE WHEN h_type LIKE '%insight' THEN 'cloudtrail.amazonaws.com'
           ELSE coalesce(nullif(h_invoker, 'AWS Internal'), h_host,
                         CASE WHEN h_linked THEN regexp_extract(h_issuer_arn, ':role/aws-service-role/([^/]+)/', 1) END,
                         CASE WHEN service_call = 'own' THEN eventsource END, h_invoker, h_role) END
    END AS source_service,
    CASE WHEN h_sess THEN h_session END AS session_name
  FROM s
), f AS (
  SELECT *,
    -- actor: who a reader would say it was, in a form that a caller cannot forge. So a role shows as ROLE/SESSION; only
    -- for Identity Center, where AWS sets the session name, the session name alone is a person.
    coalesce(CASE actor_type
      WHEN 'service' THEN coalesce(CASE WHEN h_linked THEN coalesce(regexp_extract(h_issuer_arn, ':role/aws-service-role/([^/]+)/', 1), h_role) END, source_service)
      WHEN 'root' THEN 'root'
      WHEN 'user' THEN coalesce(nullif(useridentity.username, ''), regexp_extract(h_arn, '([^/]+)$', 1), nullif(useridentity.principalid, ''))
      WHEN 'identity-center' THEN coalesce(CASE WHEN h_sso THEN h_session END, json_extract_scalar(additionaleventdata, '$.UserName'),
                                           nullif(useridentity.username, ''), nullif(useridentity.onbehalfof.userid, ''), session_name)
      WHEN 'role' THEN coalesce(h_role || '/' || h_session, h_role, h_session)
      WHEN 'federated' THEN coalesce(nullif(useridentity.username, ''), regexp_extract(h_arn, ':federated-user/(.+)$', 1),
                                     regexp_extract(useridentity.principalid, '^[^:]*:(.+)$', 1), nullif(useridentity.principalid, ''))
      WHEN 'account' THEN coalesce(nullif(useridentity.accountid, '') || '/' || regexp_extract(useridentity.principalid, '^[^:]+'),
                                   nullif(useridentity.accountid, ''), regexp_extract(useridentity.principalid, '^[^:]+'))
      WHEN 'anonymous' THEN 'anonymous'
      ELSE coalesce(nullif(useridentity.username, ''), nullif(useridentity.principalid, ''), h_arn)
    END, 'unknown') AS actor,
    -- actor_arn: the user, root, or the role behind the session
    CASE
      WHEN actor_type IN ('user', 'root') THEN h_arn
      WHEN h_sess THEN coalesce(h_issuer_arn, regexp_replace(h_arn, '(:assumed-role/.+)/[^/]+$', '$1'))
      WHEN h_kind = 'FederatedUser' THEN coalesce(nullif(useridentity.sessioncontext.sessionissuer.arn, ''), h_arn)
    END AS actor_arn
  FROM n
), l AS (
  -- The wall clock of the report's zone, without a zone. It repeats an hour in autumn: sort by event_time.
  SELECT *,
    CAST(at_timezone(TRY(from_iso8601_timestamp(eventtime)), :zone) AS timestamp(3)) AS local_time,
    CAST(at_timezone(TRY(from_iso8601_timestamp(eventtime)), :zone) AS date) AS local_date
  FROM f
)
SELECT
  eventversion, useridentity, eventtime, eventsource, eventname, awsregion, sourceipaddress, useragent,
  errorcode, errormessage, requestparameters, responseelements, additionaleventdata, requestid, eventid, resources,
  eventtype, apiversion, readonly, recipientaccountid, serviceeventdetails, sharedeventid, vpcendpointid, vpcendpointaccountid,
  eventcategory, addendum, sessioncredentialfromconsole, edgedevicedetails, tlsdetails, managementevent, eventcontext, insightdetails,
  annotation,
  event_time, local_time, local_date, account_id,
  CASE WHEN actor_type NOT IN ('anonymous', 'service') THEN nullif(useridentity.accountid, '') END AS actor_account_id,
  actor, actor_arn, actor_type,
  CASE WHEN actor_type = 'identity-center' THEN actor ELSE coalesce(actor_arn, actor) END AS actor_key,
  session_name,
  service_call IS NOT NULL AS is_service, service_call, source_service,
  -- is_automation: AWS says that a machine holds the credentials, or the configuration names the role or the session
  coalesce(useridentity.sessioncontext.ec2roledelivery <> '', false) OR coalesce(useridentity.inscopeof.issuertype <> '', false)
    OR coalesce(regexp_like(actor_arn, :automation_roles), false) OR coalesce(regexp_like(session_name, :automation_sessions), false) AS is_automation,
  -- via_console: some mark in the record says so. AWS's own field exists since event version 1.08 and misses two thirds.
  coalesce(lower(sessioncredentialfromconsole) = 'true', false) OR h_type IN ('awsconsolesignin', 'awsconsoleaction') OR h_signin
    OR coalesce(regexp_like(useragent, '(?i)^\[?(signin\.amazonaws\.com|[a-z0-9 ._-]*console)'), false)
    OR coalesce(regexp_like(useragent, '^\[?Mozilla/') AND useridentity.accesskeyid LIKE 'ASIA%', false) AS via_console,
  h_ip AS source_ip, -- only one valid address, in canonical form
  CASE
    WHEN regexp_like(h_ip, '^(10\.|127\.|169\.254\.|192\.168\.|172\.(1[6-9]|2[0-9]|3[01])\.|100\.(6[4-9]|[7-9][0-9]|1[01][0-9]|12[0-7])\.|f[cd][0-9a-f]{2}:|fe[89ab][0-9a-f]:|::1$)') THEN 'private'
    WHEN h_ip IS NOT NULL THEN 'public'
    WHEN h_host IS NOT NULL THEN 'service'
    WHEN sourceipaddress LIKE 'AWS Internal%' THEN 'internal'
    ELSE 'unknown'
  END AS source_kind,
  outcome,
  coalesce(outcome = 'denied', false) AS denied,
  outcome = 'success' AS succeeded,
  -- mfa: whether a second factor is proved. Federated sign-ins and roles always print false, so there it says nothing.
  CASE
    WHEN h_signin_event AND eventname = 'ConsoleLogin' THEN CASE
      WHEN lower(json_extract_scalar(additionaleventdata, '$.MFAUsed')) = 'yes' THEN 'yes'
      WHEN actor_type IN ('root', 'user') AND json_extract_scalar(additionaleventdata, '$.SamlProviderArn') IS NULL THEN 'no'
      ELSE 'not-applicable' END
    WHEN h_signin_event AND eventname = 'UserAuthentication' THEN CASE
      WHEN regexp_like(json_extract_scalar(additionaleventdata, '$.CredentialType'), 'TOTP|WEBAUTHN|SMARTCARD') THEN 'yes'
      WHEN json_extract_scalar(additionaleventdata, '$.CredentialType') = 'PASSWORD' THEN 'no'
      ELSE 'not-applicable' END
    WHEN service_call IS NOT NULL THEN 'not-applicable'
    WHEN lower(useridentity.sessioncontext.attributes.mfaauthenticated) = 'true' AND actor_type IN ('root', 'user', 'role', 'identity-center', 'federated') THEN 'yes'
    WHEN lower(useridentity.sessioncontext.attributes.mfaauthenticated) = 'false' AND actor_type IN ('root', 'user')
         AND coalesce(lower(useridentity.sessioncontext.assumedroot), '') <> 'true' THEN 'no'
    ELSE 'not-applicable'
  END AS mfa,
  -- is_write: what CloudTrail says, and where it does not, what the name says
  CASE lower(readonly) WHEN 'true' THEN false WHEN 'false' THEN true
    ELSE coalesce(NOT regexp_like(eventname,
      '^(Get|List|Describe|Head|Lookup|BatchGet|BatchDescribe|Search|Query|Scan|Select|Check|View|Test|Validate|Preview|Estimate|Simulate|Download|AssumeRole|Decrypt|Encrypt|ReEncrypt|GenerateDataKey|GenerateMac|GenerateRandom|Sign$|Verify)'), false) END AS is_write,
  -- resource: one name or ARN to show next to the action, never to join on. The resources list first, then the parameter
  -- that names the thing in this service, then other details, last the target named in the sentence of a refusal.
  coalesce(
    element_at(filter(resources, r -> r.arn <> ''), 1).arn,
    CASE eventsource
      WHEN 's3.amazonaws.com' THEN coalesce(
        nullif(json_extract_scalar(requestparameters, '$.bucketName'), ''), nullif(json_extract_scalar(requestparameters, '$.bucket'), ''),
        nullif(json_extract_scalar(requestparameters, '$.name'), ''), nullif(json_extract_scalar(requestparameters, '$.configurationARN'), ''))
      WHEN 'iam.amazonaws.com' THEN coalesce(
        nullif(json_extract_scalar(requestparameters, '$.roleName'), ''), nullif(json_extract_scalar(requestparameters, '$.userName'), ''),
        nullif(json_extract_scalar(requestparameters, '$.groupName'), ''),
        nullif(json_extract_scalar(requestparameters, '$.instanceProfileName'), ''),
        nullif(json_extract_scalar(requestparameters, '$.policyArn'), ''), nullif(json_extract_scalar(requestparameters, '$.policyName'), ''),
        nullif(json_extract_scalar(requestparameters, '$.serialNumber'), ''),
        nullif(json_extract_scalar(requestparameters, '$.virtualMFADeviceName'), ''),
        nullif(json_extract_scalar(requestparameters, '$.sAMLProviderArn'), ''),
        nullif(json_extract_scalar(requestparameters, '$.openIDConnectProviderArn'), ''),
        nullif(json_extract_scalar(requestparameters, '$.name'), ''), nullif(json_extract_scalar(requestparameters, '$.aWSServiceName'), ''),
        nullif(json_extract_scalar(requestparameters, '$.accountAlias'), ''),
        nullif(json_extract_scalar(requestparameters, '$.serverCertificateName'), ''),
        nullif(json_extract_scalar(responseelements, '$.accessKey.userName'), ''))
      WHEN 'sts.amazonaws.com' THEN coalesce(
        nullif(json_extract_scalar(requestparameters, '$.roleArn'), ''), nullif(json_extract_scalar(requestparameters, '$.targetPrincipal'), ''),
        nullif(json_extract_scalar(requestparameters, '$.name'), ''))
      WHEN 'ec2.amazonaws.com' THEN coalesce(
        nullif(json_extract_scalar(requestparameters, '$.groupId'), ''), nullif(json_extract_scalar(requestparameters, '$.groupName'), ''),
        nullif(json_extract_scalar(requestparameters, '$.routeTableId'), ''), nullif(json_extract_scalar(requestparameters, '$.networkAclId'), ''),
        nullif(json_extract_scalar(requestparameters, '$.internetGatewayId'), ''), nullif(json_extract_scalar(requestparameters, '$.volumeId'), ''),
        nullif(json_extract_scalar(requestparameters, '$.snapshotId'), ''), nullif(json_extract_scalar(requestparameters, '$.imageId'), ''),
        nullif(json_extract_scalar(requestparameters, '$.networkInterfaceId'), ''),
        nullif(json_extract_scalar(requestparameters, '$.allocationId'), ''), nullif(json_extract_scalar(requestparameters, '$.instanceId'), ''),
        nullif(json_extract_scalar(requestparameters, '$.instancesSet.items[0].instanceId'), ''),
        nullif(json_extract_scalar(responseelements, '$.instancesSet.items[0].instanceId'), ''),
        nullif(json_extract_scalar(requestparameters, '$.resourcesSet.items[0].resourceId'), ''),
        nullif(json_extract_scalar(requestparameters, '$.DeleteFlowLogsRequest.FlowLogId.content'), ''),
        nullif(json_extract_scalar(requestparameters, '$.CreateFlowLogsRequest.ResourceId.content'), ''),
        nullif(json_extract_scalar(responseelements, '$.vpc.vpcId'), ''), nullif(json_extract_scalar(responseelements, '$.subnet.subnetId'), ''),
        nullif(json_extract_scalar(responseelements, '$.routeTable.routeTableId'), ''),
        nullif(json_extract_scalar(responseelements, '$.internetGateway.internetGatewayId'), ''),
        nullif(json_extract_scalar(responseelements, '$.networkInterface.networkInterfaceId'), ''),
        nullif(json_extract_scalar(responseelements, '$.volumeId'), ''), nullif(json_extract_scalar(requestparameters, '$.subnetId'), ''),
        nullif(json_extract_scalar(requestparameters, '$.vpcId'), ''), nullif(json_extract_scalar(requestparameters, '$.keyName'), ''),
        nullif(json_extract_scalar(requestparameters, '$.associationId'), ''), nullif(json_extract_scalar(requestparameters, '$.attachmentId'), ''),
        nullif(json_extract_scalar(requestparameters, '$.launchTemplateId'), ''),
        nullif(json_extract_scalar(requestparameters, '$.launchTemplateName'), ''),
        nullif(json_extract_scalar(requestparameters, '$.resourceId'), ''),
        nullif(json_extract_scalar(requestparameters, '$.instancesSet.items[0].imageId'), ''))
      WHEN 'rds.amazonaws.com' THEN coalesce(
        nullif(json_extract_scalar(requestparameters, '$.dBInstanceIdentifier'), ''),
        nullif(json_extract_scalar(requestparameters, '$.dBClusterIdentifier'), ''),
        nullif(json_extract_scalar(requestparameters, '$.dBSnapshotIdentifier'), ''),
        nullif(json_extract_scalar(requestparameters, '$.dBClusterSnapshotIdentifier'), ''),
        nullif(json_extract_scalar(requestparameters, '$.targetDBSnapshotIdentifier'), ''),
        nullif(json_extract_scalar(requestparameters, '$.targetDBClusterSnapshotIdentifier'), ''),
        nullif(json_extract_scalar(requestparameters, '$.globalClusterIdentifier'), ''),
        nullif(json_extract_scalar(requestparameters, '$.dBSubnetGroupName'), ''),
        nullif(json_extract_scalar(requestparameters, '$.dBParameterGroupName'), ''),
        nullif(json_extract_scalar(requestparameters, '$.dBClusterParameterGroupName'), ''),
        nullif(json_extract_scalar(requestparameters, '$.optionGroupName'), ''),
        nullif(json_extract_scalar(requestparameters, '$.dBSecurityGroupName'), ''),
        nullif(json_extract_scalar(requestparameters, '$.subscriptionName'), ''),
        nullif(json_extract_scalar(requestparameters, '$.exportTaskIdentifier'), ''),
        nullif(json_extract_scalar(requestparameters, '$.resourceName'), ''), nullif(json_extract_scalar(requestparameters, '$.resourceArn'), ''),
        nullif(json_extract_scalar(requestparameters, '$.sourceArn'), ''))
      WHEN 'kms.amazonaws.com' THEN coalesce(
        nullif(json_extract_scalar(requestparameters, '$.keyId'), ''), nullif(json_extract_scalar(requestparameters, '$.aliasName'), ''),
        nullif(json_extract_scalar(requestparameters, '$.targetKeyId'), ''), nullif(json_extract_scalar(requestparameters, '$.customKeyStoreId'), ''),
        nullif(json_extract_scalar(requestparameters, '$.customKeyStoreName'), ''))
      WHEN 'secretsmanager.amazonaws.com' THEN coalesce(
        nullif(json_extract_scalar(requestparameters, '$.secretId'), ''), nullif(json_extract_scalar(requestparameters, '$.name'), ''))
      WHEN 'ssm.amazonaws.com' THEN coalesce(
        nullif(json_extract_scalar(requestparameters, '$.name'), ''), nullif(json_extract_scalar(requestparameters, '$.documentName'), ''),
        nullif(json_extract_scalar(requestparameters, '$.target'), ''), nullif(json_extract_scalar(requestparameters, '$.instanceId'), ''),
        nullif(json_extract_scalar(requestparameters, '$.sessionId'), ''), nullif(json_extract_scalar(requestparameters, '$.resourceId'), ''),
        nullif(json_extract_scalar(requestparameters, '$.commandId'), ''))
      WHEN 'lambda.amazonaws.com' THEN coalesce(
        nullif(json_extract_scalar(requestparameters, '$.functionName'), ''), nullif(json_extract_scalar(requestparameters, '$.layerName'), ''),
        nullif(json_extract_scalar(requestparameters, '$.uUID'), ''), nullif(json_extract_scalar(requestparameters, '$.resource'), ''))
      WHEN 'cloudtrail.amazonaws.com' THEN coalesce(
        nullif(json_extract_scalar(requestparameters, '$.name'), ''), nullif(json_extract_scalar(requestparameters, '$.trailName'), ''),
        nullif(json_extract_scalar(requestparameters, '$.trailARN'), ''), nullif(json_extract_scalar(requestparameters, '$.resourceId'), ''),
        nullif(json_extract_scalar(requestparameters, '$.eventDataStore'), ''), nullif(json_extract_scalar(requestparameters, '$.channel'), ''))
      WHEN 'logs.amazonaws.com' THEN coalesce(
        nullif(json_extract_scalar(requestparameters, '$.logGroupName'), ''), nullif(json_extract_scalar(requestparameters, '$.destinationName'), ''),
        nullif(json_extract_scalar(requestparameters, '$.queryDefinitionName'), ''),
        nullif(json_extract_scalar(requestparameters, '$.policyName'), ''),
        nullif(json_extract_scalar(requestparameters, '$.logGroupIdentifier'), ''),
        nullif(json_extract_scalar(requestparameters, '$.resourceArn'), ''))
      WHEN 'organizations.amazonaws.com' THEN coalesce(
        nullif(json_extract_scalar(requestparameters, '$.policyId'), ''), nullif(json_extract_scalar(requestparameters, '$.targetId'), ''),
        nullif(json_extract_scalar(requestparameters, '$.accountId'), ''),
        nullif(json_extract_scalar(requestparameters, '$.organizationalUnitId'), ''),
        nullif(json_extract_scalar(requestparameters, '$.servicePrincipal'), ''), nullif(json_extract_scalar(requestparameters, '$.name'), ''))
      WHEN 'elasticloadbalancing.amazonaws.com' THEN coalesce(
        nullif(json_extract_scalar(requestparameters, '$.loadBalancerArn'), ''),
        nullif(json_extract_scalar(requestparameters, '$.loadBalancerName'), ''),
        nullif(json_extract_scalar(requestparameters, '$.targetGroupArn'), ''), nullif(json_extract_scalar(requestparameters, '$.listenerArn'), ''),
        nullif(json_extract_scalar(requestparameters, '$.ruleArn'), ''), nullif(json_extract_scalar(requestparameters, '$.name'), ''))
      WHEN 'route53.amazonaws.com' THEN coalesce(
        nullif(json_extract_scalar(requestparameters, '$.hostedZoneId'), ''), nullif(json_extract_scalar(requestparameters, '$.id'), ''),
        nullif(json_extract_scalar(requestparameters, '$.name'), ''), nullif(json_extract_scalar(requestparameters, '$.healthCheckId'), ''))
      WHEN 'sso.amazonaws.com' THEN coalesce(
        nullif(json_extract_scalar(requestparameters, '$.permissionSetArn'), ''), nullif(json_extract_scalar(requestparameters, '$.targetId'), ''),
        nullif(json_extract_scalar(requestparameters, '$.applicationArn'), ''), nullif(json_extract_scalar(requestparameters, '$.instanceArn'), ''),
        nullif(json_extract_scalar(requestparameters, '$.name'), ''))
      WHEN 'eks.amazonaws.com' THEN coalesce(
        nullif(json_extract_scalar(requestparameters, '$.name'), ''), nullif(json_extract_scalar(requestparameters, '$.clusterName'), ''),
        nullif(json_extract_scalar(requestparameters, '$.resourceArn'), ''))
      ELSE coalesce(
        nullif(json_extract_scalar(requestparameters, '$.arn'), ''), nullif(json_extract_scalar(requestparameters, '$.resourceArn'), ''),
        nullif(json_extract_scalar(requestparameters, '$.resourceARN'), ''), nullif(json_extract_scalar(requestparameters, '$.name'), ''),
        nullif(json_extract_scalar(requestparameters, '$.Name'), ''), nullif(json_extract_scalar(requestparameters, '$.id'), ''),
        nullif(json_extract_scalar(requestparameters, '$.identifier'), ''), nullif(json_extract_scalar(requestparameters, '$.resourceId'), ''),
        nullif(json_extract_scalar(requestparameters, '$.topicArn'), ''), nullif(json_extract_scalar(requestparameters, '$.queueUrl'), ''),
        nullif(json_extract_scalar(requestparameters, '$.queueName'), ''), nullif(json_extract_scalar(requestparameters, '$.tableName'), ''),
        nullif(json_extract_scalar(requestparameters, '$.stackName'), ''), nullif(json_extract_scalar(requestparameters, '$.stackSetName'), ''),
        nullif(json_extract_scalar(requestparameters, '$.autoScalingGroupName'), ''),
        nullif(json_extract_scalar(requestparameters, '$.repositoryName'), ''), nullif(json_extract_scalar(requestparameters, '$.clusterName'), ''),
        nullif(json_extract_scalar(requestparameters, '$.cluster'), ''), nullif(json_extract_scalar(requestparameters, '$.clusterIdentifier'), ''),
        nullif(json_extract_scalar(requestparameters, '$.clusterArn'), ''), nullif(json_extract_scalar(requestparameters, '$.domainName'), ''),
        nullif(json_extract_scalar(requestparameters, '$.configRuleName'), ''),
        nullif(json_extract_scalar(requestparameters, '$.configurationRecorderName'), ''),
        nullif(json_extract_scalar(requestparameters, '$.deliveryChannelName'), ''),
        nullif(json_extract_scalar(requestparameters, '$.detectorId'), ''), nullif(json_extract_scalar(requestparameters, '$.restApiId'), ''),
        nullif(json_extract_scalar(requestparameters, '$.apiId'), ''), nullif(json_extract_scalar(requestparameters, '$.instanceId'), ''),
        nullif(json_extract_scalar(requestparameters, '$.distributionId'), ''), nullif(json_extract_scalar(requestparameters, '$.alarmName'), ''),
        nullif(json_extract_scalar(requestparameters, '$.dashboardName'), ''), nullif(json_extract_scalar(requestparameters, '$.modelId'), ''),
        nullif(json_extract_scalar(requestparameters, '$.workGroup'), ''), nullif(json_extract_scalar(requestparameters, '$.databaseName'), ''),
        nullif(json_extract_scalar(requestparameters, '$.backupVaultName'), ''),
        nullif(json_extract_scalar(requestparameters, '$.trustAnchorId'), ''), nullif(json_extract_scalar(requestparameters, '$.profileId'), ''),
        nullif(json_extract_scalar(requestparameters, '$.certificateArn'), ''), nullif(json_extract_scalar(requestparameters, '$.projectName'), ''),
        nullif(json_extract_scalar(requestparameters, '$.projectArn'), ''), nullif(json_extract_scalar(requestparameters, '$.meshName'), ''),
        nullif(json_extract_scalar(requestparameters, '$.vaultName'), ''), nullif(json_extract_scalar(requestparameters, '$.userName'), ''),
        nullif(json_extract_scalar(requestparameters, '$.groupId'), ''), nullif(json_extract_scalar(requestparameters, '$.userId'), ''),
        nullif(json_extract_scalar(requestparameters, '$.accountId'), ''))
    END,
    nullif(json_extract_scalar(additionaleventdata, '$.ARN'), ''), nullif(json_extract_scalar(additionaleventdata, '$.SecretId'), ''),
    nullif(json_extract_scalar(serviceeventdetails, '$.keyId'), ''), nullif(json_extract_scalar(serviceeventdetails, '$.snapshotId'), ''),
    regexp_extract(errormessage, 'on resource: (arn:[^ ]+)', 1), regexp_extract(json_extract_scalar(responseelements, '$.message'), 'on resource: (arn:[^ ]+)', 1)
  ) AS resource,
  file AS log_file,
  -- day_kind: of local_date, from the calendar; a make-up working day counts before a holiday, a holiday before the weekend
  CASE
    WHEN contains(:workdays, local_date) THEN 'workday'
    WHEN contains(:holidays, local_date) THEN 'holiday'
    WHEN contains(:weekend, day_of_week(local_date)) THEN 'weekend'
    ELSE 'workday'
  END AS day_kind,
  h_category AS category,
  copies,
  copies_differ,
  CASE WHEN :staged THEN h_part END AS part,
  CASE WHEN :staged THEN CASE WHEN copies_differ THEN to_hex(h_content) || ' ' || eventid END END AS conflict
FROM l
