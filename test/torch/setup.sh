#!/usr/bin/env bash
# Makes .build/torch-env, the virtual environment with PyTorch that the tests of the torch engine use.
# The wheel brings the CUDA libraries too (5.4 GB in all) and runs on computers without a GPU.
set -euo pipefail
cd "$(dirname "$0")/../.."
TORCH=2.15.0
env=.build/torch-env
if "$env/bin/python" -c "import torch; assert torch.__version__.startswith('$TORCH')" 2>/dev/null; then
  echo "$env has torch $TORCH already"
  exit
fi
python3 -m venv --clear "$env"
"$env/bin/pip" install --quiet "torch==$TORCH"
"$env/bin/python" -c "import torch; print('torch', torch.__version__, 'in $env')"
