#!/usr/bin/env bash
# Fetches the jars of an Apache Kafka release from a Maven repository. Does nothing, and needs no network, where they
# are complete already.
#   KAFKA_VERSION=4.3.1 KAFKA_CACHE=DIR kafka-local.sh resolve     jars -> $KAFKA_CACHE/kafka-$KAFKA_VERSION
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
version=${KAFKA_VERSION:?which release}
cache=${KAFKA_CACHE:?where to}
libs=$cache/kafka-$version
copy_dependencies=org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies

resolve() {
  [ -f "$libs/.complete" ] && return 0
  mkdir -p "$cache"
  local fetched
  fetched=$(mktemp -d "$cache/.fetching-$version.XXXXXX")
  mvn -B -q -f "$here/pom.xml" -Dkafka.version="$version" -Dkafka.line="${version%%.*}" "$copy_dependencies" \
    -DincludeScope=runtime -DoutputDirectory="$fetched" >&2
  touch "$fetched/.complete"
  rm -rf "$libs"
  mv "$fetched" "$libs"
}

case "${1:-}" in
resolve) resolve ;;
*)
  echo "usage: $0 resolve" >&2
  exit 2
  ;;
esac
