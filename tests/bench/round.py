"""Opening the all-Party round: 173 Parties are asked, 346 letters rendered in three languages and stored.

One command, one transaction: round, members asked, window, reminders, event, number of the notification,
letters.
"""

from __future__ import annotations

from states.commands import Command
from states.reasons import Refused
from tests.bench import timing, world
from tests.bench.hand import Hand
from tests.bench.places import Place
from tests.bench.timing import Line
from tests.bench.written import Rows, Writing, count, look, writings
from workflow import db, engine

SUBJECT = "round"
GOAL_MS = 100
PARTIES, LETTERS = 173, 346
WHEN = world.at("2026-05-04 09:30")


def lines(places: list[Place], rounds: int, quick: bool) -> list[Line]:
    return [line for place in places for line in _beside_hand(place, rounds)]


def _beside_hand(place: Place, rounds: int) -> list[Line]:
    own = prepared(place, rounds + 2)
    other = own.copy()
    by_hand = _ByHand(own, other)
    # The first one fills the caches, for templates as for statements.
    ids = iter(range(1, rounds + 2))
    open_round(own, next(ids))
    by_hand.follow(1)
    by_hand.write()

    def assent() -> float:
        case_id, clock = next(ids), timing.Clock()
        with clock.running():
            open_round(own, case_id)
        by_hand.follow(case_id)
        return clock.seconds

    def hand() -> float:
        clock = timing.Clock()
        with clock.running():
            by_hand.write()
        return clock.seconds

    seen = timing.medians(timing.in_turn({"assent": assent, "by hand": hand}, rounds))
    rows = by_hand.count
    by_hand.close()
    for each in (own, other):
        each.drop()
    what = f"{place.kind}: {rows['asked']} Parties asked, {rows['letters']} letters rendered and stored"
    note = f"{seen['assent'] / seen['by hand']:.1f} x by hand"
    line = (
        timing.at_most(SUBJECT, what, seen["assent"] * 1000, GOAL_MS, "ms", note)
        if place.is_sqlite
        else timing.told(SUBJECT, what, f"{timing.ms(seen['assent'])} ({note})")
    )
    told = ", ".join(f"{n} {table}" for table, n in rows.items())
    return [
        line,
        timing.told(SUBJECT, f"{place.kind}: by hand, the rows ready: {told}", timing.ms(seen["by hand"])),
    ]


def prepared(place: Place, cases: int) -> Place:
    """A copy with so many cases of which all Parties are to be notified; their ids begin at 1."""
    made = place.copy()
    with db.transaction(made.engine) as session:
        world.settle(session)
        for n in range(cases):
            world.until_notification(session, world.proposal(session, f"Evian Project {n}", _OPENED))
    return made


def open_round(place: Place, case_id: int) -> None:
    """Send the question to all Parties."""
    with db.transaction(place.engine) as session:
        done = engine.perform(session, case_id, Command("dispatch", world.OFFICER), WHEN)
    assert not isinstance(done, Refused), done
    assert done.letters == LETTERS, done


class _ByHand:
    """Writes on a second database what the first has written, its values ready."""

    def __init__(self, own: Place, other: Place) -> None:
        self._own, self._other = Hand(own), Hand(other)
        self._before: dict[int, Rows] = {}
        self._case_id = 0
        self._writings: list[Writing] = []
        for (case_id,) in self._own.all("SELECT id FROM cases"):
            self._before[case_id] = look(self._own, [case_id])
        self._own.end()

    def follow(self, case_id: int) -> None:
        """Prepare what was written about a case."""
        self._case_id = case_id
        self._writings = writings(self._before[case_id], look(self._own, [case_id]))

    def write(self) -> None:
        hand, case_id = self._other, self._case_id
        hand.begin()
        hand.all(f"SELECT * FROM cases WHERE id = ?{hand.lock}", (case_id,))
        for table in ("rounds", "asked", "answers", "deadlines"):
            hand.all(f"SELECT * FROM {table} WHERE case_id = ?", (case_id,))
        hand.all("SELECT head FROM register_head WHERE id = 0")
        hand.all(
            "SELECT c.*, p.name_en, p.name_fr, p.name_es, p.language FROM contacts c JOIN parties p"
            " ON p.register = c.register AND p.code = c.party WHERE c.register = 'ramsar'"
        )
        hand.all(f"SELECT last FROM numbers WHERE register = 'notification' AND year = 2026{hand.lock}")
        hand.do("UPDATE numbers SET last = last + 1 WHERE register = 'notification' AND year = 2026")
        for each in self._writings:
            hand.do_many(each.statement, each.values)
        hand.commit()

    @property
    def count(self) -> dict[str, int]:
        return count(self._writings)

    def close(self) -> None:
        self._own.close()
        self._other.close()


_OPENED = world.at("2026-02-02 09:30")
