"""The quickstart through nbclient and the installed kernelspec, as `jupyter execute` runs it."""

import pathlib
import re
import subprocess
import tempfile
import unittest

import nbformat
from nbclient import NotebookClient

ROOT = pathlib.Path(__file__).resolve().parents[2]
QUICKSTART = ROOT / "notebooks" / "quickstart.ipynb"
PLOTLY = "application/vnd.plotly.v1+json"
TIMEOUT_SECONDS = 120


def execute_by_nbclient():
    notebook = nbformat.read(QUICKSTART, as_version=4)
    resources = {"metadata": {"path": str(QUICKSTART.parent)}}
    return NotebookClient(notebook, timeout=TIMEOUT_SECONDS, kernel_name="tnlab", resources=resources).execute()


def execute_by_tnlab():
    with tempfile.TemporaryDirectory() as folder:
        out = pathlib.Path(folder) / "out.ipynb"
        command = ["node", ROOT / ".build/js/kernel/main.js", "run", QUICKSTART, "--to", out]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        return nbformat.read(out, as_version=4)


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def bundles(cell):
    return [output.data for output in cell.outputs if "data" in output]


def texts(cell):
    return [data["text/plain"] for data in bundles(cell)]


def value_of_z(cell):
    """The number after "Z = " in what a cell shows, or its last value."""
    for text in texts(cell):
        found = re.fullmatch(r"(?:Z = )?(\S+)", text.split("\n")[0])
        if found:
            return float(found.group(1))
    raise AssertionError(f"no value of Z in {texts(cell)}")


class Quickstart:
    """What holds whoever executes the notebook."""

    def cell(self, name):
        return next(cell for cell in self.notebook.cells if cell.id == name)

    def test_is_valid_nbformat(self):
        nbformat.validate(self.notebook)

    def test_every_cell_ran_in_order_and_showed_something(self):
        cells = code_cells(self.notebook)
        self.assertEqual([cell.execution_count for cell in cells], list(range(1, len(cells) + 1)))
        for cell in cells:
            with self.subTest(cell=cell.id):
                self.assertGreater(len(cell.outputs), 0)
                self.assertEqual([output for output in cell.outputs if output.output_type == "error"], [])

    def test_every_show_drew_a_figure_with_a_sentence(self):
        shown = [cell for cell in code_cells(self.notebook) if "\nshow " in cell.source]
        self.assertGreater(len(shown), 0)
        for cell in shown:
            with self.subTest(cell=cell.id):
                wanted = sum(line.count(",") + 1 for line in cell.source.split("\n") if line.startswith("show "))
                # A search that lasts draws itself, whatever is shown.
                drawn = [data for data in bundles(cell) if PLOTLY in data]
                figures = [data for data in drawn if "of search (measured)" not in data["text/plain"]]
                self.assertEqual(len(figures), wanted)
                for data in figures:
                    self.assertGreater(len(data[PLOTLY]["data"]), 0)
                    self.assertGreater(len(data["text/plain"]), 0)

    def test_the_network_and_the_transfer_matrix_agree(self):
        by_network, by_transfer = (value_of_z(self.cell(name)) for name in ("ising", "transfer"))
        self.assertLess(abs(by_network / by_transfer - 1), 1e-11)

    def test_what_was_measured_is_told_from_what_was_modelled(self):
        self.assertIn("measured", "\n".join(texts(self.cell("circuit"))))
        dry = "\n".join(texts(self.cell("dgx")))
        self.assertIn("modelled", dry)
        self.assertNotIn("measured", dry)


class ByNbclient(Quickstart, unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.notebook = execute_by_nbclient()


class ByTnlab(Quickstart, unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.notebook = execute_by_tnlab()
