"""What people write, and which answer that is."""

import pytest

from notifications.incoming import read_answer
from notifications.incoming.phrases import all_phrases, senses

CONSENT = ("consent", "consent_with_conditions", "refuse")
CONSULTATION = ("comment", "concern", "no_comment")
APPROVAL = ("approve", "approve_with_conditions", "object", "abstain")
NOTIFICATION = ("no_objection", "support", "objection", "question")
CONDITIONAL = ("consent_with_conditions", "approve_with_conditions")


def read(text: str, answers: tuple[str, ...]) -> str:
    """The answer and how certain it is, as "consent, clear"."""
    reading = read_answer(text, answers, CONDITIONAL)
    return f"{reading.word or '-'}, {reading.certainty}"


CLEAR = {
    NOTIFICATION: {
        "no_objection": [
            "We have no objection.",
            "The Government of Norway has no objection to the proposed partnership.",
            "There is no objection from our side.",
            "NO OBJECTION",
            "We do not object to this partnership.",
            "We don't object.",
            "Chad does not wish to object.",
            "We do not have any objections.",
            "The Ministry raises no objections.",
            "We are not opposed to the partnership.",
            "The Party gives its no-objection.",
            "Nous n’avons pas d’objection.",
            "Nous n'avons aucune objection à formuler.",
            "Le Tchad n'a pas d'objection à ce partenariat.",
            "Aucune objection.",
            "Notre pays ne s’oppose pas au partenariat.",
            "Nous ne nous opposons pas à ce projet.",
            "La Partie ne soulève aucune objection.",
            "Le Ministère n'y voit pas d'inconvénient.",
            "No objetamos.",
            "No tenemos objeciones.",
            "La Parte no tiene ninguna objeción.",
            "No hay objeción.",
            "El Gobierno no se opone a la asociación.",
            "Sin objeción",
            "No nos oponemos a la asociación.",
        ],
        "objection": [
            "We object.",
            "We hereby formally object to the partnership.",
            "Norway objects to the partnership.",
            "The Ministry raises a formal objection.",
            "We must object to this proposal.",
            "We are opposed to this partnership.",
            "We have serious objections.",
            "This letter constitutes a formal objection.",
            "Objection",
            "We cannot accept this proposal.",
            "Nous nous opposons au partenariat.",
            "La France s’oppose à ce partenariat.",
            "Le Ministère élève une objection formelle.",
            "Nous faisons objection.",
            "Je m'oppose à ce projet.",
            "Nous refusons ce partenariat.",
            "Objetamos la asociación.",
            "Nos oponemos a esta asociación.",
            "El Ministerio presenta una objeción formal.",
            "La Parte se opone a la asociación.",
            "No podemos aceptar esta propuesta.",
        ],
        "support": [
            "We fully support the partnership.",
            "Canada supports the partnership.",
            "We support it and have no objection.",
            "Nous soutenons pleinement le partenariat.",
            "Apoyamos plenamente la asociación.",
        ],
    },
    CONSENT: {
        "consent": [
            "We consent.",
            "The Ministry of Environment gives its consent.",
            "The Administrative Authority grants its advance agreement.",
            "We hereby agree.",
            "Agreed.",
            "Nous donnons notre accord.",
            "L'Autorité administrative donne son accord préalable.",
            "Nous consentons au partenariat.",
            "Damos nuestro consentimiento.",
            "La Autoridad Administrativa otorga su conformidad.",
            "Estamos de acuerdo.",
        ],
        "refuse": [
            "We do not consent.",
            "We refuse our consent.",
            "We cannot give our consent.",
            "The Ministry is unable to give its consent.",
            "Nous ne donnons pas notre accord.",
            "Nous refusons.",
            "Nous ne sommes pas d'accord.",
            "Nous ne pouvons pas donner notre accord.",
            "No damos nuestro consentimiento.",
            "No estamos de acuerdo.",
            "Denegamos el consentimiento.",
        ],
    },
    CONSULTATION: {
        "no_comment": ["We have no comments.", "No comment", "Pas d'observation", "Sin comentarios"],
        "concern": ["We are deeply concerned.", "Nous sommes vivement préoccupés.", "Estamos preocupados."],
        "comment": ["We have the following comments: the dates are wrong."],
    },
    APPROVAL: {
        "approve": ["We approve.", "Canada approves the proposal.", "Nous approuvons la proposition."],
        "object": ["We object.", "We do not approve.", "Nous n'approuvons pas.", "No aprobamos."],
        "abstain": ["We abstain.", "Nous nous abstenons.", "Nos abstenemos."],
    },
}  # fmt: skip
PAIRS = [
    (answers, word, text)
    for answers, words in CLEAR.items()
    for word, texts in words.items()
    for text in texts
]


@pytest.mark.parametrize(("answers", "word", "text"), PAIRS, ids=[text[:50] for _, _, text in PAIRS])
def test_what_is_said_clearly_is_understood(answers, word, text):
    assert read(text, answers) == f"{word}, clear"


