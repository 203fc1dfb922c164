"""A law file with a fault does not run; whoever wrote it is told where, what and what to do."""

import dataclasses

import pytest

from states.faults import Fault, ProcedureError
from states.reader import load, read
from states.soundness import GIVES, check, require_sound
from tests.states.law_text import KNOWN, SMALL, changed, line_of
from workflow.check import known

# A state that nothing but `extra` leads to, so that a fault can be put into it alone.
EXTRA = "[states.agreed]\n"


def extra(state: str) -> tuple[str, str]:
    return EXTRA, state + "\n" + EXTRA


CASES = {
    # ------------------------------------------------------------------------------ unknown words
    "role": (
        [('"Rule 2"\nby        = "officer"', '"Rule 2"\nby        = "oficer"')],
        ("states.draft.actions.submit.by", 'by        = "oficer"'),
        "unknown role 'oficer', did you mean 'officer'?",
    ),
    "role of a deadline": (
        [('of        = "officer"', 'of        = "usher"')],
        ("states.meeting.deadlines.talks.of", 'of        = "usher"'),
        "unknown role 'usher'. Use one of: clock, officer, party.",
    ),
    "state of an action": (
        [('to        = "open"', 'to        = "opne"')],
        ("states.draft.actions.submit.to", 'to        = "opne"'),
        "unknown state 'opne', did you mean 'open'?",
    ),
    "state of an outcome": (
        [('defeated = { to = "meeting" }', 'defeated = { to = "meetings" }')],
        ("states.open.outcomes.defeated.to", "defeated ="),
        "unknown state 'meetings', did you mean 'meeting'?",
    ),
    "state in which an action is allowed": (
        [('in     = ["draft", "open", "meeting"]', 'in     = ["draft", "opened", "meeting"]')],
        ("actions.withdraw.in", 'in     = ["draft"'),
        "unknown state 'opened', did you mean 'open'?",
    ),
    "start": (
        [('start     = "draft"', 'start     = "drafts"')],
        ("start", "start "),
        "unknown state 'drafts', did you mean 'draft'?",
    ),
    "guard": (
        [('when      = "dossier_is_there"', 'when      = "dossier_is_here"')],
        ("states.draft.actions.submit.when", "when      ="),
        "unknown guard 'dossier_is_here', did you mean 'dossier_is_there'?",
    ),
    "guard that is not even a name": (
        [('when      = "dossier_is_there"', "when      = \"os.system('x')()\"")],
        ("states.draft.actions.submit.when", "when      ="),
        "'os.system('x')()' is not a guard. Write 'name' or 'name(argument)'.",
    ),
    "guard without its argument": (
        [('"marked(cleared)"', '"marked"')],
        ("states.meeting.actions.close.to[1].when", '"marked"'),
        "the guard 'marked' wants an argument. Write 'marked(argument)'.",
    ),
    "guard with an argument too many": (
        [('when      = "dossier_is_there"', 'when      = "dossier_is_there(x)"')],
        ("states.draft.actions.submit.when", "when      ="),
        "the guard 'dossier_is_there' takes no argument. Write 'dossier_is_there'.",
    ),
    "mark that nothing puts": (
        [('"marked(cleared)"', '"marked(clear)"')],
        ("states.meeting.actions.close.to[1].when", '"marked(clear)"'),
        "unknown mark 'clear', did you mean 'cleared'?",
    ),
    "rule": (
        [('rule     = "no_objection"', 'rule     = "no_objections"')],
        ("states.open.ask.rule", "rule  "),
        "unknown rule 'no_objections', did you mean 'no_objection'?",
    ),
    "act": (
        [
            (
                'does  = "dispatch"',
                'does  = "dispatch"\n[actions.stamp]\ntitle = "Stamp"\nbasis = "Rule 9"\n'
                'by = "officer"\nin = "draft"\ndoes = "stamp"',
            )
        ],
        ("actions.stamp.does", 'does = "stamp"'),
        "unknown act 'stamp'. Use one of: dispatch.",
    ),
    "audience of an ask": (
        [('of       = "all_parties"', 'of       = "all_partys"')],
        ("states.open.ask.of", "of       ="),
        "unknown audience 'all_partys', did you mean 'all_parties'?",
    ),
    "audience of a notice": (
        [('marks = ["cleared"], notify = { officers', 'marks = ["cleared"], notify = { oficers')],
        ("states.open.outcomes.carried.notify.oficers", "carried "),
        "unknown audience 'oficers', did you mean 'officers'?",
    ),
    "template of a request": (
        [('letter   = "request"', 'letter   = "requests"')],
        ("states.open.ask.letter", "letter "),
        "unknown template 'requests', did you mean 'request'?",
    ),
    "template of a notice": (
        [('notify = { officers = "result" }\nto ', 'notify = { officers = "resullt" }\nto ')],
        ("actions.withdraw.notify.officers", '"resullt"'),
        "unknown template 'resullt', did you mean 'result'?",
    ),
    "language": (
        [('languages = ["en", "fr"]', 'languages = ["en", "es"]')],
        ("languages", "languages"),
        "unknown language 'es'. Use one of: en, fr.",
    ),
    "calendar": (
        [('calendar  = "CH-VD"', 'calendar  = "CH-VT"')],
        ("calendar", "calendar"),
        "unknown calendar 'CH-VT', did you mean 'CH-VD'?",
    ),
    "time zone": (
        [('timezone  = "Europe/Zurich"', 'timezone  = "Europe/Zürich"')],
        ("timezone", "timezone"),
        "unknown time zone 'Europe/Zürich', did you mean 'Europe/Zurich'?",
    ),
    "checklist": (
        [('checklist = "proposal"', 'checklist = "proposals"')],
        ("states.draft.actions.submit.checklist", "checklist ="),
        "unknown checklist 'proposals', did you mean 'proposal'?",
    ),
    "body of a target": (
        [('target = "committee"', 'target = "comittee"')],
        ("states.meeting.target", "target"),
        "unknown body 'comittee', did you mean 'committee'?",
    ),
    "body of a meeting": (
        [('within    = "30 days"', 'meeting = "comittee"')],
        ("states.meeting.deadlines.talks.meeting", 'meeting = "comittee"'),
        "unknown body 'comittee', did you mean 'committee'?",
    ),
    "rank": (
        [('closes   = "at deadline"', 'closes   = "at deadline"\nfinal_from = "heads"')],
        ("states.open.ask.final_from", "final_from"),
        "unknown rank 'heads', did you mean 'head'?",
    ),
    "answer against": (
        [('against  = ["objection"]', 'against  = ["objections"]')],
        ("states.open.ask.against", "against"),
        "unknown answer 'objections', did you mean 'objection'?",
    ),
    "answer that must give reasons": (
        [('closes   = "at deadline"', 'closes   = "at deadline"\nreasons = ["veto"]')],
        ("states.open.ask.reasons", "reasons"),
        "unknown answer 'veto'. Use one of: no_objection, objection, question.",
    ),
    "action that fulfils a deadline": (
        [('on_expiry = "close"', 'done_by = "closes"')],
        ("states.meeting.deadlines.talks.done_by", "done_by"),
        "unknown action of 'meeting' 'closes', did you mean 'close'?",
    ),
    "action on expiry": (
        [('on_expiry = "close"', 'on_expiry = "submit"')],
        ("states.meeting.deadlines.talks.on_expiry", "on_expiry"),
        "unknown action of 'meeting' 'submit'. Use one of: close, withdraw.",
    ),
    # ------------------------------------------------------------------------------------ the ways
    "a state nobody comes to": (
        [extra('[states.lost]\ntitle = "Lost"\nfinal = true\n')],
        ("states.lost", "[states.lost]"),
        "'lost' cannot be reached from 'draft'. Lead a way to it, or remove it.",
    ),
    "a state nobody leaves": (
        [
            ('{ to = "refused" },', '{ to = "limbo" },'),
            extra(
                '[states.limbo]\ntitle = "Limbo"\n[states.limbo.deadlines.wait]\ntitle = "Wait"\n'
                'basis = "Rule 9"\nof = "officer"\nwithin = "5 days"\n'
            ),
        ],
        ("states.limbo", "[states.limbo]"),
        "no way leads out of it (draft -> open -> meeting -> limbo). "
        "Add an action with 'to', an ask with outcomes, or write final = true.",
    ),
    "a circle without an end": (
        [
            ('{ to = "refused" },', '{ to = "ping" },'),
            extra(
                "".join(
                    f'[states.{here}]\ntitle = "{here}"\n[states.{here}.deadlines.wait]\ntitle = "Wait"\n'
                    f'basis = "Rule 9"\nof = "officer"\nwithin = "5 days"\n[states.{here}.actions.hit]\n'
                    f'title = "Hit"\nbasis = "Rule 9"\nby = "officer"\nto = "{there}"\n'
                    for here, there in (("ping", "pong"), ("pong", "ping"))
                )
            ),
        ],
        ("states.ping", "[states.ping]"),
        "no final state can be reached from 'ping', 'pong' (draft -> open -> meeting -> ping). "
        "Lead a way from one of them to a final state.",
    ),
    "an outcome that the rule gives and nothing answers": (
        [('defeated = { to = "meeting" }\n', ""), ('to     = "refused"', 'to     = "meeting"')],
        ("states.open.outcomes", "[states.open.outcomes]"),
        "'defeated' leads nowhere, and the rule 'no_objection' can give it (draft -> open). "
        "Add defeated = { to = ... }.",
    ),
    "an outcome that the rule never gives": (
        [('defeated = { to = "meeting" }', 'defeated = { to = "meeting" }\nlapsed = { to = "meeting" }')],
        ("states.open.outcomes.lapsed", "lapsed"),
        "the rule 'no_objection' never gives 'lapsed'. Remove it; the rule gives carried and defeated.",
    ),
    "an outcome that stays": (
        [
            (
                'defeated = { to = "meeting" }',
                'defeated = [{ to = "meeting", when = "not_decided" }, { to = "stays" }]',
            )
        ],
        ("states.open.outcomes.defeated[2]", "defeated"),
        "'defeated' leads nowhere: the case stays (draft -> open). Name a state.",
    ),
    "an outcome whose last way has a condition": (
        [('defeated = { to = "meeting" }', 'defeated = { to = "meeting", when = "not_decided" }')],
        ("states.open.outcomes.defeated", "defeated"),
        "the last way of 'defeated' still has a condition (draft -> open). Add a last way without 'when'.",
    ),
    "an expiry whose last way has a condition": (
        [('    { to = "refused" },\n', "")],
        ("states.meeting.actions.close.to", "to    = ["),
        "the last way of 'close' by the clock still has a condition (draft -> open -> meeting). "
        "Add a last way without 'when'.",
    ),
    "an expiry that the clock may not do": (
        [('by    = ["officer", "clock"]', 'by    = "officer"')],
        ("states.meeting.deadlines.talks.on_expiry", "on_expiry"),
        "the clock may not do 'close'. Add 'clock' to 'by' of 'close'.",
    ),
    "an expiry that leads nowhere": (
        [
            (
                'on_expiry = "close"',
                'on_expiry = "note"\n[states.meeting.actions.note]\ntitle = "Note"\n'
                'basis = "Rule 9"\nby = "clock"\n',
            )
        ],
        ("states.meeting.deadlines.talks.on_expiry", "on_expiry"),
        "'note' leads nowhere when the time is up (draft -> open -> meeting). Give it a 'to'.",
    ),
    "two ways without a condition": (
        [('{ to = "agreed", when = ["marked(cleared)"] }', '{ to = "agreed" }')],
        ("states.meeting.actions.close.to[2]", '{ to = "refused" },'),
        "the way to 'refused' is never taken: two ways without a condition compete. "
        "Put it before the way without a condition, or remove it.",
    ),
    "a way behind one without a condition": (
        [
            ('{ to = "agreed", when = ["marked(cleared)"] }', '{ to = "refused" }'),
            ('    { to = "refused" },\n]', '    { to = "agreed", when = ["marked(cleared)"] },\n    ]'),
            ('on_expiry = "close"\n', ""),
        ],
        ("states.meeting.actions.close.to[2]", '{ to = "agreed", when'),
        "the way to 'agreed' is never taken. Put it before the way without a condition, or remove it.",
    ),
    "moving on without a condition": (
        [('target = "committee"', 'target = "committee"\nmoves_on = { to = "refused" }')],
        ("states.meeting.moves_on", "moves_on"),
        "it moves on without a condition, so that nobody can ever act here. Give it a condition with 'when'.",
    ),
    # ---------------------------------------------------------------------------------- the states
    "a state in which a case could lie for ever": (
        [
            ('{ to = "refused" },', '{ to = "limbo" },'),
            extra(
                '[states.limbo]\ntitle = "Limbo"\n[states.limbo.actions.leave]\ntitle = "Leave"\n'
                'basis = "Rule 9"\nby = "officer"\nto = "refused"\n'
            ),
        ],
        ("states.limbo", "[states.limbo]"),
        "it has no question and no deadline: a case could lie here for ever "
        "(draft -> open -> meeting -> limbo). Add an ask, or a deadline of an officer.",
    ),
    "a final state with a deadline": (
        [
            (
                'title = "Refused"\nfinal = true',
                'title = "Refused"\nfinal = true\n[states.refused.deadlines.d]\n'
                'title = "D"\nbasis = "Rule 9"\nof = "officer"\nwithin = "5 days"',
            )
        ],
        ("states.refused.deadlines.d", "[states.refused.deadlines.d]"),
        "the deadline 'd' of a final state is no duty that can be fulfilled. "
        "Give it 'done_by' without 'on_expiry' and 'repeats', or remove it, or 'final'.",
    ),
    "a final state with a way out": (
        [('in     = ["draft", "open", "meeting"]', 'in     = ["draft", "open", "meeting", "agreed"]')],
        ("actions.withdraw.to", 'to     = "refused"'),
        "'withdraw' leads out of the final state 'agreed'. "
        "Take the action away from 'agreed', or remove 'final'.",
    ),
    "a final state that asks": (
        [
            (
                'title = "Refused"\nfinal = true',
                'title = "Refused"\nfinal = true\n[states.refused.ask]\n'
                'of = "committee"\nletter = "request"\nanswers = ["yes"]\nfavour = ["yes"]\n'
                'within = "5 days"\n'
                'basis = "Rule 9"\nsilence = "no answer"\nrule = "consulted"\ncloses = "at deadline"\n'
                '[states.refused.outcomes]\ncarried = "refused"',
            )
        ],
        ("states.refused.ask", "[states.refused.ask]"),
        "a final state asks a question. Remove the ask, or 'final'.",
    ),
    "outcomes of no question": (
        [('target = "committee"', 'target = "committee"\n[states.meeting.outcomes]\ncarried = "agreed"\n')],
        ("states.meeting.outcomes", "[states.meeting.outcomes]"),
        "there are outcomes, but no question. Add an ask, or remove them.",
    ),
    "two actions of one name in one state": (
        [
            (
                'in     = ["draft", "open", "meeting"]',
                'in     = ["draft", "open", "meeting"]\n[actions.close]\n'
                'title = "Close"\nbasis = "Rule 9"\nby = "officer"\nin = ["draft", "meeting"]\n'
                '[actions.other]\ntitle  = "Other"\nbasis  = "Rule 9"\nby     = "officer"\nin     = "draft"',
            )
        ],
        ("actions.close.in", 'in = ["draft", "meeting"]'),
        "'meeting' has two actions of the name 'close'. Rename one, or take the state out of 'in'.",
    ),
    # ------------------------------------------------------------------------------------- the ask
    "what those asked may see": (
        [('silence  = "no_objection"', 'shows    = ["consent"]\nsilence  = "no_objection"')],
        ("states.open.ask.shows", "shows    ="),
        "unknown view 'consent', did you mean 'consents'?",
    ),
    "a question that extends nothing": (
        [('question_extends = "10 days"\n', "")],
        ("states.open.ask.question", "question ="),
        "a question is an answer, but extends nothing. Add 'question_extends'.",
    ),
    "a reminder before the window opens": (
        [('remind   = ["14 days", "3 days"]', 'remind   = ["60 days", "3 days"]')],
        ("states.open.ask.remind[1]", "remind"),
        "a reminder 60 days before the end is not within the window of 60 days. Shorten it, or remove it.",
    ),
    "a reminder that may fall before the window in a short month": (
        [('within   = "60 days"', 'within   = "1 month"'), ('"14 days", "3 days"', '"29 days", "3 days"')],
        ("states.open.ask.remind[1]", "remind"),
        "a reminder 29 days before the end is not within the window of 1 month. Shorten it, or remove it.",
    ),
    "a reminder before the shorter window of a second asking": (
        [('within   = "60 days"', 'within   = "60 days"\nagain_within = "10 days"')],
        ("states.open.ask.remind[1]", "remind"),
        "a reminder 14 days before the end is not within the window when asked again of 10 days. "
        "Shorten it, or remove it.",
    ),
    "reminders in disorder": (
        [('"14 days", "3 days"', '"3 days", "14 days"')],
        ("states.open.ask.remind[2]", "remind"),
        "a reminder 14 days before the end stands after one of 3 days. Write the longest first, each once.",
    ),
    "a return to nowhere": (
        [('returns  = { to = "open", when = ["not_decided"] }\n', "")],
        ("states.open.ask.returns_from", "returns_from"),
        "it is not said where a case returns to. Add 'returns'.",
    ),
    "a return from nowhere": (
        [('returns_from = ["meeting"]\n', "")],
        ("states.open.ask.returns", "returns "),
        "no state is named from which a case returns. Add 'returns_from'.",
    ),
    "a return from an unknown state": (
        [('returns_from = ["meeting"]', 'returns_from = ["meetin"]')],
        ("states.open.ask.returns_from", "returns_from"),
        "unknown state 'meetin', did you mean 'meeting'?",
    ),
    "a question that nobody can send": (
        [('in    = ["open"]', 'in    = ["draft"]')],
        ("states.open.ask.opens", "[states.open.ask]"),
        "the question is never sent: no action here dispatches it (draft -> open). "
        'Add an action with does = "dispatch", or write opens = "on entry".',
    ),
    "a quorum of nobody": (
        [
            ('rule     = "no_objection"', 'rule     = "quorum_without_objection"'),
            ('defeated = { to = "meeting" }', 'defeated = "meeting"\nlapsed = "meeting"'),
        ],
        ("states.open.ask.rule", "rule "),
        "the rule counts a quorum, and there is none. Add 'quorum'.",
    ),
    # --------------------------------------------------------------------------- basis and periods
    "an ask without a basis": (
        [('basis    = "Rule 3"\n', "")],
        ("states.open.ask", "[states.open.ask]"),
        "the question has no basis. Add 'basis': where the law says so, or that it is a default.",
    ),
    "a deadline without a basis": (
        [('basis     = "Rule 4"\n', "")],
        ("states.meeting.deadlines.talks", "[states.meeting.deadlines.talks]"),
        "the deadline has no basis. Add 'basis': where the law says so, or that it is a default.",
    ),
    "an action without a basis": (
        [('basis     = "Rule 2"\n', "")],
        ("states.draft.actions.submit", "[states.draft.actions.submit]"),
        "the action has no basis. Add 'basis': where the law says so, or that it is a default.",
    ),
    "a deadline without a date": (
        [('within    = "30 days"\n', "")],
        ("states.meeting.deadlines.talks", "[states.meeting.deadlines.talks]"),
        "it is not said when it falls. Add 'within', or 'meeting'.",
    ),
    "a deadline with two dates": (
        [('within    = "30 days"', 'within    = "30 days"\nmeeting = "committee"')],
        ("states.meeting.deadlines.talks.within", "within    ="),
        "it counts both from entry and to a meeting. Remove one of the two.",
    ),
    "a deadline before an unnamed meeting": (
        [('within    = "30 days"', 'within    = "30 days"\nbefore = "9 days"')],
        ("states.meeting.deadlines.talks.before", "before"),
        "it is not said before which meeting. Add 'meeting'.",
    ),
    "a deadline that repeats unfulfilled": (
        [('on_expiry = "close"', "repeats = true")],
        ("states.meeting.deadlines.talks.repeats", "repeats"),
        "it starts again once fulfilled, but nothing fulfils it. Add 'done_by'.",
    ),
}


