"""The cover of a letter: its reply link, and the addresses by which answers and bounces come back."""

from dataclasses import replace
from fnmatch import fnmatchcase
from functools import lru_cache

from notifications import Address, AddressError, Envelope, Halt, Letter, Refused, fill_link
from workflow import links, outbox
from workflow.config import ConfigError, Settings
from workflow.outbox import Claim
from workflow.postmark import Withheld

#: The letter whose link does not answer a question but signs somebody in.
SIGN_IN_LETTER = "sign_in_link"


class Covers:
    """Puts letters into envelopes for one installation."""

    def __init__(self, settings: Settings, secret: bytes) -> None:
        """Raises ConfigError when our own address is none."""
        self._secret = secret
        self._base_url = settings.installation.base_url
        self._case_domain = settings.installation.case_mail_domain
        self._office = settings.secretariat.email
        self._bounce_domain = settings.mail.bounce_domain or outbox.mail_domain(settings)
        self._allowed = tuple(pattern.lower() for pattern in settings.installation.dry_run_allow)
        try:
            self._sender = Address.parse(settings.mail.from_name, settings.mail.from_address)
        except AddressError as error:
            raise ConfigError(f"mail.from_name, mail.from_address: {error}") from None

    def envelope(self, claim: Claim) -> Envelope | Refused | Withheld | Halt:
        """The letter as it goes to the mail server, or why it does not."""
        if self._allowed and not any(fnmatchcase(claim.email.lower(), each) for each in self._allowed):
            return Withheld(
                f"{claim.email} matches no pattern of installation.dry_run_allow: this installation may"
                " only write to those that do. To write to everybody, empty that setting."
            )
        try:
            to = _address(claim.name, claim.email)
        except AddressError as error:
            return Refused(str(error))
        letter = Letter(claim.subject, claim.text, claim.html, claim.language, claim.template, claim.version)
        if claim.token_hash:
            address = self._link(claim)
            if address is None:
                return Halt(
                    f"The reply link of letter {claim.id} was made with another secret: it leads nowhere",
                    "Set installation.secret to what it was when the letters were written, the same on every"
                    " machine; or restore the file assent.secret.",
                )
            letter = fill_link(letter, address)
            if claim.round:
                mark = links.subject_mark(self._secret, claim.id)
                letter = replace(letter, subject=f"{letter.subject} {mark}")
        return Envelope(
            letter=letter,
            to=to,
            sender=self._sender,
            reply_to=self._reply_to(claim),
            bounce_to=links.bounce_address(self._secret, claim.id, self._bounce_domain),
            message_id=claim.message_id,
            date=claim.created_at,
            key=claim.id,
        )

    def _link(self, claim: Claim) -> str | None:
        """The address that a letter's link opens; None if its token was made with another secret."""
        if claim.template == SIGN_IN_LETTER:
            token = links.sign_in_token(self._secret, claim.message_id)
            is_ours = links.token_hash(token) == claim.token_hash
            return links.sign_in_link(self._base_url, token) if is_ours else None
        reply = links.token_behind(
            self._secret,
            claim.token_hash,
            claim.case_id or 0,
            claim.round,
            claim.member,
            claim.contact_id,
        )
        return links.reply_link(self._base_url, reply) if reply is not None else None

    def _reply_to(self, claim: Claim) -> str:
        if claim.reference and self._case_domain:
            return links.answer_address(self._secret, claim.reference, claim.id, self._case_domain)
        return self._office


@lru_cache(maxsize=4096)
def _address(name: str, email: str) -> Address:
    # The same offices are written to again and again, and a thorough look at an address takes its time.
    return Address.parse(name, email)
