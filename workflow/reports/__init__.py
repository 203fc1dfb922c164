"""Reports: what is told to a meeting, of one case, of a year; each in three languages and formats.

casefile.py   all that a report may tell of a case, gathered once as plain records
period.py     the time between two meetings of a body, and the cases it touches
tongue.py     the words of a report in one language
parts.py      the parts that reports of a case share, as blocks of a document
accounts.py   the accounts, of one case and of all of them
summary.py    the summary of a case; the report to a meeting
working.py    the working paper of a case that waits for a meeting
agreement.py  the draft of an agreement; agreement_word.py the same as a Word file to be written on
dossier.py    a case as a file on paper
yearly.py     the figures of a year
forms.py      in which formats a document is handed out
"""

from workflow.reports.agreement import NoDraft, agreement, draft_of
from workflow.reports.agreement_word import BadTemplate
from workflow.reports.agreement_word import made as template
from workflow.reports.agreement_word import word as agreement_word
from workflow.reports.casefile import CaseFile, NoSuchCase, gather, gather_all, register_of
from workflow.reports.dossier import dossier
from workflow.reports.forms import FORMATS, UnknownFormat, handed_out
from workflow.reports.period import Period, UnknownMeeting, period_before, year_of
from workflow.reports.summary import case_report, meeting_report
from workflow.reports.working import working_paper
from workflow.reports.yearly import yearly

__all__ = [
    "FORMATS",
    "BadTemplate",
    "CaseFile",
    "NoDraft",
    "NoSuchCase",
    "Period",
    "UnknownFormat",
    "UnknownMeeting",
    "agreement",
    "agreement_word",
    "case_report",
    "dossier",
    "draft_of",
    "gather",
    "gather_all",
    "handed_out",
    "meeting_report",
    "period_before",
    "register_of",
    "template",
    "working_paper",
    "year_of",
    "yearly",
]
