"""The steps that a rank does alone. Each is prepared once, with its views, and run as often as its loop says."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import product as iter_product
from typing import Protocol

import torch
from torch import Tensor

from .memory import Memory, copy_strided, fuse, prepare_permuted, row_major
from .schedule import Step

Work = Callable[[], object]

LONG_SUM = 2**12
"""Sums of more 32-bit terms than this are taken in 64 bits where the result is small: they would lose digits."""
SMALL_RESULT = 2**8
FEW_COLUMNS, PART = 8, 2**10
"""A long sum over the rows of a matrix, times few columns, takes a BLAS two to seven times as long in one as in such parts."""
WIDE, LEAST, STRIPE = 2**13, 32, 2**11
"""
Rows that are longer than WIDE, and a matrix of at least LEAST by LEAST before them: a BLAS takes up to half as long again in one
as in stripes of columns, but for float64.
"""
LONGEST = 2**30
"""cuBLAS counts elements in 31 bits."""
TINY_BYTES, MANY = 2**11, 2**12
"""
cuBLAS takes some four nanoseconds for each matrix of a batch, however small: many whose terms have fewer bytes in all are faster
term by term.
"""
CHUNK = {"cpu": 2**15, "cuda": 2**22}
"""Numbers that are widened at a time: few enough for a core's cache and for memory that is not fresh, or worth a launch."""


def warm_up(memory: Memory) -> None:
    """Libraries set themselves up at their first product; no step shall pay for that."""
    for dtype in (memory.dtype, memory.wide):
        one = torch.ones(1, 64, 64, dtype=dtype, device=memory.device)
        torch.mm(one[0], one[0], out=torch.empty_like(one[0]))
        torch.bmm(one, one)
    row = torch.ones(1, 1, 2**16, dtype=memory.dtype, device=memory.device)
    long_product(row, row.transpose(1, 2), memory.wide)


def prepare_load(memory: Memory, step: Step, digits: Sequence[int], slice_values: Mapping[str, int]) -> Work:
    """`slice_values` holds the values of the sliced labels at the time that the step runs."""
    schedule = memory.job.schedule
    strides = label_strides(schedule.tensors[step["tensor"]], schedule.extents)
    buffer = schedule.buffers[step["out"]]

    def stride_of(mode: int) -> int:
        return schedule.modes[mode].stride * strides.get(schedule.modes[mode].label, 0)

    split = zip(buffer.split, digits, strict=True)
    start = memory.job.inputs[step["tensor"]] + sum(
        stride_of(mode) * d for mode, d in split if mode is not None
    )
    shape, steps = fuse(
        [schedule.modes[mode].extent for mode in buffer.modes], [stride_of(m) for m in buffer.modes]
    )
    target = memory.view(step["out"])

    def load() -> None:
        shift = sum(value * strides.get(label, 0) for label, value in slice_values.items())
        copy_strided(target, memory.inputs, shape, steps, start + shift)

    return load


def label_strides(labels: Sequence[str], extents: Mapping[str, int]) -> dict[str, int]:
    """A label's stride is the sum over its axes, so that a repeated label walks the diagonal."""
    strides: dict[str, int] = {}
    for label, stride in zip(labels, row_major([extents[label] for label in labels]), strict=True):
        strides[label] = strides.get(label, 0) + stride
    return strides


def prepare_sum(memory: Memory, step: Step) -> Work:
    source = memory.view(step["in"]).view(step["outer"], step["reduced"], step["inner"])
    target = memory.view(step["out"]).view(step["outer"], step["inner"])
    if memory.wide == memory.dtype or step["reduced"] <= LONG_SUM:
        return lambda: torch.sum(source, dim=1, out=target)
    return lambda: target.copy_(torch.sum(source, dim=1, dtype=memory.wide))


def prepare_permute(memory: Memory, step: Step) -> Work:
    source, target = memory.view(step["in"]), memory.view(step["out"])
    strides = row_major(step["shape"])
    axes = step["axes"]
    shape, steps = fuse([step["shape"][axis] for axis in axes], [strides[axis] for axis in axes])
    return prepare_permuted(target, source, shape, steps)


def prepare_contract(memory: Memory, step: Step) -> Work:
    if "strided" in step:
        return strided_products(memory, step)
    return product(memory, *operands(memory, step), step.get("shared"))


def strided_products(memory: Memory, step: Step) -> Work:
    """The longest loop is the batch of a product, and each value of the others is a product of its own."""
    strided = step["strided"]
    loops = sorted(strided["loops"], key=lambda loop: loop["extent"])
    batch = loops.pop() if loops else {"extent": 1, "a": 0, "b": 0, "out": 0}
    m, n, k = step["m"], step["n"], step["k"]
    forms = {"a": (m, k, step["formA"] == "mk"), "b": (k, n, step["formB"] == "kn"), "out": (m, n, True)}

    def matrices(name: str, values: Sequence[int]) -> Tensor:
        rows, columns, straight = forms[name]
        line = strided[name]
        start = sum(loop[name] * value for loop, value in zip(loops, values, strict=True))
        extent = batch["extent"] if batch[name] > 0 else 1
        lines = (line, 1) if straight else (1, line)
        flat = memory.view(step[name])
        return flat.as_strided((extent, rows, columns), (batch[name], *lines), flat.storage_offset() + start)

    shared = next((name for name in ("a", "b") if batch[name] == 0), None) if batch["extent"] > 1 else None
    works = [
        product(memory, matrices("a", at), matrices("b", at), matrices("out", at), shared)
        for at in iter_product(*(range(loop["extent"]) for loop in loops))
    ]
    return all_of(works)


