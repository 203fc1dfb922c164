"""What programs send: absences, receipts, lists, and what mail servers say of letters that came back."""

from collections.abc import Callable
from functools import partial

from tests.notifications.corpus.letter import Sent, head_of, mail, part, several
from tests.notifications.corpus.programs import paragraphs

Maker = Callable[[Sent], bytes]


def absence(sent: Sent, text: str, subject: str, **head: str) -> bytes:
    return mail(head_of(sent, Subject=subject, **head), part("text/plain", text))


def report(
    sent: Sent,
    said: str,
    *,
    action: str = "failed",
    status: str = "5.1.1",
    diagnostic: str = "",
    server: str = "mx.ministry.example",
    sender: str = "Mail Delivery System <MAILER-DAEMON@{server}>",
    subject: str = "Undelivered Mail Returned to Sender",
    returns: str = "headers",
    more: str = "",
) -> bytes:
    """A report of the standard form (RFC 3464)."""
    groups = (
        f"Reporting-MTA: dns; {server}\r\nArrival-Date: Mon, 8 Jan 2024 10:00:01 +0100 (CET)\r\n\r\n"
        f"Final-Recipient: rfc822; {sent.recipient}\r\nAction: {action}\r\nStatus: {status}\r\n"
        + (f"Diagnostic-Code: smtp; {diagnostic}\r\n" if diagnostic else "")
        + more
    )
    came = f"Return-Path: <{sent.bounce_to}>\r\nFrom: {sent.sender}\r\nTo: {sent.recipient}\r\nSubject: {sent.subject.encode('ascii', 'replace').decode()}\r\nMessage-ID: {sent.message_id}\r\n"
    parts = [
        part("text/plain", said, "7bit"),
        b"Content-Type: message/delivery-status\r\n\r\n" + groups.encode(),
    ]
    if returns == "headers":
        parts.append(b"Content-Type: text/rfc822-headers\r\n\r\n" + came.encode())
    elif returns == "whole":
        parts.append(b"Content-Type: message/rfc822\r\n\r\n" + came.encode() + b"\r\n" + sent.text.encode())
    head = [
        ("Return-Path", "<>"),
        ("From", sender.format(server=server)),
        ("To", sent.bounce_to),
        ("Subject", subject),
        ("Date", "Mon, 8 Jan 2024 10:00:05 +0100"),
        ("Message-ID", f"<report-1@{server}>"),
        ("Auto-Submitted", "auto-replied"),
    ]
    return mail(head, several("report; report-type=delivery-status", *parts, boundary="=_report"))


def in_words(sent: Sent, sender: str, subject: str, text: str, **head: str) -> bytes:
    """A server that says it in words of its own."""
    lines = [("Return-Path", "<>"), ("From", sender), ("To", sent.bounce_to), ("Subject", subject)]
    lines += [
        ("Date", "Mon, 8 Jan 2024 10:00:05 +0100"),
        ("Message-ID", "<words-1@mx.example>"),
        *head.items(),
    ]
    return mail(lines, part("text/plain", text, "7bit"))


def _postfix(sent: Sent) -> bytes:
    said = f"<{sent.recipient}>: host mx.ministry.example[192.0.2.7] said: 550 5.1.1 <{sent.recipient}>: Recipient address rejected: User unknown in virtual mailbox table (in reply to RCPT TO command)"
    return report(sent, said, diagnostic="550 5.1.1 User unknown in virtual mailbox table", returns="whole")


def _exim(sent: Sent) -> bytes:
    text = (
        "This message was created automatically by mail delivery software.\r\n\r\nA message that you sent could not be"
        " delivered to one or more of its\r\nrecipients. This is a permanent error. The following address(es) failed:\r\n\r\n"
        f"  {sent.recipient}\r\n    Unrouteable address\r\n\r\n------ This is a copy of the message's headers. ------\r\n\r\n"
        f"Message-ID: {sent.message_id}\r\nTo: {sent.recipient}\r\n"
    )
    return in_words(
        sent,
        "Mail Delivery System <Mailer-Daemon@mail.example>",
        "Mail delivery failed: returning message to sender",
        text,
        **{"X-Failed-Recipients": sent.recipient, "Auto-Submitted": "auto-replied"},
    )


