#!/bin/sh
# Makes a second parser of Trino's language ready, dt-sql-parser, and runs a command with SECOND_PARSER set to what calls it.
# npm fetches it once, from wherever npm is set up to fetch; esbuild makes one file of it.
#
#   internal/engine/trino/testdata/parser/run.sh go test -run TestSecondParser ./internal/engine/trino
#
#   PARSER_DIR       where it is kept; default a folder of the user's cache
#   REQUIRE_PARSER   1: it is an error where it cannot be had; else that is said, and the command runs without it
set -eu

here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
dir=${PARSER_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/trailscribe/conformance/parser}

prepare() {
	command -v node >/dev/null && command -v npm >/dev/null || { echo "there is no node with npm"; return 1; }
	if ! cmp -s "$here/package.json" "$dir/package.json" || ! cmp -s "$here/check.mjs" "$dir/check.mjs" || [ ! -s "$dir/check.cjs" ]; then
		mkdir -p "$dir"
		cp "$here/package.json" "$here/check.mjs" "$dir/"
		rm -f "$dir/check.cjs"
		(cd "$dir" && npm install --no-audit --no-fund && ./node_modules/.bin/esbuild check.mjs --bundle --platform=node --format=cjs --outfile=check.cjs) >"$dir/log" 2>&1 ||
			{ echo "npm could not fetch it: $(tail -n1 "$dir/log")"; return 1; }
	fi
}

if why=$(prepare); then
	SECOND_PARSER="$dir/check.cjs"
	export SECOND_PARSER
elif [ "${REQUIRE_PARSER:-}" = 1 ]; then
	echo "second parser: the second parser cannot be had: $why" >&2
	exit 1
else
	echo "second parser: SKIPPED the second parser: $why (REQUIRE_PARSER=1 makes this an error)" >&2
fi
exec "$@"
