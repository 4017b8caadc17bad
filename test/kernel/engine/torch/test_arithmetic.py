"""The interpreter's arithmetic and its calibration. Run by jobs.test.ts."""

import unittest
from itertools import product as every
from math import inf
from unittest.mock import Mock, patch

import interpreter.local as local
import interpreter.products as products
import torch
from interpreter.collectives import add_blocks
from interpreter.local import CHUNK, long_product, operand, product
from interpreter.run import Run

# The machine that runs tests is busy: threads that wait for each other would only hold it up.
torch.set_num_threads(1)


class ArithmeticTest(unittest.TestCase):
    def test_sums_keep_their_digits(self):
        blocks = torch.tensor([[1e8, 1.0], [1.0, 2.0], [-1e8, 3.0]], dtype=torch.float32)
        for chunk in (1, 2):
            target = torch.zeros(2, dtype=torch.float32)
            with patch.dict(CHUNK, cpu=chunk):
                add_blocks(target, blocks)
            self.assertEqual(target.tolist(), [1.0, 6.0])

    def test_long_sums_over_rows_in_parts(self):
        arithmetic = products.Arithmetic(torch.device("cpu"), torch.float64, torch.float64)
        for k in (1024, 1025, 5000):
            a = torch.randint(-9, 9, (k, 3)).double().T[None]
            b, out = torch.randint(-9, 9, (1, k, 2)).double(), torch.ones(1, 3, 2, dtype=torch.float64)
            with patch.object(torch, "mm", side_effect=torch.mm) as whole:
                product(arithmetic, a, b, out, None)()
            self.assertEqual(whole.call_count, int(k == 1024))
            self.assertTrue(torch.equal(out[0], (a[0, :, :, None] * b[0]).sum(1)))

    def test_wide_products_in_stripes(self):
        for dtype, n, parts in ((torch.float32, 8192, 1), (torch.float32, 8193, 5), (torch.float64, 8193, 1)):
            arithmetic = products.Arithmetic(torch.device("cpu"), dtype, torch.float64)
            a, b = (torch.randint(-9, 9, shape).to(dtype) for shape in ((1, 33, 32), (1, 32, n)))
            out = torch.ones(1, 33, n, dtype=dtype)
            with patch.object(torch, "mm", side_effect=torch.mm) as called:
                product(arithmetic, a, b, out, None)()
            self.assertEqual(called.call_count, parts)
            self.assertTrue(torch.equal(out[0], (a[0, :, :, None] * b[0]).sum(1)))

    def test_many_tiny_products_of_a_gpu_term_by_term(self):
        gpu = products.Arithmetic(torch.device("cuda"), torch.complex128, torch.complex128)
        sizes = ((4095, 2, 4, 4, 1), (4096, 2, 4, 4, 0), (4096, 4, 8, 5, 1), (5000, 3, 2, 7, 0))
        for (batch, m, n, k, calls), shared in every(sizes, (None, "a")):
            a = torch.randint(-9, 9, (1 if shared else batch, k, m)).to(gpu.dtype).transpose(1, 2)
            b = torch.randint(-9, 9, (batch, k, n)) * torch.tensor(1 + 2j, dtype=gpu.dtype)
            out = torch.ones(batch, m, n, dtype=gpu.dtype)
            with patch.object(torch, "bmm", side_effect=torch.bmm) as whole:
                product(gpu, a, b, out, shared)()
            self.assertEqual(whole.call_count, calls)
            self.assertTrue(torch.equal(out, (a[..., None] * b[:, None]).sum(2)))

    def test_axes_that_are_too_long_for_a_gpu_s_library(self):
        gpu = products.Arithmetic(torch.device("cuda"), torch.float64, torch.float64)
        shapes = ((9, 2, 2), (2, 9, 3), (9, 9, 2), (3, 2, 9), (9, 9, 9), (4, 4, 4))
        for batch, (m, n, k), (straight_a, straight_b) in every((1, 3, 9), shapes, every((True, False), repeat=2)):
            numbers = [torch.randint(-9, 9, (batch * size,)).double() for size in (m * k, k * n)]
            a, b = operand(numbers[0], batch, m, k, straight_a), operand(numbers[1], batch, k, n, straight_b)
            out = torch.ones(batch, m, n, dtype=torch.float64)
            mm, bmm = (patch.object(torch, name, side_effect=getattr(torch, name)) for name in ("mm", "bmm"))
            chunk = patch.dict(CHUNK, cpu=4 * batch * max(m, n))
            with patch.object(local, "LONGEST", 4), chunk, mm as one, bmm as many:
                product(gpu, a, b, out, None)()
            self.assertTrue(torch.equal(out, (a[..., None] * b[:, None]).sum(2)), (batch, m, n, k))
            for matrix in (matrix for call in one.call_args_list + many.call_args_list for matrix in call.args):
                self.assertLessEqual(min(matrix.stride()[-2:]), 1)
                self.assertTrue(k > 4 or max(*matrix.shape, *matrix.stride()[-2:]) <= 4, (batch, m, n, k))

    def test_long_products_keep_their_digits(self):
        k = 2**21 + 5
        a = torch.full((1, 1, k), 0.1, dtype=torch.float32)
        got = long_product(a, torch.ones(1, k, 1), torch.float64).item()
        self.assertAlmostEqual(got, k * float(a[0, 0, 0]), delta=1e-6)


