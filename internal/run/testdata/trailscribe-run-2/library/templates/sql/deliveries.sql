-- The log files outside CloudTrail's S3 layout, by the account, region and UTC day of the records in them: their keys
-- do not say when they were delivered. It goes on from `dated` of events.sql.
SELECT
  account_id,
  awsregion,
  CAST(event_time AS date) AS utc_day,
  count(DISTINCT file) AS files
FROM dated
WHERE day IS NULL
  AND event_time >= :period_from AND event_time < :period_to
  AND (h_category = 'management' OR h_category LIKE 'data:%')
  AND (cardinality(:accounts) = 0 OR contains(:accounts, account_id))
  AND (cardinality(:regions) = 0 OR contains(:regions, awsregion))
GROUP BY 1, 2, 3
ORDER BY 1, 2, 3
