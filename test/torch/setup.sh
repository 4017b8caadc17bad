#!/usr/bin/env bash
# Makes .build/torch-env, the virtual environment with PyTorch that the tests of the torch engine use, and with what checks the
# engine's Python. The wheel brings the CUDA libraries too (5.4 GB in all) and runs on computers without a GPU.
set -euo pipefail
cd "$(dirname "$0")/../.."
env=.build/torch-env
[ -x "$env/bin/python" ] || python3 -m venv --clear "$env"
"$env/bin/pip" install --quiet --disable-pip-version-check torch==2.15.0 pyrefly==1.5.0 ruff==0.17.6
"$env/bin/python" -c "import torch; print('torch', torch.__version__, 'in $env')"
