"""What people answer, in the programs they use."""

from collections.abc import Callable
from functools import partial

from tests.notifications.corpus.letter import Sent, attached, head_of, mail, part, several
from tests.notifications.corpus.programs import (
    apple,
    gmail,
    introduced,
    notes,
    outlook,
    plain,
    qq,
    quoted,
    thunderbird,
    webmail,
    yahoo,
    zimbra,
)

Maker = Callable[[Sent], bytes]

SMALL_PRINT = "This message is confidential. If you are not the intended recipient, do not copy it and inform the sender."
EN = "Dear colleagues,\n\nThe Ministry has no objection to the proposed partnership.\n\nKind regards,\nAnna Lund\nHead of the Wetlands Office"
FR = "Madame, Monsieur,\n\nNous n’avons pas d’objection au partenariat proposé.\n\nVeuillez agréer l’expression de notre haute considération.\nJean Petit"
ES = "Estimados señores:\n\nLa Autoridad Administrativa no tiene ninguna objeción a la asociación propuesta.\n\nAtentamente,\nLucía Gómez"
EN_NO = "Dear Secretariat,\n\nWe object to this partnership. The site lies in a protected area.\n\nYours sincerely,\nA. Lund"
FR_NO = "Madame, Monsieur,\n\nLe Ministère formule par la présente une objection formelle.\n\nJ. Petit"
ES_NO = "Señores:\n\nNos oponemos a esta asociación. El sitio está protegido.\n\nL. Gómez"