def _qmail(sent: Sent) -> bytes:
    text = (
        "Hi. This is the qmail-send program at mail.example.\r\nI'm afraid I wasn't able to deliver your message to the"
        " following addresses.\r\nThis is a permanent error; I've given up. Sorry it didn't work out.\r\n\r\n"
        f"<{sent.recipient}>:\r\nSorry, no mailbox here by that name. (#5.1.1)\r\n\r\n--- Below this line is a copy of the message.\r\n\r\n"
        f"Return-Path: <{sent.bounce_to}>\r\nMessage-ID: {sent.message_id}\r\n\r\n"
    ) + sent.text.encode("ascii", "replace").decode()
    return in_words(sent, "MAILER-DAEMON@mail.example", "failure notice", text)


def _receipt(sent: Sent) -> bytes:
    told = f"Reporting-UA: mail.ministry.example; Outlook\r\nFinal-Recipient: rfc822; {sent.recipient}\r\nOriginal-Message-ID: {sent.message_id}\r\nDisposition: manual-action/MDN-sent-manually; displayed\r\n"
    content = several(
        "report; report-type=disposition-notification",
        part("text/plain", "Your message was displayed.", "7bit"),
        b"Content-Type: message/disposition-notification\r\n\r\n" + told.encode(),
    )
    return mail(head_of(sent, Subject="Read: " + sent.subject), content)


