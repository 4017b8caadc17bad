"""One arena a rank: every buffer is a view of one preallocated block, at the place that tnlab planned."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import product
from math import prod

import torch
from torch import Tensor

from .errors import JobError
from .job import Job
from .npy import map_npy

REAL = {
    "float32": torch.float32,
    "float64": torch.float64,
    "complex64": torch.float32,
    "complex128": torch.float64,
}

MOST_AXES = 25
"""More than this many axes CUDA does not permute."""
SCATTERED_AXES, SCATTERED_RUN = 6, 32
"""From so many axes, where the last is shorter than this, a core is up to eight times as fast by a table of places."""
INPUTS_SHARE = 8
"""Inputs are kept on a GPU that has this many times as much memory left beside the arena."""
TABLE = 2**16
"""Its entries, at most: a core's cache holds them."""


class Memory:
    """Numbers are kept as real ones, complex as pairs, for that is what all backends send alike."""

    def __init__(self, job: Job, device: torch.device) -> None:
        self.job = job
        self.device = device
        self.complex = job.schedule.dtype.startswith("complex")
        self.lanes = 2 if self.complex else 1
        self.dtype: torch.dtype = getattr(torch, job.schedule.dtype)
        self.wide = torch.complex128 if self.complex else torch.float64
        self.arena = self.block(job.arena)
        self.inputs = brought(map_npy(job.folder / "inputs.npy", job.schedule.dtype), device)
        self._scratch = self.block(0)

    def block(self, elements: int) -> Tensor:
        """A flat real block of so many elements of the schedule's dtype."""
        real = REAL[self.job.schedule.dtype]
        size = max(1, elements) * self.lanes
        try:
            # Written once now, so that no step pays for the first touch of its pages.
            return torch.empty(size, dtype=real, device=self.device).zero_()
        except RuntimeError as error:
            wanted = size * real.itemsize / 2**30
            raise JobError(f"out of memory: {self.device} has no block of {wanted:.3g} GiB") from error

    def numbers(self, real: Tensor) -> Tensor:
        """The same memory in the schedule's dtype."""
        return torch.view_as_complex(real.view(-1, 2)) if self.complex else real

    def real(self, buffer: int) -> Tensor:
        """A buffer as flat real numbers, for sending."""
        start = self.job.offsets[buffer] * self.lanes
        return self.arena[start : start + self.job.schedule.buffers[buffer].elements * self.lanes]

    def view(self, buffer: int) -> Tensor:
        """A buffer as a flat tensor of the schedule's dtype."""
        return self.numbers(self.real(buffer))

    def scratch(self, size: int) -> Tensor:
        """A real block for use within one step. Steps ask for it when they are prepared, so that it is there in time."""
        if self._scratch.numel() < size:
            self._scratch = self.block(-(-size // self.lanes))
        return self._scratch[:size]


def brought(inputs: Tensor, device: torch.device) -> Tensor:
    """To a GPU once, where they leave most of its memory free: slices read them often, and some hundred times as fast there."""
    if device.type == "cpu" or INPUTS_SHARE * inputs.nbytes > torch.cuda.mem_get_info(device)[0]:
        return inputs
    return inputs.to(device)


def fuse(shape: Sequence[int], strides: Sequence[int]) -> tuple[list[int], list[int]]:
    """The same elements in the same order with as few axes as can be."""
    fused: list[list[int]] = []
    for extent, stride in zip(shape, strides, strict=True):
        if extent == 1:
            continue
        if fused and fused[-1][1] == stride * extent:
            fused[-1] = [fused[-1][0] * extent, stride]
        else:
            fused.append([extent, stride])
    return [extent for extent, _ in fused], [stride for _, stride in fused]


def row_major(shape: Sequence[int]) -> list[int]:
    strides: list[int] = []
    stride = 1
    for extent in reversed(shape):
        strides.insert(0, stride)
        stride *= extent
    return strides


def copy_strided(
    target: Tensor, source: Tensor, shape: Sequence[int], strides: Sequence[int], start: int
) -> None:
    """target (flat, row-major over the fused `shape`) := the elements of source that the strides walk."""
    outer = max(0, len(shape) - MOST_AXES)
    inner_shape, inner_strides = shape[outer:], strides[outer:]
    start += int(source.storage_offset())
    if outer == 0:
        target.view(inner_shape).copy_(source.as_strided(inner_shape, inner_strides, start))
        return
    blocks = target.view(-1, *inner_shape)
    for position, place in enumerate(product(*(range(extent) for extent in shape[:outer]))):
        shift = sum(value * stride for value, stride in zip(place, strides, strict=False))
        blocks[position].copy_(source.as_strided(inner_shape, inner_strides, start + shift))


def prepare_permuted(target: Tensor, source: Tensor, shape: Sequence[int], strides: Sequence[int]) -> Callable[[], object]:
    """As `copy_strided` from the start, to be done as often as it is called."""
    if target.device.type == "cpu" and len(shape) >= SCATTERED_AXES and shape[-1] < SCATTERED_RUN:
        return by_table(target, source, shape, strides)
    return lambda: copy_strided(target, source, shape, strides, 0)


def by_table(target: Tensor, source: Tensor, shape: Sequence[int], strides: Sequence[int]) -> Callable[[], object]:
    """The places of the inner axes stand in a table, which is read from the start of each place of the outer ones."""
    inner = next(axis for axis in range(len(shape)) if prod(shape[axis:]) <= TABLE)
    outer_shape, outer_strides = list(shape[:inner]), list(strides[:inner])
    inner_shape, inner_strides = list(shape[inner:]), list(strides[inner:])
    if inner > 0:
        # A part of the axis between them still fits: small tables would be read very often.
        room = TABLE // prod(inner_shape)
        part = max(size for size in range(1, room + 1) if outer_shape[-1] % size == 0)
        inner_shape.insert(0, part)
        inner_strides.insert(0, outer_strides[-1])
        outer_shape[-1] //= part
        outer_strides[-1] *= part
    table = places(inner_shape, inner_strides)
    span = int(table[-1]) + 1
    starts: list[int] = places(outer_shape, outer_strides).tolist()
    parts = zip(target.view(len(starts), -1).unbind(), [source[start : start + span] for start in starts], strict=True)
    rows = list(parts)
    return lambda: [torch.index_select(part, 0, table, out=row) for row, part in rows]


def places(shape: Sequence[int], strides: Sequence[int]) -> Tensor:
    """Of all elements, row-major."""
    found = torch.zeros(1, dtype=torch.int64)
    for extent, stride in zip(shape, strides, strict=True):
        found = (found[:, None] + stride * torch.arange(extent)).flatten()
    return found
