-- The events whose copies differ: the same account and event id, but not the same content. Where the copies lay is no
-- difference; JSON is compared as it was written. It goes on from `dated` of events.sql. An engine that knows which
-- events were delivered more than once may hand in the records of these only.
SELECT eventid
FROM dated
WHERE event_time >= :period_from AND event_time < :period_to
  AND (h_category = 'management' OR h_category LIKE 'data:%')
  AND (cardinality(:accounts) = 0 OR contains(:accounts, account_id))
  AND (cardinality(:regions) = 0 OR contains(:regions, awsregion))
  AND eventid <> ''
GROUP BY account_id, eventid
HAVING count(DISTINCT ROW(
  eventversion, useridentity, eventtime, eventsource, eventname, awsregion, sourceipaddress, useragent, errorcode, errormessage,
  requestparameters, responseelements, additionaleventdata, requestid, resources, eventtype, apiversion, readonly,
  recipientaccountid, serviceeventdetails, sharedeventid, vpcendpointid, vpcendpointaccountid, eventcategory, addendum,
  sessioncredentialfromconsole, edgedevicedetails, tlsdetails, managementevent, eventcontext, insightdetails, annotation)) > 1
ORDER BY eventid
