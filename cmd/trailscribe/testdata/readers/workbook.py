"""Reads a run's workbook with openpyxl and compares it with the run's record."""
import gzip
import hashlib
import json
import sys

import openpyxl

run = sys.argv[1]
record = json.load(open(run + "/record.json"))
book = openpyxl.load_workbook(run + "/report.xlsx")
sheets = {name: book[name] for name in book.sheetnames}
assert "_lists" not in sheets or sheets["_lists"].sheet_state == "hidden"

# The hidden sheet _run says what a filled workbook is read back by.
told = {}
lines = list(sheets["_run"].iter_rows(values_only=True))
facts = dict(line[:2] for line in lines[: lines.index(next(x for x in lines if x[0] is None))])
assert sheets["_run"].sheet_state == "hidden" and facts["format"] == "trailscribe-workbook/1", facts
assert facts["evidence_digest"] == hashlib.sha256(open(run + "/record.json", "rb").read()).hexdigest(), facts
for line in lines:
    if line[4] and line[4] != "rows":
        told.setdefault(line[0], {"head": int(line[3]), "rows": int(line[4]), "columns": {}})["columns"][line[6]] = line[5]
        assert sheets[line[0]][f"{line[5]}{line[3]}"].value == line[7], line

exceptions = sum(q["rows"] for q in record["queries"] if q["verdict"]["outcome"] == "exceptions")
if exceptions:
    sheet, at = sheets["Exceptions"], told["Exceptions"]
    ids = {(sheet[f"{at['columns']['ref']}{i}"].value, sheet[f"{at['columns']['exception']}{i}"].value) for i in range(at["head"] + 1, at["head"] + at["rows"] + 1)}
    assert at["rows"] == exceptions == len(ids), (at["rows"], exceptions, len(ids))
    assert not sheet.protection.sheet and not book.security, "the sheet to work in is protected"

rows_of = {}
for name, sheet in sheets.items():
    if len(name) < 3 or name[1] != "-":
        continue
    title = sheet["B2"].value or ""
    count = 0
    row = told[name]["head"] + 1
    assert sheet.dimensions.split(":")[1].lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ") == str(told[name]["head"] + max(told[name]["rows"], 1)), (name, sheet.dimensions)
    while isinstance(sheet.cell(row=row, column=2).value, int):
        count += 1
        row += 1
    rows_of[name.split(" ")[0]] = rows_of.get(name.split(" ")[0], 0) + count
    for table in sheet.tables.values():
        first, last = table.ref.split(":")
        header = [c.value for c in sheet[first : last.rstrip("0123456789") + first.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")][0]]
        columns = [c.name for c in table.tableColumns]
        assert header == columns, (name, header, columns)
        assert len({h.casefold() for h in header}) == len(header), (name, header)
    for line in sheet.iter_rows():
        for cell in line:
            if cell.data_type == "f" and not str(cell.value).startswith(("=COUNT", "=IF")):
                raise SystemExit(f"{name}!{cell.coordinate} is a formula: {cell.value}")

wanted = sum(q["rows"] for q in record["queries"] if q["rows"])
found = sum(n for name, n in rows_of.items() if name[0] in "FEM")
assert found == wanted, f"the sheets hold {found} rows, the record {wanted}"

for q in record["queries"]:
    path = f"{run}/results/{q['id'].replace('/', '.')}.jsonl.gz"
    if q["rows"]:
        assert sum(1 for _ in gzip.open(path)) == q["rows"] + 1, q["id"]
print(f"{run.split('/reports/')[-1]}: openpyxl reads {len(sheets)} sheets with {found} rows, as the record says")