class RunTest(unittest.TestCase):
    def test_short_steps_are_tried_before_a_gpu_is_timed(self):
        kinds = [("load", 0.001), ("contract", 0.001), ("contract", 9.0), ("permute", 0.001), ("gather", 0.001), ("sum", 0.001)]
        steps = [{"kind": kind, "model": {"seconds": seconds}} for kind, seconds in kinds]
        for device, expected in (("cpu", []), ("cuda", [1, 3, 5])):
            works = [Mock() for _ in steps]
            memory = Mock(device=torch.device(device))
            Run.rehearse(Mock(memory=memory, schedule=Mock(steps=steps), works=works))
            self.assertEqual([place for place, work in enumerate(works) if work.called], expected)


class ProductsTest(unittest.TestCase):
    def test_what_there_is_no_time_for_takes_forever(self):
        turns, clock = [], iter(range(9))
        with patch.object(products.time, "monotonic", side_effect=lambda: next(clock)):
            found = products.quickest(range(5), lambda case, _: turns.append(case) or 2.0, last=2)
        self.assertEqual(len(turns), 3)
        self.assertEqual(found, {case: 2.0 if case in turns else inf for case in range(5)})
        arithmetic = products.Arithmetic(torch.device("cpu"), torch.float64, torch.float64)
        rates = products.rates_of(arithmetic, 2, dict.fromkeys(products.cases("cpu"), inf))["flopsPerSecond"]
        self.assertEqual({rate for forms in rates.values() for table in forms.values() for rate in table}, {0.0})

    def test_all_have_two_turns_and_more_while_there_is_time(self):
        for enough, expected in ((1, 10), (12, 13)):
            turns, clock = [], iter(range(40))
            with patch.object(products.time, "monotonic", side_effect=lambda clock=clock: next(clock)):
                products.quickest(range(5), lambda _, turn, turns=turns: turns.append(turn) or 2.0**turn, enough, 39)
            self.assertEqual(len(turns), expected)

    def test_every_case_is_the_product_it_stands_for(self):
        arithmetic = products.Arithmetic(torch.device("cpu"), torch.complex64, torch.complex128)
        with patch.dict(products.BYTES, cpu=dict.fromkeys(products.BYTES["cpu"], 2**14)), patch.dict(products.SIDE, cpu=128):
            left, right, out = (torch.full((2**18,), one, dtype=torch.complex64) for one in (0.5, 2.0, 0.0))
            for case in products.cases("cpu"):
                batch, m, n, k = products.shape_of(arithmetic, case)
                size = batch * m * n
                for turn in (0, 1):
                    out.zero_()
                    products.work_of(arithmetic, (left, right, out), case, turn)()
                    got = out[turn * size : (turn + 1) * size]
                    self.assertTrue(torch.equal(got, torch.full_like(got, k)), case)
                    self.assertFalse(out[: turn * size].any() or out[(turn + 1) * size :].any(), case)

    def test_rates(self):
        arithmetic = products.Arithmetic(torch.device("cpu"), torch.float64, torch.float64)
        measured = dict.fromkeys(products.cases("cpu"), 2.0)
        found = products.rates_of(arithmetic, 2, measured)
        tables = found["flopsPerSecond"]
        at = {place: number for number, place in enumerate(every(products.EXTENTS["cpu"], repeat=3))}
        side = products.SIDE["cpu"]
        self.assertEqual(tables["one"]["km,nk"][at[128, 128, 128]], side**3)
        self.assertEqual(found["elements"], {"one": 2**21, "cached": 2**17})
        # 2^24 bytes of float64 are 2^21 numbers: of a matrix of 2^17 rows, and one of 1448 by 1448.
        self.assertEqual(tables["one"]["mk,kn"][at[128, 2, 16]], 2**17 * 2 * 16)
        self.assertEqual(tables["one"]["mk,kn"][at[128, 128, 16]], 1448 * 1448 * 16)
        # Four of 2^20 bytes each.
        self.assertEqual(tables["cached"]["mk,kn"][at[128, 2, 16]], 4 * 2**13 * 2 * 16)
        self.assertEqual(tables["cached"]["mk,kn"][at[128, 128, 128]], 4 * 362**3)
        self.assertEqual(tables["one"]["mk,kn"][at[2, 16, 16]], 0)
        self.assertEqual(tables["batched"]["mk,kn"][at[2, 16, 16]], 2**8 * 2 * 16 * 16)
        self.assertEqual(tables["long"]["mk,kn"][at[2, 128, 128]], 2 * 128 * 2**12)
        self.assertEqual(tables["long"]["mk,kn"][at[16, 128, 128]], 0)

    def test_the_quickest_counts_once_two_are_alike(self):
        for seconds, goes, expected in (([3, 1, 2, 1.05, 9], 4, 1), ([1, 1], 2, 1), ([8, 4, 2, 1, 16, 32, 64], 6, 1)):
            own, turns = iter(seconds), []

            def timer(case, turn, own=own, turns=turns):
                turns.append(turn)
                return next(own) if case == "a" else 5

            self.assertEqual(products.quickest(["a", "b"], timer), {"a": expected, "b": 5})
            self.assertEqual(turns, [*range(goes + 2)])


if __name__ == "__main__":
    unittest.main()
