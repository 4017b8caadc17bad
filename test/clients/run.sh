#!/usr/bin/env bash
# Real Jupyter clients against the kernel as it is installed: needs the build, Chromium, and what setup.sh needs.
# Ends with a line "N passed, N failed"; the exit code is 0 if none failed.
set -euo pipefail
cd "$(dirname "$0")/../.."
venv=.build/clients

bash test/clients/setup.sh
node .build/js/kernel/main.js install --prefix "$venv"
# A browser sees cells that are out of sight as well.
mkdir -p "$venv/share/jupyter/lab/settings"
echo '{"@jupyterlab/notebook-extension:tracker": {"windowingMode": "none"}}' >"$venv/share/jupyter/lab/settings/overrides.json"
exec "$venv/bin/python" test/clients/run.py
