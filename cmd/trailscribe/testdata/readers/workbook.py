"""Reads a run's workbook with openpyxl and compares it with the run's record."""
import gzip
import json
import sys

import openpyxl

run = sys.argv[1]
record = json.load(open(run + "/record.json"))
book = openpyxl.load_workbook(run + "/report.xlsx")
sheets = {name: book[name] for name in book.sheetnames}
assert "_lists" not in sheets or sheets["_lists"].sheet_state == "hidden"

rows_of = {}
for name, sheet in sheets.items():
    if len(name) < 3 or name[1] != "-":
        continue
    title = sheet["B2"].value or ""
    count = 0
    row = 7
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
