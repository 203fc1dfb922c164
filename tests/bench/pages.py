"""Pages over HTTP: requests a second and how long one takes, with one worker and one client.

Beside each: a bare page (FastAPI, Jinja2, one query, nothing else) and a Django view of the same data. The pages
of Assent are the real ones: signed in, with every header, filter, link and word they have.
"""

from __future__ import annotations

import gzip
import http.client
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from statistics import median, quantiles

from tests.bench import timing
from tests.bench.filled import BOARD, CASES_IN_IT, NOW, SECRET, Filled
from tests.bench.places import Place
from tests.bench.timing import Line
from workflow import db, links
from workflow.queries import LETTERS
from workflow.web.people import COOKIE, begin

SUBJECT = "pages"
REQUESTS, REQUESTS_QUICK = 150, 20
WARM_UP = 10
#: The largest page, compressed.
KB_MAX = 60
#: The first page of the register on the server.
REGISTER_MS_MAX = 100
OTHERS = ("bare", "django")


@dataclass(frozen=True, slots=True)
class Page:
    """A page that is measured."""

    name: str
    #: Its address, and that of the bare page and of Django's.
    address: str
    theirs: str
    #: The server that shows it: "assent", or "fresh", where nothing is remembered.
    by: str = "assent"


def lines(places: list[Place], rounds: int, is_quick: bool) -> list[Line]:
    """The lines of this subject."""
    found: list[Line] = []
    for place in places:
        filled = Filled(place, 400 if is_quick else CASES_IN_IT)
        try:
            found += _of(filled, rounds, REQUESTS_QUICK if is_quick else REQUESTS)
        finally:
            filled.place.drop()
    return found


def _of(filled: Filled, rounds: int, requests: int) -> list[Line]:
    place = filled.place
    with db.transaction(place.engine) as session:
        cookie = begin(session, "ada", "bench", NOW)
    pages = [
        Page(f"register of {filled.cases}", "/cases", "/cases"),
        Page("register, a search", "/cases?q=lake17+evian", "/cases"),
        Page("case with 173 tiles", f"/cases/{BOARD}", "/case"),
        Page("case with 173 tiles, changed each time", f"/cases/{BOARD}", "/case", "fresh"),
        Page("reply page", f"/r/{_token(place)}", "/reply"),
    ]
    place.engine.dispose()
    found: list[Line] = []
    with ExitStack() as stack:
        servers = {
            what: stack.enter_context(_server(what, place.url, cookie))
            for what in ("assent", "fresh", *OTHERS)
        }
        for page in pages:
            found += _measured(place, servers, page, rounds, requests)
    return found


def _measured(
    place: Place, servers: dict[str, Client], page: Page, rounds: int, requests: int
) -> list[Line]:
    asked = {"assent": (servers[page.by], page.address)}
    asked |= {what: (servers[what], page.theirs) for what in OTHERS}
    bodies = {what: client.warm(address) for what, (client, address) in asked.items()}
    seen: dict[str, list[float]] = {what: [] for what in asked}
    rates: dict[str, list[float]] = {what: [] for what in asked}
    for _ in range(rounds):
        for what, (client, address) in asked.items():
            laps = [client.lap(address) for _ in range(requests)]
            seen[what] += laps
            rates[what].append(requests / sum(laps))
    rate = {what: median(each) for what, each in rates.items()}
    size = {what: len(gzip.compress(body, 6)) / 1000 for what, body in bodies.items()}
    name = f"{place.kind}: {page.name}"
    told = ", ".join(
        f"{what} {rate[what]:.0f}/s, p50 {_at(seen[what], 50)}, p99 {_at(seen[what], 99)}" for what in asked
    )
    found = [timing.told(SUBJECT, name, told)]
    found.append(timing.at_most(SUBJECT, f"{name}: compressed", size["assent"], KB_MAX, "kB"))
    if "register" in page.name:
        worst = quantiles(seen["assent"], n=100)[98] * 1000
        found.append(timing.at_most(SUBJECT, f"{name}: p99", worst, REGISTER_MS_MAX, "ms"))
    if page.name == "case with 173 tiles":
        ratio = rate["assent"] / rate["bare"]
        found.append(timing.at_least(SUBJECT, f"{name}: of the bare page's rate", ratio, 0.5))
        ratio = rate["assent"] / rate["django"]
        found.append(timing.at_least(SUBJECT, f"{name}: of Django's rate", ratio, 2))
    return found


def _at(laps: list[float], percent: int) -> str:
    return timing.ms(quantiles(laps, n=100)[percent - 1])


def _token(place: Place) -> str:
    """The reply link of Japan's first contact in the case with the board."""
    asked = (LETTERS.c.case_id == 4) & (LETTERS.c.party == "JP") & (LETTERS.c.purpose == "request")
    with db.reading(place.engine) as session:
        letter = session.execute(LETTERS.select().where(asked).order_by(LETTERS.c.id.desc())).first()
    assert letter is not None, "Japan was asked"
    token = links.token_behind(
        SECRET, letter.token_hash, 4, letter.round, letter.member, letter.contact_id
    )
    assert token is not None, "the letter's link was made with the secret of the benchmarks"
    return token


# ------------------------------------------------------------------------------------------- asking


class Client:
    """One connection that is kept open, as a browser does."""

    def __init__(self, port: int, cookie: str) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self._headers = {"Cookie": f"{COOKIE}={cookie}"}

    def warm(self, address: str) -> bytes:
        """Ask some times without the clock; the last answer."""
        body = b""
        for _ in range(WARM_UP):
            body = self._ask(address)
        return body

    def lap(self, address: str) -> float:
        """Ask once; the seconds it took."""
        start = time.perf_counter()
        self._ask(address)
        return time.perf_counter() - start

    def close(self) -> None:
        self._connection.close()

    def _ask(self, address: str) -> bytes:
        self._connection.request("GET", address, headers=self._headers)
        answer = self._connection.getresponse()
        body = answer.read()
        assert answer.status == 200, f"{address}: {answer.status} {body[:300]!r}"
        return body


@contextmanager
def _server(what: str, url: str, cookie: str) -> Iterator[Client]:
    """A server in a process of its own, and a client of it."""
    command = [sys.executable, "-m", "tests.bench.served", what, url]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            port = process.stdout.readline().strip()
            assert port, f"the server '{what}' has not started"
            client = Client(int(port), cookie)
            yield client
            client.close()
        finally:
            process.terminate()
