"""Whoever reads English, French or Spanish reads the same, and reads it well."""

import csv
import re
from datetime import UTC, date, datetime
from string import Formatter
from zoneinfo import ZoneInfo

import pytest

from states import reader
from states.account import account
from states.commands import VOICES
from states.explained import EXPLANATIONS, explain_hold, explain_period
from states.periods import Grace, Period, WorkingDays
from states.procedure import Procedure
from states.reasons import MESSAGES, did_you_mean, reason
from workflow import i18n
from workflow.calendars import shipped
from workflow.i18n.catalogs import FOLDER, Catalog, catalog
from workflow.laws import Laws

LAW = reader.load("ramsar-private")
LAWS = Laws().all
ZURICH = ZoneInfo("Europe/Zurich")
TRANSLATED = [language for language in i18n.LANGUAGES if language != "en"]
FILES = sorted(FOLDER.rglob("*.po"))


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def everything(of: Catalog) -> dict[tuple[str, str, int], str]:
    """All that a catalog says, one form of a plural after the other."""
    said = {(*key, 0): text for key, text in of.texts.items()}
    return said | {(*key, n): form for key, forms in of.plurals.items() for n, form in enumerate(forms)}


def titles_of(law: Procedure) -> list[str]:
    """Whatever a law file says in words of its own, its bases aside."""
    titles = [law.title, *law.roles.values(), *law.signers.values(), *law.marks.values()]
    titles += [body.title for body in law.bodies.values()]
    titles += [words for items in law.checklists.values() for words in items.values()]
    for sheet in law.sheets.values():
        titles += [sheet.title, *(question.asks for question in sheet.questions.values())]
    titles += [each.title for each in (*law.risks.values(), *law.agreements.values())]
    if law.membership is not None:
        titles += [law.membership.title, *law.membership.regions.values()]
        titles += [category.title for category in law.membership.categories.values()]
    for state in law.states.values():
        titles += [state.title, *(deadline.title for deadline in state.deadlines)]
    return titles + [action.title for same in law.actions.values() for action in same]


# ------------------------------------------------------------------------------ nothing is missing


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_refusal_and_every_explanation_is_translated_as_it_now_reads(language):
    english = {**MESSAGES, **EXPLANATIONS}

    untranslated = [id for id, said in english.items() if catalog(language).text(id, said) is None]
    outdated = [key for key in catalog(language).texts if key[0] in english and english[key[0]] != key[1]]

    assert (untranslated, outdated) == ([], [])


@pytest.mark.parametrize("language", TRANSLATED)
def test_the_languages_know_the_same_words(language):
    words = set(everything(catalog("en")))
    kinds = {kind for kind, _, _ in words}
    others = {key for key in everything(catalog(language)) if key[0] in kinds}

    assert others == words
    assert set(catalog("fr").texts) == set(catalog("es").texts)


def test_a_translation_fills_in_what_the_english_fills_in():
    english = catalog("en").texts
    wrong = [
        (language, key)
        for language in TRANSLATED
        for key, said in catalog(language).texts.items()
        if placeholders(said) != placeholders(english.get(key, key[1]))
    ]

    assert wrong == []


def test_no_translation_is_empty_or_out_of_reach():
    every = [text for language in i18n.LANGUAGES for text in everything(catalog(language)).values()]

    assert [text for text in every if not text.strip()] == []
    assert [path.name for path in FILES if re.search(r"^#, .*fuzzy|^#~", path.read_text("utf-8"), re.M)] == []


@pytest.mark.parametrize("language", TRANSLATED)
@pytest.mark.parametrize("law", LAWS, ids=lambda law: f"{law.id}-{law.edition}")
def test_every_title_of_a_law_file_is_translated(law, language):
    said = catalog(language).texts

    assert [title for title in titles_of(law) if ("", title) not in said] == []


def test_an_organ_is_called_as_its_own_organization_calls_it():
    board, head = "Executive Board", "Executive Director"
    called = [(board, "who-formal"), (board, "unicef-global"), (head, "unicef-other"), (head, "unep")]

    assert [(i18n.title(t, "fr", law), i18n.title(t, "es", law)) for t, law in called] == [
        ("Conseil exécutif", "Consejo Ejecutivo"),
        ("Conseil d’administration", "Junta Ejecutiva"),
        ("Directeur général", "Director Ejecutivo"),
        ("Directeur exécutif", "Director Ejecutivo"),
    ]
    assert i18n.title(board, "en", "unicef-global") == board


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_name_of_its_own_is_that_of_a_title_of_a_shipped_procedure(language):
    titles = {law.id: titles_of(law) for law in LAWS}
    own = [(of, english) for of, english in catalog(language).texts if of in titles]

    assert own
    assert [(of, english) for of, english in own if english not in titles[of]] == []


