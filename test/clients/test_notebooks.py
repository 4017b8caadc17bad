"""Notebooks through the clients that people have: nbconvert, papermill, jupyter-console, and JupyterLab in a browser."""

import json
import pathlib
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.request

import nbformat

HERE = pathlib.Path(__file__).resolve().parent
NOTEBOOKS = HERE.parents[1] / "notebooks"
MAIN = HERE.parents[1] / ".build/js/kernel/main.js"
QUICKSTART = NOTEBOOKS / "quickstart.ipynb"
JUPYTER = pathlib.Path(sys.executable).parent / "jupyter"
TIMEOUT_SECONDS = 180


def run(*command, stderr=subprocess.PIPE, **options):
    """Its standard output; a command that fails shows what it said."""
    pipes = {"stdout": subprocess.PIPE, "stderr": stderr, "text": True}
    done = subprocess.run(command, **pipes, timeout=TIMEOUT_SECONDS, **options)
    if done.returncode != 0:
        raise AssertionError(f"{command[0]} failed:\n{done.stdout}{done.stderr}")
    return done.stdout


def emptied(notebook):
    """A notebook without outputs, so that what is seen later was made by the client."""
    read = nbformat.read(notebook, as_version=4)
    for cell in read.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return read


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def figures_in(source):
    """How many figures the lines that begin with `show` draw."""
    return sum(line.count(",") + 1 for line in source.split("\n") if line.startswith("show "))


def figures_of(notebook):
    return sum(figures_in(cell.source) for cell in code_cells(nbformat.read(notebook, as_version=4)))


def chosen():
    """The quickstart and the lesson, as numbered, with the most figures; that every notebook runs is checked by `tnlab run`."""
    lessons = sorted(NOTEBOOKS.glob("[0-9]*.ipynb"))
    return [QUICKSTART, max(lessons, key=figures_of)]


class Clients(unittest.TestCase):
    """Each client runs the same two notebooks, in a folder of its own."""

    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = pathlib.Path(temporary.name)
        shutil.copytree(NOTEBOOKS, self.folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("*.ipynb", ".*"))
        self.notebooks = []
        for original in chosen():
            self.notebooks.append(self.folder / original.name)
            nbformat.write(emptied(original), self.notebooks[-1])
        self.quickstart = self.folder / QUICKSTART.name

    def test_nbconvert_runs_and_exports(self):
        for notebook in self.notebooks:
            with self.subTest(notebook=notebook.name):
                run(JUPYTER, "nbconvert", "--execute", "--to", "html", notebook)
                page = notebook.with_suffix(".html").read_text()
                self.assertGreaterEqual(page.count('src="data:image/svg+xml;base64,'), figures_of(notebook))
        self.assertIn("Z = 5.226593404", self.quickstart.with_suffix(".html").read_text())
        run(JUPYTER, "nbconvert", "--to", "script", self.quickstart)
        self.assertIn("let weights", self.quickstart.with_suffix(".ts").read_text())

    def test_papermill_runs(self):
        out = self.folder / "out.ipynb"
        for notebook in self.notebooks:
            with self.subTest(notebook=notebook.name):
                run(JUPYTER.parent / "papermill", "--cwd", self.folder, notebook, out)
                code = code_cells(nbformat.read(out, as_version=4))
                self.assertEqual([cell.metadata.papermill.status for cell in code], ["completed"] * len(code))

    def test_jupyter_console_answers(self):
        typed = "1 + 41\nconst x: string = 3\n"
        command = (JUPYTER, "console", "--kernel", "tnlab", "--simple-prompt")
        said = run(*command, input=typed, stderr=subprocess.STDOUT)
        self.assertIn("Out[1]: 42", said)
        self.assertIn("not assignable to type 'string'", said)

    def test_jupyterlab_runs_every_cell_and_shows_every_figure(self):
        server = self.jupyterlab()
        for notebook in self.notebooks:
            with self.subTest(notebook=notebook.name):
                code, seen = self.opened(server, notebook, "run")
                self.assertEqual([cell["prompt"] for cell in seen], [f"[{n}]:" for n in range(1, len(code) + 1)])
                self.assertEqual([cell for cell in seen if cell["failed"]], [])
                self.check_figures(code, seen)

    def test_jupyterlab_shows_the_figures_of_a_notebook_that_it_does_not_trust(self):
        executed = self.folder / "executed.ipynb"
        run("node", MAIN, "run", self.quickstart, "--to", executed)
        code, seen = self.opened(self.jupyterlab(), executed, "look")
        self.check_figures(code, seen)
        self.assertIn("Z = 5.226593404", seen[1]["text"])

    def check_figures(self, code, seen):
        """A search that lasts draws itself too."""
        for cell, shown in zip(code, seen, strict=True):
            self.assertGreaterEqual(shown["pictures"], figures_in(cell.source), cell.source)

    def opened(self, server, notebook, what):
        """The notebook's code cells, and what a browser saw of each."""
        code = code_cells(nbformat.read(notebook, as_version=4))
        url = server.replace("?", f"lab/workspaces/{notebook.stem}/tree/{notebook.name}?")
        page = ("node", HERE / "jupyterlab.js", url, str(len(code)), self.folder / "lab.png", what)
        return code, json.loads(run(*page))

    def jupyterlab(self):
        """The address of a running one, with its token."""
        token = secrets.token_hex()
        server = subprocess.Popen(
            [JUPYTER, "lab", "--no-browser", "--allow-root", "--port=0", f"--IdentityProvider.token={token}"],
            cwd=self.folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self.addCleanup(server.wait)
        self.addCleanup(server.terminate)
        deadline = time.monotonic() + TIMEOUT_SECONDS
        while time.monotonic() < deadline:
            for known in map(json.loads, run(JUPYTER, "server", "list", "--json").splitlines()):
                if known["pid"] == server.pid:
                    urllib.request.urlopen(f"{known['url']}api/status?token={token}").close()
                    return f"{known['url']}?token={token}"
            time.sleep(0.5)
        raise AssertionError("the server did not start")
