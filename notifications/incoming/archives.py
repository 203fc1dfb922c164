"""Archives looked into without unpacking them: how much they hold, and whether they are made to hurt."""

import bz2
import io
import lzma
import zipfile
import zlib
from collections.abc import Callable, Iterator

from notifications.incoming.limits import Limits

_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
#: Archives within archives are read up to here, to look into them.
_INNER_MAX_BYTES = 8 * 2**20
_PIECE_BYTES = 2**20
#: What is compressed so well holds nothing that anybody wrote.
_RATIO_MAX = 200


def look_into(content: bytes, limits: Limits, depth: int = 1) -> str:
    """What is wrong with an archive, in a few words; "" for a harmless one, and for what is none."""
    budget = [limits.unpacked_max_bytes]
    return _look(content, limits, depth, budget)


def _look(content: bytes, limits: Limits, depth: int, budget: list[int]) -> str:
    if content.startswith(_ZIP):
        return _zip(content, limits, depth, budget)
    stream = _stream(content)
    if stream is not None:
        return _compressed(content, stream, limits, depth, budget)
    return ""


def _zip(content: bytes, limits: Limits, depth: int, budget: list[int]) -> str:
    if depth > limits.archive_depth_max:
        return f"archives within archives, more than {limits.archive_depth_max} levels"
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            if len(entries) > limits.entries_max:
                return f"an archive of {len(entries)} files, more than {limits.entries_max}"
            for entry in entries:
                # What the directory says may be a lie; a larger content is caught where it is read.
                budget[0] -= entry.file_size
                if budget[0] < 0:
                    return _too_much(limits)
                if entry.flag_bits & 1:
                    return "an archive with a password: nobody can look into it"
            for entry in entries:
                if wrong := _entry(archive, entry, limits, depth, budget):
                    return wrong
    except Exception:  # a damaged archive raises many classes, and is told like any other damage
        return "a damaged archive"
    return ""


def _entry(
    archive: zipfile.ZipFile, entry: zipfile.ZipInfo, limits: Limits, depth: int, budget: list[int]
) -> str:
    with archive.open(entry) as opened:
        start = opened.read(6)
        if not (start.startswith(_ZIP) or _stream(start) is not None):
            return ""
        inner = start + opened.read(_INNER_MAX_BYTES)
    if len(inner) > _INNER_MAX_BYTES:
        return "a large archive within an archive"
    return _look(inner, limits, depth + 1, budget)


def _compressed(
    content: bytes, pieces: Callable[[bytes], Iterator[bytes]], limits: Limits, depth: int, budget: list[int]
) -> str:
    if depth > limits.archive_depth_max:
        return f"archives within archives, more than {limits.archive_depth_max} levels"
    head, size = b"", 0
    try:
        for piece in pieces(content):
            size += len(piece)
            if len(head) < _INNER_MAX_BYTES:
                head += piece
            if size > budget[0]:
                return _too_much(limits)
            if size > _INNER_MAX_BYTES and size > _RATIO_MAX * len(content):
                return f"a file that unpacks to more than {_RATIO_MAX} times its size"
    except Exception:  # a damaged file raises many classes
        return "a damaged archive"
    budget[0] -= size
    return _look(head, limits, depth + 1, budget)


def _too_much(limits: Limits) -> str:
    return f"an archive that unpacks to more than {limits.unpacked_max_bytes // 2**20} MB"


def _stream(content: bytes) -> Callable[[bytes], Iterator[bytes]] | None:
    """How to read a compressed file piece by piece; None for what is none."""
    if content.startswith(b"\x1f\x8b"):
        return _gunzipped
    if content.startswith(b"BZh"):
        return lambda data: _decompressed(bz2.BZ2Decompressor(), data)
    if content.startswith(b"\xfd7zXZ\x00"):
        return lambda data: _decompressed(lzma.LZMADecompressor(memlimit=2**26), data)
    return None


def _gunzipped(data: bytes) -> Iterator[bytes]:
    reader = zlib.decompressobj(31)
    while data and not reader.eof:
        piece = reader.decompress(data, _PIECE_BYTES)
        data = reader.unconsumed_tail
        yield piece


def _decompressed(reader: "bz2.BZ2Decompressor | lzma.LZMADecompressor", data: bytes) -> Iterator[bytes]:
    yield reader.decompress(data, _PIECE_BYTES)
    while not reader.eof and not reader.needs_input:
        yield reader.decompress(b"", _PIECE_BYTES)
