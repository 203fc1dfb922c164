"""How to reach the mail server."""

import ipaddress
import ssl
from dataclasses import dataclass, field
from typing import Literal, get_args

Tls = Literal["starttls", "tls", "none"]


class MailConfigError(ValueError):
    """The settings of the mail server cannot be used."""


@dataclass(frozen=True, slots=True)
class MailSettings:
    """How to reach the mail server.

    Raises  MailConfigError for what cannot work or would not be safe, with the remedy
    """

    host: str
    port: int
    #: "" for a server that asks for no login.
    username: str = ""
    password: str = field(default="", repr=False)
    #: "starttls" (usually port 587), "tls" (465), or "none", which is for a server on this machine only.
    tls: Tls = "starttls"
    #: Most connections open at a time.
    connections: int = 4
    #: For one message from MAIL FROM to the last answer, and for opening a connection.
    timeout_s: float = 60
    #: 0 for no limit.
    rate_per_minute: int = 0
    #: Our name in EHLO; "" for this machine's own.
    hello: str = ""
    #: Certificates to trust instead of the system's, as a PEM file; "" for the system's.
    ca_file: str = ""

    def __post_init__(self) -> None:
        if not self.host or any(c.isspace() or not c.isprintable() for c in self.host):
            raise MailConfigError("mail.host: no usable host name. Give the name of the mail server.")
        if not 1 <= self.port <= 65535:
            raise MailConfigError(f"mail.port: {self.port} is no port. Use 587 (starttls) or 465 (tls).")
        if self.tls not in get_args(Tls):
            raise MailConfigError(f"mail.tls: '{self.tls}' is unknown. Use starttls, tls or none.")
        if self.tls == "none" and not _is_this_machine(self.host):
            raise MailConfigError(
                f"mail.tls: 'none' would send letters and password in clear to {self.host}. "
                "Use 'starttls' or 'tls'; 'none' is for a mail server on this machine only."
            )
        if self.password and not self.username:
            raise MailConfigError("mail.username: a password but no user name. Give both or neither.")
        if self.connections < 1:
            raise MailConfigError(f"mail.connections: {self.connections} cannot send. Use 1 or more.")
        if self.timeout_s <= 0:
            raise MailConfigError(f"mail.timeout_s: {self.timeout_s} s is no time. Use 60 or so.")
        if self.rate_per_minute < 0:
            raise MailConfigError("mail.rate_per_minute: below 0. Use 0 for no limit.")
        if any(c.isspace() or not c.isprintable() or ord(c) > 126 for c in self.hello):
            raise MailConfigError(
                "mail.hello: no host name. Give this machine's full name, or leave it empty."
            )

    def tls_context(self) -> ssl.SSLContext | None:
        """What certificates are checked against; None if there is no TLS.

        Raises  MailConfigError if the file of certificates cannot be read
        """
        if self.tls == "none":
            return None
        try:
            return ssl.create_default_context(cafile=self.ca_file or None)
        except OSError as error:
            raise MailConfigError(
                f"mail.ca_file: {self.ca_file} cannot be read as certificates ({error}). "
                "Give a PEM file, or leave it empty to trust the system's certificates."
            ) from None


def _is_this_machine(host: str) -> bool:
    if host.lower().rstrip(".") == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
