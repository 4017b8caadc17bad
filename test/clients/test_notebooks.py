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


class Clients(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = pathlib.Path(temporary.name)
        shutil.copytree(NOTEBOOKS, self.folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("*.ipynb", ".*"))
        self.notebook = self.folder / QUICKSTART.name
        nbformat.write(emptied(QUICKSTART), self.notebook)

    def test_nbconvert_runs_and_exports(self):
        run(JUPYTER, "nbconvert", "--execute", "--to", "html", self.notebook)
        page = self.notebook.with_suffix(".html").read_text()
        self.assertIn("multiply-adds", page)
        self.assertIn("Z = 5.226593404", page)
        run(JUPYTER, "nbconvert", "--to", "script", self.notebook)
        self.assertIn("let weights", self.notebook.with_suffix(".ts").read_text())

    def test_papermill_runs(self):
        out = self.folder / "out.ipynb"
        run(JUPYTER.parent / "papermill", "--cwd", self.folder, self.notebook, out)
        executed = nbformat.read(out, as_version=4)
        code = [cell for cell in executed.cells if cell.cell_type == "code"]
        self.assertEqual([cell.metadata.papermill.status for cell in code], ["completed"] * len(code))
        self.assertTrue(all(cell.outputs for cell in code))

    def test_jupyter_console_answers(self):
        typed = "1 + 41\nconst x: string = 3\n"
        command = (JUPYTER, "console", "--kernel", "tnlab", "--simple-prompt")
        said = run(*command, input=typed, stderr=subprocess.STDOUT)
        self.assertIn("Out[1]: 42", said)
        self.assertIn("not assignable to type 'string'", said)

    def test_jupyterlab_runs_every_cell(self):
        token = secrets.token_hex()
        server = subprocess.Popen(
            [JUPYTER, "lab", "--no-browser", "--allow-root", "--port=0", f"--IdentityProvider.token={token}"],
            cwd=self.folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self.addCleanup(server.wait)
        self.addCleanup(server.terminate)
        url = f"{self.server_url(server, token)}lab/tree/{self.notebook.name}?token={token}"
        code = [cell for cell in nbformat.read(self.notebook, as_version=4).cells if cell.cell_type == "code"]
        seen = json.loads(run("node", HERE / "jupyterlab.js", url, str(len(code)), self.folder / "lab.png"))
        self.assertEqual([cell["prompt"] for cell in seen], [f"[{n}]:" for n in range(1, len(code) + 1)])
        self.assertEqual([cell for cell in seen if cell["failed"] or not cell["text"]], [])
        self.assertIn("Z = 5.226593404", seen[1]["text"])

    def server_url(self, server, token):
        """Where the server listens, once it answers."""
        deadline = time.monotonic() + TIMEOUT_SECONDS
        while time.monotonic() < deadline:
            for known in map(json.loads, run(JUPYTER, "server", "list", "--json").splitlines()):
                if known["pid"] == server.pid:
                    urllib.request.urlopen(f"{known['url']}api/status?token={token}").close()
                    return known["url"]
            time.sleep(0.5)
        raise AssertionError("the server did not start")
