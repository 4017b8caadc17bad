"""One order search by cotengra: a request as JSON on stdin, the tree it found as JSON on stdout.

Request: inputs, output, sizes, seconds, workers, preset, and max_log2_size where a limit is set.
Answer: ssa_path, sliced (labels), seconds (wall time of the search; imports are not counted).
"""

import json
import os
import signal
import sys
import time
import warnings

METHODS = ["greedy", "labels", "kahypar"]


def options(preset, target):
    """Methods and refinement of HyperOptimizer; where there is a limit, slices are chosen together with the tree."""
    reconf = {"subtree_size": 8}
    refine = {"simulated_annealing_opts": None, "slicing_opts": None, "slicing_reconf_opts": None, "reconf_opts": reconf}
    if target is not None:
        refine["slicing_reconf_opts"] = {"target_size": target, "reconf_opts": reconf}
        refine["reconf_opts"] = None
    if preset == "sa":
        refine["simulated_annealing_opts"] = {} if target is None else {"target_size": target}
    return {"methods": ["random-greedy"] if preset == "greedy" else METHODS, **refine}


def common(workers):
    return {"optlib": "optuna", "parallel": workers if workers > 1 else False, "on_trial_error": "ignore"}


def warm_up(workers):
    """Worker processes, imports and compiled code are ready before the clock starts."""
    import cotengra

    ring = [[cotengra.get_symbol(k), cotengra.get_symbol((k + 1) % 8)] for k in range(8)]
    sizes = {symbol: 2 for pair in ring for symbol in pair}
    for preset in ["reconf", "sa"]:
        optimizer = cotengra.HyperOptimizer(**common(workers), max_repeats=2 * workers, **options(preset, None))
        optimizer.search(ring, [], sizes)


def stop_after(seconds, optimizer):
    """Interrupts the search, which otherwise ends only between trials; not before there is a first tree."""

    def stop(_signal, _frame):
        if "tree" in optimizer.best:
            raise KeyboardInterrupt
        signal.setitimer(signal.ITIMER_REAL, 0.5)

    signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)


def main():
    warnings.filterwarnings("ignore")
    request = json.load(sys.stdin)
    import cotengra

    # Its compiled parts take names of one character only.
    symbols = {label: cotengra.get_symbol(k) for k, label in enumerate(request["sizes"])}
    labels = {symbol: label for label, symbol in symbols.items()}
    inputs = [[symbols[label] for label in own] for own in request["inputs"]]
    output = [symbols[label] for label in request["output"]]
    sizes = {symbols[label]: extent for label, extent in request["sizes"].items()}
    limit = request.get("max_log2_size")
    chosen = options(request["preset"], None if limit is None else 2**limit)
    warm_up(request["workers"])
    begun = time.time()
    optimizer = cotengra.HyperOptimizer(
        **common(request["workers"]),
        max_repeats=1_000_000,
        max_time=request["seconds"],
        **options(request["preset"], None if limit is None else 2**limit),
    )
    stop_after(request["seconds"], optimizer)
    try:
        optimizer.search(inputs, output, sizes)
    except KeyboardInterrupt:
        pass
    signal.setitimer(signal.ITIMER_REAL, 0)
    seconds = time.time() - begun
    tree = optimizer.best["tree"]
    path = [[int(a) for a in pair] for pair in tree.get_ssa_path()]
    sliced = [labels[symbol] for symbol in tree.sliced_inds]
    print(json.dumps({"ssa_path": path, "sliced": sliced, "seconds": seconds}), flush=True)
    # Its workers go on with trials that nobody waits for: they end with this group, which is the caller's to make.
    if os.getpgid(0) == os.getpid():
        os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    main()
