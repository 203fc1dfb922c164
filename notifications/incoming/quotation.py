"""Whose words a text holds: those of its writer, and those it only quotes.

Nothing that was quoted may count as an answer, our own letter least of all: it names every answer there is.
So a line is quoted when any sign says so - a sign of quotation before it, a line that introduces one in
whatever language, our own marker line, or wording that stands in one of our letters.
"""

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from functools import cache

import quotequail

from notifications.incoming.phrases import FOLDER
from notifications.library import LANGUAGES, templates, wording

#: So many words in a row nobody writes by chance as we do.
_RUN = 7
_LINES_MAX = 5000

_QUOTED = re.compile(r"^[ \t]{0,3}(?:>|\|(?!\|)|»|\u203a)")
_SIGNS = tomllib.loads((FOLDER / "quotations.toml").read_text(encoding="utf-8"))
_ABOVE = re.compile("|".join(_SIGNS["above"]), re.IGNORECASE)
_INTRODUCED = re.compile(f"(?:{'|'.join(_SIGNS['introduced'])})", re.IGNORECASE)
_NAMED = re.compile(rf"\W*(?:{'|'.join(_SIGNS['named'])})\W*", re.IGNORECASE)
_FIRST_HEADERS = frozenset(_SIGNS["first_headers"])
_HEADERS = re.compile(
    rf"\W{{0,3}}(?P<name>{'|'.join([*_SIGNS['first_headers'], *_SIGNS['next_headers']])})\W{{0,3}}[:：]",
    re.IGNORECASE,
)
#: Stands in a text only where a message was damaged: what follows may be a part that nobody answered with.
_OF_PARTS = re.compile(
    r"(content-(type|disposition|transfer-encoding)|mime-version|message-id|return-path|received)\s*:",
    re.IGNORECASE,
)
_COURTESY = frozenset(_SIGNS["courtesy"])
_LONG_RULE = re.compile(r"^_{20,}$|^-{30,}$")
#: With one of these ends whatever the library knows; asking it about every line takes half of all the time.
_ENDS_OF_INTROS = (":", ">", "-", "_", "\uff1a")
_SIGNATURE = re.compile(r"^-- ?$|^—$")


@dataclass(frozen=True, slots=True)
class Words:
    """What the writer of a message wrote, by where it stands beside what is quoted."""

    #: Above all that is quoted; all of it where nothing is.
    above: str
    #: Between two quotations, each piece by itself.
    between: tuple[str, ...] = ()
    #: After the last quotation.
    below: str = ""
    #: What is quoted, without the signs of quotation.
    quoted: str = ""
    #: How the quotation was recognised, in a few words; "" where nothing is quoted.
    sign: str = ""


