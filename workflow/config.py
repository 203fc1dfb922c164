"""Settings of an installation: config.toml, then secret files, then the environment; the last one wins."""

import os
import tomllib
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from workflow import secretfile

PREFIX = "ASSENT_"
#: Names the settings file; not a setting itself.
CONFIG_VARIABLE = "ASSENT_CONFIG"
#: Fewer characters of an HMAC secret could be guessed by trying.
SHORTEST_SECRET = 32


class ConfigError(Exception):
    """The settings cannot be used. Each of `faults` is one sentence: where, what, and what to do."""

    def __init__(self, *faults: str) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


def _split(value: object) -> object:
    # The environment and secret files have no lists: there, values stand side by side with commas.
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


def _database_url(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        backend = make_url(value).get_backend_name()
    except ArgumentError:
        raise ValueError(
            "is not a database address; examples: sqlite:///assent.db, postgresql:///assent"
        ) from None
    if backend not in ("sqlite", "postgresql"):
        raise ValueError(f"names {backend!r}, but Assent keeps its data in sqlite or postgresql")
    return value


Texts = Annotated[tuple[str, ...], BeforeValidator(_split)]
Positive = Annotated[int, Field(ge=1)]


class Database(_Section):
    #: SQLAlchemy address of the database, `sqlite:///file` or `postgresql://user@host/name`.
    url: Annotated[str, BeforeValidator(_database_url)] = "sqlite:///assent.db"
    #: How long one writer waits for another, milliseconds.
    busy_timeout_ms: Positive = 10_000

    def __repr_args__(self) -> Iterator[tuple[str | None, Any]]:
        # The address of a PostgreSQL server may carry its password.
        yield "url", make_url(self.url).render_as_string(hide_password=True)
        yield "busy_timeout_ms", self.busy_timeout_ms


class Secretariat(_Section):
    #: Full name, as letters and pages print it.
    name: str = "Secretariat of the Convention on Wetlands"
    #: Short name, for subjects and menus.
    short: str = "Convention on Wetlands"
    #: Postal address on one line.
    address: str = "Gland, Switzerland"
    #: Where a person answers questions about letters.
    email: str = "secretariat@example.org"
    #: Telephone in international form; empty: not printed.
    phone: str = ""
    #: Public web site; empty: not printed.
    website: str = ""
    #: Who signs letters: name and title, or the title alone.
    signatory: str = "The Secretary General"
    #: Word file from which drafts of agreements are made; empty: the one that comes along.
    agreement_template: str = ""
    #: ISO 3166 code of the seat, two letters.
    country: Annotated[str, Field(pattern="^[A-Z]{2}$")] = "CH"


class Installation(_Section):
    #: Secret from which reply links are made; empty: kept in the file assent.secret beside the database.
    secret: Annotated[str, Field(repr=False)] = ""
    #: Address of the web pages as recipients see it, without a slash at its end.
    base_url: Annotated[str, Field(pattern="^https?://[^/]+.*[^/]$")] = "http://localhost:8000"
    #: Whether staff may sign in by a link mailed to their address, and not by password alone.
    sign_in_by_link: bool = True
    #: Domain that receives replies to a case; empty: replies go to secretariat.email.
    case_mail_domain: str = ""
    #: Only recipients that match one of these patterns are written to; empty: all are.
    dry_run_allow: Texts = ()
    #: Outside address to which the heads of the record are mailed daily; empty: nowhere.
    outside_head_address: str = ""


class Mail(_Section):
    #: Mail server.
    host: str = "localhost"
    #: Its port.
    port: Annotated[int, Field(ge=1, le=65_535)] = 587
    #: Name to sign in with; empty: no signing in.
    username: str = ""
    #: Its password.
    password: Annotated[str, Field(repr=False)] = ""
    #: `starttls` refuses a server without it; `tls` from the first byte; `none` only on one machine.
    tls: Literal["starttls", "tls", "none"] = "starttls"
    #: Connections open at the same time.
    connections: Positive = 4
    #: How long one letter may take, seconds.
    timeout_s: Positive = 60
    #: Letters a minute at most; 0: as many as the server takes.
    rate_per_minute: Annotated[int, Field(ge=0)] = 0
    #: Name of the sender.
    from_name: str = "Secretariat of the Convention on Wetlands"
    #: Address of the sender.
    from_address: str = "assent@example.org"
    #: Domain of the envelope sender, where bounces come back; empty: that of from_address.
    bounce_domain: str = ""
    #: After how long a letter the server keeps deferring is set aside for an officer, hours.
    give_up_after_hours: Positive = 120
    #: Letters claimed at a time.
    batch: Positive = 16


class Mailbox(_Section):
    #: IMAP server with the mailbox in which answers and bounces arrive; empty: none is looked into.
    host: str = ""
    #: Its port.
    port: Annotated[int, Field(ge=1, le=65_535)] = 993
    #: Name to sign in with.
    username: str = ""
    #: Its password.
    password: Annotated[str, Field(repr=False)] = ""
    #: `tls` from the first byte; `starttls` refuses a server without it; `none` only on one machine.
    tls: Literal["tls", "starttls", "none"] = "tls"
    #: Folder that is read; nothing in it is changed.
    folder: str = "INBOX"
    #: How often it is looked into where the server does not tell of new mail (IDLE), seconds.
    every_s: Positive = 60
    #: How long the server may take for one answer, seconds.
    timeout_s: Positive = 30
    #: Address on which mail is taken by LMTP from a mail server beside us; empty: none.
    lmtp_host: str = ""
    #: Its port.
    lmtp_port: Annotated[int, Field(ge=0, le=65_535)] = 8024
    #: Largest message that is taken, megabytes.
    size_max_mb: Positive = 50
    #: Mail server whose word on a sender is believed (the first word of its Authentication-Results);
    #: empty: none is, and every answer by mail waits for an officer.
    trusted_server: str = ""
    #: So many returns for now (a full mailbox) of one letter count as one for good.
    soft_bounces: Positive = 3
    #: How long a letter that was returned for now waits before it is sent again, hours.
    retry_after_hours: Positive = 24


class Antivirus(_Section):
    #: Machine on which clamd, the daemon of ClamAV, looks at what comes in; empty: see `socket`.
    host: str = ""
    #: Its port.
    port: Annotated[int, Field(ge=1, le=65_535)] = 3310
    #: Its socket on this machine, instead of host and port. Both empty: nobody looks.
    socket: str = ""
    #: How long it may take for one step, seconds.
    timeout_s: Positive = 60
    #: After how long it is asked again about what it could not look at, minutes.
    again_after_min: Positive = 10


class Sweep(_Section):
    #: Longest sleep between two looks at what is due, seconds.
    at_most_s: Positive = 60
    #: Due deadlines taken at a time.
    batch: Positive = 100
    #: How long a claim holds when the process that made it is gone, seconds.
    lease_s: Positive = 120


class Law(_Section):
    #: Folder with further law files; empty: only those shipped.
    folder: str = ""


class Languages(_Section):
    #: Language of pages and letters for those who have none of their own.
    default: Literal["en", "fr", "es"] = "en"


class Public(_Section):
    #: Whether there is a public register: pages without sign-in, of cases that an officer has released.
    register_open: bool = False
    #: Whether search engines may list its pages.
    search_engines: bool = False
    #: How long a browser or a cache may show a page of it without asking again, seconds.
    keep_for_s: Positive = 300


class Doctor(_Section):
    #: Name server that `assent doctor` asks about the domain of the sender, ADDRESS or ADDRESS:PORT; empty:
    #: none is asked.
    resolver: str = ""
    #: Selector of the key with which the mail server signs (DKIM); empty: it is not looked for.
    dkim_selector: str = ""


class Settings(_Section):
    """Everything an operator decides. `Settings()` is the defaults alone; `load()` reads what was decided."""

    database: Database = Database()
    secretariat: Secretariat = Secretariat()
    installation: Installation = Installation()
    mail: Mail = Mail()
    mailbox: Mailbox = Mailbox()
    antivirus: Antivirus = Antivirus()
    sweep: Sweep = Sweep()
    law: Law = Law()
    languages: Languages = Languages()
    public: Public = Public()
    doctor: Doctor = Doctor()

    @model_validator(mode="after")
    def _a_lease_outlives_a_letter(self) -> "Settings":
        # A lease that ends while its letter is on the way lets another process send it a second time.
        if self.sweep.lease_s <= self.mail.timeout_s:
            raise ValueError(
                f"sweep.lease_s ({self.sweep.lease_s} s) must be longer than mail.timeout_s"
                f" ({self.mail.timeout_s} s), or a slow letter is sent twice. Raise one or lower the other."
            )
        return self


class _Given(NamedTuple):
    value: object
    place: str


def load(path: Path | None = None, *, environ: Mapping[str, str] | None = None) -> Settings:
    """The settings of this installation.

    path      the settings file; else the one ASSENT_CONFIG names; else ./config.toml if there is one
    environ   the environment; that of the process unless given
    Raises    ConfigError: a named file is missing, a key is unknown, a value does not fit
    """
    environ = os.environ if environ is None else environ
    faults: list[str] = []
    given: dict[str, _Given] = {}
    for source in (_from_file(_settings_file(path, environ), faults), _from_secret_files(environ, faults)):
        given.update(source)
    given.update(_from_environment(environ, faults))
    if faults:
        raise ConfigError(*faults)
    nested: dict[str, dict[str, object]] = {}
    for key, (value, _) in given.items():
        section, name = key.split(".")
        nested.setdefault(section, {})[name] = value
    try:
        return Settings.model_validate(nested)
    except ValidationError as refused:
        raise ConfigError(*(_sentence(dict(fault), given) for fault in refused.errors())) from None


def secret(settings: Settings) -> bytes:
    """The secret of this installation, from which reply links are made.

    An installation on SQLite that sets none gets one of its own, kept beside the database, readable by its
    owner only. Several machines on PostgreSQL must share one, so there it has to be set.

    Raises   ConfigError when it is missing, too short, or its file cannot be read or written
    """
    chosen = settings.installation.secret
    if chosen:
        if len(chosen) < SHORTEST_SECRET:
            raise ConfigError(
                f"installation.secret has {len(chosen)} characters, too few to be safe:"
                f" give at least {SHORTEST_SECRET}, chosen at random."
            )
        return chosen.encode()
    path = secret_file(settings)
    if path is None:
        raise ConfigError(
            "installation.secret is not set. With PostgreSQL every machine needs the same one: set"
            f" {PREFIX}INSTALLATION__SECRET, or a secret file installation.secret, to"
            f" {SHORTEST_SECRET} or more random characters."
        )
    try:
        return secretfile.kept(path)
    except secretfile.DamagedSecret as damaged:
        raise ConfigError(f"{path}: {damaged}") from None
    except OSError as error:
        raise ConfigError(
            f"{path}: the secret of this installation cannot be read or made: {error.strerror}."
            " Let Assent write in this folder, or set installation.secret."
        ) from None


def secret_file(settings: Settings) -> Path | None:
    """The file in which the installation keeps its secret; None where it is set, or has to be."""
    url = make_url(settings.database.url)
    if settings.installation.secret or url.get_backend_name() != "sqlite":
        return None
    beside = Path(url.database).parent if url.database and url.database != ":memory:" else Path()
    return beside / "assent.secret"


def keys() -> tuple[str, ...]:
    """Every key of the settings, as `section.name`, in the order of config.toml."""
    return tuple(
        f"{section}.{name}" for section, fields in _sections().items() for name in fields.model_fields
    )


def _sections() -> dict[str, type[BaseModel]]:
    return {
        name: field.annotation
        for name, field in Settings.model_fields.items()
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel)
    }


