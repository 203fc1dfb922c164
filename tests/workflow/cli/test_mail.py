"""assent mail, as a mail server or an administrator would run it."""

from __future__ import annotations

from tests.notifications import corpus
from tests.workflow.cli.conftest import Terminal

SENT = corpus.sample()


def test_a_message_on_the_pipe_is_kept_once_and_told_of(assent: Terminal) -> None:
    raw = corpus.MAKERS["gmail-en"](SENT).decode()
    first, second = assent("mail", "in", stdin=raw), assent("mail", "in", stdin=raw)

    assert (first.code, first.out) == (
        0, "Mail 1: waits, with no case. It is not known to which case it belongs.\n",
    )  # fmt: skip
    assert second.out.startswith("Mail 1 (it was kept before): waits")
    (kept,) = assent("mail", "list", "--json").data["mail"]
    assert (kept["status"], kept["reason"], kept["word"]) == ("waiting", "unmatched", "no_objection")


def test_nothing_on_the_pipe_is_no_message(assent: Terminal) -> None:
    done = assent("mail", "in")

    assert (done.code, done.err) == (
        1, "The message is empty. Give it on the standard input, or with --file.\n",
    )  # fmt: skip


def test_a_mail_server_is_asked_to_try_again_where_a_message_cannot_be_kept(bare: Terminal) -> None:
    done = bare("mail", "in", stdin="Subject: x\n\nhello\n")

    assert done.code == 75
    assert done.err.startswith("The message was not kept: ")


def test_mail_is_read_again_and_without_a_mailbox_none_is_fetched(assent: Terminal) -> None:
    assent("mail", "in", stdin="From: a@b.example\nSubject: x\n\nWe object.\n")

    again, fetched = assent("mail", "reread"), assent("mail", "fetch")

    assert again.out == "Read again. 1 filed anew, 1 of them wait for an officer.\n"
    assert (fetched.code, fetched.err) == (1, "There is no mailbox to look into: set mailbox.host.\n")
