"""Runs a schedule on one rank, with the time that each step took."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from math import isnan, nan

import torch

from .collectives import Groups, prepare_collective
from .errors import CollectiveError
from .local import Work, prepare_contract, prepare_load, prepare_permute, prepare_sum
from .memory import Memory
from .schedule import COLLECTIVES, Step, unravel, walk
from .slices import Checkpoint, Sums, slices_of, values_of
from .watch import Watch


@dataclass
class Times:
    """By reported step, in seconds; starts count from the start of the run, NaN where a step did not run."""

    seconds: list[float]
    starts: list[float]
    end: float = 0.0


class Run:
    """One rank's steps, each prepared before the first runs: what cannot be had fails early, and loops run lean."""

    def __init__(self, memory: Memory, groups: Groups, watch: Watch) -> None:
        self.memory = memory
        self.groups = groups
        self.watch = watch
        self.schedule = memory.job.schedule
        self.digits = unravel(groups.rank, self.schedule.radices)
        self.slice: dict[str, int] = {}
        """Values of the sliced labels; empty outside a loop."""
        steps = list(walk(self.schedule.steps))
        self.positions = {id(step): position for position, step in enumerate(steps)}
        self.works = [None if step["kind"] == "slice-loop" else self.prepare(step) for step in steps]
        self.times = Times([0.0] * len(steps), [nan] * len(steps))
        self.begun = 0.0

    def prepare(self, step: Step) -> Work:
        kind = step["kind"]
        if kind == "load":
            return prepare_load(self.memory, step, self.digits, self.slice)
        if kind == "sum":
            return prepare_sum(self.memory, step)
        if kind == "permute":
            return prepare_permute(self.memory, step)
        if kind == "contract":
            return prepare_contract(self.memory, step)
        return self.together(prepare_collective(self.memory, self.groups, step))

    def together(self, work: Work) -> Work:
        def guarded() -> None:
            try:
                work()
                self.settle()
            except torch.OutOfMemoryError:
                raise
            except RuntimeError as error:
                raise CollectiveError(str(error)) from error

        return guarded

    def settle(self) -> None:
        """GPUs work behind the program's back: a step ends when they have."""
        if self.memory.device.type == "cuda":
            torch.cuda.synchronize(self.memory.device)

    def all(self) -> Times:
        self.begun = time.perf_counter()
        for step in self.schedule.steps:
            if step["kind"] == "slice-loop":
                self.loop(step)
            elif step["kind"] != "free":
                self.one(step)
                position = self.positions[id(step)]
                self.watch.say(
                    event="step", step=position, kind=step["kind"], seconds=self.times.seconds[position]
                )
        self.times.end = time.perf_counter() - self.begun
        return self.times

    def one(self, step: Step) -> None:
        position = self.positions[id(step)]
        work = self.works[position]
        assert work is not None
        self.timed(position, work, step["kind"] in COLLECTIVES)

    def timed(self, position: int, work: Callable[[], object], together: bool = False) -> None:
        self.watch.enter(position, together)
        begun = time.perf_counter()
        work()
        self.settle()
        if isnan(self.times.starts[position]):
            self.times.starts[position] = begun - self.begun
        self.times.seconds[position] += time.perf_counter() - begun

    def loop(self, loop: Step) -> None:
        """The time of the loop itself is that of adding up the slices."""
        position = self.positions[id(loop)]
        sums: list[Sums] = []
        self.timed(position, lambda: sums.append(Sums(self.memory, loop)))
        (total,) = sums
        checkpoint = self.checkpoint(loop, position)
        numbers = slices_of(self.schedule, loop, self.digits)
        done = checkpoint.resume(total) if checkpoint is not None else 0
        if done > 0:
            self.watch.say(event="resumed", step=position, slices=done, of=len(numbers))
        for number in numbers[done:]:
            values = values_of(self.schedule, loop, number)
            self.slice.update(values)
            self.watch.slice = number
            self.body(loop["body"])
            self.timed(position, partial(total.add, values))
            done += 1
            if checkpoint is not None:
                checkpoint.save(total, done)
            self.watch.say_seldom(event="slice", step=position, slices=done, of=len(numbers))
        self.slice.clear()
        self.watch.slice = -1
        self.timed(position, total.finish)

    def body(self, steps: Sequence[Step]) -> None:
        for step in steps:
            if step["kind"] != "free":
                self.one(step)

    def checkpoint(self, loop: Step, position: int) -> Checkpoint | None:
        job = self.memory.job
        if job.checkpoint == 0:
            return None
        others = [digit for digit in range(len(self.schedule.radices)) if digit not in loop["digits"]]
        name = f"loop-{position}-rank-{self.groups.rank}"
        return Checkpoint(job, job.checkpoint, name, self.groups.over(others))
