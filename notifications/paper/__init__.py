"""Paper: documents as they are printed and filed, in three printers.

document.py   Document: letterhead, address, and blocks one after the other
printed.py    a letter -> the same letter on paper
webpage.py    a document -> HTML (webpage.html)
word.py       a document -> Word, by python-docx
words.py      the few words paper has of its own
typeset.py    documents -> PDF/UA, by typst (paper.typ)
"""

from notifications.paper.document import (
    Block,
    Document,
    Facts,
    Grid,
    Heading,
    Items,
    Office,
    PageBreak,
    Quote,
    Signing,
    Text,
)
from notifications.paper.printed import printed
from notifications.paper.typeset import NotPrinted, pdf
from notifications.paper.webpage import html
from notifications.paper.word import docx

__all__ = [
    "Block",
    "Document",
    "Facts",
    "Grid",
    "Heading",
    "Items",
    "NotPrinted",
    "Office",
    "PageBreak",
    "Quote",
    "Signing",
    "Text",
    "docx",
    "html",
    "pdf",
    "printed",
]
