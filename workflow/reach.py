"""What can be seen of us from outside: the mail server, the mailbox, and what the name servers say of us.

Asked for by `assent doctor` alone, and only what the settings name: no letter is sent, nothing is changed,
and without a resolver in the settings no name server is asked.
"""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import Iterator
from email.utils import parseaddr

import dns.exception
import dns.resolver
import dns.reversename

from notifications import Courier, Delivered, Halt, MailConfigError, MailSettings
from workflow import clamd, config, mailbox, scans
from workflow.upkeep import Finding

#: How long a name server may take for one answer, seconds.
DNS_TIMEOUT_S = 5
_DNS_PORT = 53


def findings(settings: config.Settings, mail: MailSettings) -> Iterator[Finding]:
    """Everything outside that the settings name."""
    yield _mail_server(settings, mail)
    yield _mailbox(settings)
    yield from _scanner(settings)
    yield from _names(settings)


def _mail_server(settings: config.Settings, mail: MailSettings) -> Finding:
    """Connect, encrypt, sign in, name the sender, and part: no letter is sent."""
    where = f"{mail.host}:{mail.port}"
    sender = settings.mail.from_address
    try:
        outcome = asyncio.run(Courier(mail).try_sender(sender))
    except MailConfigError as error:
        return Finding("mail server", "fault", str(error), "Correct [mail] in the settings.")
    if isinstance(outcome, Delivered):
        how = {"starttls": "encrypted (STARTTLS)", "tls": "encrypted (TLS)", "none": "in clear"}[mail.tls]
        return Finding("mail server", "good", f"{where} takes letters from {sender}, {how}.")
    reason = str(getattr(outcome, "reason", outcome)).rstrip(".")
    says = f"{reason}." if where in reason else f"{where}: {reason}."
    remedy = (
        outcome.remedy if isinstance(outcome, Halt) else "Check mail.host and mail.port, or try again later."
    )
    return Finding("mail server", "fault", says, remedy)


def _mailbox(settings: config.Settings) -> Finding:
    """Sign in and open the folder for reading."""
    if not settings.mailbox.host:
        return Finding("mailbox", "good", "None is looked into (mailbox.host is not set).")
    try:
        with mailbox.opened(settings.mailbox):
            pass
    except mailbox.MailboxError as error:
        return Finding("mailbox", "fault", str(error), "Until then answers by mail are not read.")
    return Finding("mailbox", "good", f"{settings.mailbox.host}: {settings.mailbox.folder} can be read.")


def _scanner(settings: config.Settings) -> Iterator[Finding]:
    """Ask the scanner whether it is there."""
    asked = scans.scanner(settings)
    if asked is None:
        return
    try:
        asked.ping()
    except clamd.ClamdError as error:
        yield Finding("clamd", "fault", str(error), "Until then nothing that comes in is handed out.")
    else:
        yield Finding("clamd", "good", f"{asked.where} answers.")


# ---------------------------------------------------------------------------------- name servers


class _NoAnswer(Exception):
    """The name server could not be asked; the text says why."""


class _Names:
    """Asks one name server."""

    def __init__(self, where: str) -> None:
        """Raises   ValueError: this is no address"""
        host, _, port = where.rpartition(":") if where.count(":") == 1 else (where, "", "")
        self._resolver = dns.resolver.Resolver(configure=False)
        self._resolver.nameservers = [str(ipaddress.ip_address(host))]
        self._resolver.port = int(port) if port else _DNS_PORT
        self._resolver.lifetime = DNS_TIMEOUT_S

    def asked(self, name: str, kind: str) -> list[str]:
        """What it says; empty: there is no such record. Raises   _NoAnswer"""
        try:
            answer = self._resolver.resolve(name, kind, search=False)
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            return []
        except (dns.exception.DNSException, OSError) as error:
            raise _NoAnswer(f"{name} {kind}: {error}") from None
        if kind == "TXT":
            return [b"".join(each.strings).decode("utf-8", "replace") for each in answer]
        return [each.to_text().rstrip(".") for each in answer]


def _names(settings: config.Settings) -> Iterator[Finding]:
    if not settings.doctor.resolver:
        says = "SPF, DKIM, DMARC and reverse names are not looked at (doctor.resolver is not set)."
        yield Finding("name server", "good", says)
        return
    try:
        names = _Names(settings.doctor.resolver)
    except ValueError:
        says = f"doctor.resolver: {settings.doctor.resolver!r} is no address of a name server."
        yield Finding("name server", "fault", says, 'Give an address, such as "9.9.9.9" or "127.0.0.1:5353".')
        return
    domain = parseaddr(settings.mail.from_address)[1].rpartition("@")[2]
    envelope = settings.mail.bounce_domain or domain
    try:
        yield _spf(names, envelope)
        yield _dkim(names, settings.doctor.dkim_selector, domain)
        yield _dmarc(names, domain)
        yield _reverse(names, settings.mail.host)
        if settings.installation.case_mail_domain:
            yield _mx(names, settings.installation.case_mail_domain)
    except _NoAnswer as error:
        says = f"{settings.doctor.resolver} gives no answer: {error}"
        yield Finding("name server", "fault", says, "Check doctor.resolver, and the way to it.")


