"""
The steps that ranks do together. Numbers are sent as flat real views of the arena, contiguous on both sides: an
output that is not would be silently wrong on gloo. Sums are taken in member order and in 64 bits, so that the same
schedule gives the same bits on every run.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import wraps

import torch
import torch.distributed as dist
from torch import Tensor

from .errors import CollectiveError
from .local import CHUNK, Work
from .memory import Memory
from .schedule import Schedule, Step, group_size

SMALL = 2**14
"""Up to so many reals a member, or where the group does not divide it, a sum is a gather and an addition on each."""


@dataclass(frozen=True)
class Group:
    """The ranks that differ in the digits of a step alone."""

    members: Sequence[int]
    """In the order of the schedule: mixed-radix over the digits as listed."""
    me: int
    """This rank's place among them."""
    handle: dist.ProcessGroup | None
    """None where the group is this rank alone."""

    @property
    def native(self) -> bool:
        """
        Whether the library's own collectives will do. They number ranks in ascending order, which a schedule need not; and
        messages are as fast as the all-to-all of gloo, and several times as fast as its gather.
        """
        return dist.get_backend(self.handle) == "nccl" and list(self.members) == sorted(self.members)


def groups_over(schedule: Schedule, digits: Sequence[int]) -> Tensor:
    """By group over the digits, its ranks, mixed-radix over the digits as listed."""
    others = [digit for digit in range(len(schedule.radices)) if digit not in digits]
    ranks = torch.arange(schedule.ranks).view([*schedule.radices])
    return ranks.permute([*others, *digits]).reshape(-1, group_size(schedule, digits))


class Groups:
    """Process groups by digits, each made once, in the order of the schedule, by its own members alone."""

    def __init__(self, schedule: Schedule, rank: int, timeout: float) -> None:
        self.schedule = schedule
        self.rank = rank
        self.timeout = timedelta(seconds=timeout)
        self.handles: dict[tuple[int, ...], dist.ProcessGroup | None] = {}

    def over(self, digits: Sequence[int]) -> Group:
        every = groups_over(self.schedule, digits)
        members: list[int] = every[(every == self.rank).any(dim=1)].flatten().tolist()
        key = tuple(sorted(members))
        if key not in self.handles:
            self.handles[key] = self.make(key)
        return Group(members, members.index(self.rank), self.handles[key])

    def make(self, ranks: tuple[int, ...]) -> dist.ProcessGroup | None:
        if len(ranks) == 1:
            return None
        if len(ranks) == self.schedule.ranks:
            return dist.group.WORLD
        made = dist.new_group(list(ranks), timeout=self.timeout, use_local_synchronization=True)
        assert isinstance(made, dist.ProcessGroup), "this rank is a member"
        return made


def prepare_collective(memory: Memory, groups: Groups, step: Step) -> Work:
    group = groups.over(step["digits"])
    source, target = memory.real(step["in"]), memory.real(step["out"])
    kind = step["kind"]
    if group.handle is None:
        return lambda: target.copy_(source)
    if kind == "redistribute":
        return lambda: exchange(group, target, source)
    if kind == "gather":
        return lambda: gather(group, target, source)
    if kind == "broadcast":
        return lambda: broadcast(group, target, source)
    if kind == "reduce-scatter":
        memory.scratch(source.numel())
        return lambda: scatter_sum(group, target, source, memory.scratch(source.numel()))
    return prepare_reduce(memory, group, target, source)


def gathered(own: Tensor) -> Tensor:
    """By rank, what each has in a tensor of the same shape; on all ranks."""
    device = torch.device("cuda", torch.cuda.current_device()) if dist.get_backend() == "nccl" else own.device
    sent = own.to(device)
    world = dist.get_world_size()
    every = sent.new_empty(world * sent.numel())
    try:
        dist.all_gather_into_tensor(every, sent.flatten())
    except RuntimeError as error:
        raise CollectiveError(str(error)) from error
    return every.view(world, *own.shape).to(own.device)


Send = Callable[[Group, Tensor, Tensor], None]
"""From the last tensor to the one before it."""


def through_host(send: Send) -> Send:
    """Ranks that share a GPU meet over gloo, which does not send from a GPU's memory."""

    @wraps(send)
    def staged(group: Group, target: Tensor, source: Tensor) -> None:
        if source.device.type == "cpu" or dist.get_backend(group.handle) != "gloo":
            send(group, target, source)
            return
        there = target.cpu()
        send(group, there, source.cpu())
        target.copy_(there)

    return staged


@through_host
def exchange(group: Group, target: Tensor, source: Tensor) -> None:
    """Block j of the source goes to member j; block i of the target comes from member i."""
    if group.native:
        dist.all_to_all_single(target, source, group=group.handle)
    else:
        send_each(group, target, source.view(len(group.members), -1))


@through_host
def gather(group: Group, target: Tensor, source: Tensor) -> None:
    """Block i of the target is member i's source."""
    if group.native:
        dist.all_gather_into_tensor(target, source, group=group.handle)
    else:
        send_each(group, target, source.expand(len(group.members), -1))


def send_each(group: Group, target: Tensor, blocks: Tensor) -> None:
    """Block j goes to member j, in messages of their own."""
    arriving = target.view(len(group.members), -1)
    arriving[group.me].copy_(blocks[group.me])
    peers = [(member, rank) for member, rank in enumerate(group.members) if member != group.me]
    moves = [dist.P2POp(dist.isend, blocks[member], rank, group.handle) for member, rank in peers]
    moves += [dist.P2POp(dist.irecv, arriving[member], rank, group.handle) for member, rank in peers]
    for move in dist.batch_isend_irecv(moves):
        move.wait()


@through_host
def broadcast(group: Group, target: Tensor, source: Tensor) -> None:
    if group.me == 0:
        target.copy_(source)
    dist.broadcast(target, src=group.members[0], group=group.handle)


def prepare_reduce(memory: Memory, group: Group, target: Tensor, source: Tensor) -> Work:
    size, members = source.numel(), len(group.members)
    small = size <= SMALL or size % members != 0
    wanted = size * members if small else size + size // members
    reduce = reduce_small if small else reduce_large
    memory.scratch(wanted)
    return lambda: reduce(group, target, source, memory.scratch(wanted))


def reduce_small(group: Group, target: Tensor, source: Tensor, every: Tensor) -> None:
    gather(group, every, source)
    add_blocks(target, every.view(len(group.members), -1))


def reduce_large(group: Group, target: Tensor, source: Tensor, scratch: Tensor) -> None:
    """Each member adds up its part, then all gather the parts: every number is sent twice, as in a ring."""
    blocks, part = scratch[: source.numel()], scratch[source.numel() :]
    scatter_sum(group, part, source, blocks)
    gather(group, target, part)


def scatter_sum(group: Group, target: Tensor, source: Tensor, blocks: Tensor) -> None:
    """Member i gets the sum of the members' blocks i."""
    exchange(group, blocks, source)
    add_blocks(target, blocks.view(len(group.members), -1))


def add_blocks(target: Tensor, blocks: Tensor) -> None:
    chunk = CHUNK[target.device.type]
    for start in range(0, target.numel(), chunk):
        part = blocks[:, start : start + chunk]
        total = part[0].to(torch.float64, copy=True)
        for other in part[1:]:
            total += other
        target[start : start + chunk].copy_(total)
