"""The tables: people, cases, letters, the record, and who may come in."""

from workflow.db import Base
from workflow.models.access import Handover, RevokedLink, SignIn, SignInLink
from workflow.models.cases import (
    IS_RUNNING,
    RUNNING,
    Answer,
    Asked,
    Case,
    Deadline,
    Document,
    Extension,
    Hold,
    Objection,
    Round,
)
from workflow.models.letters import Delivery, Letter, Number, Queue
from workflow.models.people import Calendar, Contact, Meeting, Party, Seat, Staff
from workflow.models.record import Event, Heartbeat, Key, Personal, RegisterHead

__all__ = [
    "IS_RUNNING",
    "RUNNING",
    "Answer",
    "Asked",
    "Base",
    "Calendar",
    "Case",
    "Contact",
    "Deadline",
    "Delivery",
    "Document",
    "Event",
    "Extension",
    "Handover",
    "Heartbeat",
    "Hold",
    "Key",
    "Letter",
    "Meeting",
    "Number",
    "Objection",
    "Party",
    "Personal",
    "Queue",
    "RegisterHead",
    "RevokedLink",
    "Round",
    "Seat",
    "SignIn",
    "SignInLink",
    "Staff",
]