@pytest.mark.parametrize("law", LAWS, ids=lambda law: f"{law.id}-{law.edition}")
def test_in_english_the_page_of_a_law_says_its_names_in_words(law):
    told = [
        i18n.provision(entry.words, entry.label, law, "en", cited=bool(heading))
        for section in account(law)
        for heading, group in zip(section.headings, section.groups, strict=True)
        for entry in group
        if entry.label not in ("Basis", "Action", "Days count")  # "America/New_York"
    ]

    assert [words for words in told if re.search(r"\w_\w", words)] == []


@pytest.mark.parametrize("law", LAWS, ids=lambda law: f"{law.id}-{law.edition}")
def test_every_word_of_a_law_file_that_a_page_shows_is_said(law):
    asks = [state.ask for state in law.states.values() if state.ask is not None]
    questions = [question for sheet in law.sheets.values() for question in sheet.questions.values()]
    words = [("answer", word) for ask in asks for word in ask.answers]
    words += [("silence", ask.silence) for ask in asks]
    words += [("audience", ask.of) for ask in asks if ask.of not in law.bodies]
    words += [("result", word) for body in law.bodies.values() for word in body.results]
    words += [("checks", name) for name in law.checklists]
    words += [("sheet", word) for question in questions for word in question.answers]

    assert [word for word in words if not i18n.knows(*word)] == []


@pytest.mark.parametrize("language", TRANSLATED)
@pytest.mark.parametrize("law", LAWS, ids=lambda law: f"{law.id}-{law.edition}")
def test_the_page_of_a_law_leaves_nothing_in_english_but_its_sources(law, language):
    """Bases are quoted as they stand; numbers and names are the same in every language."""
    english = re.compile(r"\b(?:the|is|with|of|and|not|it|are|by|if|officer|within|tells|marks)\b|_")
    groups = [
        (heading, group)
        for section in account(law)
        for heading, group in zip(section.headings, section.groups, strict=True)
    ]
    told = [
        i18n.provision(entry.words, entry.label, law, language, cited=bool(heading))
        for heading, group in groups
        for entry in group
        if entry.label not in ("Basis", "Action", "Deadline")
    ]
    # A basis stands in parentheses at the end; the name of a time zone may have an underscore.
    bare = [
        re.sub(r"(?: \((?:para|footnote|Article|SC51|the report)\b.*\)$)|\w+/\w+", "", words)
        for words in told
    ]

    assert [words for words in bare if english.search(words)] == []


def test_an_entry_of_a_law_is_told_in_the_words_of_the_law():
    entries = [
        ("consent_withheld, if no window is open; tells partner and officers ('withdrawn')", "Leads to"),
        ("officer, within 60 days, and again each time it is fulfilled", "By when"),
        ("Mentioned nowhere: 'draft'", "Sent"),
    ]

    assert [i18n.provision(said, label, LAW, "fr").replace("\u00a0", " ") for said, label in entries] == [
        "Accord non obtenu, si aucun délai ne court ; "
        "informe : Partenaire et Responsables au Secrétariat (« Proposition retirée »)",
        "Responsable du dossier au Secrétariat, dans un délai de 60 jours, "
        "et de nouveau chaque fois que c’est fait",
        "Mentioned nowhere: 'draft'",
    ]


def test_no_title_and_no_word_of_a_law_file_is_said_with_an_underscore():
    kinds = {kind for kind, _, _ in everything(catalog("en"))} | {""}
    said = [
        text
        for language in i18n.LANGUAGES
        for (kind, _, _), text in everything(catalog(language)).items()
        if kind in kinds
    ]

    assert [text for text in said if "_" in re.sub(r"\{\w+\}", "", text)] == []


def test_every_voice_has_its_words():
    assert [voice for voice in VOICES if not i18n.knows("voice", voice)] == []


# ---------------------------------------------------------------------------------- it reads well


def test_french_keeps_its_typography():
    wordings = [re.sub(r"\{\w+\}", "x", said) for said in everything(catalog("fr")).values()]

    faulty = re.compile(r"[^\u00a0\d][:;!?»](?!\w)|«[^\u00a0]|'|\s\u00a0|\u00a0\s")
    assert [wording for wording in wordings if faulty.search(wording)] == []


