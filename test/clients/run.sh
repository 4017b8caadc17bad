#!/usr/bin/env bash
# Real Jupyter clients against the kernel as it is installed: needs the build, Chromium, python3 with venv, and pip.
# Ends with a line "N passed, N failed"; the exit code is 0 if none failed.
set -euo pipefail
cd "$(dirname "$0")/../.."
venv=.build/clients

# One below the other, so that a half-made environment is completed the next time.
python3 -m venv "$venv"
"$venv/bin/pip" install --quiet --disable-pip-version-check \
  "jupyter_client~=8.6" "jupyter_kernel_test~=0.7.0" "nbclient~=0.10" "nbformat~=5.10" \
  "nbconvert~=7.16" "papermill~=2.6" "jupyter_console~=6.6" "jupyterlab~=4.4"
node .build/js/kernel/main.js install --prefix "$venv"
# A browser sees cells that are out of sight as well.
mkdir -p "$venv/share/jupyter/lab/settings"
echo '{"@jupyterlab/notebook-extension:tracker": {"windowingMode": "none"}}' >"$venv/share/jupyter/lab/settings/overrides.json"
exec "$venv/bin/python" test/clients/run.py
