"""
Links that are slower than their peers: after a run whose moves took a while, the ranks of each group exchange a message
pair by pair, and what a pair takes is held against the median over all pairs of its tier.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import inf

import torch
import torch.distributed as dist
from torch import Tensor

from .collectives import Group, Groups, gathered, groups_over
from .errors import CollectiveError
from .schedule import COLLECTIVES, Schedule, walk

LEAST_SECONDS = 0.02
"""Moves that took less in all are not worth a look at the links."""
BYTES = {"cpu": 2**20, "cuda": 2**26}
"""Of a message: enough that its latency hardly counts."""
GOES = 3
"""The quickest counts, so that what disturbs one for a moment is no slow link."""
GOES_OF_SLOW, SECONDS_OF_SLOW = 24, 1.0
"""Further ones of a pair that looks slow: so many, or until they have taken so long."""
FACTOR = 2.0
"""A link is slow that takes so many times as long as its peers."""
LEAST_PEERS = 2
"""A link has none to be held against where there are fewer others of its tier."""
MOST_ROUNDS = 64
"""In larger groups each rank looks at so many of its peers, at even distances."""


@dataclass(frozen=True)
class Probe:
    """One rank's view of the pairs."""

    groups: Sequence[Group]
    """Those of the moves, the widest only."""
    messages: Sequence[Tensor]
    """A small and a large one, each to send and to receive; there before any is sent: no rank waits for one without room."""

    def sweep(self, seconds: Tensor, wanted: Tensor) -> None:
        """One go of each pair that is wanted, by peer; `seconds` keeps the quickest. All ranks want the same pairs."""
        for group in self.groups:
            for member in partners(group):
                peer = group.members[member]
                if wanted[peer]:
                    seconds[peer] = min(float(seconds[peer]), self.exchanged(group, peer))

    def exchanged(self, group: Group, peer: int) -> float:
        """Seconds of a message each way, once both are there: the quicker of two, for the first may come after a long wait."""
        small, large = self.messages
        self.exchange(group, peer, small)
        begun = time.perf_counter()
        self.exchange(group, peer, large)
        between = time.perf_counter()
        self.exchange(group, peer, large)
        return min(between - begun, time.perf_counter() - between)

    def exchange(self, group: Group, peer: int, both: Tensor) -> None:
        moves = [dist.P2POp(dist.isend, both[0], peer, group.handle), dist.P2POp(dist.irecv, both[1], peer, group.handle)]
        for work in dist.batch_isend_irecv(moves):
            work.wait()
        if both.device.type == "cuda":
            torch.cuda.synchronize(both.device)


def messages_on(device: torch.device) -> Sequence[Tensor]:
    """None where the device has no room left."""
    try:
        return [torch.zeros(2, size, dtype=torch.uint8, device=device) for size in (8, BYTES[device.type])]
    except RuntimeError:
        return []


def partners(group: Group) -> Iterator[int]:
    """In each round every member has one partner at most, and over all rounds each of the others once."""
    size = len(group.members)
    rounds = range(size) if size <= MOST_ROUNDS else [size * one // MOST_ROUNDS for one in range(MOST_ROUNDS)]
    for one in rounds:
        if (one - group.me) % size != group.me:
            yield (one - group.me) % size


def widest(schedule: Schedule) -> list[list[int]]:
    """Digits of the moves, without those that others contain."""
    moves = [step for step in walk(schedule.steps) if step["kind"] in COLLECTIVES]
    sets = {frozenset(step["digits"]) for step in moves}
    return sorted(sorted(one) for one in sets if not any(one < other for other in sets))


def look_at_links(groups: Groups, moved: float) -> list[dict[str, object]]:
    """All ranks together, after moves of so many seconds; the same on all. Entries: see `Links.report`."""
    schedule = groups.schedule
    if schedule.ranks <= LEAST_PEERS or moved < LEAST_SECONDS:
        return []
    nccl = dist.get_backend() == "nccl"
    device = torch.device("cuda", torch.cuda.current_device()) if nccl else torch.device("cpu")
    own = [groups.over(digits) for digits in widest(schedule)]
    probe = Probe([group for group in own if group.handle is not None], messages_on(device))
    try:
        if not gathered(torch.tensor([len(probe.messages)])).all():
            return []
        return measured_links(schedule, groups.rank, probe).report(BYTES[device.type])
    except (RuntimeError, CollectiveError):
        # The run has its value: a link that fails only now takes nothing from it.
        return []


def measured_links(schedule: Schedule, rank: int, probe: Probe) -> Links:
    seconds = torch.full((schedule.ranks,), inf, dtype=torch.float64)
    for _ in range(GOES):
        probe.sweep(seconds, seconds > 0)
    links = Links(schedule, gathered(seconds))
    for go in range(GOES_OF_SLOW):
        slow = links.slow() & (go * links.seconds < SECONDS_OF_SLOW)
        if not slow.any():
            break
        probe.sweep(seconds, slow[rank] | slow[:, rank])
        links = Links(schedule, gathered(seconds))
    return links


class Links:
    """What each pair takes, by rank and rank."""

    def __init__(self, schedule: Schedule, every: Tensor) -> None:
        """`every`: seconds by rank and peer, infinite where they do not meet. Either direction may be the slow one."""
        self.seconds = every.maximum(every.T).triu(diagonal=1)
        self.there = self.seconds.isfinite().triu(diagonal=1)
        node = torch.empty(schedule.ranks, dtype=torch.int64)
        near = [digit for digit, tier in enumerate(schedule.tiers) if tier == "node"]
        for number, ranks in enumerate(groups_over(schedule, near)):
            node[ranks] = number
        same = node[:, None] == node[None, :]
        self.usual = torch.full_like(self.seconds, inf)
        for tier in (self.there & same, self.there & ~same):
            if int(tier.sum()) > LEAST_PEERS:
                # The lower of two middle ones: half of four ranks' links are those of any one rank.
                self.usual[tier] = self.seconds[tier].median()

    def slow(self) -> Tensor:
        return self.there & (self.seconds > FACTOR * self.usual)

    def report(self, size: int) -> list[dict[str, object]]:
        """Slow links, the slowest first: their two ranks, and bytes a second of them and of their peers."""
        found: list[dict[str, object]] = []
        for a, b in self.slow().nonzero().tolist():
            own, usual = (size / float(one[a, b]) for one in (self.seconds, self.usual))
            found.append({"ranks": [a, b], "bytesPerSecond": own, "usualBytesPerSecond": usual})
        return sorted(found, key=lambda link: float(str(link["bytesPerSecond"])))
