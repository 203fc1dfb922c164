"""Mail that comes in: kept as it came, read, matched to its case, filed there, and put to an officer.

keeping.py   the bytes first, once whatever road they come by
reading.py   what a message is, as columns
matching.py  which letter it is about, and in whose name its sender speaks
guesses.py   to which case it may belong, where nothing proves it
filing.py    file_new(): into the case, and what its answer is worth
returned.py  letters that came back
deciding.py  what an officer decides about a message that waits
waiting.py   what waits, the oldest first
again.py     reading again after a fix
"""

from workflow.inbox.again import read_again
from workflow.inbox.deciding import Answer, MailRefused, accept, case_of, close, move
from workflow.inbox.filing import MAIL_RECEIVED, Filed, file_new
from workflow.inbox.keeping import DOORS, Kept, keep, raw_of
from workflow.inbox.waiting import (
    MATCHED,
    WAITS,
    Pile,
    count_of_case,
    counts,
    message,
    of_case,
    piles,
    waiting,
)

__all__ = [
    "DOORS",
    "MAIL_RECEIVED",
    "MATCHED",
    "WAITS",
    "Answer",
    "Filed",
    "Kept",
    "MailRefused",
    "Pile",
    "accept",
    "case_of",
    "close",
    "count_of_case",
    "counts",
    "file_new",
    "keep",
    "message",
    "move",
    "of_case",
    "piles",
    "raw_of",
    "read_again",
    "waiting",
]
