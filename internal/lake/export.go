package lake

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/glue/types"
)

// Targets of Export.
var Targets = []string{"terraform", "cloudformation", "sql"}

// Export writes the lake as it is wanted in the words of another tool. now is the table that is there, nil for none: values
// that were found before stay in its lists.
func (l *Lake) Export(target string, now *types.Table) (string, error) {
	had := map[string]string{}
	if now != nil {
		had = now.Parameters
	}
	p, err := l.parameters(had)
	if err != nil {
		return "", err
	}
	cols, err := columns()
	if err != nil {
		return "", err
	}
	switch target {
	case "terraform":
		return l.terraform(cols, p), nil
	case "cloudformation":
		return l.cloudformation(cols, p)
	case "sql":
		return l.ddl(cols, p), nil
	}
	return "", fmt.Errorf("there is no target %q; there are %s", target, strings.Join(Targets, ", "))
}

// ddl is the database and the table in Athena's DDL, which Hive parses: names in backticks, texts in single quotes.
func (l *Lake) ddl(cols []types.Column, p map[string]string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "-- Run each statement by itself in Athena, in the region %s. Neither changes a log file.\n", l.Region)
	fmt.Fprintf(&b, "CREATE DATABASE IF NOT EXISTS `%s`\n  COMMENT 'Made and kept by Trailscribe'\n  WITH DBPROPERTIES (%s = %s);\n\n",
		l.Database, hiveText(Mark), hiveText(MarkValue))
	fmt.Fprintf(&b, "CREATE EXTERNAL TABLE `%s`.`%s` (\n", l.Database, l.Table)
	for i, c := range cols {
		fmt.Fprintf(&b, "  `%s` %s%s\n", *c.Name, *c.Type, comma(i, len(cols)))
	}
	b.WriteString(")\nCOMMENT " + hiveText("CloudTrail log files of "+l.location()+", kept by Trailscribe") + "\nPARTITIONED BY (\n")
	for i, c := range partitionKeys() {
		fmt.Fprintf(&b, "  `%s` %s%s\n", *c.Name, *c.Type, comma(i, 3))
	}
	fmt.Fprintf(&b, ")\nROW FORMAT SERDE %s\nSTORED AS INPUTFORMAT %s\nOUTPUTFORMAT %s\nLOCATION %s\nTBLPROPERTIES (\n", hiveText(serde),
		hiveText(inputFormat), hiveText(outputFormat), hiveText(l.location()))
	names := slices.DeleteFunc(slices.Sorted(maps.Keys(p)), func(k string) bool { return k == "EXTERNAL" }) // the statement says it
	for i, k := range names {
		fmt.Fprintf(&b, "  %s = %s%s\n", hiveText(k), hiveText(p[k]), comma(i, len(names)))
	}
	b.WriteString(");\n")
	return b.String()
}

func comma(i, n int) string {
	if i == n-1 {
		return ""
	}
	return ","
}

