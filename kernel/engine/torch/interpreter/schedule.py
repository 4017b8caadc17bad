"""The schedule as `dsl/schedule/schedule.ts` declares it, checked on every rank before anything is sent."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any

from .errors import JobError

VERSION = 1
DTYPES = ("float32", "float64", "complex64", "complex128")
COLLECTIVES = ("redistribute", "gather", "reduce", "reduce-scatter", "broadcast")
NOT_BESIDE = "a tiled move of the schedule has no contraction of its own beside it"
LOCAL = ("load", "sum", "contract", "permute")

Step = Mapping[str, Any]


@dataclass(frozen=True)
class Mode:
    label: str
    extent: int
    stride: int


@dataclass(frozen=True)
class Buffer:
    name: str
    modes: Sequence[int]
    """Per mesh digit the mode that is split over it, or None."""
    split: Sequence[int | None]
    elements: int


@dataclass(frozen=True)
class Schedule:
    dtype: str
    radices: Sequence[int]
    tiers: Sequence[str]
    """By digit, the links that a move over it uses: node or cluster."""
    extents: Mapping[str, int]
    tensors: Sequence[Sequence[str]]
    modes: Sequence[Mode]
    buffers: Sequence[Buffer]
    steps: Sequence[Step]
    result: int
    slices: int
    open_shape: Sequence[int]

    @property
    def ranks(self) -> int:
        return prod(self.radices)


def read_schedule(path: Path) -> Schedule:
    """Raises JobError for a file that is missing, no schedule, or of another version."""
    try:
        return schedule_of(json.loads(path.read_text("utf8")))
    except (OSError, ValueError) as error:
        raise JobError(f"cannot read {path}: {error}") from error
    except (KeyError, TypeError) as error:
        raise JobError(f"{path} is no schedule: {type(error).__name__} {error}") from error


def schedule_of(raw: Mapping[str, Any]) -> Schedule:
    if raw["version"] != VERSION:
        raise JobError(f"expected a schedule of version {VERSION}, got version {raw['version']}")
    placements = [(buffer, buffer["placement"]) for buffer in raw["buffers"]]
    return Schedule(
        dtype=raw["dtype"],
        radices=[digit["radix"] for digit in raw["mesh"]],
        tiers=[digit["tier"] for digit in raw["mesh"]],
        extents=raw["extents"],
        tensors=[tensor["labels"] for tensor in raw["tensors"]],
        modes=[Mode(mode["label"], mode["extent"], mode["stride"]) for mode in raw["modes"]],
        buffers=[Buffer(b["name"], p["modes"], p["split"], b["elements"]) for b, p in placements],
        steps=raw["steps"],
        result=raw["result"],
        slices=raw["slices"],
        open_shape=[raw["extents"][label] for label in raw["open"]],
    )


def walk(steps: Sequence[Step]) -> Iterator[Step]:
    """The steps that a report lists, a loop before its body; freeing is not work."""
    for step in steps:
        if step["kind"] != "free":
            yield step
        if step["kind"] == "slice-loop":
            yield from walk(step["body"])


def pairs_of(steps: Sequence[Step]) -> Iterator[tuple[Step, Step | None]]:
    """The steps of one list in their order; a contraction and the tiled move beside it come together, the former first."""
    position = 0
    while position < len(steps):
        step = steps[position]
        after = steps[position + 1] if position + 1 < len(steps) else None
        position += 1
        if after is not None and beside(after) == "before":
            yield step, after
        elif after is not None and beside(step) == "after":
            yield after, step
        else:
            yield step, None
            continue
        position += 1


def beside(step: Step) -> str | None:
    side: str | None = step.get("tiles", {}).get("beside")
    return side


def whole_kind(move: Step) -> str:
    """The kind of tiled move of which a tile is no part of a block, but goes to all or is added up from all."""
    return "gather" if beside(move) == "before" else "reduce-scatter"


def before_tiles(contraction: Step, move: Step) -> int:
    """`before` of the buffer that the contraction makes or reads, seen as [before][count][inner]. Raises JobError."""
    tiles = move["tiles"]
    axis, outer, count = tiles["axis"], tiles["outer"], tiles["count"]
    made = tiles["beside"] == "before"
    layout = ["batch", "m", "n"]
    if not made:
        operand = "a" if contraction["a"] == move["out"] else "b"
        layout = [*([] if contraction.get("shared") == operand else ["batch"]), *contraction[f"form{operand.upper()}"]]
    if axis not in layout or contraction[axis] % (outer * count) != 0:
        raise JobError(f"{count} tiles do not divide the contraction beside it along {axis}")
    before: int = outer * prod(contraction[one] for one in layout[: layout.index(axis)])
    return before


def validate(schedule: Schedule, world: int) -> None:
    """Raises JobError with the first breach. `world` is how many ranks there are."""
    if schedule.ranks != world:
        raise JobError(f"the schedule is for {schedule.ranks} ranks, and {world} were started")
    if schedule.dtype not in DTYPES:
        raise JobError(f"expected one of the dtypes {', '.join(DTYPES)}, got {schedule.dtype}")
    for position, step in enumerate(walk(schedule.steps)):
        fault = fault_of(schedule, step)
        if fault is not None:
            raise JobError(f"step {position} of the schedule ({step['kind']}): {fault}")
    validate_tiles(schedule, schedule.steps)


def validate_tiles(schedule: Schedule, steps: Sequence[Step]) -> None:
    paired = 0
    for contraction, move in pairs_of(steps):
        if contraction["kind"] == "slice-loop":
            validate_tiles(schedule, contraction["body"])
        if move is None:
            continue
        paired += 1
        made = beside(move) == "before"
        joined = contraction.get("out") == move["in"] if made else move["out"] in (contraction.get("a"), contraction.get("b"))
        if contraction["kind"] != "contract" or not joined:
            raise JobError(NOT_BESIDE)
        before = before_tiles(contraction, move)
        if move["kind"] != whole_kind(move) and before % group_size(schedule, move["digits"]) != 0:
            raise JobError(f"the tiles of a {move['kind']} of the schedule cross its blocks")
    if paired != sum("tiles" in step for step in steps):
        raise JobError(NOT_BESIDE)


def fault_of(schedule: Schedule, step: Step) -> str | None:
    kind = step["kind"]
    if kind not in (*LOCAL, *COLLECTIVES, "slice-loop"):
        return f"expected a step of the schedule's version, got {json.dumps(step)[:200]}"
    named = [step[key] for key in ("in", "a", "b", "out", "from", "into") if key in step]
    unknown = [one for one in named if not 0 <= one < len(schedule.buffers)]
    if unknown:
        return f"there is no buffer {unknown[0]}"
    if any(not 0 <= digit < len(schedule.radices) for digit in step.get("digits", [])):
        return f"there are no mesh digits {step['digits']}"
    if kind == "load" and not 0 <= step["tensor"] < len(schedule.tensors):
        return f"there is no tensor {step['tensor']}"
    for key, expected in sizes_of(schedule, step).items():
        got = schedule.buffers[step[key]].elements
        if got != expected:
            return f"expected {expected} elements in buffer {step[key]} ({key}), got {got}"
    return None


def sizes_of(schedule: Schedule, step: Step) -> dict[str, int]:
    """How many elements the buffers of a step must have, by the step's own figures."""
    kind = step["kind"]
    if kind == "contract":
        batch, m, n, k = (step[key] for key in ("batch", "m", "n", "k"))
        shared = step.get("shared")
        if "strided" in step:
            loops = step["strided"]["loops"]
            sizes = (("a", m * k), ("b", k * n), ("out", m * n))
            return {
                name: size * prod(loop["extent"] for loop in loops if loop[name] > 0) for name, size in sizes
            }
        a, b = (1 if shared == one else batch for one in "ab")
        return {"a": a * m * k, "b": b * k * n, "out": batch * m * n}
    if kind == "sum":
        kept = step["outer"] * step["inner"]
        return {"in": kept * step["reduced"], "out": kept}
    if kind == "permute":
        return {"in": prod(step["shape"]), "out": prod(step["shape"])}
    if kind == "load":
        return {"out": prod(schedule.modes[mode].extent for mode in schedule.buffers[step["out"]].modes)}
    if kind not in COLLECTIVES:
        return {}
    group = group_size(schedule, step["digits"])
    elements = schedule.buffers[step["in"]].elements
    if kind == "gather":
        return {"out": elements * group}
    if kind in ("reduce-scatter", "redistribute") and elements % group != 0:
        return {"in": elements - elements % group}
    return {"out": elements // group if kind == "reduce-scatter" else elements}


def group_size(schedule: Schedule, digits: Sequence[int]) -> int:
    return prod(schedule.radices[digit] for digit in digits)


def unravel(value: int, radices: Sequence[int]) -> list[int]:
    """Mixed-radix digits, most significant first."""
    digits: list[int] = []
    for radix in reversed(radices):
        value, digit = divmod(value, radix)
        digits.insert(0, digit)
    return digits


def ravel(digits: Sequence[int], radices: Sequence[int]) -> int:
    value = 0
    for digit, radix in zip(digits, radices, strict=True):
        value = value * radix + digit
    return value
