"""Latencies of Jupyter kernels as a client sees them: one request as JSON on stdin, a line of JSON on stdout for each kernel.

Request: kernels (name, argv with {connection_file}, cells by name: source texts), starts, repeats. Rounds go over all
kernels in turn, so that what else the machine does falls on all of them.
Answer: name, and medians in milliseconds: ready (from the launch until kernel_info_reply) and each cell (from
execute_request until both the reply and the idle status are there, after some cells that are not counted).
"""

import json
import queue
import statistics
import subprocess
import sys
import tempfile
import time
import uuid

from jupyter_client.blocking import BlockingKernelClient
from jupyter_client.connect import write_connection_file

WARM = 3
PATIENCE = 60


class Kernel:
    """A kernel process and a client that talks with it; `ready` is how long it took to answer, in seconds."""

    def __init__(self, argv, folder):
        self.file, _ = write_connection_file(key=uuid.uuid4().hex.encode())
        words = [word.replace("{connection_file}", self.file) for word in argv]
        begun = time.perf_counter()
        self.process = subprocess.Popen(
            words, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        self.client = BlockingKernelClient(connection_file=self.file)
        self.client.load_connection_file()
        self.client.start_channels()
        while True:
            self.client.kernel_info()
            try:
                self.client.get_shell_msg(timeout=0.05)
                break
            except queue.Empty:
                if time.perf_counter() - begun > PATIENCE:
                    raise TimeoutError(f"{argv[0]} gave no kernel_info_reply") from None
        self.ready = time.perf_counter() - begun
        self.client.wait_for_ready(timeout=PATIENCE)

    def cell(self, source):
        """Seconds until the cell is done, output included."""
        begun = time.perf_counter()
        asked = self.client.execute(source)
        reply = self.client.get_shell_msg(timeout=PATIENCE)
        while reply["parent_header"].get("msg_id") != asked:
            reply = self.client.get_shell_msg(timeout=PATIENCE)
        while True:
            message = self.client.get_iopub_msg(timeout=PATIENCE)
            if message["parent_header"].get("msg_id") != asked:
                continue
            if message["msg_type"] == "status" and message["content"]["execution_state"] == "idle":
                break
        seconds = time.perf_counter() - begun
        if reply["content"]["status"] != "ok":
            raise RuntimeError(f"expected the cell {source!r} to succeed, got {reply['content']}")
        return seconds

    def stop(self):
        self.client.shutdown()
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
        self.client.stop_channels()


def median(seconds):
    return 1000 * statistics.median(seconds)


def main():
    request = json.load(sys.stdin)
    kernels = request["kernels"]
    ready = {kernel["name"]: [] for kernel in kernels}
    cells = {kernel["name"]: {cell: [] for cell in kernel["cells"]} for kernel in kernels}
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(request["starts"]):
            for kernel in kernels:
                running = Kernel(kernel["argv"], folder)
                ready[kernel["name"]].append(running.ready)
                for cell, source in kernel["cells"].items():
                    for place in range(WARM + request["repeats"]):
                        seconds = running.cell(source)
                        if place >= WARM:
                            cells[kernel["name"]][cell].append(seconds)
                running.stop()
    for name, starts in ready.items():
        medians = {cell: median(seconds) for cell, seconds in cells[name].items()}
        print(json.dumps({"name": name, "ready": median(starts), "cells": medians}), flush=True)


if __name__ == "__main__":
    main()
