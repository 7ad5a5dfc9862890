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

// DNSSuffix is how host names of a partition's services end; amazonaws.com for one that is not known.
func DNSSuffix(partition string) string {
	for _, p := range partitions {
		if p.name == partition {
			return p.suffix
		}
	}
	return "amazonaws.com"
}

// ARN is the name of a resource in the partition of its region. S3 buckets have neither region nor account.
func ARN(region, service, account, resource string) string {
	partition := Partition(region)
	if service == "s3" {
		return "arn:" + partition + ":s3:::" + resource
	}
	if service == "iam" {
		region = ""
	}
	return "arn:" + partition + ":" + service + ":" + region + ":" + account + ":" + resource
}

// partitions as AWS publishes them in the SDK's partitions.json; longer prefixes stand first.
var partitions = []struct{ prefix, name, suffix string }{
	{"cn-", "aws-cn", "amazonaws.com.cn"},
	{"us-gov-", "aws-us-gov", "amazonaws.com"},
	{"us-isob-", "aws-iso-b", "sc2s.sgov.gov"},
	{"us-isof-", "aws-iso-f", "csp.hci.ic.gov"},
	{"eu-isoe-", "aws-iso-e", "cloud.adc-e.uk"},
	{"us-iso-", "aws-iso", "c2s.ic.gov"},
	{"eusc-", "aws-eusc", "amazonaws.eu"},
}
