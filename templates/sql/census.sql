-- The count of all records that were read, in the period or not, so that nothing disappears without being counted.
-- It goes on from `dated` of events.sql. A record whose account or region cannot be told is in every scope.
SELECT
  account_id,
  h_category AS category,
  event_time IS NOT NULL AS dated,
  coalesce(event_time >= :period_from AND event_time < :period_to, false) AS in_period,
  (cardinality(:accounts) = 0 OR account_id IS NULL OR contains(:accounts, account_id))
    AND (cardinality(:regions) = 0 OR awsregion IS NULL OR contains(:regions, awsregion)) AS in_scope,
  count(*) AS records
FROM dated
GROUP BY 1, 2, 3, 4, 5
ORDER BY 1, 2, 3, 4, 5
