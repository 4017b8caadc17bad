"""The slice loop: which slices a rank runs, the sum over them, and the checkpoint that a later run goes on from."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

import torch
import torch.distributed as dist

from .collectives import Group
from .errors import JobError
from .job import Job
from .memory import Memory
from .npy import map_npy, write_npy
from .schedule import Schedule, Step, group_size, ravel, unravel

MOST_PRECISE_ELEMENTS = 2**22
"""Up to so many elements 32-bit slices are added up in 64 bits outside the arena."""


def slices_of(schedule: Schedule, loop: Step, digits: Sequence[int]) -> range:
    """Slices of this rank's group, in their order."""
    radices = [schedule.radices[digit] for digit in loop["digits"]]
    group = ravel([digits[digit] for digit in loop["digits"]], radices)
    return range(group, schedule.slices, group_size(schedule, loop["digits"]))


def values_of(schedule: Schedule, loop: Step, number: int) -> dict[str, int]:
    """Values of the sliced labels."""
    labels = loop["labels"]
    return dict(zip(labels, unravel(number, [schedule.extents[label] for label in labels]), strict=True))


class Sums:
    """What the slices add up to on this rank."""

    def __init__(self, memory: Memory, loop: Step) -> None:
        self.loop = loop
        self.schedule = memory.job.schedule
        self.into = memory.view(loop["into"])
        self.term = memory.view(loop["from"])
        precise = self.into.numel() <= MOST_PRECISE_ELEMENTS and memory.wide != memory.dtype
        self.total = torch.zeros_like(self.into, dtype=memory.wide) if precise else self.into
        self.total.zero_()
        held = self.schedule.buffers[loop["into"]].modes
        self.leading = held[: len(held) - len(self.schedule.buffers[loop["from"]].modes)]

    def add(self, values: dict[str, int]) -> None:
        """Into its place: the whole sum, or the part that sliced open indices say."""
        place = 0
        for mode in (self.schedule.modes[one] for one in self.leading):
            place = place * mode.extent + values[mode.label] // mode.stride % mode.extent
        start = place * self.term.numel()
        self.total[start : start + self.term.numel()].add_(self.term)

    def finish(self) -> None:
        if self.total is not self.into:
            self.into.copy_(self.total)


class Checkpoint:
    """
    Sums and the number of slices in them, one file a rank, the last two kept: ranks of a group may have been stopped
    one checkpoint apart, and all of a group go on from the same. `peers`: the ranks that run the same slices.
    """

    def __init__(self, job: Job, every: int, name: str, peers: Group) -> None:
        self.job = job
        self.every = every
        """Slices of a group between two checkpoints."""
        self.name = name
        self.peers = peers
        self.folder = job.checkpoint_folder
        self.kept: list[Path] = []

    def resume(self, sums: Sums) -> int:
        """Takes the sums of the last slice that all ranks of the group have saved; says how many slices are in them."""
        own = self.saved()
        done = self.latest_common(sorted(own, reverse=True))
        if done > 0:
            dtype = str(sums.total.dtype).removeprefix("torch.")
            sums.total.copy_(map_npy(own[done], dtype).view_as(sums.total))
            self.kept = [own[done]]
        return done

    def saved(self) -> dict[int, Path]:
        """By the number of slices."""
        return {int(path.stem.split("-")[-1]): path for path in self.folder.glob(f"{self.name}-*.npy")}

    def latest_common(self, own: Sequence[int]) -> int:
        mine = [*own, 0, 0][:2]
        if self.peers.handle is None:
            return mine[0]
        device = "cuda" if dist.get_backend(self.peers.handle) == "nccl" else "cpu"
        every = [torch.zeros(2, dtype=torch.int64, device=device) for _ in self.peers.members]
        dist.all_gather(every, torch.tensor(mine, device=device), group=self.peers.handle)
        saved: list[set[int]] = [{0, *counts.tolist()} for counts in every]
        return max(set.intersection(*saved))

    def save(self, sums: Sums, done: int) -> str | None:
        """
        Every so many slices. All ranks of the group wait for each other, so that none is two checkpoints ahead. Gives
        what the file system says where it refuses: the value needs no files, so the run goes on.
        """
        if done % self.every != 0:
            return None
        if self.peers.handle is not None:
            dist.barrier(group=self.peers.handle)
        path = self.folder / f"{self.name}-{done}.npy"
        try:
            write_npy(path, sums.total, (sums.total.numel(),))
            self.kept.append(path)
            for old in self.kept[:-2]:
                old.unlink()
            self.kept = self.kept[-2:]
        except OSError as error:
            return str(error)
        return None


def own_checkpoint(job: Job) -> None:
    """Claims the folder of checkpoints. Raises JobError where another schedule left them there, or none can be written."""
    folder = job.checkpoint_folder
    owner = folder / "schedule.sha256"
    try:
        folder.mkdir(exist_ok=True)
        if not owner.exists():
            owner.write_text(job.digest)
        known = owner.read_text()
    except OSError as error:
        raise JobError(f"no sums of slices can be kept in {folder} ({error}): name another folder") from error
    if known != job.digest:
        raise JobError(f"{folder} is the checkpoint of another schedule; delete it, or make a new job folder")


def forget_checkpoint(job: Job) -> None:
    """A finished job has no use for it."""
    shutil.rmtree(job.checkpoint_folder, ignore_errors=True)
