"""The reply board as data: where everyone asked in a round stands, in the order in which it is shown.

One list feeds the tiles, the table, the counts, and the files that are taken away: they cannot differ.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from states.facts import Answer, Asked, Case, Round
from states.positions import LATE, SILENT, UNREACHED, positions
from states.procedure import Ask, Procedure
from states.zones import zone_of
from workflow import i18n, models
from workflow.queries import LETTERS, MEMBERS_POSTED, PARTIES, World, table
from workflow.web.showing import say

SEATS = table(models.Seat)

#: The request still waits in the queue for everyone who speaks for the member.
UNSENT = "unsent"
#: Where somebody stands who has given no answer that counts, the best first.
WITHOUT = (SILENT, LATE, UNREACHED, UNSENT)
#: How these are said; the words of answers are the law file's.
WORDS: Mapping[str, str] = {
    SILENT: "No answer",
    LATE: "Answered too late",
    UNREACHED: "Not reached",
    UNSENT: "Letter not yet sent",
}
#: Class of a tile -> its sign. Colour, sign and word say the same.
SIGNS: Mapping[str, str] = {"good": "✓", "bad": "✕", "warn": "±", "note": "?", "mute": "•", "silent": "–"}
_SIGNS_OF: Mapping[str, str] = {LATE: "◷", UNREACHED: "!", UNSENT: "…", "support": "+"}

_REQUESTS = select(LETTERS.c.member, LETTERS.c.status).where(
    LETTERS.c.case_id == bindparam("case"),
    LETTERS.c.round == bindparam("round"),
    LETTERS.c.purpose == "request",
)
_REGIONS = select(PARTIES.c.code, PARTIES.c.region).where(PARTIES.c.register == bindparam("register"))
_SEATS = select(SEATS.c.seat, SEATS.c.region, SEATS.c.starts, SEATS.c.ends).where(
    SEATS.c.body == bindparam("body")
)


@dataclass(frozen=True, slots=True)
class Tile:
    """Where one of those asked stands."""

    code: str
    #: Party that speaks for it, and its name in the page's language.
    party: str
    name: str
    #: In the page's language, or "".
    region: str
    #: The answer that counts, or silent, late, unreached, unsent.
    position: str
    #: The same in words.
    word: str
    #: Colour, as a class: good, bad, warn, note, mute or silent.
    look: str
    sign: str
    asked: Asked
    #: The answer that counts; of one who is late the newest that does not; None: nothing was said.
    answer: Answer | None
    reply_by: date
    closes_at: datetime


@dataclass(frozen=True, slots=True)
class Board:
    """Where everyone asked in a round stands."""

    round: Round
    ask: Ask
    #: By region, and there by name.
    tiles: tuple[Tile, ...]
    #: Position -> how many hold it; in the order of the law file, only what somebody holds.
    counts: Mapping[str, int]
    #: Position -> (word, class, sign).
    legend: Mapping[str, tuple[str, str, str]]

    def of(self, position: str) -> tuple[Tile, ...]:
        """The tiles of a position; all of them for ""."""
        return tuple(tile for tile in self.tiles if position in ("", tile.position))


def board_of(
    session: Session, law: Procedure, case_id: int, case: Case, round_: Round, known: World, language: str
) -> Board | None:
    """The board of a round; None where the law file asks nothing in that state."""
    ask = law.states[round_.state].ask
    if ask is None:
        return None
    reached = _reached(session, case_id, round_.no)
    regions = _regions(session, law, round_)
    newest = {answer.member: answer for answer in round_.answers}
    legend = {word: _shown(word, ask, language) for word in (*ask.answers, *WITHOUT)}
    tiles = []
    for member, held in zip(round_.asked, positions(round_, case, ask), strict=True):
        position = held.word or (LATE if held.late else _without(member.code, round_, reached))
        word, look, sign = legend.get(position) or _shown(position, ask, language)
        tiles.append(
            Tile(
                code=member.code,
                party=member.party,
                name=party_name(known, member.party, language),
                region=i18n.title(regions.get(member.code, ""), language),
                position=position,
                word=word,
                look=look,
                sign=sign,
                asked=member,
                answer=held.answer or (newest.get(member.code) if held.late else None),
                reply_by=member.reply_by or round_.reply_by,
                closes_at=max(member.closes_at or round_.closes_at, round_.closes_at),
            )
        )
    tiles.sort(key=lambda tile: (i18n.sort_key(tile.region), i18n.sort_key(tile.name), tile.code))
    counted = Counter(tile.position for tile in tiles)
    counts = {position: counted[position] for position in legend if counted[position]}
    return Board(round_, ask, tuple(tiles), counts, legend)


def party_name(known: World, code: str, language: str) -> str:
    """What a Party is called in a language, as its register writes it."""
    names = known.names.get(code)
    named = i18n.named_in(language, names) or i18n.country(code, language)
    # Registers are typed with the apostrophe of a keyboard.
    return named.replace("'", "’") if language == "fr" else named


def look_of(word: str, ask: Ask) -> str:
    """The class of an answer: what it means for the question, not how it is called."""
    if word in ask.conditions:
        return "warn"
    if word in ask.against:
        return "bad"
    if word in ask.question:
        return "note"
    return "good" if word in ask.favour else "mute"


def _shown(position: str, ask: Ask, language: str) -> tuple[str, str, str]:
    if position in WITHOUT:
        look = {SILENT: "silent", UNSENT: "silent"}.get(position, "warn")
        return say(WORDS[position], language), look, _SIGNS_OF.get(position) or SIGNS[look]
    look = look_of(position, ask)
    return i18n.word("answer", position, language), look, _SIGNS_OF.get(position) or SIGNS[look]


def _without(code: str, round_: Round, reached: Mapping[str, set[str]]) -> str:
    """Where somebody stands who has said nothing: silent only if the question reached it."""
    statuses = reached.get(code, set())
    if code in round_.unreached and "sent" not in statuses:
        return UNREACHED
    if "sent" in statuses:
        return SILENT
    return UNSENT if statuses & {"waiting", "sending", "withheld"} else UNREACHED


def _reached(session: Session, case_id: int, no: int) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for member, status in session.connection().execute(_REQUESTS, {"case": case_id, "round": no}):
        found.setdefault(member, set()).add(status)
    for member in session.connection().scalars(MEMBERS_POSTED, {"id": case_id, "no": no}):
        found.setdefault(member, set()).add("sent")
    return found


def _regions(session: Session, law: Procedure, round_: Round) -> dict[str, str]:
    """Member -> its region: that of the Party, or that of the seat as it was when the question was put."""
    connection = session.connection()
    if round_.of not in law.bodies:
        return {row.code: row.region for row in connection.execute(_REGIONS, {"register": law.parties})}
    day = round_.opened_at.astimezone(zone_of(law.timezone)).date()
    rows = connection.execute(_SEATS, {"body": round_.of})
    return {
        seat: region for seat, region, starts, ends in rows if starts <= day and (ends is None or day <= ends)
    }
