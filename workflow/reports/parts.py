"""The parts that reports of a case share, as blocks of a document; what has nothing to tell is empty."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from notifications.paper import Block, Facts, Grid, Heading, Items, Quote, Text
from states.facts import Answer, Round
from states.positions import consents, positions, tally
from states.procedure import Ask
from workflow.reports.casefile import CaseFile
from workflow.reports.period import Period
from workflow.reports.tongue import Tongue

#: Acts that change what was proposed or agreed.
CHANGES = frozenset({"amend", "amend_agreement", "carve_out", "set_details"})
#: Kinds of events that tell of the course of a case beside those that move it.
_TOLD = frozenset({"letters_posted", "objection_lapsed", "edition_changed", "party_left", "party_joined"})


def facts_of(file: CaseFile, say: Tongue) -> list[Block]:
    """Which partnership it is, with whom, where, and where it stands."""
    case = file.case
    partner = str(case.partner.get("name") or "")
    rows = [
        (say.t("Partner"), partner),
        (say.t("Sector"), str(case.partner.get("sector") or "")),
        (say.t("Home State of the partner"), say.party(str(case.partner.get("home") or ""))),
        (say.t("Parties concerned"), say.parties(case.territory) or case.no_territory_reason),
        (say.t("Procedure"), f"{say.title(file.law.title)} ({file.law.id}, {file.law.edition})"),
        (say.t("Stage"), say.title(file.law.states[case.state].title)),
        (say.t("Officer in charge"), file.officer),
    ]
    return [Facts(tuple(row for row in rows if row[1]))]


def objective_of(file: CaseFile, say: Tongue) -> list[Block]:
    """What the partnership is for."""
    if not file.case.summary:
        return []
    return [Heading(say.t("Objective")), *paragraphs(file.case.summary)]


def period_of(file: CaseFile, say: Tongue) -> list[Block]:
    """From when until when, under which form of agreement, and who signed it."""
    case, law = file.case, file.law
    form = next((a.title for a in law.agreements.values() if a.form == case.form), "") if case.form else ""
    signed = next((e for e in reversed(file.entries) if e.data.get("signed_on")), None)
    rows = [
        (say.t("Proposed on"), say.day(file.opened_on)),
        (say.t("Form of agreement"), say.title(form)),
        (say.t("Signed on"), _iso(str(signed.data["signed_on"]), say) if signed is not None else ""),
        (say.t("Signed by"), str(signed.data.get("signed_by", "")) if signed is not None else ""),
        (say.t("Ended on"), say.day(file.ended_on()) if file.ended_on() is not None else ""),
    ]
    blocks: list[Block] = [Heading(say.t("Period")), Facts(tuple(row for row in rows if row[1]))]
    if case.signatures:
        columns = (say.t("Signatory"), say.t("Organization"), say.t("Name"), say.t("Signed on"))
        blocks.append(
            Grid(
                columns,
                tuple(
                    (
                        say.title(law.signers.get(s.signer, s.signer)),
                        s.organization,
                        s.name,
                        say.day(s.signed_on),
                    )
                    for s in case.signatures
                ),
            )
        )
    return blocks


def consents_of(file: CaseFile, say: Tongue) -> list[Block]:
    """The Parties concerned, and the agreement of each."""
    case = file.case
    if not case.territory:
        return []
    given = consents(file.law, case)
    rows = []
    for code in sorted(case.territory, key=lambda c: say.party(c)):
        answer = given.get(code)
        if answer is None:
            rows.append((say.party(code), say.t("not given"), "–", "–"))
            continue
        said = say.word("answer", answer.word)
        rows.append(
            (say.party(code), said, say.voice(answer.voice, file.law), say.day(file.day(answer.received_at)))
        )
    columns = (say.t("Party"), say.t("Agreement"), say.t("Given by"), say.t("Received on"))
    return [Heading(say.t("Parties concerned and their agreement")), Grid(columns, tuple(rows))]


def questions_of(file: CaseFile, say: Tongue) -> list[Block]:
    """What was asked of whom, until when, and what came of it."""
    case, law = file.case, file.law
    if not case.rounds:
        return []
    rows = []
    for round_ in case.rounds:
        ask = law.states[round_.state].ask
        outcome = say.word("outcome", round_.outcome) if round_.outcome else say.t("open")
        rows.append(
            (
                str(round_.no),
                say.title(law.states[round_.state].title),
                f"{say.audience(round_.of, law)} ({len(round_.asked)})",
                say.day(file.day(round_.opened_at)),
                say.day(round_.reply_by),
                say.about(outcome, counts_of(file, round_, ask, say)) if ask is not None else outcome,
            )
        )
    columns = (
        say.t("No."), say.t("Question"), say.t("Asked"), say.t("Sent on"), say.t("Reply by"), say.t("Result"),
    )  # fmt: skip
    return [
        Heading(say.t("What was asked, of whom, and with what result")),
        Grid(columns, tuple(rows), widths=(2, 7, 6, 5, 5, 9)),
    ]


def counts_of(file: CaseFile, round_: Round, ask: Ask, say: Tongue) -> str:
    """How many gave each answer, in the order of the law file; the silent and the late last."""
    order = [*ask.answers, "silent", "late", "unreached"]
    counted = tally(round_, file.case, ask)
    ranked = sorted(counted.items(), key=lambda c: order.index(c[0]) if c[0] in order else len(order))
    return ", ".join(f"{say.word('answer', name)} {number}" for name, number in ranked if number) or "–"


def answers_of(file: CaseFile, say: Tongue) -> list[Block]:
    """Who answered what, question by question, with their own words below."""
    blocks: list[Block] = []
    for round_ in file.case.rounds:
        ask = file.law.states[round_.state].ask
        if ask is None or not round_.answers:
            continue
        blocks.append(Heading(f"{round_.no}. {say.title(file.law.states[round_.state].title)}", 2))
        blocks.append(_answers(file, round_, ask, say))
        for answer in round_.answers:
            words = [w for w in (answer.reasons, answer.conditions, answer.text) if w]
            if words:
                blocks.append(Text((_whose(file, answer, say),), is_strong=True))
                blocks += [Quote(lines(each)) for each in words]
    return [Heading(say.t("Who answered what")), *blocks] if blocks else []


def _answers(file: CaseFile, round_: Round, ask: Ask, say: Tongue) -> Block:
    counts = {p.answer.no: p for p in positions(round_, file.case, ask) if p.answer is not None}
    rows = []
    for answer in round_.answers:
        signature = file.signed.get(answer.no)
        signed = ", ".join(each for each in (signature.name, signature.title) if each) if signature else ""
        worth = ""
        if answer.taken_back:
            worth = say.t("withdrawn")
        elif answer.no not in counts:
            worth = say.t("does not count: late, or replaced")
        rows.append(
            (
                say.voice(answer.voice, file.law),
                say.word("answer", answer.word) + (f" ({worth})" if worth else ""),
                say.moment(answer.received_at, file.law),
                say.word("channel", answer.channel),
                signed,
            )
        )
    columns = (say.t("From"), say.t("Answer"), say.t("Received"), say.t("Channel"), say.t("Signed"))
    return table(columns, rows, (9, 6, 7, 4, 6))


def _whose(file: CaseFile, answer: Answer, say: Tongue) -> str:
    said = say.word("answer", answer.word)
    told = f"{said}, {say.day(file.day(answer.received_at))}"
    return say.about(say.voice(answer.voice, file.law), told)


def objections_of(file: CaseFile, say: Tongue) -> list[Block]:
    """Every objection with its text, and what became of it."""
    case = file.case
    blocks: list[Block] = [Heading(say.t("Objections"))]
    if not case.objections:
        return [*blocks, Text((say.t("No objection was made."),))]
    for objection in case.objections:
        round_ = next(r for r in case.rounds if r.no == objection.round)
        made = next(
            (
                a
                for a in round_.answers
                if (a.voice, a.received_at) == (objection.voice, objection.received_at)
            ),
            None,
        )
        fate = say.t("It stands.")
        if objection.ended_at is not None:
            day = say.day(file.day(objection.ended_at))
            ended = "Withdrawn on {day}." if objection.how == "withdrawn" else "Lapsed on {day}."
            fate = say.t(ended, day=day)
        received = say.day(file.day(objection.received_at))
        blocks.append(Heading(f"{objection.no}. {say.party(objection.party)}", 2))
        blocks.append(
            Text(
                (
                    say.t(
                        "{voice}, received on {day}.",
                        voice=say.voice(objection.voice, file.law),
                        day=received,
                    ),
                    fate,
                )
            )
        )
        words = (made.reasons or made.text) if made is not None else ""
        blocks.append(Quote(lines(words)) if words else Text((say.t("No reasons were given."),)))
    return blocks


def decisions_of(file: CaseFile, say: Tongue) -> list[Block]:
    """What bodies decided at their meetings, and the conditions that were made."""
    case = file.case
    blocks: list[Block] = []
    if case.decisions:
        columns = (say.t("Body"), say.t("Meeting"), say.t("Decision"), say.t("Date"))
        blocks += [
            Heading(say.t("Decisions")),
            Grid(
                columns,
                tuple(
                    (say.audience(d.body, file.law), d.meeting, say.word("result", d.result), say.day(d.on))
                    for d in case.decisions
                ),
            ),
        ]
    if case.conditions:
        blocks.append(Heading(say.t("Conditions")))
        blocks.append(Items(tuple(say.about(say.voice(c.by, file.law), c.text) for c in case.conditions)))
    return blocks


def course_of(file: CaseFile, say: Tongue, period: Period | None = None) -> list[Block]:
    """What was done, day by day: what moved the case, and what else a reader must know."""
    rows = []
    for entry in file.entries:
        day = file.day(entry.at)
        moved = entry.to in file.law.states
        action = next(iter(file.law.actions.get(entry.kind, ())), None)
        is_told = moved or entry.kind in _TOLD or (action is not None and action.does in CHANGES)
        if not is_told and entry.kind not in ("opened", "report"):
            continue
        if period is not None and not period.holds(day):
            continue
        stage = say.title(file.law.states[entry.to].title) if moved else ""
        rows.append((say.day(day), say.title(entry.title), stage))
    if not rows:
        return []
    columns = (say.t("Date"), say.t("What happened"), say.t("New stage"))
    return [Heading(say.t("Activities")), table(columns, rows, (4, 7, 6))]


def changes_of(file: CaseFile, say: Tongue) -> list[Block]:
    """What was changed in what had been proposed or agreed, and why."""
    found: list[Block] = []
    for entry in file.entries:
        action = next(iter(file.law.actions.get(entry.kind, ())), None)
        if action is None or action.does not in CHANGES:
            continue
        found.append(Text((say.about(say.day(file.day(entry.at)), say.title(entry.title)),), is_strong=True))
        words = [str(entry.data[k]) for k in ("changes", "reason") if entry.data.get(k)]
        found += [Quote(lines(each)) for each in words]
    return [Heading(say.t("Changes")), *found] if found else []


def indicators_of(file: CaseFile, say: Tongue) -> list[Block]:
    """Progress, by the indicators that were set."""
    if not file.indicators:
        return []
    rows = []
    for each in file.indicators:
        day, actual, note = each.measures[-1] if each.measures else (None, "", "")
        told = f"{actual} ({say.day(day)})" if day is not None else "–"
        name = f"{each.name} ({each.unit})" if each.unit else each.name
        rows.append((name, each.baseline or "–", each.target or "–", say.day(each.due), told, note))
    names = ("Indicator", "Baseline", "Target", "Due", "Last measured", "Note")
    columns = tuple(say.t(name) for name in names)
    return [Heading(say.t("Progress")), Grid(columns, tuple(rows))]


def duties_of(file: CaseFile, say: Tongue, *, complaints: bool = True) -> list[Block]:
    """Assessments, recommendations and complaints, with what came of them."""
    wanted = [d for d in file.duties if complaints or d.kind != "complaint"]
    if not wanted:
        return []
    blocks: list[Block] = [Heading(say.t("Monitoring and evaluation"))]
    for duty in wanted:
        said = say.word("duty", duty.kind)
        who = f", {duty.who}" if duty.who else ""
        done = say.t("done on {day}", day=say.day(duty.done_on)) if duty.done_on else say.t("not yet done")
        head = say.t("{what}{who}: due {day}, {done}", what=said, who=who, day=say.day(duty.due), done=done)
        blocks.append(Text((head,), is_strong=True))
        blocks += paragraphs(duty.says)
        if duty.findings:
            blocks.append(Quote(lines(duty.findings)))
    return blocks


def risks_of(file: CaseFile, say: Tongue) -> list[Block]:
    """Risks found, and what is done about each."""
    risks, kinds = file.case.risks, file.law.risks
    if not risks and not file.case.risk:
        return []
    blocks: list[Block] = [Heading(say.t("Risks and mitigation"))]
    if file.case.risk:
        blocks.append(Facts(((say.t("Risk as a whole"), say.word("risk", file.case.risk)),)))
    if risks:
        columns = (say.t("Risk"), say.t("Likelihood"), say.t("Severity"), say.t("Mitigation"), say.t("Owner"))
        rows = tuple(
            (
                say.title(kinds[r.kind].title) if r.kind in kinds else r.kind,
                say.word("risk", r.likelihood),
                say.word("risk", r.severity),
                r.mitigation or "–",
                r.owner or "–",
            )
            for r in risks
        )
        blocks.append(Grid(columns, rows, widths=(6, 3, 3, 7, 4)))
    return blocks


def next_steps_of(file: CaseFile, say: Tongue) -> list[Block]:
    """What comes next, by when."""
    running = [d for d in file.case.deadlines if d.kind in ("window", "task", "expiry")]
    rows = tuple(
        (say.day(d.last_day), say.title(d.title) if d.title else say.t("The window for answers closes"))
        for d in sorted(running, key=lambda d: d.last_day)
    )
    if not rows:
        return []
    return [Heading(say.t("Next steps")), Grid((say.t("By"), say.t("What")), rows, widths=(1, 3))]


def table(columns: Sequence[str], rows: Sequence[tuple[str, ...]], widths: Sequence[int]) -> Grid:
    """A table without the columns in which nothing stands."""
    filled = [at for at in range(len(columns)) if any(row[at] for row in rows)]
    return Grid(
        tuple(columns[at] for at in filled),
        tuple(tuple(row[at] for at in filled) for row in rows),
        widths=tuple(widths[at] for at in filled),
    )


def paragraphs(text: str) -> list[Text]:
    """Somebody's own words as paragraphs."""
    return [Text(lines(part)) for part in text.split("\n\n") if part.strip()]


def lines(text: str) -> tuple[str, ...]:
    """The lines of a text."""
    return tuple(line for line in text.split("\n") if line.strip()) or ("–",)


def part_of(*parts: Iterable[Block]) -> Sequence[Block]:
    """Parts one after the other."""
    return tuple(block for part in parts for block in part)


def _iso(day: str, say: Tongue) -> str:
    try:
        return say.day(date.fromisoformat(day))
    except ValueError:
        return day
