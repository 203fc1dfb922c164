"""assent doctor: what is wrong is named in a sentence, with what to do about it, and nothing is sent."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, update

from tests import build
from tests.notifications.servers import Mailbox, mailbox
from tests.workflow.imap import FOLDER, imap_server
from tests.workflow.names import Zone, name_server
from workflow import backup, check, config, db, doctor, heartbeat, outbox, reach, upkeep
from workflow import mailbox as mailbox_door
from workflow.queries import LETTERS
from workflow.upkeep import Finding

NOW = build.at("2024-06-12 10:00")
GOOD: dict[tuple[str, str], tuple[str, ...]] = {
    ("wet.example", "TXT"): ('"v=spf1 mx -all"', '"some other text"'),
    ("k1._domainkey.wet.example", "TXT"): ('"v=DKIM1; k=rsa; " "p=MIIB"',),
    ("_dmarc.wet.example", "TXT"): ('"v=DMARC1; p=reject; rua=mailto:d@wet.example"',),
    ("mail.wet.example", "A"): ("192.0.2.7",),
    ("7.2.0.192.in-addr.arpa", "PTR"): ("mail.wet.example.",),
    ("cases.wet.example", "MX"): ("10 mail.wet.example.",),
}


def settings_of(**sections: dict[str, Any]) -> config.Settings:
    mail = {"host": "mail.wet.example", "from_address": "assent@wet.example", **sections.pop("mail", {})}
    # Set, or the file of the secret would be looked for beside whoever runs the tests.
    installation = {"secret": "s" * 40, **sections.pop("installation", {})}
    return config.Settings.model_validate({"mail": mail, "installation": installation, **sections})


def names(zone: Zone, *, selector: str = "k1") -> dict[str, tuple[str, str]]:
    """Subject -> (weight, what was found) of what the name server says."""
    with name_server(zone) as server:
        settings = settings_of(
            doctor={"resolver": server.address, "dkim_selector": selector},
            installation={"case_mail_domain": "cases.wet.example"},
        )
        found = list(reach._names(settings))
    assert all(each.remedy for each in found if each.weight != "good")
    return {each.subject: (each.weight, each.says) for each in found}


# ---------------------------------------------------------------------------------- name servers


def test_a_domain_that_says_everything_right_is_good() -> None:
    assert names(GOOD) == {
        "SPF": ("good", "wet.example: v=spf1 mx -all"),
        "DKIM": ("good", "There is a key at k1._domainkey.wet.example."),
        "DMARC": ("good", "wet.example: v=DMARC1; p=reject; rua=mailto:d@wet.example"),
        "reverse name": ("good", "192.0.2.7: the name of mail.wet.example leads back."),
        "answers": ("good", "Mail for cases.wet.example goes to mail.wet.example."),
    }


@pytest.mark.parametrize(
    ("key", "said", "subject", "weight", "says"),
    [
        (("wet.example", "TXT"), (), "SPF", "warning",
         "wet.example does not say which servers may send for it."),
        (("wet.example", "TXT"), ('"v=spf1 -all"', '"v=spf1 mx -all"'), "SPF", "fault",
         "wet.example has 2 SPF records: receivers believe none."),
        (("wet.example", "TXT"), ('"v=spf1 +all"',), "SPF", "warning",
         "wet.example lets every server send for it: v=spf1 +all"),
        (("wet.example", "TXT"), ('"v=spf1 mx ?all"',), "SPF", "warning",
         "wet.example does not say that others may not send: v=spf1 mx ?all"),
        (("k1._domainkey.wet.example", "TXT"), (), "DKIM", "warning",
         "There is no key at k1._domainkey.wet.example: signatures cannot be checked."),
        (("k1._domainkey.wet.example", "TXT"), ('"v=DKIM1; p="',), "DKIM", "fault",
         "The key at k1._domainkey.wet.example is withdrawn (p is empty)."),
        (("_dmarc.wet.example", "TXT"), (), "DMARC", "warning",
         "_dmarc.wet.example has 0 DMARC records; large providers want one."),
        (("_dmarc.wet.example", "TXT"), ('"v=DMARC1; p=none"',), "DMARC", "warning",
         "wet.example asks receivers to take forged letters, too (p=none)."),
        (("7.2.0.192.in-addr.arpa", "PTR"), ("other.example.",), "reverse name", "warning",
         "192.0.2.7 (mail.wet.example) has no name that leads back to it; many servers refuse its letters."),
        (("mail.wet.example", "A"), (), "reverse name", "fault", "mail.wet.example has no address."),
        (("cases.wet.example", "MX"), (), "answers", "fault",
         "Nobody takes mail for cases.wet.example: answers by mail come back to whoever sends them."),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_domain_is_named_with_its_remedy(
    key: tuple[str, str], said: tuple[str, ...], subject: str, weight: str, says: str
) -> None:
    found = names(GOOD | {key: said})

    assert found[subject] == (weight, says)
    assert {s for s, (w, _) in found.items() if w != "good"} == {subject}


def test_without_a_resolver_no_name_server_is_asked() -> None:
    assert [(f.subject, f.weight) for f in reach._names(settings_of())] == [("name server", "good")]


def test_a_key_is_looked_for_only_under_a_selector_that_is_set() -> None:
    assert names(GOOD, selector="")["DKIM"] == ("good", "Not looked at (doctor.dkim_selector is not set).")


def test_what_is_no_address_of_a_name_server_is_told() -> None:
    (found,) = reach._names(settings_of(doctor={"resolver": "ns.example"}))

    assert (found.weight, found.says) == (
        "fault", "doctor.resolver: 'ns.example' is no address of a name server.",
    )  # fmt: skip


# ------------------------------------------------------------------------------------ mail server


@contextmanager
def post(**how: Any) -> Iterator[Mailbox]:
    """A mail server in a thread of its own."""
    ready, over, found = threading.Event(), threading.Event(), list[Mailbox]()

    async def run() -> None:
        async with mailbox(**how) as box:
            found.append(box)
            ready.set()
            await asyncio.to_thread(over.wait)

    thread = threading.Thread(target=lambda: asyncio.run(run()), daemon=True)
    thread.start()
    assert ready.wait(10)
    try:
        yield found[0]
    finally:
        over.set()
        thread.join(timeout=10)


def mail_server(box: Mailbox, **more: Any) -> Finding:
    settings = settings_of(
        mail={"host": "127.0.0.1", "port": box.port, "tls": "none", "timeout_s": 10, **more}
    )
    return reach._mail_server(settings, check.mail_settings(settings))


def test_a_mail_server_that_takes_our_letters_is_good_and_is_sent_none() -> None:
    with post(login=("assent", "right")) as box:
        found = mail_server(box, username="assent", password="right")

    assert found == Finding(
        "mail server", "good", f"127.0.0.1:{box.port} takes letters from assent@wet.example, in clear."
    )
    assert (box.connections, box.messages) == (1, [])


def test_a_refused_login_is_told_without_the_password() -> None:
    with post(login=("assent", "right")) as box:
        found = mail_server(box, username="assent", password="wrong-password")

    assert found.weight == "fault" and "wrong-password" not in found.says
    assert found.remedy == "Check user name and password of the mail server in the settings."


def test_a_refused_sender_is_told() -> None:
    with post(to_sender={"assent@wet.example": "553 5.7.1 not your address"}) as box:
        found = mail_server(box)

    assert (found.weight, "not your address" in found.says) == ("fault", True)
    assert found.remedy.startswith("Ask the operator of the mail server to let this account send")


def test_a_mail_server_that_is_not_there_is_told() -> None:
    with post() as box:
        pass
    found = mail_server(box)

    assert (found.weight, bool(found.remedy)) == ("fault", True)


# ------------------------------------------------------------------------------------------- mailbox


def read_mailbox(chosen: config.Mailbox) -> tuple[str, str, bool]:
    """Weight, what was found, and whether there is a remedy."""
    found = reach._mailbox(settings_of(mailbox=chosen.model_dump()))
    return found.weight, found.says, bool(found.remedy)


def test_a_mailbox_that_can_be_read_is_good_in_clear_and_by_starttls(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with imap_server() as server:
        assert read_mailbox(server.settings()) == ("good", f"127.0.0.1: {FOLDER} can be read.", False)
    with imap_server(tls=tmp_path) as server:
        chosen = server.settings(tls="starttls", folder="INBOX")
        stranger = read_mailbox(chosen)
        # Where a house has an authority of its own, this is how the machine is told of it.
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))

        assert read_mailbox(chosen) == ("good", "127.0.0.1: INBOX can be read.", False)
    assert (stranger[0], "certificate" in stranger[1], stranger[2]) == ("fault", True, True)


def test_a_mailbox_that_refuses_the_login_is_told_without_the_password() -> None:
    with imap_server() as server:
        weight, says, has_remedy = read_mailbox(server.settings(password="not this one"))

    assert (weight, says.startswith("The mailbox server refuses demouser: "), has_remedy) == (
        "fault", True, True,
    )  # fmt: skip
    assert says.endswith("Check mailbox.username and mailbox.password.") and "not this one" not in says


def test_without_a_mailbox_none_is_asked_for() -> None:
    assert reach._mailbox(settings_of()).says == "None is looked into (mailbox.host is not set)."


# ---------------------------------------------------------------------------- what keeps it going


@pytest.fixture
def kept(engine: Engine) -> Engine:
    """An installation with a case, everything of it done a moment ago."""
    build.world(engine)
    build.case(engine)
    with db.transaction(engine) as session:
        for name in ("sweep", "delivery", "heads", backup.BEAT):
            heartbeat.beat(session, name, NOW - timedelta(seconds=30))
    return engine


def found_in(on: Engine, settings: config.Settings | None = None) -> dict[str, tuple[str, str]]:
    with db.reading(on) as session:
        found = upkeep.findings(session, settings or settings_of(), NOW)
    assert all(each.remedy for each in found if each.weight != "good")
    return {each.subject: (each.weight, each.says) for each in found}


def test_an_installation_that_is_looked_after_is_good(kept: Engine) -> None:
    found = found_in(kept, settings_of(installation={"base_url": "https://assent.wet.example"}))

    assert {weight for weight, _ in found.values()} == {"good"}
    assert set(found) == {"sweep", "delivery", "queue", "copies", "time", "disk", "address", "viruses"}


def test_whatever_keeps_it_going_and_does_not_is_named(kept: Engine) -> None:
    with db.transaction(kept) as session:
        heartbeat.beat(session, "sweep", NOW - timedelta(minutes=5))
        heartbeat.beat(session, backup.BEAT, NOW - timedelta(hours=30))
        heartbeat.beat(session, "gather", NOW + timedelta(hours=1))
        outbox.pause(session, "The login was refused.", "Correct the password.", NOW - timedelta(hours=2))
    found = found_in(kept)

    assert {name: told for name, told in found.items() if told[0] != "good"} == {
        "sweep": ("warning", "The sweep has been silent for 5 minutes."),
        "queue": ("warning", "Sending is paused since 2024-06-12 06:00 UTC: The login was refused."),
        "copies": ("warning", "The last copy of the database is 30 hours old."),
        "time": ("warning", "Something is on record from 2024-06-12 09:00:00 UTC, which is still to come."),
        "address": ("warning", "Letters lead to http://localhost:8000, which nobody reaches from elsewhere."),
    }


def test_a_letter_that_waits_too_long_is_worth_a_look(kept: Engine) -> None:
    build.in_notification(kept)
    with db.transaction(kept) as session:
        session.execute(update(LETTERS).values(created_at=NOW - timedelta(hours=3)))

    assert found_in(kept)["queue"] == ("warning", "A letter has waited for 3 hours.")


def test_a_mailbox_into_which_nobody_looks_or_can_look_is_worth_a_look(kept: Engine) -> None:
    settings = settings_of(mailbox={"host": "127.0.0.1", "port": 1, "tls": "none", "username": "answers"})

    def told(now: datetime) -> tuple[str, str]:
        with db.reading(kept) as session:
            found = {each.subject: each for each in upkeep.findings(session, settings, now)}
        assert found["mailbox, last look"].remedy
        return found["mailbox, last look"].weight, found["mailbox, last look"].says

    never = told(NOW)
    with pytest.raises(mailbox_door.MailboxError) as why:
        mailbox_door.look(kept, settings.mailbox, lambda: NOW)
    refused = told(NOW + timedelta(minutes=1))
    with db.transaction(kept) as session:
        session.execute(update(mailbox_door.MARKS).values(problem=""))
    long_ago = told(NOW + timedelta(days=2))

    assert never == ("warning", "Nobody has looked into the mailbox yet.")
    assert refused == ("warning", f"2024-06-12 08:00 UTC: {why.value}")
    assert long_ago == ("warning", "Nobody has looked into the mailbox since 2024-06-12 08:00 UTC.")
    with db.reading(kept) as session:
        good = {each.subject: each for each in upkeep.findings(session, settings, NOW)}["mailbox, last look"]
    assert (good.weight, good.says, good.remedy) == ("good", "The mailbox is looked into.", "")


def test_a_secret_that_others_can_read_is_told(kept: Engine, tmp_path: Path) -> None:
    settings = settings_of(
        database={"url": f"sqlite:///{tmp_path / 'assent.db'}"}, installation={"secret": ""}
    )
    config.secret(settings)
    assert found_in(kept, settings)["secret file"][0] == "good"

    (tmp_path / "assent.secret").chmod(0o644)

    weight, says = found_in(kept, settings)["secret file"]
    assert (weight, says.endswith("can be read by others on this machine (mode 644).")) == ("warning", True)


def test_the_doctor_looks_at_all_that_the_check_looks_at_and_outside_too(kept: Engine) -> None:
    with post() as box:
        settings = settings_of(mail={"host": "127.0.0.1", "port": box.port, "tls": "none"})
        checked = [each.subject for each in check.findings(settings, kept, NOW)]
        found = [each.subject for each in doctor.findings(settings, kept, NOW)]

    assert found == [*checked, "clock", "mail server", "mailbox", "name server"]
