"""The reply board: where everyone asked stands, as tiles, as a list, and as a file to take away."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, HTTPException, Request, Response
from markupsafe import Markup
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from states import questions
from states.facts import Facts, Round
from states.procedure import Procedure
from states.zones import zone_of
from workflow import engine, i18n, queries, spoken, spreadsheet, timeline
from workflow.queries import LETTERS, World
from workflow.web import curve, references, tiles, workbook
from workflow.web.kept import Version, kept_of, version_of
from workflow.web.people import Person, sees
from workflow.web.showing import fragment, language_of, page, say
from workflow.web.site import site_of
from workflow.web.tiles import Board

router = APIRouter()

_BOARD = f"/cases/{{reference:{references.KIND}}}/board"
#: Columns of the list and of the files.
_COLUMNS = (
    "Code",
    "Name",
    "Region",
    "Position",
    "Answered by",
    "Received",
    "Recorded",
    "Channel",
    "Reasons",
    "Conditions",
    "Text",
    "Reply by",
)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What of the board is asked for."""

    #: Number of the round; 0: the newest.
    round: int
    #: Only this position; "": all.
    position: str
    #: tiles or list.
    form: str


@router.get(_BOARD, name="board")
def show(request: Request, reference: str, person: Person = sees("board")) -> Response:
    """The board of a round: `?round=`, `?position=` for one position, `?form=list` for the list."""
    wanted, language = _wanted(request), language_of(request)
    with site_of(request).reading() as session:
        version = _version(session, reference)
        hour = site_of(request).now().replace(minute=0, second=0, microsecond=0)
        part = kept_of(request).of(
            ("board", version, hour, language, wanted),
            lambda: Markup(_made(request, session, version, wanted)),
        )
    return page(request, "board.html", part=part, reference=reference)


@router.get(f"{_BOARD}.csv", name="board_csv")
def as_csv(request: Request, reference: str, person: Person = sees("board")) -> Response:
    """The board of a round as CSV, filtered as the page is."""
    columns, rows, name = _file(request, reference)
    content = spreadsheet.write(columns, ([workbook.plain(cell) for cell in row] for row in rows))
    return workbook.attached(content, f"{name}.csv")


@router.get(f"{_BOARD}.xlsx", name="board_xlsx")
def as_xlsx(request: Request, reference: str, person: Person = sees("board")) -> Response:
    """The same as a workbook."""
    columns, rows, name = _file(request, reference)
    return workbook.attached(workbook.write(name, columns, rows), f"{name}.xlsx")


@router.get(f"{_BOARD}/{{code}}", name="board_member")
def show_member(request: Request, reference: str, code: str, person: Person = sees("board")) -> Response:
    """One of those asked: everything it has said in the case, and every letter to it."""
    language = language_of(request)
    with site_of(request).reading() as session:
        version = _version(session, reference)
        law, facts, known = _look(request, session, version)
        board = _board(session, version, law, facts, known, _wanted(request).round, language, code)
        tile = next(tile for tile in board.tiles if tile.code == code)
        said = spoken.said(session, version.case_id, law, facts.case, tile.party)
        letters = session.execute(_letters_to(version.case_id, tile.code, tile.party)).all()
    here = law.actions_in(facts.case.state)
    return page(
        request,
        "board_member.html",
        case=facts.case,
        law=law,
        board=board,
        tile=tile,
        said=said,
        waiting={each.no for each in questions.waiting(law, facts.case)},
        answers_by=next((a.name for a in here if a.does == "answer_question"), ""),
        worth=_WORTH,
        letters=letters,
        names={code: tiles.party_name(known, code, language) for code in (tile.party, tile.asked.alternate)},
    )


_WORTH = {
    spoken.COUNTS: "counts",
    spoken.REPLACED: "replaced by another answer",
    spoken.LATE: "too late",
    spoken.TAKEN_BACK: "taken back",
    spoken.EARLIER: "to an earlier text",
}


def _wanted(request: Request) -> _Wanted:
    asked = request.query_params
    no, position = asked.get("round", ""), asked.get("position", "")
    return _Wanted(
        int(no) if no.isascii() and no.isdigit() and len(no) < 5 else 0,
        position if re.fullmatch(r"[a-z_]{1,40}", position) else "",
        "list" if asked.get("form") == "list" else "tiles",
    )


