"""What belongs to one installation beside its database: settings, secret and law files."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from weakref import WeakKeyDictionary

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from workflow import config
from workflow.laws import Laws

#: For trying out only: reply links made with it are worth nothing.
_NO_SECRET = b"no secret: reply links of this database lead nowhere"


@dataclass(frozen=True)
class House:
    """One installation."""

    settings: config.Settings = field(default_factory=config.Settings)
    laws: Laws = field(default_factory=Laws)
    #: What reply links are made from.
    secret: bytes = field(default=_NO_SECRET, repr=False)


_HOUSES: WeakKeyDictionary[Engine, House] = WeakKeyDictionary()
_DEFAULT = House()


def settle(engine: Engine, house: House) -> None:
    """Say to which installation a database belongs; `of` then finds it from any session."""
    _HOUSES[engine] = house


def settle_with(engine: Engine, settings: config.Settings) -> House:
    """The same, from settings alone.

    Raises   ConfigError when the secret is missing or unusable
    """
    house = House(settings, laws_of(settings), config.secret(settings))
    settle(engine, house)
    return house


def laws_of(settings: config.Settings) -> Laws:
    """The law files an installation works with."""
    return Laws(Path(settings.law.folder) if settings.law.folder else None)


def of(session: Session) -> House:
    """The installation whose database a session works on; the defaults if nobody has said."""
    bind = session.get_bind()
    engine = bind if isinstance(bind, Engine) else bind.engine
    return _HOUSES.get(engine, _DEFAULT)