// hiveText is a text of Hive's language, which knows backslashes.
func hiveText(s string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`, "\n", `\n`, "\r", `\r`).Replace(s) + "'"
}

// hcl is a text of Terraform's language, in which ${ and %{ begin an expression unless they are doubled.
func hcl(s string) string {
	q := strconv.Quote(s)
	return strings.NewReplacer("${", "$${", "%{", "%%{").Replace(q)
}

func (l *Lake) terraform(cols []types.Column, p map[string]string) string {
	var b strings.Builder
	b.WriteString("# Written by 'trailscribe infra export terraform'. Needs the provider hashicorp/aws.\n")
	if l.Output.Bucket != "" {
		fmt.Fprintf(&b, "# The bucket %s is taken as it is. Let objects under %q expire, for example after 30 days.\n",
			l.Output.Bucket, l.Output.Key())
	}
	fmt.Fprintf(&b, "\nresource \"aws_athena_workgroup\" \"trailscribe\" {\n  name        = %s\n  description = \"Made and kept by "+
		"Trailscribe\"\n\n  configuration {\n", hcl(l.Workgroup))
	fmt.Fprintf(&b, "    enforce_workgroup_configuration    = true\n    publish_cloudwatch_metrics_enabled = true\n    "+
		"requester_pays_enabled             = false\n    bytes_scanned_cutoff_per_query     = %d\n\n    engine_version {\n      "+
		"selected_engine_version = %s\n    }\n\n", l.ScanLimit, hcl(engineVersion))
	if l.Output.Bucket == "" {
		b.WriteString("    managed_query_results_configuration {\n      enabled = true\n    }\n")
	} else {
		fmt.Fprintf(&b, "    result_configuration {\n      output_location = %s\n\n      encryption_configuration {\n        "+
			"encryption_option = \"SSE_S3\"\n      }\n    }\n", hcl(l.Output.String()))
	}
	fmt.Fprintf(&b, "  }\n\n  tags = {\n    %s = %s\n  }\n}\n\n", hcl(Mark), hcl(MarkValue))
	fmt.Fprintf(&b, "resource \"aws_glue_catalog_database\" \"trailscribe\" {\n  name        = %s\n  description = \"Made and kept by "+
		"Trailscribe\"\n  parameters = {\n    %s = %s\n  }\n}\n\n", hcl(l.Database), hcl(Mark), hcl(MarkValue))
	fmt.Fprintf(&b, "resource \"aws_glue_catalog_table\" \"cloudtrail\" {\n  database_name = aws_glue_catalog_database.trailscribe.name\n  "+
		"name          = %s\n  description   = %s\n  table_type    = \"EXTERNAL_TABLE\"\n\n  parameters = {\n", hcl(l.Table),
		hcl("CloudTrail log files of "+l.location()+", kept by Trailscribe"))
	width := 0
	for k := range p {
		width = max(width, len(hcl(k)))
	}
	for _, k := range slices.Sorted(maps.Keys(p)) {
		fmt.Fprintf(&b, "    %-*s = %s\n", width, hcl(k), hcl(p[k]))
	}
	b.WriteString("  }\n")
	for _, c := range partitionKeys() {
		fmt.Fprintf(&b, "\n  partition_keys {\n    name = %s\n    type = %s\n  }\n", hcl(*c.Name), hcl(*c.Type))
	}
	fmt.Fprintf(&b, "\n  storage_descriptor {\n    location      = %s\n    input_format  = %s\n    output_format = %s\n\n    ser_de_info "+
		"{\n      serialization_library = %s\n      parameters = {\n        \"serialization.format\" = \"1\"\n      }\n    }\n",
		hcl(l.location()), hcl(inputFormat), hcl(outputFormat), hcl(serde))
	for _, c := range cols {
		fmt.Fprintf(&b, "\n    columns {\n      name = %s\n      type = %s\n    }\n", hcl(*c.Name), hcl(*c.Type))
	}
	b.WriteString("  }\n}\n")
	return b.String()
}

type object = map[string]any

// cloudformation is a template in JSON; nothing in it is a Sub, so that ${account} stays as it is.
func (l *Lake) cloudformation(cols []types.Column, p map[string]string) (string, error) {
	list := func(cs []types.Column) (out []object) {
		for _, c := range cs {
			out = append(out, object{"Name": aws.ToString(c.Name), "Type": aws.ToString(c.Type)})
		}
		return out
	}
	group := object{"EnforceWorkGroupConfiguration": true, "PublishCloudWatchMetricsEnabled": true, "RequesterPaysEnabled": false,
		"BytesScannedCutoffPerQuery": l.ScanLimit, "EngineVersion": object{"SelectedEngineVersion": engineVersion}}
	if l.Output.Bucket == "" {
		group["ManagedQueryResultsConfiguration"] = object{"Enabled": true}
	} else {
		group["ResultConfiguration"] = object{"OutputLocation": l.Output.String(),
			"EncryptionConfiguration": object{"EncryptionOption": "SSE_S3"}}
	}
	catalog := object{"Ref": "AWS::AccountId"}
	template := object{"AWSTemplateFormatVersion": "2010-09-09", "Description": "Trailscribe: database, table " +
		"and workgroup over CloudTrail logs", "Resources": object{
		"Workgroup": object{"Type": "AWS::Athena::WorkGroup", "Properties": object{"Name": l.Workgroup,
			"Description": "Made and kept by Trailscribe", "WorkGroupConfiguration": group, "Tags": []object{{"Key": Mark, "Value": MarkValue}}}},
		"Database": object{"Type": "AWS::Glue::Database", "Properties": object{"CatalogId": catalog,
			"DatabaseInput": object{"Name": l.Database, "Description": "Made and kept by Trailscribe", "Parameters": object{Mark: MarkValue}}}},
		"Table": object{"Type": "AWS::Glue::Table", "DependsOn": "Database", "Properties": object{"CatalogId": catalog,
			"DatabaseName": l.Database, "TableInput": object{
				"Name": l.Table, "TableType": "EXTERNAL_TABLE", "Description": "CloudTrail log files of " + l.location() + ", kept by Trailscribe",
				"Parameters": p, "PartitionKeys": list(partitionKeys()),
				"StorageDescriptor": object{"Location": l.location(), "InputFormat": inputFormat, "OutputFormat": outputFormat, "Columns": list(cols),
					"SerdeInfo": object{"SerializationLibrary": serde, "Parameters": object{"serialization.format": "1"}}}}}},
	}}
	out, err := json.MarshalIndent(template, "", "  ")
	if err != nil {
		return "", fmt.Errorf("writing the template: %w", err)
	}
	return string(out) + "\n", nil
}
