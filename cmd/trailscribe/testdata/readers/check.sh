#!/usr/bin/env bash
# Opens the reports of the demonstration with other people's programs and checks what they see:
# qpdf, poppler and veraPDF for the PDF, openpyxl and LibreOffice for the workbook.
# A program that is not there is said and skipped; with REQUIRE_READERS=1 that is an error.
set -euo pipefail
bin=$(realpath "$1")
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

missing=0
have() {
  if command -v "$1" >/dev/null; then return 0; fi
  echo "skipped: $1 is not installed ($2)"
  missing=1
  return 1
}

"$bin" demo --out "$work/demo" >"$work/demo.txt" 2>"$work/demo.err" || { cat "$work/demo.err"; exit 1; }
runs=$(find "$work/demo/reports" -name record.json -printf '%h\n' | sort)
[ -n "$runs" ] || { echo "the demonstration wrote no run"; exit 1; }

python=""
if have python3 "Python 3 for openpyxl"; then
  if ! python3 -c 'import openpyxl' 2>/dev/null; then
    python3 -m venv "$work/venv" && "$work/venv/bin/pip" -q install openpyxl && python="$work/venv/bin/python"
  else
    python=python3
  fi
fi

# veraPDF from Maven Central: https://central.sonatype.com/artifact/org.verapdf.apps/greenfield-apps
vera=""
if have java "a Java runtime for veraPDF" && have mvn "Maven, which fetches veraPDF"; then
  if mvn -q -B -f "$here/verapdf.xml" dependency:copy-dependencies -DoutputDirectory="$work/vera" >"$work/mvn.txt" 2>&1; then
    vera="$work/vera/*"
  else
    echo "skipped: veraPDF could not be fetched: $(tail -1 "$work/mvn.txt")"
    missing=1
  fi
fi

# conforms FILE: no rule of PDF/A-3a and of PDF/UA-1 is broken.
conforms() {
  for profile in 3a ua1; do
    java -cp "$vera" org.verapdf.apps.GreenfieldCliWrapper -f "$profile" --format xml "$1" >"$work/vera.xml" 2>/dev/null || true
    grep -q 'isCompliant="true"' "$work/vera.xml" || {
      echo "$1 does not conform to $profile:"
      grep -A1 'status="failed"' "$work/vera.xml" | head -20
      exit 1
    }
  done
}

for run in $runs; do
  name=${run#"$work/demo/reports/"}
  (cd "$run" && sha256sum --quiet -c SHA256SUMS)
  if have qpdf "qpdf"; then qpdf --check "$run/report.pdf" >/dev/null; fi
  if have pdfinfo "poppler-utils"; then
    pages=$(pdfinfo "$run/report.pdf" | awk '/^Pages:/{print $2}')
    pdftotext "$run/report.pdf" "$work/text.txt"
    digest=$(sha256sum "$run/record.json" | cut -c1-64)
    tr -d '\n ' <"$work/text.txt" | grep -q "$digest" || { echo "$name: the evidence digest is not in the PDF"; exit 1; }
    pdffonts "$run/report.pdf" | awk 'NR>2 && $(NF-4)!="yes"{print "not embedded: "$0; bad=1} END{exit bad}'
    echo "$name: PDF of $pages pages holds the evidence digest, every font embedded"
  fi
  if [ -n "$vera" ]; then
    conforms "$run/report.pdf"
    conforms "$run/appendix.pdf"
    echo "$name: veraPDF finds PDF/A-3a and PDF/UA-1 in report and appendix"
  fi
  if [ -n "$python" ]; then "$python" "$here/workbook.py" "$run"; fi
  if have soffice "LibreOffice Calc"; then
    soffice --headless -env:UserInstallation="file://$work/office" --convert-to pdf --outdir "$work/out" "$run/report.xlsx" >/dev/null 2>&1
    [ -s "$work/out/report.pdf" ] || { echo "$name: LibreOffice cannot open the workbook"; exit 1; }
    soffice --headless -env:UserInstallation="file://$work/office" --convert-to xlsx:"Calc MS Excel 2007 XML" --outdir "$work/recalculated" "$run/report.xlsx" >/dev/null 2>&1
    if [ -n "$python" ]; then "$python" "$here/formulas.py" "$work/recalculated/report.xlsx"; fi
    echo "$name: LibreOffice opens the workbook and computes its tie-outs"
  fi
done

if [ "$missing" = 1 ] && [ "${REQUIRE_READERS:-}" = 1 ]; then
  echo "a reader is missing and REQUIRE_READERS is set"
  exit 1
fi
echo "every reader that is installed agrees"
