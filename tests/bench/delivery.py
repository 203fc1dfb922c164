"""346 letters to a mail server on the loopback, which is another process.

With the database: from the officer's command to the last letter accepted, every letter marked, at most 16 in
one transaction. Without: the courier alone, beside smtplib, which is handed bytes that are ready.
"""

from __future__ import annotations

import asyncio
import smtplib
import time
from datetime import datetime

from sqlalchemy import select

from notifications import Address, Courier, Envelope, Letter, Outcome
from notifications.mail import MailSettings, to_bytes
from tests.bench import peers, timing
from tests.bench import round as all_parties
from tests.bench.places import Place
from tests.bench.sink import HOST, Sink, sink
from tests.bench.timing import Line
from workflow import check, config, db, delivery, house
from workflow.queries import LETTERS

SUBJECT = "delivery"
COUNT = all_parties.LETTERS
CONNECTIONS = 8
SLOW_S = 0.02
#: One round of smtplib with a slow server takes seven seconds.
SLOW_ROUNDS_MAX = 3
OF_DJANGO, OF_SMTPLIB, OF_SMTPLIB_SLOW = 3, 1.5, 5
BOUNCES = "bounces@example.org"
OFFICE = Address("Secretariat of the Convention on Wetlands", "assent@example.org")


def lines(places: list[Place], rounds: int, quick: bool) -> list[Line]:
    peers.configure(places)
    found: list[Line] = []
    envelopes: list[Envelope] = []
    with sink() as quickly:
        for place in places:
            own = all_parties.prepared(place, rounds + 1)
            settled = _settings(quickly)
            house.settle(own.engine, house.House(settled))
            found += _with_database(own, settled, quickly, rounds, envelopes)
            own.drop()
        found.append(_alone(envelopes, quickly, rounds, OF_SMTPLIB, "which answers at once"))
    with sink(SLOW_S) as slowly:
        slow = min(rounds, SLOW_ROUNDS_MAX)
        said = f"which takes {SLOW_S * 1000:.0f} ms to answer"
        found.append(_alone(envelopes, slowly, slow, OF_SMTPLIB_SLOW, said))
    return found


def _settings(to: Sink) -> config.Settings:
    mail = config.Mail(host=HOST, port=to.port, tls="none", connections=CONNECTIONS)
    return config.Settings(mail=mail)


# ---------------------------------------------------------------------------- with the database


def _with_database(
    own: Place, settings: config.Settings, to: Sink, rounds: int, envelopes: list[Envelope]
) -> list[Line]:
    """envelopes   filled with the letters of the first case, for those who need no database"""
    ids = iter(range(1, rounds + 2))
    _send_all(own, settings, to, next(ids))
    if not envelopes:
        envelopes += _envelopes(own)
    sending: list[float] = []

    def assent() -> float:
        whole, sent = _send_all(own, settings, to, next(ids))
        sending.append(sent)
        return whole

    runs = {"assent": assent, "Django": lambda: _django(envelopes, to)}
    seen = timing.in_turn(runs, rounds)
    middle = timing.medians({**seen, "outbox": sending})
    what = f"{own.kind}: from the command to the last of {COUNT} accepted, beside Django's send_messages"
    rate = {name: COUNT / seconds for name, seconds in middle.items()}
    return [
        timing.at_least(
            SUBJECT,
            what,
            middle["Django"] / middle["assent"],
            OF_DJANGO,
            f"{timing.ms(middle['assent'])} and {timing.ms(middle['Django'])}",
        ),
        timing.told(
            SUBJECT,
            f"{own.kind}: from the outbox to the last accepted ({CONNECTIONS} connections)",
            f"{timing.ms(middle['outbox'])}, {rate['outbox']:.0f}/s"
            f" ({middle['Django'] / middle['outbox']:.1f} x Django)",
        ),
    ]


