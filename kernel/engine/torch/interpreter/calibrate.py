"""
How fast a rank is here, with its peers at work beside it: `python -m interpreter.calibrate DEVICE` under any launcher.
Rank 0 prints one line of JSON, the figures of a device of tnlab's model, measured.
"""

from __future__ import annotations

import json
import os
import random
import sys
import time
from collections.abc import Callable, Sequence
from datetime import timedelta

import torch
import torch.distributed as dist
from torch import Tensor

from .errors import JobError
from .memory import REAL, fuse, prepare_permuted, row_major
from .place import Place, place_of
from .products import Arithmetic, block, cases, quickest, rates_of, works
from .rank import SHARED, device_of, settle_threads

SECONDS = 0.15
"""Each figure is the quickest go within this time: what else the computer does disturbs some."""
LEAST_GOES, MOST_GOES = 3, 100

SIDE = {"cpu": 768, "cuda": 8192}
"""Of a square product that is large enough for full speed."""
COPIED_BYTES = {"cpu": 2**27, "cuda": 2**31}
PERMUTED = {"cpu": 2**22, "cuda": 2**26}
"""Elements of complex64."""
RUNS = (1, 4, 16, 64, 1024)
HIDDEN = 0.75
"""A machine overlaps where a product hides at least so much of a move of equal length, or is hidden by it."""
SENT_BYTES = {"cpu": 2**24, "cuda": 2**28}


def flops(dtype: torch.dtype, m: int, n: int, k: int) -> int:
    return m * n * k * (8 if dtype.is_complex else 2)


class Bench:
    def __init__(self, place: Place, device: torch.device) -> None:
        self.place = place
        self.device = device

    def seconds(self, work: Callable[[], object]) -> float:
        """The quickest of goes that all ranks begin together; the slowest rank's."""
        self.once(work)
        goes = min(MOST_GOES, LEAST_GOES + int(SECONDS / max(1e-6, self.slowest(self.once(work)))))
        return self.slowest(min(self.once(work) for _ in range(goes)))

    def once(self, work: Callable[[], object]) -> float:
        if self.place.world > 1:
            dist.barrier()
        return self.alone(work)

    def alone(self, work: Callable[[], object]) -> float:
        begun = time.perf_counter()
        work()
        if self.device.type == "cuda":
            torch.cuda.synchronize(self.device)
        return time.perf_counter() - begun

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

    def permuted(self, run: int) -> float:
        """Bytes a second, read and written, of extents of 2 that are shuffled but for the last `run` elements."""
        source, target = (self.filled((PERMUTED[self.device.type],), torch.complex64) for _ in range(2))
        axes = list(range(source.numel().bit_length() - 1))
        moving = axes[: len(axes) - (run.bit_length() - 1)]
        random.Random(1).shuffle(moving)
        strides = row_major([2] * len(axes))
        order = [*moving, *axes[len(moving) :]]
        work = prepare_permuted(target, source, *fuse([2] * len(axes), [strides[axis] for axis in order]))
        return 16 * source.numel() / self.seconds(work)

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

        move = self.seconds(lambda: both(0))
        times = max(1, round(move / self.seconds(lambda: multiply(1))))
        product = self.seconds(lambda: multiply(times))
        return self.seconds(lambda: both(times)) < move + product - HIDDEN * min(move, product)

    def sent(self, size: int) -> float:
        """Seconds of an all-to-all of `size` bytes on each rank."""
        source, target = (self.filled((size // 4,), torch.float32) for _ in range(2))
        return self.seconds(lambda: dist.all_to_all_single(target, source))


def products(bench: Bench, name: str) -> dict[str, object]:
    """Of a dtype. Ranks begin together and are then busy with the same, without waiting for each other at each go."""
    dtype = getattr(torch, name)
    arithmetic = Arithmetic(bench.device, dtype, torch.complex128 if dtype.is_complex else torch.float64)
    blocks = [block(arithmetic) for _ in range(3)]
    measured = cases()
    bench.once(lambda: None)
    seconds = [quickest(works(arithmetic, blocks, one), bench.alone) for one in measured]
    slowest = dict(zip(measured, bench.slowest_each(seconds), strict=True))
    return rates_of(arithmetic, flops(dtype, 1, 1, 1), slowest)


def figures(bench: Bench) -> dict[str, object]:
    side, place = SIDE[bench.device.type], bench.place
    peaks = {name: bench.product(getattr(torch, name), side, side, side) for name in REAL}
    line: dict[str, object] = {
        "torch": torch.__version__,
        "device": "cpu",
        "flopsPerSecond": peaks,
        "memoryBytesPerSecond": bench.copied(),
        "permutations": {"runBytes": [8 * run for run in RUNS], "bytesPerSecond": [bench.permuted(run) for run in RUNS]},
        "launchSeconds": bench.launched(),
        "products": {name: products(bench, name) for name in REAL},
    }
    if bench.device.type == "cuda":
        line["device"] = torch.cuda.get_device_name(bench.device)
        line["memoryBytes"] = torch.cuda.get_device_properties(bench.device).total_memory
    if place.world > 1:
        size = SENT_BYTES[bench.device.type]
        latency, whole = bench.sent(4 * place.world), bench.sent(size)
        peers = place.world - 1
        line["overlaps"] = bench.overlapping(side, size)
        line["linkLatencySeconds"] = latency / peers
        line["linkBytesPerSecond"] = size * peers / place.world / max(1e-9, whole - latency)
    return line


def main(arguments: list[str]) -> int:
    try:
        place = place_of(os.environ)
        device = device_of(arguments[0] if arguments else "auto", place)
    except JobError as error:
        print(f"tnlab: {error}", file=sys.stderr)
        return 2
    settle_threads(place, device)
    torch.set_grad_enabled(False)
    if place.world > 1:
        backend = "nccl" if device.type == "cuda" and arguments[:1] != [SHARED] else "gloo"
        dist.init_process_group(
            backend, timeout=timedelta(seconds=60), device_id=device if backend == "nccl" else None
        )
    line = figures(Bench(place, device))
    if place.rank == 0:
        print(json.dumps(line), flush=True)
    if place.world > 1:
        dist.destroy_process_group()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
