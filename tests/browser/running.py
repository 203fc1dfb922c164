"""An installation whose pages are served by this process, and how somebody comes in."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import uvicorn
from playwright.sync_api import Page

from workflow import config, db
from workflow.catcher import HOST, Catcher, free_port
from workflow.showcase import START, Stage
from workflow.showcase.stage import DEAD
from workflow.web import create_app

WIDE, NARROW = {"width": 1440, "height": 900}, {"width": 360, "height": 740}
#: Role -> the button by which the demo lets one in.
BUTTONS = {
    "officer": "Officer in charge of the case",
    "head": "Secretary General",
    "legal": "Legal adviser",
    "finance": "Finance officer",
    "auditor": "Auditor",
    "administrator": "Administrator",
}


class Running:
    """An installation, served by this process."""

    def __init__(self, stage: Stage, address: str, server: uvicorn.Server) -> None:
        self.stage, self.address, self.server = stage, address, server


@contextmanager
def served(folder: Path, begins: str = START, *, is_demo: bool = True) -> Iterator[Running]:
    """An installation with a mail catcher and a clock that can be moved, its pages served.

    begins    wall clock at which its clock begins; if it is that of the demo, the demo's stories are played
    is_demo   whether its pages let anybody in and move the clock, as those of a demo do
    """
    port = free_port()
    address = f"http://{HOST}:{port}"
    with Catcher(DEAD if begins == START else frozenset()) as catcher:
        settings = config.Settings.model_validate(
            {
                "database": {"url": f"sqlite:///{folder / 'assent.db'}"},
                "installation": {"base_url": address},
                "mail": {"host": HOST, "port": catcher.port, "tls": "none"},
            }
        )
        stage = Stage(db.make_engine(settings.database.url), settings, catcher, begins)
        # In a thread of its own: a browser that was started before keeps an event loop in this one.
        with ThreadPoolExecutor(1) as aside:
            aside.submit(stage.prepare).result()
            if begins == START:
                aside.submit(stage.play).result()
        # Arabic has no catalog yet: its pages run from right to left and say everything in English.
        app = create_app(stage.engine, stage.clock, is_demo=is_demo, languages=("en", "fr", "es", "ar"))
        app.state.stage = stage
        server = uvicorn.Server(
            uvicorn.Config(
                app, host=HOST, port=port, log_level="error", access_log=False, timeout_graceful_shutdown=2
            )
        )
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        while not server.started:
            assert thread.is_alive()
        yield Running(stage, address, server)
        server.should_exit = True
        thread.join(timeout=30)


def sign_in(page: Page, demo: Running, role: str, language: str = "en") -> None:
    """Come in as one of the demo's people, and read pages in a language."""
    page.goto(f"{demo.address}/demo?lang=en")
    page.get_by_role("button", name=BUTTONS[role]).click()
    if language != "en":
        page.goto(f"{page.url}?lang={language}")


def listen(page: Page, complaints: list[str] | None = None) -> list[str]:
    """Everything the browser will complain of on this page: faults of scripts, what the policy forbids."""
    complaints = [] if complaints is None else complaints
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    return complaints
