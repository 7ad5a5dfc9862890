package main

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	gluetypes "github.com/aws/aws-sdk-go-v2/service/glue/types"
)

const existingConfig = "engine: athena\nathena: {logs: \"s3://trail-logs\", region: eu-central-1, catalog: existing}\n"

// oneRegion makes AWS's documented table of one account and one region over a bucket that holds more. The account has a workgroup.
func oneRegion(t *testing.T) *account {
	t.Helper()
	c := newAccount(t, "athena: {logs: \"s3://trail-logs\", region: eu-central-1}\n")
	for _, day := range []string{"2026/10/01", "2026/10/07"} {
		c.log("AWSLogs/", "111122223333", "us-east-1", day, 3)
		c.log("AWSLogs/", "111122223333", "eu-west-2", day, 3)
		c.log("AWSLogs/", "444455556666", "us-east-1", day, 3)
	}
	c.aws.CreateBucket("results")
	c.configure("athena: {logs: \"s3://trail-logs\", region: eu-central-1, output: \"s3://results/out\"}\n")
	c.want(exitDone, "infra apply --yes --prove 0")
	c.change(func(in *gluetypes.TableInput) {
		in.StorageDescriptor.Location = aws.String("s3://trail-logs/AWSLogs/111122223333/CloudTrail/us-east-1/")
		in.PartitionKeys = []gluetypes.Column{{Name: aws.String("timestamp"), Type: aws.String("string")}}
		in.Parameters = map[string]string{"projection.enabled": "true", "projection.timestamp.type": "date",
			"projection.timestamp.format": "yyyy/MM/dd", "projection.timestamp.range": "2020/01/01,NOW", "projection.timestamp.interval": "1",
			"projection.timestamp.interval.unit": "DAYS",
			"storage.location.template":          "s3://trail-logs/AWSLogs/111122223333/CloudTrail/us-east-1/${timestamp}"}
	})
	c.configure(strings.Replace(existingConfig, "catalog", "output: \"s3://results/out\", catalog", 1))
	return c
}

// What a table of others leaves out makes the answer incomplete, by name, as with a table of ours.
func TestExistingTableOfOneRegionIsIncomplete(t *testing.T) {
	t.Parallel()
	c := oneRegion(t)
	c.want(exitIncomplete, "query run iam/user-lifecycle --period 2026-10", "444455556666", "eu-west-2")
}

// The state is printed whatever the control count comes to, and hints name what helps with a table that is left alone.
func TestStatusOfAnExistingTable(t *testing.T) {
	t.Parallel()
	c := oneRegion(t)
	c.want(exitMismatch, "infra status --prove 2", "control count", "eu-west-2 has log files", "444455556666 has log files",
		"set catalog: managed and another table:", "!add it with 'trailscribe infra apply'")
	c.want(exitDone, "infra apply --yes", "!Error")
	c.change(func(in *gluetypes.TableInput) {
		in.StorageDescriptor.Location = aws.String("s3://trail-logs/AWSLogs/")
		in.PartitionKeys, in.Parameters = nil, map[string]string{}
	})
	c.want(exitDone, "infra status --prove 2", "has no partitions", "control count", "was not counted")
	c.want(exitDone, "infra apply --yes", "was not counted")
}

// Plan advises what status knows about a layout, and does not end well where it is not possible.
func TestPlanAdvisesTheLayout(t *testing.T) {
	t.Parallel()
	c := newAccount(t, "athena: {logs: \"s3://trail-logs\", region: eu-central-1}\n")
	c.log("o-exampleorg1/AWSLogs/o-exampleorg1/", "111122223333", "us-east-1", "2026/10/01", 1)
	for _, command := range []string{"infra plan", "infra apply --yes"} {
		if out, said, code := c.run("", strings.Fields(command)...); code != exitError ||
			!strings.Contains(said, "set logs: s3://trail-logs/o-exampleorg1 and organization: o-exampleorg1") {
			t.Errorf("%s: exit code %d\n%s%s", command, code, out, said)
		}
	}
}

// Where the configuration says all, an export asks nobody.
func TestExportWithoutCredentials(t *testing.T) {
	t.Parallel()
	c := newAccount(t, "athena: {logs: \"s3://trail-logs\", region: eu-central-1, accounts: [\"111122223333\"], "+
		"regions: [us-east-1], first_day: 2026-01-01}\n")
	c.aws.Close()
	for _, target := range []string{"terraform", "cloudformation", "sql"} {
		c.want(exitDone, "infra export "+target, "111122223333")
	}
}