def whose_words(text: str) -> Words:
    """The writer's own words in a plain text, apart from those that are quoted."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")[:_LINES_MAX]
    begins, sign = _begin(lines)
    if begins is None:
        return Words(_tidy(lines))
    rest = lines[begins:]
    marks = [bool(_QUOTED.match(line)) for line in rest]
    if not any(marks):
        # Quoted without a sign before each line: where it ends cannot be told, so nothing below counts.
        return Words(_tidy(lines[:begins]), quoted=_tidy(rest), sign=sign)
    return _with_signs(lines[:begins], rest, marks, sign)


def _with_signs(above: list[str], rest: list[str], marks: list[bool], sign: str) -> Words:
    last = max(number for number, is_marked in enumerate(marks) if is_marked)
    first = marks.index(True)
    own: list[list[str]] = []
    quoted = rest[:first]
    for number in range(first, last + 1):
        if marks[number]:
            quoted.append(_QUOTED.sub("", rest[number]).strip())
            own.append([])
        else:
            own[-1].append(rest[number])
    pieces = [_tidy(piece) for piece in own]
    below = rest[last + 1 :]
    # A second quotation without signs may follow the one with signs (a chain of several programs).
    further, _ = _begin(below)
    if further is not None:
        quoted += below[further:]
        below = below[:further]
    return Words(
        _tidy(above),
        tuple(piece for piece in pieces if piece and not _is_torn(piece, quoted)),
        _tidy(below),
        _tidy(quoted),
        sign,
    )


def _is_torn(piece: str, quoted: list[str]) -> bool:
    """Whether a piece between quoted lines is no answer but the end of one that was wrapped: "- Support"."""
    return piece.startswith(("- ", "* ", "• ")) and any(
        line.startswith(("- ", "* ", "• ")) for line in quoted
    )


def _begin(lines: list[str]) -> tuple[int | None, str]:
    """The line with which what is quoted begins, and the sign by which it was known."""
    for number, line in enumerate(lines):
        sign = _sign(lines, number, line)
        if sign:
            return number, sign
    return None, ""


def _sign(lines: list[str], number: int, line: str) -> str:
    stripped = line.strip().strip("*").strip()
    if not stripped:
        return ""
    if _QUOTED.match(line):
        return "a sign of quotation before the line"
    if _ABOVE.search(stripped):
        return "our line 'Please answer above this line'"
    if _NAMED.fullmatch(stripped):
        return "a line that names an earlier message"
    if _introduces(lines, number, stripped):
        return "a line that introduces a quotation"
    if _OF_PARTS.match(stripped):
        return "the head of a part that came apart"
    if _is_header_block(lines, number, stripped):
        return "the headers of an earlier message"
    if _is_ours(lines, number):
        return "wording of one of our letters"
    return ""


def _introduces(lines: list[str], number: int, line: str) -> bool:
    """Whether a line, alone or wrapped over two or three, is of the form "On ... wrote:"."""
    for count in (1, 2, 3):
        joined = " ".join(each.strip() for each in lines[number : number + count]).strip()
        if len(joined) > 400:
            return False
        if _INTRODUCED.fullmatch(joined):
            return True
        if count == 1 and not line[-1:].isascii() and len(line) < 4:
            return False
    if not any(each.rstrip().endswith(_ENDS_OF_INTROS) for each in lines[number : number + 2]):
        return False
    parts = quotequail.quote("\n".join(lines[number : number + 2]), limit=2, quote_intro_line=True)
    # At its limit the library calls the rest quoted: only a first part that is empty means this line.
    return len(parts) == 2 and not parts[0][1]


def _is_header_block(lines: list[str], number: int, line: str) -> bool:
    """Whether "From: ..." and at least two more such lines stand here, or one that names an address."""
    first = _HEADERS.match(line)
    if first is not None and "@" in line:
        return True
    if first is None:
        if _LONG_RULE.match(line):
            return any(_HEADERS.match(each.strip().strip("*")) for each in lines[number + 1 : number + 3])
        return False
    if first["name"].casefold() not in _FIRST_HEADERS:
        return False
    near = [each.strip().strip("*") for each in lines[number : number + 9]]
    names = {found["name"].casefold() for each in near if (found := _HEADERS.match(each))}
    return len(names) >= 3


def _is_ours(lines: list[str], number: int) -> bool:
    """Whether wording of our letters begins in this line; it may have been wrapped anew."""
    words = key_of(lines[number]).split()
    following = key_of(lines[number + 1]).split()[: _RUN - 1] if number + 1 < len(lines) else []
    all_words = words + following
    starts = range(min(len(words), len(all_words) - _RUN + 1))
    return any(" ".join(all_words[start : start + _RUN]) in _our_wording() for start in starts)


@cache
def _our_wording() -> frozenset[str]:
    """Every run of words that stands in the templates of our letters, but for formulas of courtesy."""
    found = set()
    for language in LANGUAGES:
        for template in templates(language):
            for sentence in re.split(r"[\n.;:]", wording(template, language)):
                words = key_of(sentence).split()
                found |= {" ".join(words[n : n + _RUN]) for n in range(len(words) - _RUN + 1)}
    return frozenset(run for run in found if not _COURTESY & set(run.split()))


def key_of(line: str) -> str:
    """A line as it is compared: small letters and digits alone, single spaces between words."""
    plain = unicodedata.normalize("NFKD", line.casefold())
    return " ".join("".join(c if c.isalnum() else " " for c in plain if not unicodedata.combining(c)).split())


def _tidy(lines: list[str]) -> str:
    """Without a signature and without empty lines at the ends."""
    for number, line in enumerate(lines):
        if _SIGNATURE.match(line.strip("\t")):
            lines = lines[:number]
            break
    return "\n".join(line.rstrip() for line in lines).strip("\n").strip()
