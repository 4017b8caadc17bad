"""Runs a schedule on one rank, with the time that each step took."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from math import isnan, nan

import torch

from .collectives import Groups, exchange, gather, prepare_collective
from .errors import CollectiveError
from .local import Work, prepare_contract, prepare_load, prepare_permute, prepare_sum
from .memory import Memory
from .schedule import COLLECTIVES, Step, pairs_of, unravel, walk
from .slices import Checkpoint, Sums, slices_of, values_of
from .tiles import Pair, prepare_pair
from .transfers import Transfers
from .watch import Watch

REHEARSAL, LOADING = 5.0, 0.02
"""Seconds: of all that is tried before a run, and of a piece of a library, at most."""
MEETING = 2**20
"""Reals that each rank sends in all before a run."""


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
        self.pairs: dict[int, Pair] = {}
        """By the position of the contraction."""
        self.pair(self.schedule.steps)
        self.times = Times([0.0] * len(steps), [nan] * len(steps))
        self.transfers = Transfers(steps)
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

    def pair(self, steps: Sequence[Step]) -> None:
        for step, move in pairs_of(steps):
            if step["kind"] == "slice-loop":
                self.pair(step["body"])
            if move is not None:
                group = self.groups.over(move["digits"])
                whole = self.works[self.positions[id(move)]]
                assert whole is not None, "a move is no loop"
                self.pairs[self.positions[id(step)]] = prepare_pair(self.memory, group, step, move, whole)

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
        """GPUs work behind the program's back: a step ends when they have. What is being sent may go on."""
        if self.memory.device.type == "cuda":
            torch.cuda.current_stream(self.memory.device).synchronize()

    def rehearse(self) -> None:
        """
        A GPU loads each piece of its libraries when it first runs, for milliseconds: steps that take no longer than that do so
        before any is timed, on numbers that mean nothing. For at most REHEARSAL seconds.
        """
        if self.memory.device.type != "cuda":
            return
        last = time.monotonic() + REHEARSAL
        for step, work in zip(walk(self.schedule.steps), self.works, strict=True):
            if time.monotonic() > last:
                return
            if work is not None and step["kind"] in ("sum", "permute", "contract") and step["model"]["seconds"] < LOADING:
                work()
                self.settle()

    def meet(self) -> None:
        """
        Links are made when they are first used, and grow with it: before any move is timed, all groups send something over those
        that their moves need, and over no others, for with many ranks each costs memory.
        """
        moves = (step for step in walk(self.schedule.steps) if step["kind"] in COLLECTIVES)
        for kind, digits in dict.fromkeys((move["kind"], tuple(sorted(move["digits"]))) for move in moves):
            group = self.groups.over(digits)
            if group.handle is None or kind == "broadcast":
                continue
            block = -(-MEETING // len(group.members))
            size = block * len(group.members)
            there, here = self.memory.scratch(2 * size).chunk(2)
            gathers = kind in ("gather", "reduce")
            self.together(partial(gather, group, there, here[:block]) if gathers else partial(exchange, group, there, here))()

    def all(self) -> Times:
        self.begun = time.perf_counter()
        for step, move in pairs_of(self.schedule.steps):
            if step["kind"] == "slice-loop":
                self.loop(step)
            elif step["kind"] != "free":
                self.one(step, move)
                self.say(step, move)
        self.times.end = time.perf_counter() - self.begun
        return self.times

    def say(self, *steps: Step | None) -> None:
        done = {self.positions[id(step)]: step["kind"] for step in steps if step is not None}
        for position, kind in sorted(done.items()):
            self.watch.say(event="step", step=position, kind=kind, seconds=self.times.seconds[position])

    def one(self, step: Step, move: Step | None = None) -> None:
        """A step, or a contraction with the move beside it."""
        position = self.positions[id(step)]
        if move is not None:
            self.tiled(self.pairs[position])
            return
        work = self.works[position]
        assert work is not None
        begun = self.timed(position, work)
        if step["kind"] in COLLECTIVES:
            self.transfers.note(position, begun, time.perf_counter())

    def tiled(self, pair: Pair) -> None:
        """The time of the move is what no product hides: beginning to send, and waiting. So it is for links, too."""
        computing, moving = self.positions[id(pair.contraction)], self.positions[id(pair.move)]
        spans: list[tuple[float, float, float]] = []
        for step, work in pair.parts:
            if step is pair.contraction:
                self.timed(computing, work)
                continue
            computed = self.times.seconds[computing]
            begun = self.timed(moving, self.together(work))
            spans.append((begun, time.perf_counter(), computed))
        (begun, _, earlier), (_, ended, later) = spans[0], spans[-1]
        self.transfers.note(moving, begun, ended - (later - earlier))

    def timed(self, position: int, work: Work) -> float:
        """When it began."""
        self.watch.enter(position)
        begun = time.perf_counter()
        work()
        self.settle()
        if isnan(self.times.starts[position]):
            self.times.starts[position] = begun - self.begun
        self.times.seconds[position] += time.perf_counter() - begun
        return begun

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
                self.watch.warn(checkpoint.save(total, done))
            self.watch.say_seldom(event="slice", step=position, slices=done, of=len(numbers))
        self.slice.clear()
        self.watch.slice = -1
        self.timed(position, total.finish)

    def body(self, steps: Sequence[Step]) -> None:
        for step, move in pairs_of(steps):
            if step["kind"] != "free":
                self.one(step, move)

    def checkpoint(self, loop: Step, position: int) -> Checkpoint | None:
        job = self.memory.job
        if job.checkpoint == 0:
            return None
        others = [digit for digit in range(len(self.schedule.radices)) if digit not in loop["digits"]]
        name = f"loop-{position}-rank-{self.groups.rank}"
        return Checkpoint(job, job.checkpoint, name, self.groups.over(others))
