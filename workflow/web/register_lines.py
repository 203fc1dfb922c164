"""A line of the register in a reader's words: one set of columns for the screen and for the files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from states.periods import local_day
from states.procedure import Procedure
from states.zones import zone_of
from workflow import i18n
from workflow.search import Line, Wanted
from workflow.web.showing import HOME_ZONE, say
from workflow.web.site import Site

#: Field of `Shown` -> the heading of its column.
COLUMNS: Mapping[str, str] = {
    "reference": "Case",
    "title": "Title",
    "partner": "Partner",
    "procedure": "Procedure",
    "stage": "Stage",
    "parties": "Parties concerned",
    "officer": "Officer",
    "next_day": "Next date",
    "what": "What is due",
    "objecting": "Objections",
    "opened": "Opened",
    "found_in": "Found in",
}
#: Where words stand (gather.PLACES), as a reader calls it.
PLACES: Mapping[str, str] = {
    "title": "title",
    "partner": "partner",
    "party": "Parties",
    "summary": "summary",
    "document": "document",
    "reply": "reply",
    "letter": "letter",
}


@dataclass(frozen=True, slots=True)
class Shown:
    """One case, in words."""

    reference: str
    title: str
    partner: str
    procedure: str
    stage: str
    parties: str
    officer: str
    next_day: date | None
    #: What has to be done by then; and the same with the word that it is overdue.
    due: str
    what: str
    objecting: str
    opened: date
    found_in: str
    is_overdue: bool
    is_final: bool


class Told:
    """Tells lines in one language."""

    def __init__(self, site: Site, language: str, names: Mapping[str, str], staff: Mapping[str, str]) -> None:
        """
        names   code of a Party -> its name
        staff   sign-in name -> full name
        """
        self._language, self._names, self._staff = language, names, staff
        # Titles of the newest edition: only the words of a stage are wanted, and any edition has them.
        self._laws: dict[str, Procedure] = {law.id: law for law in site.house.laws.all}
        self._zone = zone_of(HOME_ZONE)

    def columns(self, wanted: Wanted) -> list[tuple[str, str]]:
        """Field and heading of each column: where words were found is told when some were asked for."""
        left_out = set()
        if not wanted.q:
            left_out.add("found_in")
        if len(self._laws) == 1:
            left_out.add("procedure")
        return [(key, say(words, self._language)) for key, words in COLUMNS.items() if key not in left_out]

    def shown(self, line: Line, places: Sequence[str] = ()) -> Shown:
        """One line."""
        law = self._laws.get(line.procedure)
        state = law.states.get(line.state) if law is not None else None
        stage = i18n.title(state.title, self._language) if state is not None else line.state
        if line.held_on is not None:
            stage = self._say("{stage} (on hold)", stage=stage)
        # What is on hold has no date until it is resumed.
        due = line.next if line.next is not None and not line.next.is_held else None
        what = ""
        if due is not None:
            what = i18n.title(due.title, self._language) if due.title else self._say("The window closes")
        is_overdue = due is not None and due.is_overdue
        return Shown(
            reference=line.reference,
            title=line.title,
            partner=line.partner,
            procedure=i18n.title(law.title, self._language) if law is not None else line.procedure,
            stage=stage,
            parties=self._named(line.territory),
            officer=self._staff.get(line.officer, line.officer),
            next_day=due.day if due is not None else None,
            due=what,
            what=f"{self._say('overdue')}{i18n.colon(self._language)}{what}" if is_overdue else what,
            objecting=self._named(line.objecting),
            opened=local_day(line.opened_at, self._zone),
            found_in=", ".join(self._say(PLACES[place]) for place in places),
            is_overdue=is_overdue,
            is_final=state is not None and state.final,
        )

    def _named(self, codes: Sequence[str]) -> str:
        named = [self._names.get(code, code) for code in codes]
        return "; ".join(sorted(named, key=i18n.sort_key))

    def _say(self, text: str, **values: str) -> str:
        return say(text, self._language, **values)