def test_spanish_opens_what_it_closes():
    wordings = everything(catalog("es")).values()
    pairs = (("¿", "?"), ("¡", "!"), ("«", "»"), ("(", ")"))

    assert [w for w in wordings if any(w.count(one) != w.count(other) for one, other in pairs)] == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_translation_ends_as_its_english_does(language):
    ends = {
        key: said
        for key, said in catalog(language).texts.items()
        if key[0] in MESSAGES and key[1][-1] == "." and said[-1] != "."
    }

    assert ends == {}


@pytest.mark.parametrize(
    ("why", "french", "spanish"),
    [
        (
            reason("window_open", until="Monday 1 July 2024"),
            "La question a déjà été envoyée ; le délai de réponse court jusqu’au lundi 1er juillet 2024.",
            "La pregunta ya se envió; el plazo de respuesta corre hasta el lunes 1 de julio de 2024.",
        ),
        (
            reason("reasons_missing", word="refuse"),
            "La réponse « Refus » doit être motivée. Ajoutez les motifs.",
            "La respuesta «Negativa» debe indicar los motivos. Añádalos.",
        ),
        (
            reason("consent_old", parties="FR, BR", valid="24 months"),
            "L’accord de FR, BR remonte à plus de 24 mois et n’est plus valable. Renouvelez la demande.",
            "El acuerdo de FR, BR data de hace más de 24 meses y ya no es válido. Solicítelo de nuevo.",
        ),
        (
            reason("unknown_item", item="liabilty", hint=did_you_mean("liabilty", ["liability"])),
            "« liabilty » ne figure dans aucune liste de contrôle (vouliez-vous dire « liability » ?).",
            "«liabilty» no figura en ninguna lista de verificación (¿quiso decir «liability»?).",
        ),
        (
            reason(
                "not_your_role",
                title=LAW.actions["admit_late"][0].title,
                by=LAW.roles["head"],
                role=LAW.roles["finance"],
            ),
            "Admettre une réponse tardive : cet acte relève de la fonction suivante : Secrétaire général. "
            "La vôtre : Responsable des finances.",
            "Admitir una respuesta tardía: este acto corresponde a la función siguiente: Secretario General. "
            "La suya: Responsable de finanzas.",
        ),
        (
            reason("no_quorum", present=90, needed=115, share=", 2/3 of 172 Parties"),
            "Sans quorum, rien n’est décidé : 90 présents, 115 requis, soit 2/3 de 172 Parties. "
            "Enregistrez la décision comme reportée.",
            "Sin quórum no se decide nada: 90 presentes, 115 necesarios, es decir, 2/3 de 172 Partes. "
            "Regístrela como aplazada.",
        ),
        (
            reason(
                "stopped",
                title="Due diligence",
                told="Is the partner on an exclusion list? yes (para. 46, 47; Guidelines); "
                "Which of the five forms of cooperation is it? joint product (para. 54)",
            ),
            "La fiche « Vérification préalable » arrête le dossier, et nul ne peut passer outre : "
            "Le partenaire figure-t-il sur une liste d’exclusion ? Oui (para. 46, 47; Guidelines) ; "
            "De laquelle des cinq formes de coopération s’agit-il ? "
            "Produit commun ou projet de collaboration (para. 54). "
            "Rejetez ou retirez la proposition, ou dirigez-la là où est sa place.",
            "La ficha «Diligencia debida» detiene el expediente, y nadie puede pasarla por alto: "
            "¿Figura el socio en una lista de exclusión? Sí (para. 46, 47; Guidelines); "
            "¿De cuál de las cinco formas de cooperación se trata? "
            "Producto conjunto o proyecto de colaboración (para. 54). "
            "Desestime o retire la propuesta, o remítala adonde corresponde.",
        ),
        (
            reason("signature_missing", title="Tripartite agreement", told="the Government and the partner"),
            "Accord tripartite : l’accord n’est pas encore signé par le Gouvernement et le partenaire. "
            "Enregistrez d’abord la signature.",
            "Acuerdo tripartito: el acuerdo aún no ha sido firmado por el Gobierno y el socio. "
            "Registre primero la firma.",
        ),
        (
            reason("region_full", region="Africa", title="Parties elected by region", told="Land and Water"),
            "Les sièges de « Parties élues par région » sont pourvus "
            "pour la région « Afrique » : Land and Water.",
            "Los puestos de «Partes elegidas por región» están ocupados "
            "para la región «África»: Land and Water.",
        ),
    ],
    ids=lambda value: getattr(value, "message", ""),
)
def test_a_refusal_is_told_in_the_language_of_whoever_is_refused(why, french, spanish):
    said = [re.sub("\u00a0", " ", i18n.sentence(why, language)) for language in i18n.LANGUAGES]

    assert said == [why.english, french, spanish]


