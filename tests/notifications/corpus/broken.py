"""Messages that are damaged, overgrown, or made to hurt."""

import bz2
import gzip
import io
import zipfile
from collections.abc import Callable
from functools import partial

from tests.notifications.corpus.letter import Sent, attached, head_of, mail, part, several
from tests.notifications.corpus.people import EN, EN_NO, FR
from tests.notifications.corpus.programs import gmail, plain, quoted

Maker = Callable[[Sent], bytes]


def zipped(*entries: tuple[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return made.getvalue()


def bomb() -> bytes:
    """Sixteen entries of as many megabytes of nothing, seven times over: a gigabyte and more in some kilobytes."""
    inner = zipped(("zeros.bin", bytes(16 * 2**20)))
    return zipped(*((f"{number}.zip", inner) for number in range(16)), ("big.bin", bytes(220 * 2**20)))


def nested(levels: int) -> bytes:
    content = b"harmless"
    for level in range(levels):
        content = zipped((f"level{level}.zip", content))
    return content


def with_file(
    sent: Sent, name: str, content: bytes, kind: str = "application/octet-stream", answer: str = EN
) -> bytes:
    return mail(head_of(sent), several("mixed", part("text/plain", answer), attached(name, content, kind)))


def raw(sent: Sent, body: bytes, **head: str) -> bytes:
    return mail(head_of(sent, **head), body)


def deep(sent: Sent, levels: int) -> bytes:
    content = part("text/plain", "We have no objection.")
    for level in range(levels):
        content = several("mixed", content, boundary=f"level{level}")
    return mail(head_of(sent), content)


MAKERS: dict[str, Maker] = {
    # ------------------------------------------------------------------------------- damaged heads
    "broken-date": partial(plain, answer=EN, Date="yesterday, about tea time"),
    "broken-date-zone": partial(
        plain, answer=EN, Date="Tue, 9 Jan 2024 15:04:05 +0100 (Mitteleuropäische Zeit"
    ),
    "broken-date-year": partial(plain, answer=EN, Date="Tue, 32 Foo 99999 25:61:61 +9999"),
    "no-date-no-id": partial(plain, answer=EN, Date="", Message_ID=""),
    "eight-bit-headers": lambda sent: plain(sent, FR).replace(
        b"From: Office of Wetlands", "From: Bureau des Zones Humides de la Réunion".encode("latin-1")
    ),
    "eight-bit-subject": lambda sent: plain(sent, FR, Subject="Réponse du Ministère à la notification"),
    "broken-encoded-word": partial(
        plain, answer=EN, Subject="=?utf-8?B?UsOpcG9uc2U?= =?foo?Q?=E9?= =?utf-8?B?!!!?="
    ),
    "folded-head": lambda sent: plain(sent, EN).replace(b"Subject: ", b"Subject:\r\n "),
    "doubled-subject": lambda sent: b"Subject: something else\r\n" + plain(sent, EN),
    "head-without-an-end": lambda sent: plain(sent, EN).partition(b"\r\n\r\n")[0],
    "no-sender": partial(plain, answer=EN, From="", Return_Path=""),
    "sender-that-is-none": partial(plain, answer=EN, From='"Office" <not an address>, , <>'),
    # ------------------------------------------------------------------------------ damaged bodies
    "charset-unknown": lambda sent: raw(
        sent, b"Content-Type: text/plain; charset=x-mac-klingon\r\n\r\n" + FR.encode("utf-8")
    ),
    "charset-wrong": lambda sent: raw(
        sent, b"Content-Type: text/plain; charset=us-ascii\r\n\r\n" + FR.replace("’", "'").encode("latin-1")
    ),
    "charset-of-windows": lambda sent: raw(
        sent, b"Content-Type: text/plain; charset=utf-8\r\n\r\n" + FR.encode("cp1252")
    ),
    "charset-utf-16": lambda sent: raw(sent, part("text/plain", EN, "base64", "utf-16")),
    "boundary-never-comes": lambda sent: raw(
        sent, b'Content-Type: multipart/mixed; boundary="never"\r\n\r\n' + EN.encode()
    ),
    "boundary-not-closed": lambda sent: raw(sent, several("mixed", part("text/plain", EN), closed=False)),
    "boundary-not-told": lambda sent: raw(sent, b"Content-Type: multipart/mixed\r\n\r\n" + EN.encode()),
    "base64-broken": lambda sent: raw(
        sent,
        b"Content-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\nV2UgaGF2ZSBubyBvYmplY3Rpb24",
    ),
    "transfer-encoding-unknown": lambda sent: raw(
        sent, b"Content-Type: text/plain\r\nContent-Transfer-Encoding: uuencoded-twice\r\n\r\n" + EN.encode()
    ),
    "line-ends-of-unix": lambda sent: gmail(sent, EN).replace(b"\r\n", b"\n"),
    "line-ends-mixed": lambda sent: gmail(sent, EN).replace(b"\r\n", b"\n", 7),
    "nothing-at-all": lambda sent: b"",
    "noise": lambda sent: bytes(range(256)) * 8,
    "empty-body": partial(plain, answer=""),
    "html-that-never-ends": lambda sent: raw(
        sent, part("text/html", "<div>" * 3000 + "We have no objection.")
    ),
    # ------------------------------------------------------------------------------------ overgrown
    "parts-within-parts": partial(deep, levels=60),
    "parts-too-many": lambda sent: mail(
        head_of(sent),
        several("mixed", part("text/plain", EN), *(attached(f"{n}.txt", b"x") for n in range(300))),
    ),
    "text-too-long": lambda sent: plain(sent, EN + "\n" + "word " * 60_000),
    # -------------------------------------------------------------------------------------- attached
    "winmail": partial(
        with_file, name="winmail.dat", content=b"\x78\x9f\x3e\x22" + bytes(64), kind="application/ms-tnef"
    ),
    "zip-harmless": partial(with_file, name="maps.zip", content=zipped(("map.txt", b"here"))),
    "zip-bomb": lambda sent: with_file(sent, "maps.zip", bomb()),
    "zip-nested": lambda sent: with_file(sent, "maps.zip", nested(6)),
    "zip-broken": partial(with_file, name="maps.zip", content=b"PK\x03\x04" + b"broken" * 20),
    "gzip-bomb": lambda sent: with_file(sent, "maps.gz", gzip.compress(bytes(64 * 2**20))),
    "bzip2-nested": lambda sent: with_file(sent, "maps.bz2", bz2.compress(nested(6))),
    "program-called-letter": partial(
        with_file, name="letter.pdf", content=b"MZ" + bytes(200), kind="application/pdf"
    ),
    "name-that-is-a-path": partial(
        with_file, name="../../etc/passwd", content=b"%PDF-1.7 x", kind="application/pdf"
    ),
    "script-in-html": lambda sent: raw(
        sent,
        part(
            "text/html",
            '<p onclick="steal()">We object.</p><script>steal()</script><img src="https://spy.example/1.gif">'
            '<a href="javascript:steal()">here</a>',
        ),
    ),
    # ----------------------------------------------------------------------------------------- mixed
    "objection-in-latin-1": lambda sent: raw(
        sent, part("text/plain", "Nous nous opposons à ce partenariat.", "8bit", "latin-1")
    ),
    "quotation-with-bars": lambda sent: plain(sent, f"{EN_NO}\n\n{quoted(sent.text, '| ')}"),
    "quotation-twice": lambda sent: plain(sent, f"{EN}\n\n{quoted(quoted(sent.text))}\n"),
}
