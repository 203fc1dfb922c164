"""The real command line, run as a user would: in a folder of its own, in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[3]
ASSENT = Path(sys.executable).with_name("assent")


@dataclass(frozen=True)
class Run:
    """What a command printed, and how it ended."""

    code: int
    out: str
    err: str

    @property
    def data(self) -> Any:
        """What it printed as JSON."""
        return json.loads(self.out)


class Terminal:
    """A folder in which commands are typed."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder = folder
        # A wide terminal: what is looked for must not be broken over two lines.
        self.environ = {
            **{k: v for k, v in os.environ.items() if not k.startswith("ASSENT_")},
            "ASSENT_DATABASE__URL": url,
            "ASSENT_INSTALLATION__SECRET": "a secret for the tests of the command line, long enough",
            "COLUMNS": "200",
        }

    def __call__(self, *words: object, stdin: str = "") -> Run:
        done = subprocess.run(
            [ASSENT, *map(str, words)],
            cwd=self.folder,
            env=self.environ,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert "Traceback" not in done.stderr, done.stderr
        return Run(done.returncode, done.stdout, done.stderr)


@pytest.fixture
def assent(tmp_path: Path, empty_database_url: str) -> Terminal:
    """The command line on a new database with the shipped registers, on either kind of server."""
    terminal = Terminal(tmp_path, empty_database_url)
    assert terminal("db", "upgrade").code == 0
    return terminal


@pytest.fixture
def bare(tmp_path: Path) -> Terminal:
    """The command line on a database that does not exist yet."""
    return Terminal(tmp_path, f"sqlite:///{tmp_path / 'assent.db'}")
