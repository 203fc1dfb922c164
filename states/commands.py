"""What is asked of a case, and what comes of it: Command in, Step or Refused out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from states.effects import Effect
from states.facts import RANKS, Case, Facts, nothing
from states.procedure import Action, Ask, Procedure

#: In what capacity somebody speaks for a Party.
VOICES = ("head", "nfp", "mission", "ministry", "other")


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: a role, and for a Party or a seat the voice in which it speaks."""

    #: officer, head, legal, finance, party, seat or clock.
    role: str
    #: Who it is, for the record (a sign-in name); "" for the clock and for voices.
    name: str = ""
    #: Party for which it speaks.
    party: str = ""
    #: mission, ministry, head, nfp, other; for a seat member or alternate (worked out from the seat).
    voice: str = ""
    #: Who acts in its place while it is absent (a sign-in name), or "".
    deputy: str = ""

    @property
    def hand(self) -> str:
        """The sign-in name of the person whose hand it is; "" where no person is known."""
        return self.deputy or self.name

    @property
    def rank(self) -> int:
        """The weight of its answer."""
        return RANKS.get(self.voice, 0)

    @property
    def words(self) -> str:
        """`officer`, `party:FR/mission`, `seat:CA`."""
        if self.role == "party":
            return f"party:{self.party}" + ("" if self.voice in ("", "head") else f"/{self.voice}")
        return f"seat:{self.party}" if self.role == "seat" else self.role

    @classmethod
    def parse(cls, words: str) -> Actor:
        """The inverse of `words`. Raises ValueError in words of its own."""
        role, _, rest = words.strip().partition(":")
        party, _, voice = rest.partition("/")
        if role == "party" and party:
            voice = voice or "head"
            if voice not in ("mission", "ministry", "head", "nfp", "other"):
                raise ValueError(
                    f"'{voice}' does not speak for a Party: head, nfp, mission, ministry or other"
                )
            return cls("party", party=party.upper(), voice=voice)
        if role == "seat" and party and not voice:
            return cls("seat", party=party)
        if role in ("officer", "head", "legal", "finance", "clock") and not rest:
            return cls(role)
        raise ValueError(
            f"'{words}' is nobody: officer, head, legal, finance, party:FR (Head of its Administrative "
            "Authority), party:FR/nfp, party:FR/mission or seat:CA"
        )


CLOCK = Actor("clock")


@dataclass(frozen=True, slots=True)
class Command:
    """Something somebody wants done to a case."""

    #: An action of the law file, an answer to a question, or `fire` (the clock: a deadline is due).
    action: str
    actor: Actor
    details: Mapping[str, Any] = field(default_factory=nothing)
    #: When an answer was received, if earlier than now (UTC).
    received_at: datetime | None = None
    #: Number of the last event its author saw; None: not said.
    expected_seq: int | None = None
    #: Same key, same outcome.
    key: str = ""


@dataclass(frozen=True, slots=True)
class Moment:
    """What a guard or an act looks at: the law, the facts, and what is being asked for."""

    procedure: Procedure
    facts: Facts
    command: Command
    action: Action | None = None

    @property
    def details(self) -> Mapping[str, Any]:
        """What was given with the command."""
        return self.command.details

    def text(self, name: str) -> str:
        """The text given under a name, without the space around it; "" where there is none."""
        return str(self.details.get(name) or "").strip()

    @property
    def case(self) -> Case:
        """The case."""
        return self.facts.case

    @property
    def ask(self) -> Ask | None:
        """The question of the present state."""
        return self.procedure.states[self.facts.case.state].ask


@dataclass(frozen=True, slots=True)
class Post:
    """Letters to be written: one audience, one template."""

    #: Audience of workflow/people.py; `asked` is those asked in `round`, `voice` the Party that answered.
    audience: str
    template: str
    #: request, reminder, receipt, notice or alert.
    purpose: str
    #: What the letter tells beyond the case; plain values, days and instants, put into words later.
    what: Mapping[str, Any] = field(default_factory=nothing)
    round: int = 0
    #: Only these members; None: all of the audience.
    members: tuple[str, ...] | None = None
    #: Distinguishes letters of one purpose in one round: which reminder, which request.
    occurrence: str = ""
    #: Whether it carries a number of the year's register of notifications.
    numbered: bool = False


@dataclass(frozen=True, slots=True)
class Event:
    """One entry of the record."""

    kind: str
    #: What was said and why, for the timeline.
    data: Mapping[str, Any]
    effects: tuple[Effect, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """What a command brings about: the case as it will be, the events that say so, the letters to write."""

    case: Case
    events: tuple[Event, ...]
    posts: tuple[Post, ...] = field(default=())

    @property
    def effects(self) -> tuple[Effect, ...]:
        """All effects, in order."""
        return tuple(e for event in self.events for e in event.effects)
