"""One rank of a job that torchrun, srun or mpirun has started: `python -m interpreter JOB`."""

import os
import sys
from pathlib import Path

from .errors import JobError
from .place import place_of
from .watch import Watch


def main(arguments: list[str]) -> int:
    if len(arguments) != 1:
        print("usage: python -m interpreter JOB (a folder that tnlab export-job has made)", file=sys.stderr)
        return 2
    try:
        from .rank import live

        place = place_of(os.environ)
    except ImportError as error:
        print(f"tnlab: {sys.executable} has no PyTorch ({error}): {sys.executable} -m pip install torch", file=sys.stderr)
        return 2
    except JobError as error:
        print(f"tnlab: {error}", file=sys.stderr)
        return 2
    return live(Path(arguments[0]), place, Watch(place.rank))


if __name__ == "__main__":
    code = main(sys.argv[1:])
    sys.stdout.flush()
    # Threads of a broken process group may hang at a regular exit.
    os._exit(code)
