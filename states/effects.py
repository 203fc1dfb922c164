"""What a decision does to a case: small named effects, and the one fold that applies them.

A decision is a list of effects. The engine writes each effect into its table, the event keeps it,
and `apply` folds it onto a `Case`: while deciding, to look one step ahead, and years later, to prove
that the tables say what the events say.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import UTC, date, datetime
from typing import Any

from states.dossier import Member, PublicText, Risk, SheetAnswer, Signature
from states.facts import Answer, Asked, Case, Condition, Deadline, Decision, Objection, Round

#: Fields that hold instants, and fields that hold days: one meaning per name, in every record.
INSTANTS = frozenset(
    [
        "since",
        "joined_at",
        "closes_at",
        "received_at",
        "recorded_at",
        "opened_at",
        "restarted_at",
        "closed_at",
        "ended_at",
        "due_at",
        "released_at",
        "reviewed_at",
    ]
)
DAYS = frozenset(
    [
        "reply_by",
        "anchor",
        "last_day",
        "held_on",
        "on",
        "old",
        "new",
        "resumed_on",
        "signed_on",
        "admitted_on",
        "term_ends",
        "left_on",
        "due",
        "done_on",
        "posted_on",
        "began_on",
    ]
)
#: Fields that hold sets; JSON knows only lists.
SETS = frozenset(["marks", "items"])


@dataclass(frozen=True, slots=True)
class Effect:
    """One change to a case."""

    #: Key of APPLY.
    op: str
    values: Mapping[str, Any]


def effect(op: str, /, **values: Any) -> Effect:
    """An effect by name."""
    return Effect(op, values)


def of_record(op: str, record: Any) -> Effect:
    """An effect that puts a whole record on file."""
    return Effect(op, {f.name: getattr(record, f.name) for f in fields(record)})


def arm(deadline: Deadline) -> Effect:
    """Start a deadline."""
    return of_record("arm", deadline)


def rearm(deadline: Deadline, /, **changes: Any) -> Effect:
    """Change a running deadline."""
    return Effect("rearm", {"name": deadline.name, **changes})


def drop(name: str, how: str) -> Effect:
    """End a running deadline: done, cancelled, skipped or fired."""
    return Effect("drop", {"name": name, "how": how})


# ------------------------------------------------------------------------------ plain and back


def plain(value: Any) -> Any:
    """A value as JSON can hold it: instants and days as ISO text, sets sorted."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, frozenset | set):
        return sorted(value)
    if isinstance(value, Mapping):
        return {k: plain(v) for k, v in value.items()}
    if isinstance(value, tuple | list):
        return [plain(v) for v in value]
    if hasattr(value, "__dataclass_fields__"):
        return {f.name: plain(getattr(value, f.name)) for f in fields(value)}
    return value


def from_plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """The inverse of `plain` for the values of one effect, by the names of its fields."""
    return {name: _native(name, value) for name, value in values.items()}


def _native(name: str, value: Any) -> Any:
    if isinstance(value, str):
        if name in INSTANTS:
            return datetime.fromisoformat(value.replace("Z", "+00:00"))
        return date.fromisoformat(value) if name in DAYS else value
    if isinstance(value, list) and name in SETS:
        return frozenset(value)
    if isinstance(value, list):
        return tuple(from_plain(v) if isinstance(v, dict) else v for v in value)
    return value


# ------------------------------------------------------------------------------------ the fold


def apply(case: Case, effects: Iterable[Effect]) -> Case:
    """The case after these effects."""
    for each in effects:
        case = APPLY[each.op](case, each.values)
    return case


def _set(case: Case, values: Mapping[str, Any]) -> Case:
    return replace(case, **values)


def _mark(case: Case, values: Mapping[str, Any]) -> Case:
    return replace(case, marks=(case.marks | set(values["add"])) - set(values["remove"]))


def _item(case: Case, values: Mapping[str, Any]) -> Case:
    return replace(case, items=case.items | {values["item"]})


def _condition(case: Case, values: Mapping[str, Any]) -> Case:
    return replace(case, conditions=(*case.conditions, Condition(**values)))


def _decision(case: Case, values: Mapping[str, Any]) -> Case:
    return replace(case, decisions=(*case.decisions, Decision(**values)))


def _members(members: Iterable[Any]) -> tuple[Asked, ...]:
    return tuple(m if isinstance(m, Asked) else Asked(**m) for m in members)


def _round(case: Case, values: Mapping[str, Any]) -> Case:
    opened = Round(**{**values, "asked": _members(values["asked"]), "answers": ()})
    return replace(case, rounds=(*case.rounds, opened))


def _in_round(case: Case, no: int, change: Callable[[Round], Round]) -> Case:
    return replace(case, rounds=tuple(change(r) if r.no == no else r for r in case.rounds))


def _round_change(case: Case, values: Mapping[str, Any]) -> Case:
    changes = {k: v for k, v in values.items() if k != "no"}
    return _in_round(case, values["no"], lambda r: replace(r, **changes))


