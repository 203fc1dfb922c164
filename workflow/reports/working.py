"""The working paper of a case that waits for a meeting: what was asked and answered, and the options."""

from __future__ import annotations

from collections.abc import Sequence

from notifications.paper import Block, Document, Facts, Heading, Items, Text
from workflow.reports import parts
from workflow.reports.casefile import CaseFile
from workflow.reports.tongue import Tongue

#: Guard of a way out of a decision -> what the meeting may decide with it.
_OPTIONS = {
    "decided_in_favour": "approve the partnership; the case then goes to the stage “{stage}”;",
    "decided_against": "not approve the partnership; the case then goes to the stage “{stage}”;",
    "": "defer its decision to a later meeting.",
}


def working_paper(file: CaseFile, language: str) -> Document:
    """The working paper for the meeting a case waits for, or for whichever comes next."""
    say = Tongue(language, file.names)
    meeting = next((m for m in file.meetings if m.ordinal == file.case.target), None)
    waits = [(say.t("Meeting"), say.meeting(meeting))] if meeting is not None else []
    return Document(
        language=language,
        title=say.t("Working paper: proposed partnership before the meeting"),
        office=say.office(file.office),
        subtitle=file.case.title,
        marks=(
            (say.t("Reference"), file.case.reference),
            *waits,
            (say.t("Date"), say.day(file.today)),
        ),
        blocks=parts.part_of(
            _background(file, say),
            parts.objective_of(file, say),
            parts.consents_of(file, say),
            parts.questions_of(file, say),
            parts.objections_of(file, say),
            parts.answers_of(file, say),
            parts.decisions_of(file, say),
            parts.changes_of(file, say),
            _options(file, say),
        ),
        running=f"{file.case.reference} – {file.case.title}",
        foot=file.case.reference,
    )


def _background(file: CaseFile, say: Tongue) -> Sequence[Block]:
    standing = len(file.case.standing)
    withdrawn = sum(o.how == "withdrawn" for o in file.case.objections)
    facts = (
        (say.t("Objections that stand"), str(standing)),
        (say.t("Objections withdrawn"), str(withdrawn)),
        (say.t("Basis"), file.law.basis),
    )
    return [Heading(say.t("Background")), *parts.facts_of(file, say), Facts(facts)]


def _options(file: CaseFile, say: Tongue) -> Sequence[Block]:
    """What the meeting may decide, as the law file draws it; nothing where no meeting decides now."""
    ways = [
        way
        for action in file.law.actions_in(file.case.state)
        if action.does == "record_decision"
        for way in action.to
    ]
    if not ways:
        return []
    told = []
    for way in ways:
        guard = next(
            (name for name in way.when if name in _OPTIONS), "" if way.to == file.case.state else None
        )
        if guard is not None:
            told.append(say.t(_OPTIONS[guard], stage=say.title(file.law.states[way.to].title)))
    return [
        Heading(say.t("Options")),
        Text((say.t("The meeting may:"),)),
        Items(tuple(dict.fromkeys(told)), is_numbered=True),
        Text((say.t("Until the meeting has decided in favour, the partnership is not approved."),)),
    ]
