"""How mail programs dress an answer: what they put around it, and how they quote the letter."""

from html import escape

from tests.notifications.corpus.letter import Sent, head_of, mail, part, quoted, several

#: What stands above a quotation, by program and language.
INTRODUCED = {
    "gmail": {
        "en": "On Mon, Jan 8, 2024 at 10:00 AM {name} <{sender}> wrote:",
        "fr": "Le lun. 8 janv. 2024 à 10:00, {name} <{sender}> a écrit :",
        "es": "El lun, 8 ene 2024 a las 10:00, {name} (<{sender}>) escribió:",
        "ru": "пн, 8 янв. 2024 г. в 10:00, {name} <{sender}>:",
        "ar": "في الاثنين، 8 يناير 2024 في 10:00 ص تمت كتابة ما يلي بواسطة {name} <{sender}>:",
        "zh": "{name} <{sender}> 于2024年1月8日周一 10:00写道：",
    },
    "apple": {
        "en": "On 8 Jan 2024, at 10:00, {name} <{sender}> wrote:",
        "fr": "Le 8 janv. 2024 à 10:00, {name} <{sender}> a écrit :",
        "es": "El 8 ene 2024, a las 10:00, {name} <{sender}> escribió:",
        "ru": "8 янв. 2024 г., в 10:00, {name} <{sender}> написал(а):",
        "zh": "在 2024年1月8日，10:00，{name} <{sender}> 写道：",
    },
    "thunderbird": {
        "en": "On 08/01/2024 10:00, {name} wrote:",
        "fr": "Le 08/01/2024 à 10:00, {name} a écrit :",
        "es": "El 08/01/2024 a las 10:00, {name} escribió:",
        "ru": "08.01.2024 10:00, {name} пишет:",
    },
    "webmail": {
        "en": "On 2024-01-08 10:00, {name} wrote:",
        "fr": "Le 2024-01-08 10:00, {name} a écrit :",
        "es": "El 2024-01-08 10:00, {name} escribió:",
    },
}
#: The headers Outlook repeats above what it quotes, by language.
HEADERS = {
    "en": ("From", "Sent", "To", "Subject"),
    "fr": ("De ", "Envoyé ", "À ", "Objet "),
    "es": ("De", "Enviado el", "Para", "Asunto"),
    "ru": ("От", "Отправлено", "Кому", "Тема"),
    "ar": ("من", "تاريخ الإرسال", "إلى", "الموضوع"),
    "zh": ("发件人", "发送时间", "收件人", "主题"),
}


def introduced(sent: Sent, program: str, language: str) -> str:
    return INTRODUCED[program][language].format(name=sent.name, sender=sent.sender)


def paragraphs(text: str) -> str:
    return "".join(f"<div>{escape(line) or '<br>'}</div>" for line in text.split("\n"))


def gmail(sent: Sent, answer: str, language: str = "en", **head: str) -> bytes:
    intro = introduced(sent, "gmail", language)
    text = f"{answer}\n\n{intro}\n\n{quoted(sent.text)}\n"
    html = (
        f'<div dir="ltr">{paragraphs(answer)}</div><br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">'
        f'{escape(intro)}<br></div><blockquote class="gmail_quote" style="margin:0 0 0 .8ex">{sent.html}</blockquote></div>'
    )
    return mail(
        head_of(sent, **head), several("alternative", part("text/plain", text), part("text/html", html))
    )


def apple(sent: Sent, answer: str, language: str = "en", **head: str) -> bytes:
    text = f"{answer}\n\n{quoted(introduced(sent, 'apple', language) + chr(10) * 2 + sent.text)}\n"
    return mail(head_of(sent, X_Mailer="Apple Mail (2.3774.300.61)", **head), part("text/plain", text))


def thunderbird(
    sent: Sent, below: str = "", language: str = "en", above: str = "", between: str = "", **head: str
) -> bytes:
    """The program whose users answer below; `between` stands in the midst of the quotation."""
    lines = quoted(sent.text).split("\n")
    middle = len(lines) // 2
    body = [*lines[:middle], "", between, "", *lines[middle:]] if between else lines
    text = "\n".join(
        [*([above, ""] if above else []), introduced(sent, "thunderbird", language), *body, "", below]
    )
    kind = "text/plain; charset=UTF-8; format=flowed"
    return mail(head_of(sent, User_Agent="Mozilla Thunderbird", **head), part(kind, text, "8bit"))


