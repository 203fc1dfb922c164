"""What a letter may be told: everything there is, or as little as there can be."""

from typing import Any

from notifications import REPLY_LINK

ASK_LETTERS = [
    "approval_request",
    "consent_request",
    "consultation_request",
    "corrigendum_editorial",
    "corrigendum_substantive",
    "extension",
    "fresh_link",
    "held",
    "late_joiner_request",
    "notification",
    "question_answered",
    "question_put",
    "receipt",
    "reminder",
    "renotification",
    "resumed",
]

#: Letters about an answer that was given: some come when nothing can be answered any more.
AFTER_AN_ANSWER = ("question_answered", "receipt")

COUNTS = [{"label": "Approve", "count": 12}, {"label": "No answer", "count": 7}]
REASON = "The site lies\nin a protected area."

#: What each letter is told besides the values common to all.
WHAT: dict[str, dict[str, Any]] = {
    "agreement_amended": {"reason": REASON},
    "agreement_signed": {"form": "Memorandum of understanding", "signed_on": "1 June 2024"},
    "amended": {"kind": "material", "reason": REASON, "changes": "The site moves."},
    "approval_given": {"counts": COUNTS, "conditions": ["No logo on bottles.", "Yearly accounts."]},
    "approval_request": {},
    "approval_to_meeting": {"counts": COUNTS, "meeting": "SC63", "reason": REASON},
    "bounced": {
        "recipient": "a@ministry.example",
        "party": "Chad",
        "reason": "No such mailbox",
        "next_contact": "b@ministry.example",
        "written_to": "",
    },
    "concluded": {"how": "withdrawn", "reason": REASON},
    "consent_given": {},
    "consent_lapsed": {},
    "consent_request": {},
    "consent_withheld": {"reason": REASON},
    "consultation_done": {"counts": COUNTS},
    "consultation_request": {},
    "cop_decision": {"meeting": "COP15", "result": "adopted", "by": "vote", "counts": COUNTS},
    "corrigendum_editorial": {"reason": REASON},
    "corrigendum_substantive": {"reason": REASON},
    "decided": {
        "body": "Executive Board",
        "meeting": "EB-3",
        "result": "endorsed",
        "document": "EB-3/12",
        "counts": COUNTS,
        "conditions": "As amended.",
    },
    "declined": {"reason": REASON},
    "ended": {"how": "completed", "reason": REASON},
    "escalated": {"meeting": "COP15", "paper_due": "24 April 2025", "reason": REASON},
    "extension": {"old": "8 March 2024", "new": "15 March 2024", "reason": REASON},
    "fresh_link": {"is_open": True},
    "held": {"reason": REASON, "since": "1 March 2024"},
    "late_joiner_request": {},
    "meeting_decision": {"meeting": "SC63", "result": "approved", "conditions": "As amended."},
    "no_objection": {"counts": COUNTS},
    "notification": {},
    "objection_lapsed": {"party": "Chad", "remaining": 0},
    "objection_received": {"party": "Chad", "received": "2 March 2024", "reasons": REASON},
    "objection_resolved": {},
    "objection_standing": {"parties": "Chad, Norway", "until": "7 April 2024"},
    "objection_withdrawn": {"party": "Chad", "remaining": 1},
    "overdue": {"action": "Endorse the proposal", "was_due": "7 February 2024"},
    "paper_issued": {"meeting": "COP15", "late": True},
    "question_answered": {
        "question": "How is the water measured?",
        "received": "2 March 2024",
        "text": "By a gauge at the outflow.",
        "until": "8 March 2024",
        "silence": "Silence is no objection.",
    },
    "question_put": {},
    "queue_paused": {"reason": "535 bad login", "remedy": "Check the password."},
    "receipt": {
        "answer": "Objection",
        "given_by": "Head of the Administrative Authority",
        "signed": "A. Minister, Director",
        "received": "2 March 2024",
        "reasons": REASON,
        "conditions": "Only with a map.",
        "text": "We object.",
        "late": True,
        "until": "8 March 2024",
        "objection": True,
    },
    "reinstated": {"reason": REASON},
    "reminder": {"days_left": 14},
    "renotification": {"changes": "The site moves."},
    "reopened": {"party": "Chad", "received": "7 March 2024", "recorded": "12 March 2024"},
    "resumed": {"reason": REASON},
    "sign_in_link": {"name": "m.martin", "minutes": 30},
    "signed": {"signed_on": "1 June 2024"},
    "stage_reached": {"stage": "Negotiation", "reason": REASON},
    "suspended": {"reason": REASON},
    "target_moved": {
        "meeting": "COP14",
        "old": "21 October 2021",
        "new": "5 November 2022",
        "reason": REASON,
    },
    "task": {
        "action": "Dispatch the letters",
        "until": "12 March 2024",
        "why": "A window waits to be opened.",
    },
    "unreached": {"parties": ["Chad", "Norway"]},
    "withdrawn": {"reason": REASON},
}


def rich(template: str) -> dict[str, Any]:
    """Everything a letter may be told, with something to say everywhere."""
    values: dict[str, Any] = {
        "case": {
            "reference": "RAM-2024-001",
            "title": "Évian Project",
            "partner": "Danone Group",
            "sector": "food and beverages",
            "home": "France",
            "territory": "France, Switzerland",
        },
        "office": {
            "name": "Secretariat of the Convention",
            "address": "Rue Mauverney 28, 1196 Gland",
            "email": "office@secretariat.example",
            "phone": "+41 22 000 00 00",
            "website": "https://secretariat.example",
            "signatory": "Secretary General",
        },
        "number": "2024/3",
        "dated": "8 January 2024",
        "summary": "Protection of a spring.\nThree years.",
        "to": {
            "name": "Office of Wetlands",
            "title": "Head of the Administrative Authority",
            "party": "Chad",
        },
        "what": WHAT[template],
    }
    if template in [*ASK_LETTERS, "unreached", "sign_in_link"]:
        values["ask"] = {
            "title": "Notification to all Parties",
            "reply_by": "8 March 2024, 23:59 (Europe/Zurich)",
            "closes": "11 March 2024, 09:00 (Europe/Zurich)",
            "zone": "Europe/Zurich",
            "days": 60,
            "silence": "The Party has no objection.",
            "answers": ["No objection", "Objection"],
            "link": REPLY_LINK,
            "reply_to": "case+1@secretariat.example",
        }
    return values


def bare(template: str) -> dict[str, Any]:
    """The same, with nothing to say wherever that may happen."""
    values = _emptied(rich(template))
    values["case"] |= {"reference": "R", "title": "T", "partner": "P"}
    values["office"] |= {"name": "Secretariat", "email": "o@secretariat.example", "signatory": "S"}
    if "ask" in values:
        values["ask"] |= {
            "title": "Q",
            "reply_by": "8 March",
            "link": REPLY_LINK,
            "reply_to": "c@secretariat.example",
        }
    if template == "queue_paused":
        values["what"] = WHAT[template]
    return values


def _emptied(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _emptied(each) for key, each in value.items()}
    return type(value)()
