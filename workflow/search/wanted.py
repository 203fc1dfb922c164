"""What somebody asks the register for: words and filters, read from an address and written into one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from workflow import folding

#: More words than these are not looked for.
WORDS_MAX = 12
#: Stands for cases that no officer has.
NOBODY = "-"
#: How the register may be ordered. "best" needs words: those found in what a case is called come first.
ORDERS = ("newest", "oldest", "next", "longest", "best")
#: What a Party may have to do with a case.
AS = ("concerned", "objecting")
OBJECTED = ("standing", "ever")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody asks the register for; "" and False ask for nothing."""

    #: Words, all of which a case must have; each may be the beginning of one.
    q: str = ""
    state: str = ""
    #: A law file's id.
    procedure: str = ""
    #: Code of a Party, and what it has to do with the case: one of AS, or either.
    party: str = ""
    as_: str = ""
    #: Sign-in name of the officer in charge, or NOBODY.
    officer: str = ""
    #: Something that had to be done is not done.
    overdue: bool = False
    #: One of OBJECTED.
    objected: str = ""
    #: Year in which it was opened.
    year: int = 0
    #: One of ORDERS; "": the best first if there are words, else the newest.
    order: str = ""
    page: int = 1

    @classmethod
    def read(cls, given: Mapping[str, str]) -> Wanted:
        """From the words of an address; what is not understood asks for nothing."""

        def one_of(name: str, known: Sequence[str]) -> str:
            return given.get(name, "") if given.get(name, "") in known else ""

        return cls(
            q=" ".join(given.get("q", "").replace("\0", "").split())[:200],
            state=given.get("state", ""),
            procedure=given.get("procedure", ""),
            party=given.get("party", "").upper(),
            as_=one_of("as", AS),
            officer=given.get("officer", ""),
            overdue=given.get("overdue", "") not in ("", "0"),
            objected=one_of("objected", OBJECTED),
            year=_number(given.get("year", ""), 9999),
            order=one_of("order", ORDERS),
            page=max(1, _number(given.get("page", ""), 10**6)),
        )

    def told(self) -> dict[str, str]:
        """The words of an address that asks for the same, without the page."""
        told = {name.rstrip("_"): value for name, value in asdict(self).items() if value and name != "page"}
        if not self.party:
            told.pop("as", None)
        return {name: "1" if value is True else str(value) for name, value in told.items()}

    def without(self, name: str) -> Wanted:
        """The same with one filter taken away, from the first page."""
        taken: dict[str, Any] = {"page": 1, name: type(getattr(self, name))()}
        if name == "party":
            taken["as_"] = ""
        return replace(self, **taken)

    @property
    def terms(self) -> list[str]:
        """The words that are looked for, folded."""
        return folding.asked(self.q)[:WORDS_MAX]

    @property
    def filters(self) -> tuple[str, ...]:
        """Names of the filters that ask for something."""
        quiet = ("order", "page", "as_")
        return tuple(n for n, value in asdict(self).items() if value and n not in quiet)

    @property
    def ordered(self) -> str:
        """The order in which they come."""
        if self.order in ("", "best"):
            return "best" if self.terms else "newest"
        return self.order


def _number(text: str, most: int) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 and int(text) <= most else 0
