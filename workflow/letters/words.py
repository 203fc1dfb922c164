"""What a letter is about, said in one language: names, days, answers, and the tables all letters share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from notifications import REPLY_LINK
from states.facts import Asked, Round
from states.periods import Period, PeriodError, local_day
from states.positions import positions
from states.procedure import Ask
from workflow import i18n
from workflow.letters.matter import Matter


@dataclass(frozen=True, slots=True)
class Words:
    """A matter in one language."""

    matter: Matter
    language: str
    #: The member asked for whom the letter is, where it is for one.
    member: Asked | None = None

    def day(self, of: Any) -> str:
        """A day in words; "" for none."""
        return i18n.day(of, self.language) if isinstance(of, date) else str(of or "")

    def moment(self, at: Any) -> str:
        """An instant in words, its zone named; a day in words; "" for none."""
        if isinstance(at, datetime):
            return i18n.moment(at, self.matter.zone, self.language)
        return self.day(at)

    def word(self, kind: str, name: Any) -> str:
        """A word of the law file; "" for none."""
        return i18n.word(kind, str(name), self.language) if name else ""

    def party(self, code: Any) -> str:
        """The name of a Party, by its code; "" for none."""
        if not code:
            return ""
        names = self.matter.names.get(str(code))
        named = i18n.named_in(self.language, names) or i18n.country(str(code), self.language)
        # Registers are typed with the apostrophe of a keyboard.
        return named.replace("'", "’") if self.language == "fr" else named

    def parties(self, codes: Iterable[str]) -> str:
        """The names of Parties, in the alphabetical order of the language."""
        return i18n.listed(self.sorted_parties(codes), self.language)

    def sorted_parties(self, codes: Iterable[str]) -> list[str]:
        """The same, one by one."""
        return sorted((self.party(code) for code in codes), key=i18n.sort_key)

    def voice(self, words: str) -> str:
        """Who has spoken: "Permanent Mission of France"; of a seat, the Party that spoke, and as what."""
        role, _, rest = words.partition(":")
        code = rest.partition("/")[0]
        if role == "seat":
            party, rank = self._seat(rest)
            return i18n.form("voice", rank, self.language, party=self.party(party))
        if words in self.matter.law.bodies:
            law = self.matter.law
            return i18n.title(law.bodies[words].title, self.language, law.id)
        return i18n.voice(words, self.language, {code: self.party(code)})

    def _seat(self, spoken_by: str) -> tuple[str, str]:
        """Who speaks in that name, and whether as member or as alternate."""
        round_ = self.matter.round
        for seat in round_.asked if round_ is not None else ():
            if spoken_by in (seat.code, seat.party):
                return seat.party, "member"
            if spoken_by == seat.alternate:
                return seat.alternate, "alternate"
        return spoken_by, "seat"

    def meeting(self, ordinal: Any) -> str:
        """A meeting with its days: "COP15 (23–31 July 2025)"."""
        found = next((m for m in self.matter.meetings if m.ordinal == ordinal), None)
        if found is None:
            return str(ordinal or "")
        dates = i18n.span(found.starts, found.ends, self.language)
        return i18n.form("form", "meeting", self.language, meeting=found.ordinal, dates=dates)

    # ------------------------------------------------------------------------ the common tables

    def case(self) -> dict[str, Any]:
        """Which case it is."""
        case = self.matter.case
        return {
            "reference": case.reference,
            "title": case.title,
            "partner": str(case.partner.get("name") or ""),
            "sector": str(case.partner.get("sector") or ""),
            "home": self.party(case.partner.get("home")),
            "territory": self.parties(case.territory),
        }

    def office(self) -> dict[str, Any]:
        """Who writes."""
        of = self.matter.settings.secretariat
        said = {
            name: i18n.title(getattr(of, name), self.language) for name in ("name", "address", "signatory")
        }
        return said | {"email": of.email, "phone": of.phone, "website": of.website}

    def ask(self) -> dict[str, Any]:
        """What is asked, until when, what silence means, and how to answer."""
        round_, ask = self.matter.round, self.matter.ask
        if round_ is None or ask is None:
            return {}
        reply_by, closes_at = window_of(round_, self.member)
        zone = self.matter.zone
        return {
            "title": i18n.title(self.matter.law.states[round_.state].title, self.language),
            "reply_by": i18n.last_moment(reply_by, zone, self.language),
            "closes": self.moment(closes_at),
            "zone": self._zone(reply_by, local_day(closes_at, zone)),
            "days": _days(round_.within),
            "silence": silence(ask, self.language),
            "answers": [self._answer(ask, answer) for answer in ask.answers],
            "link": REPLY_LINK,
            "reply_to": self.matter.reply_to,
        }

    def _zone(self, *of: date) -> str:
        # The clocks may change between the last day and the closing after a weekend.
        offsets = " / ".join(dict.fromkeys("UTC" + i18n.offset(each, self.matter.zone) for each in of))
        return i18n.form("form", "zone", self.language, zone=self.matter.zone.key, offsets=offsets)

    def _answer(self, ask: Ask, answer: str) -> str:
        said = self.word("answer", answer)
        if answer in ask.reasons:
            return i18n.form("note", "reasons", self.language, answer=said)
        if answer in ask.conditions:
            return i18n.form("note", "conditions", self.language, answer=said)
        if answer in ask.question and ask.question_extends is not None:
            period = i18n.period(ask.question_extends, self.language)
            return i18n.form("note", "question", self.language, answer=said, period=period)
        return said

    def counts(self, counts: Mapping[str, int]) -> list[dict[str, Any]]:
        """How many gave each answer, in the order of the law file; the silent and the late last."""
        ask = self.matter.ask
        order = [*(ask.answers if ask is not None else ()), "silent", "late", "unreached"]
        ranked = sorted(counts.items(), key=lambda c: order.index(c[0]) if c[0] in order else len(order))
        return [{"label": self.word("answer", name), "count": count} for name, count in ranked if count]

    def parties_against(self) -> str:
        """The Parties that spoke against, or whose seat did; "" for none."""
        round_, ask = self.matter.round, self.matter.ask
        if round_ is None or ask is None:
            return ""
        against = {p.code for p in positions(round_, self.matter.case, ask) if p.word in ask.against}
        return self.parties({m.party for m in round_.asked if m.code in against})

    def said_against(self) -> list[tuple[str, str]]:
        """(who, in their own words) of those asked who spoke against, or set conditions nobody accepted."""
        round_, ask, case = self.matter.round, self.matter.ask, self.matter.case
        if round_ is None or ask is None:
            return []
        found = []
        for each in positions(round_, case, ask):
            if each.answer is None or each.word in ask.favour:
                continue
            if each.word in ask.against:
                reasons = each.answer.reasons or each.answer.text
                words = reasons or i18n.word("why", "no_reasons", self.language)
            elif each.word in ask.conditions and ask.conditions_need_acceptance:
                words = i18n.form("why", "conditions", self.language, conditions=each.answer.conditions)
            else:
                continue
            found.append((self.voice(each.answer.voice), words))
        return found


def window_of(round_: Round, member: Asked | None) -> tuple[date, datetime]:
    """The printed last day and the closing for a member: its own where that is later than the general one."""
    if member is None or member.reply_by is None or member.closes_at is None:
        return round_.reply_by, round_.closes_at
    if member.closes_at <= round_.closes_at:
        return round_.reply_by, round_.closes_at
    return member.reply_by, member.closes_at


def silence(ask: Ask, language: str) -> str:
    """What silence means, as a sentence: by the rule that decides, where silence is no answer."""
    precise = f"{ask.silence}/{ask.rule}"
    said = i18n.word("silence", precise, language)
    return said if said.endswith(".") else i18n.word("silence", ask.silence, language)


def _days(within: str) -> int:
    try:
        period = Period.parse(within)
    except PeriodError:
        return 0
    return period.amount if period.unit == "days" else 0
