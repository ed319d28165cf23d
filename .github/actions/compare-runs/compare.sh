#!/usr/bin/env bash
# Compares lantern-run/run.json with lantern-base/run.json. The exit code is 2 if they differ by a criterion of FAIL_ON.
set -euo pipefail
if [ ! -f lantern-run/run.json ]; then echo 'The tests stored no run: nothing to compare.'; exit 0; fi
if [ ! -f lantern-base/run.json ]; then echo 'No run of the base branch is stored yet: nothing to compare.'; exit 0; fi

status=0
npx --yes "$LANTERN_PACKAGE" compare lantern-base/run.json lantern-run/run.json --fail-on "$FAIL_ON" > lantern-run/comparison.md || status=$?
cat lantern-run/comparison.md >> "${GITHUB_STEP_SUMMARY:-/dev/stdout}"
exit "$status"
