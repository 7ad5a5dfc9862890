-- The events whose copies differ: records with the same account and event id that do not say the same, of which at least one
-- is an event of the period or of the history before it. One row for each content, with the first log file that has it. It
-- goes on from `dated` of events.sql. An engine that knows which events these can be may hand in the records of these only.
SELECT account_id, eventid, to_hex(h_content) AS content, file
FROM (
  SELECT *,
    count(*) OVER (PARTITION BY account_id, eventid) AS contents,
    max(in_report) OVER (PARTITION BY account_id, eventid) AS concerns_report
  FROM (
    SELECT
      account_id,
      eventid,
      h_content,
      min(file) AS file,
      max(CASE
        WHEN event_time >= :history_from AND event_time < :period_to
          AND (h_category = 'management' OR h_category LIKE 'data:%')
          AND (cardinality(:accounts) = 0 OR contains(:accounts, account_id))
          AND (cardinality(:regions) = 0 OR contains(:regions, awsregion))
        THEN 1
        ELSE 0
      END) AS in_report
    FROM dated
    WHERE eventid <> ''
    GROUP BY account_id, eventid, h_content
  )
)
WHERE contents > 1 AND concerns_report = 1
ORDER BY account_id, eventid, content