def _settings_file(path: Path | None, environ: Mapping[str, str]) -> Path | None:
    named = path or (Path(environ[CONFIG_VARIABLE]) if environ.get(CONFIG_VARIABLE) else None)
    if named is None:
        usual = Path("config.toml")
        return usual if usual.is_file() else None
    # Falling back to the defaults here would open an empty database where the real one was meant.
    if not named.is_file():
        raise ConfigError(f"{named}: there is no such settings file. Correct --config or {CONFIG_VARIABLE}.")
    return named


def _from_file(path: Path | None, faults: list[str]) -> dict[str, _Given]:
    if path is None:
        return {}
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: this is not TOML: {error}. Texts stand in quotation marks.") from None
    except UnicodeDecodeError:
        raise ConfigError(f"{path}: this is not UTF-8 text. Save it again as UTF-8.") from None
    except OSError as error:
        raise ConfigError(f"{path}: it cannot be read: {error.strerror}.") from None
    given = {}
    for section, table in tables.items():
        if section not in _sections():
            faults.append(f"{path}: unknown section {section!r}{_meant(section, _sections())}")
        elif not isinstance(table, dict):
            faults.append(
                f"{path}: {section} is a section. Write [{section}] and its keys on the lines below."
            )
        else:
            for name, value in table.items():
                if f"{section}.{name}" in keys():
                    given[f"{section}.{name}"] = _Given(value, f"{path}: {section}.{name}")
                else:
                    known = _sections()[section].model_fields
                    faults.append(f"{path}: {section}: unknown key {name!r}{_meant(name, known)}")
    return given


