"""What each of those asked has said, when it counts, and what stands.

All answers are kept. Of one Party the highest rank counts, and within a rank the latest that came in
time. An objection stands beside that until it is withdrawn.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from states.facts import RANKS, Answer, Asked, Case, Facts, Round
from states.periods import Period, last_day, local_day
from states.procedure import Ask, Procedure
from states.zones import zone_of

SILENT, LATE, UNREACHED = "silent", "late", "unreached"


@dataclass(frozen=True, slots=True)
class Position:
    """What one of those asked has said."""

    code: str
    #: The answer that counts; "" if there is none.
    word: str
    answer: Answer | None
    #: Its only answers came too late.
    late: bool = False

    @property
    def is_silent(self) -> bool:
        """Whether nothing that counts was said."""
        return not self.word


def general_closing(round_: Round, member: Asked) -> datetime:
    """When the window shuts by its dates (UTC): the member's own, or the general one."""
    return max(round_.closes_at, member.closes_at or round_.closes_at)


def closing(round_: Round, member: Asked) -> datetime:
    """The moment from which an answer of this member is late (UTC): by its dates, or once it was decided."""
    closes_at = general_closing(round_, member)
    if round_.closed_at is not None and round_.closed_at < closes_at:
        return round_.closed_at
    return closes_at


def whole_window(round_: Round) -> datetime:
    """When the last of the members' windows shuts (UTC)."""
    own = [a.closes_at for a in round_.asked if a.closes_at is not None]
    return max([round_.closes_at, *own])


def in_time(round_: Round, member: Asked, answer: Answer) -> bool:
    """Whether an answer counts by its moment of receipt.

    What arrives at the very second of the close is late. While the case is on hold every window is
    stopped, so nothing is late. On a restarted window only answers to the present text count.
    """
    if round_.restarted_at is not None and answer.received_at < round_.restarted_at:
        return False
    if answer.admitted or is_stopped(round_, member):
        return True
    if round_.closed_at is not None and answer.received_at == round_.closed_at:
        # The answer that decided the question and so closed it is in time itself.
        return answer.received_at < general_closing(round_, member)
    return answer.received_at < closing(round_, member)


def is_stopped(round_: Round, member: Asked) -> bool:
    """Whether the case is on hold and this member's window had not yet shut when it was put there."""
    if not round_.is_open:
        return False
    remaining = member.remaining if member.remaining is not None else round_.remaining
    return remaining is not None and remaining >= 0


def position(round_: Round, member: Asked, answers: list[Answer], objecting: bool, ask: Ask) -> Position:
    """The position of one member.

    answers    all of this member's answers in the round
    objecting  whether an objection of its Party stands that was made, or made again, in this round
    """
    if objecting and ask.against:
        latest = [a for a in answers if a.word in ask.against]
        return Position(member.code, ask.against[0], latest[-1] if latest else None)
    # Where objections stand by themselves, an answer behind which none stands decides nothing: it came from
    # a Party that had left.
    mute = ask.against if ask.objections_stand else ()
    timely = [a for a in answers if not a.taken_back and a.word not in mute and in_time(round_, member, a)]
    if timely:
        best = max(timely, key=lambda a: (a.rank, a.received_at, a.no))
        word = best.word
        if best.accepted and ask.conditions_need_acceptance and word in ask.conditions:
            word = ask.favour[0]
        return Position(member.code, word, best)
    withdrawn = [a for a in answers if a.taken_back]
    if withdrawn and ask.objections_stand:
        # Who takes an objection back has spoken: it no longer objects, and is not silent.
        return Position(member.code, ask.favour[0], withdrawn[-1])
    before = round_.restarted_at
    too_late = [a for a in answers if not a.taken_back and (before is None or a.received_at >= before)]
    return Position(member.code, "", None, late=bool(too_late))


