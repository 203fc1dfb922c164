"""assent demo: from an empty folder to pages with cases in every state, or to a verified record."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import httpx2 as httpx
import pytest

from tests.workflow.cli.conftest import ASSENT, Terminal
from workflow.catcher import HOST, free_port

#: What the last line of the demo begins with, once everything can be opened.
READY = "The pages are at "


@contextmanager
def demo(bare: Terminal, *words: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The demo as somebody sees it who reads what it prints, here not a terminal, up to its last line."""
    running = subprocess.Popen(
        [ASSENT, "demo", *words],
        cwd=bare.folder,
        env=bare.environ,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert running.stdout is not None
    told = ""
    try:
        for line in running.stdout:
            told += line
            if line.startswith(READY):
                break
        yield running, told
    finally:
        running.kill()
        running.communicate()


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_the_demo_shows_its_pages_and_links_at_once_and_ends_well_when_stopped(
    bare: Terminal, sign: signal.Signals
) -> None:
    with demo(bare, "--port", str(free_port())) as (running, told):
        links = re.findall(r"^  (.+?)  +(http://\S+)$", told, flags=re.M)
        opened = {who: httpx.get(link, follow_redirects=True, timeout=60) for who, link in links}
        running.send_signal(sign)
        code = running.wait(timeout=60)

    states = set(re.findall(r"^  RP-\d+-\d+ +(\w+)", told, flags=re.M))
    assert (code, len(states)) == (0, 18)
    register = opened.pop("the public")
    assert (register.status_code, sorted(re.findall(r"/public/en/(RP-\d+-\d+)", register.text))) == (
        200,
        ["RP-2024-1", "RP-2025-3", "RP-2026-6"],
    )
    # Every one of the others shows the clock that can be moved.
    assert {who: (page.status_code, 'action="/demo/clock"' in page.text) for who, page in opened.items()} == (
        dict.fromkeys(
            (
                "an officer",
                "the Secretary General",
                "a Committee member (Japan)",
                "Switzerland",
                "Senegal, in French",
                "Uruguay, in Spanish",
                "anybody, and the letters",
            ),
            (200, True),
        )
    )


def test_the_demo_takes_the_next_port_when_somebody_listens_on_the_usual_one(bare: Terminal) -> None:
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        # Where somebody listens there already, the port is taken just as well.
        with suppress(OSError):
            taken.bind((HOST, 8000))
            taken.listen()
        with demo(bare) as (_, told):
            address = re.search(READY + r"(http://127\.0\.0\.1:80\d\d)", told)
            assert address is not None and not address[1].endswith(":8000")
            assert httpx.get(f"{address[1]}/demo", timeout=60).status_code == 200

            again = bare("demo", "--no-serve")

    assert (again.code, "A demo still runs" in again.err, address[1] in again.err) == (1, True, True)


def test_a_port_that_was_asked_for_and_is_taken_is_refused(bare: Terminal) -> None:
    with socket.socket() as taken:
        taken.bind((HOST, 0))
        refused = bare("demo", "--port", taken.getsockname()[1])

    assert (refused.code, "cannot be had" in refused.err) == (1, True)
    assert not (bare.folder / "assent-demo").exists()


def test_the_demo_plays_a_whole_procedure_in_the_terminal(bare: Terminal) -> None:
    played = bare("demo", "--terminal")

    assert played.code == 0, played.err
    assert "173/173" in played.out
    assert "The record holds" in played.out
    assert "How Mon 2026-09-14 was calculated" in played.out
    shown = bare("--config", "assent-demo/config.toml", "case", "list")
    assert shown.code in (0, 1)


def test_the_demo_does_not_touch_a_folder_that_is_not_its_own(bare: Terminal) -> None:
    (bare.folder / "assent-demo").mkdir()
    (bare.folder / "assent-demo" / "mine.txt").write_text("mine")

    refused = bare("demo")

    assert (refused.code, "has not made" in refused.err) == (1, True)
    assert (bare.folder / "assent-demo" / "mine.txt").read_text() == "mine"
