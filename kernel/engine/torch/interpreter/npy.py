"""NumPy's .npy files of one axis, without NumPy."""

from __future__ import annotations

import ast
import ctypes
import mmap
import os
import sys
from collections.abc import Generator
from contextlib import contextmanager, suppress
from errno import EINVAL, EOPNOTSUPP
from math import prod
from pathlib import Path
from typing import BinaryIO

import torch
from torch import Tensor

from .errors import JobError

NO_PROMISE = (EINVAL, EOPNOTSUPP)
"""Of file systems that take no room in advance."""

DESCRIPTIONS = {"float32": "<f4", "float64": "<f8", "complex64": "<c8", "complex128": "<c16"}


def map_npy(path: Path, dtype: str) -> Tensor:
    """The numbers of a file as a flat tensor that reads from the file what is used of it, and no more."""
    try:
        with path.open("rb") as file:
            mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY)
    except (OSError, ValueError) as error:
        raise JobError(f"cannot read {path}: {error}") from error
    start, shape = header_of(mapped, path, dtype)
    size = getattr(torch, dtype).itemsize
    if len(mapped) != start + prod(shape) * size:
        raise JobError(
            f"{path} has {len(mapped) - start} bytes of data, and its shape needs {prod(shape) * size}: "
            "it was not written or copied to its end"
        )
    return torch.frombuffer(mapped, dtype=getattr(torch, dtype), offset=start, count=prod(shape))


def header_of(mapped: mmap.mmap, path: Path, dtype: str) -> tuple[int, tuple[int, ...]]:
    """Where the data begins, and its shape."""
    if mapped[:8] != b"\x93NUMPY\x01\x00":
        raise JobError(f"{path} is no .npy file of version 1")
    start = 10 + int.from_bytes(mapped[8:10], "little")
    header = ast.literal_eval(mapped[10:start].decode("latin1"))
    if header["descr"] != DESCRIPTIONS[dtype] or header["fortran_order"]:
        raise JobError(f"expected {DESCRIPTIONS[dtype]} in row-major order in {path}, got {header}")
    return start, header["shape"]


def write_npy(path: Path, numbers: Tensor, shape: tuple[int, ...]) -> None:
    """Beside its place first, then moved there, so that no reader finds half a file."""
    flat = numbers.detach().cpu().contiguous().reshape(-1)
    with written_beside(path) as beside:
        with beside.open("wb") as file:
            file.write(header(str(numbers.dtype).removeprefix("torch."), shape))
            write_numbers(file, flat)
        beside.replace(path)


def make_room(path: Path, dtype: str, shape: tuple[int, ...]) -> None:
    """Takes the room that `write_npy` will need, where the file system can promise it. Raises OSError where there is none."""
    size = len(header(dtype, shape)) + prod(shape) * getattr(torch, dtype).itemsize
    with written_beside(path) as beside, beside.open("wb") as file:
        try:
            if sys.platform == "linux":
                os.posix_fallocate(file.fileno(), 0, size)
        except OSError as error:
            if error.errno not in NO_PROMISE:
                raise


@contextmanager
def written_beside(path: Path) -> Generator[Path, None, None]:
    """A file that is to take the place of `path`. Half a one would take the room that the next one needs."""
    beside = path.with_suffix(".part")
    try:
        yield beside
    except OSError:
        with suppress(OSError):
            beside.unlink()
        raise


def header(dtype: str, shape: tuple[int, ...]) -> bytes:
    text = f"{{'descr': '{DESCRIPTIONS[dtype]}', 'fortran_order': False, 'shape': {shape!r}, }}"
    padded = text.ljust((len(text) + 11 + 63) // 64 * 64 - 11) + "\n"
    return b"\x93NUMPY\x01\x00" + len(padded).to_bytes(2, "little") + padded.encode("latin1")


def write_numbers(file: BinaryIO, flat: Tensor) -> None:
    """The memory of a flat tensor, through a view of its bytes, so that NumPy is not needed."""
    size = flat.numel() * flat.element_size()
    if size > 0:
        file.write(memoryview((ctypes.c_char * size).from_address(flat.data_ptr())))
