"""An entry of the account of a law (states/account.py), with its names -> the same in words of a language.

The catalog law.po has its phrases with names for what is filled in, and each name says what stands there: a
state, a role, a period. What is filled in is then told as the law file and the catalogs call it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from states.procedure import Procedure
from workflow.i18n.catalogs import catalog, locale_of
from workflow.i18n.dates import listed, period
from workflow.i18n.sentences import shapes
from workflow.i18n.titles import knows, title, word

#: Label of an entry -> what stands there if no phrase fits.
_KINDS: Mapping[str, str] = {
    "Admits": "body",
    "Answers": "answer",
    "Asked": "asked",
    "Begins as": "state",
    "By": "roles",
    "Decided by": "bodies",
    "Framework of": "body",
    "In": "states",
    "Letters in": "languages",
    "May give": "details",
    "Needs": "details",
    "Only if": "conditions",
    "Regions": "titles",
    "Renewed by": "body",
    "Reports to": "bodies",
}
_LETTERS = frozenset({"On entry", "If it moves", "On objection", "If it lapses", "Tells"})
#: Between the parts of an entry; a basis in parentheses may have a semicolon of its own.
_NEXT = re.compile(r"; (?![^()]*\))")
_CITED = re.compile(r"(.+?)( \(.+\))", re.DOTALL)
_NOTES = re.compile(r", (?!which|once)")
_JOINTS = re.compile(r", | and | or ")


def provision(english: str, label: str, law: Procedure, language: str, *, cited: bool = False) -> str:
    """What an entry of a law's account says, in that language; what nobody has translated stays as it is.

    In English too: there only names become words ("mandate_check", "risk_kind").

    label   of the entry: "Leads to", "By when"
    cited   whether a basis in parentheses ends it: a source is quoted, and stays as it stands
    """
    told = _Teller(law, language)
    found = _CITED.fullmatch(english) if cited else None
    said, basis = (found[1], found[2]) if found else (english, "")
    between = catalog(language).text("about", "; ") or "; "
    kind = "letters" if label in _LETTERS else _KINDS.get(label, "state")
    return between.join(told.part(part, kind) for part in _NEXT.split(said)) + basis


class _Teller:
    """Says the parts of an entry, each as what it is."""

    def __init__(self, law: Procedure, language: str) -> None:
        self._law = law
        self._language = language
        self._single: Mapping[str, Callable[[str], str]] = {
            "action": self._action,
            "answer": lambda name: word("answer", name, language),
            "asked": self._body,
            "audience": self._audience,
            "body": self._body,
            "checklist": lambda name: word("checks", name, language),
            "condition": lambda english: self.part(english, ""),
            "detail": lambda name: word("detail", name, language),
            "language": lambda code: str(locale_of(language).languages.get(code, code)),
            "letters": lambda english: self.part(english, ""),
            "mark": lambda name: self._word("mark", name),
            "period": lambda length: period(length, language),
            "question": self._question,
            "rank": lambda name: word("rank", name, language),
            "result": lambda name: self._word("result", name),
            "role": self._role,
            "said": lambda name: self._word("sheet", name),
            "sheet": self._sheet,
            "state": self._state,
            "status": lambda english: self.part(english, ""),
            "template": lambda name: word("template", name, language),
            "title": self._title,
            "way": lambda english: self.part(english, "state"),
        }

    def part(self, english: str, kind: str) -> str:
        """One part of an entry: a phrase of the catalog, else what stands where its kind stands."""
        if kind == "state" and english in self._law.states:
            return self._state(english)
        asks, mark, rest = english.partition("? ")
        if mark:
            return f"{self._title(asks + '?')} {self.part(rest, kind)}"
        if (exact := self._title(english)) != english:
            return exact
        if (phrase := self._phrase(english)) is not None:
            return phrase
        if english[:1].isupper() and (phrase := self._phrase(english[:1].lower() + english[1:])) is not None:
            return phrase[:1].upper() + phrase[1:]
        return self._value(kind, english) if kind else english

    def _title(self, english: str) -> str:
        return title(english, self._language, self._law.id)

    def _phrase(self, english: str) -> str | None:
        if exact := catalog(self._language).text("law", english):
            return exact
        for pattern, translated in shapes(self._language, "law"):
            if found := pattern.fullmatch(english):
                values = found.groupdict().items()
                return translated.format(**{n: self._value(n.rstrip("0123456789"), v) for n, v in values})
        return None

    def _value(self, kind: str, english: str) -> str:
        """What is filled in: one of a kind, or, as a plural says, several of it."""
        if single := self._single.get(kind):
            return single(english)
        several = self._single.get(_SEVERAL.get(kind, ""))
        if several is None:
            return english
        if kind == "notes":
            return ", ".join(several(each) for each in _NOTES.split(english))
        joint = " and " if kind == "conditions" else _JOINTS
        return self._listed([several(each) for each in re.split(joint, english)], english)

    def _listed(self, words: list[str], english: str) -> str:
        if " or " not in english or len(words) < 2:
            return listed(words, self._language)
        first, last = ", ".join(words[:-1]), words[-1]
        either = catalog(self._language).text("phrase", "{first} or {second}") or "{first} or {second}"
        return either.format(first=first, second=last)

    def _word(self, kind: str, spoken: str) -> str:
        """A word that comes without its underscores."""
        name = spoken.replace(" ", "_")
        # In English it is said in the middle of a sentence as it is spoken; its capital is for a list.
        is_said = self._language != "en" and knows(kind, name)
        return word(kind, name, self._language) if is_said else spoken

    def _state(self, name: str) -> str:
        state = self._law.states.get(name)
        return self._title(state.title) if state is not None else name

    def _role(self, name: str) -> str:
        """ "Contracting Party", without "by its Administrative Authority, ..."."""
        return self._title(self._law.roles.get(name, name)).partition(",")[0]

    def _sheet(self, spoken: str) -> str:
        sheet = self._law.sheets.get(spoken.replace(" ", "_"))
        return self._title(sheet.title) if sheet is not None else spoken

    def _question(self, spoken: str) -> str:
        name = spoken.replace(" ", "_")
        found = [sheet.questions[name] for sheet in self._law.sheets.values() if name in sheet.questions]
        return self._title(found[0].asks) if found else spoken

    def _action(self, name: str) -> str:
        same = self._law.actions.get(name)
        return self._title(same[0].title) if same else name

    def _body(self, english: str) -> str:
        """ "the Standing Committee", or an audience."""
        said = self._title(english.removeprefix("the "))
        if self._language == "en":
            return f"the {said}" if english.startswith("the ") else self._audience(english)
        return said if english.startswith("the ") else self._audience(english)

    def _audience(self, spoken: str) -> str:
        name = spoken.replace(" ", "_")
        if name in self._law.bodies:
            return self._title(self._law.bodies[name].title)
        return self._word("audience", spoken)


#: Several of a kind, as a list has them -> one of it.
_SEVERAL: Mapping[str, str] = {
    "audiences": "audience",
    "bodies": "body",
    "conditions": "condition",
    "details": "detail",
    "languages": "language",
    "notes": "condition",
    "periods": "period",
    "roles": "role",
    "saids": "said",
    "states": "state",
    "titles": "title",
}
