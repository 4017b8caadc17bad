"""
What a move itself takes on each rank: from when the last of its group was there until the rank had done its part. Nothing
is sent for it while steps run: ranks of one computer have one clock, and computers agree on when the run began, for no rank
begins before all are there.
"""

from __future__ import annotations

import hashlib
import socket
from collections.abc import Sequence
from math import nan
from pathlib import Path

import torch
from torch import Tensor

from .collectives import gathered, groups_over
from .schedule import COLLECTIVES, Schedule, Step

KEPT = 32
"""Executions of a step that are kept: slices repeat it, and their first ones tell."""


class Transfers:
    """When this rank began each move and when it ended, by its own clock."""

    def __init__(self, steps: Sequence[Step]) -> None:
        """`steps`: those that a report lists."""
        self.kept: dict[int, list[tuple[float, float]]] = {
            position: [] for position, step in enumerate(steps) if step["kind"] in COLLECTIVES
        }

    def note(self, position: int, begun: float, ended: float) -> None:
        kept = self.kept[position]
        if len(kept) < KEPT:
            kept.append((begun, ended))

    def everywhere(self, start: float) -> Tensor:
        """By rank, move, execution, begin and end, seconds from the start of the run; NaN where there was no such execution."""
        rows = [[*own, *[(nan, nan)] * (KEPT - len(own))] for own in self.kept.values()]
        times = torch.tensor(rows, dtype=torch.float64).view(len(rows), KEPT, 2)
        return gathered(times - first_start(start))


def first_start(start: float) -> float:
    """When the first rank with the clock of this one began."""
    own = clock()
    starts: list[list[float]] = gathered(torch.tensor([own, start], dtype=torch.float64)).tolist()
    return min(begun for other, begun in starts if other == own)


def clock() -> float:
    """A number that processes have in common which read the same clock: those of one start of one computer."""
    boot = Path("/proc/sys/kernel/random/boot_id")
    name = boot.read_text() if boot.exists() else socket.gethostname()
    return float(int.from_bytes(hashlib.sha256(name.encode()).digest()[:6], "big"))


def transfer_seconds(schedule: Schedule, digits: Sequence[int], times: Tensor) -> list[float]:
    """By rank, the mean over the executions of a move; NaN where there was none. `times`: by rank, execution, begin and end."""
    groups = groups_over(schedule, digits)
    begun, ended = times[groups].unbind(-1)
    own = (ended - begun.amax(dim=1, keepdim=True)).clamp(min=0)
    seconds = torch.empty(schedule.ranks, dtype=torch.float64)
    seconds[groups] = own.nanmean(dim=-1)
    every: list[float] = seconds.tolist()
    return every