def _spf(names: _Names, domain: str) -> Finding:
    """Which servers may send for the domain of the envelope (RFC 7208)."""
    found = [text for text in names.asked(domain, "TXT") if text.lower().split(" ")[0] == "v=spf1"]
    remedy = f'Publish one TXT record of {domain} that names the mail server and ends with "-all".'
    if not found:
        return Finding("SPF", "warning", f"{domain} does not say which servers may send for it.", remedy)
    if len(found) > 1:
        return Finding(
            "SPF", "fault", f"{domain} has {len(found)} SPF records: receivers believe none.", remedy
        )
    words = found[0].lower().split()
    if {"all", "+all"} & set(words):
        return Finding("SPF", "warning", f"{domain} lets every server send for it: {found[0]}", remedy)
    if not ({"-all", "~all"} & set(words) or any(word.startswith("redirect=") for word in words)):
        return Finding(
            "SPF", "warning", f"{domain} does not say that others may not send: {found[0]}", remedy
        )
    return Finding("SPF", "good", f"{domain}: {found[0]}")


def _dkim(names: _Names, selector: str, domain: str) -> Finding:
    """The key with which letters are signed (RFC 6376)."""
    if not selector:
        return Finding("DKIM", "good", "Not looked at (doctor.dkim_selector is not set).")
    name = f"{selector}._domainkey.{domain}"
    remedy = f"Publish the public key of the mail server as a TXT record of {name}."
    found = names.asked(name, "TXT")
    if not found:
        return Finding("DKIM", "warning", f"There is no key at {name}: signatures cannot be checked.", remedy)
    tags = _tags(found[0])
    if not tags.get("p"):
        return Finding("DKIM", "fault", f"The key at {name} is withdrawn (p is empty).", remedy)
    return Finding("DKIM", "good", f"There is a key at {name}.")


def _dmarc(names: _Names, domain: str) -> Finding:
    """What receivers shall do with letters that pass neither (RFC 7489)."""
    name = f"_dmarc.{domain}"
    found = [
        text for text in names.asked(name, "TXT") if text.lower().replace(" ", "").startswith("v=dmarc1")
    ]
    remedy = f'Publish one TXT record of {name}, such as "v=DMARC1; p=quarantine".'
    if len(found) != 1:
        says = f"{name} has {len(found)} DMARC records; large providers want one."
        return Finding("DMARC", "warning", says, remedy)
    policy = _tags(found[0]).get("p", "")
    if policy not in ("quarantine", "reject"):
        says = f"{domain} asks receivers to take forged letters, too (p={policy or 'missing'})."
        return Finding("DMARC", "warning", says, remedy)
    return Finding("DMARC", "good", f"{domain}: {found[0]}")


def _reverse(names: _Names, host: str) -> Finding:
    """Whether each address of the mail server has a name that leads back to it."""
    try:
        addresses = [str(ipaddress.ip_address(host))]
    except ValueError:
        addresses = names.asked(host, "A") + names.asked(host, "AAAA")
    if not addresses:
        return Finding("reverse name", "fault", f"{host} has no address.", "Check mail.host.")
    for address in addresses:
        pointed = names.asked(str(dns.reversename.from_address(address)), "PTR")
        back = [a for name in pointed for kind in ("A", "AAAA") for a in names.asked(name, kind)]
        if address not in back:
            says = f"{address} ({host}) has no name that leads back to it; many servers refuse its letters."
            remedy = "Ask whoever gives out the address to enter the name of the mail server (PTR)."
            return Finding("reverse name", "warning", says, remedy)
    return Finding("reverse name", "good", f"{', '.join(addresses)}: the name of {host} leads back.")


def _mx(names: _Names, domain: str) -> Finding:
    """Whether answers to the addresses of cases have somewhere to go."""
    found = names.asked(domain, "MX") or names.asked(domain, "A") or names.asked(domain, "AAAA")
    if not found:
        says = f"Nobody takes mail for {domain}: answers by mail come back to whoever sends them."
        return Finding("answers", "fault", says, f"Publish an MX record of {domain}.")
    return Finding("answers", "good", f"Mail for {domain} goes to {found[0].split()[-1]}.")


def _tags(record: str) -> dict[str, str]:
    """`v=DMARC1; p=reject` -> its tags."""
    pairs = (each.partition("=") for each in record.split(";"))
    return {name.strip().lower(): value.strip() for name, _, value in pairs if name.strip()}
