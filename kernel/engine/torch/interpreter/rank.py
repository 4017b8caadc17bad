"""A rank's life: it joins its peers, checks the job, runs the schedule, and leaves the results in the job's folder."""

from __future__ import annotations

import json
import os
import socket
import sys
import traceback
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import torch
import torch.distributed as dist
from torch.distributed import PrefixStore, Store, TCPStore  # type: ignore[attr-defined]  # torch re-exports them undeclared

from .collectives import Groups
from .errors import CollectiveError, JobError
from .job import Job, read_job
from .links import look_at_links
from .local import warm_up
from .memory import Memory
from .npy import map_npy
from .place import Place
from .results import Measured, gather_times, gather_transfers, leave_results, make_room_for_value, sum_of_moves
from .run import Run
from .schedule import validate
from .slices import forget_checkpoint, own_checkpoint
from .watch import Watch, end_with_parent, failure_path

SHARED = "cuda-shared"
"""Ranks that share GPUs, to try out a schedule where there are too few: they meet over gloo, for NCCL refuses."""


@dataclass(frozen=True)
class Rank:
    place: Place
    job: Job
    device: torch.device
    backend: str


def live(folder: Path, place: Place, watch: Watch, listener: socket.socket | None = None) -> int:
    """The exit code: 0, or 1 with what went wrong in the job's folder and on standard error."""
    try:
        end_with_parent()
        # Where nothing can be removed there is no room for the value either, which is said in its own time.
        with suppress(OSError):
            failure_path(folder, watch.rank).unlink(missing_ok=True)
        work(folder, place, watch, listener)
        return 0
    except (Exception, KeyboardInterrupt) as error:
        leave_failure(folder, watch, error)
        return 1


def leave_failure(folder: Path, watch: Watch, error: BaseException) -> None:
    expected = isinstance(error, JobError | CollectiveError)
    record = {
        "rank": watch.rank,
        "step": watch.step,
        "slice": watch.slice,
        "kind": type(error).__name__ if expected else "Error",
        "message": str(error) if expected else worded(error),
    }
    where = "before its first step" if watch.step < 0 else f"step {watch.step}"
    print(f"tnlab: rank {watch.rank}, {where}: {record['message']}", file=sys.stderr)
    if not expected:
        traceback.print_exception(error)
    sys.stderr.flush()
    # The folder may be gone: whoever started the job has then given it up.
    with suppress(OSError):
        failure_path(folder, watch.rank).write_text(json.dumps(record))


def worded(error: BaseException) -> str:
    if isinstance(error, torch.OutOfMemoryError | MemoryError):
        return f"out of memory; slice it ({str(error).splitlines()[0] if str(error) else 'no more is known'})"
    return f"{type(error).__name__}: {error}"


def work(folder: Path, place: Place, watch: Watch, listener: socket.socket | None) -> None:
    job = read_job(folder)
    validate(job.schedule, place.world)
    # What this rank lacks it says before others wait for it.
    map_npy(job.folder / "inputs.npy", job.schedule.dtype)
    device = device_of(job.device, place)
    backend = backend_of(job.device, device)
    settle_torch(place, device, job.tf32)
    store = join(job.timeout, place, backend, device, listener)
    try:
        agree(store, job, place)
        run(Rank(place, job, device, backend), watch)
    finally:
        # Where a rank has failed, to leave the group in good order would wait for those that never come.
        if sys.exc_info()[0] is None:
            dist.destroy_process_group()


def device_of(asked: str, place: Place) -> torch.device:
    """One GPU a rank where there are any. Raises JobError where there are too few of them."""
    there = torch.cuda.device_count() if asked != "cpu" and torch.cuda.is_available() else 0
    if there == 0 and asked in ("auto", "cpu"):
        return torch.device("cpu")
    if asked == SHARED:
        if there == 0:
            raise JobError("there is no GPU here for the processes to share")
        return torch.device("cuda", place.local_rank % there)
    if "SLURM_GPUS_PER_TASK" in os.environ and there == 1:
        # Slurm shows each rank its own GPU alone.
        return torch.device("cuda", 0)
    if there < place.local_world:
        raise JobError(f"{place.local_world} processes on one computer need as many GPUs, and it has {there}")
    return torch.device("cuda", place.local_rank)


def backend_of(asked: str, device: torch.device) -> str:
    return "nccl" if device.type == "cuda" and asked != SHARED else "gloo"


