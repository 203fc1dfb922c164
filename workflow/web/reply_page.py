"""What a reply page shows: the question and its dates as letters tell them, what was said and may be seen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from notifications import REPLY_LINK
from states.commands import Post
from states.positions import SILENT, UNREACHED, consents, positions, tally
from states.questions import told_to_all
from states.zones import zone_of
from workflow import answering, i18n, queries, scans, spoken
from workflow.answering import Standing
from workflow.letters.matter import Matter
from workflow.letters.words import Words, window_of
from workflow.queries import LETTERS, PARTIES
from workflow.spoken import Said
from workflow.web.showing import say, sentences
from workflow.web.site import Site


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer that may be given."""

    word: str
    label: str
    #: What it brings about or needs, or "".
    note: str
    #: Fields it needs or may well use.
    wants: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """One answer as a page shows it."""

    question: str
    answer: str
    received_at: datetime
    received: str
    given_by: str
    signed: str
    scan: str
    channel: str
    reasons: str
    conditions: str
    text: str
    #: In which language those three are, or "".
    language: str
    #: What the Secretariat answered to it, if it is a question, and when; "".
    answered: str
    answered_on: str
    #: counts, replaced, late, taken_back or earlier_text.
    worth: str
    is_of_this_round: bool


def values(session: Session, site: Site, standing: Standing, language: str) -> dict[str, Any]:
    """Everything the template of a reply page asks for, in that language."""
    law, case, round_ = standing.law, standing.case, standing.round
    world = queries.world(session, law.parties)
    post = Post("asked", "fresh_link", "notice", round=round_.no, members=(standing.member.code,))
    matter = Matter(
        law=law,
        case=case,
        post=post,
        settings=site.house.settings,
        now=standing.facts.now,
        number="",
        names=world.names,
        meetings=world.meetings,
    )
    words = Words(matter, language, standing.member)
    told = spoken.said(session, standing.bearer.case_id, law, case, standing.member.party)
    said = [_shown(words, standing, each) for each in told]
    mine = [each for each in said if each.is_of_this_round]
    documents = answering.documents(session, standing)
    return {
        "told": words.case(),
        "summary": case.summary,
        "asks": words.ask(),
        "party": words.party(standing.member.party),
        "written_in": standing.bearer.language,
        "as_whom": _as_whom(words, standing),
        "reply_by": window_of(round_, standing.member)[0],
        "closes_at": standing.closes_at,
        "closed": words.moment(standing.closes_at),
        "in_capital": _in_capital(session, standing, language),
        "held": _held(standing, words),
        "is_open": not standing.is_late and standing.newer is None,
        "newer": words.day(_day(standing.newer.opened_at, law.timezone)) if standing.newer else "",
        "restarted": _restarted(standing, words),
        "stage": i18n.title(law.states[case.state].title, language),
        "choices": [_choice(standing, word, language) for word in standing.ask.answers],
        "voices": [words.voice(each.words) for each in standing.voices],
        "latest": mine[0] if mine else None,
        "said": said,
        "position": _position(standing, words),
        "withdrawal": _withdrawal(standing, words),
        "asked_by_others": [
            {"question": each.text, "answered": each.answered, "on": words.moment(each.answered_at)}
            for each in told_to_all(case)
            if each.member != standing.member.code and each.round == round_.no
        ],
        "ended": [
            words.moment(o.ended_at)
            for o in case.objections
            if o.party == standing.member.party and o.how == "withdrawn" and o.ended_at is not None
        ],
        "documents": documents,
        "looked_at": scans.verdicts(session, (each.sha256 for each in documents)),
        "letter": _letter(session, standing, language),
        "seen": _consultation(standing, words),
        "others": [
            {"reference": q.reference, "title": q.title, "asks": i18n.title(q.asks, language),
             "reply_by": words.day(q.reply_by)}
            for q in answering.open_questions(session, law.parties, standing.member.party)
            if (q.case_id, q.round) != (standing.bearer.case_id, round_.no)
        ],
    }  # fmt: skip


# ------------------------------------------------------------------------------------ the question


def _choice(standing: Standing, word: str, language: str) -> Choice:
    ask, label = standing.ask, i18n.word("answer", word, language)
    wants, note = [], ""
    if word in ask.conditions:
        wants, note = ["conditions"], say("Set out the conditions below.", language)
    elif word in ask.reasons:
        wants, note = ["reasons"], say("Give the reasons below.", language)
    elif word in ask.against:
        wants = ["reasons"]
    if word in ask.against and ask.objections_stand:
        note = say("It stands until it is withdrawn in writing. Reasons help the consultations.", language)
    if word in ask.question and ask.question_extends is not None:
        period = i18n.period(ask.question_extends, language)
        note = say("You then have at least {period} from your question.", language, period=period)
    return Choice(word, label, note, tuple(wants))


def _as_whom(words: Words, standing: Standing) -> str:
    """Who is written to: the Party, in what capacity; or the seat."""
    if not standing.is_seat:
        return words.voice(standing.voices[0].words)
    body = i18n.title(standing.law.bodies[standing.round.of].title, words.language, standing.law.id)
    party = words.party(standing.member.party)
    return i18n.form("form", "member", words.language, party=party, body=body)


def _in_capital(session: Session, standing: Standing, language: str) -> str:
    """The closing on the wall of the Party's capital, where that is another time; else ""."""
    zone = session.scalar(
        select(PARTIES.c.timezone).where(
            PARTIES.c.register == standing.law.parties, PARTIES.c.code == standing.member.party
        )
    )
    if not zone:
        return ""
    there, here = (
        standing.closes_at.astimezone(zone_of(each)).replace(tzinfo=None)
        for each in (zone, standing.law.timezone)
    )
    return "" if there == here else i18n.moment(standing.closes_at, zone_of(zone), language)


