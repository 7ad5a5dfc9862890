SELECT event_time, account_id, sourceipaddress, eventid
FROM events
WHERE eventname = 'ConsoleLogin'
  AND actor_type = 'root'
  AND NOT coalesce(contains(CAST(ARRAY[] AS array(varchar)), eventid), FALSE)
ORDER BY event_time, account_id, eventid, sourceipaddress