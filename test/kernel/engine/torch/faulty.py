"""
The host of the torch engine with a fault in it: one rank does wrong before a given step, in a given slice.
In the environment: FAULT (kill, raise, hang, exit), FAULT_RANK, FAULT_STEP, FAULT_SLICE (-1: any); FAULT=no-torch hides
PyTorch. The arguments are those of Python, and not used.
"""

import os
import signal
import sys
import time

fault = os.environ["FAULT"]
if fault == "no-torch":
    sys.modules["torch"] = None

from interpreter.host import main  # noqa: E402

if fault != "no-torch":
    from interpreter.run import Run

    rank, step, slice_number = (int(os.environ[f"FAULT_{name}"]) for name in ("RANK", "STEP", "SLICE"))
    one = Run.one

    def faulty(self, schedule_step, move=None):
        here = self.positions[id(schedule_step)] == step and self.groups.rank == rank
        if here and slice_number in (-1, self.watch.slice):
            self.watch.enter(step, False)
            if fault == "kill":
                os.kill(os.getpid(), signal.SIGKILL)
            elif fault == "raise":
                raise ArithmeticError("made to fail")
            elif fault == "hang":
                time.sleep(1000)
            elif fault == "exit":
                os._exit(3)
        one(self, schedule_step, move)

    Run.one = faulty

main()
