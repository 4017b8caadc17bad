"""Contracts one network along a given order with cotengra on numpy or torch, as often as it is asked to.

First line of stdin, as JSON: inputs, output, sizes, ssa_path, sliced, dtype, backend (numpy or torch), threads, data (a file of
float64: the real parts of all entries, tensor by tensor, then the imaginary parts). Then one word a line: "reference" contracts in
complex128, "go" in the dtype. Each answers with one line of JSON: seconds, error (largest difference from the reference of any
entry, relative to its largest entry; after a reference), and for a reference step, re and im: every step-th entry from the first on.
"""

import json
import sys
import time

import numpy as np


# Entries of a reference that are told.
SHOWN = 2**16


def read_arrays(request):
    shapes = [[request["sizes"][label] for label in own] for own in request["inputs"]]
    numbers = np.fromfile(request["data"], dtype=np.float64)
    re, im = numbers[: len(numbers) // 2], numbers[len(numbers) // 2 :]
    ends = np.cumsum([int(np.prod(shape)) for shape in shapes])
    parts = np.split(re + 1j * im, ends[:-1])
    return [part.reshape(shape) for part, shape in zip(parts, shapes)]


def trees_of(request):
    """The tree as it is, and with its indices sorted so that fewer products need a transposition."""
    import cotengra

    symbols = {label: cotengra.get_symbol(k) for k, label in enumerate(request["sizes"])}
    inputs = [[symbols[label] for label in own] for own in request["inputs"]]
    output = [symbols[label] for label in request["output"]]
    sizes = {symbols[label]: extent for label, extent in request["sizes"].items()}
    trees = []
    for sort in [False, True]:
        tree = cotengra.ContractionTree.from_path(inputs, output, sizes, ssa_path=request["ssa_path"])
        for label in request["sliced"]:
            tree.remove_ind_(symbols[label])
        if sort:
            tree.sort_contraction_indices()
        trees.append(tree)
    return trees


def converted(arrays, dtype, backend, threads):
    cast = [array.astype(dtype) if dtype.startswith("complex") else array.real.astype(dtype) for array in arrays]
    if backend == "numpy":
        return cast
    import torch

    torch.set_num_threads(threads)
    return [torch.from_numpy(np.ascontiguousarray(array)) for array in cast]


def timed(tree, arrays):
    begun = time.perf_counter()
    value = tree.contract(arrays)
    return time.perf_counter() - begun, np.asarray(value)


def main():
    request = json.loads(sys.stdin.readline())
    arrays = read_arrays(request)
    trees = trees_of(request)
    own = converted(arrays, request["dtype"], request["backend"], request["threads"])
    reference = None
    fastest = None
    for line in sys.stdin:
        if line.strip() == "reference":
            seconds, reference = timed(trees[0], arrays)
            step = -(-reference.size // SHOWN)
            flat = reference.reshape(-1)[::step]
            answer = {"seconds": seconds, "step": step, "re": flat.real.tolist(), "im": flat.imag.tolist()}
        else:
            if fastest is None:
                # What is faster is found out first; this also fills the caches of both.
                fastest = min(trees, key=lambda tree: timed(tree, own)[0])
            seconds, value = timed(fastest, own)
            answer = {"seconds": seconds}
            if reference is not None:
                # Not a number, where all of the reference is below the range, is no JSON.
                error = float(np.abs(value - reference).max() / np.abs(reference).max())
                answer["error"] = error if np.isfinite(error) else None
        print(json.dumps(answer), flush=True)


main()
