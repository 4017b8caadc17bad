"""Interpreter of a tnlab schedule on torch.distributed.

In: a job folder (schedule.json, job.json, inputs.npy). Out: result.npy and report.json, and on the way one line of
JSON a step on rank 0's standard output. It decides nothing: what each rank does stands in the schedule.

Modules, in the order in which a job passes them: `place` (who am I), `job` and `schedule` (what is asked, checked),
`memory` (one arena a rank), `local` and `collectives` (what a step does), `tiles` (moves beside contractions), `slices`
(loops and checkpoints), `run` (all steps, timed), `transfers` and `links` (which links are slow), `results` (what is left),
`rank` (a rank's life), `host` (ranks of one computer, forked from one warm process), `mpi` (ranks that MPI has started).
"""

import os
import warnings

# Where a peer has gone or does not come PyTorch prints a page of C++ frames; the interpreter says in a line what has happened.
os.environ.setdefault("TORCH_CPP_LOG_LEVEL", "FATAL")

# Nothing here uses NumPy; PyTorch warns where it is not installed.
warnings.filterwarnings("ignore", message="Failed to initialize NumPy")
