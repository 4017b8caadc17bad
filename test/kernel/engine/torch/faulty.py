"""
The host of the torch engine with a fault in it: one rank does wrong before a given step, in a given slice.
In the environment: FAULT (kill, raise, hang, exit, memory), FAULT_RANK, FAULT_STEP, FAULT_SLICE (-1: any); FAULT=no-torch
hides PyTorch; FAULT=slow-link delays what FAULT_RANK and FAULT_PEER send each other. The arguments are those of Python, and
not used.
"""

import os
import signal
import sys
import time

fault = os.environ["FAULT"]
if fault == "no-torch":
    sys.modules["torch"] = None

from interpreter.host import main  # noqa: E402

BYTES_PER_SECOND = 2**22
"""Of the slow link: hundreds of times slower than the others on any computer."""


def slow_link(ends):
    """Messages between the two ranks arrive as late as so slow a link would bring them."""
    import torch.distributed as dist

    batch = dist.batch_isend_irecv

    def other_end():
        """The rank at the other end of the link, where this one is at one."""
        return sum(ends) - dist.get_rank() if dist.get_rank() in ends else None

    class Late:
        def __init__(self, work, size):
            self.work, self.due = work, time.monotonic() + size / BYTES_PER_SECOND

        def wait(self):
            self.work.wait()
            time.sleep(max(0, self.due - time.monotonic()))

    def sent(moves):
        works = zip(moves, batch(moves), strict=True)
        return [Late(work, move.tensor.nbytes) if move.peer == other_end() else work for move, work in works]

    dist.batch_isend_irecv = sent


if fault == "slow-link":
    slow_link([int(os.environ["FAULT_RANK"]), int(os.environ["FAULT_PEER"])])
elif fault != "no-torch":
    import torch
    from interpreter.run import Run

    rank, step, slice_number = (int(os.environ[f"FAULT_{name}"]) for name in ("RANK", "STEP", "SLICE"))
    one = Run.one

    def faulty(self, schedule_step, move=None):
        here = self.positions[id(schedule_step)] == step and self.groups.rank == rank
        if here and slice_number in (-1, self.watch.slice):
            self.watch.enter(step)
            if fault == "kill":
                os.kill(os.getpid(), signal.SIGKILL)
            elif fault == "raise":
                raise ArithmeticError("made to fail")
            elif fault == "hang":
                time.sleep(1000)
            elif fault == "memory":
                raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 GiB.")
            elif fault == "exit":
                os._exit(3)
        one(self, schedule_step, move)

    Run.one = faulty

main()
