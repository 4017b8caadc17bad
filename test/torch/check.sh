#!/usr/bin/env bash
# Types and style of the torch engine's interpreter and of the Python beside its tests, with the tools of test/torch/setup.sh.
set -euo pipefail
cd "$(dirname "$0")/../.."
env=.build/torch-env/bin
"$env/pyrefly" check --preset strict --python-interpreter-path "$env/python" kernel/engine/torch/interpreter
"$env/ruff" check --no-cache --line-length 130 --select E,F,W,I,UP,B,SIM,C4,RET,PIE,PERF,ARG,RUF kernel/engine/torch/interpreter test/kernel/engine/torch
