"""Times numpy on products and permutations, one thread: a JSON request a line in, the best seconds a line out."""

import json
import sys
import time

import numpy


def best_seconds(call, budget):
    call()
    best, spent = float("inf"), 0.0
    while spent < budget:
        start = time.perf_counter()
        call()
        taken = time.perf_counter() - start
        best, spent = min(best, taken), spent + taken
    return best


def array(shape, dtype):
    return numpy.random.default_rng(1).random(shape).astype(dtype)


def product(request):
    batch, m, n, k, shared = (request.get(name) for name in ("batch", "m", "n", "k", "shared"))
    a = array([1 if shared == "a" else batch, *([m, k] if request["formA"] == "mk" else [k, m])], request["dtype"])
    b = array([1 if shared == "b" else batch, *([k, n] if request["formB"] == "kn" else [n, k])], request["dtype"])
    a = a if request["formA"] == "mk" else a.transpose(0, 2, 1)
    b = b if request["formB"] == "kn" else b.transpose(0, 2, 1)
    if batch == 1:
        a, b = a[0], b[0]
    out = numpy.matmul(a, b)
    return lambda: numpy.matmul(a, b, out=out)


def permutation(request):
    view = array(request["shape"], request["dtype"]).transpose(request["axes"])
    out = numpy.empty(view.shape, request["dtype"])
    return lambda: numpy.copyto(out, view)


for line in sys.stdin:
    request = json.loads(line)
    call = product(request) if "m" in request else permutation(request)
    print(best_seconds(call, request["budget"]), flush=True)
