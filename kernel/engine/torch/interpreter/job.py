"""A job folder: what is asked beside the schedule, and where the results go."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from .errors import JobError
from .schedule import Schedule, read_schedule

VERSION = 2


@dataclass(frozen=True)
class Job:
    folder: Path
    schedule: Schedule
    digest: str
    """Of schedule.json; the same on all ranks, and in a checkpoint."""
    offsets: Sequence[int]
    """By buffer, in elements of the arena; planned by tnlab from the buffers' lifetimes."""
    arena: int
    inputs: Sequence[int]
    """By tensor, where its entries begin in inputs.npy, in elements."""
    timeout: float
    """Seconds that a rank waits for its peers."""
    device: str
    """auto (GPUs where there are any), cpu, cuda or cuda-shared."""
    tf32: bool
    overlap: bool
    """Whether tiled moves go on beside their contractions, or after them."""
    checkpoint: int
    """Slices of a group between two checkpoints of a slice loop; 0: keep none."""
    checkpoint_folder: Path


def read_job(folder: Path) -> Job:
    """Raises JobError for what is missing or malformed."""
    path = folder / "job.json"
    try:
        raw = json.loads(path.read_text("utf8"))
        if raw["version"] != VERSION:
            raise JobError(f"expected a job of version {VERSION}, got version {raw['version']}")
        text = (folder / "schedule.json").read_bytes()
        return Job(
            folder=folder,
            schedule=read_schedule(folder / "schedule.json"),
            digest=hashlib.sha256(text).hexdigest(),
            offsets=raw["arena"]["offsets"],
            arena=raw["arena"]["elements"],
            inputs=raw["inputs"],
            timeout=float(raw["timeoutSeconds"]),
            device=raw["device"],
            tf32=bool(raw["tf32"]),
            overlap=bool(raw["overlap"]),
            checkpoint=int(raw["checkpointSlices"]),
            checkpoint_folder=Path(raw.get("checkpointFolder", folder / "checkpoint")),
        )
    except (OSError, ValueError) as error:
        raise JobError(f"cannot read the job in {folder}: {error}") from error
    except (KeyError, TypeError) as error:
        raise JobError(f"{path} is no job: {type(error).__name__} {error}") from error
