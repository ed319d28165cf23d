#!/usr/bin/env bash
# Runs TEST_COMMAND beside a Lantern and stores what its traces did in lantern-run/run.json. The exit code is that of the tests.
set -euo pipefail
mkdir -p lantern-run
lantern() { npx --yes "$LANTERN_PACKAGE" "$@"; }

LANTERN_DATA_DIR=$(mktemp -d)
export LANTERN_DATA_DIR LANTERN_URL=${LANTERN_URL:-http://127.0.0.1:16686}
export OTEL_EXPORTER_OTLP_ENDPOINT=${OTEL_EXPORTER_OTLP_ENDPOINT:-http://127.0.0.1:4318}
# A process group of its own: the package runner starts Lantern as its child.
set -m
lantern > lantern-run/lantern.log 2>&1 &
server=$!
set +m
trap 'kill -- "-$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true' EXIT

for _ in $(seq 120); do
  if curl --silent --fail --output /dev/null "$LANTERN_URL/api/v3/services"; then break; fi
  if ! kill -0 "$server" 2>/dev/null; then cat lantern-run/lantern.log >&2; exit 1; fi
  sleep 0.5
done

export OTEL_RESOURCE_ATTRIBUTES="lantern.run=$LANTERN_RUN${OTEL_RESOURCE_ATTRIBUTES:+,$OTEL_RESOURCE_ATTRIBUTES}"
status=0
bash -c "$TEST_COMMAND" || status=$?
# Tests that sent no trace have no run; their own result counts.
lantern run "run=$LANTERN_RUN" --output lantern-run/run.json || echo "The tests sent no traces with lantern.run=$LANTERN_RUN." >&2
failed=$(lantern traces 'status = error' --count 1 --json | node -e 'let t="";process.stdin.on("data",(d)=>t+=d).on("end",()=>console.log(JSON.parse(t).summaries?.[0]?.traceId??""))' || true)
if [ -n "$failed" ]; then lantern report "$failed" --output lantern-run/failed-trace.html || true; fi
exit "$status"
