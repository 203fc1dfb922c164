"""The timeline of a case in the reader's language: when, what, by whom, and what it brought."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from states.procedure import Procedure
from states.sheets import question_of
from workflow import i18n
from workflow.hands import Hand
from workflow.timeline import Entry
from workflow.web.showing import say

#: What an event may tell as somebody's own words, in the order in which it is told.
_OWN_WORDS = (
    "reason",
    "reasons",
    "no_territory_reason",
    "changes",
    "conditions",
    "text",
    "evidence",
    "findings",
)


@dataclass(frozen=True, slots=True)
class Happened:
    """One event as the page shows it."""

    seq: int
    at: datetime
    title: str
    who: str
    #: What it brought, each a short sentence.
    says: tuple[str, ...]
    #: Somebody's own words, as they are.
    own_words: tuple[str, ...]
    #: Title of the state entered with it, or "".
    to: str


class Teller:
    """Tells the events of one case in one language.

    names   code of a Party -> its name
    hands   reference of an event's person -> whose hand it was
    """

    def __init__(
        self, law: Procedure, language: str, names: Callable[[str], str], hands: Mapping[str, Hand]
    ) -> None:
        self._law, self._language, self._names, self._hands = law, language, names, hands

    def tell(self, entries: Iterable[Entry]) -> list[Happened]:
        """The events, the newest first."""
        return [self._told(entry) for entry in entries][::-1]

    def who(self, entry: Entry) -> str:
        """By whose hand it was, and for whom."""
        hand = self._hands.get(entry.person)
        name = hand.name if hand is not None and hand.name else self.voice(entry.actor)
        for_whom = entry.on_behalf and self.voice(entry.on_behalf)
        for_whom = for_whom or (hand.for_whom if hand is not None else "")
        return self._t("{name} for {for_whom}", name=name, for_whom=for_whom) if for_whom else name

    def party(self, code: str) -> str:
        """What a Party is called."""
        return self._names(code)

    def voice(self, words: str) -> str:
        """Who speaks: "Permanent Mission of France", "Clock"."""
        code = words.partition(":")[2].partition("/")[0]
        if words in self._law.bodies:
            return i18n.title(self._law.bodies[words].title, self._language, self._law.id)
        return i18n.voice(words, self._language, {code: self._names(code)} if code else None)

    def _told(self, entry: Entry) -> Happened:
        data = entry.data
        own = [str(data[name]) for name in _OWN_WORDS if data.get(name) and isinstance(data[name], str)]
        if entry.actor == "clock":
            # Nobody's own words: what has changed in a register, told by us.
            own = [i18n.retold(words, self._language) for words in own]
        state = self._law.states.get(entry.to)
        return Happened(
            seq=entry.seq,
            at=entry.at,
            title=i18n.title(entry.title, self._language),
            who=self.who(entry),
            says=tuple(self._says(entry.kind, data)),
            own_words=tuple(own),
            to=i18n.title(state.title, self._language) if state is not None else "",
        )

    def _says(self, kind: str, data: Mapping[str, Any]) -> Iterator[str]:
        if data.get("word"):
            word = i18n.word("answer", data["word"], self._language)
            yield self._t("{word}, too late", word=word) if data.get("late") else word
        if kind == "overdue" and data.get("title"):
            yield i18n.title(str(data["title"]), self._language)
        if data.get("asked"):
            day = self._day(data["reply_by"])
            yield self._t("{number} asked, to reply by {day}", number=data["asked"], day=day)
        if data.get("outcome"):
            yield self._counts(data)
        if "reminded" in data:
            yield self._t("{number} reminded", number=data["reminded"])
        if data.get("old") and data.get("new"):
            yield self._t("from {old} to {new}", old=self._day(data["old"]), new=self._day(data["new"]))
        if data.get("result"):
            yield self._decision(data)
        if data.get("item"):
            yield self._item(str(data["item"]))
        yield from self._gathered(data)
        if kind == "mail_received":
            yield from self._mail(data)
        yield from self._named(kind, data)

    def _mail(self, data: Mapping[str, Any]) -> Iterator[str]:
        """Who wrote, if that is known, and whether anybody did."""
        if data.get("from_voice"):
            yield self.voice(str(data["from_voice"]))
        is_automatic = data.get("verdict") == "automatic"
        yield self._t("sent by a program") if is_automatic else self._t("written by somebody")

    def _gathered(self, data: Mapping[str, Any]) -> Iterator[str]:
        """Answers on sheets, risks, the form of the agreement, signatures and members."""
        law, language = self._law, self._language
        question = question_of(law, str(data.get("question", "")))
        if question is not None:
            said = str(data["answer"])
            told = i18n.word("sheet", said, language) if said in question.answers else said
            yield f"{i18n.title(question.asks, language)} {told}"
        if data.get("level") and data.get("kind") in law.risks:
            level = i18n.word("risk", data["level"], language)
            yield f"{i18n.title(law.risks[data['kind']].title, language)}{i18n.colon(language)}{level}"
            yield from (str(data[name]) for name in ("mitigation", "owner") if data.get(name))
        if data.get("form") in law.agreements:
            yield i18n.title(law.agreements[data["form"]].title, language)
        if data.get("signer"):
            signer = law.signers.get(data["signer"], "")
            yield str(data.get("organization") or i18n.title(signer, language))
        # An answer names a member too: the one who was asked, told as whoever spoke.
        if data.get("member") and not data.get("word"):
            category = law.membership.categories.get(data.get("category", "")) if law.membership else None
            known = f" ({i18n.title(category.title, language)})" if category is not None else ""
            yield f"{data['member']}{known}"

    def _money(self, data: Mapping[str, Any]) -> Iterator[str]:
        """What was booked; and why it is held, where it is."""
        what = i18n.word("entry", data["kind"], self._language)
        amount = i18n.amount(data["amount"], data["currency"], self._language)
        yield f"{what} {amount} {data['currency']}"
        if data.get("who"):
            yield str(data["who"])
        if data.get("held"):
            yield self._t("held in suspense: at that time no agreement was in force")

    def _named(self, kind: str, data: Mapping[str, Any]) -> Iterator[str]:
        """Parties, papers and people that an event names."""
        if data.get("risk"):
            yield self._t("risk: {risk}", risk=i18n.word("risk", data["risk"], self._language))
        if data.get("kind") and kind in ("amend", "corrigendum"):
            what = "amendment" if kind == "amend" else "corrigendum"
            yield i18n.word(what, data["kind"], self._language)
        if data.get("amount"):
            yield from self._money(data)
        if data.get("due"):
            yield self._t("by {day}", day=self._day(data["due"]))
        if data.get("verdict"):
            yield i18n.word("complaint", data["verdict"], self._language)
        if data.get("party"):
            yield self._names(str(data["party"]))
        codes = data.get("unreached") or data.get("parties")
        if codes:
            named = sorted((self._names(code) for code in codes), key=i18n.sort_key)
            yield self._t("not reached: {parties}", parties=i18n.listed(named, self._language))
        if data.get("scan"):
            yield str(data["scan"])
        if kind == "letters_posted":
            channel = i18n.word("channel", str(data["channel"]), self._language)
            yield f"{len(data['letters'])} × {channel}, {self._day(data['on'])}"
        if kind == "document_added" and data.get("name"):
            yield self._t("{name}, version {version}", name=data["name"], version=data["version"])
        if data.get("signed_by"):
            yield self._t("signed by {name}", name=data["signed_by"])

    def _counts(self, data: Mapping[str, Any]) -> str:
        outcome = i18n.word("outcome", str(data["outcome"]), self._language)
        counts = [
            f"{number} × {i18n.word('answer', word, self._language)}"
            for word, number in data.get("counts", {}).items()
        ]
        return f"{outcome}{i18n.colon(self._language)}{', '.join(counts)}" if counts else outcome

    def _decision(self, data: Mapping[str, Any]) -> str:
        result = i18n.word("result", str(data["result"]), self._language)
        votes = [
            f"{i18n.word('vote', name, self._language)} {number}"
            for name, number in (data.get("votes") or {}).items()
        ]
        told = [part for part in (data.get("meeting"), result, *votes) if part]
        return ", ".join(str(part) for part in told)

    def _item(self, item: str) -> str:
        words = next((items[item] for items in self._law.checklists.values() if item in items), item)
        return i18n.title(words, self._language)

    def _day(self, text: str) -> str:
        return i18n.day(date.fromisoformat(text), self._language)

    def _t(self, text: str, **values: Any) -> str:
        return say(text, self._language, **values)
