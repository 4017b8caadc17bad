"""
How fast a rank is here, with its peers at work beside it. Rank 0 says it in one line of JSON: the figures of a device of
tnlab's model, measured.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Sequence
from functools import partial
from math import inf
from pathlib import Path
from tempfile import TemporaryDirectory

import torch
import torch.distributed as dist
from torch import Tensor

from .collectives import Group, add_blocks, exchange
from .memory import REAL, SCATTERED_AXES, fuse, prepare_permuted, row_major
from .npy import map_npy, write_npy
from .place import Place
from .products import Arithmetic, Case, block, cases, quickest, rates_of, work_of
from .rank import backend_of, device_of, join, settle_torch
from .watch import Watch, end_with_parent

TIMEOUT = 60.0
"""Seconds that a rank waits for its peers."""
SECONDS = 0.04
"""Each figure is the quickest go within this time: what else the computer does disturbs some."""
LEAST_GOES, MOST_GOES = 2, 100

ENOUGH_SECONDS, MOST_SECONDS = 10.0, 30.0
"""For all products: further goes while they took less, the first two in any case while they took less than most."""

SIDE = {"cpu": 768, "cuda": 8192}
"""Of a square product that is large enough for full speed."""
COPIED_BYTES = {"cpu": 2**26, "cuda": 2**31}
LOADED_BYTES = 2**26
"""More than caches hold."""
PERMUTED = {"cpu": 2**22, "cuda": 2**26}
"""Elements of complex64."""
AXES = {"cpu": (SCATTERED_AXES - 1, SCATTERED_AXES), "cuda": (4, 26)}
"""Up to how many are few, and from how many on they are many: a core changes its way, a GPU is slower with each."""
ELEMENT, LINE = 8, 64
"""Bytes of one, and those that memory moves at once."""
RUNS = ((4, 1), (8, 1), (8, 4), (8, 16), (8, 64), (8, 1024))
"""Of elements of so many bytes."""
SIDE_OF_FEW = 64
HIDDEN = 0.75
"""A machine overlaps where a product hides at least so much of a move of equal length, or is hidden by it."""
ROUNDS = 2
"""In turns, and of each the quickest: what disturbs all goes of one alone would decide."""
SENT_BYTES = {"cpu": 2**24, "cuda": 2**28}


def flops(dtype: torch.dtype, m: int, n: int, k: int) -> int:
    return m * n * k * (8 if dtype.is_complex else 2)


class Bench:
    def __init__(self, place: Place, device: torch.device) -> None:
        self.place = place
        self.device = device
        self.hurried = False
        """Whether there was no time for some products."""

    def seconds(self, work: Callable[[], object], moving: bool = False) -> float:
        """The quickest of goes that all ranks begin together; the slowest rank's. Of moves by the clock."""
        once = partial(self.once, work, moving)
        once()
        first = once()
        goes = min(MOST_GOES, LEAST_GOES + int(SECONDS / max(1e-6, self.slowest(first))))
        return self.slowest(min(first, *(once() for _ in range(goes))))

    def once(self, work: Callable[[], object], moving: bool = False) -> float:
        if self.place.world > 1:
            dist.barrier()
        return self.timed(work, time.perf_counter) if moving else self.alone(work)

    def alone(self, work: Callable[[], object]) -> float:
        """One thread's own time, in which what else the computer does has no part; of more, or of a GPU, by the clock."""
        lone = self.device.type == "cpu" and torch.get_num_threads() == 1
        return self.timed(work, time.thread_time if lone else time.perf_counter)

    def timed(self, work: Callable[[], object], clock: Callable[[], float]) -> float:
        begun = clock()
        work()
        if self.device.type == "cuda":
            torch.cuda.synchronize(self.device)
        return clock() - begun

    def slowest(self, seconds: float) -> float:
        (slowest,) = self.slowest_each([seconds])
        return slowest

    def slowest_each(self, seconds: Sequence[float]) -> list[float]:
        every = torch.tensor(seconds, dtype=torch.float64, device=self.device)
        if self.place.world > 1:
            dist.all_reduce(every, op=dist.ReduceOp.MAX)
        found: list[float] = every.tolist()
        return found

    def product(self, dtype: torch.dtype, m: int, n: int, k: int) -> float:
        """Real operations a second."""
        a, b, out = (self.filled(shape, dtype) for shape in ((m, k), (k, n), (m, n)))
        return flops(dtype, m, n, k) / self.seconds(lambda: torch.mm(a, b, out=out))

    def filled(self, shape: tuple[int, ...], dtype: torch.dtype) -> Tensor:
        return torch.full(shape, 0.5, dtype=dtype, device=self.device)

    def copied(self) -> float:
        """Bytes a second, read and written."""
        size = COPIED_BYTES[self.device.type] // 4
        source, target = (self.filled((size,), torch.float32) for _ in range(2))
        return 8 * size / self.seconds(lambda: target.copy_(source))

    def loaded(self) -> float:
        """Bytes a second, read and written, of numbers not read yet from their file; a GPU has them already."""
        if self.device.type == "cuda":
            return self.copied()
        size = LOADED_BYTES // 4
        target = self.filled((size,), torch.float32)
        with TemporaryDirectory() as folder:
            file = Path(folder) / "numbers.npy"
            write_npy(file, self.filled((size,), torch.float32), (size,))
            return 8 * size / self.seconds(lambda: target.copy_(map_npy(file, "float32")))

    def added(self) -> float:
        """Bytes a second of two partial sums."""
        size = COPIED_BYTES[self.device.type] // 4
        blocks, total = self.filled((2, size // 2), torch.float32), self.filled((size // 2,), torch.float32)
        return 4 * size / self.seconds(lambda: add_blocks(total, blocks))

    def permuted(self, target: Tensor, source: Tensor, shape: Sequence[int], axes: Sequence[int]) -> float:
        """Bytes a second, read and written."""
        strides = row_major(shape)
        work = prepare_permuted(target, source, *fuse([shape[axis] for axis in axes], [strides[axis] for axis in axes]))
        return 2 * source.nbytes / self.seconds(work)

    def launched(self) -> float:
        a, out = (self.filled((16,), torch.float32) for _ in range(2))
        return self.seconds(lambda: torch.mul(a, a, out=out))

    def overlapping(self, side: int, size: int) -> bool:
        """Whether messages go on while a product is computed, as moves do that are tiled."""
        a, b, out = (self.filled((side, side), torch.float32) for _ in range(3))
        block = size // 4 // self.place.world
        source, target = (self.filled((self.place.world, block), torch.float32) for _ in range(2))
        peers = [rank for rank in range(self.place.world) if rank != self.place.rank]

        def begin() -> list[dist.Work]:
            moves = [dist.P2POp(dist.isend, source[rank], rank) for rank in peers]
            moves += [dist.P2POp(dist.irecv, target[rank], rank) for rank in peers]
            return list(dist.batch_isend_irecv(moves))

        def multiply(times: int) -> None:
            for _ in range(times):
                torch.mm(a, b, out=out)

        def both(times: int) -> None:
            works = begin()
            multiply(times)
            for work in works:
                work.wait()

        once = self.seconds(lambda: multiply(1), moving=True)
        times = max(1, round(self.seconds(lambda: both(0), moving=True) / once))
        works = (lambda: both(0), lambda: multiply(times), lambda: both(times))
        rounds = [[self.seconds(work, moving=True) for work in works] for _ in range(ROUNDS)]
        move, product, together = map(min, zip(*rounds, strict=True))
        return together < move + product - HIDDEN * min(move, product)

    def sent(self, size: int) -> float:
        """Seconds of an all-to-all of `size` bytes on each rank, as a step does it."""
        source, target = (self.filled((size // 4,), torch.float32) for _ in range(2))
        everyone = Group(range(self.place.world), self.place.rank, dist.group.WORLD)
        return self.seconds(lambda: exchange(everyone, target, source), moving=True)


def products(bench: Bench, name: str, launch: float) -> dict[str, object]:
    """
    Of a dtype, without the seconds of a launch. Ranks begin together and are then busy with the same, without waiting for each
    other at each go.
    """
    dtype = getattr(torch, name)
    arithmetic = Arithmetic(bench.device, dtype, torch.complex128 if dtype.is_complex else torch.float64)
    blocks = [block(arithmetic) for _ in range(3)]
    bench.once(lambda: None)

    def timer(case: Case, turn: int) -> float:
        seconds = bench.alone(work_of(arithmetic, blocks, case, turn))
        return max(seconds - launch, seconds / 2)

    begun = time.monotonic()
    seconds = quickest(cases(bench.device.type), timer, begun + ENOUGH_SECONDS, begun + MOST_SECONDS)
    bench.hurried |= inf in seconds.values()
    slowest = dict(zip(seconds, bench.slowest_each(list(seconds.values())), strict=True))
    return rates_of(arithmetic, flops(dtype, 1, 1, 1), slowest)


def permutations(bench: Bench) -> dict[str, object]:
    """
    By what stays together, of few axes and of many, of extent 2. What lies side by side stays in its half of the axes, or it goes
    as far apart as can be, which is another matter for short runs alone.
    """
    size = PERMUTED[bench.device.type]
    bits = size.bit_length() - 1
    target, source = (bench.filled((size,), torch.complex64) for _ in range(2))
    half_target, half_source = (torch.view_as_real(block).flatten()[:size] for block in (target, source))
    rates: dict[str, list[float]] = {"few": [], "fewBeside": [], "fewFar": [], "many": [], "manyFar": []}
    for element, run in RUNS:
        narrow = element < ELEMENT
        permuted = partial(bench.permuted, half_target if narrow else target, half_source if narrow else source)
        moving = bits - run.bit_length() + 1
        few, many = (SIDE_OF_FEW, SIDE_OF_FEW, 2**moving // SIDE_OF_FEW**2, run), (*[2] * moving, run)
        axes, half = list(range(moving)), moving // 2
        rates["few"].append(permuted(few, (0, 2, 1, 3)))
        rates["fewBeside"].append(permuted((few[2], SIDE_OF_FEW, SIDE_OF_FEW, run), (0, 2, 1, 3)))
        rates["many"].append(permuted(many, (*axes[:half][::-1], *axes[half:][::-1], moving)))
        far = element * run < LINE
        rates["fewFar"].append(permuted(few, (2, 1, 0, 3)) if far else rates["few"][-1])
        rates["manyFar"].append(permuted(many, (*axes[::-1], moving)) if far else rates["many"][-1])
    few_axes, many_axes = AXES[bench.device.type]
    return {
        "fewAxes": few_axes,
        "manyAxes": many_axes,
        "runBytes": [element * run for element, run in RUNS],
        "bytesPerSecond": rates,
        "transposedBytesPerSecond": bench.permuted(target, source, (2 ** (bits // 2), 2 ** (bits - bits // 2)), (1, 0)),
    }


def figures(bench: Bench, launch: float) -> dict[str, object]:
    """All but products by their shape."""
    side, place = SIDE[bench.device.type], bench.place
    peaks = {name: bench.product(getattr(torch, name), side, side, side) for name in REAL}
    line: dict[str, object] = {
        "torch": torch.__version__,
        "device": "cpu",
        "flopsPerSecond": peaks,
        "memoryBytesPerSecond": bench.copied(),
        "loadedBytesPerSecond": bench.loaded(),
        "permutations": permutations(bench),
        "launchSeconds": launch,
    }
    if bench.device.type == "cuda":
        line["device"] = torch.cuda.get_device_name(bench.device)
        line["memoryBytes"] = torch.cuda.get_device_properties(bench.device).total_memory
    if place.world > 1:
        size = SENT_BYTES[bench.device.type]
        latency, whole = bench.sent(4 * place.world), bench.sent(size)
        peers = place.world - 1
        line["addedBytesPerSecond"] = bench.added()
        line["overlaps"] = bench.overlapping(side, size)
        line["linkLatencySeconds"] = latency / peers
        line["linkBytesPerSecond"] = size * peers / place.world / max(1e-9, whole - latency)
    return line


def calibrate(asked: str, dtype: str, rest: bool, place: Place, watch: Watch, listener: socket.socket | None) -> int:
    """A rank's life, as `rank.live`. `asked`: the device. `dtype`: of the products. `rest`: all else, too."""
    end_with_parent()
    device = device_of(asked, place)
    settle_torch(place, device)
    backend = backend_of(asked, device)
    join(TIMEOUT, place, backend, device, listener)
    bench = Bench(place, device)
    launch = bench.launched()
    others = {"others": figures(bench, launch)} if rest else {}
    rates = {"products": {dtype: products(bench, dtype, launch)}, "hurried": bench.hurried, **others}
    watch.say(event="rates", rates=rates)
    dist.destroy_process_group()
    return 0
