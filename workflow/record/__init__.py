"""The record: what has happened, in a form that nobody can change without being found out.

events.py        one event after another, each bound to the one before by its hash
canon.py         values -> the one text that is hashed
personal.py      personal data beside the events, which can be erased
verification.py  every chain walked from its first event to its last; names the first broken one
heads.py         where each chain stands, to be kept outside
rebuilding.py    a case made anew from its events alone, and compared with its tables
bundle.py        everything about one case in one file, to be checked without Assent
verifier.py      what checks it: lies in the bundle as verify.py, and walks the chains here too
errors.py        what is refused
"""

from workflow.record.canon import canonical
from workflow.record.errors import CannotBeKept, HeadsNotWritten, NoSuchCase, NotKept, RecordError
from workflow.record.events import REGISTER, append_register, event_row
from workflow.record.personal import erase_personal, keep_personal
from workflow.record.verifier import link

__all__ = [
    "REGISTER",
    "CannotBeKept",
    "HeadsNotWritten",
    "NoSuchCase",
    "NotKept",
    "RecordError",
    "append_register",
    "canonical",
    "erase_personal",
    "event_row",
    "keep_personal",
    "link",
]
