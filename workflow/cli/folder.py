"""The folder that `assent demo` makes, with its database and its settings."""

from __future__ import annotations

import shutil
import socket
import tomllib
from pathlib import Path

from workflow import config
from workflow.catcher import HOST
from workflow.cli.desk import refuse

FOLDER = Path("assent-demo")
SETTINGS = "config.toml"
#: What a folder holds that the demo has made: such a folder may be made anew.
_OURS = {SETTINGS, "assent.db", "assent.db-shm", "assent.db-wal", "assent.secret"}


def fresh() -> Path:
    """Make the folder, or make it anew; returns where its settings go."""
    if FOLDER.exists():
        _refuse_if_running()
        if not (FOLDER / SETTINGS).is_file() or {each.name for each in FOLDER.iterdir()} - _OURS:
            refuse(f"There is a folder {FOLDER} that the demo has not made. Run the demo in another folder.")
        shutil.rmtree(FOLDER)
    FOLDER.mkdir()
    return FOLDER / SETTINGS


def _refuse_if_running() -> None:
    """A demo that still runs here would lose its database under its feet: its mail catcher gives it away."""
    try:
        told = tomllib.loads((FOLDER / SETTINGS).read_text(encoding="utf-8"))
        port, pages = int(told["mail"]["port"]), told["installation"]["base_url"]
    except (OSError, ValueError, KeyError, TypeError):
        return
    with socket.socket() as knock:
        knock.settimeout(1)
        if knock.connect_ex((HOST, port)) == 0:
            refuse(
                f"A demo still runs in the folder {FOLDER}; its pages are at {pages}."
                " Stop it first (Ctrl-C), or run this one in another folder."
            )


def write_settings(path: Path, mail_port: int, base_url: str = "http://localhost:8000") -> config.Settings:
    """Write the demo's settings and read them back.

    mail_port   where the mail catcher listens
    """
    database = (FOLDER / "assent.db").as_posix()
    path.write_text(
        f"""# Made by assent demo. Every key is told in the config.toml that comes with Assent.
[database]
url = "sqlite:///{database}"

[installation]
base_url = "{base_url}"

[mail]
host = "{HOST}"
port = {mail_port}
tls = "none"

[public]
register_open = true
""",
        encoding="utf-8",
    )
    return config.load(path, environ={})
