"""A case that is far along, and those to whom letters about it go."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from states import reader
from states.commands import Post
from states.facts import Answer, Asked, Case, Deadline, Objection, Round
from workflow import models
from workflow.config import Installation, Secretariat, Settings
from workflow.contacts import Recipient
from workflow.letters import compose

LAW = reader.load("ramsar-private")
SECRET = b"a secret of thirty-two characters"
NOW = datetime(2024, 6, 3, 8, tzinfo=UTC)
NAMES = {
    "CI": ("Côte d'Ivoire", "Côte d'Ivoire", "Côte d'Ivoire"),
    "CR": ("Costa Rica", "Costa Rica", "Costa Rica"),
    "FR": ("France", "France", "Francia"),
    "GA": ("Gabon", "Gabon", "Gabón"),
    "GQ": ("Equatorial Guinea", "Guinée équatoriale", "Guinea Ecuatorial"),
    "NO": ("Norway", "Norvège", "Noruega"),
    "TD": ("Chad", "Tchad", "Chad"),
}
SETTINGS = Settings(
    secretariat=Secretariat(email="office@secretariat.example"),
    installation=Installation(case_mail_domain="cases.example"),
)
#: Round in which each question was put.
CONSENT, CONSULTATION, APPROVAL, NOTIFICATION = 1, 2, 3, 4


def at(month: int, day: int, hour: int = 8) -> datetime:
    """An instant of 2024 (UTC)."""
    return datetime(2024, month, day, hour, tzinfo=UTC)


def _answer(no: int, round_no: int, member: str, voice: str, word: str, **more: str) -> Answer:
    rank = {"mission": 4, "nfp": 2}.get(voice.partition("/")[2], 3)
    return Answer(no, round_no, member, voice, rank, word, at(1, 20), at(1, 20), **more)


_ROUNDS = (
    Round(
        no=CONSENT,
        state="party_consent",
        of="territory_parties",
        opened_at=at(1, 10),
        reply_by=date(2024, 2, 26),
        closes_at=at(2, 27),
        within="45 days",
        closed_at=at(2, 27),
        asked=(Asked("FR", "FR"), Asked("CR", "CR")),
        answers=(
            _answer(1, 1, "FR", "party:FR", "refuse", reasons="Not in a nature park.\nSee our letter."),
            _answer(2, 1, "CR", "party:CR/nfp", "consent_with_conditions", conditions="Local staff."),
        ),
    ),
    Round(
        no=CONSULTATION,
        state="body_consultation",
        of="mwg",
        opened_at=at(3, 1),
        reply_by=date(2024, 3, 29),
        closes_at=at(4, 1, 7),
        within="21 days",
        asked=(Asked("europe-1", "NO", "FR"),),
    ),
    Round(
        no=APPROVAL,
        state="committee_approval",
        of="standing_committee",
        opened_at=at(3, 25),
        reply_by=date(2024, 4, 24),
        closes_at=at(4, 25, 7),
        within="30 days",
        closed_at=at(4, 25, 7),
        asked=(Asked("africa-1", "GA", "GQ"), Asked("europe-1", "NO", "FR")),
        answers=(
            _answer(3, 3, "africa-1", "seat:GQ", "approve_with_conditions", conditions="Yearly accounts."),
            _answer(4, 3, "europe-1", "seat:NO", "object", reasons="Too early."),
        ),
    ),
    Round(
        no=NOTIFICATION,
        state="notification",
        of="all_parties",
        opened_at=at(4, 18),
        reply_by=date(2024, 6, 17),
        closes_at=at(6, 18, 7),
        within="60 days",
        asked=(
            Asked("FR", "FR"),
            Asked("TD", "TD", reply_by=date(2024, 6, 24), closes_at=at(6, 25, 7)),
            Asked("NO", "NO"),
        ),
        answers=(_answer(5, 4, "NO", "party:NO/mission", "objection", reasons="A map is missing."),),
    ),
)

CASE = Case(
    reference="RP-2024-7",
    state="notification",
    since=at(4, 18),
    seq=12,
    officer="ana",
    title="Évian Project",
    partner={"name": "Danone Group", "sector": "food and beverages", "home": "FR"},
    territory=("FR", "CR"),
    summary="Protection of a spring.\nThree years.",
    target="COP15",
    rounds=_ROUNDS,
    objections=(Objection(1, NOTIFICATION, "NO", "party:NO/mission", 4, at(5, 2)),),
    deadlines=(
        Deadline(
            name="task:objection:consultations",
            kind="expiry",
            generation=12,
            status="armed",
            rule="30 days",
            anchor=date(2024, 6, 18),
            last_day=date(2024, 7, 18),
            due_at=at(7, 18, 22),
            on_expiry="escalate",
        ),
    ),
)

#: What events tell, all at once; each letter takes what it needs.
TOLD = {
    "reason": "A flood.\nThe road is closed.",
    "reasons": "A map is missing.",
    "conditions": "Local staff.",
    "text": "We object.",
    "changes": "The site moves.",
    "counts": {"silent": 160, "no_objection": 9, "late": 1, "objection": 0},
    "votes": {"yes": 80, "no": 20, "abstain": 15, "present": 118},
    "meeting": "COP15",
    "parties": ("NO", "TD"),
    "party": "NO",
    "until": date(2024, 7, 18),
    "paper_due": date(2025, 4, 24),
    "old": date(2024, 6, 10),
    "new": date(2024, 6, 17),
    "since": date(2024, 6, 1),
    "received": datetime(2024, 6, 17, 10, tzinfo=UTC),
    "recorded": datetime(2024, 6, 20, 10, tzinfo=UTC),
    "signed_on": date(2024, 9, 1),
    "answer": "objection",
    "given_by": "party:NO/mission",
    "objection": True,
    "late": True,
    "result": "adopted",
    "by": "vote",
    "kind": "material",
    "action": "Issue the working paper for the Conference",
    "why": "The term of those asked has ended.",
    "was_due": date(2024, 6, 3),
    "recipient": "a@ministry.example",
    "next_contact": "b@ministry.example",
    "remedy": "Check the password.",
}


def stored(session: Session) -> int:
    """Put what letters look up into the registers, and the case into its table; its id."""
    session.execute(
        insert(models.Party),
        [
            {
                "register": "ramsar",
                "code": code,
                "name_en": english,
                "name_fr": french,
                "name_es": spanish,
                "language": "en",
                "timezone": "UTC",
                "joins": date(2000, 1, 1),
            }
            for code, (english, french, spanish) in NAMES.items()
        ],
    )
    session.execute(
        insert(models.Meeting),
        [
            {
                "body": body,
                "ordinal": ordinal,
                "kind": "ordinary",
                "starts": starts,
                "ends": ends,
            }
            for body, ordinal, starts, ends in (
                ("cop", "COP15", date(2025, 7, 23), date(2025, 7, 31)),
                ("standing_committee", "SC63", date(2024, 6, 3), date(2024, 6, 7)),
            )
        ],
    )
    session.execute(
        insert(models.Contact),
        [
            {
                "id": place,
                "register": "ramsar",
                "party": code,
                "role": "head",
                "email": f"head@{code}.example",
            }
            for place, code in enumerate(NAMES, 1)
        ],
    )
    row = {
        "id": 1,
        "reference": CASE.reference,
        "procedure": LAW.id,
        "edition": LAW.edition,
        "law_digest": "",
    }
    row |= {"state": CASE.state, "since": CASE.since, "opened_at": CASE.since, "title": CASE.title}
    lists: dict[str, Any] = {name: [] for name in ("territory", "marks", "items", "conditions", "decisions")}
    session.execute(insert(models.Case), row | lists | {"partner": {}})
    return 1


def party(
    code: str, language: str = "en", *, member: str = "", name: str = "Office", **more: Any
) -> Recipient:
    """The Head of the Administrative Authority of a Party, as a recipient."""
    given = {
        "contact_id": list(NAMES).index(code) + 1,
        "role": "head",
        "title": "",
        "party_names": NAMES[code],
    }
    given |= {"email": f"head@{code}.example", **more}
    return Recipient(member=member, party=code, name=name, language=language, **given)


def officer(language: str = "en") -> Recipient:
    """The officer in charge."""
    return Recipient(None, "", "", "officer", "Ana Ruiz", "", "ana@secretariat.example", language)


def partner(language: str = "en") -> Recipient:
    """The proposed partner."""
    return Recipient(None, "", "", "partner", "Mme Roux", "Danone Group", "roux@danone.example", language)


def letters(session: Session, template: str, *readers: Recipient, **told: Any) -> list[dict[str, Any]]:
    """The letters of one post about CASE.

    told    what of the post; and its purpose, round, occurrence, and case, number, now, settings
    """
    post = Post(
        told.pop("audience", "asked"),
        template,
        told.pop("purpose", "notice"),
        round=told.pop("round", 0),
        occurrence=told.pop("occurrence", "1"),
    )
    given = {name: told.pop(name) for name in ("case", "number", "now", "settings") if name in told}
    return compose(
        session,
        law=LAW,
        case_id=1,
        seq=13,
        post=replace(post, what=told),
        recipients=readers,
        secret=SECRET,
        **{"case": CASE, "now": NOW, "settings": SETTINGS, **given},
    )


def spoken(row: dict[str, Any]) -> str:
    """The text of a letter with plain spaces."""
    return row["text"].replace("\u00a0", " ")


def lines(row: dict[str, Any], start: str) -> list[str]:
    """What follows that beginning, on each line of a letter that has it."""
    return [line.partition(start)[2].strip() for line in spoken(row).splitlines() if line.startswith(start)]