MAKERS: dict[str, Maker] = {
    # ------------------------------------------------- no objection, above the quotation, by program
    "gmail-en": partial(gmail, answer=EN),
    "gmail-fr": partial(gmail, answer=FR, language="fr"),
    "gmail-es": partial(gmail, answer=ES, language="es"),
    "gmail-ru-quotes": partial(gmail, answer=EN, language="ru"),
    "gmail-ar-quotes": partial(gmail, answer=FR, language="ar"),
    "gmail-zh-quotes": partial(gmail, answer=EN, language="zh"),
    "outlook-en": partial(outlook, answer=EN),
    "outlook-fr": partial(outlook, answer=FR, language="fr"),
    "outlook-es": partial(outlook, answer=ES, language="es"),
    "outlook-ru-quotes": partial(outlook, answer=EN, language="ru"),
    "outlook-ar-quotes": partial(outlook, answer=FR, language="ar"),
    "outlook-zh-quotes": partial(outlook, answer=EN, language="zh"),
    "outlook-html-only": partial(outlook, answer=EN, is_html_only=True),
    "outlook-with-a-rule": partial(outlook, answer=EN, rule="_" * 32),
    "outlook-original-message": partial(outlook, answer=ES, language="es", rule="-----Mensaje original-----"),
    "apple-en": partial(apple, answer=EN + "\n\nSent from my iPhone"),
    "apple-fr": partial(apple, answer=FR + "\n\nEnvoyé de mon iPhone", language="fr"),
    "apple-es": partial(apple, answer=ES, language="es"),
    "apple-ru-quotes": partial(apple, answer=EN, language="ru"),
    "apple-zh-quotes": partial(apple, answer=EN, language="zh"),
    "webmail-en": partial(webmail, answer=EN),
    "webmail-fr": partial(webmail, answer=FR, language="fr"),
    "webmail-es": partial(webmail, answer=ES, language="es"),
    "yahoo-html": partial(yahoo, answer=EN),
    "notes-en": partial(notes, answer=EN),
    "zimbra-en": partial(zimbra, answer=EN),
    "zimbra-fr": partial(zimbra, answer=FR, rule="----- Message d'origine -----"),
    "qq-zh": partial(qq, answer=EN),
    # --------------------------------------------------------------------------- below and between
    "thunderbird-below-en": partial(thunderbird, below=EN),
    "thunderbird-below-fr": partial(thunderbird, below=FR, language="fr"),
    "thunderbird-below-es": partial(thunderbird, below=ES, language="es"),
    "thunderbird-below-ru-quotes": partial(thunderbird, below=EN, language="ru"),
    "thunderbird-above": partial(thunderbird, above=EN),
    "thunderbird-between": partial(thunderbird, between="No objection."),
    "thunderbird-see-below": partial(thunderbird, above="Please see our answer below.", between="We object."),
    # ----------------------------------------------------------------------------------- objections
    "objection-en": partial(gmail, answer=EN_NO),
    "objection-fr": partial(outlook, answer=FR_NO, language="fr"),
    "objection-es": partial(webmail, answer=ES_NO, language="es"),
    "objection-below": partial(thunderbird, below=EN_NO),
    "objection-one-word": partial(plain, answer="Objection"),
    "objection-withdrawn": partial(gmail, answer="We hereby withdraw our objection of 3 January."),
    # -------------------------------------------------------------------------------- other answers
    "support-en": partial(
        gmail, answer="We fully support the proposed partnership and have no objection to it."
    ),
    "support-fr": partial(apple, answer="Nous soutenons pleinement le partenariat.", language="fr"),
    "no-objection-one-line": partial(plain, answer="NO OBJECTION"),
    "no-objection-with-small-print": partial(outlook, answer=f"{EN}\n\n{SMALL_PRINT}"),
    "no-objection-offers-help": partial(
        gmail, answer=EN + "\n\nShould you have any questions, please do not hesitate to contact me."
    ),
    "no-objection-own-letter": lambda sent: plain(
        sent,
        "The Ministry of Environment presents its compliments to the Secretariat and has the honour to inform it"
        " that it raises no objection. The Ministry avails itself of this opportunity to renew to the Secretariat"
        " the assurances of its highest consideration.",
        In_Reply_To="",
        References="",
        Subject="Partnership",
    ),
    # ---------------------------------------------------------------- for a person to read: unclear
    "condition-en": partial(gmail, answer="We have no objection, provided that our logo is not used."),
    "condition-fr": partial(
        outlook, answer="Nous n'avons pas d'objection, sous réserve des clauses.", language="fr"
    ),
    "condition-es": partial(
        webmail, answer="No tenemos objeciones, siempre que se respete el sitio.", language="es"
    ),
    "condition-in-another-sentence": partial(
        gmail, answer="We have no objection. However, the site must be fenced."
    ),
    "question-en": partial(gmail, answer="Would the works reach our part of the delta? Please clarify."),
    "question-fr": partial(apple, answer="Pourriez-vous préciser la durée des travaux ?", language="fr"),
    "question-and-answer": partial(gmail, answer="We have no objection. But who pays for it?"),
    "double-negation": partial(gmail, answer="We cannot say that we have no objection."),
    "not-yet": partial(gmail, answer="We do not object at this stage; our formal answer will follow."),
    "personal-view": partial(gmail, answer="Personally I have no objection."),
    "both-at-once": partial(gmail, answer="Our focal point has no objection. The Ministry objects to it."),
    "mistyped-negation": partial(gmail, answer="La Parte na objetamos.", language="es"),
    "somebody-elses-words": partial(gmail, answer='The company writes "we have no objection" on its site.'),
    "plain-and-html-differ": lambda sent: mail(
        head_of(sent),
        several(
            "alternative", part("text/plain", "We have no objection."), part("text/html", "<p>We object.</p>")
        ),
    ),
    "hidden-in-html": lambda sent: mail(
        head_of(sent),
        part(
            "text/html", '<p>Thank you for your letter.</p><p style="display:none">We have no objection.</p>'
        ),
    ),
    # ------------------------------------------------------------------------------------ no answer
    "thanks-only": partial(gmail, answer="Thank you for your letter. It is with our legal adviser."),
    "quotation-only": lambda sent: mail(
        head_of(sent), part("text/plain", f"{introduced(sent, 'gmail', 'en')}\n{quoted(sent.text)}")
    ),
    "letter-sent-back-unquoted": lambda sent: mail(head_of(sent), part("text/plain", sent.text)),
    "forwarded-answer": lambda sent: mail(
        head_of(sent, Subject=f"Fwd: {sent.subject}", In_Reply_To="", References=""),
        part(
            "text/plain",
            "Please find below the answer of our Minister.\n\n---------- Forwarded message ---------\n"
            "From: Minister <minister@ministry.example>\nDate: Mon, Jan 8, 2024 at 5:00 PM\n"
            f"Subject: Re: {sent.subject}\nTo: <{sent.recipient}>\n\nWe object.\n",
        ),
    ),
    "forwarded-as-attachment": lambda sent: mail(
        head_of(sent, Subject=f"Fwd: {sent.subject}"),
        several(
            "mixed",
            part("text/plain", "See the message attached."),
            b"Content-Type: message/rfc822\r\n\r\n" + gmail(sent, EN_NO),
            boundary="=_outer",
        ),
    ),
    "scan-attached": lambda sent: mail(
        head_of(sent),
        several(
            "mixed",
            part("text/plain", "Please find our reply attached."),
            attached("reply.pdf", b"%PDF-1.7\n" + bytes(200), "application/pdf"),
        ),
    ),
    "scan-alone": lambda sent: mail(
        head_of(sent),
        several("mixed", attached("scan0001.pdf", b"%PDF-1.4\n" + bytes(50), "application/pdf")),
    ),
    # ------------------------------------------------------------------- strangers and other roads
    "stranger-with-the-subject": partial(
        plain,
        answer="We object.",
        From="Somebody <somebody@elsewhere.example>",
        To="assent@secretariat.example",
        In_Reply_To="",
        References="",
        Authentication_Results="mx.secretariat.example; spf=pass smtp.mailfrom=somebody@elsewhere.example",
        Return_Path="<somebody@elsewhere.example>",
    ),
    "forged-sender": partial(
        gmail,
        answer=EN,
        Return_Path="<bulk@rented.example>",
        Authentication_Results="mx.secretariat.example; spf=fail smtp.mailfrom=bulk@rented.example; dkim=none",
    ),
    "two-senders": lambda sent: b"From: Other <other@elsewhere.example>\r\n" + gmail(sent, EN),
    "to-the-office": partial(gmail, answer=EN, To="assent@secretariat.example"),
    "no-reference-but-the-address": partial(
        plain, answer=EN, In_Reply_To="", References="", Subject="Our answer"
    ),
}