MAKERS: dict[str, Maker] = {
    # ------------------------------------------------------------------ out of office, six kinds and more
    "absence-exchange": partial(
        absence,
        text="I am out of the office until 22 January and will answer your message on my return.",
        subject="Automatic reply: Notification",
        Auto_Submitted="auto-generated",
        X_Auto_Response_Suppress="All",
    ),
    "absence-gmail-vacation": partial(
        absence,
        text="I am on leave. We have no objection to your writing to my colleague.",
        subject="Out of office Re: Notification",
        Precedence="bulk",
        Auto_Submitted="auto-replied",
    ),
    "absence-unix-vacation": partial(
        absence,
        text="I will not be reading my mail for a while.",
        subject="away from my mail",
        Precedence="junk",
    ),
    "absence-fr": partial(
        absence,
        text="Je suis absente du bureau jusqu'au 22 janvier.",
        subject="Réponse automatique : Notification",
        X_Autoreply="yes",
    ),
    "absence-es-by-subject": partial(
        absence, text="Volveré el 22 de enero.", subject="Respuesta automática: Notification"
    ),
    "absence-by-text-alone": partial(
        absence,
        text="I am currently out of the office. For urgent matters write to registry@ministry.example.",
        subject="Re: Notification",
    ),
    "absence-de": partial(
        absence, text="Ich bin bis 22. Januar nicht da.", subject="Abwesenheitsnotiz: Notification"
    ),
    "absence-ru": partial(absence, text="Я в отпуске до 22 января.", subject="Автоответ: Notification"),
    "absence-html": lambda sent: mail(
        head_of(sent, Subject="Absence du bureau", Auto_Submitted="auto-replied (vacation)"),
        part("text/html", paragraphs("Je suis en congé.")),
    ),
    "left-the-office": partial(
        absence,
        text="This mailbox is not monitored. Anna Lund no longer works here.",
        subject="Re: Notification",
    ),
    # --------------------------------------------------------------- other programs
    "ticket-opened": partial(
        absence,
        text="We have received your message. Your request has number 4711.",
        subject="[Ticket 4711] Notification",
        Auto_Submitted="auto-generated",
    ),
    "mailing-list": partial(
        absence,
        text="We have no objection.",
        subject="[wetlands] Notification",
        List_Id="<wetlands.list.example>",
    ),
    "calendar-answer": lambda sent: mail(
        head_of(sent, Subject="Accepted: Meeting"),
        several(
            "alternative",
            part("text/plain", "Accepted"),
            part("text/calendar; method=REPLY", "BEGIN:VCALENDAR\r\nMETHOD:REPLY\r\nEND:VCALENDAR\r\n"),
        ),
    ),
    "our-own-letter-in-a-circle": lambda sent: mail(
        head_of(sent, From=f"{sent.name} <{sent.sender}>", Auto_Submitted="auto-generated", In_Reply_To=""),
        several("alternative", part("text/plain", sent.text), part("text/html", sent.html)),
    ),
    "two-programs-in-a-circle": partial(
        absence,
        text="Your message 'Automatic reply: Automatic reply: Notification' was received.",
        subject="Automatic reply: Automatic reply: Notification",
        X_Loop="office@ministry.example",
        Return_Path="<>",
    ),
    "read-receipt": _receipt,
    "delivered-receipt": partial(
        report,
        said="Your message was delivered.",
        action="delivered",
        status="2.0.0",
        subject="Successful Mail Delivery Report",
    ),
    # ------------------------------------------------------------ bounces, by mail server
    "bounce-postfix": _postfix,
    "bounce-postfix-full": partial(
        report,
        said="mailbox full",
        status="5.2.2",
        diagnostic="552 5.2.2 The email account that you tried to reach is over quota",
    ),
    "bounce-sendmail": partial(
        report,
        said="   ----- The following addresses had permanent fatal errors -----\r\n<office@ministry.example>",
        diagnostic="550 5.1.2 Host unknown (Name server: ministry.example.: host not found)",
        status="5.1.2",
        subject="Returned mail: see transcript for details",
        returns="whole",
    ),
    "bounce-exim": _exim,
    "bounce-qmail": _qmail,
    "bounce-exchange-online": partial(
        report,
        said="Your message to office@ministry.example couldn't be delivered.\r\noffice wasn't found at ministry.example.",
        status="5.1.10",
        diagnostic="550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup",
        sender="Microsoft Outlook <postmaster@ministry.example>",
        subject="Undeliverable: Notification",
        returns="whole",
    ),
    "bounce-gmail": partial(
        report,
        said="** Address not found **\r\n\r\nYour message wasn't delivered to office@ministry.example because the address couldn't be found.",
        diagnostic="550-5.1.1 The email account that you tried to reach does not exist.",
        sender="Mail Delivery Subsystem <mailer-daemon@googlemail.com>",
        subject="Delivery Status Notification (Failure)",
    ),
    "bounce-vague-code": partial(
        report, said="rejected", status="5.0.0", diagnostic="554 rejected: listed at zen.spamhaus.org"
    ),
    "bounce-without-anything-back": partial(
        report, said="gone", diagnostic="550 5.1.1 unknown user", returns="nothing", subject="Undeliverable"
    ),
    "bounce-expired": partial(
        report,
        said="delivery temporarily suspended",
        status="4.4.7",
        diagnostic="451 4.4.7 Message expired: connection timed out",
    ),
    "bounce-fr": partial(
        report,
        said="Votre message n'a pas pu être remis.",
        subject="Non remis : Notification",
        diagnostic="550 5.2.1 Le compte n'existe pas : mailbox disabled",
        status="5.2.1",
    ),
    # --------------------------------------------------------------------- delays
    "delay-postfix": partial(
        report,
        said="Your message could not be delivered for more than 4 hour(s).",
        action="delayed",
        status="4.4.1",
        diagnostic="connect to mx.ministry.example[192.0.2.7]:25: Connection timed out",
        subject="Delayed Mail (still being retried)",
        more="Will-Retry-Until: Sat, 13 Jan 2024 10:00:01 +0100 (CET)\r\n",
    ),
    "delay-sendmail": partial(
        report,
        said="THIS IS A WARNING MESSAGE ONLY. YOU DO NOT NEED TO RESEND YOUR MESSAGE.",
        action="delayed",
        status="4.2.2",
        diagnostic="452 4.2.2 Mailbox full",
        subject="Warning: could not send message for past 4 hours",
    ),
    "delay-exim": lambda sent: in_words(
        sent,
        "Mail Delivery System <Mailer-Daemon@mail.example>",
        "Warning: message 1rMabc-0001 delayed 24 hours",
        "This message was created automatically by mail delivery software.\r\nA message that you sent has not yet been"
        " delivered to one or more of its\r\nrecipients after more than 24 hours on the queue on mail.example.\r\n\r\n"
        f"The address to which the message has not yet been delivered is:\r\n\r\n  {sent.recipient}\r\n\r\n"
        "No action is required on your part. Delivery attempts will continue.\r\n",
    ),
}
