package main

import (
	"strings"
	"testing"
)

// Partitioned, the staged copy of a report answers as the embedded engine does: for every query there is, and with
// parameters that change which rows are asked for.
func TestPartitionsAnswerAsDuckDB(t *testing.T) {
	c := newCloud(t, 1500)
	partitioned(t)
	for _, r := range []struct {
		id     string
		params []string
	}{
		{"cis-aws", []string{"--param", "root/any-activity.include_reads=false"}},
		{"out-of-hours", []string{"--param", "list_reads=true", "--param", "all_roles=true", "--timezone", "Europe/Berlin"}},
		{"s3-activity", []string{"--param", "include_services=true"}},
		{"sixty", []string{"--library", c.sixty()}}, // every query there is
	} {
		local, _ := c.report(t.Context(), r.id, "local", append([]string{"--engine", "duckdb", "--source", "logs"}, r.params...)...)
		remote, _ := c.report(t.Context(), r.id, "partitions", append([]string{"--mode", "staged"}, r.params...)...)
		sameAnswers(t, local, remote)
		c.clean()
	}
	extracted := 0
	for _, x := range c.fake.Executions() { // what S3's activity takes out of requests has columns of its own
		if strings.Contains(x.SQL, "json_extract_scalar(\"requestparameters\", '$.bucketName') AS extracted_") {
			extracted++
		}
	}
	if extracted == 0 {
		t.Error("no copy holds the names of buckets")
	}
}
