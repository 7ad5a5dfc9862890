-- Run each statement by itself in Athena, in the region us-gov-west-1. Neither changes a log file.
CREATE DATABASE IF NOT EXISTS `trailscribe`
  COMMENT 'Made and kept by Trailscribe'
  WITH DBPROPERTIES ('trailscribe:managed' = 'true');

CREATE EXTERNAL TABLE `trailscribe`.`cloudtrail` (
  `eventversion` string,
  `useridentity` struct<type:string,principalid:string,arn:string,accountid:string,invokedby:string,accesskeyid:string,username:string,onbehalfof:struct<userid:string,identitystorearn:string>,sessioncontext:struct<attributes:struct<mfaauthenticated:string,creationdate:string>,sessionissuer:struct<type:string,principalid:string,arn:string,accountid:string,username:string>,ec2roledelivery:string,webidfederationdata:struct<federatedprovider:string,attributes:map<string,string>>,sourceidentity:string,assumedroot:string>,inscopeof:struct<sourcearn:string,sourceaccount:string,issuertype:string,credentialsissuedto:string>,invokedbydelegate:struct<accountid:string>,credentialid:string,identityprovider:string>,
  `eventtime` string,
  `eventsource` string,
  `eventname` string,
  `awsregion` string,
  `sourceipaddress` string,
  `useragent` string,
  `errorcode` string,
  `errormessage` string,
  `requestparameters` string,
  `responseelements` string,
  `additionaleventdata` string,
  `requestid` string,
  `eventid` string,
  `resources` array<struct<arn:string,accountid:string,type:string>>,
  `eventtype` string,
  `apiversion` string,
  `readonly` string,
  `recipientaccountid` string,
  `serviceeventdetails` string,
  `sharedeventid` string,
  `vpcendpointid` string,
  `vpcendpointaccountid` string,
  `eventcategory` string,
  `addendum` struct<reason:string,updatedfields:string,originalrequestid:string,originaleventid:string>,
  `sessioncredentialfromconsole` string,
  `edgedevicedetails` string,
  `tlsdetails` struct<tlsversion:string,ciphersuite:string,clientprovidedhostheader:string>,
  `managementevent` string,
  `eventcontext` string,
  `insightdetails` string,
  `annotation` string
)
COMMENT 'CloudTrail log files of s3://logs/AWSLogs/, kept by Trailscribe'
PARTITIONED BY (
  `account` string,
  `region` string,
  `day` string
)
ROW FORMAT SERDE 'org.apache.hive.hcatalog.data.JsonSerDe'
STORED AS INPUTFORMAT 'com.amazon.emr.cloudtrail.CloudTrailInputFormat'
OUTPUTFORMAT 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat'
LOCATION 's3://logs/AWSLogs/'
TBLPROPERTIES (
  'classification' = 'cloudtrail',
  'projection.account.type' = 'enum',
  'projection.account.values' = '111122223333',
  'projection.day.format' = 'yyyy/MM/dd',
  'projection.day.interval' = '1',
  'projection.day.interval.unit' = 'DAYS',
  'projection.day.range' = '2026/01/01,NOW',
  'projection.day.type' = 'date',
  'projection.enabled' = 'true',
  'projection.region.type' = 'enum',
  'projection.region.values' = 'eu-central-1,us-east-1',
  'storage.location.template' = 's3://logs/AWSLogs/${account}/CloudTrail/${region}/${day}/',
  'trailscribe:managed' = 'true'
);
