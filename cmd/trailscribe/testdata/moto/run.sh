#!/bin/sh
# Starts moto, a fake AWS that others wrote in Python, runs a command with TRAILSCRIBE_MOTO set to its address, and stops it.
# pip fetches it once, from wherever pip is set up to fetch, into a virtual environment outside this tree.
#
#   cmd/trailscribe/testdata/moto/run.sh go test -run TestMoto ./cmd/trailscribe
#
#   MOTO_DIR           where it is kept; default a folder of the user's cache
#   TRAILSCRIBE_MOTO   a moto server that already runs, for tests to reset as they like: nothing is fetched or started
#   REQUIRE_MOTO       1: it is an error where it cannot be had; else that is said, and the command runs without it
set -eu

here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
dir=${MOTO_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/trailscribe/conformance/moto}

[ -z "${TRAILSCRIBE_MOTO:-}" ] || exec "$@"

cannot() {
	why=$1
	shift
	if [ "${REQUIRE_MOTO:-}" = 1 ]; then
		echo "moto: no moto can be had: $why" >&2
		exit 1
	fi
	echo "moto: SKIPPED, no second opinion on AWS's API: no moto can be had: $why (REQUIRE_MOTO=1 makes this an error)" >&2
	[ -z "${work:-}" ] || stop
	exec "$@"
}

command -v python3 >/dev/null || cannot "there is no python3" "$@"
if ! cat "$here/requirements.txt" "$here/bindings.txt" | cmp -s - "$dir/complete"; then
	echo "moto: fetching moto into $dir" >&2
	rm -rf "$dir"
	mkdir -p "$dir"
	{
		python3 -m venv "$dir/venv" &&
			"$dir/venv/bin/pip" install --disable-pip-version-check -r "$here/requirements.txt" &&
			"$dir/venv/bin/pip" download --disable-pip-version-check --no-deps -d "$dir/wheels" -r "$here/bindings.txt" &&
			"$dir/venv/bin/python" -m zipfile -e "$dir"/wheels/pulumi_aws-*.whl "$dir/wheels" &&
			mkdir -p "$dir/bindings" &&
			mv "$dir/wheels/pulumi_aws/athena" "$dir/wheels/pulumi_aws/glue" "$dir/bindings/"
	} >"$dir/fetch.log" 2>&1 ||
		cannot "pip could not fetch it: $(grep -m1 ERROR "$dir/fetch.log" || tail -n1 "$dir/fetch.log")" "$@"
	rm -rf "$dir/wheels"
	cat "$here/requirements.txt" "$here/bindings.txt" >"$dir/complete"
fi

work=$(mktemp -d)
server=
stop() {
	[ -z "$server" ] || kill "$server" 2>/dev/null || true
	[ -z "$server" ] || wait "$server" 2>/dev/null || true
	rm -rf "$work"
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# A port that is free; the program chooses it, so that nobody needs to guess.
nice -n 10 "$dir/venv/bin/python" "$here/serve.py" "$work/url" >"$work/server.log" 2>&1 &
server=$!
waited=0
until [ -s "$work/url" ]; do
	if ! kill -0 "$server" 2>/dev/null || [ $waited -ge 60 ]; then
		tail -n 30 "$work/server.log" >&2
		cannot "it did not start; its last words are above" "$@"
	fi
	sleep 1
	waited=$((waited + 1))
done
TRAILSCRIBE_MOTO=$(cat "$work/url")
CONFORMANCE_PYTHON=$dir/venv/bin/python
CONFORMANCE_BINDINGS=$dir/bindings
export TRAILSCRIBE_MOTO CONFORMANCE_PYTHON CONFORMANCE_BINDINGS
"$@"
