"""
How fast products are by their shape: what the steps themselves call, timed on a grid of extents, in every form of the
operands. Operands come from memory, not from a cache, for those of a step that takes long do so too.
"""

from __future__ import annotations

import time
from bisect import insort
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count
from itertools import product as every
from math import inf, isqrt, prod
from random import Random

import torch
from torch import Tensor

from .local import LONG_SUM, SMALL_RESULT, Work, operand, product

FORMS = ("mk,kn", "mk,nk", "km,kn", "km,nk")
EXTENTS = {"cpu": (1, 2, 4, 8, 16, 64, 128), "cuda": (1, 2, 4, 16, 64, 256, 1024)}
"""Of m, n and k; the last stands for all that are longer. From 2 to 16 kernels begin to fill vectors, and GPUs have tiles."""
BYTES = {
    "cpu": {"one": 2**24, "cached": 2**20, "batched": 2**19, "shared": 2**19, "long": 2**22},
    "cuda": {"one": 2**28, "cached": 2**24, "batched": 2**28, "shared": 2**28, "long": 2**28},
}
"""
Of the largest operand or result. By kind: one product; one of some that go on in a cache; many; many that share the first
operand; one of which the sums are taken in 64 bits.
"""
SOME = 4
"""That go on in a cache, one after the other."""
MATRICES = {"cpu": 1, "cuda": 8}
"""Times so large is one that meets a small one: what it takes to bring that into a kernel's order shows only then."""
SIDE = {"cpu": 512, "cuda": 4096}
"""Where m, n and k are all long."""
BLOCK_BYTES = {"cpu": 2**25, "cuda": 2**31}
"""Each turn is at another place of its blocks, so that no cache still holds what it reads."""
PASSES, MOST_PASSES, ALIKE = 2, 6, 1.1
"""
All are gone through one after the other, so that what disturbs one is over when its turn comes again. The quickest counts, once
two are so much alike.
"""

Shape = tuple[int, int, int, int]
"""batch, m, n, k."""


@dataclass(frozen=True)
class Case:
    """A cell of the grid, or those that differ only in forms that make no difference: a vector lies the same way in both."""

    kind: str
    m: int
    n: int
    k: int
    forms: tuple[str, str]


@dataclass(frozen=True)
class Arithmetic:
    """What a product asks of `Memory`."""

    device: torch.device
    dtype: torch.dtype
    wide: torch.dtype


def cases(device: str) -> list[Case]:
    """All that are measured."""
    extents = EXTENTS[device]
    grid = every(BYTES[device], extents, extents, extents, FORMS)
    return list(dict.fromkeys(case_of(*one) for one in grid if is_measured(extents[-1], *one[:4])))


def case_of(kind: str, m: int, n: int, k: int, forms: str) -> Case:
    a, b = forms.split(",")
    plain = kind == "long" or k == 1
    return Case(kind, m, n, k, ("mk" if plain or m == 1 else a, "kn" if plain or n == 1 else b))


def is_measured(longest: int, kind: str, m: int, n: int, k: int) -> bool:
    """Not what does not occur, or takes no time that counts."""
    if kind in ("one", "cached"):
        return longest in (m, n, k)
    return kind != "long" or (k == longest and m * n <= SMALL_RESULT)


def rates_of(arithmetic: Arithmetic, flops: int, seconds: Mapping[Case, float]) -> dict[str, object]:
    """By kind and forms, real operations a second for each m, n and k of the grid, row-major; 0 where none was measured."""

    def rate(case: Case) -> float:
        return flops * prod(shape_of(arithmetic, case)) / seconds[case] if case in seconds else 0.0

    def rates(kind: str, forms: str) -> list[float]:
        return [rate(case_of(kind, m, n, k, forms)) for m, n, k in every(extents, repeat=3)]

    extents = EXTENTS[arithmetic.device.type]
    by_kind = {kind: {forms: rates(kind, forms) for forms in FORMS} for kind in BYTES["cpu"]}
    sizes = {kind: elements(arithmetic, kind) for kind in ("cached", "one")}
    return {"extents": extents, "elements": sizes, "longSum": LONG_SUM, "smallResult": SMALL_RESULT, "flopsPerSecond": by_kind}


def quickest(
    cases: Sequence[Case], timer: Callable[[Case, int], float], enough: float = inf, last: float = inf
) -> dict[Case, float]:
    """
    Seconds. The timer takes how many turns there were before. By the monotonic clock, `enough`: from when on none has more turns
    than it must; `last`: when there is no time left, and those that had none take forever, which lie all over the grid.
    """
    seconds: dict[Case, list[float]] = {case: [] for case in Random(1).sample(cases, len(cases))}
    turns = count()
    for case, own in (one for _ in range(MOST_PASSES) for one in seconds.items()):
        if time.monotonic() > (last if len(own) < PASSES else enough):
            break
        if len(own) < PASSES or own[1] > ALIKE * own[0]:
            insort(own, timer(case, next(turns)))
    return {case: seconds[case][0] if seconds[case] else inf for case in cases}


def elements(arithmetic: Arithmetic, kind: str) -> int:
    return BYTES[arithmetic.device.type][kind] // arithmetic.dtype.itemsize


def block(arithmetic: Arithmetic) -> Tensor:
    size = BLOCK_BYTES[arithmetic.device.type] // arithmetic.dtype.itemsize
    return torch.full((size,), 0.5, dtype=arithmetic.dtype, device=arithmetic.device)


def shape_of(arithmetic: Arithmetic, case: Case) -> Shape:
    """One whose largest operand or result has about as many elements as are measured."""
    size, m, n, k = elements(arithmetic, case.kind), case.m, case.n, case.k
    if case.kind in ("batched", "shared"):
        return (max(2, size // max(m * n, n * k, m * k)), m, n, k)
    if case.kind == "long":
        return (1, m, n, size // max(m, n))
    device = arithmetic.device.type
    alone = case.kind == "one"
    side, square = (SIDE[device], MATRICES[device] * size) if alone else (isqrt(size), size)
    longest = EXTENTS[device][-1]
    short = [extent for extent in (m, n, k) if extent != longest]
    long = (side, isqrt(square), size // max(short, default=1))[len(short)]
    m, n, k = (long if extent == longest else extent for extent in (m, n, k))
    return (1 if alone else SOME, m, n, k)


def work_of(arithmetic: Arithmetic, blocks: Sequence[Tensor], case: Case, turn: int) -> Work:
    """The product, at a place of its blocks that the turn says."""
    batch, m, n, k = shape_of(arithmetic, case)
    shared = "a" if case.kind == "shared" else None
    wide = arithmetic.wide if case.kind == "long" else arithmetic.dtype
    sizes = [(1 if shared == "a" else batch) * m * k, batch * k * n, batch * m * n]
    place = turn % min(block.numel() // size for block, size in zip(blocks, sizes, strict=True))
    a, b, out = (block[place * size : (place + 1) * size] for block, size in zip(blocks, sizes, strict=True))
    left = operand(a, -1, m, k, case.forms[0] == "mk")
    right = operand(b, -1, k, n, case.forms[1] == "kn")
    return product(replace(arithmetic, wide=wide), left, right, out.view(batch, m, n), shared)
