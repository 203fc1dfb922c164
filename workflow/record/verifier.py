"""Check an evidence bundle of Assent with nothing but Python: its files, its chain of events and its head.

    python3 verify.py                     checks the folder in which it lies
    python3 verify.py --heads heads.txt   compares it with heads kept elsewhere, too

It ends with 0 if all is as it was, 1 if something was changed or is missing, 2 if it was called wrongly.

Assent itself walks its chains with this same file. Standard library only, Python 3.8 or later: whoever
checks a bundle in twenty years shall not need anything else.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

DOMAIN = b"assent event 1\n"
PERSONAL_DOMAIN = b"assent personal 1\n"
USAGE = "usage: python3 verify.py [--heads FILE]"

_HEAD = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z) (\S+) ([1-9]\d*) ([0-9a-f]{64})")


class BadHead(ValueError):
    """A line that is not the head of a chain; the text says where, and what was expected."""


class Head(NamedTuple):
    """Where a chain stood at some moment."""

    #: ISO text of the moment, UTC.
    at: str
    #: A case's reference, or "register".
    chain: str
    #: Number of its last event.
    seq: int
    #: That event's hash.
    hash: str

    def __str__(self) -> str:
        return f"{self.at} {self.chain} {self.seq} {self.hash}"


def link(prev: str, body: str) -> str:
    """The hash of an event (hex): SHA-256 over the domain, the hash of the event before it, and its body."""
    return hashlib.sha256(b"%s%s\n%s" % (DOMAIN, prev.encode(), body.encode())).hexdigest()


def personal_ref(salt: str, content: str) -> str:
    """The reference of personal data (hex): SHA-256 over the domain, a salt, and the content as JSON text."""
    return hashlib.sha256(b"%s%s\n%s" % (PERSONAL_DOMAIN, salt.encode(), content.encode())).hexdigest()


def read_heads(lines: Iterable[str], source: str = "heads") -> list[Head]:
    """The heads that were exported; empty lines and lines that begin with "#" say nothing.

    Raises   BadHead for the first line that is not one
    """
    found = []
    for number, line in enumerate(lines, 1):
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        match = _HEAD.fullmatch(text)
        if match is None:
            raise BadHead(
                f"{source}, line {number}: {text[:60]!r} is not a head. Expected: a moment such as"
                " 2024-03-01T00:00:00.000000Z, the reference of a case, the number of its last event, and 64"
                " hexadecimal digits. Take the line as it was exported, or leave it out."
            )
        found.append(Head(match[1], match[2], int(match[3]), match[4]))
    return found


class Chain:
    """One chain, walked from its first event to its last; it remembers only where it stands.

    name       the case's reference, or "register"
    exported   heads of this chain that were kept elsewhere
    """

    def __init__(self, name: str, exported: Iterable[Head] = ()) -> None:
        self.name = name
        self.seq = 0
        self.hash = ""
        #: The first broken event and what is wrong with it, seen from the chain alone.
        self.broken: tuple[int, str] | None = None
        #: The first event that is not the one an exported head speaks of.
        self.differs: tuple[int, str] | None = None
        self._exported: dict[int, list[Head]] = {}
        for head in exported:
            self._exported.setdefault(head.seq, []).append(head)

    def add(self, seq: int, prev: str, own_hash: str, body: str, **columns: object) -> None:
        """Walk on to the next event that is kept; its body must say what `columns` say."""
        if self.broken is None:
            self.broken = self._fault(seq, prev, own_hash, body, columns)
        for head in self._exported.pop(seq, ()):
            if head.hash != own_hash and self.differs is None:
                self.differs = (seq, f"event {seq} is not the one that was exported as head on {head.at}")
        self.seq, self.hash = seq, own_hash

    def end(self, seq: int, own_hash: str, keeper: str) -> None:
        """Compare the last event with the head of the chain; `keeper` says in words who keeps that head."""
        if self.broken is None:
            self.broken = self._fault_at_end(seq, own_hash, keeper)
        if self._exported:
            missing = min(self._exported)
            head = self._exported[missing][0]
            if self.differs is None or missing < self.differs[0]:
                self.differs = (missing, f"event {missing} is missing: it was exported as head on {head.at}")

    def _fault(
        self, seq: int, prev: str, own_hash: str, body: str, columns: dict[str, object]
    ) -> tuple[int, str] | None:
        expected = self.seq + 1
        if seq > expected:
            return expected, f"event {expected} is missing: after event {self.seq} comes event {seq}"
        if seq < expected:
            return seq, f"event {seq} is out of order: it comes after event {self.seq}"
        if link(prev, body) != own_hash:
            return seq, f"event {seq} was changed: its hash is not that of its content"
        if prev != self.hash:
            before = f"event {self.seq}" if self.seq else "the beginning"
            return seq, f"event {seq} does not follow {before}: it names another hash than that one's"
        try:
            said = json.loads(body)
        except ValueError:
            said = None
        if not isinstance(said, dict):
            return seq, f"event {seq} cannot be read: its content is not a JSON object"
        for name, value in {"chain": self.name, "seq": seq, **columns}.items():
            if said.get(name) != value:
                return seq, f"event {seq} says {name} {value!r}, but its content says {said.get(name)!r}"
        return None

    def _fault_at_end(self, seq: int, own_hash: str, keeper: str) -> tuple[int, str] | None:
        if seq > self.seq:
            return self.seq + 1, f"event {self.seq + 1} is missing: {keeper} stands at event {seq}"
        if seq < self.seq:
            return seq + 1, f"event {seq + 1} is one too many: {keeper} stands at event {seq}"
        if own_hash != self.hash:
            return seq, f"event {seq} is not the one that {keeper} names: it has another hash"
        if not seq:
            return 1, "it has no event at all"
        return None


# ------------------------------------------------------------------------------- an unpacked bundle


def check(folder: Path, heads: Iterable[Head] = ()) -> tuple[list[str], list[str]]:
    """What was checked of the bundle in this folder, and what is wrong with it; each a sentence."""
    checked: list[str] = []
    wrong: list[str] = []
    try:
        reference = _check_files(folder, checked, wrong)
        _check_chain(folder, reference, list(heads), checked, wrong)
        _check_personal(folder, checked, wrong)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        wrong.append(f"the rest cannot be read: {type(error).__name__}: {error}")
    return checked, wrong


def _check_files(folder: Path, checked: list[str], wrong: list[str]) -> str:
    manifest = _json(folder / "manifest.json")
    # Bundles made before documents were looked at for viruses leave nothing out.
    without: dict[str, Any] = manifest.get("left_out", {})
    listed: dict[str, str] = manifest["files"]
    found = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    found.discard("manifest.json")
    # Whoever has got such a file elsewhere may put it in its place: it is compared like the others.
    added = {name: without[name]["sha256"] for name in found & set(without)}
    count, listed = len(listed), {**listed, **added}
    removed = set(manifest["removable"]) & set(listed) - found
    faults = [f"{name} is missing" for name in sorted(set(listed) - found - removed)]
    faults += [f"{name} does not belong to the bundle" for name in sorted(found - set(listed))]
    faults += [
        f"{name} was changed: its SHA-256 is not the one in manifest.json"
        for name in sorted(found & set(listed))
        if _sha256(folder / name) != listed[name]
    ]
    checked.append(f"manifest.json: SHA-256 {_sha256(folder / 'manifest.json')}")
    checked.append(f"files: {count} listed in manifest.json, {len(faults)} not as listed")
    checked += [
        f"{name}: left out, {each['why']}; {each['size']} bytes, SHA-256 {each['sha256']}"
        for name, each in sorted(without.items())
        if name not in added
    ]
    checked += [f"{name}: removed, which is allowed" for name in sorted(removed)]
    wrong += faults
    return str(manifest["reference"])


def _check_chain(
    folder: Path, reference: str, heads: list[Head], checked: list[str], wrong: list[str]
) -> None:
    own = read_heads((folder / "head.txt").read_text(encoding="utf-8").splitlines(), "head.txt")
    if len(own) != 1 or own[0].chain != reference:
        wrong.append(f"head.txt does not hold the one head of {reference}")
        return
    exported = [head for head in heads if head.chain == reference]
    chain = Chain(reference, exported)
    # Not splitlines: it would also split at line ends that Unicode knows and JSON keeps inside a text.
    lines = (folder / "events.jsonl").read_text(encoding="utf-8").split("\n")
    for number, line in enumerate(filter(None, lines), 1):
        try:
            event = json.loads(line)
            chain.add(event["seq"], event["prev"], event["hash"], event["body"])
        except (ValueError, KeyError, TypeError, AttributeError):
            wrong.append(f"events.jsonl, line {number}, is not an event")
            return
    chain.end(own[0].seq, own[0].hash, "head.txt")
    checked.append(f"events of {reference}: {chain.seq}, the last with hash {chain.hash}")
    if heads:
        checked.append(f"heads kept elsewhere: {len(exported)} of {reference} compared")
    wrong += [f"{reference}: {found[1]}" for found in (chain.broken, chain.differs) if found]


def _check_personal(folder: Path, checked: list[str], wrong: list[str]) -> None:
    if not (folder / "personal.json").exists():
        return
    kept = _json(folder / "personal.json")["referred_to"]
    wrong += [
        f"personal.json: the data that events call {each['ref']} were changed"
        for each in kept
        if each["content"] is not None and personal_ref(each["salt"], each["content"]) != each["ref"]
    ]
    checked.append(f"personal data that events refer to: {len(kept)}")


def _json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def main(arguments: list[str], folder: Path) -> int:
    """Check and tell; returns the exit code."""
    heads: list[Head] = []
    if arguments and (arguments[0] != "--heads" or len(arguments) != 2):
        print(USAGE, file=sys.stderr)
        return 2
    if arguments:
        try:
            heads = read_heads(Path(arguments[1]).read_text(encoding="utf-8").splitlines(), arguments[1])
        except (OSError, ValueError) as error:
            print(f"The heads cannot be read: {error}", file=sys.stderr)
            return 2
    checked, wrong = check(folder, heads)
    for line in checked:
        print(line)
    for line in wrong:
        print(f"BROKEN: {line}")
    print("Something was changed or is missing." if wrong else "All is as it was when the bundle was made.")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], Path(__file__).resolve().parent))
