"""Reply links as they were mailed, and forms as a browser would send them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from sqlalchemy import Engine, func, select, update

from tests import build
from workflow import db, links, models, queries
from workflow.queries import EVENTS, LETTERS

#: Everything that looking at a page must leave alone.
_TABLES = ("cases", "rounds", "asked", "answers", "objections", "events", "letters", "documents", "keys")


def arrive(on: Engine) -> None:
    """Every letter that waits has been sent."""
    with db.transaction(on) as session:
        session.execute(update(LETTERS).where(LETTERS.c.status == "waiting").values(status="sent"))


def addresses(on: Engine, case_id: int, round_no: int | None = None, **having: Any) -> list[str]:
    """The addresses `/r/...` of the reply links of a case, each once, in the order of its letters.

    having   columns of the letter, such as member or purpose
    """
    wanted = select(LETTERS).where(LETTERS.c.case_id == case_id, LETTERS.c.token_hash != "")
    if round_no is not None:
        wanted = wanted.where(LETTERS.c.round == round_no)
    for name, value in having.items():
        wanted = wanted.where(LETTERS.c[name] == value)
    with db.reading(on) as session:
        rows = session.execute(wanted.order_by(LETTERS.c.id)).all()
    found = []
    for row in rows:
        of = (row.case_id, row.round, row.member, row.contact_id)
        token = links.token_behind(build.SECRET, row.token_hash, *of)
        assert token is not None, "a link that was made with another secret"
        found.append(f"/r/{token}")
    return list(dict.fromkeys(found))


def counts(on: Engine) -> dict[str, int]:
    """How many rows each table has that an answer could touch."""
    tables = models.Base.metadata.tables
    with db.reading(on) as session:
        return {n: session.scalar(select(func.count()).select_from(tables[n])) or 0 for n in _TABLES}


def last_event(on: Engine, case_id: int) -> tuple[str, str]:
    """Kind and actor of the newest event of a case."""
    with db.reading(on) as session:
        row = session.execute(
            select(EVENTS.c.kind, EVENTS.c.actor).where(EVENTS.c.case_id == case_id).order_by(EVENTS.c.seq)
        ).all()[-1]
    return row.kind, row.actor


def answers(on: Engine, case_id: int) -> list[tuple[str, str, bool]]:
    """(voice, word, whether it came in time) of all answers of a case, in order."""
    with db.reading(on) as session:
        case = queries.load_case(session, case_id)
    assert case is not None
    said = [(a, r) for r in case.rounds for a in r.answers]
    return [
        (a.voice, a.word, a.received_at < r.closes_at) for a, r in sorted(said, key=lambda each: each[0].no)
    ]


@dataclass
class Form:
    """A form as it stands on a page."""

    action: str
    method: str
    #: Name -> value of what is sent if nobody touches anything.
    untouched: dict[str, str] = field(default_factory=dict)
    #: Names of the fields somebody can type into.
    typed: list[str] = field(default_factory=list)
    #: Name -> values that can be chosen or ticked.
    offered: dict[str, list[str]] = field(default_factory=dict)


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.links: list[str] = []
        self._is_in_form = False
        #: Name of the field in whose text the reader is, or "".
        self._text_of = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "a":
            self.links.append(given.get("href", ""))
        elif tag == "form":
            self.forms.append(Form(given.get("action", ""), given.get("method", "get")))
            self._is_in_form = True
        elif tag in ("input", "textarea") and self._is_in_form and given.get("name"):
            self._field(tag, given)

    def handle_data(self, data: str) -> None:
        if self._text_of:
            self.forms[-1].untouched[self._text_of] += data

    def handle_endtag(self, tag: str) -> None:
        self._is_in_form = self._is_in_form and tag != "form"
        self._text_of = "" if tag == "textarea" else self._text_of

    def _field(self, tag: str, given: dict[str, str]) -> None:
        form, name, kind = self.forms[-1], given["name"], given.get("type", "text")
        if kind in ("radio", "checkbox"):
            form.offered.setdefault(name, []).append(given.get("value", "on"))
            if "checked" in given:
                form.untouched[name] = given.get("value", "on")
        elif kind == "file":
            return
        else:
            form.untouched[name] = given.get("value", "")
            self._text_of = name if tag == "textarea" else ""
            if kind != "hidden":
                form.typed.append(name)


def forms(page: str) -> list[Form]:
    """The forms of a page."""
    read = _Forms()
    read.feed(page)
    return read.forms


def links_in(page: str) -> list[str]:
    """Where a page leads."""
    read = _Forms()
    read.feed(page)
    return read.links


def form_to(page: str, ending: str = "") -> Form:
    """The one form of a page that goes to an address with this ending; "": to the page itself."""

    def fits(form: Form) -> bool:
        path = form.action.partition("?")[0]
        return path.endswith(ending) if ending else path.count("/") == 2

    found: Iterable[Form] = [form for form in forms(page) if form.method == "post" and fits(form)]
    (one,) = found
    return one
