#!/usr/bin/env bash
# Install the action's own version where none is given, apart from whatever the checkout has.
set -euo pipefail

if [ -n "${GIVEN:-}" ]; then
  if ! command -v -- "$GIVEN" >/dev/null; then
    echo "::error title=agent-compliance::the input 'command' names no program that can be run"
    exit 2
  fi
  printf 'command=%s\n' "${GIVEN//[$'\r\n']/}" >>"$GITHUB_OUTPUT"
  exit
fi

cd "$RUNNER_TEMP" # nothing of the checkout is on Python's path
found=
for python in ${PYTHON:+"$PYTHON"} python3 python3.14 python3.13 python3.12 python3.11 python; do
  if "$python" -I -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    found=$python
    break
  fi
  [ -z "${PYTHON:-}" ] || break # the one that was asked for, and no other
done
if [ -z "$found" ]; then
  echo "::error title=agent-compliance::Python 3.11 or newer is needed; use actions/setup-python before this action"
  exit 2
fi

venv="$RUNNER_TEMP/agent-compliance-venv"
"$found" -I -m venv --clear "$venv"
programs="$venv/bin"
[ -d "$programs" ] || programs="$venv/Scripts" # Windows
"$programs/python" -I -m pip install --quiet --disable-pip-version-check \
  --constraint "$GITHUB_ACTION_PATH/action/constraints.txt" "$GITHUB_ACTION_PATH"
echo "command=$programs/agent-compliance" >>"$GITHUB_OUTPUT"