@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_somebodys_own_words_are_never_translated(language):
    why = reason("bad_kind", value="Monday 1 July 2024 or empty", what="amendment", allowed="editorial")

    assert "Monday 1 July 2024 or empty" in i18n.sentence(why, language)


def test_how_a_date_was_counted_is_told_in_french_and_spanish():
    days: WorkingDays = shipped("CH-VD").working_days
    lines = explain_period(
        Period(60, "days"), date(2024, 4, 16), days, ZURICH, Grace.parse("09:00 next working day")
    )
    lines += explain_hold(date(2024, 6, 17), date(2024, 6, 10), date(2024, 7, 1), days, ZURICH)[:2]

    french, spanish = (
        [i18n.explanation(line, language).replace("\u00a0", " ") for line in lines] for language in TRANSLATED
    )

    assert french == [
        "Délai : 60 jours, compté à l’heure de Europe/Zurich à partir du mardi 16 avril 2024 ; "
        "ce jour n’est pas compté.",
        "En comptant 60 jours, on arrive au samedi 15 juin 2024.",
        "Le samedi 15 juin 2024 n’est pas un jour ouvrable.",
        "Le dimanche 16 juin 2024 n’est pas un jour ouvrable.",
        "Le dernier jour est reporté au lundi 17 juin 2024.",
        "Le dernier jour est le lundi 17 juin 2024 ; il s’achève à 23:59:59, heure de Europe/Zurich.",
        "Ce qui est reçu avant 09:00 le jour ouvrable suivant, mardi 18 juin 2024 (2024-06-18 07:00 UTC), "
        "est encore pris en compte.",
        "Le délai s’est arrêté le lundi 10 juin 2024, alors que le dernier jour était le lundi 17 juin 2024 "
        "; jours restants : 7.",
        "Le délai a repris le lundi 1er juillet 2024 ; avec 7 jour(s) ajouté(s), "
        "on arrive au lundi 8 juillet 2024.",
    ]
    assert spanish[4:6] == [
        "El último día se traslada al lunes 17 de junio de 2024.",
        "El último día es el lunes 17 de junio de 2024; termina a las 23:59:59, hora de Europe/Zurich.",
    ]


# ------------------------------------------------------------------------------ days, names, lists


@pytest.mark.parametrize(
    ("language", "day", "moment", "meeting"),
    [
        ("en", "Monday 1 July 2024", "Tuesday 18 June 2024, 09:00 (Europe/Zurich)", "30 June – 1 July 2025"),
        (
            "fr",
            "lundi 1er juillet 2024",
            "mardi 18 juin 2024, 09:00 (Europe/Zurich)",
            "30 juin – 1er juillet 2025",
        ),
        (
            "es",
            "lunes 1 de julio de 2024",
            "martes 18 de junio de 2024, 09:00 (Europe/Zurich)",
            "30 de junio – 1 de julio de 2025",
        ),
    ],
)
def test_a_day_is_written_as_a_letter_writes_it(language, day, moment, meeting):
    at = datetime(2024, 6, 18, 7, tzinfo=UTC)

    said = (
        i18n.day(date(2024, 7, 1), language),
        i18n.moment(at, ZURICH, language),
        i18n.span(date(2025, 6, 30), date(2025, 7, 1), language),
    )

    assert said == (day, moment, meeting)


def test_a_last_day_ends_a_minute_before_midnight_of_its_zone():
    assert i18n.last_moment(date(2024, 6, 17), ZURICH, "fr") == "lundi 17 juin 2024, 23:59 (Europe/Zurich)"


@pytest.mark.parametrize(
    ("zone", "offsets"),
    [
        ("Europe/Zurich", ("+1", "+2")),
        ("Asia/Kathmandu", ("+5:45", "+5:45")),
        ("America/St_Johns", ("-3:30", "-2:30")),
        ("UTC", ("", "")),
    ],
)
def test_a_zone_is_told_with_what_it_is_ahead_of_utc(zone, offsets):
    told = tuple(i18n.offset(day, ZoneInfo(zone)) for day in (date(2024, 1, 15), date(2024, 7, 15)))

    assert told == offsets


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (0, ("0 days", "0 jour", "0 días")),
        (1, ("1 day", "1 jour", "1 día")),
        (14, ("14 days", "14 jours", "14 días")),
    ],
)
def test_days_are_counted_as_each_language_counts(number, said):
    assert tuple(i18n.days(number, language) for language in i18n.LANGUAGES) == said


