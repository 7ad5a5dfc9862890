package awsconfig

import "strings"

// Partition is the AWS partition a region belongs to: aws, aws-cn, aws-us-gov and the isolated ones. ARNs begin with it
// (arn:aws-cn:…), and neither roles nor buckets reach across partitions. A region that AWS adds later is told by its
// prefix; a text without a known prefix is of the partition aws.
func Partition(region string) string {
	for _, p := range partitions {
		if strings.HasPrefix(region, p.prefix) {
			return p.name
		}
	}
	return "aws"
}

// partitions as AWS publishes them in the SDK's partitions.json; longer prefixes stand first.
var partitions = []struct{ prefix, name string }{
	{"cn-", "aws-cn"},
	{"us-gov-", "aws-us-gov"},
	{"us-isob-", "aws-iso-b"},
	{"us-isof-", "aws-iso-f"},
	{"eu-isoe-", "aws-iso-e"},
	{"us-iso-", "aws-iso"},
	{"eusc-", "aws-eusc"},
}
