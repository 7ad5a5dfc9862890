WITH dated AS (
  SELECT
    *,
    CASE
      WHEN regexp_like(
        eventtime,
        '^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]+)?Z$'
      )
        THEN CAST(at_timezone(try(from_iso8601_timestamp(eventtime)), 'UTC') AS timestamp(3))
    END AS event_time,
    coalesce(
      nullif(recipientaccountid, ''),
      regexp_extract(file, '(?:^|/)AWSLogs/(?:o-[a-z0-9]+/)?([0-9]{12})/', 1),
      CASE WHEN h_kind IS DISTINCT FROM 'AWSAccount' THEN nullif(useridentity.accountid, '') END
    ) AS account_id,
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
      WHEN any_match(
        resources,
        r -> r.type IN (
          'AWS::S3::Object', 'AWS::S3ObjectLambda::AccessPoint', 'AWS::S3Outposts::Object',
          'AWS::DynamoDB::Stream'
        )
      )
        THEN h_data
      WHEN eventsource = 's3.amazonaws.com'
        AND eventname IN (
          'GetObject', 'PutObject', 'DeleteObject', 'DeleteObjects', 'HeadObject', 'CopyObject',
          'PostObject', 'OptionsObject', 'RestoreObject', 'SelectObjectContent', 'ListObjects',
          'ListObjectsV2', 'ListObjectVersions', 'GetObjectAcl', 'PutObjectAcl', 'GetObjectTagging',
          'PutObjectTagging', 'DeleteObjectTagging', 'GetObjectTorrent', 'GetObjectAttributes',
          'GetObjectLegalHold', 'PutObjectLegalHold', 'GetObjectRetention', 'PutObjectRetention',
          'CreateMultipartUpload', 'InitiateMultipartUpload', 'UploadPart', 'UploadPartCopy',
          'CompleteMultipartUpload', 'AbortMultipartUpload', 'ListMultipartUploads', 'ListParts',
          'HeadBucket', 'WriteGetObjectResponse'
        )
        THEN h_data
      WHEN eventsource = 'lambda.amazonaws.com'
        AND eventname IN ('Invoke', 'InvokeExecution', 'InvokeAsync', 'InvokeWithResponseStream')
        THEN h_data
      WHEN eventsource = 'dynamodb.amazonaws.com'
        AND eventname IN (
          'GetItem', 'PutItem', 'UpdateItem', 'DeleteItem', 'Query', 'Scan', 'BatchGetItem',
          'BatchWriteItem', 'TransactGetItems', 'TransactWriteItems', 'ExecuteStatement',
          'BatchExecuteStatement', 'ExecuteTransaction', 'GetRecords', 'GetShardIterator'
        )
        THEN h_data
      ELSE 'management'
    END AS h_category,
    sha256(
      to_utf8(
        json_format(
          CAST(ARRAY[
            eventversion,
            json_format(CAST(useridentity AS json)),
            eventtime,
            eventsource,
            eventname,
            awsregion,
            sourceipaddress,
            useragent,
            errorcode,
            errormessage,
            requestparameters,
            responseelements,
            additionaleventdata,
            requestid,
            json_format(CAST(resources AS json)),
            eventtype,
            apiversion,
            readonly,
            recipientaccountid,
            serviceeventdetails,
            sharedeventid,
            vpcendpointid,
            vpcendpointaccountid,
            eventcategory,
            json_format(CAST(addendum AS json)),
            sessioncredentialfromconsole,
            edgedevicedetails,
            json_format(CAST(tlsdetails AS json)),
            managementevent,
            eventcontext,
            insightdetails,
            annotation
          ] AS json)
        )
      )
    ) AS h_content
  FROM (
    SELECT
      *,
      lower(coalesce(eventtype, '')) AS h_type,
      lower(coalesce(eventcategory, '')) AS h_named,
      coalesce(
        'data:' || nullif(lower(regexp_replace(eventsource, '[.]amazonaws[.]com.*$')), ''),
        'data:unknown'
      ) AS h_data,
      CASE
        WHEN useridentity.type = 'Role' THEN 'AssumedRole'
        WHEN nullif(useridentity.type, '') IS NOT NULL
          AND useridentity.type <> 'Unknown'
          THEN useridentity.type
        WHEN regexp_like(useridentity.arn, '^arn:[^:]+:sts::[^:]*:assumed-role/') THEN 'AssumedRole'
        WHEN regexp_like(useridentity.arn, '^arn:[^:]+:sts::[^:]*:federated-user/')
          THEN 'FederatedUser'
        WHEN regexp_like(useridentity.arn, '^arn:[^:]+:iam::[^:]*:user/') THEN 'IAMUser'
        WHEN regexp_like(useridentity.arn, '^arn:[^:]+:iam::[^:]*:root$') THEN 'Root'
        ELSE nullif(useridentity.type, '')
      END AS h_kind
    FROM records
    WHERE ((FALSE AND day IS NULL) OR day BETWEEN '2026/10/02' AND '2026/10/04')
      AND (
        cardinality(CAST(ARRAY[] AS array(varchar))) = 0
        OR account IS NULL
        OR contains(CAST(ARRAY[] AS array(varchar)), account)
      )
      AND (
        cardinality(CAST(ARRAY[] AS array(varchar))) = 0
        OR region IS NULL
        OR contains(CAST(ARRAY[] AS array(varchar)), region)
      )
  )
), compared AS (
  SELECT
    *,
    CASE
      WHEN eventid <> ''
        THEN min(h_content) OVER (PARTITION BY account_id, eventid)
          <> max(h_content) OVER (PARTITION BY account_id, eventid)
      ELSE FALSE
    END AS copies_differ
  FROM dated
), bounded AS (
  SELECT *
  FROM compared
  WHERE event_time >= TIMESTAMP '2026-10-02 00:00:00.000'
    AND event_time < TIMESTAMP '2026-10-03 00:00:00.000'
    AND eventtime >= '2026-10-02T00:00:00'
    AND eventtime < '2026-10-03T00:00:00'
    AND (day IS NULL OR day BETWEEN '2026/10/02' AND '2026/10/04')
    AND (h_category = 'management' OR h_category LIKE 'data:%')
    AND (
      cardinality(CAST(ARRAY[] AS array(varchar))) = 0
      OR contains(CAST(ARRAY[] AS array(varchar)), account_id)
    )
    AND (
      cardinality(CAST(ARRAY[] AS array(varchar))) = 0
      OR contains(CAST(ARRAY[] AS array(varchar)), awsregion)
    )
), numbered AS (
  SELECT
    *,
    CASE
      WHEN eventid <> ''
        THEN row_number() OVER (PARTITION BY account_id, eventid, h_content ORDER BY file, seq)
      ELSE 1
    END AS h_copy,
    CASE
      WHEN eventid <> '' THEN count(*) OVER (PARTITION BY account_id, eventid, h_content)
      ELSE 1
    END AS copies
  FROM bounded
), h AS (
  SELECT
    *,
    nullif(useridentity.arn, '') AS h_arn,
    nullif(useridentity.sessioncontext.sessionissuer.arn, '') AS h_issuer_arn,
    coalesce(
      nullif(useridentity.sessioncontext.sessionissuer.username, ''),
      regexp_extract(useridentity.arn, ':assumed-role/([^/]+)', 1)
    ) AS h_role,
    coalesce(
      regexp_extract(useridentity.arn, ':assumed-role/.+/([^/]+)$', 1),
      regexp_extract(useridentity.principalid, '^[^:]*:(.+)$', 1)
    ) AS h_session,
    CASE
      WHEN useridentity.invokedby NOT IN ('', 'signin.amazonaws.com') THEN useridentity.invokedby
    END AS h_invoker,
    coalesce(useridentity.invokedby = 'signin.amazonaws.com', FALSE) AS h_signin,
    CAST(TRY_CAST(sourceipaddress AS ipaddress) AS varchar) AS h_ip,
    CASE
      WHEN regexp_like(sourceipaddress, '\.amazonaws\.(com|com\.cn|eu)$') THEN sourceipaddress
    END AS h_host,
    CASE WHEN NOT regexp_like(errorcode, '^2[0-9][0-9]$') THEN nullif(errorcode, '') END AS h_code,
    coalesce(
      nullif(errormessage, ''),
      CASE WHEN errorcode <> '' THEN json_extract_scalar(responseelements, '$.message') END
    ) AS h_message,
    coalesce(eventsource = 'signin.amazonaws.com', FALSE) AS h_signin_event
  FROM numbered
  WHERE h_copy = 1
), k AS (
  SELECT
    *,
    lower(regexp_replace(h_code, '^(Client|Server)\.|(Exception|Error)$')) AS h_norm,
    coalesce(h_kind = 'AssumedRole', FALSE) AS h_sess,
    coalesce(
      h_kind = 'AssumedRole'
        AND (
          coalesce(regexp_like(h_issuer_arn, ':role/aws-service-role/'), FALSE)
          OR coalesce(regexp_like(h_role, '^aws:'), FALSE)
        ),
      FALSE
    ) AS h_linked,
    coalesce(
      h_kind = 'AssumedRole'
        AND (
          coalesce(regexp_like(h_issuer_arn, ':role/aws-reserved/sso\.amazonaws\.com/'), FALSE)
          OR (h_issuer_arn IS NULL AND coalesce(regexp_like(h_role, '^AWSReservedSSO_'), FALSE))
        ),
      FALSE
    ) AS h_sso
  FROM h
), a AS (
  SELECT
    *,
    CASE
      WHEN h_type LIKE '%insight' THEN 'service'
      WHEN h_kind = 'IdentityCenterUser' THEN 'identity-center'
      WHEN h_signin_event
        AND eventname IN (
          'UserAuthentication', 'CredentialChallenge', 'CredentialVerification',
          'ExternalIdPDirectoryLogin'
        )
        THEN 'identity-center'
      WHEN h_kind = 'Root' THEN 'root'
      WHEN h_kind = 'IAMUser'
        AND useridentity.username = 'HIDDEN_DUE_TO_SECURITY_REASONS'
        THEN 'unknown'
      WHEN h_kind = 'IAMUser' THEN 'user'
      WHEN h_linked THEN 'service'
      WHEN h_sso OR (h_sess AND useridentity.onbehalfof.userid <> '') THEN 'identity-center'
      WHEN h_sess THEN 'role'
      WHEN h_kind IN ('FederatedUser', 'SAMLUser', 'WebIdentityUser', 'Directory') THEN 'federated'
      WHEN h_kind = 'AWSAccount'
        AND lower(useridentity.accountid) IN ('anonymous_principal', 'anonymous')
        THEN 'anonymous'
      WHEN h_kind = 'AWSAccount' THEN 'account'
      WHEN h_kind = 'AWSService' THEN 'service'
      WHEN h_kind = 'Unknown'
        AND (
          regexp_like(eventsource, '^(sso|sso-directory|sso-oauth|identitystore)\.')
          OR useridentity.onbehalfof.userid <> ''
        )
        THEN 'identity-center'
      WHEN h_kind IS NULL AND h_invoker IS NOT NULL THEN 'service'
      WHEN h_kind IS NULL AND h_type = 'awsserviceevent' AND h_ip IS NULL THEN 'service'
      ELSE 'unknown'
    END AS actor_type
  FROM k
), s AS (
  SELECT
    *,
    CASE
      WHEN h_type LIKE '%insight' OR h_kind = 'AWSService' THEN 'own'
      WHEN h_kind IS NULL AND actor_type = 'service' THEN 'own'
      WHEN h_kind = 'Root' AND h_type = 'awsserviceevent' THEN 'own'
      WHEN h_linked THEN 'linked'
      WHEN h_invoker IS NOT NULL THEN 'forwarded'
      WHEN h_host IS NOT NULL AND NOT h_signin THEN 'forwarded'
    END AS service_call,
    CASE
      WHEN h_type LIKE '%insight' THEN NULL
      WHEN h_code IS NOT NULL
        THEN CASE
          WHEN h_norm = 'dryrunoperation' THEN 'dry-run'
          WHEN eventsource = 'cognito-idp.amazonaws.com' AND h_norm = 'notauthorized' THEN 'failed'
          WHEN h_norm IN (
            'accessdenied', 'accessdeniedbymeta', 'accessdeniedfordependency', 'accessforbidden',
            'accesstoclusterdenied', 'accesstoclusterdeniedfault', 'accesstosnapshotdenied',
            'accesstosnapshotdeniedfault', 'allaccessdisabled', 'authfailure', 'authorization',
            'channelinsufficientpermission', 'dependentserviceaccessdeniedfault', 'forbidden',
            'insufficientdependencyserviceaccesspermission', 'insufficientiamaccesspermission',
            'insufficientpermissions', 'insufficientprivileges', 'notauthorized',
            'operationnotpermittedfault', 'snsnoauthorization', 'snsnoauthorizationfault',
            'unauthorized', 'unauthorizedaccess', 'unauthorizedclient', 'unauthorizedoperation',
            'unauthorizedresourceaccess'
          )
            OR (
              h_norm LIKE '%accessdenied'
              AND h_norm NOT IN ('ec2accessdenied', 'loadurlaccessdenied')
            )
            THEN 'denied'
          WHEN h_norm IN (
            'requestlimitexceeded', 'toomanyrequests', 'toomanyrequest', 'slowdown',
            'provisionedthroughputexceeded', 'bandwidthlimitexceeded', 'priorrequestnotcomplete',
            'ratelimit', 'ratelimitexceeded', 'callratelimitexceeded'
          )
            OR h_norm LIKE '%throttl%'
            THEN 'throttled'
          WHEN regexp_like(
            h_message,
            '(?i)\bnot authorized to perform\b|^you (do not|don.t) have\b.*\bpermission'
          )
            THEN 'denied'
          ELSE 'failed'
        END
      WHEN regexp_like(
        errormessage,
        '(?i)\bnot authorized to perform\b|^you (do not|don.t) have\b.*\bpermission'
      )
        THEN 'denied'
      WHEN h_signin_event
        AND (
          errormessage <> ''
          OR regexp_like(responseelements, ': *"Failure"')
          OR regexp_like(serviceeventdetails, ': *"Failure"')
        )
        THEN 'failed'
      WHEN h_signin_event
        AND eventname = 'ConsoleLogin'
        AND NOT coalesce(regexp_like(responseelements, '"ConsoleLogin" *: *"Success"'), FALSE)
        THEN NULL
      WHEN errormessage <> '' THEN 'failed'
      WHEN eventcategory = 'NetworkActivity' OR h_type LIKE 'awsvpceevent%' THEN NULL
      WHEN json_extract_scalar(responseelements, '$.errorCode') IS NOT NULL
        OR json_extract_scalar(responseelements, '$._return') = 'false'
        OR json_extract_scalar(responseelements, '$.return') = 'false'
        THEN 'failed'
      WHEN h_type = 'awsserviceevent'
        AND (
          regexp_like(eventname, '(Failed|Failure|Abandoned)$')
          OR regexp_like(serviceeventdetails, '(?i)"[a-z]*(state|status)" *: *"fail')
        )
        THEN 'failed'
      WHEN eventsource = 'cognito-idp.amazonaws.com'
        AND regexp_like(
          json_extract_scalar(additionaleventdata, '$.responseParameters.status'),
          '^[45]'
        )
        THEN 'failed'
      ELSE 'success'
    END AS outcome
  FROM a
), n AS (
  SELECT
    *,
    CASE
      WHEN service_call IS NOT NULL
        THEN CASE
          WHEN h_type LIKE '%insight' THEN 'cloudtrail.amazonaws.com'
          ELSE coalesce(
            nullif(h_invoker, 'AWS Internal'),
            h_host,
            CASE
              WHEN h_linked THEN regexp_extract(h_issuer_arn, ':role/aws-service-role/([^/]+)/', 1)
            END,
            CASE WHEN service_call = 'own' THEN eventsource END,
            h_invoker,
            h_role
          )
        END
    END AS source_service,
    CASE WHEN h_sess THEN h_session END AS session_name
  FROM s
), f AS (
  SELECT
    *,
    coalesce(
      CASE actor_type
        WHEN 'service'
          THEN coalesce(
            CASE
              WHEN h_linked
                THEN coalesce(
                  regexp_extract(h_issuer_arn, ':role/aws-service-role/([^/]+)/', 1),
                  h_role
                )
            END,
            source_service
          )
        WHEN 'root' THEN 'root'
        WHEN 'user'
          THEN coalesce(
            nullif(useridentity.username, ''),
            regexp_extract(h_arn, '([^/]+)$', 1),
            nullif(useridentity.principalid, '')
          )
        WHEN 'identity-center'
          THEN coalesce(
            CASE WHEN h_sso THEN h_session END,
            json_extract_scalar(additionaleventdata, '$.UserName'),
            nullif(useridentity.username, ''),
            nullif(useridentity.onbehalfof.userid, ''),
            session_name
          )
        WHEN 'role' THEN coalesce(h_role || '/' || h_session, h_role, h_session)
        WHEN 'federated'
          THEN coalesce(
            nullif(useridentity.username, ''),
            regexp_extract(h_arn, ':federated-user/(.+)$', 1),
            regexp_extract(useridentity.principalid, '^[^:]*:(.+)$', 1),
            nullif(useridentity.principalid, '')
          )
        WHEN 'account'
          THEN coalesce(
            nullif(useridentity.accountid, '') || '/'
              || regexp_extract(useridentity.principalid, '^[^:]+'),
            nullif(useridentity.accountid, ''),
            regexp_extract(useridentity.principalid, '^[^:]+')
          )
        WHEN 'anonymous' THEN 'anonymous'
        ELSE coalesce(
          nullif(useridentity.username, ''),
          nullif(useridentity.principalid, ''),
          h_arn
        )
      END,
      'unknown'
    ) AS actor,
    CASE
      WHEN actor_type IN ('user', 'root') THEN h_arn
      WHEN h_sess
        THEN coalesce(h_issuer_arn, regexp_replace(h_arn, '(:assumed-role/.+)/[^/]+$', '$1'))
      WHEN h_kind = 'FederatedUser'
        THEN coalesce(nullif(useridentity.sessioncontext.sessionissuer.arn, ''), h_arn)
    END AS actor_arn
  FROM n
), l AS (
  SELECT
    *,
    CAST(at_timezone(try(from_iso8601_timestamp(eventtime)), 'UTC') AS timestamp(3)) AS local_time,
    CAST(at_timezone(try(from_iso8601_timestamp(eventtime)), 'UTC') AS date) AS local_date
  FROM f
)
SELECT
  eventversion,
  useridentity,
  eventtime,
  eventsource,
  eventname,
  awsregion,
  sourceipaddress,
  useragent,
  errorcode,
  errormessage,
  requestparameters,
  responseelements,
  additionaleventdata,
  requestid,
  eventid,
  resources,
  eventtype,
  apiversion,
  readonly,
  recipientaccountid,
  serviceeventdetails,
  sharedeventid,
  vpcendpointid,
  vpcendpointaccountid,
  eventcategory,
  addendum,
  sessioncredentialfromconsole,
  edgedevicedetails,
  tlsdetails,
  managementevent,
  eventcontext,
  insightdetails,
  annotation,
  event_time,
  local_time,
  local_date,
  account_id,
  CASE WHEN actor_type NOT IN ('anonymous', 'service') THEN nullif(useridentity.accountid, '') END AS actor_account_id,
  actor,
  actor_arn,
  actor_type,
  CASE WHEN actor_type = 'identity-center' THEN actor ELSE coalesce(actor_arn, actor) END AS actor_key,
  session_name,
  service_call IS NOT NULL AS is_service,
  service_call,
  source_service,
  coalesce(useridentity.sessioncontext.ec2roledelivery <> '', FALSE)
    OR coalesce(useridentity.inscopeof.issuertype <> '', FALSE)
    OR coalesce(regexp_like(actor_arn, '^\b$'), FALSE)
    OR coalesce(regexp_like(session_name, '^\b$'), FALSE) AS is_automation,
  coalesce(lower(sessioncredentialfromconsole) = 'true', FALSE)
    OR h_type IN ('awsconsolesignin', 'awsconsoleaction')
    OR h_signin
    OR coalesce(
      regexp_like(useragent, '(?i)^\[?(signin\.amazonaws\.com|[a-z0-9 ._-]*console)'),
      FALSE
    )
    OR coalesce(
      regexp_like(useragent, '^\[?Mozilla/') AND useridentity.accesskeyid LIKE 'ASIA%',
      FALSE
    ) AS via_console,
  h_ip AS source_ip,
  CASE
    WHEN regexp_like(
      h_ip,
      '^(10\.|127\.|169\.254\.|192\.168\.|172\.(1[6-9]|2[0-9]|3[01])\.|100\.(6[4-9]|[7-9][0-9]|1[01][0-9]|12[0-7])\.|f[cd][0-9a-f]{2}:|fe[89ab][0-9a-f]:|::1$)'
    )
      THEN 'private'
    WHEN h_ip IS NOT NULL THEN 'public'
    WHEN h_host IS NOT NULL THEN 'service'
    WHEN sourceipaddress LIKE 'AWS Internal%' THEN 'internal'
    ELSE 'unknown'
  END AS source_kind,
  outcome,
  coalesce(outcome = 'denied', FALSE) AS denied,
  outcome = 'success' AS succeeded,
  CASE
    WHEN h_signin_event
      AND eventname = 'ConsoleLogin'
      THEN CASE
        WHEN lower(json_extract_scalar(additionaleventdata, '$.MFAUsed')) = 'yes' THEN 'yes'
        WHEN actor_type IN ('root', 'user')
          AND json_extract_scalar(additionaleventdata, '$.SamlProviderArn') IS NULL
          THEN 'no'
        ELSE 'not-applicable'
      END
    WHEN h_signin_event
      AND eventname = 'UserAuthentication'
      THEN CASE
        WHEN regexp_like(
          json_extract_scalar(additionaleventdata, '$.CredentialType'),
          'TOTP|WEBAUTHN|SMARTCARD'
        )
          THEN 'yes'
        WHEN json_extract_scalar(additionaleventdata, '$.CredentialType') = 'PASSWORD' THEN 'no'
        ELSE 'not-applicable'
      END
    WHEN service_call IS NOT NULL THEN 'not-applicable'
    WHEN lower(useridentity.sessioncontext.attributes.mfaauthenticated) = 'true'
      AND actor_type IN ('root', 'user', 'role', 'identity-center', 'federated')
      THEN 'yes'
    WHEN lower(useridentity.sessioncontext.attributes.mfaauthenticated) = 'false'
      AND actor_type IN ('root', 'user')
      AND coalesce(lower(useridentity.sessioncontext.assumedroot), '') <> 'true'
      THEN 'no'
    ELSE 'not-applicable'
  END AS mfa,
  CASE lower(readonly)
    WHEN 'true' THEN FALSE
    WHEN 'false' THEN TRUE
    ELSE coalesce(
      NOT regexp_like(
        eventname,
        '^(Get|List|Describe|Head|Lookup|BatchGet|BatchDescribe|Search|Query|Scan|Select|Check|View|Test|Validate|Preview|Estimate|Simulate|Download|AssumeRole|Decrypt|Encrypt|ReEncrypt|GenerateDataKey|GenerateMac|GenerateRandom|Sign$|Verify)'
      ),
      FALSE
    )
  END AS is_write,
  coalesce(
    element_at(filter(resources, r -> r.arn <> ''), 1).arn,
    CASE eventsource
      WHEN 's3.amazonaws.com'
        THEN coalesce(
          nullif(json_extract_scalar(requestparameters, '$.bucketName'), ''),
          nullif(json_extract_scalar(requestparameters, '$.bucket'), ''),
          nullif(json_extract_scalar(requestparameters, '$.name'), ''),
          nullif(json_extract_scalar(requestparameters, '$.configurationARN'), '')
        )
      WHEN 'iam.amazonaws.com'
        THEN coalesce(
          nullif(json_extract_scalar(requestparameters, '$.roleName'), ''),
          nullif(json_extract_scalar(requestparameters, '$.userName'), ''),
          nullif(json_extract_scalar(requestparameters, '$.groupName'), ''),
          nullif(json_extract_scalar(requestparameters, '$.instanceProfileName'), ''),
          nullif(json_extract_scalar(requestparameters, '$.policyArn'), ''),
          nullif(json_extract_scalar(requestparameters, '$.policyName'), ''),
          nullif(json_extract_scalar(requestparameters, '$.serialNumber'), ''),
          nullif(json_extract_scalar(requestparameters, '$.virtualMFADeviceName'), ''),
          nullif(json_extract_scalar(requestparameters, '$.sAMLProviderArn'), ''),
          nullif(json_extract_scalar(requestparameters, '$.openIDConnectProviderArn'), ''),
          nullif(json_extract_scalar(requestparameters, '$.name'), ''),
          nullif(json_extract_scalar(requestparameters, '$.aWSServiceName'), ''),
          nullif(json_extract_scalar(requestparameters, '$.accountAlias'), ''),
          nullif(json_extract_scalar(requestparameters, '$.serverCertificateName'), ''),
          nullif(json_extract_scalar(responseelements, '$.accessKey.userName'), '')
        )
      WHEN 'sts.amazonaws.com'
        THEN coalesce(
          nullif(json_extract_scalar(requestparameters, '$.roleArn'), ''),
          nullif(json_extract_scalar(requestparameters, '$.targetPrincipal'), ''),
          nullif(json_extract_scalar(requestparameters, '$.name'), '')
        )
      WHEN 'ec2.amazonaws.com'
        THEN coalesce(
          nullif(json_extract_scalar(requestparameters, '$.groupId'), ''),
          nullif(json_extract_scalar(requestparameters, '$.groupName'), ''),
          nullif(json_extract_scalar(requestparameters, '$.routeTableId'), ''),
          nullif(json_extract_scalar(requestparameters, '$.networkAclId'), ''),
          nullif(json_extract_scalar(requestparameters, '$.internetGatewayId'), ''),
          nullif(json_extract_scalar(requestparameters, '$.volumeId'), ''),
          nullif(json_extract_scalar(requestparameters, '$.snapshotId'), ''),
          nullif(json_extract_scalar(requestparameters, '$.imageId'), ''),
          nullif(json_extract_scalar(requestparameters, '$.networkInterfaceId'), ''),
          nullif(json_extract_scalar(requestparameters, '$.allocationId'), ''),
          nullif(json_extract_scalar(requestparameters, '$.instanceId'), ''),
          nullif(json_extract_scalar(requestparameters, '$.instancesSet.items[0].instanceId'), ''),
          nullif(json_extract_scalar(responseelements, '$.instancesSet.items[0].instanceId'), ''),
          nullif(json_extract_scalar(requestparameters, '$.resourcesSet.items[0].resourceId'), ''),
          nullif(
            json_extract_scalar(requestparameters, '$.DeleteFlowLogsRequest.FlowLogId.content'),
            ''
          ),
          nullif(
            json_extract_scalar(requestparameters, '$.CreateFlowLogsRequest.ResourceId.content'),
            ''
          ),
          nullif(json_extract_scalar(responseelements, '$.vpc.vpcId'), ''),
          nullif(json_extract_scalar(responseelements, '$.subnet.subnetId'), ''),
          nullif(json_extract_scalar(responseelements, '$.routeTable.routeTableId'), ''),
          nullif(json_extract_scalar(responseelements, '$.internetGateway.internetGatewayId'), ''),
          nullif(json_extract_scalar(responseelements, '$.networkInterface.networkInterfaceId'), ''),
          nullif(json_extract_scalar(responseelements, '$.volumeId'), ''),
          nullif(json_extract_scalar(requestparameters, '$.subnetId'), ''),
          nullif(json_extract_scalar(requestparameters, '$.vpcId'), ''),
          nullif(json_extract_scalar(requestparameters, '$.keyName'), ''),
          nullif(json_extract_scalar(requestparameters, '$.associationId'), ''),
          nullif(json_extract_scalar(requestparameters, '$.attachmentId'), ''),
          nullif(json_extract_scalar(requestparameters, '$.launchTemplateId'), ''),
          nullif(json_extract_scalar(requestparameters, '$.launchTemplateName'), ''),
          nullif(json_extract_scalar(requestparameters, '$.resourceId'), ''),
          nullif(json_extract_scalar(requestparameters, '$.instancesSet.items[0].imageId'), '')
        )
      WHEN 'rds.amazonaws.com'
        THEN coalesce(
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
          nullif(json_extract_scalar(requestparameters, '$.resourceName'), ''),
          nullif(json_extract_scalar(requestparameters, '$.resourceArn'), ''),
          nullif(json_extract_scalar(requestparameters, '$.sourceArn'), '')
        )
      WHEN 'kms.amazonaws.com'
        THEN coalesce(
          nullif(json_extract_scalar(requestparameters, '$.keyId'), ''),
          nullif(json_extract_scalar(requestparameters, '$.aliasName'), ''),
          nullif(json_extract_scalar(requestparameters, '$.targetKeyId'), ''),
          nullif(json_extract_scalar(requestparameters, '$.customKeyStoreId'), ''),
          nullif(json_extract_scalar(requestparameters, '$.customKeyStoreName'), '')
        )
      WHEN 'secretsmanager.amazonaws.com'
        THEN coalesce(
          nullif(json_extract_scalar(requestparameters, '$.secretId'), ''),
          nullif(json_extract_scalar(requestparameters, '$.name'), '')
        )
      WHEN 'ssm.amazonaws.com'
        THEN coalesce(
          nullif(json_extract_scalar(requestparameters, '$.name'), ''),
          nullif(json_extract_scalar(requestparameters, '$.documentName'), ''),
          nullif(json_extract_scalar(requestparameters, '$.target'), ''),
          nullif(json_extract_scalar(requestparameters, '$.instanceId'), ''),
          nullif(json_extract_scalar(requestparameters, '$.sessionId'), ''),
          nullif(json_extract_scalar(requestparameters, '$.resourceId'), ''),
          nullif(json_extract_scalar(requestparameters, '$.commandId'), '')
        )
      WHEN 'lambda.amazonaws.com'
        THEN coalesce(
          nullif(json_extract_scalar(requestparameters, '$.functionName'), ''),
          nullif(json_extract_scalar(requestparameters, '$.layerName'), ''),
          nullif(json_extract_scalar(requestparameters, '$.uUID'), ''),
          nullif(json_extract_scalar(requestparameters, '$.resource'), '')
        )
      WHEN 'cloudtrail.amazonaws.com'
        THEN coalesce(
          nullif(json_extract_scalar(requestparameters, '$.name'), ''),
          nullif(json_extract_scalar(requestparameters, '$.trailName'), ''),
          nullif(json_extract_scalar(requestparameters, '$.trailARN'), ''),
          nullif(json_extract_scalar(requestparameters, '$.resourceId'), ''),
          nullif(json_extract_scalar(requestparameters, '$.eventDataStore'), ''),
          nullif(json_extract_scalar(requestparameters, '$.channel'), '')
        )
      WHEN 'logs.amazonaws.com'
        THEN coalesce(
          nullif(json_extract_scalar(requestparameters, '$.logGroupName'), ''),
          nullif(json_extract_scalar(requestparameters, '$.destinationName'), ''),
          nullif(json_extract_scalar(requestparameters, '$.queryDefinitionName'), ''),
          nullif(json_extract_scalar(requestparameters, '$.policyName'), ''),
          nullif(json_extract_scalar(requestparameters, '$.logGroupIdentifier'), ''),
          nullif(json_extract_scalar(requestparameters, '$.resourceArn'), '')
        )
      WHEN 'organizations.amazonaws.com'
        THEN coalesce(
          nullif(json_extract_scalar(requestparameters, '$.policyId'), ''),
          nullif(json_extract_scalar(requestparameters, '$.targetId'), ''),
          nullif(json_extract_scalar(requestparameters, '$.accountId'), ''),
          nullif(json_extract_scalar(requestparameters, '$.organizationalUnitId'), ''),
          nullif(json_extract_scalar(requestparameters, '$.servicePrincipal'), ''),
          nullif(json_extract_scalar(requestparameters, '$.name'), '')
        )
      WHEN 'elasticloadbalancing.amazonaws.com'
        THEN coalesce(
          nullif(json_extract_scalar(requestparameters, '$.loadBalancerArn'), ''),
          nullif(json_extract_scalar(requestparameters, '$.loadBalancerName'), ''),
          nullif(json_extract_scalar(requestparameters, '$.targetGroupArn'), ''),
          nullif(json_extract_scalar(requestparameters, '$.listenerArn'), ''),
          nullif(json_extract_scalar(requestparameters, '$.ruleArn'), ''),
          nullif(json_extract_scalar(requestparameters, '$.name'), '')
        )
      WHEN 'route53.amazonaws.com'
        THEN coalesce(
          nullif(json_extract_scalar(requestparameters, '$.hostedZoneId'), ''),
          nullif(json_extract_scalar(requestparameters, '$.id'), ''),
          nullif(json_extract_scalar(requestparameters, '$.name'), ''),
          nullif(json_extract_scalar(requestparameters, '$.healthCheckId'), '')
        )
      WHEN 'sso.amazonaws.com'
        THEN coalesce(
          nullif(json_extract_scalar(requestparameters, '$.permissionSetArn'), ''),
          nullif(json_extract_scalar(requestparameters, '$.targetId'), ''),
          nullif(json_extract_scalar(requestparameters, '$.applicationArn'), ''),
          nullif(json_extract_scalar(requestparameters, '$.instanceArn'), ''),
          nullif(json_extract_scalar(requestparameters, '$.name'), '')
        )
      WHEN 'eks.amazonaws.com'
        THEN coalesce(
          nullif(json_extract_scalar(requestparameters, '$.name'), ''),
          nullif(json_extract_scalar(requestparameters, '$.clusterName'), ''),
          nullif(json_extract_scalar(requestparameters, '$.resourceArn'), '')
        )
      ELSE coalesce(
        nullif(json_extract_scalar(requestparameters, '$.arn'), ''),
        nullif(json_extract_scalar(requestparameters, '$.resourceArn'), ''),
        nullif(json_extract_scalar(requestparameters, '$.resourceARN'), ''),
        nullif(json_extract_scalar(requestparameters, '$.name'), ''),
        nullif(json_extract_scalar(requestparameters, '$.Name'), ''),
        nullif(json_extract_scalar(requestparameters, '$.id'), ''),
        nullif(json_extract_scalar(requestparameters, '$.identifier'), ''),
        nullif(json_extract_scalar(requestparameters, '$.resourceId'), ''),
        nullif(json_extract_scalar(requestparameters, '$.topicArn'), ''),
        nullif(json_extract_scalar(requestparameters, '$.queueUrl'), ''),
        nullif(json_extract_scalar(requestparameters, '$.queueName'), ''),
        nullif(json_extract_scalar(requestparameters, '$.tableName'), ''),
        nullif(json_extract_scalar(requestparameters, '$.stackName'), ''),
        nullif(json_extract_scalar(requestparameters, '$.stackSetName'), ''),
        nullif(json_extract_scalar(requestparameters, '$.autoScalingGroupName'), ''),
        nullif(json_extract_scalar(requestparameters, '$.repositoryName'), ''),
        nullif(json_extract_scalar(requestparameters, '$.clusterName'), ''),
        nullif(json_extract_scalar(requestparameters, '$.cluster'), ''),
        nullif(json_extract_scalar(requestparameters, '$.clusterIdentifier'), ''),
        nullif(json_extract_scalar(requestparameters, '$.clusterArn'), ''),
        nullif(json_extract_scalar(requestparameters, '$.domainName'), ''),
        nullif(json_extract_scalar(requestparameters, '$.configRuleName'), ''),
        nullif(json_extract_scalar(requestparameters, '$.configurationRecorderName'), ''),
        nullif(json_extract_scalar(requestparameters, '$.deliveryChannelName'), ''),
        nullif(json_extract_scalar(requestparameters, '$.detectorId'), ''),
        nullif(json_extract_scalar(requestparameters, '$.restApiId'), ''),
        nullif(json_extract_scalar(requestparameters, '$.apiId'), ''),
        nullif(json_extract_scalar(requestparameters, '$.instanceId'), ''),
        nullif(json_extract_scalar(requestparameters, '$.distributionId'), ''),
        nullif(json_extract_scalar(requestparameters, '$.alarmName'), ''),
        nullif(json_extract_scalar(requestparameters, '$.dashboardName'), ''),
        nullif(json_extract_scalar(requestparameters, '$.modelId'), ''),
        nullif(json_extract_scalar(requestparameters, '$.workGroup'), ''),
        nullif(json_extract_scalar(requestparameters, '$.databaseName'), ''),
        nullif(json_extract_scalar(requestparameters, '$.backupVaultName'), ''),
        nullif(json_extract_scalar(requestparameters, '$.trustAnchorId'), ''),
        nullif(json_extract_scalar(requestparameters, '$.profileId'), ''),
        nullif(json_extract_scalar(requestparameters, '$.certificateArn'), ''),
        nullif(json_extract_scalar(requestparameters, '$.projectName'), ''),
        nullif(json_extract_scalar(requestparameters, '$.projectArn'), ''),
        nullif(json_extract_scalar(requestparameters, '$.meshName'), ''),
        nullif(json_extract_scalar(requestparameters, '$.vaultName'), ''),
        nullif(json_extract_scalar(requestparameters, '$.userName'), ''),
        nullif(json_extract_scalar(requestparameters, '$.groupId'), ''),
        nullif(json_extract_scalar(requestparameters, '$.userId'), ''),
        nullif(json_extract_scalar(requestparameters, '$.accountId'), '')
      )
    END,
    nullif(json_extract_scalar(additionaleventdata, '$.ARN'), ''),
    nullif(json_extract_scalar(additionaleventdata, '$.SecretId'), ''),
    nullif(json_extract_scalar(serviceeventdetails, '$.keyId'), ''),
    nullif(json_extract_scalar(serviceeventdetails, '$.snapshotId'), ''),
    regexp_extract(errormessage, 'on resource: (arn:[^ ]+)', 1),
    regexp_extract(
      json_extract_scalar(responseelements, '$.message'),
      'on resource: (arn:[^ ]+)',
      1
    )
  ) AS resource,
  file AS log_file,
  CASE
    WHEN contains(CAST(ARRAY[] AS array(date)), local_date) THEN 'workday'
    WHEN contains(CAST(ARRAY[] AS array(date)), local_date) THEN 'holiday'
    WHEN contains(ARRAY[BIGINT '6', BIGINT '7'], day_of_week(local_date)) THEN 'weekend'
    ELSE 'workday'
  END AS day_kind,
  h_category AS category,
  copies,
  copies_differ
FROM l