def _version(session: Session, reference: str) -> Version:
    version = version_of(session, reference)
    if version is None:
        raise HTTPException(404, f"There is no case {reference}.")
    return version


def _look(request: Request, session: Session, version: Version) -> tuple[Procedure, Facts, World]:
    found = engine.facts_of(session, version.case_id, site_of(request).now())
    assert found is not None
    law, facts = found
    return law, facts, queries.world(session, law.parties)


def _board(
    session: Session,
    version: Version,
    law: Procedure,
    facts: Facts,
    known: World,
    no: int,
    language: str,
    member: str = "",
) -> Board:
    """The board of a round.

    no       its number; 0: the newest, or the newest in which `member` was asked
    Raises   HTTPException: there is none
    """
    case = facts.case
    rounds = [
        round_
        for round_ in case.rounds
        if no in (0, round_.no) and (not member or round_.member(member) is not None)
    ]
    board = (
        tiles.board_of(session, law, version.case_id, case, rounds[-1], known, language) if rounds else None
    )
    if board is None:
        raise HTTPException(404, f"Nobody of that name was asked in {case.reference}." if member else
                            f"In {case.reference} there is no such question.")  # fmt: skip
    return board


def _made(request: Request, session: Session, version: Version, wanted: _Wanted) -> str:
    language = language_of(request)
    law, facts, known = _look(request, session, version)
    board = _board(session, version, law, facts, known, wanted.round, language)
    words = {"answers": say("Answers", language), "reminder": say("Reminder", language)}
    entries = timeline.entries(session, version.case_id, law)
    return fragment(
        request,
        "board_part.html",
        case=facts.case,
        law=law,
        home=f"/cases/{version.reference}",
        board=board,
        shown=board.of(wanted.position),
        wanted=wanted,
        curve=curve.curve_of(law, board, entries, facts.now, words),
        rounds=[_told(law, round_, language) for round_ in facts.case.rounds],
        rows=list(_rows(law, board, wanted.position, known, language)) if wanted.form == "list" else [],
        columns=[say(column, language) for column in _COLUMNS],
    )


def _told(law: Procedure, round_: Round, language: str) -> tuple[int, str, str]:
    """Number, question and day of a round."""
    day = round_.opened_at.astimezone(zone_of(law.timezone)).date()
    return (
        round_.no,
        i18n.title(law.states[round_.state].title, language),
        i18n.day(day, language, weekday=False),
    )


def _file(request: Request, reference: str) -> tuple[list[str], Iterator[list[workbook.Cell]], str]:
    """Headings, rows and name of a file: of the same board that the page shows."""
    wanted, language = _wanted(request), language_of(request)
    with site_of(request).reading() as session:
        version = _version(session, reference)
        law, facts, known = _look(request, session, version)
        board = _board(session, version, law, facts, known, wanted.round, language)
    rows = _rows(law, board, wanted.position, known, language)
    name = f"{reference}-{board.round.no}" + (
        f"-{wanted.position}" if wanted.position in board.legend else ""
    )
    return [say(column, language) for column in _COLUMNS], rows, name


def _rows(
    law: Procedure, board: Board, position: str, known: World, language: str
) -> Iterator[list[workbook.Cell]]:
    """One row for each tile, in the order of the columns."""
    zone = zone_of(law.timezone)
    for tile in board.of(position):
        answer = tile.answer
        names = {tile.party: tile.name}
        row: list[workbook.Cell] = [tile.code, tile.name, tile.region, tile.word]
        if answer is None:
            row += [""] * 7
        else:
            row += [
                i18n.voice(answer.voice, language, names),
                answer.received_at.astimezone(zone),
                answer.recorded_at.astimezone(zone),
                i18n.word("channel", answer.channel, language) if answer.channel else "",
                answer.reasons,
                answer.conditions,
                answer.text,
            ]
        yield [*row, tile.reply_by]


_LETTER = (
    "id", "purpose", "template", "name", "email", "language", "status", "created_at", "sent_at", "round",
)  # fmt: skip


def _letters_to(case_id: int, member: str, party: str) -> Select[Any]:
    """Every letter of a case to one of those asked, the newest first."""
    return (
        select(*(LETTERS.c[name] for name in _LETTER))
        .where(LETTERS.c.case_id == case_id, (LETTERS.c.member == member) | (LETTERS.c.party == party))
        .order_by(LETTERS.c.id.desc())
    )
