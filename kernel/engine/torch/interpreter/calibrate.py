"""
How fast a rank is here, with its peers at work beside it: `python -m interpreter.calibrate DEVICE` under any launcher.
Rank 0 prints one line of JSON, the figures of a device of tnlab's model, measured.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from statistics import median

import torch
import torch.distributed as dist
from torch import Tensor

from .errors import JobError
from .memory import REAL
from .place import Place, place_of
from .rank import SHARED, device_of, settle_threads

SECONDS = 0.15
"""Each figure is the median over at least this time."""
LEAST_GOES = 3

SIDE = {"cpu": 768, "cuda": 8192}
"""Of a square product that is large enough for full speed."""
THIN = (8, 16, 32, 64)
"""Small extents of products that are not: of a large tensor with a small one, or into a large one."""
TALL_BYTES = {"cpu": 2**26, "cuda": 2**30}
BOUND = 1.5
"""A product that takes this many times as long as its traffic is held up by arithmetic."""
COPIED_BYTES = {"cpu": 2**27, "cuda": 2**31}
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
        """Median over goes that all ranks begin together; the slowest rank's."""
        self.once(work)
        goes = LEAST_GOES + int(SECONDS / max(1e-6, self.slowest(self.once(work))))
        return self.slowest(median(self.once(work) for _ in range(goes)))

    def once(self, work: Callable[[], object]) -> float:
        if self.place.world > 1:
            dist.barrier()
        begun = time.perf_counter()
        work()
        if self.device.type == "cuda":
            torch.cuda.synchronize(self.device)
        return time.perf_counter() - begun

    def slowest(self, seconds: float) -> float:
        if self.place.world == 1:
            return seconds
        every = torch.tensor([seconds], dtype=torch.float64, device=self.device)
        dist.all_reduce(every, op=dist.ReduceOp.MAX)
        return float(every.item())

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


def half_extents(bench: Bench, dtype: torch.dtype, peak: float, bytes_per_second: float) -> dict[str, float]:
    """The h of the share 1 / (1 + h_m / m + h_n / n + h_k / k) that products reach, of those that memory does not hold up."""
    bytes_of = TALL_BYTES[bench.device.type]
    side = round((bytes_of / dtype.itemsize) ** 0.5)
    long = [bytes_of // (d * dtype.itemsize) for d in THIN]
    lost_k = lost(bench, dtype, peak, bytes_per_second, [(side, side, d) for d in THIN])
    lost_n = lost(bench, dtype, peak, bytes_per_second, [(m, d, d) for m, d in zip(long, THIN, strict=True)])
    lost_m = lost(bench, dtype, peak, bytes_per_second, [(d, n, d) for n, d in zip(long, THIN, strict=True)])
    return {"m": max(0.0, lost_m - lost_k), "n": max(0.0, lost_n - lost_k), "k": lost_k}


def lost(
    bench: Bench, dtype: torch.dtype, peak: float, bytes_per_second: float, shapes: list[tuple[int, int, int]]
) -> float:
    """Median of d (peak / rate - 1), d the least extent."""
    found = []
    for m, n, k in shapes:
        rate = bench.product(dtype, m, n, k)
        traffic = (m * k + k * n + m * n) * dtype.itemsize / bytes_per_second
        if flops(dtype, m, n, k) / rate > BOUND * traffic:
            found.append(min(m, n, k) * max(0.0, peak / rate - 1))
    return median(found) if found else 0.0


def figures(bench: Bench) -> dict[str, object]:
    side, place = SIDE[bench.device.type], bench.place
    peaks = {name: bench.product(getattr(torch, name), side, side, side) for name in REAL}
    memory = bench.copied()
    line: dict[str, object] = {
        "torch": torch.__version__,
        "device": "cpu",
        "flopsPerSecond": peaks,
        "memoryBytesPerSecond": memory,
        "launchSeconds": bench.launched(),
        "halfExtents": half_extents(bench, torch.complex64, peaks["complex64"], memory),
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
