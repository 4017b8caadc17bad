"""Who this process is among the ranks, as torchrun, srun or mpirun say it in the environment."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from .errors import JobError

# mpirun inside a Slurm allocation hands on the batch script's own SLURM_PROCID: Slurm's word counts last.
RANK = ("RANK", "OMPI_COMM_WORLD_RANK", "PMI_RANK", "SLURM_PROCID")
WORLD = ("WORLD_SIZE", "OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "SLURM_NTASKS")
LOCAL_RANK = ("LOCAL_RANK", "OMPI_COMM_WORLD_LOCAL_RANK", "MPI_LOCALRANKID", "SLURM_LOCALID")
LOCAL_WORLD = (
    "LOCAL_WORLD_SIZE",
    "OMPI_COMM_WORLD_LOCAL_SIZE",
    "MPI_LOCALNRANKS",
    "SLURM_NTASKS_PER_NODE",
    "SLURM_TASKS_PER_NODE",
)


@dataclass(frozen=True)
class Place:
    rank: int
    world: int
    local_rank: int
    local_world: int
    """Ranks on this computer."""
    address: str
    """Where rank 0 listens."""
    port: int


def number(environment: Mapping[str, str], names: tuple[str, ...]) -> int | None:
    """The first of the variables that is set; srun's "2(x4),1" counts as 2."""
    for name in names:
        text = environment.get(name)
        if text is None:
            continue
        digits = re.split("[(,]", text)[0]
        if not digits.isdigit():
            raise JobError(f"expected a number in {name}, got {text!r}")
        return int(digits)
    return None


def place_of(environment: Mapping[str, str]) -> Place:
    """One rank alone where no launcher says otherwise. Raises JobError where the launcher says too little."""
    rank = number(environment, RANK)
    world = number(environment, WORLD)
    if rank is None and world is None:
        rank, world = 0, 1
    if rank is None or world is None:
        raise JobError(
            f"a launcher sets both {' or '.join(RANK)} and {' or '.join(WORLD)}; one of the two is missing"
        )
    if rank >= world:
        raise JobError(f"rank {rank} is not among {world} ranks")
    local_world = number(environment, LOCAL_WORLD) or world
    local_rank = number(environment, LOCAL_RANK)
    address = environment.get("MASTER_ADDR")
    if address is None and local_world < world:
        raise JobError("set MASTER_ADDR to the host of rank 0 (and MASTER_PORT to a free port there)")
    return Place(
        rank=rank,
        world=world,
        local_rank=rank % local_world if local_rank is None else local_rank,
        local_world=local_world,
        address=address or "127.0.0.1",
        port=number(environment, ("MASTER_PORT",)) or 29500,
    )
