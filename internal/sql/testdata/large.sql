-- Sign-ins, keys and network changes of one period beside those of the days before: long, not meaningful.
WITH actors AS (
  SELECT
    account_id,
    actor_key,
    max_by(actor, event_time) AS actor,
    count(*) AS events,
    count_if(denied) AS denied,
    count(DISTINCT source_ip) AS addresses,
    min(event_time) AS first_seen,
    max(event_time) AS last_seen,
    array_join(array_sort(array_agg(DISTINCT awsregion)), ', ') AS regions
  FROM events
  WHERE actor_type IN ('root', 'user', 'role', 'identity-center', 'federated')
    AND NOT coalesce(is_automation, false)
    AND event_time >= :period_from AND event_time < :period_to
    AND NOT coalesce(contains(:approved, eventid), false)
  GROUP BY account_id, actor_key
),
known AS (
  SELECT DISTINCT account_id, actor_key, source_ip
  FROM history
  WHERE source_kind = 'address' AND source_ip IS NOT NULL
),
fresh AS (
  SELECT e.account_id, e.actor_key, e.source_ip, min(e.event_time) AS at, count(*) AS n
  FROM events AS e
  LEFT JOIN known AS k
    ON k.account_id = e.account_id AND k.actor_key = e.actor_key AND k.source_ip = e.source_ip
  WHERE k.source_ip IS NULL
    AND TRY_CAST(e.source_ip AS ipaddress) IS NOT NULL
    AND none_match(:networks, c -> contains(c, TRY_CAST(e.source_ip AS ipaddress)))
  GROUP BY e.account_id, e.actor_key, e.source_ip
),
opened AS (
  SELECT
    account_id,
    actor_key,
    eventid,
    json_extract_scalar(requestparameters, '$.groupId') AS group_id,
    json_extract_scalar(perm, '$.fromPort') AS from_port,
    json_extract_scalar(perm, '$.toPort') AS to_port,
    json_extract_scalar(rng, '$.cidrIp') AS cidr
  FROM events
  CROSS JOIN UNNEST(CAST(json_extract(requestparameters, '$.ipPermissions.items') AS array(json))) AS p (perm)
  CROSS JOIN UNNEST(CAST(json_extract(perm, '$.ipRanges.items') AS array(json))) AS q (rng)
  WHERE eventname IN ('AuthorizeSecurityGroupIngress', 'AuthorizeSecurityGroupEgress')
    AND errorcode IS NULL
    AND json_extract_scalar(rng, '$.cidrIp') IN ('0.0.0.0/0', '::/0')
),
changes AS (
  SELECT
    account_id,
    actor_key,
    CASE
      WHEN eventname LIKE 'Create%' OR eventname LIKE 'Put%' OR eventname LIKE 'Attach%' THEN 'added'
      WHEN eventname LIKE 'Delete%' OR eventname LIKE 'Detach%' OR eventname LIKE 'Remove%' THEN 'removed'
      WHEN eventname IN ('StopLogging', 'UpdateTrail', 'DeleteTrail', 'PutEventSelectors') THEN 'logging'
      ELSE 'changed'
    END AS kind,
    date_trunc('day', local_time) AS day,
    row_number() OVER (PARTITION BY account_id, actor_key ORDER BY event_time DESC, eventid) AS newest,
    sum(1) OVER (PARTITION BY account_id ORDER BY event_time, eventid ROWS BETWEEN 9 PRECEDING AND CURRENT ROW) AS burst
  FROM events
  WHERE is_write AND succeeded
    AND eventsource IN (
      'iam.amazonaws.com', 'sts.amazonaws.com', 'kms.amazonaws.com', 's3.amazonaws.com', 'ec2.amazonaws.com',
      'cloudtrail.amazonaws.com', 'config.amazonaws.com', 'guardduty.amazonaws.com', 'organizations.amazonaws.com')
)
SELECT
  a.account_id,
  a.actor,
  a.events,
  a.denied,
  round(100 * CAST(a.denied AS double) / nullif(a.events, 0)) AS denied_percent,
  coalesce(f.addresses, 0) AS new_addresses,
  coalesce(o.rules, 0) AS open_rules,
  count_if(c.kind = 'added') AS added,
  count_if(c.kind = 'removed') AS removed,
  count_if(c.kind = 'logging') AS logging,
  max(c.burst) FILTER (WHERE c.newest <= 100) AS burst,
  date_diff('minute', a.first_seen, a.last_seen) AS minutes,
  a.first_seen,
  a.last_seen,
  a.regions
FROM actors AS a
LEFT JOIN (SELECT account_id, actor_key, count(*) AS addresses FROM fresh GROUP BY account_id, actor_key) AS f
  ON f.account_id = a.account_id AND f.actor_key = a.actor_key
LEFT JOIN (SELECT account_id, actor_key, count(*) AS rules FROM opened GROUP BY account_id, actor_key) AS o
  ON o.account_id = a.account_id AND o.actor_key = a.actor_key
LEFT JOIN changes AS c
  ON c.account_id = a.account_id AND c.actor_key = a.actor_key
WHERE a.addresses > :max_addresses
  OR a.denied > 10
  OR EXISTS (SELECT 1 FROM opened AS x WHERE x.account_id = a.account_id AND x.actor_key = a.actor_key)
GROUP BY a.account_id, a.actor, a.events, a.denied, f.addresses, o.rules, a.first_seen, a.last_seen, a.regions
HAVING count(*) > 0
ORDER BY denied DESC, events DESC, account_id, actor
LIMIT 500
