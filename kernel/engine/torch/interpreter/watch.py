"""What others can see of a rank while it runs: where it is, and lines of JSON for the notebook."""

from __future__ import annotations

import json
import os
import struct
import threading
import time
from collections.abc import Callable
from mmap import mmap
from pathlib import Path

PLACE = struct.Struct("<qqq")
"""How many steps were begun, the step, and the slice (-1: none)."""

SECONDS_BETWEEN_LINES = 0.1


class Watch:
    def __init__(self, rank: int, shared: mmap | None = None) -> None:
        """`shared`: memory in which each rank has its place, for the process that started them."""
        self.rank = rank
        self.shared = shared
        self.begun = 0
        self.step = -1
        self.slice = -1
        self.said = 0.0
        self.warned = False

    def enter(self, step: int) -> None:
        self.step = step
        self.begun += 1
        if self.shared is not None:
            PLACE.pack_into(self.shared, self.rank * PLACE.size, self.begun, step, self.slice)

    def say(self, **line: object) -> None:
        """One line on rank 0's standard output, whole whoever else writes there."""
        if self.rank == 0:
            say(line)
            self.said = time.monotonic()

    def warn(self, refusal: str | None) -> None:
        """Once on whatever rank: what the file system says where it does not keep sums of slices."""
        if refusal is not None and not self.warned:
            self.warned = True
            say({"event": "unkept", "rank": self.rank, "message": refusal})

    def say_seldom(self, **line: object) -> None:
        if time.monotonic() - self.said > SECONDS_BETWEEN_LINES:
            self.say(**line)


def say(line: object) -> None:
    os.write(1, (json.dumps(line) + "\n").encode())


def place_in(shared: mmap, rank: int) -> dict[str, int]:
    return dict(zip(("begun", "step", "slice"), PLACE.unpack_from(shared, rank * PLACE.size), strict=True))


def failure_path(folder: Path, rank: int) -> Path:
    return folder / f"failure-{rank}.json"


def end_with_parent(end: Callable[[], object] = lambda: os._exit(1)) -> None:
    """A rank whose launcher has died would run on for nobody: it ends too."""
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(0.5)
        end()

    threading.Thread(target=watch, daemon=True).start()
