"""
A move beside a contraction, tile by tile: what has been computed, or has arrived, moves or is multiplied while the
other is at the next tile. Whether the two overlap or run one after the other, the products and so the bits are the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import torch.distributed as dist
from torch import Tensor

from .collectives import Group, add_blocks
from .local import Work, all_of, operands, product
from .memory import Memory
from .schedule import Schedule, Step, before_tiles, group_size, whole_kind


@dataclass(frozen=True)
class Pair:
    """Both steps, in parts that are done one after the other."""

    contraction: Step
    move: Step
    parts: Sequence[tuple[Step, Work]]
    """Each with the step that it is of."""


class Transfer:
    """The messages of a tiled move. Tile t of a block lies in its stretches [:, t, :]."""

    def __init__(self, memory: Memory, group: Group, move: Step, stretches: int, count: int) -> None:
        self.memory = memory
        self.group = group
        kind, size = move["kind"], len(group.members)
        source, target = memory.real(move["in"]), memory.real(move["out"])
        self.source = source.view(1 if kind == "gather" else size, stretches, count, -1)
        self.sums = target.view(stretches, count, -1) if kind == "reduce-scatter" else None
        self.target = target.view(size, stretches, count, -1) if self.sums is None else None
        self.works: dict[int, list[dist.Work]] = {}
        """By tile, what is on its way."""
        if self.sums is not None:
            memory.scratch(source.numel())

    @property
    def arrived(self) -> Tensor:
        """What has come, by member: in its place, or beside it where it is still to be added up."""
        return self.memory.scratch(self.source.numel()).view_as(self.source) if self.target is None else self.target

    def post(self, tile: int) -> None:
        """Sends a tile that is there to all members, and begins to receive theirs."""
        group, stretches, arrived = self.group, range(self.source.shape[1]), self.arrived
        own = 0 if len(self.source) == 1 else group.me
        arrived[group.me, :, tile].copy_(self.source[own, :, tile])
        moves: list[dist.P2POp] = []
        for member, rank in enumerate(group.members):
            if member == group.me:
                continue
            block = 0 if len(self.source) == 1 else member
            for stretch in stretches:
                tag = tile * len(stretches) + stretch
                sent, got = self.source[block, stretch, tile], arrived[member, stretch, tile]
                moves.append(dist.P2POp(dist.isend, sent, rank, group.handle, tag))
                moves.append(dist.P2POp(dist.irecv, got, rank, group.handle, tag))
        self.works[tile] = list(dist.batch_isend_irecv(moves))

    def arrive(self, tile: int) -> None:
        """Waits for a tile, and adds up what was sent for that."""
        for work in self.works.pop(tile):
            work.wait()
        if self.sums is not None:
            for stretch in range(self.sums.shape[0]):
                add_blocks(self.sums[stretch, tile], self.arrived[:, stretch, tile])


def prepare_pair(memory: Memory, group: Group, contraction: Step, move: Step, whole: Work) -> Pair:
    """`whole`: the move in one, which comes before or after all products where nothing goes on beside them."""
    tiles = move["tiles"]
    products: list[tuple[Step, Work]] = [(contraction, all_of(one)) for one in products_of(memory, contraction, tiles)]
    made = tiles["beside"] == "before"
    # Over gloo, tensors of a GPU go through the host, step by step.
    alone = group.handle is None or (dist.get_backend(group.handle) == "gloo" and memory.device.type != "cpu")
    if alone or not memory.job.overlap:
        return Pair(contraction, move, [*products, (move, whole)] if made else [(move, whole), *products])
    transfer = Transfer(memory, group, move, stretches_of(memory.job.schedule, contraction, move), len(products))
    posts = [partial(transfer.post, tile) for tile in range(len(products))]
    arrivals = [partial(transfer.arrive, tile) for tile in range(len(products))]
    parts: list[tuple[Step, Work]] = [] if made else [(move, all_of(posts))]
    for product_of_tile, post, arrive in zip(products, posts, arrivals, strict=True):
        parts += [product_of_tile, (move, post)] if made else [(move, arrive), product_of_tile]
    return Pair(contraction, move, [*parts, (move, all_of(arrivals))] if made else parts)


def stretches_of(schedule: Schedule, contraction: Step, move: Step) -> int:
    """In how many pieces a tile lies in a block."""
    before = before_tiles(contraction, move)
    return before if move["kind"] == whole_kind(move) else before // group_size(schedule, move["digits"])


def products_of(memory: Memory, contraction: Step, tiles: Step) -> list[list[Work]]:
    """A tile of an axis seen as [outer][count][rest] is `outer` products."""
    axis, outer, count = tiles["axis"], tiles["outer"], tiles["count"]
    a, b, out = operands(memory, contraction)
    size = contraction[axis] // (outer * count)
    shared = contraction.get("shared")

    def part(view: Tensor, name: str, dim: int, start: int) -> Tensor:
        return view if (shared == name and axis == "batch") or dim < 0 else view.narrow(dim, start, size)

    dims = {"batch": (0, 0, 0), "m": (1, -1, 1), "n": (-1, 2, 2)}[axis]

    def one(start: int) -> Work:
        views = [part(v, name, d, start) for v, name, d in zip((a, b, out), ("a", "b", ""), dims, strict=True)]
        return product(memory, views[0], views[1], views[2], shared)

    return [[one((o * count + tile) * size) for o in range(outer)] for tile in range(count)]
