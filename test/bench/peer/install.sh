#!/bin/sh
# Puts cotengra and all its accelerators into .build/peer-env, where the benchmarks look for it.
set -eu
python3 -m venv .build/peer-env
.build/peer-env/bin/pip install --quiet --requirement test/bench/peer/requirements.txt
