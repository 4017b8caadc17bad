#!/usr/bin/env bash
# Makes .build/clients, the virtual environment with the Jupyter clients that the checks of this folder use: needs
# python3 with venv, and pip.
set -euo pipefail
cd "$(dirname "$0")/../.."
venv=.build/clients

# One below the other, so that a half-made environment is completed the next time.
python3 -m venv "$venv"
"$venv/bin/pip" install --quiet --disable-pip-version-check \
  "jupyter_client~=8.6" "jupyter_kernel_test~=0.7.0" "nbclient~=0.10" "nbformat~=5.10" \
  "nbconvert~=7.16" "papermill~=2.6" "jupyter_console~=6.6" "jupyterlab~=4.4"
