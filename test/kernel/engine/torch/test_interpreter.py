"""The interpreter's modules that need no peers. Run by jobs.test.ts."""

import resource
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from unittest.mock import Mock, patch

import interpreter.links as links
import interpreter.memory as memory
import torch
from interpreter.collectives import Group, Groups
from interpreter.errors import JobError
from interpreter.links import Links, partners
from interpreter.memory import copy_strided, fuse, row_major
from interpreter.mpi import environment_of
from interpreter.npy import map_npy, write_npy
from interpreter.place import Place, place_of
from interpreter.results import make_room_for_value
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


if __name__ == "__main__":
    unittest.main()