def _asked(case: Case, values: Mapping[str, Any]) -> Case:
    return _in_round(case, values["round"], lambda r: replace(r, asked=r.asked + _members(values["members"])))


def _asked_change(case: Case, values: Mapping[str, Any]) -> Case:
    changes = {k: v for k, v in values.items() if k not in ("round", "code")}

    def change(r: Round) -> Round:
        return replace(
            r, asked=tuple(replace(a, **changes) if a.code == values["code"] else a for a in r.asked)
        )

    return _in_round(case, values["round"], change)


def _answer(case: Case, values: Mapping[str, Any]) -> Case:
    answer = Answer(**values)
    return _in_round(case, answer.round, lambda r: replace(r, answers=(*r.answers, answer)))


def _answer_change(case: Case, values: Mapping[str, Any]) -> Case:
    changes = {k: v for k, v in values.items() if k not in ("round", "no")}

    def change(r: Round) -> Round:
        return replace(
            r, answers=tuple(replace(a, **changes) if a.no == values["no"] else a for a in r.answers)
        )

    return _in_round(case, values["round"], change)


def _objection(case: Case, values: Mapping[str, Any]) -> Case:
    return replace(case, objections=(*case.objections, Objection(**values)))


def _objection_end(case: Case, values: Mapping[str, Any]) -> Case:
    ended = {"ended_at": values["ended_at"], "how": values["how"]}
    return replace(
        case,
        objections=tuple(replace(o, **ended) if o.no == values["no"] else o for o in case.objections),
    )


def _arm(case: Case, values: Mapping[str, Any]) -> Case:
    return replace(case, deadlines=(*case.deadlines, Deadline(**values)))


def _rearm(case: Case, values: Mapping[str, Any]) -> Case:
    changes = {k: v for k, v in values.items() if k != "name"}
    return replace(
        case,
        deadlines=tuple(replace(d, **changes) if d.name == values["name"] else d for d in case.deadlines),
    )


def _drop(case: Case, values: Mapping[str, Any]) -> Case:
    return replace(case, deadlines=tuple(d for d in case.deadlines if d.name != values["name"]))


def _sheet_answer(case: Case, values: Mapping[str, Any]) -> Case:
    given = SheetAnswer(**values)
    others = tuple(a for a in case.sheet if a.question != given.question)
    return replace(case, sheet=(*others, given))


def _risk(case: Case, values: Mapping[str, Any]) -> Case:
    found = Risk(**values)
    return replace(case, risks=(*(r for r in case.risks if r.kind != found.kind), found))


def _signature(case: Case, values: Mapping[str, Any]) -> Case:
    given = Signature(**values)

    def key(each: Signature) -> tuple[str, str, str]:
        return each.signer, each.form, each.organization

    return replace(case, signatures=(*(s for s in case.signatures if key(s) != key(given)), given))


def _member(case: Case, values: Mapping[str, Any]) -> Case:
    return replace(case, members=(*case.members, Member(**values)))


def _member_change(case: Case, values: Mapping[str, Any]) -> Case:
    """Change the newest membership of that name: who has left may have been admitted again."""
    newest = max((n for n, m in enumerate(case.members) if m.name == values["name"]), default=-1)
    changed = [replace(m, **values) if n == newest else m for n, m in enumerate(case.members)]
    return replace(case, members=tuple(changed))


def _public_text(case: Case, values: Mapping[str, Any]) -> Case:
    """A text that waits stands beside the reviewed one of its language, and takes its place once reviewed."""
    given = PublicText(**values)
    others = [t for t in case.public_texts if t.language != given.language]
    kept = [t for t in case.public_texts if t.language == given.language and t.is_reviewed]
    return replace(case, public_texts=(*others, *(() if given.is_reviewed else kept), given))


def _kept_beside(case: Case, values: Mapping[str, Any]) -> Case:
    """Holds, extensions, accounts and duties have registers of their own; the case sees what they moved."""
    return case


#: Effect -> how it changes a case. The engine's table (workflow/projection.py) says where it is written.
APPLY: Mapping[str, Callable[[Case, Mapping[str, Any]], Case]] = {
    "set": _set,
    "mark": _mark,
    "item": _item,
    "condition": _condition,
    "decision": _decision,
    "round": _round,
    "round_change": _round_change,
    "asked": _asked,
    "asked_change": _asked_change,
    "answer": _answer,
    "answer_change": _answer_change,
    "objection": _objection,
    "objection_end": _objection_end,
    "arm": _arm,
    "rearm": _rearm,
    "drop": _drop,
    "sheet_answer": _sheet_answer,
    "risk": _risk,
    "signature": _signature,
    "member": _member,
    "member_change": _member_change,
    "public_text": _public_text,
    "hold": _kept_beside,
    "resume": _kept_beside,
    "extension": _kept_beside,
    "entry": _kept_beside,
    "indicator": _kept_beside,
    "measure": _kept_beside,
    "duty": _kept_beside,
    "duty_end": _kept_beside,
}
