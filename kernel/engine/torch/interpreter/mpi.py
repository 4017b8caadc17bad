"""
One rank of a job that any MPI has started: `mpiexec -n P python -m interpreter.mpi JOB`, where Python has mpi4py. MPI says who
the ranks are and where they meet, and ends all where one fails; what they send each other goes by torch.distributed.
"""

import os
import socket
import sys
from collections.abc import Sequence

from .__main__ import main


def environment_of(rank: int, computers: Sequence[str], port: int) -> dict[str, str]:
    """What torchrun would set. `computers`: by rank, the name of the one it is on; `port`: a free one where rank 0 is."""
    mates = [other for other, computer in enumerate(computers) if computer == computers[rank]]
    alone = len(mates) == len(computers)
    return {
        "RANK": str(rank),
        "WORLD_SIZE": str(len(computers)),
        "LOCAL_RANK": str(mates.index(rank)),
        "LOCAL_WORLD_SIZE": str(len(mates)),
        "MASTER_ADDR": "127.0.0.1" if alone else computers[0],
        "MASTER_PORT": str(port),
    }


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("", 0))
        return int(one.getsockname()[1])


if __name__ == "__main__":
    try:
        from mpi4py import MPI  # type: ignore[import-not-found]  # installed only where a job is started by MPI
    except (ImportError, RuntimeError) as error:
        sys.exit(f"tnlab: this launcher needs mpi4py and an MPI ({error}); launch/ has others that do not")
    world = MPI.COMM_WORLD
    names = world.allgather(MPI.Get_processor_name())
    meeting = world.bcast(free_port() if world.Get_rank() == 0 else None)
    os.environ.update(environment_of(world.Get_rank(), names, meeting))
    code = main(sys.argv[1:])
    sys.stdout.flush()
    if code != 0:
        world.Abort(code)
    MPI.Finalize()
    # Threads of a process group may hang at a regular exit.
    os._exit(0)
