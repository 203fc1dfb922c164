"""The tables: people, cases, letters, the record, who may come in, and what is gathered from cases."""

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
from workflow.models.gathered import (
    CaseDate,
    CaseForm,
    CaseStay,
    CaseTally,
    CaseWord,
    FormWord,
    Gathered,
    LetterForm,
)
from workflow.models.letters import IS_SET_ASIDE, Delivery, Letter, Number, Queue
from workflow.models.people import Calendar, Contact, Meeting, Party, Seat, Staff
from workflow.models.record import IS_ON_BEHALF, Event, Heartbeat, Key, Personal, RegisterHead

__all__ = [
    "IS_ON_BEHALF",
    "IS_RUNNING",
    "IS_SET_ASIDE",
    "RUNNING",
    "Answer",
    "Asked",
    "Base",
    "Calendar",
    "Case",
    "CaseDate",
    "CaseForm",
    "CaseStay",
    "CaseTally",
    "CaseWord",
    "Contact",
    "Deadline",
    "Delivery",
    "Document",
    "Event",
    "Extension",
    "FormWord",
    "Gathered",
    "Handover",
    "Heartbeat",
    "Hold",
    "Key",
    "Letter",
    "LetterForm",
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
