"""The sections of the figures: a table in a reader's words, and the picture that is drawn from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup

from states.procedure import State
from workflow import i18n
from workflow.figures import Figures
from workflow.web.figure_plots import KEPT, MISSED, bars, colour, columns, shares, spans
from workflow.web.plots import plot
from workflow.web.showing import say
from workflow.web.site import Site
from workflow.web.workbook import Cell

#: Positions that are no answers, in the order in which they are shown after those that are.
NO_ANSWERS = ("late", "silent", "unreached", "waiting")


@dataclass(frozen=True, slots=True)
class Part:
    """One section of the page: a picture and the table it is drawn from."""

    #: Last part of the address of its CSV.
    name: str
    heading: str
    #: What is counted, in a sentence.
    says: str
    columns: tuple[str, ...]
    #: How many of the first columns are words; the others are numbers.
    words: int
    rows: tuple[tuple[Cell, ...], ...]
    #: "" where there is none.
    picture: Markup = field(default_factory=Markup)


class Telling:
    """Tells figures in a language: the words, the tables and the pictures."""

    def __init__(self, site: Site, language: str, counted: Figures) -> None:
        self._language, self._counted = language, counted
        #: All stages of all law files, in the order of their files; those that end a case last.
        stages = [s for law in site.house.laws.all for s in law.states.values()]
        self._states: dict[str, State] = {s.name: s for s in sorted(stages, key=lambda s: s.final)}
        self._laws = {law.id: i18n.title(law.title, language) for law in site.house.laws.all}

    def parts(self, *, pictures: bool) -> list[Part]:
        """Every section that has something to show."""
        made = [self._by_stage(pictures), self._time(pictures), *self._answers(pictures)]
        made += [self._dates(pictures), self._opened(pictures)]
        return [part for part in made if part.rows]

    # ------------------------------------------------------------------------------------ the parts

    def _by_stage(self, pictures: bool) -> Part:
        rows = [(self._title(s), self._counted.states[s]) for s in self._known(self._counted.states)]
        picture = Markup("")
        if pictures and rows:
            picture = plot(bars([{"stage": s, "n": n} for s, n in rows], self._say("cases")))
        return Part(
            "stages",
            self._say("Where cases are"),
            self._say("Cases by the stage they are in now."),
            (self._say("Stage"), self._say("Cases")),
            1,
            tuple(rows),
            picture,
        )

    def _time(self, pictures: bool) -> Part:
        by_state = {stage.state: stage for stage in self._counted.stages if stage.left}
        rows: list[tuple[Cell, ...]] = []
        for name in self._known(by_state):
            each = by_state[name]
            days = [_rounded(value) for value in (each.lower, each.median, each.upper)]
            rows.append((self._title(name), each.left, each.there, *days))
        picture = Markup("")
        if pictures and rows:
            picture = plot(
                spans(
                    [{"stage": r[0], "lower": r[3], "median": r[4], "upper": r[5]} for r in rows],
                    self._say("days: from the lower to the upper quartile; the line is the median"),
                )
            )
        return Part(
            "time",
            self._say("How long stages take"),
            self._say(
                "Days from entering a stage to leaving it, time on hold included; only stays that have ended."
            ),
            tuple(
                self._say(words)
                for words in (
                    "Stage",
                    "Stays ended",
                    "There now",
                    "Lower quartile",
                    "Median",
                    "Upper quartile",
                )
            ),
            1,
            tuple(rows),
            picture,
        )

    def _answers(self, pictures: bool) -> list[Part]:
        return [self._answers_to(state, pictures) for state in self._known(self._counted.answers)]

    def _answers_to(self, state: str, pictures: bool) -> Part:
        of_region = self._counted.answers[state]
        ask = self._states[state].ask if state in self._states else None
        held = {word for counts in of_region.values() for word in counts}
        order = [*(ask.answers if ask is not None else ()), *NO_ANSWERS]
        positions = [w for w in order if w in held] + sorted(held - set(order))
        said = {
            w: self._say(w) if w in NO_ANSWERS else i18n.word("answer", w, self._language) for w in positions
        }
        rows: list[tuple[Cell, ...]] = []
        for region, counts in of_region.items():
            numbers = [counts.get(word, 0) for word in positions]
            name = i18n.title(region, self._language) if region else self._say("no region")
            rows.append((name, *numbers, sum(numbers)))
        picture = Markup("")
        if pictures:
            values = [
                {"region": row[0], "position": said[word], "n": n, "at": at}
                for row in rows
                for at, (word, n) in enumerate(zip(positions, row[1:-1], strict=True))
            ]
            colours = {said[word]: colour(word, ask) for word in positions}
            picture = plot(shares(values, "region", "position", colours))
        return Part(
            f"answers-{state}",
            self._say("Answers by region: {question}", question=self._title(state)),
            self._say(
                "Those asked, by the answer that counts; in all rounds that ran to their end or are open."
            ),
            (self._say("Region"), *said.values(), self._say("Asked")),
            1,
            tuple(rows),
            picture,
        )

    def _dates(self, pictures: bool) -> Part:
        order = {name: at for at, name in enumerate(self._states)}
        dates = sorted(self._counted.dates, key=lambda each: (order.get(each.state, len(order)), each.title))
        rows: list[tuple[Cell, ...]] = []
        for each in dates:
            share = round(100 * each.share, 1) if each.share is not None else None
            title = i18n.title(each.title, self._language)
            rows.append((self._title(each.state), title, each.kept, each.missed, each.running, share))
        picture = Markup("")
        if pictures and any(each.kept + each.missed for each in dates):
            kept, missed = self._say("kept"), self._say("missed")
            values = [
                {"what": row[1], "how": how, "n": n, "at": at}
                for row in rows
                for at, (how, n) in enumerate(((kept, row[2]), (missed, row[3])))
            ]
            picture = plot(shares(values, "what", "how", {kept: KEPT, missed: MISSED}))
        return Part(
            "dates",
            self._say("Dates kept and missed"),
            self._say(
                "Dates by which something had to be done: kept, missed (done late or not yet), or running."
            ),
            tuple(
                self._say(words)
                for words in (
                    "Stage",
                    "What was due",
                    "Kept",
                    "Missed",
                    "Running",
                    "Kept of those that came, %",
                )
            ),
            2,
            tuple(rows),
            picture,
        )

    def _opened(self, pictures: bool) -> Part:
        rows = [
            (year, self._laws.get(procedure, procedure), n)
            for year, of_year in self._counted.opened.items()
            for procedure, n in sorted(of_year.items())
        ]
        picture = Markup("")
        if pictures and len(self._counted.opened) > 1:
            picture = plot(
                columns([{"year": str(y), "what": p, "n": n} for y, p, n in rows], self._say("cases"))
            )
        return Part(
            "opened",
            self._say("Cases opened"),
            self._say("By the year of their reference, and by procedure."),
            (self._say("Year"), self._say("Procedure"), self._say("Cases")),
            2,
            tuple(rows),
            picture,
        )

    # ------------------------------------------------------------------------------------ words

    def _known(self, found: Mapping[str, Any]) -> list[str]:
        """Stages in the order of the law; those it does not know come last."""
        return [name for name in self._states if name in found] + sorted(set(found) - set(self._states))

    def _title(self, state: str) -> str:
        return i18n.title(self._states[state].title, self._language) if state in self._states else state

    def _say(self, text: str, **values: Any) -> str:
        return say(text, self._language, **values)


def _rounded(days: float | None) -> float | None:
    return round(days, 1) if days is not None else None