def webmail(sent: Sent, answer: str, language: str = "en", **head: str) -> bytes:
    text = f"{answer}\n\n{introduced(sent, 'webmail', language)}\n{quoted(sent.text)}"
    return mail(head_of(sent, User_Agent="Roundcube Webmail/1.6.5", **head), part("text/plain", text, "8bit"))


def outlook_headers(sent: Sent, language: str) -> list[tuple[str, str]]:
    values = (
        f"{sent.name} <{sent.sender}>",
        "Monday, 8 January 2024 10:00",
        f"<{sent.recipient}>",
        sent.subject,
    )
    return list(zip(HEADERS[language], values, strict=True))


def outlook(
    sent: Sent, answer: str, language: str = "en", *, is_html_only: bool = False, rule: str = "", **head: str
) -> bytes:
    """Quotes without a sign before each line: only the headers above tell where the letter begins."""
    headers = outlook_headers(sent, language)
    told = "\n".join(f"{name}: {value}" for name, value in headers)
    text = f"{answer}\n\n{rule and rule + chr(10)}{told}\n\n{sent.text}"
    block = "".join(f"<b>{escape(name)}:</b> {escape(value)}<br>" for name, value in headers)
    html = (
        f'<html><head><style>p {{margin:0}}</style></head><body>{paragraphs(answer)}<hr style="width:98%">'
        f'<div id="divRplyFwdMsg" dir="ltr"><font>{block}</font></div>{sent.html}</body></html>'
    )
    shown = part("text/html", html)
    content = (
        shown if is_html_only else several("alternative", part("text/plain", text, charset="utf-8"), shown)
    )
    return mail(head_of(sent, X_Mailer="Microsoft Outlook 16.0", **head), content)


def yahoo(sent: Sent, answer: str, **head: str) -> bytes:
    html = (
        f'<html><body><div class="ydp1">{paragraphs(answer)}</div><div id="yahoo_quoted_1" class="yahoo_quoted">'
        f"<div>On Monday, 8 January 2024 at 10:00:00 CET, {escape(sent.name)} wrote:</div>{sent.html}</div></body></html>"
    )
    return mail(head_of(sent, X_Mailer="WebService/1.1 YMailNorrin", **head), part("text/html", html))


def notes(sent: Sent, answer: str, **head: str) -> bytes:
    """Lotus and HCL Notes: the headers follow in another order, and the names of the fields are padded."""
    text = (
        f"{answer}\n\n\n\nFrom:   {sent.name} <{sent.sender}>\nTo:     {sent.recipient}\n"
        f"Date:   08/01/2024 10:00\nSubject:        {sent.subject}\n\n\n\n{sent.text}"
    )
    return mail(head_of(sent, X_Mailer="HCL Notes Release 12.0", **head), part("text/plain", text))


def zimbra(sent: Sent, answer: str, rule: str = "----- Original Message -----", **head: str) -> bytes:
    text = (
        f'{answer}\n\n{rule}\nFrom: "{sent.name}" <{sent.sender}>\nTo: "Office" <{sent.recipient}>\n'
        f"Sent: Monday, 8 January, 2024 10:00:00\nSubject: {sent.subject}\n\n{sent.text}"
    )
    return mail(head_of(sent, X_Mailer="Zimbra 8.8.15", **head), part("text/plain", text))


def qq(sent: Sent, answer: str, **head: str) -> bytes:
    text = (
        f"{answer}\n\n\n------------------&nbsp;原始邮件&nbsp;------------------\n"
        f'发件人: "{sent.name}" <{sent.sender}>;\n发送时间: 2024年1月8日(星期一) 上午10:00\n'
        f'收件人: "office"<{sent.recipient}>;\n主题: {sent.subject}\n\n{sent.text}'
    ).replace("&nbsp;", "\u00a0")
    return mail(head_of(sent, X_Mailer="QQMail 2.x", **head), part("text/plain", text, "base64", "gb18030"))


def plain(sent: Sent, answer: str, **head: str) -> bytes:
    """Nothing quoted."""
    return mail(head_of(sent, **head), part("text/plain", answer))
