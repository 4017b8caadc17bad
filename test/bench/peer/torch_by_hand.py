"""The contraction of test/bench/torch.ts as one would write it for some ranks in PyTorch, by hand.

`torchrun --nproc-per-node P test/bench/peer/torch_by_hand.py JOB DEVICE`: reads the job's numbers, contracts, and prints on rank 0 one line
of JSON: seconds (the slowest rank's, measured) and the value.
"""

import json
import os
import sys
import time
from datetime import timedelta
from math import prod
from pathlib import Path

import torch
import torch.distributed as dist

TENSORS = ["abq", "qcd", "xa", "yb", "zc", "wd", "xyr", "rzw"]


def read(folder, dtype):
    extents = json.loads((folder / "schedule.json").read_text())["extents"]
    data = bytearray((folder / "inputs.npy").read_bytes())
    start = 10 + int.from_bytes(data[8:10], "little")
    flat = torch.frombuffer(data, dtype=dtype, offset=start)
    starts = json.loads((folder / "job.json").read_text())["inputs"]
    shapes = [[extents[label] for label in labels] for labels in TENSORS]
    return extents, [flat[at : at + prod(shape)].view(shape) for at, shape in zip(starts, shapes, strict=True)]


def main():
    folder, device = Path(sys.argv[1]), torch.device(sys.argv[2])
    torch.set_grad_enabled(False)
    dist.init_process_group("gloo" if device.type == "cpu" else "nccl", timeout=timedelta(seconds=60))
    rank, ranks = dist.get_rank(), dist.get_world_size()
    dtype = torch.complex64
    n, (x, y, a, b, c, d, u, v) = read(folder, dtype)
    part_d, part_z = n["d"] // ranks, n["z"] // ranks
    here = slice(rank * part_d, (rank + 1) * part_d)
    y = y[:, :, here].contiguous()
    v = v[:, rank * part_z : (rank + 1) * part_z].contiguous()
    x, y, a, b, c, d, u, v = (one.to(device) for one in (x, y, a, b, c, d, u, v))
    size = n["a"] * n["b"] * n["c"] * part_d
    ping, pong = (torch.zeros(size, dtype=dtype, device=device) for _ in range(2))
    dist.barrier()
    if device.type == "cuda":
        torch.mm(a, a.t())
        torch.cuda.synchronize()
    begun = time.perf_counter()
    torch.mm(x.view(-1, n["q"]), y.view(n["q"], -1), out=ping.view(n["a"] * n["b"], -1))
    torch.mm(a, ping.view(n["a"], -1), out=pong.view(n["x"], -1))
    left = b.expand(n["x"], -1, -1)
    torch.bmm(left, pong.view(n["x"], n["b"], -1), out=ping.view(n["x"], n["y"], -1))
    left = c.expand(n["x"] * n["y"], -1, -1)
    torch.bmm(left, ping.view(n["x"] * n["y"], n["c"], -1), out=pong.view(n["x"] * n["y"], n["z"], -1))
    # From a part of d to a part of z.
    xy = n["x"] * n["y"]
    if ranks > 1:
        ping.view(ranks, xy, part_z, part_d).copy_(pong.view(xy, ranks, part_z, part_d).transpose(0, 1))
        dist.all_to_all_single(torch.view_as_real(pong), torch.view_as_real(ping))
        ping.view(xy, part_z, ranks, part_d).copy_(pong.view(ranks, xy, part_z, part_d).permute(1, 2, 0, 3))
    else:
        ping, pong = pong, ping
    torch.mm(ping.view(-1, n["d"]), d.t(), out=pong.view(-1, n["w"]))
    closed = u.view(xy, -1).t() @ pong.view(xy, -1)
    total = (closed.view(n["r"], -1) * v.view(n["r"], -1)).to(torch.complex128).sum()
    dist.all_reduce(torch.view_as_real(total))
    if device.type == "cuda":
        torch.cuda.synchronize()
    seconds = torch.tensor(time.perf_counter() - begun, dtype=torch.float64, device=device)
    dist.all_reduce(seconds, op=dist.ReduceOp.MAX)
    if rank == 0:
        print(json.dumps({"seconds": seconds.item(), "value": [total.real.item(), total.imag.item()]}), flush=True)
    dist.destroy_process_group()
    sys.stdout.flush()
    os._exit(0)


main()
