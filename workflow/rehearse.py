"""Play a rehearsal on a simulated clock, and say whether it went as written."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from states.zones import zone_of
from workflow.expected import differences
from workflow.rehearsal import Check, Rehearsal, RehearsalError, Step
from workflow.rehearsal_file import read
from workflow.stage import CannotGoOn, Stage
from workflow.timeline import Entry

__all__ = ["Difference", "Rehearsal", "RehearsalError", "Report", "play", "read"]

#: How much of the timeline is shown around a difference.
BEFORE, AFTER = 4, 2


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that did not go as written."""

    #: Line of the file.
    line: int
    at: datetime
    #: "officer: sign", or "check".
    doing: str
    #: What was looked at: "state", "due", "refused" ...
    key: str
    expected: str
    found: str
    #: Number of the last event before it.
    seq: int


@dataclass(frozen=True, slots=True)
class Report:
    """How a rehearsal went."""

    rehearsal: Rehearsal
    #: Reference of the case that was played.
    reference: str
    #: The state it ended in.
    state: str
    #: Letters that left, or would have.
    letters: int
    differences: tuple[Difference, ...]
    timeline: tuple[Entry, ...] = field(repr=False)

    @property
    def ok(self) -> bool:
        """Whether all went as written."""
        return not self.differences

    def around(self, difference: Difference) -> list[Entry]:
        """The events before a difference and after it."""
        seq = difference.seq
        return [entry for entry in self.timeline if seq - BEFORE < entry.seq <= seq + AFTER]

    def text(self) -> str:
        """The report in plain words, a line break at its end."""
        return "\n".join(_lines(self)) + "\n"

    def plain(self) -> dict[str, Any]:
        """The report as JSON can hold it."""
        rehearsal = self.rehearsal
        return {
            "file": rehearsal.source,
            "ok": self.ok,
            "procedure": rehearsal.procedure.id,
            "edition": rehearsal.procedure.edition,
            "reference": self.reference,
            "state": self.state,
            "steps": len(rehearsal.steps),
            "checks": len(rehearsal.checks),
            "letters": self.letters,
            "differences": [
                {
                    "line": each.line,
                    "at": self._wall(each.at),
                    "doing": each.doing,
                    "key": each.key,
                    "expected": each.expected,
                    "found": each.found,
                    "around": [self._event(entry) for entry in self.around(each)],
                }
                for each in self.differences
            ],
            "timeline": [self._event(entry) for entry in self.timeline],
        }

    def _wall(self, at: datetime) -> str:
        return at.astimezone(zone_of(self.rehearsal.procedure.timezone)).isoformat(timespec="seconds")

    def _event(self, entry: Entry) -> dict[str, Any]:
        return {
            "seq": entry.seq,
            "at": self._wall(entry.at),
            "event": entry.kind,
            "by": entry.on_behalf or entry.actor,
            "title": entry.title,
            "says": entry.says,
        }


def play(rehearsal: Rehearsal) -> Report:
    """Play it against its procedure in a database that is thrown away; letters are built and kept."""
    found: list[Difference] = []
    try:
        stage = Stage(rehearsal)
    except CannotGoOn as error:
        fault = Difference(0, rehearsal.start, "start", "the world of the file", "accepted", str(error), 0)
        return Report(rehearsal, "", "", 0, (fault,), ())
    try:
        for each in in_order(rehearsal):
            try:
                stage.advance(each.at)
                found += _step(stage, each) if isinstance(each, Step) else _compare(stage, each, "check")
            except CannotGoOn as error:
                found.append(_difference(stage, each, _name(each), "what is due", "it happens", str(error)))
                break
        found += _record(stage)
        case = stage.seen().case
        return Report(
            rehearsal,
            case.reference,
            case.state,
            len(stage.courier.kept),
            tuple(found),
            tuple(stage.timeline()),
        )
    finally:
        stage.close()


def in_order(rehearsal: Rehearsal) -> list[Step | Check]:
    """Steps and checks by their moment; at one moment in the order of the file, steps before checks."""
    # Sorting is stable.
    return sorted((*rehearsal.steps, *rehearsal.checks), key=lambda each: each.at)


def _step(stage: Stage, step: Step) -> Iterator[Difference]:
    for actor in step.by:
        doing = f"{actor.words}: {step.do}"
        try:
            reasons = stage.perform(step.do, actor, step.details)
        except Exception as error:  # the other steps may still tell something
            where = traceback.extract_tb(error.__traceback__)[-1]
            told = (
                f"a fault of the program: {type(error).__name__}: {error} ({where.name}, line {where.lineno})"
            )
            yield _difference(stage, step, doing, "done", "yes", told)
            continue
        wanted = step.refused
        if reasons is None and wanted:
            with_text = "" if wanted is True else f' with "{wanted}"'
            yield _difference(stage, step, doing, "refused", f"refused{with_text}", "it was done")
        elif reasons is not None and not wanted:
            yield _difference(stage, step, doing, "refused", "done", f"refused: {reasons}")
        elif isinstance(wanted, str) and wanted.casefold() not in str(reasons).casefold():
            yield _difference(
                stage, step, doing, "refused", f'refused with "{wanted}"', f"refused: {reasons}"
            )
    if step.then:
        yield from _compare(stage, step, _name(step))
    # What a step sets due at once happens before whatever else stands at this moment.
    stage.advance(step.at)


def _record(stage: Stage) -> Iterator[Difference]:
    """Whatever was played must have left a record that proves itself."""
    for fault in stage.record_faults():
        now, seq = stage.clock.now(), stage.seq()
        yield Difference(0, now, "at the end", "record", "it says what the case says", fault, seq)


def _compare(stage: Stage, each: Step | Check, doing: str) -> Iterator[Difference]:
    seen = stage.seen()
    for key, expected, got in differences(each.then, seen):
        yield _difference(stage, each, doing, key, expected, got)


def _difference(
    stage: Stage, each: Step | Check, doing: str, key: str, expected: str, found: str
) -> Difference:
    return Difference(each.line, each.at, doing, key, expected, found, stage.seq())


def _name(each: Step | Check) -> str:
    if isinstance(each, Check):
        return "check"
    return f"{', '.join(actor.words for actor in each.by)}: {each.do}"


# --------------------------------------------------------------------------------------- in words


def _lines(report: Report) -> Iterator[str]:
    rehearsal = report.rehearsal
    if report.ok:
        counts = f"{_many(len(rehearsal.steps), 'step')}, {_many(len(rehearsal.checks), 'check')}"
        yield f"{rehearsal.source}: as written ({counts}, {_many(report.letters, 'letter')})"
        return
    yield f"{rehearsal.source}: {_many(len(report.differences), 'difference')}"
    zone = zone_of(rehearsal.procedure.timezone)
    for each in report.differences:
        yield ""
        yield f"{rehearsal.source}:{each.line}: {each.at.astimezone(zone):%Y-%m-%d %H:%M:%S} {each.doing}"
        yield f"    {each.key}"
        yield f"        expected  {each.expected}"
        yield f"        found     {each.found}"
        around = report.around(each)
        if around:
            yield "    around it"
        is_marked = False
        for entry in around:
            if entry.seq > each.seq and not is_marked:
                yield "        - - - - - - - - - - - -  here"
                is_marked = True
            who = entry.on_behalf or entry.actor
            says = f": {entry.says}" if entry.says else ""
            yield f"        {entry.at.astimezone(zone):%Y-%m-%d %H:%M:%S}  {who}  {entry.title}{says}"


def _many(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"
