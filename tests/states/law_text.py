"""A small law that is sound: a proposal is put to the Parties, who may object; a Committee then decides."""

from states.vocabulary import Known

SMALL = """\
id        = "small"
edition   = "2026"
title     = "Small procedure"
basis     = "Rule 1"
timezone  = "Europe/Zurich"
calendar  = "CH-VD"
grace     = "09:00 next working day"
languages = ["en", "fr"]
parties   = "ramsar"
prefix    = "S"
start     = "draft"

[roles]
officer = "Officer"
party   = "Party"
clock   = "What time brings"

[bodies.committee]
title        = "Committee"
quorum_share = "2/3"

[checklists.proposal]
dossier = "the dossier"

[states.draft]
title = "Draft"

[states.draft.actions.submit]
title     = "Submit"
basis     = "Rule 2"
by        = "officer"
when      = "dossier_is_there"
checklist = "proposal"
to        = "open"

[states.open]
title = "Open to objections"

[states.open.ask]
of       = "all_parties"
letter   = "request"
answers  = ["no_objection", "objection", "question"]
favour   = ["no_objection"]
against  = ["objection"]
question = ["question"]
question_extends = "10 days"
within   = "60 days"
basis    = "Rule 3"
remind   = ["14 days", "3 days"]
silence  = "no_objection"
rule     = "no_objection"
closes   = "at deadline"
returns_from = ["meeting"]
returns  = { to = "open", when = ["not_decided"] }

[states.open.outcomes]
carried  = { to = "agreed", marks = ["cleared"], notify = { officers = "result" } }
defeated = { to = "meeting" }

[states.meeting]
title  = "Before the Committee"
target = "committee"

[states.meeting.deadlines.talks]
title     = "Consultations"
basis     = "Rule 4"
of        = "officer"
within    = "30 days"
on_expiry = "close"

[states.meeting.actions.close]
title = "Close"
basis = "Rule 4"
by    = ["officer", "clock"]
to    = [
    { to = "agreed", when = ["marked(cleared)"] },
    { to = "refused" },
]

[states.agreed]
title = "Agreed"
final = true

[states.refused]
title = "Refused"
final = true

[actions.dispatch]
title = "Send the question"
basis = "Rule 3"
by    = "officer"
in    = ["open"]
does  = "dispatch"

[actions.withdraw]
title  = "Withdraw"
basis  = "Rule 5"
by     = "officer"
in     = ["draft", "open", "meeting"]
notify = { officers = "result" }
to     = "refused"
"""

KNOWN = Known(
    audiences=frozenset({"all_parties", "officers"}),
    templates=frozenset({"request", "result"}),
    languages=frozenset({"en", "fr"}),
    calendars=frozenset({"CH-VD"}),
    guards=frozenset({"dossier_is_there", "not_decided"}),
    acts=frozenset({"dispatch"}),
    rules=frozenset({"all_consent", "consulted", "quorum_without_objection", "no_objection", "majority"}),
)


def changed(*changes: tuple[str, str]) -> str:
    """The small law with some of its words replaced; each must occur exactly once."""
    text = SMALL
    for old, new in changes:
        assert text.count(old) == 1, f"{old!r} occurs {text.count(old)} times"
        text = text.replace(old, new)
    return text


def line_of(text: str, words: str) -> int:
    """The line on which `words` first stand."""
    return text[: text.index(words)].count("\n") + 1
