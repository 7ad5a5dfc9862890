SELECT eventname, count(*) AS n
FROM events
GROUP BY eventname
ORDER BY eventname