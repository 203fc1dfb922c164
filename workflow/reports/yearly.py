"""The figures of a year: what was begun and ended, asked and answered, written and received."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date

from notifications.paper import Block, Document, Facts, Grid, Heading, Text
from states.positions import tally
from workflow import i18n
from workflow.config import Secretariat
from workflow.reports.accounts import totals_of
from workflow.reports.casefile import CaseFile
from workflow.reports.period import Period, year_of
from workflow.reports.tongue import Tongue


def yearly(files: Sequence[CaseFile], year: int, office: Secretariat, language: str, today: date) -> Document:
    """The statistics of a year, up to today where it has not ended.

    files   of the cases it touches
    """
    period = year_of(year, today)
    say = Tongue(language, files[0].names if files else {})
    return Document(
        language=language,
        title=say.t("Partnerships in {year}", year=year),
        office=say.office(office),
        marks=((say.t("Period"), f"{say.day(period.first)} – {say.day(period.last)}"),),
        blocks=(
            *_cases(files, period, say),
            *_stages(files, period, say),
            *_questions(files, period, say),
            *_objections(files, period, say),
            *totals_of((f.statement for f in files if f.opened_on <= period.last), say),
        ),
    )


def _cases(files: Sequence[CaseFile], period: Period, say: Tongue) -> Sequence[Block]:
    begun: Counter[str] = Counter()
    ended: Counter[str] = Counter()
    running: Counter[str] = Counter()
    for file in files:
        law, last = say.title(file.law.title), file.state_on(period.last)
        end = file.ended_on()
        begun[law] += period.holds(file.opened_on)
        ended[law] += end is not None and period.holds(end)
        running[law] += bool(last) and not file.law.states[last].final
    names = sorted({*begun, *ended, *running}, key=i18n.sort_key)
    rows = [(law, str(begun[law]), str(ended[law]), str(running[law])) for law in names]
    sums = [str(sum(each.values())) for each in (begun, ended, running)]
    columns = (say.t("Procedure"), say.t("Begun"), say.t("Ended"), say.t("Running at the end"))
    return [
        Heading(say.t("Cases")),
        Grid(
            columns,
            (*rows, (say.t("Sum"), *sums)),
            figures=frozenset({1, 2, 3}),
            has_sum=True,
            widths=(5, 2, 2, 3),
        ),
    ]


def _stages(files: Sequence[CaseFile], period: Period, say: Tongue) -> Sequence[Block]:
    found = Counter(
        say.title(file.law.states[state].title) for file in files if (state := file.state_on(period.last))
    )
    if not found:
        return []
    rows = tuple(
        (stage, str(number)) for stage, number in sorted(found.items(), key=lambda s: i18n.sort_key(s[0]))
    )
    columns = (say.t("Stage"), say.t("Cases"))
    heading = Heading(say.t("Cases by stage at the end"))
    return [heading, Grid(columns, rows, figures=frozenset({1}), widths=(4, 1))]


def _questions(files: Sequence[CaseFile], period: Period, say: Tongue) -> Sequence[Block]:
    """Questions put in the year: how many were asked, and what they answered."""
    put: Counter[str] = Counter()
    asked: Counter[str] = Counter()
    words: dict[str, Counter[str]] = {}
    for file in files:
        for round_ in file.case.rounds:
            ask = file.law.states[round_.state].ask
            if ask is None or not period.holds(file.day(round_.opened_at)):
                continue
            title = say.title(file.law.states[round_.state].title)
            put[title] += 1
            asked[title] += len(round_.asked)
            words.setdefault(title, Counter()).update(tally(round_, file.case, ask))
    if not put:
        return [Heading(say.t("Questions")), Text((say.t("No question was put."),))]
    rows = tuple(
        (
            title,
            str(put[title]),
            str(asked[title]),
            ", ".join(f"{say.word('answer', word)} {n}" for word, n in words[title].most_common()),
        )
        for title in sorted(put, key=i18n.sort_key)
    )
    columns = (say.t("Question"), say.t("Times put"), say.t("Asked"), say.t("Answers"))
    return [
        Heading(say.t("Questions")),
        Grid(columns, rows, figures=frozenset({1, 2}), widths=(7, 3, 4, 7)),
    ]


def _objections(files: Sequence[CaseFile], period: Period, say: Tongue) -> Sequence[Block]:
    made = [(f, o) for f in files for o in f.case.objections if period.holds(f.day(o.received_at))]
    ended = [
        o.how
        for f in files
        for o in f.case.objections
        if o.ended_at is not None and period.holds(f.day(o.ended_at))
    ]
    posted = sum(f.posted for f in files if f.opened_on <= period.last)
    return [
        Heading(say.t("Objections")),
        Facts(
            (
                (say.t("Objections received"), str(len(made))),
                (say.t("Objections withdrawn"), str(ended.count("withdrawn"))),
                (say.t("Objections lapsed"), str(ended.count("lapsed"))),
                (say.t("Letters posted on paper, so far"), str(posted)),
            )
        ),
    ]