def _send_all(own: Place, settings: config.Settings, to: Sink, case_id: int) -> tuple[float, float]:
    """Seconds from the command, and from the first look into the outbox, to the last letter accepted."""
    courier = Courier(check.mail_settings(settings))
    with db.transaction(own.engine) as session:
        # What earlier rounds and answers have written is no part of this one.
        session.execute(LETTERS.update().where(LETTERS.c.status == "waiting").values(status="sent"))
    to.start()
    start = time.perf_counter()
    all_parties.open_round(own, case_id)
    queued = time.perf_counter()
    report = delivery.deliver(own.engine, courier, settings, _now)
    count, last = to.accepted()
    assert report.sent == count == COUNT, (report, count)
    return last - start, last - queued


def _now() -> datetime:
    return all_parties.WHEN


def _envelopes(own: Place) -> list[Envelope]:
    with db.reading(own.engine) as session:
        rows = session.execute(select(LETTERS).where(LETTERS.c.template == "notification").limit(COUNT)).all()
    assert len(rows) == COUNT
    return [
        Envelope(
            letter=Letter(row.subject, row.text, row.html, row.language, row.template, row.version),
            to=Address(row.name, row.email),
            sender=OFFICE,
            reply_to=OFFICE.email,
            bounce_to=BOUNCES,
            message_id=row.message_id,
            date=row.created_at,
            key=row.id,
        )
        for row in rows
    ]


def _django(envelopes: list[Envelope], to: Sink) -> float:
    """Text and HTML are there; no row is read or marked."""
    from django.core.mail import EmailMultiAlternatives, get_connection

    to.start()
    start = time.perf_counter()
    messages = []
    for each in envelopes:
        message = EmailMultiAlternatives(
            each.letter.subject,
            each.letter.text,
            f"{each.sender.name} <{each.sender.email}>",
            [f"{each.to.name} <{each.to.email}>"],
            reply_to=[each.reply_to],
            headers={"Message-ID": each.message_id, "Auto-Submitted": "auto-generated"},
        )
        message.attach_alternative(each.letter.html, "text/html")
        messages.append(message)
    get_connection(host=HOST, port=to.port).send_messages(messages)
    count, last = to.accepted()
    assert count == COUNT, count
    return last - start


# ------------------------------------------------------------------------------ the courier alone


def _alone(envelopes: list[Envelope], to: Sink, rounds: int, goal: float, said: str) -> Line:
    ready = [(each.to.email, to_bytes(each)) for each in envelopes]
    settings = check.mail_settings(_settings(to))
    runs = {"assent": lambda: _courier(envelopes, settings, to), "smtplib": lambda: _smtplib(ready, to)}
    timing.in_turn(runs, 1)
    seen = timing.medians(timing.in_turn(runs, rounds))
    what = (
        f"the courier alone ({CONNECTIONS} connections), beside smtplib with ready bytes, to a server {said}"
    )
    note = f"{COUNT / seen['assent']:.0f}/s and {COUNT / seen['smtplib']:.0f}/s"
    return timing.at_least(SUBJECT, what, seen["smtplib"] / seen["assent"], goal, note)


def _courier(envelopes: list[Envelope], settings: MailSettings, to: Sink) -> float:
    outcomes: list[Outcome] = []

    async def run() -> None:
        courier = Courier(settings)
        halt = await courier.deliver(envelopes, lambda envelope, outcome: outcomes.append(outcome))
        assert halt is None, halt
        await courier.close()

    to.start()
    start = time.perf_counter()
    asyncio.run(run())
    count, last = to.accepted()
    assert count == len(outcomes) == COUNT, (count, len(outcomes))
    return last - start


def _smtplib(ready: list[tuple[str, bytes]], to: Sink) -> float:
    to.start()
    start = time.perf_counter()
    with smtplib.SMTP(HOST, to.port) as client:
        for recipient, message in ready:
            client.sendmail(BOUNCES, [recipient], message)
    count, last = to.accepted()
    assert count == COUNT, count
    return last - start