def all_of(works: Sequence[Work]) -> Work:
    return lambda: [work() for work in works]


def operands(memory: Memory, step: Step) -> tuple[Tensor, Tensor, Tensor]:
    """a[batch, m, k], b[batch, k, n] and out[batch, m, n] as views; the operand that is shared has a batch of 1."""
    batch, m, n, k = (step[key] for key in ("batch", "m", "n", "k"))
    shared = step.get("shared")
    a = operand(memory.view(step["a"]), 1 if shared == "a" else batch, m, k, step["formA"] == "mk")
    b = operand(memory.view(step["b"]), 1 if shared == "b" else batch, k, n, step["formB"] == "kn")
    return a, b, memory.view(step["out"]).view(batch, m, n)


class Arithmetic(Protocol):
    """What a product is told of `Memory`."""

    @property
    def device(self) -> torch.device: ...
    @property
    def dtype(self) -> torch.dtype: ...
    @property
    def wide(self) -> torch.dtype: ...


def product(memory: Arithmetic, a: Tensor, b: Tensor, out: Tensor, shared: str | None) -> Work:
    """out := a b on views, which may be parts of larger ones."""
    if shared == "a" and out.shape[2] == 1:
        # Vectors that meet the same matrix are the rows of one product.
        a, b, out, shared = b.transpose(1, 2), a.transpose(1, 2), out.transpose(1, 2), "b"
    if shared == "b" and rows_follow(a) and rows_follow(out):
        # The batches of a and of the result are more rows of one product.
        a, out, shared = a.flatten(0, 1)[None], out.flatten(0, 1)[None], None
    batch, m, n = out.shape
    k = a.shape[2]
    if k == 1:
        return lambda: torch.mul(a, b, out=out)
    a, b = a.expand(batch, m, k), b.expand(batch, k, n)
    if memory.device.type == "cuda":
        if batch >= MANY and m * n * k * out.itemsize <= TINY_BYTES:
            return sum_of_terms(a, b, out)
        if too_long(a, b, out):
            return sum_of_terms(a, b, out) if k <= LONGEST else lambda: out.copy_(long_product(a, b, memory.wide))
    if memory.wide != memory.dtype and k > LONG_SUM and batch * m * n <= SMALL_RESULT:
        return lambda: out.copy_(long_product(a, b, memory.wide))
    if batch == 1:
        left, right, into = a[0], b[0], out[0]
        if memory.device.type == "cpu" and n <= FEW_COLUMNS and k > PART and left.stride(0) < left.stride(1):
            return sum_of_parts(left, right, into)
        if memory.device.type == "cpu" and is_wide(right, into):
            return stripes(left, right, into)
        return lambda: torch.mm(left, right, out=into)
    return lambda: torch.bmm(a, b, out=out)


def sum_of_parts(a: Tensor, b: Tensor, out: Tensor) -> Work:
    """out := a b, a part of the summed index at a time."""
    parts = list(zip(torch.split(a, PART, dim=1), torch.split(b, PART), strict=True))

    def work() -> None:
        out.zero_()
        for left, right in parts:
            out.addmm_(left, right)

    return work


def sum_of_terms(a: Tensor, b: Tensor, out: Tensor) -> Work:
    """out := a b, for each summed value one operation on all elements of all matrices."""
    (left, right), *others = [(a[:, :, k, None], b[:, k, None]) for k in range(a.shape[2])]

    def work() -> None:
        torch.mul(left, right, out=out)
        for column, row in others:
            out.addcmul_(column, row)

    return work


def too_long(*matrices: Tensor) -> bool:
    """For cuBLAS: an axis, or what lies between two neighbours of one."""
    return max(max(*one.shape, *one.stride()[1:]) for one in matrices) > LONGEST


def is_wide(b: Tensor, out: Tensor) -> bool:
    """Whether a b is faster in stripes."""
    wide = out.shape[1] > WIDE and min(b.shape[0], out.shape[0]) >= LEAST
    return wide and b.stride(1) == out.stride(1) == 1 and out.dtype != torch.float64


def stripes(a: Tensor, b: Tensor, out: Tensor) -> Work:
    """out := a b, some columns at a time."""
    parts = list(zip(torch.split(b, STRIPE, dim=1), torch.split(out, STRIPE, dim=1), strict=True))

    def work() -> None:
        for right, into in parts:
            torch.mm(a, right, out=into)

    return work


def rows_follow(matrices: Tensor) -> bool:
    """Whether each matrix of a batch begins where a further row of the one before it would."""
    batch, rows, _ = matrices.shape
    return batch == 1 or rows == 1 or matrices.stride(0) == rows * matrices.stride(1)


def operand(flat: Tensor, batch: int, rows: int, columns: int, straight: bool) -> Tensor:
    """The matrices of a batch as a view, whichever way they are stored."""
    if straight:
        return flat.view(batch, rows, columns)
    return flat.view(batch, columns, rows).transpose(1, 2)


def long_product(a: Tensor, b: Tensor, wide: torch.dtype) -> Tensor:
    """In 64 bits, a part of the summed index at a time."""
    total = torch.zeros(a.shape[0], a.shape[1], b.shape[2], dtype=wide, device=a.device)
    part = max(1, CHUNK[a.device.type] // (a.shape[0] * max(a.shape[1], b.shape[2])))
    for k in range(0, a.shape[2], part):
        left, right = a[:, :, k : k + part], b[:, k : k + part, :]
        # In its place, a part of an axis that is too long has neighbours too far apart.
        total += torch.bmm(*(one.contiguous() if one.dtype == wide else one.to(wide) for one in (left, right)))
    return total
