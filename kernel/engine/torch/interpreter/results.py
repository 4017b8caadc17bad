"""What a run leaves: the value, and what was measured on every rank."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isnan

import torch

from .collectives import gathered
from .errors import JobError
from .job import Job
from .memory import Memory
from .npy import make_room, write_npy
from .run import Times
from .schedule import COLLECTIVES, Schedule, walk
from .transfers import Transfers, transfer_seconds


@dataclass(frozen=True)
class Measured:
    times: Sequence[Times]
    """By rank."""
    transfers: Mapping[int, Sequence[float]]
    """By the position of each move, what it took on each rank: see `transfers`; of one in tiles, what no product hid."""
    links: Sequence[Mapping[str, object]]
    """The slow ones: see `links`."""


def gather_times(times: Times) -> list[Times]:
    """By rank. It comes after the last step, so every rank waits here for the slowest."""
    steps = len(times.seconds)
    every = gathered(torch.tensor([*times.seconds, *times.starts, times.end], dtype=torch.float64))
    return [Times(row[:steps], row[steps:-1], row[-1]) for row in every.tolist()]


def gather_transfers(schedule: Schedule, transfers: Transfers, start: float) -> dict[int, list[float]]:
    """`start`: when the run began, by this rank's clock."""
    steps, every = list(walk(schedule.steps)), transfers.everywhere(start)
    return {
        position: transfer_seconds(schedule, steps[position]["digits"], every[:, move])
        for move, position in enumerate(transfers.kept)
    }


def sum_of_moves(times: Sequence[Times], schedule: Schedule) -> float:
    """Seconds, of the rank that moves kept the longest."""
    moves = [position for position, step in enumerate(walk(schedule.steps)) if step["kind"] in COLLECTIVES]
    return max(sum(own.seconds[move] for move in moves) for own in times)


def make_room_for_value(job: Job) -> None:
    """Better to say before the first step than after the last that the value has no place. Raises JobError."""
    try:
        make_room(job.folder / "result.npy", job.schedule.dtype, tuple(job.schedule.open_shape))
    except OSError as error:
        raise JobError(f"the value cannot be left in {job.folder} ({error}): make room there") from error


def leave_results(memory: Memory, measured: Measured, origin: Mapping[str, str]) -> None:
    """`origin`: what ran it."""
    job = memory.job
    write_npy(job.folder / "result.npy", memory.view(job.schedule.result), tuple(job.schedule.open_shape))
    report = {
        "version": 1,
        "digest": job.digest,
        **origin,
        "times": [{"seconds": t.seconds, "starts": known(t.starts), "end": t.end} for t in measured.times],
        "transfers": {position: known(seconds) for position, seconds in measured.transfers.items()},
        "slowLinks": measured.links,
    }
    beside = job.folder / "report.part"
    beside.write_text(json.dumps(report))
    beside.replace(job.folder / "report.json")


def known(seconds: Sequence[float]) -> list[float | None]:
    """JSON has no NaN."""
    return [None if isnan(one) else one for one in seconds]
