"""compose(): a post and its recipients -> rows of models.Letter, each with its final words."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from notifications import REPLY_LINK, Letter, placeholders, render_many
from notifications.plain import one_line
from states.commands import Post
from states.facts import Asked, Case
from states.procedure import Procedure
from workflow import i18n, links, models, outbox, queries
from workflow.config import Settings
from workflow.contacts import Recipient
from workflow.letters.keeping import kept
from workflow.letters.matter import Matter
from workflow.letters.telling import told
from workflow.letters.words import Words, window_of

#: Letters about a period that runs: nobody is told of one that has ended.
_ONLY_WHILE_OPEN = frozenset({"held", "resumed"})
_REVOKED = select(queries.table(models.RevokedLink).c.token_hash)


def compose(
    session: Session,
    *,
    law: Procedure,
    case: Case,
    case_id: int,
    seq: int,
    post: Post,
    recipients: Sequence[Recipient],
    settings: Settings,
    secret: bytes,
    now: datetime,
    number: str = "",
    world: queries.World | None = None,
) -> list[dict[str, Any]]:
    """One row of models.Letter for each recipient, in their order.

    case     as it is after the step
    seq      the event that writes the letters
    post     what is to be told; its `what` holds plain values, days and instants, put into words here
    secret   of the installation: reply tokens are made from it, and only their hash is kept
    number   number in the year's register of notifications ("2024/3"), or ""
    Raises   notifications.TemplateError: there is no such letter, or it lacks a value
    """
    post = _belonging(case, post)
    world = world or queries.world(session, law.parties)
    matter = _matter(session, law, case, case_id, post, settings, now, number, world)
    if not recipients or (post.template in _ONLY_WHILE_OPEN and not _runs(matter)):
        return []
    domain = outbox.mail_domain(settings)
    revoked = set(session.scalars(_REVOKED)) if "ask.link" in placeholders(post.template, "en") else set()
    shared = {
        "case_id": case_id,
        "seq": seq,
        "round": post.round,
        "purpose": post.purpose,
        "occurrence": post.occurrence,
        "template": post.template,
        "number": number,
        "what": kept(post.what),
        "created_at": now,
    }
    rows = []
    for recipient, letter in zip(recipients, _written(matter, recipients), strict=True):
        rows.append(
            {
                **shared,
                "member": recipient.member,
                "party": recipient.party,
                "contact_id": recipient.contact_id,
                "name": one_line(recipient.name),
                "email": recipient.email,
                "version": letter.version,
                "language": letter.language,
                "subject": letter.subject,
                "text": letter.text,
                "html": letter.html,
                "message_id": outbox.message_id(
                    domain,
                    case=case.reference,
                    seq=seq,
                    round_no=post.round,
                    purpose=post.purpose,
                    occurrence=post.occurrence,
                    contact_id=recipient.contact_id,
                    email=recipient.email,
                    template=post.template,
                ),
                "token_hash": _token_hash(matter, secret, revoked, case_id, recipient, letter),
            }
        )
    return rows


# ------------------------------------------------------------------------------------- the words


def _written(matter: Matter, recipients: Sequence[Recipient]) -> list[Letter]:
    """The letters, rendered once for all readers of whom the same is said, in the order of the recipients."""
    round_, template = matter.round, matter.post.template
    members: dict[str, Asked] = {}
    if round_ is not None and matter.post.round:
        members = {asked.code: asked for asked in round_.asked}
    groups: dict[tuple[Any, ...], list[int]] = {}
    for place, recipient in enumerate(recipients):
        member = members.get(recipient.member)
        window = window_of(round_, member) if round_ is not None and member is not None else None
        language = i18n.negotiated(recipient.language, matter.settings.languages.default)
        groups.setdefault((language, window), []).append(place)
    letters: dict[int, Letter] = {}
    for (language, _), places in groups.items():
        words = Words(matter, language, members.get(recipients[places[0]].member))
        values = _values(words, template)
        readers = [_reader(words, recipients[place], members) for place in places]
        letters.update(zip(places, render_many(template, language, values, readers), strict=True))
    return [letters[place] for place in range(len(recipients))]


def _values(words: Words, template: str) -> dict[str, Any]:
    """Everything the template may ask for, besides the reader."""
    matter = words.matter
    values: dict[str, Any] = {
        "case": words.case(),
        "office": words.office(),
        "number": matter.number,
        "dated": i18n.day(matter.today, words.language, weekday=False),
        "summary": matter.case.summary,
        "what": told(words, template),
    }
    if "ask" in placeholders(template, words.language):
        values["ask"] = words.ask()
    return values


def _reader(words: Words, recipient: Recipient, members: dict[str, Asked]) -> dict[str, str]:
    title, party = recipient.title, words.party(recipient.party)
    if not title and recipient.party and recipient.role != "other":
        title = words.word("rank", recipient.role)
    elif not title and recipient.role in words.matter.law.roles:
        title = i18n.title(words.matter.law.roles[recipient.role], words.language, words.matter.law.id)
    round_, body = words.matter.round, None
    if round_ is not None and recipient.member in members:
        body = words.matter.law.bodies.get(round_.of)
    if party and body is not None:
        named = i18n.title(body.title, words.language, words.matter.law.id)
        party = i18n.form("form", "member", words.language, party=party, body=named)
    return {"name": recipient.name, "title": title, "party": party}


# ------------------------------------------------------------------------------------- the matter


def _belonging(case: Case, post: Post) -> Post:
    """The post with its round: a letter with a reply link belongs to the round that the link answers."""
    if post.round or case.round is None or "ask.link" not in placeholders(post.template, "en"):
        return post
    return replace(post, round=(case.open_round or case.round).no)


def _matter(
    session: Session,
    law: Procedure,
    case: Case,
    case_id: int,
    post: Post,
    settings: Settings,
    now: datetime,
    number: str,
    world: queries.World,
) -> Matter:
    return Matter(
        law=law,
        case=case,
        post=post,
        settings=settings,
        now=now,
        number=number,
        names=world.names,
        meetings=world.meetings,
        changes=_changes(session, case, case_id) if post.template == "renotification" else "",
    )


def _changes(session: Session, case: Case, case_id: int) -> str:
    """What the amendments made since the question was last put have changed, in the officers' words."""
    before = [r for r in case.rounds if r.state == case.state]
    since = before[-2].opened_at if len(before) > 1 else None
    amended = select(queries.EVENTS.c.body).where(
        queries.EVENTS.c.case_id == case_id, queries.EVENTS.c.kind == "amend"
    )
    if since is not None:
        amended = amended.where(queries.EVENTS.c.at > since)
    said = []
    for body in session.scalars(amended.order_by(queries.EVENTS.c.seq)):
        data = json.loads(body)["data"]
        said.append(str(data.get("changes") or data.get("reason") or ""))
    return "\n".join(each for each in said if each)


def _runs(matter: Matter) -> bool:
    return matter.round is not None and matter.round.is_open


def _token_hash(
    matter: Matter,
    secret: bytes,
    revoked: Collection[str],
    case_id: int,
    recipient: Recipient,
    letter: Letter,
) -> str:
    if REPLY_LINK not in letter.text or matter.round is None:
        return ""
    of = (case_id, matter.round.no, recipient.member, recipient.contact_id)
    return links.token_hash(links.token_in_use(secret, revoked, *of))
