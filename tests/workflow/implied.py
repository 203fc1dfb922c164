"""Which letters a step implies, worked out anew from its posts: nobody left out, nobody told twice."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from states.commands import Post, Step
from states.facts import Case, Facts
from states.procedure import Procedure
from states.zones import zone_of

#: (number of the event, template, address)
Written = tuple[int, str, str]

OFFICER = "anne@secretariat.example"
PARTNER = "partner@danone.example"
#: Letters about a window; nobody is told of one that has closed.
_WHILE_OPEN = ("held", "resumed")


def address(party: str) -> str:
    """The one contact of a Party: the Head of its Administrative Authority."""
    return f"head.{party.lower()}@parties.example"


@dataclass(frozen=True)
class PostOffice:
    """What the post knows beside the case."""

    law: Procedure
    #: As they were when the step was decided.
    facts: Facts
    #: (round, member) whose request has arrived.
    arrived: Collection[tuple[int, str]]
    #: Parties to which any request was ever written and is not lost for good.
    told: Collection[str]

    def letters(self, step: Step) -> set[Written]:
        """Everybody who is to be written to, once for each letter."""
        return {
            (step.case.seq, post.template, to)
            for post in step.posts
            for to in self._addresses(post, step.case)
        }

    def _addresses(self, post: Post, case: Case) -> Iterator[str]:
        day = self.facts.today(zone_of(self.law.timezone))
        if post.audience == "partner":
            yield PARTNER
        elif post.audience == "officers":
            yield OFFICER
        else:
            for party in self._parties(post, case):
                known = self.facts.parties.get(party)
                if known is not None and (known.is_party(day) or post.purpose == "receipt"):
                    yield address(party)

    def _parties(self, post: Post, case: Case) -> list[str]:
        day = self.facts.today(zone_of(self.law.timezone))
        if post.audience == "asked":
            round_ = next((r for r in case.rounds if r.no == post.round), None)
            if round_ is None or (post.template in _WHILE_OPEN and not round_.is_open):
                return []
            meant = [m for m in round_.asked if post.members is None or m.code in post.members]
            if post.purpose == "reminder":
                meant = [m for m in meant if (round_.no, m.code) in self.arrived]
            return [m.party for m in meant]
        if post.audience == "all_parties":
            return self.facts.parties_on(day)
        if post.audience == "parties_concerned":
            return list(case.territory)
        if post.audience == "those_told":
            return list(self.told)
        return [s.member for s in self.facts.seats_on(post.audience, day)]
