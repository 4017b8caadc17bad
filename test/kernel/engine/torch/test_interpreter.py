"""The interpreter's modules that need no peers. Run by jobs.test.ts."""

import resource
import subprocess
import sys
import tempfile
import unittest
from itertools import product as every
from math import inf
from pathlib import Path
from unittest.mock import Mock, patch

import interpreter.links as links
import interpreter.local as local
import interpreter.memory as memory
import interpreter.products as products
import torch
from interpreter.collectives import Group, Groups, add_blocks
from interpreter.errors import JobError
from interpreter.links import Links, partners
from interpreter.local import CHUNK, long_product, operand, product
from interpreter.memory import copy_strided, fuse, row_major
from interpreter.mpi import environment_of
from interpreter.npy import map_npy, write_npy
from interpreter.place import Place, place_of
from interpreter.results import make_room_for_value
from interpreter.run import Run
from interpreter.schedule import before_tiles, pairs_of, schedule_of, validate
from interpreter.slices import slices_of, values_of
from interpreter.transfers import transfer_seconds


def schedule(**changes):
    raw = {
        "version": 1,
        "dtype": "float64",
        "mesh": [{"radix": 2, "tier": "node"}, {"radix": 3, "tier": "node"}],
        "extents": {"i": 2, "j": 3},
        "tensors": [{"labels": ["i", "j"]}],
        "modes": [{"label": "i", "extent": 2, "stride": 1}, {"label": "j", "extent": 3, "stride": 1}],
        "buffers": [{"name": "A", "elements": 6, "placement": {"modes": [0, 1], "split": [None, None]}}],
        "steps": [{"kind": "load", "tensor": 0, "out": 0}],
        "open": ["i", "j"],
        "result": 0,
        "slices": 7,
    }
    return schedule_of({**raw, **changes})


# The machine that runs tests is busy: threads that wait for each other would only hold it up.
torch.set_num_threads(1)


class PlaceTest(unittest.TestCase):
    def test_launchers(self):
        slurm = {
            "SLURM_PROCID": "5",
            "SLURM_NTASKS": "8",
            "SLURM_LOCALID": "1",
            "SLURM_TASKS_PER_NODE": "4(x2)",
        }
        rows = [
            ({}, Place(0, 1, 0, 1, "127.0.0.1", 29500)),
            ({"RANK": "1", "WORLD_SIZE": "2", "MASTER_PORT": "7"}, Place(1, 2, 1, 2, "127.0.0.1", 7)),
            ({**slurm, "MASTER_ADDR": "n0"}, Place(5, 8, 1, 4, "n0", 29500)),
            ({**slurm, "MASTER_ADDR": "n0", "RANK": "0", "WORLD_SIZE": "1"}, Place(0, 1, 1, 4, "n0", 29500)),
        ]
        for environment, place in rows:
            self.assertEqual(place_of(environment), place)

    def test_mpi(self):
        names = ["n0", "n0", "n1", "n1"]
        self.assertEqual(place_of(environment_of(3, names, 7)), Place(3, 4, 1, 2, "n0", 7))
        self.assertEqual(place_of(environment_of(0, names, 7)), Place(0, 4, 0, 2, "n0", 7))
        self.assertEqual(place_of(environment_of(1, ["n0", "n0"], 7)), Place(1, 2, 1, 2, "127.0.0.1", 7))

    def test_too_little(self):
        rows = [
            ({"RANK": "1"}, "one of the two is missing"),
            ({"RANK": "2", "WORLD_SIZE": "2"}, "rank 2 is not among 2 ranks"),
            ({"RANK": "x", "WORLD_SIZE": "2"}, "expected a number in RANK, got 'x'"),
            ({"RANK": "1", "WORLD_SIZE": "4", "LOCAL_WORLD_SIZE": "2"}, "set MASTER_ADDR"),
        ]
        for environment, message in rows:
            with self.assertRaisesRegex(JobError, message):
                place_of(environment)


class MainTest(unittest.TestCase):
    def test_without_pytorch(self):
        program = "import sys; sys.modules['torch'] = None; from interpreter.__main__ import main; sys.exit(main(['.']))"
        ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
        self.assertEqual(ended.returncode, 2)
        self.assertRegex(ended.stderr, r"^tnlab: .* has no PyTorch \(.*torch.*\): .* -m pip install torch\n$")