def _held(standing: Standing, words: Words) -> dict[str, Any] | None:
    """Since when the clock stands still, and how many days will be left."""
    if not standing.case.is_held:
        return None
    member, round_ = standing.member, standing.round
    left = member.remaining if member.remaining is not None else round_.remaining
    runs = standing.is_stopped and left is not None
    return {
        "since": words.day(standing.case.held_on),
        "left": i18n.days(left, words.language) if runs and left is not None else "",
    }


def _restarted(standing: Standing, words: Words) -> str:
    """When the text was corrected since they answered, so that they are asked again; else ""."""
    at = standing.round.restarted_at
    if at is None or any(
        a.received_at >= at for a in standing.round.answers if a.member == standing.member.code
    ):
        return ""
    return words.moment(at)


def _letter(session: Session, standing: Standing, language: str) -> dict[str, str] | None:
    """The letter in which the question was put to whoever bears this link."""
    row = session.execute(
        select(LETTERS.c.subject, LETTERS.c.text, LETTERS.c.language)
        .where(LETTERS.c.token_hash == standing.bearer.token_hash, LETTERS.c.purpose == "request")
        .order_by(LETTERS.c.id)
        .limit(1)
    ).one_or_none()
    if row is None:
        return None
    text = row.text.replace(REPLY_LINK, say("(this page)", row.language))
    return {"subject": row.subject, "text": text, "language": row.language}


# --------------------------------------------------------------------------------- what was said


def _shown(words: Words, standing: Standing, said: Said) -> Shown:
    answer = said.answer
    signed = ", ".join(each for each in (said.signature.name, said.signature.title) if each)
    return Shown(
        question=i18n.title(standing.law.states[said.round.state].title, words.language),
        answer=words.word("answer", answer.word),
        received_at=answer.received_at,
        received=words.moment(answer.received_at),
        given_by=_given_by(words, said),
        signed=signed,
        scan=said.signature.scan,
        channel=words.word("channel", answer.channel),
        reasons=answer.reasons,
        conditions=answer.conditions,
        text=answer.text,
        language=answer.language,
        answered=answer.answered,
        answered_on=words.moment(answer.answered_at) if answer.answered_at is not None else "",
        worth=said.worth,
        is_of_this_round=said.round.no == standing.round.no and answer.member == standing.member.code,
    )


def _given_by(words: Words, said: Said) -> str:
    role, _, code = said.answer.voice.partition(":")
    if role != "seat":
        return words.voice(said.answer.voice)
    # The seat's holders as they were when that question was put.
    is_alternate = code == said.member.alternate
    party = words.party(said.member.alternate if is_alternate else said.member.party)
    return i18n.form("voice", "alternate" if is_alternate else "member", words.language, party=party)


def _position(standing: Standing, words: Words) -> str:
    """What counts as their answer, in a sentence."""
    ask, found, language = standing.ask, standing.position, words.language
    if found.word:
        return words.word("answer", found.word)
    if found.late:
        return say("An answer arrived, too late to count.", language)
    never = UNREACHED in tally(standing.round, standing.case, ask, standing.facts.unreached)
    if never and standing.member.code in {*standing.round.unreached, *standing.facts.unreached}:
        return say("Not counted as silent: the question did not arrive.", language)
    return say("No answer was received.", language)


def _withdrawal(standing: Standing, words: Words) -> dict[str, Any] | None:
    """The objections of their Party, and whether whoever bears this link may withdraw them."""
    possible = standing.withdrawal
    if not standing.objections or standing.is_seat:
        return None
    made = [
        {"by": words.voice(o.voice), "received": words.moment(o.received_at)} for o in standing.objections
    ]
    reasons = sentences(possible.refused, words.language) if possible and possible.refused else []
    if possible is None:
        reasons = [say("An objection cannot be withdrawn any more in the present stage.", words.language)]
    return {"objections": made, "reasons": reasons}


def _consultation(standing: Standing, words: Words) -> dict[str, Any]:
    """What the law file lets those see who are asked: counts only once it has closed, unless it says more."""
    ask, case, round_ = standing.ask, standing.case, standing.round
    shows = set(ask.shows) | ({"counts"} if standing.is_seat and not round_.is_open else set())
    seen: dict[str, Any] = {
        "is_open": round_.is_open,
        "consents": [],
        "missing": [],
        "counts": [],
        "positions": [],
    }
    if "consents" in shows:
        given = consents(standing.law, case)
        seen["consents"] = [
            (words.party(code), words.word("answer", given[code].word), words.moment(given[code].received_at))
            for code in case.territory
            if code in given
        ]
        seen["missing"] = [words.party(code) for code in case.territory if code not in given]
    if "counts" in shows:
        seen["counts"] = words.counts(tally(round_, case, ask, standing.facts.unreached))
    if "positions" in shows:
        seen["positions"] = _positions(standing, words)
    return seen


def _day(at: datetime, zone: str) -> date:
    return at.astimezone(zone_of(zone)).date()


def _positions(standing: Standing, words: Words) -> list[tuple[str, str]]:
    found = {each.code: each.word for each in positions(standing.round, standing.case, standing.ask)}
    return [
        (words.party(member.party), words.word("answer", found[member.code] or SILENT))
        for member in standing.round.asked
    ]
