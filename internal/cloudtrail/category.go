package cloudtrail

import (
	"bytes"
	"strings"
)

// Categories of a record. Data events are told apart by service: "data:s3", "data:lambda", "data:dynamodb".
const (
	Management = "management"
	Data       = "data:" // and the service: eventSource without .amazonaws.com
	Network    = "network"
	Insight    = "insight"
	Aggregated = "aggregated"
	Other      = "other" // an eventCategory this version does not know
)

// Category is management, data:<service>, network, insight, aggregated or other.
//
// eventCategory decides where the record has it (event version 1.07, since 2020). Older records are judged by the rest,
// in this order:
//
//  1. eventType: AwsCloudTrailInsight is insight, AwsVpceEvent(s) network, AwsAggregatedEvent aggregated;
//  2. managementEvent: true is management, false is data;
//  3. a resource of a type that only data events name (AWS::S3::Object and a few more) is data;
//  4. eventSource and eventName: the calls on objects, items, functions that AWS lists as data events are data;
//  5. anything else is management, because data events are off unless a trail asks for them.
func (r *Record) Category() string {
	if c := r.cells[leafEventCategory]; len(c) > 0 {
		switch strings.ToLower(string(c)) {
		case "management":
			return Management
		case "data":
			return r.data()
		case "networkactivity":
			return Network
		case "insight":
			return Insight
		case "aggregated":
			return Aggregated
		}
		return Other
	}
	switch string(r.cells[leafEventType]) {
	case "AwsCloudTrailInsight":
		return Insight
	case "AwsVpceEvent", "AwsVpceEvents":
		return Network
	case "AwsAggregatedEvent":
		return Aggregated
	}
	switch string(r.cells[leafManagementEvent]) {
	case "true":
		return Management
	case "false":
		return r.data()
	}
	for i := range r.resources {
		switch string(r.resources[i].Type()) {
		case "AWS::S3::Object", "AWS::S3ObjectLambda::AccessPoint", "AWS::S3Outposts::Object", "AWS::DynamoDB::Stream":
			return r.data()
		}
	}
	if calls, ok := dataCalls[string(r.cells[leafEventSource])]; ok && calls(string(r.cells[leafEventName])) {
		return r.data()
	}
	return Management
}

// service categories are few; the strings are made once for the common ones.
var commonData = map[string]string{
	"s3.amazonaws.com":       "data:s3",
	"lambda.amazonaws.com":   "data:lambda",
	"dynamodb.amazonaws.com": "data:dynamodb",
	"sqs.amazonaws.com":      "data:sqs",
	"sns.amazonaws.com":      "data:sns",
}

func (r *Record) data() string {
	source := r.cells[leafEventSource]
	if c, ok := commonData[string(source)]; ok {
		return c
	}
	service, _, _ := bytes.Cut(source, []byte(".amazonaws.com"))
	if len(service) == 0 {
		return "data:unknown"
	}
	return Data + strings.ToLower(string(service))
}

// dataCalls are the data events of the years before eventCategory existed: objects of S3, functions of Lambda and, since
// 2020, items of DynamoDB ("Logging data events", CloudTrail user guide).
var dataCalls = map[string]func(name string) bool{
	"s3.amazonaws.com": oneOf("GetObject", "PutObject", "DeleteObject", "DeleteObjects", "HeadObject", "CopyObject",
		"PostObject", "OptionsObject", "RestoreObject", "SelectObjectContent", "ListObjects", "ListObjectsV2", "ListObjectVersions",
		"GetObjectAcl", "PutObjectAcl", "GetObjectTagging", "PutObjectTagging", "DeleteObjectTagging", "GetObjectTorrent",
		"GetObjectAttributes", "GetObjectLegalHold", "PutObjectLegalHold", "GetObjectRetention", "PutObjectRetention",
		"CreateMultipartUpload", "InitiateMultipartUpload", "UploadPart", "UploadPartCopy", "CompleteMultipartUpload",
		"AbortMultipartUpload", "ListMultipartUploads", "ListParts", "HeadBucket", "WriteGetObjectResponse"),
	"lambda.amazonaws.com": oneOf("Invoke", "InvokeExecution", "InvokeAsync", "InvokeWithResponseStream"),
	"dynamodb.amazonaws.com": oneOf("GetItem", "PutItem", "UpdateItem", "DeleteItem", "Query", "Scan", "BatchGetItem",
		"BatchWriteItem", "TransactGetItems", "TransactWriteItems", "ExecuteStatement", "BatchExecuteStatement",
		"ExecuteTransaction", "GetRecords", "GetShardIterator"),
}

func oneOf(names ...string) func(string) bool {
	m := make(map[string]bool, len(names))
	for _, n := range names {
		m[n] = true
	}
	return func(n string) bool { return m[n] }
}
