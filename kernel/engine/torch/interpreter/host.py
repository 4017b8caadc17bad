"""
Ranks of one computer, forked from one warm process, for importing PyTorch takes longer than most notebooks' runs.

Standard input, one line of JSON each: {"run": FOLDER, "processes": P} or {"calibrate": DEVICE, "dtype": NAME, "rest": BOOL,
"processes": P}, and {"stop": true} while it runs. Standard output: {"event": "ready"} or {"event": "unavailable"}, then for each
run the lines of its rank 0 and at the end "ended", with the exit codes of the ranks that ended by themselves and the place where
each rank was last seen, or "stopped". When standard input ends, so do the ranks and this process.
"""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import sys
import time
from collections.abc import Callable
from functools import partial
from mmap import mmap
from pathlib import Path

from .place import Place
from .watch import PLACE, Watch, place_in, say

GRACE = 1.0
"""Seconds that the other ranks have to say what they saw, once one has failed."""

Life = Callable[[Place, Watch, socket.socket | None], int]
"""Of a rank: what it does until it ends. Gives its exit code."""


class Stopped(Exception):
    """The run is to end: it was asked to, or nobody is there any more who could ask."""


class Requests:
    """Lines of standard input, read without buffering so that waiting for more can be told from having some."""

    def __init__(self) -> None:
        self.pending = b""
        self.closed = False

    def ready(self, seconds: float, also: int) -> bool:
        """Waits for input, or for a byte at the descriptor `also`."""
        if b"\n" in self.pending:
            return True
        readable, _, _ = select.select((0, also), (), (), seconds)
        if also in readable:
            os.read(also, 4096)
        if 0 in readable:
            got = os.read(0, 65536)
            self.closed = got == b""
            self.pending += got
        return self.closed or b"\n" in self.pending

    def next(self) -> dict[str, object] | None:
        """None at the end of the input."""
        if b"\n" not in self.pending:
            return None
        line, _, self.pending = self.pending.partition(b"\n")
        request: dict[str, object] = json.loads(line)
        return request


def main() -> None:
    wake, waker = os.pipe()
    os.set_blocking(waker, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(waker)
    lives = warm()
    requests = Requests()
    while True:
        while not requests.ready(3600, wake):
            pass
        request = requests.next()
        if request is None:
            return
        if "processes" in request:
            serve(lives(request), requests, wake, int(str(request["processes"])))


def warm() -> Callable[[dict[str, object]], Life]:
    """Imports all that a rank needs. Ends this process, with a line that says why, where PyTorch is not to be had."""
    try:
        import torch

        from .calibrate import calibrate
        from .rank import live

        say({"event": "ready", "torch": torch.__version__})
        return lambda request: (
            partial(live, Path(str(request["run"])))
            if "run" in request
            else partial(calibrate, str(request["calibrate"]), str(request["dtype"]), bool(request["rest"]))
        )
    except (ImportError, OSError, ValueError) as error:
        say({"event": "unavailable", "message": f"{type(error).__name__}: {error}"})
        sys.exit(1)


def serve(life: Life, requests: Requests, wake: int, processes: int) -> None:
    shared = mmap(-1, PLACE.size * processes)
    for rank in range(processes):
        PLACE.pack_into(shared, rank * PLACE.size, 0, -1, -1)
    ranks = start(life, processes, shared)
    ended: dict[int, int] = {}
    say({"event": "ranks", "pids": list(ranks)})
    try:
        watch(requests, wake, ranks, ended)
    except Stopped:
        end_all(ranks, ended)
        say({"event": "stopped"})
        return
    by_themselves = [{"rank": rank, "code": ended[pid]} for pid, rank in ranks.items() if pid in ended]
    end_all(ranks, ended)
    say({"event": "ended", "ranks": by_themselves, "places": [place_in(shared, rank) for rank in range(processes)]})


def start(life: Life, processes: int, shared: mmap) -> dict[int, int]:
    """By process id, the rank. The socket is opened here, so that no other program can take its port meanwhile."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(max(128, processes))
        ranks: dict[int, int] = {}
        for rank in range(processes):
            pid = os.fork()
            if pid == 0:
                become(life, rank, processes, listener, shared)
            ranks[pid] = rank
        return ranks


def become(life: Life, rank: int, processes: int, listener: socket.socket, shared: mmap) -> None:
    """The child's whole life: it never returns."""
    code = 1
    try:
        parent = os.getppid()
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        die_with_parent(parent)
        # What goes wrong stands in the job's folder, in the words of the rank.
        nothing = os.open(os.devnull, os.O_RDWR)
        os.dup2(nothing, 0)
        os.dup2(nothing, 2)
        loopback = next((name for _, name in socket.if_nameindex() if name.startswith("lo")), None)
        if loopback is not None:
            os.environ.setdefault("GLOO_SOCKET_IFNAME", loopback)
        place = Place(rank, processes, rank, processes, "127.0.0.1", listener.getsockname()[1])
        code = life(place, Watch(rank, shared), listener if rank == 0 else None)
    finally:
        # Nothing of the parent's may run here: its buffers and its clean-up are not the child's.
        os._exit(code)


def die_with_parent(parent: int) -> None:
    """Linux ends a rank at once when this process dies, however it dies; elsewhere the rank's own watch does."""
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(1, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def watch(requests: Requests, wake: int, ranks: dict[int, int], ended: dict[int, int]) -> None:
    """Until all ranks have ended, or until shortly after one has failed. Raises Stopped."""
    last = float("inf")
    while len(ended) < len(ranks) and time.monotonic() < last:
        if requests.ready(min(1.0, max(0.0, last - time.monotonic())), wake):
            request = requests.next()
            if request is None or "stop" in request:
                raise Stopped
        for pid in ranks:
            if pid in ended:
                continue
            found, status = os.waitpid(pid, os.WNOHANG)
            if found == pid:
                ended[pid] = os.waitstatus_to_exitcode(status)
        if any(code != 0 for code in ended.values()):
            last = min(last, time.monotonic() + GRACE)


def end_all(ranks: dict[int, int], ended: dict[int, int]) -> None:
    """No rank outlives its run."""
    for pid in ranks:
        if pid not in ended:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)


if __name__ == "__main__":
    main()
