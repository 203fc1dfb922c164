"""What anybody might ask of a case: commands of every kind, sensible ones far more often than wild ones."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from states.commands import VOICES, Actor, Command
from states.facts import Facts
from states.procedure import Ask, Procedure

PARTIES = ("BE", "BR", "DE", "FR", "JP", "KE", "NO", "SA")
ROLES = ("officer", "head", "legal", "finance", "clock")

#: What ends a case is tried so many times less often than the rest.
_RARELY_ENDED = 8

_AMONG = st.sampled_from(PARTIES)
_LISTS = st.lists(_AMONG, unique=True, max_size=2).map(tuple)
#: Moments of receipt: just now, or so long before.
_BEFORE = st.sampled_from(
    [timedelta()] * 6 + [timedelta(hours=1), timedelta(hours=20), timedelta(days=4), timedelta(days=30)]
)


def acts(procedure: Procedure, facts: Facts) -> st.SearchStrategy[Command]:
    """An action of the present state by somebody who may do it, with details that could be right."""
    actions = procedure.actions_in(facts.case.state)
    often = [
        a for a in actions if not any(procedure.states[w.to].final for w in a.to if w.to in procedure.states)
    ]
    return st.sampled_from([*often * _RARELY_ENDED, *actions]).flatmap(
        lambda a: st.builds(
            Command,
            action=st.just(a.name),
            actor=st.sampled_from(a.by).flatmap(_actor),
            details=details(facts, a.needs, a.takes),
        )
    )


def _actor(role: str) -> st.SearchStrategy[Actor]:
    if role == "party":
        return st.builds(Actor, st.just("party"), party=_AMONG, voice=st.sampled_from(VOICES))
    return st.just(Actor(role))


def details(
    facts: Facts, needs: tuple[str, ...], takes: tuple[str, ...]
) -> st.SearchStrategy[dict[str, Any]]:
    """What an action needs, and now and then what it takes."""
    known = {name: _detail(facts, name) for name in (*needs, *takes)}
    rarely = {n: s for n, s in known.items() if n in takes and n not in _USUALLY}
    usually = {n: s for n, s in known.items() if n in needs or n in _USUALLY}
    return st.tuples(
        st.fixed_dictionaries(usually), st.one_of(st.just({}), st.fixed_dictionaries({}, optional=rarely))
    ).map(lambda both: {**both[1], **both[0]})


_USUALLY = ("by", "present", "no_territory_reason", "reasons", "conditions")


def _detail(facts: Facts, name: str) -> st.SearchStrategy[Any]:
    case = facts.case
    last = case.open_round.reply_by if case.open_round is not None else facts.now.date()
    members = [m.code for m in case.round.asked] if case.round is not None else []
    known: dict[str, st.SearchStrategy[Any]] = {
        "until": st.integers(-3, 40).map(lambda n: last + timedelta(days=n)),
        "party": st.sampled_from([*PARTIES, *members[:6]]),
        "territory": _LISTS,
        "parties": st.just(tuple(sorted(facts.unreached))),
        "in_writing": st.sampled_from([True, True, True, False]),
        "kind": st.sampled_from(["editorial", "material", "substantive"]),
        "meeting": st.sampled_from([case.target or "COP15", case.target or "COP15", "ExCOP3"]),
        "result": st.sampled_from(["approved", "adopted", "rejected", "deferred", "agreed"]),
        "by": st.sampled_from(["consensus", "consensus", "vote"]),
        "answer": st.sampled_from(
            [
                "consent",
                "refuse",
                "objection",
                "objection",
                "support",
                "question",
                "approve",
                "withdraw_objection",
            ]
        ),
        "voice": st.sampled_from([*VOICES, "cousin"]),
        "item": st.sampled_from(["dossier", "legal_review", "conditions", "unknown"]),
        "received_at": _BEFORE.map(lambda ago: facts.now - ago),
        "signed_on": st.just(facts.now.date()),
        "without": st.just(("dossier",)),
        **dict.fromkeys(("yes", "no", "abstain", "present"), st.sampled_from([2, 7, 10, 12, 19])),
    }
    return known.get(name, st.sampled_from(["a good reason", "another reason"]))


def answers(procedure: Procedure, facts: Facts) -> st.SearchStrategy[Command]:
    """An answer of somebody who was asked in any round, by any of its voices, received now or before."""
    rounds = [r for r in facts.case.rounds if procedure.states[r.state].ask is not None]
    return st.sampled_from([*rounds, rounds[-1], rounds[-1]]).flatmap(
        lambda r: st.builds(
            Command,
            action=st.sampled_from(_asked(procedure, r.state).answers),
            actor=_voices(r.of in procedure.bodies, [m.party for m in r.asked]),
            details=st.fixed_dictionaries(
                {"reasons": st.just("for the birds"), "conditions": st.just("no logo")},
                optional={"text": st.just("Sir"), "language": st.just("fr"), "channel": st.just("mail")},
            ),
            received_at=_BEFORE.map(lambda ago: facts.now - ago),
        )
    )


def _asked(procedure: Procedure, state: str) -> Ask:
    ask = procedure.states[state].ask
    assert ask is not None
    return ask


def _voices(seated: bool, parties: list[str]) -> st.SearchStrategy[Actor]:
    if seated:
        return st.builds(Actor, st.just("seat"), party=st.sampled_from(parties))
    voices = ("head", "head", *VOICES)
    return st.builds(Actor, st.just("party"), party=st.sampled_from(parties), voice=st.sampled_from(voices))


def wild(procedure: Procedure, now: datetime) -> st.SearchStrategy[Command]:
    """Anything at all: any name, anybody, any details of any kind."""
    value = st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-5, 5),
        st.text(max_size=5),
        st.just(now),
        st.just(now.date()),
        _LISTS,
    )
    names = sorted({*procedure.actions, *procedure.answers, "fire", "register", "open", "", "Submit"})
    words = ("party", "kind", "until", "meeting", "result", "answer", "deadline", "generation", "yes", "item")
    actors = st.one_of(
        st.sampled_from(ROLES).map(Actor),
        st.builds(
            Actor, st.sampled_from(["party", "seat", "stranger"]), party=st.sampled_from(["", "FR", "XX"])
        ),
    )
    return st.builds(
        Command,
        action=st.sampled_from(names),
        actor=actors,
        details=st.dictionaries(st.sampled_from(words), value, max_size=3),
        received_at=st.sampled_from([None, now, now + timedelta(days=1), now - timedelta(days=400)]),
    )


def onward(procedure: Procedure, facts: Facts, against: bool = False) -> list[Command]:
    """What takes a case along its road, as a Secretariat would go it; or what stands against it."""
    case, round_ = facts.case, facts.case.open_round
    officer = Actor("officer")
    if round_ is not None:
        ask = _asked(procedure, case.state)
        role = "seat" if round_.of in procedure.bodies else "party"
        against = against and bool(ask.against)
        word = (ask.against if against else ask.favour or ask.answers)[0]
        asked = round_.asked[:2] if against else round_.asked
        given = {"reasons": "for the birds"} if word in ask.reasons else {}
        return [Command(word, Actor(role, party=m.party, voice="head"), given) for m in asked]
    decision = {"meeting": case.target, "by": "consensus", "present": len(PARTIES) if case.paper else 19}
    steps: dict[str, list[tuple[str, dict[str, Any]]]] = {
        "draft": [("submit", {})],
        "preliminary_assessment": [("endorse", {"risk": "low", "no_territory_reason": "a campaign"})],
        "consent_withheld": [("ask_again", {})],
        "committee_meeting": [("record_decision", {**decision, "result": "approved"})],
        "objection": [("escalate", {}) if against else ("amend", {"kind": "material"})],
        "cop": [("issue_paper", {}), ("record_decision", {**decision, "result": "adopted", "present": 8})],
        "agreement": [("sign", {}), ("ask_again", {})],
        "active": [("report", {}), ("suspend", {})],
        "suspended": [("reinstate", {})],
    }
    if case.is_held:
        return [Command("resume", officer)]
    return [Command(name, officer, given) for name, given in steps.get(case.state, [("dispatch", {})])]
