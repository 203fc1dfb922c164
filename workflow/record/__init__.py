"""The record: what has happened, in a form that nobody can change without being found out.

events.py        one event after another, each bound to the one before by its hash
canon.py         values -> the one text that is hashed
personal.py      personal data beside the events, which can be erased
verification.py  every chain walked from its first event to its last; names the first broken one
exports.py       where each chain stands, to be kept outside
rebuilding.py    a case made anew from its events alone, and compared with its tables
evidence.py      everything that is kept about one case
bundling.py      the same in one file that can be checked without Assent
verifier.py      what checks it: lies in that file as verify.py, and walks the chains here too
errors.py        what is refused
"""

from workflow.record.bundling import bundle, left_out
from workflow.record.canon import canonical
from workflow.record.errors import CannotBeKept, HeadsNotWritten, NoSuchCase, NotKept, RecordError
from workflow.record.events import REGISTER, append_register, event_row
from workflow.record.exports import export_heads, heads
from workflow.record.personal import erase_personal, keep_personal, sign
from workflow.record.rebuilding import rebuild
from workflow.record.verification import Break, Verification, verify
from workflow.record.verifier import BadHead, Head, link, read_heads

__all__ = [
    "REGISTER",
    "BadHead",
    "Break",
    "CannotBeKept",
    "Head",
    "HeadsNotWritten",
    "NoSuchCase",
    "NotKept",
    "RecordError",
    "Verification",
    "append_register",
    "bundle",
    "canonical",
    "erase_personal",
    "event_row",
    "export_heads",
    "heads",
    "keep_personal",
    "left_out",
    "link",
    "read_heads",
    "rebuild",
    "sign",
    "verify",
]