class TransfersTest(unittest.TestCase):
    def test_from_when_the_last_of_the_group_is_there(self):
        # Two ranks, then three, along the digits; over the first digit the groups are (0, 3), (1, 4) and (2, 5).
        begun = [0, 0, 0, 4, 0, 1]
        ended = [6, 2, 3, 5, 2, 4]
        times = torch.full((6, 3, 2), torch.nan, dtype=torch.float64)
        times[:, 0] = torch.tensor([*zip(begun, ended, strict=True)])
        times[:3, 1] = torch.tensor([0.0, 4.0])
        times[3:, 1] = torch.tensor([1.0, 5.0])
        own = transfer_seconds(schedule(), [0], times)
        self.assertEqual(own, [(2 + 3) / 2, (2 + 3) / 2, (2 + 3) / 2, (1 + 4) / 2, (2 + 4) / 2, (3 + 4) / 2])

    def test_no_execution(self):
        own = transfer_seconds(schedule(), [0, 1], torch.full((6, 2, 2), torch.nan, dtype=torch.float64))
        self.assertTrue(all(one != one for one in own))


class LinksTest(unittest.TestCase):
    def test_rounds(self):
        for size in (2, 3, 6, 7):
            rounds = [list(partners(Group(range(size), me, None))) for me in range(size)]
            for me, peers in enumerate(rounds):
                self.assertEqual(sorted(peers), [one for one in range(size) if one != me])
        some = [set(partners(Group(range(200), me, None))) for me in range(200)]
        self.assertTrue(all(me in some[peer] for me, peers in enumerate(some) for peer in peers))
        self.assertTrue(all(0 < len(peers) <= 64 for peers in some))

    def test_slow(self):
        """Six ranks, three a node; `changes`: seconds by sender and receiver, where they are not 1, or 5 between nodes."""
        everywhere = {(a, b) for a in range(6) for b in range(6)}
        rows = [
            ({}, []),
            ({(0, 1): 1.9}, []),
            ({(0, 1): 2.1}, [[0, 1]]),
            ({(1, 0): 4.0, (4, 5): 3.0}, [[0, 1], [4, 5]]),
            ({(1, 5): 9.0}, []),
            ({(5, 1): 11.0}, [[1, 5]]),
            ({(2, peer): 20.0 for peer in range(6)}, [[0, 2], [1, 2], [2, 3], [2, 4], [2, 5]]),
            # Those that were not measured are no links.
            (dict.fromkeys(everywhere - {(0, 1), (1, 0), (0, 2), (2, 0)}, torch.inf) | {(0, 1): 50.0}, []),
        ]
        two_nodes = schedule(mesh=[{"radix": 2, "tier": "cluster"}, {"radix": 3, "tier": "node"}])
        for changes, expected in rows:
            seconds = torch.tensor([[1.0 if a // 3 == b // 3 else 5.0 for b in range(6)] for a in range(6)])
            for (a, b), value in changes.items():
                seconds[a, b] = value
            found = Links(two_nodes, seconds).report(100)
            self.assertEqual(sorted(link["ranks"] for link in found), expected)

    def test_no_rank_probes_where_one_has_no_room(self):
        with patch.object(links.torch, "zeros", side_effect=torch.OutOfMemoryError("full")):
            self.assertEqual(links.messages_on(torch.device("cpu")), [])
        self.assertEqual([len(one) for one in links.messages_on(torch.device("cpu"))], [2, 2])
        groups = Mock(schedule=schedule(), over=lambda _: Group(range(6), 0, Mock()))
        with (
            patch.object(links, "gathered", lambda _: torch.tensor([[2], [0]])),
            patch.object(links.dist, "get_backend", lambda: "gloo"),
            patch.object(links, "measured_links", side_effect=AssertionError),
        ):
            self.assertEqual(links.look_at_links(groups, 1.0), [])

    def test_rates(self):
        seconds = torch.full((6, 6), 0.5)
        seconds[1, 0] = 2.0
        link = {"ranks": [0, 1], "bytesPerSecond": 50.0, "usualBytesPerSecond": 200.0}
        self.assertEqual(Links(schedule(), seconds).report(100), [link])


class ScheduleTest(unittest.TestCase):
    def test_refused(self):
        contract = {"kind": "contract", "a": 0, "b": 0, "out": 0, "batch": 1, "m": 2, "n": 2, "k": 3}
        rows = [
            ({"steps": [{"kind": "teleport"}]}, "step 0 of the schedule .teleport.: expected a step of"),
            ({"steps": [{"kind": "load", "tensor": 1, "out": 0}]}, "there is no tensor 1"),
            ({"steps": [{"kind": "load", "tensor": 0, "out": 9}]}, "there is no buffer 9"),
            ({"steps": [{"kind": "gather", "in": 0, "out": 0, "digits": [2]}]}, "no mesh digits"),
            (
                {"steps": [{"kind": "gather", "in": 0, "out": 0, "digits": [0]}]},
                "expected 12 elements in buffer 0",
            ),
            ({"steps": [contract]}, "expected 4 elements in buffer 0 .out., got 6"),
            ({"dtype": "int8"}, "got int8"),
            ({"mesh": [{"radix": 2, "tier": "node"}]}, "for 2 ranks, and 6 were started"),
        ]
        validate(schedule(), 6)
        for changes, message in rows:
            with self.assertRaisesRegex(JobError, message):
                validate(schedule(**changes), 6)
        with self.assertRaisesRegex(JobError, "expected a schedule of version 1, got version 2"):
            schedule(version=2)

    def test_tiles(self):
        contract = {"kind": "contract", "a": 0, "b": 1, "out": 2, "batch": 1, "m": 8, "n": 2, "k": 1}
        contract |= {"formA": "mk", "formB": "kn"}
        tiles = {"beside": "before", "axis": "m", "outer": 2, "count": 2}
        move = {"kind": "redistribute", "in": 2, "out": 3, "digits": [0], "tiles": tiles}
        after = {**contract, "a": 3, "b": 1, "out": 2}
        early = {**move, "in": 4, "out": 0, "tiles": {**tiles, "beside": "after"}}

        def with_steps(*steps):
            sizes = (8, 2, 16, 16, 8)
            one = {"name": "A", "placement": {"modes": [], "split": []}}
            return schedule(mesh=[{"radix": 2, "tier": "node"}], steps=steps, buffers=[{**one, "elements": n} for n in sizes])

        validate(with_steps(contract, move), 2)
        self.assertEqual(before_tiles(contract, move), 2)
        self.assertEqual(list(pairs_of([contract, move, after])), [(contract, move), (after, None)])
        self.assertEqual(list(pairs_of([early, contract])), [(contract, early)])
        rows = [
            ([contract, {"kind": "permute", "in": 2, "out": 2, "shape": [16], "axes": [0]}, move], "beside it"),
            ([move, contract], "no contraction of its own beside it"),
            ([early, contract, move], "no contraction of its own beside it"),
            ([contract, {**move, "tiles": {**tiles, "count": 3}}], "3 tiles do not divide"),
            ([contract, {**move, "tiles": {**tiles, "outer": 1}}], "cross its blocks"),
            ([contract, {**move, "tiles": {**tiles, "axis": "k"}}], "along k"),
        ]
        for steps, message in rows:
            with self.assertRaisesRegex(JobError, message):
                validate(with_steps(*steps), 2)

    def test_groups(self):
        groups = Groups(schedule(), 4, 1)
        groups.make = Mock(return_value=None)
        for digits, members in (([], [4]), ([0], [1, 4]), ([1], [3, 4, 5]), ([1, 0], [0, 3, 1, 4, 2, 5])):
            group = groups.over(digits)
            self.assertEqual((group.members, group.me), (members, members.index(4)))

    def test_slices(self):
        loop = {"labels": ["i", "j"], "digits": [1]}
        runs = [list(slices_of(schedule(), loop, [0, group])) for group in range(3)]
        self.assertEqual(runs, [[0, 3, 6], [1, 4], [2, 5]])
        self.assertEqual(values_of(schedule(), loop, 5), {"i": 1, "j": 2})


class MemoryTest(unittest.TestCase):
    def test_fuse(self):
        rows = [
            (([], []), ([], [])),
            (([2, 3, 4], [12, 4, 1]), ([24], [1])),
            (([2, 1, 4], [4, 7, 1]), ([8], [1])),
            (([4, 2, 3], [1, 12, 4]), ([4, 6], [1, 4])),
        ]
        for given, expected in rows:
            self.assertEqual(fuse(*given), expected)

    def test_more_axes_than_cuda_permutes(self):
        # The axes of a tensor of 2^18 elements reversed, 12 more of them of no effect: none of them fuse.
        shape = [2] * 18 + [1] * 12
        source = torch.arange(2**18, dtype=torch.float64)
        reversed_strides = list(reversed(row_major([2] * 18)))
        expected = source.view([2] * 18).permute(*range(17, -1, -1)).reshape(-1)
        for most in (25, 5):
            target = torch.zeros(2**18, dtype=torch.float64)
            before, memory.MOST_AXES = memory.MOST_AXES, most
            copy_strided(target, source, *fuse(shape, reversed_strides + [0] * 12), 0)
            memory.MOST_AXES = before
            self.assertTrue(torch.equal(target, expected))

    def test_inputs_go_to_a_gpu_that_has_room(self):
        for device, free, expected in (("cpu", 999, False), ("cuda", 8 * 64, True), ("cuda", 8 * 64 - 1, False)):
            inputs = Mock(nbytes=64)
            with patch.object(torch.cuda, "mem_get_info", return_value=(free, 0)):
                got = memory.brought(inputs, torch.device(device))
            self.assertIs(got, inputs.to.return_value if expected else inputs)

    def test_permuted_by_a_table(self):
        rows = (
            ([2] * 10, [3, 9, 1, 0, 8, 2, 4, 7, 6, 5], 2**16, 1),
            ([3, 2, 5, 2, 3, 2, 4], [6, 4, 2, 0, 1, 3, 5], 30, 60),
            # Of the axis of 60 elements a part of 15 is in the table.
            ([2, 60, 2, 3, 2, 2], [5, 3, 2, 1, 0, 4], 63, 48),
        )
        for shape, axes, most, reads in rows:
            strides = row_major(shape)
            source = torch.randn(strides[0] * shape[0], dtype=torch.complex64)
            target = torch.zeros_like(source)
            with (
                patch.object(memory, "TABLE", most),
                patch.object(memory, "copy_strided", side_effect=AssertionError),
                patch.object(torch, "index_select", side_effect=torch.index_select) as read,
            ):
                memory.prepare_permuted(target, source, *fuse([shape[a] for a in axes], [strides[a] for a in axes]))()
            self.assertEqual(read.call_count, reads)
            self.assertTrue(torch.equal(target, source.view(shape).permute(axes).reshape(-1)))

    def test_files(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "a.npy"
            for numbers in (
                torch.tensor([1.5, -2.0]),
                torch.tensor([1 + 2j, 3 - 4j], dtype=torch.complex128),
            ):
                dtype = str(numbers.dtype).removeprefix("torch.")
                write_npy(path, numbers, (2,))
                self.assertTrue(torch.equal(map_npy(path, dtype), numbers))
                self.assertEqual(path.stat().st_size % 64, numbers.numel() * numbers.element_size() % 64)
            with self.assertRaisesRegex(JobError, "expected <f4"):
                map_npy(path, "float32")
            path.write_bytes(path.read_bytes()[:-1])
            with self.assertRaisesRegex(JobError, "its shape needs 32"):
                map_npy(path, "complex128")

    def test_a_value_without_room(self):
        with tempfile.TemporaryDirectory() as folder:
            job = Mock(folder=Path(folder), schedule=schedule())
            make_room_for_value(job)
            taken = Path(folder) / "result.part"
            write_npy(Path(folder) / "result.npy", torch.zeros(6, dtype=torch.float64), (2, 3))
            self.assertFalse(taken.exists())
            _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
            resource.setrlimit(resource.RLIMIT_FSIZE, (100, most))
            try:
                with self.assertRaisesRegex(JobError, "the value cannot be left in .*large.*: make room there"):
                    make_room_for_value(job)
            finally:
                resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
            self.assertFalse(taken.exists())


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
            found = products.quickest(range(5), lambda case, _: turns.append(case) or 2.0, 2)
        self.assertEqual(len(turns), 3)
        self.assertEqual(found, {case: 2.0 if case in turns else inf for case in range(5)})
        arithmetic = products.Arithmetic(torch.device("cpu"), torch.float64, torch.float64)
        rates = products.rates_of(arithmetic, 2, dict.fromkeys(products.cases("cpu"), inf))["flopsPerSecond"]
        self.assertEqual({rate for forms in rates.values() for table in forms.values() for rate in table}, {0.0})

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
        # 2^22 bytes of float64 are 2^19 numbers: of a matrix of 2^15 rows, and eight times as many of one of 2^11 by 2^11.
        self.assertEqual(tables["one"]["mk,kn"][at[128, 2, 16]], 2**15 * 2 * 16)
        self.assertEqual(tables["one"]["mk,kn"][at[128, 128, 16]], 2**11 * 2**11 * 16)
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
