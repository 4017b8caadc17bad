"""Which rank is to blame when several have ended badly: one failure makes its peers fail too, a moment later."""

from __future__ import annotations

import json
import signal
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from .watch import failure_path

Position = tuple[int, int, int, int]
"""Steps begun, the step, the slice, and 1 where the rank waits for its peers: see `watch.PLACE`."""


@dataclass(frozen=True)
class Ended:
    rank: int
    code: int
    """Exit code; below 0 the signal that ended it."""


def verdict_of(folder: Path, ended: Sequence[Ended], places: Sequence[Position]) -> dict[str, object]:
    """rank, step (-1: before the first), slice (-1: none) and message. `ended`: those that ended by themselves."""
    bad = [one for one in ended if one.code != 0]
    for one in bad:
        if one.code < 0:
            return blame(places, one.rank, f"was ended by {signal_name(-one.code)}{reason(-one.code)}")
    records = {one.rank: record_of(folder, one.rank) for one in bad}
    own = [
        record for record in records.values() if record is not None and record["kind"] != "CollectiveError"
    ]
    if own:
        return {key: own[0][key] for key in ("rank", "step", "slice", "message")}
    for rank, record in records.items():
        if record is None:
            code = next(one.code for one in bad if one.rank == rank)
            return blame(places, rank, f"ended with exit code {code} and said no reason")
    return hung(places, [record for record in records.values() if record is not None])


def hung(places: Sequence[Position], records: Sequence[dict[str, object]]) -> dict[str, object]:
    """All that ended did so waiting for others: who is behind them hangs."""
    first = records[0]
    furthest = max(begun for begun, *_ in places)
    behind = [rank for rank, (begun, *_) in enumerate(places) if begun < furthest]
    waited = str(first["message"]).splitlines()[0]
    if not behind:
        return {"rank": first["rank"], "step": first["step"], "slice": first["slice"], "message": waited}
    slowest = min(behind, key=lambda rank: places[rank][0])
    return blame(places, slowest, f"hangs: its peers waited for it in vain ({waited})")


def blame(places: Sequence[Position], rank: int, message: str) -> dict[str, object]:
    _, step, slice_number, _ = places[rank]
    return {"rank": rank, "step": step, "slice": slice_number, "message": message}


def signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def reason(number: int) -> str:
    return " (often because memory ran out)" if number == signal.SIGKILL else ""


def record_of(folder: Path, rank: int) -> dict[str, object] | None:
    try:
        record: dict[str, object] = json.loads(failure_path(folder, rank).read_text("utf8"))
        return record
    except (OSError, ValueError):
        return None
