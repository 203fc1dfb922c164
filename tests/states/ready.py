"""Who may do what in `ramsar-private`, and every action in a case in which nothing stands in its way."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from states.chart import permissions
from states.commands import Actor
from states.reader import load
from states.reasons import Refused
from tests.states.world import OFFICER

LAW = load("ramsar-private")
#: (state, action, role), as `assent law show` prints it.
TABLE = frozenset(permissions(LAW))
ROLES = tuple(LAW.roles)

#: What is given with an action, where it needs anything.
_SOON = date(2032, 3, 1)
GIVEN: dict[str, dict[str, Any]] = {
    "accept_conditions": {"party": "FR", "in_writing": True},
    "admit_late": {"party": "FR", "reasons": "the courier was on strike"},
    "amend": {"kind": "material"},
    "book_entry": {
        "kind": "receipt",
        "amount": "250000.00",
        "currency": "EUR",
        "who": "Danone",
        "purpose": "the fund",
    },
    "carve_out": {"party": "BE"},
    "close_recommendation": {"duty": 1, "findings": "done"},
    "confirm_due_diligence": {"evidence": "Sheet of 3 May.pdf"},
    "correct_entry": {"entry": 1, "reason": "booked twice"},
    "final_accounts": {"evidence": "Final accounts.pdf"},
    "plan_assessment": {"due": _SOON},
    "recommend": {"text": "Measure the water twice a year", "owner": "partner", "due": _SOON},
    "record_actual": {"indicator": 1, "actual": "12"},
    "record_assessment": {"duty": 1, "findings": "on the way"},
    "record_complaint": {"who": "Friends of the Lake", "text": "The lake is fenced in", "due": _SOON},
    "refund_entry": {"entry": 1, "reason": "the agreement has ended"},
    "release_entry": {"entry": 1, "reason": "cleared"},
    "reopen_due_diligence": {"reason": "bought by another group", "due": _SOON},
    "review_complaint": {"duty": 1, "result": "not_upheld", "findings": "there is a gate"},
    "set_indicator": {"title": "Hectares restored", "baseline": "0", "target": "40"},
    "confirm_item": {"item": "dossier"},
    "fill_sheet": {"question": "sanctions", "answer": "no"},
    "record_risk": {"risk_kind": "reputation", "likelihood": "low", "severity": "high"},
    "mitigate_risk": {"risk_kind": "reputation", "mitigation": "no logo", "owner": "officer"},
    "record_signature": {"signer": "partner"},
    "answer_question": {"party": "KE", "text": "By a gauge at the outflow."},
    "corrigendum": {"kind": "editorial"},
    "endorse": {"risk": "low"},
    "record_reply": {"party": "FR", "answer": "consent"},
    "revoke_consent": {"party": "FR", "reason": "a new government"},
    "set_details": {"title": "Evian Project, second phase"},
    "review_public_text": {"language": "en"},
    "write_public_text": {
        "language": "en",
        "public_title": "Water and wetlands",
        "proposed_by": "A company",
        "proposal": "To restore ten wetlands.",
    },
}
_GIVEN_HERE: dict[tuple[str, str], dict[str, Any]] = {
    ("body_consultation", "admit_late"): {"party": "CA", "reasons": "the courier was on strike"},
    ("committee_approval", "admit_late"): {"party": "CA", "reasons": "the courier was on strike"},
    ("party_consent", "extend"): {"until": date(2024, 3, 25)},
    ("body_consultation", "extend"): {"until": date(2024, 3, 20)},
    ("committee_approval", "extend"): {"until": date(2024, 4, 22)},
    ("notification", "extend"): {"until": date(2024, 6, 24)},
    ("renewal", "extend"): {"until": date(2024, 10, 14)},
    ("committee_meeting", "record_decision"): {
        "meeting": "SC63", "result": "approved", "by": "consensus", "present": 19,
    },
    ("cop", "record_decision"): {"meeting": "COP15", "result": "adopted", "by": "consensus", "present": 150},
}  # fmt: skip

#: States in which nobody has ever been asked, so that no reply can be recorded.
NOBODY_ASKED = ("declined",)


def actor(role: str) -> Actor:
    """Somebody of that role; the Party is the one that objects in the stories."""
    if role == "party":
        return Actor(role, party="DE", voice="head")
    return Actor(role, party="CA", voice="member") if role == "seat" else Actor(role)


def expected(state: str, action: str, role: str) -> set[str]:
    """Why it is refused by the table; empty: it is done."""
    if (state, action, role) not in TABLE:
        return {"not_your_role"}
    if role == "clock":
        # A person acts when it is so minded; the clock when the date has come, and not before.
        return {"not_due"}
    if action == "verify_reply":
        # In these cases nobody has recorded anything on behalf; tests/states/test_acts.py has some who have.
        return {"nothing_to_verify"}
    if action == "review_public_text":
        # Likewise: tests/states/test_openness.py has some in which a text waits for a second person.
        return {"no_public_text_waits"}
    return {"not_asked"} if action == "record_reply" and state in NOBODY_ASKED else set()


def messages(decided: object) -> set[str]:
    """Why it was refused; empty: it was not."""
    return {r.message for r in decided.reasons} if isinstance(decided, Refused) else set()


def given(state: str, action: str, play: Any = None) -> dict[str, Any]:
    """The details with which the action is allowed.

    play     a case that `prepare` has prepared, where the action is about something of it
    """
    details = _GIVEN_HERE.get((state, action), GIVEN.get(action, {}))
    return details | {name: play.prepared for name in _NUMBERED.get(action, ()) if play is not None}


def territory(action: str) -> tuple[str, ...]:
    """The territory of the case; two Parties where one is to be carved out."""
    return ("FR", "BE") if action == "carve_out" else ("FR",)


def is_sent(state: str, action: str) -> bool:
    """Whether the question of the state has been dispatched when the action is wanted."""
    return action != "dispatch" and (state, action) != ("notification", "ask_again")


def prepare(play: Any, state: str, action: str) -> None:
    """Let happen what must have happened before the action makes sense."""
    if action == "resume":
        play.act(OFFICER, "hold")
    if action in ("release", "take_back"):
        _reviewed(play)
    if action == "take_back":
        play.act(OFFICER, "release")
    if (state, action) in _BEFORE:
        _BEFORE[state, action](play)
    if action == "answer_question":
        play.act("party:KE", "question", text="How is the water measured?")
    if action in _FIRST:
        by, first, details = _FIRST[action]
        play.act(Actor(by), first, **details)
        # What was just made bears the number of the event that made it.
        play.prepared = play.case.seq


#: Before there is a clearance: money of this day is held in suspense, in every state.
_HELD = {**GIVEN["book_entry"], "on": date(2024, 1, 8)}
#: Action -> by whom and what must be done first, in whatever state.
_FIRST: dict[str, tuple[str, str, dict[str, Any]]] = {
    "close_recommendation": ("officer", "recommend", GIVEN["recommend"]),
    "confirm_due_diligence": ("officer", "reopen_due_diligence", GIVEN["reopen_due_diligence"]),
    "correct_entry": ("finance", "book_entry", _HELD),
    "record_actual": ("officer", "set_indicator", GIVEN["set_indicator"]),
    "record_assessment": ("officer", "plan_assessment", GIVEN["plan_assessment"]),
    "refund_entry": ("finance", "book_entry", _HELD),
    "release_entry": ("finance", "book_entry", _HELD),
    "mitigate_risk": ("officer", "record_risk", GIVEN["record_risk"]),
    "review_complaint": ("officer", "record_complaint", GIVEN["record_complaint"]),
}
#: Action -> the details that name what was made first.
_NUMBERED = {
    "close_recommendation": ("duty",), "record_assessment": ("duty",), "review_complaint": ("duty",),
    "correct_entry": ("entry",), "refund_entry": ("entry",), "release_entry": ("entry",),
    "record_actual": ("indicator",),
}  # fmt: skip


def _reviewed(play: Any) -> None:
    """A text for the public that a second person has read."""
    play.act(Actor("officer", "ann"), "write_public_text", **GIVEN["write_public_text"])
    play.act(Actor("officer", "ben"), "review_public_text", **GIVEN["review_public_text"])


def _late(when: str, who: str, word: str) -> Callable[[Any], None]:
    """An answer after the close, before anybody has looked at what was due."""

    def happen(play: Any) -> None:
        play.jump(when)
        play.act(who, word)

    return happen


def _conditions(play: Any) -> None:
    play.do("2024-02-05 10:00", "party:FR", "consent_with_conditions", conditions="no use of the logo")


def _objection(play: Any) -> None:
    play.do("2024-05-02 10:00", "party:DE", "objection")


def _at_committee(play: Any) -> None:
    play.run_to("2024-06-07 17:00")


def _at_cop(play: Any) -> None:
    play.do("2025-04-01 10:00", OFFICER, "issue_paper")
    play.run_to("2025-07-31 17:00")


def _two_years_on(play: Any) -> None:
    play.run_to("2026-02-23 10:00")


_BEFORE: dict[tuple[str, str], Callable[[Any], None]] = {
    ("party_consent", "accept_conditions"): _conditions,
    ("party_consent", "admit_late"): _late("2024-03-19 09:00", "party:FR", "consent"),
    ("body_consultation", "admit_late"): _late("2024-03-14 09:00", "seat:CA", "comment"),
    ("committee_approval", "admit_late"): _late("2024-04-16 09:00", "seat:CA", "approve"),
    ("notification", "admit_late"): _late("2024-06-18 09:00", "party:FR", "support"),
    ("notification", "withdraw_objection"): _objection,
    ("notification", "ask_again"): _two_years_on,
    ("notification", "confirm_unreached"): lambda play: play.lose("KE"),
    ("renewal", "admit_late"): _late("2024-10-03 09:00", "party:FR", "support"),
    ("renewal", "withdraw_objection"): lambda play: play.do("2024-09-10 10:00", "party:DE", "objection"),
    ("renewal", "confirm_unreached"): lambda play: play.lose("KE"),
    ("committee_meeting", "record_decision"): _at_committee,
    ("cop", "record_decision"): _at_cop,
    ("agreement", "ask_again"): _two_years_on,
}