def positions(round_: Round, case: Case, ask: Ask) -> list[Position]:
    """The position of everyone asked in a round, in the order in which they were asked."""
    by_member: dict[str, list[Answer]] = {}
    for answer in round_.answers:
        by_member.setdefault(answer.member, []).append(answer)
    made_in: dict[str, set[int]] = {}
    for objection in case.standing if ask.objections_stand else ():
        made_in.setdefault(objection.party, set()).add(objection.round)
    found = []
    for member in round_.asked:
        said = by_member.get(member.code, [])
        rounds = made_in.get(member.party, set())
        # Made again in a later round it is the same objection, which stands under its first number.
        again = bool(rounds) and any(_speaks_against(round_, member, a, ask) for a in said)
        found.append(position(round_, member, said, round_.no in rounds or again, ask))
    return found


def _speaks_against(round_: Round, member: Asked, answer: Answer, ask: Ask) -> bool:
    return answer.word in ask.against and not answer.taken_back and in_time(round_, member, answer)


def tally(round_: Round, case: Case, ask: Ask, unreached: frozenset[str] = frozenset()) -> Counter[str]:
    """How many hold each position; the silent, the late and (where silence counts) the unreached too."""
    count: Counter[str] = Counter()
    never = unreached | set(round_.unreached) if ask.confirm_unreached else frozenset()
    for each in positions(round_, case, ask):
        if each.word:
            count[each.word] += 1
        elif each.late:
            count[LATE] += 1
        else:
            count[UNREACHED if each.code in never else SILENT] += 1
    return count


def is_final(each: Position, ask: Ask) -> bool:
    """Whether nothing that this member's side could still say would be awaited.

    A question is no answer; a condition must be accepted first; below the rank that the law names
    an answer stands, but the window runs to its end.
    """
    if each.answer is None or each.word in ask.question:
        return False
    if ask.conditions_need_acceptance and each.word in ask.conditions:
        return False
    return not ask.final_from or each.answer.rank >= RANKS[ask.final_from]


def yet_to_answer(round_: Round, case: Case, ask: Ask) -> list[str]:
    """Codes of those who have not said anything that counts."""
    return [p.code for p in positions(round_, case, ask) if p.is_silent]


# ------------------------------------------------------------------------------ standing consent


def consents(procedure: Procedure, case: Case, asked_of: str = "territory_parties") -> dict[str, Answer]:
    """Party -> the consent it has given and not replaced, over all rounds, the newest first."""
    given: dict[str, Answer] = {}
    refused: set[str] = set()
    for round_ in reversed(case.rounds):
        ask = procedure.states[round_.state].ask
        if ask is None or ask.of != asked_of:
            continue
        for each in positions(round_, case, ask):
            if each.code in given or each.code in refused or each.answer is None:
                continue
            if each.word in ask.favour:
                given[each.code] = each.answer
            else:
                refused.add(each.code)
    return given


def consent_age_ends(procedure: Procedure, answer: Answer, facts: Facts) -> bool:
    """Whether a consent has outlived `consent_valid` by now.

    A decision in favour of the body that `consents_renewed_by` names relies on the consents before it, and
    renews them.
    """
    valid: Period | None = procedure.consent_valid
    if valid is None:
        return False
    zone = zone_of(procedure.timezone)
    start = local_day(answer.received_at, zone)
    renewing = procedure.consents_renewed_by
    if any(d.result == "for" and d.on >= start and d.body == renewing for d in facts.case.decisions):
        return False
    return facts.today(zone) > last_day(valid, start, facts.days, roll=False)


def missing_consents(procedure: Procedure, facts: Facts) -> tuple[list[str], list[str]]:
    """(Parties concerned that have not agreed, Parties whose agreement has grown too old)."""
    given = consents(procedure, facts.case)
    missing = [code for code in facts.case.territory if code not in given]
    old = [
        code
        for code in facts.case.territory
        if code in given and consent_age_ends(procedure, given[code], facts)
    ]
    return missing, old


def late_answers(round_: Round, member: str) -> list[Answer]:
    """Answers of one member (by code or by Party) that came too late and are not admitted."""
    return [
        a
        for asked in round_.asked
        if member in (asked.code, asked.party)
        for a in round_.answers
        if a.member == asked.code
        and not a.taken_back
        and not in_time(round_, asked, a)
        and a.received_at >= closing(round_, asked)
    ]