def _from_secret_files(environ: Mapping[str, str], faults: list[str]) -> dict[str, _Given]:
    folder = environ.get("CREDENTIALS_DIRECTORY")
    if not folder:
        return {}
    try:
        files = sorted(file for file in Path(folder).iterdir() if file.is_file() and file.name[0] != ".")
    except OSError as error:
        raise ConfigError(f"{folder}: the folder of secret files cannot be read: {error.strerror}.") from None
    given = {}
    for file in files:
        if file.name not in keys():
            faults.append(f"{file}: no setting has the name of this file{_meant(file.name, keys())}")
            continue
        try:
            given[file.name] = _Given(file.read_text(encoding="utf-8").rstrip("\r\n"), str(file))
        except (OSError, UnicodeDecodeError) as error:
            faults.append(f"{file}: this secret file cannot be read as text: {error}.")
    return given


def _from_environment(environ: Mapping[str, str], faults: list[str]) -> dict[str, _Given]:
    variables = {f"{PREFIX}{key.replace('.', '__').upper()}": key for key in keys()}
    given = {}
    for variable in sorted(environ):
        if not variable.startswith(PREFIX) or variable == CONFIG_VARIABLE:
            continue
        if variable in variables:
            given[variables[variable]] = _Given(environ[variable], variable)
        else:
            faults.append(f"environment: unknown variable {variable!r}{_meant(variable, variables)}")
    return given