@pytest.mark.parametrize("case", CASES, ids=list(CASES))
def test_a_fault_is_told_once_with_its_line_and_its_remedy(case):
    changes, (path, at), expected = CASES[case]
    text = changed(*changes)

    faults = check(read(text, "small.toml"), KNOWN)

    assert [str(fault) for fault in faults] == [f"small.toml:{line_of(text, at)}: {path}: {expected}"]


def test_the_small_law_is_sound():
    assert check(read(SMALL), KNOWN) == []


def test_all_faults_are_told_at_once_in_the_order_of_the_file():
    text = changed(
        ('to        = "open"', 'to        = "opne"'),
        ('calendar  = "CH-VD"', 'calendar  = "CH-VT"'),
        ('rule     = "no_objection"', 'rule     = "no_objections"'),
        ('in     = ["draft", "open", "meeting"]', 'in     = ["draft", "opened", "meeting"]'),
    )

    with pytest.raises(ProcedureError) as refused:
        require_sound(read(text, "small.toml"), KNOWN)

    assert str(refused.value).splitlines() == [
        "small.toml:6: calendar: unknown calendar 'CH-VT', did you mean 'CH-VD'?",
        "small.toml:34: states.draft.actions.submit.to: unknown state 'opne', did you mean 'open'?",
        "small.toml:51: states.open.ask.rule: unknown rule 'no_objections', did you mean 'no_objection'?",
        "small.toml:99: actions.withdraw.in: unknown state 'opened', did you mean 'open'?",
    ]