UNCLEAR = [
    # conditions
    (NOTIFICATION, "no_objection", "We have no objection provided that the site is fenced."),
    (NOTIFICATION, "no_objection", "We have no objection if the dates change."),
    (NOTIFICATION, "no_objection", "We have no objection. This is subject to an impact study."),
    (NOTIFICATION, "no_objection", "Pas d'objection, à condition que le logo ne soit pas utilisé."),
    (NOTIFICATION, "no_objection", "No tenemos objeción salvo que cambie el sitio."),
    (CONSENT, "consent_with_conditions", "We consent on condition that works stop in spring."),
    (CONSENT, "consent_with_conditions", "Nous donnons notre accord sous réserve d'une étude."),
    (CONSENT, "consent_with_conditions", "Damos nuestro consentimiento siempre que se respete el sitio."),
    (APPROVAL, "approve_with_conditions", "We approve, subject to yearly accounts."),
    # negations that were not understood
    (NOTIFICATION, "no_objection", "We cannot say that we have no objection."),
    (NOTIFICATION, "no_objection", "It is not true that we have no objection."),
    (NOTIFICATION, "objection", "We never said that we object."),
    (NOTIFICATION, "no_objection", "Nous ne disons pas que nous n'avons pas d'objection."),
    (NOTIFICATION, "objection", "na objetamos"),
    # questions, doubts, other people's words
    (NOTIFICATION, "no_objection", "Do we have no objection?"),
    (NOTIFICATION, "question", "Who pays for the works?"),
    (NOTIFICATION, "question", "¿Quién paga las obras?"),
    (NOTIFICATION, "no_objection", "In principle we have no objection."),
    (NOTIFICATION, "no_objection", "A priori nous n'avons pas d'objection."),
    (NOTIFICATION, "no_objection", "Por ahora no tenemos objeciones."),
    (NOTIFICATION, "objection", "We are considering whether we must object."),
    (NOTIFICATION, "no_objection", 'They told us "no objection" on the telephone.'),
    # one thing and another
    (NOTIFICATION, "objection", "The focal point has no objection. The Ministry objects to it."),
    (NOTIFICATION, "no_objection", "We have no objection but are deeply concerned."),
    (CONSENT, "-", "We have no objection."),
    (NOTIFICATION, "-", "We withdraw our objection."),
]  # fmt: skip


@pytest.mark.parametrize(("answers", "word", "text"), UNCLEAR, ids=[text[:50] for _, _, text in UNCLEAR])
def test_what_a_person_has_to_read_is_not_called_clear(answers, word, text):
    assert read(text, answers) == f"{word}, unclear"


SILENT = [
    "",
    "Thank you for your letter.",
    "The period for objections ends on Friday.",
    "We are aware of the no-objection procedure.",
    "We have received no objection from other ministries.",
    "Our objectives are well known.",
    "Nous avons bien reçu votre notification.",
    "Le droit de s'opposer nous est connu.",
    "Hemos recibido su carta.",
    "Do not hesitate to write if you need anything further.",
    "We have nu objection.",
    "Wir haben keine Einwände.",
]


@pytest.mark.parametrize("text", SILENT)
def test_what_says_nothing_of_the_matter_is_no_answer(text):
    assert read(text, NOTIFICATION) == "-, none"


def test_an_objection_to_be_withdrawn_is_told_from_one_that_is_made():
    reading = read_answer("We hereby withdraw our formal objection.", (*NOTIFICATION, "withdraw_objection"))

    assert (reading.word, reading.certainty) == ("withdraw_objection", "clear")


def test_courtesy_and_small_print_do_not_make_an_answer_unclear():
    text = (
        "Dear colleagues,\n\nWe have no objection.\n\nShould you have any questions, do not hesitate to call."
        "\n\nKind regards\n\nThis message is confidential. If you are not the intended recipient, delete it."
    )

    assert read(text, NOTIFICATION) == "no_objection, clear"


def test_the_marks_name_the_words_that_stand_in_the_way():
    reading = read_answer("We have no objection. However, the site must be fenced.", NOTIFICATION)

    assert [(mark.kind, mark.words) for mark in reading.marks] == [("contrast", "However")]
    assert reading.sentence == "We have no objection."


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "Nous n’avons pas d’objection, À CONDITION QUE le site soit protégé.",
            {"CONDITION", "À CONDITION"},
        ),
        # The same with accents that are signs of their own, as Apple's programs write them.
        (
            "Nous n’avons pas d’objection, A\u0300 condition que le site soit prote\u0301ge\u0301.",
            {"condition", "A\u0300 condition"},
        ),
        ("Nous n’avons pas d’objection, sous  Réserve\u00a0de l’étude.", {"sous Réserve"}),
    ],
)
def test_words_that_stand_in_the_way_are_shown_as_they_were_written(text, words):
    assert {mark.words for mark in read_answer(text, NOTIFICATION).marks} == words


def test_each_language_knows_every_sense_of_the_others():
    known = [{sense for sense, _ in phrases.anywhere} for phrases in all_phrases()]
    alone = [{sense for sense, _ in phrases.alone} for phrases in all_phrases()]

    assert known == [set(senses())] * 3
    assert alone[0] == alone[1] == alone[2]