def test_a_period_is_told_and_what_is_none_is_left_alone():
    assert [i18n.period(length, "es") for length in ("10 working days", "3 months", "soon")] == [
        "10 días hábiles",
        "3 meses",
        "soon",
    ]


def test_names_are_joined_as_each_language_joins_them():
    names = ["Chad", "Gabón", "Indonesia"]

    assert [i18n.listed(names, language) for language in i18n.LANGUAGES] == [
        "Chad, Gabón and Indonesia",
        "Chad, Gabón et Indonesia",
        "Chad, Gabón e Indonesia",
    ]
    assert [i18n.listed(names[:count], "es") for count in (0, 1, 2)] == ["", "Chad", "Chad y Gabón"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            "party:FR/mission",
            (
                "Permanent Mission of France",
                "Mission permanente de la France",
                "Misión Permanente de Francia",
            ),
        ),
        (
            "party:GB",
            (
                "Head of the Administrative Authority of the United Kingdom",
                "Chef de l’Autorité administrative du Royaume-Uni",
                "Jefe de la Autoridad Administrativa del Reino Unido",
            ),
        ),
        (
            "party:IN/nfp",
            (
                "National Focal Point of India",
                "Correspondant national de l’Inde",
                "Coordinador Nacional de India",
            ),
        ),
        ("clock", ("Clock", "Horloge", "Reloj")),
    ],
)
def test_who_speaks_is_named_in_words(words, said):
    assert tuple(i18n.voice(words, language) for language in i18n.LANGUAGES) == said


@pytest.mark.parametrize(
    ("name", "language", "said"),
    [
        ("Netherlands (Kingdom of the)", "en", "of the Kingdom of the Netherlands"),
        ("Iran (République islamique d')", "fr", "de la République islamique d'Iran"),
        ("Bolivia (Estado Plurinacional de)", "es", "del Estado Plurinacional de Bolivia"),
        ("Émirats arabes unis", "fr", "des Émirats arabes unis"),
        ("Mexique", "fr", "du Mexique"),
        ("Israël", "fr", "d’Israël"),
        ("Cuba", "fr", "de Cuba"),
        ("Guinée-Bissau", "fr", "de la Guinée-Bissau"),
        ("Niger", "en", "of the Niger"),
        ("Nigeria", "en", "of Nigeria"),
    ],
)
def test_a_state_takes_the_article_its_language_gives_it(name, language, said):
    assert i18n.of_state(name, language) == said


@pytest.mark.parametrize("register", ["parties", "parties_basel"])
def test_no_party_of_a_register_is_named_with_two_articles_or_a_bare_vowel(register):
    with (FOLDER.parent / "data" / f"{register}.csv").open(encoding="utf-8") as file:
        names = [row["name_fr"] for row in csv.DictReader(file)]

    said = [i18n.of_state(name, "fr") for name in names]

    assert [
        each for each in said if re.match(r"(de|du|de la) [AEIOUÉÎ]|(du|de la|de l’) (Pays|Îles)", each)
    ] == []


# ------------------------------------------------------------------------------ which language


@pytest.mark.parametrize(
    ("wishes", "language"),
    [
        ("fr", "fr"),
        ("es-MX", "es"),
        ("fr_CH", "fr"),
        ("pt, es;q=0.8, fr-CH;q=0.9", "fr"),
        ("en-GB,fr;q=0.9", "en"),
        (["ar", "es"], "es"),
        ("ar", "en"),
        ("fr;q=0", "en"),
        ("<script>", "en"),
        ("", "en"),
        (None, "en"),
    ],
)
def test_a_language_we_write_is_found_among_the_wishes(wishes, language):
    assert i18n.negotiated(wishes) == language


def test_who_wishes_none_of_our_languages_gets_that_of_the_installation():
    assert i18n.negotiated("ar, zh", "es") == "es"


def test_arabic_runs_from_right_to_left():
    assert [i18n.direction(language) for language in ("ar", "ar-EG", "he", "fr", "en")] == [
        "rtl",
        "rtl",
        "rtl",
        "ltr",
        "ltr",
    ]


def test_a_word_of_a_foreign_law_file_is_told_by_its_own_letters():
    assert i18n.word("answer", "in_principle", "fr") == "In principle"
    assert i18n.title("A title nobody has translated", "es") == "A title nobody has translated"
