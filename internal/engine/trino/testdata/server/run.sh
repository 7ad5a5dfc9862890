#!/bin/sh
# Starts a real Trino on this machine, runs a command with TRINO_URL set to its address, and stops it again.
#
#   internal/engine/trino/testdata/server/run.sh go test ./internal/engine/trino
#   internal/engine/trino/testdata/server/run.sh                                  prints the address and waits for Ctrl-C
#
# The server is put together from the jars its project publishes; Maven fetches them by their coordinates, once, from
# wherever Maven is set up to fetch. Java 17 or newer and mvn are needed, 120 MB of disk and 1.5 GB of memory.
#
#   TRINO_VERSION   which release; default 435, the last one for Java 17
#   TRINO_DIR       where the jars are kept; default a folder of the user's cache
#   TRINO_URL       a Trino that already runs: nothing is fetched or started
#   REQUIRE_TRINO   1: it is an error where no Trino can be had; else that is said, and the command runs without one
set -eu

here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
version=${TRINO_VERSION:-435}
dir=${TRINO_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/trailscribe/conformance/trino-$version}

cannot() {
	why=$1
	shift
	if [ "${REQUIRE_TRINO:-}" = 1 ]; then
		echo "trino: no Trino can be had: $why" >&2
		exit 1
	fi
	echo "trino: SKIPPED, nothing was proved: no Trino can be had: $why (REQUIRE_TRINO=1 makes this an error)" >&2
	[ -z "${work:-}" ] || stop
	[ $# -gt 0 ] || exit 0
	exec "$@"
}

if [ -n "${TRINO_URL:-}" ]; then
	[ $# -gt 0 ] || { echo "$TRINO_URL"; exit 0; }
	exec "$@"
fi

command -v java >/dev/null || cannot "there is no java; install a JDK 17 or newer" "$@"
java=$(java -XshowSettings:properties -version 2>&1 | sed -n 's/^ *java.specification.version = //p')
case $java in
1.* | 9 | 1[0-6]) cannot "java is version $java; Trino $version needs 17 or newer" "$@" ;;
esac

if [ ! -e "$dir/complete" ]; then
	command -v mvn >/dev/null || cannot "there is no mvn to fetch it; install Apache Maven" "$@"
	echo "trino: fetching Trino $version into $dir" >&2
	rm -rf "$dir"
	mkdir -p "$dir"
	log=$dir/fetch.log
	{
		mvn -B -f "$here/pom.xml" -Dtrino.version="$version" dependency:copy-dependencies -DincludeScope=runtime -DoutputDirectory="$dir/lib" &&
			mvn -B -f "$here/pom.xml" dependency:get -Dartifact=io.trino:trino-memory:"$version":zip -Dtransitive=false &&
			mvn -B -f "$here/pom.xml" dependency:unpack -Dartifact=io.trino:trino-memory:"$version":zip -DoutputDirectory="$dir/plugin" -DmarkersDirectory="$dir/markers"
	} >"$log" 2>&1 || cannot "Maven could not fetch it: $(grep -m1 ERROR "$log" || tail -n1 "$log")" "$@"
	touch "$dir/complete"
fi

# The Hive connector, the ancestor of Athena's own: it reads tables of Glue over files in S3. Tests make the catalogs.
if [ ! -e "$dir/hive" ]; then
	echo "trino: fetching Trino's Hive connector" >&2
	log=$dir/fetch-hive.log
	if {
		mvn -B -f "$here/pom.xml" dependency:get -Dartifact=io.trino:trino-hive:"$version":zip -Dtransitive=false &&
			mvn -B -f "$here/pom.xml" dependency:unpack -Dartifact=io.trino:trino-hive:"$version":zip -DoutputDirectory="$dir/plugin" -DmarkersDirectory="$dir/markers"
	} >"$log" 2>&1; then
		touch "$dir/hive"
	elif [ "${REQUIRE_TRINO:-}" = 1 ]; then
		echo "trino: Trino's Hive connector cannot be had: $(grep -m1 ERROR "$log" || tail -n1 "$log")" >&2
		exit 1
	else
		echo "trino: SKIPPED: the staged and direct statements over log files are not proved: Trino's Hive connector cannot be had: $(grep -m1 ERROR "$log" || tail -n1 "$log") (REQUIRE_TRINO=1 makes this an error)" >&2
		rm -rf "$dir/plugin/trino-hive-$version"
	fi
fi
[ ! -e "$dir/hive" ] || export TRINO_HIVE=1

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

nice -n 10 java -Xmx1G -XX:+UseG1GC -XX:+ExitOnOutOfMemoryError -XX:-UsePerfData -Djdk.attach.allowAttachSelf=true -Duser.timezone=UTC \
	-cp "$dir/lib/*" "$here/Conformance.java" "$version" "$dir/plugin" "$work" "$work/url" >"$work/server.log" 2>&1 &
server=$!

waited=0
until [ -s "$work/url" ]; do
	if ! kill -0 "$server" 2>/dev/null; then
		tail -n 30 "$work/server.log" >&2
		server=
		cannot "it did not start; its last words are above" "$@"
	fi
	if [ $waited -ge 300 ]; then
		tail -n 30 "$work/server.log" >&2
		cannot "it did not answer within five minutes; its last words are above" "$@"
	fi
	sleep 1
	waited=$((waited + 1))
done
TRINO_URL=$(cat "$work/url")
export TRINO_URL

if [ $# -eq 0 ]; then
	echo "$TRINO_URL"
	wait "$server"
	exit
fi
"$@"