def _meant(word: str, known: Mapping[str, object] | tuple[str, ...]) -> str:
    nearest = get_close_matches(word, list(known), n=1)
    if nearest:
        return f", did you mean {nearest[0]!r}?"
    return (
        f". Known are: {', '.join(known)}."
        if len(known) <= 16
        else ". See config.toml for all that are known."
    )


def _sentence(fault: dict[str, Any], given: Mapping[str, _Given]) -> str:
    """One fault of pydantic in plain words, with the place where the value was given."""
    key = ".".join(str(part) for part in fault["loc"][:2])
    if key not in given:
        return str(fault["ctx"]["error"]) if fault["type"] == "value_error" else f"{key}: {fault['msg']}"
    section, name = key.split(".")
    hidden = not _sections()[section].model_fields[name].repr or key == "database.url"
    shown = "" if hidden else f", not {fault['input']!r}"
    context = fault.get("ctx", {})
    said = {
        "int_parsing": "must be a whole number",
        "int_type": "must be a whole number",
        "int_from_float": "must be a whole number",
        "string_type": "must be a text in quotation marks",
        "tuple_type": "must be a list of texts",
        "greater_than_equal": f"must be {context.get('ge')} or more",
        "less_than_equal": f"must be {context.get('le')} or less",
        "literal_error": f"must be {context.get('expected')}",
        "string_pattern_mismatch": _EXPECTED.get(key, "has another form"),
        "value_error": str(context.get("error")),
    }.get(fault["type"], fault["msg"])
    return f"{given[key].place}: {said}{shown}."


_EXPECTED = {
    "installation.base_url": "must begin with http:// or https:// and end without a slash",
    "secretariat.country": "must be the two capital letters of a country",
}