def settle_torch(place: Place, device: torch.device, tf32: bool = False) -> None:
    torch.set_grad_enabled(False)
    torch.backends.cuda.matmul.allow_tf32 = tf32
    if device.type == "cuda":
        torch.cuda.set_device(device)
        # A wait that fails then raises here, where the step is known, and not in a thread that aborts the process.
        os.environ.setdefault("TORCH_NCCL_BLOCKING_WAIT", "1")
    elif "OMP_NUM_THREADS" not in os.environ:
        # Ranks share the cores of their computer, unless whoever started them says otherwise.
        torch.set_num_threads(max(1, cores() // place.local_world))


def cores() -> int:
    """That this process may use, where the system says it."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1


def join(
    seconds: float, place: Place, backend: str, device: torch.device, listener: socket.socket | None
) -> Store:
    """
    `seconds`: how long to wait for the others. `listener`: the socket at which rank 0 of a local run is to listen, opened by
    whoever started the ranks.
    """
    timeout = timedelta(seconds=seconds)
    where = f"{place.address}:{place.port}"
    try:
        agent = os.environ.get("TORCHELASTIC_USE_AGENT_STORE") == "True"
        store = TCPStore(
            place.address,
            place.port,
            place.world,
            is_master=place.rank == 0 and not agent,
            timeout=timeout,
            wait_for_workers=False,
            master_listen_fd=None if listener is None else listener.fileno(),
        )
        prefixed = PrefixStore("tnlab", store)
        prefixed.set(f"rank {place.rank}", "here")
    except RuntimeError as error:
        first = str(error).splitlines()[0]
        if "EADDRINUSE" in str(error) or "address already in use" in str(error):
            raise JobError(f"port {place.port} is taken; set MASTER_PORT to a free one ({first})") from error
        raise JobError(f"rank 0 was not to be reached at {where} within {seconds:g} s: {first}") from error
    try:
        dist.init_process_group(
            backend,
            store=prefixed,
            rank=place.rank,
            world_size=place.world,
            timeout=timeout,
            # NCCL then connects now, and not within the first step; groups are split from this one.
            device_id=device if backend == "nccl" else None,
        )
    except RuntimeError as error:
        late = [rank for rank in range(place.world) if not prefixed.check([f"rank {rank}"])]
        if late:
            ranks = ", ".join(map(str, late))
            raise JobError(f"not all ranks came to {where} within {seconds:g} s: {ranks} did not") from error
        raise JobError(f"the ranks could not be joined at {where}: {str(error).splitlines()[0]}") from error
    return prefixed


def agree(store: Store, job: Job, place: Place) -> None:
    """All ranks must have read the same schedule. Raises JobError where one has another."""
    if place.rank == 0:
        store.set("schedule", job.digest)
    if store.get("schedule").decode() != job.digest:
        raise JobError(
            f"rank {place.rank} has another schedule than rank 0: is {job.folder} the same everywhere?"
        )


def run(rank: Rank, watch: Watch) -> None:
    job, place = rank.job, rank.place
    if job.checkpoint > 0 and place.rank == 0:
        own_checkpoint(job)
    refuse_unfit(rank)
    if place.rank == 0:
        make_room_for_value(job)
    memory = Memory(job, rank.device)
    groups = Groups(job.schedule, place.rank, job.timeout)
    steps = Run(memory, groups, watch)
    warm_up(memory)
    steps.rehearse()
    steps.meet()
    together(rank, watch)
    watch.say(
        event="start",
        ranks=place.world,
        backend=rank.backend,
        device=str(rank.device),
        torch=torch.__version__,
    )
    times = gather_times(steps.all())
    transfers = gather_transfers(job.schedule, steps.transfers, steps.begun)
    links = look_at_links(groups, sum_of_moves(times, job.schedule))
    if place.rank == 0:
        origin = {"torch": torch.__version__, "backend": rank.backend, "device": rank.device.type}
        leave_results(memory, Measured(times, transfers, links), origin)
        forget_checkpoint(job)
        watch.say(event="done")


def refuse_unfit(rank: Rank) -> None:
    """Linux grants memory that it does not have, and ends processes when they use it: better to say so before."""
    schedule = rank.job.schedule
    each = rank.job.arena * getattr(torch, schedule.dtype).itemsize
    if rank.device.type == "cuda":
        there, owner = torch.cuda.mem_get_info(rank.device)[0], f"{rank.device} has"
        count = -(-rank.place.local_world // torch.cuda.device_count()) if rank.job.device == SHARED else 1
    else:
        there = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
        count, owner = rank.place.local_world, "this computer has"
    if each * count > there:
        needed, has = each * count / 2**30, there / 2**30
        raise JobError(
            f"the schedule needs {needed:.3g} GiB for {count} ranks, and {owner} {has:.3g} GiB; slice it"
        )


def together(rank: Rank, watch: Watch) -> None:
    """All start at once; before that, nothing counts as measured."""
    watch.enter(-1)
    try:
        dist.barrier(device_ids=[rank.device.index] if rank.backend == "nccl" else None)
    except RuntimeError as error:
        raise CollectiveError(str(error)) from error
