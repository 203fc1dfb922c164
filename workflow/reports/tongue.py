"""The words of a report in one language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from notifications.paper import Office
from states.facts import Meeting
from states.procedure import Procedure
from states.zones import zone_of
from workflow import i18n
from workflow.config import Secretariat
from workflow.printing import office as letterhead


@dataclass(frozen=True, slots=True)
class Tongue:
    """One language, with the names of the Parties."""

    language: str
    names: Mapping[str, tuple[str, str, str]]

    def t(self, text: str, /, **values: object) -> str:
        """A text of a report."""
        return i18n.paper(text, self.language, **values)

    def title(self, english: str) -> str:
        """A title of a law file."""
        return i18n.title(english, self.language)

    def word(self, kind: str, name: str) -> str:
        """A word of a law file; "" for none."""
        return i18n.word(kind, name, self.language) if name else ""

    def about(self, what: str, said: str) -> str:
        """`what: said`, with the blank before the colon that French has."""
        return f"{what}{i18n.colon(self.language)}{said}"

    def day(self, of: date | None) -> str:
        """A day; a dash for none."""
        return i18n.day(of, self.language, weekday=False) if of is not None else "–"

    def moment(self, at: datetime, law: Procedure) -> str:
        """An instant on the wall of the procedure's zone."""
        local = at.astimezone(zone_of(law.timezone))
        return f"{self.day(local.date())}, {local:%H:%M}"

    def party(self, code: str) -> str:
        """The name of a Party; "" for none."""
        if not code:
            return ""
        named = i18n.named_in(self.language, self.names.get(code)) or i18n.country(code, self.language)
        # Registers are typed with the apostrophe of a keyboard.
        return named.replace("'", "’") if self.language == "fr" else named

    def parties(self, codes: Iterable[str]) -> str:
        """The names of Parties, in alphabetical order."""
        named = sorted((self.party(code) for code in codes), key=i18n.sort_key)
        return i18n.listed(named, self.language)

    def voice(self, words: str, law: Procedure) -> str:
        """Who speaks or acts: `party:FR/mission` -> "Permanent Mission of France"."""
        if words in law.bodies:
            return self.title(law.bodies[words].title)
        role, _, rest = words.partition(":")
        code = rest.partition("/")[0]
        if role == "seat" and code in self.names:
            return self.party(code)
        return i18n.voice(words, self.language, {code: self.party(code)} if code else None)

    def audience(self, of: str, law: Procedure) -> str:
        """Those who are asked: a body by its title, others by their word."""
        return self.title(law.bodies[of].title) if of in law.bodies else self.word("audience", of)

    def amount(self, of: Decimal | str, currency: str) -> str:
        """An amount in the figures of the language."""
        return i18n.amount(of, currency, self.language)

    def meeting(self, of: Meeting) -> str:
        """A meeting with its days."""
        dates = i18n.span(of.starts, of.ends, self.language)
        return i18n.form("form", "meeting", self.language, meeting=of.ordinal, dates=dates)

    def clause(self, kind: str, name: str) -> str:
        """Heading or text of a clause of an agreement; "" where nobody has worded it."""
        return i18n.word(kind, name, self.language) if i18n.knows(kind, name) else ""

    def office_signatory(self, of: Secretariat) -> str:
        """Who signs for this house."""
        return self.title(of.signatory)

    def office(self, of: Secretariat) -> Office:
        """The letterhead."""
        return letterhead(of, self.language)