def test_a_procedure_that_was_not_read_from_a_file_is_checked_without_lines():
    procedure = dataclasses.replace(read(SMALL), calendar="CH-VT", digest="", source="by hand")

    assert check(procedure, KNOWN) == [
        Fault("by hand: calendar", "unknown calendar 'CH-VT'", "did you mean 'CH-VD'?")
    ]


@pytest.mark.parametrize(("rule", "outcomes"), GIVES.items())
def test_every_outcome_that_a_rule_can_give_must_lead_somewhere(rule, outcomes):
    text = changed(
        ('rule     = "no_objection"', f'rule     = "{rule}"\nquorum = 5'),
        ('carried  = { to = "agreed", marks = ["cleared"], notify = { officers = "result" } }\n', ""),
        ('defeated = { to = "meeting" }\n', ""),
    )
    known = dataclasses.replace(KNOWN, rules=frozenset(GIVES))

    told = [f.says for f in check(read(text), known) if f.place.endswith("states.open.outcomes")]

    assert told == [
        f"'{o}' leads nowhere, and the rule '{rule}' can give it (draft -> open)" for o in outcomes
    ]


def test_the_private_sector_procedure_of_ramsar_is_sound():
    procedure = load("ramsar-private")

    assert [str(fault) for fault in check(procedure, known())] == []
