SELECT count(*) AS n
FROM events
WHERE eventname = 'ConsoleLogin'