"""Every letter in every language: the same promises in each."""

import html
import re

import pytest

from notifications import LANGUAGES, REPLY_LINK, placeholders, render, templates
from notifications.library import FOLDER, takes_slots
from tests.notifications import samples

LETTERS = sorted(samples.WHAT)
EVERY = [(template, language) for template in LETTERS for language in LANGUAGES]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_every_letter(language):
    assert templates(language) == LETTERS


@pytest.mark.parametrize("template", LETTERS)
def test_the_languages_of_a_letter_ask_for_the_same_values(template):
    english = placeholders(template, "en")

    differences = {language: english ^ placeholders(template, language) for language in LANGUAGES}

    assert differences == {language: frozenset() for language in LANGUAGES}


@pytest.mark.parametrize(("template", "language"), EVERY)
def test_a_letter_asks_for_nothing_it_is_not_promised(template, language):
    promised = {name for name, value in samples.rich(template).items()}
    promised |= {
        f"{name}.{key}"
        for name, value in samples.rich(template).items()
        if isinstance(value, dict)
        for key in value
    }

    assert placeholders(template, language) - promised == frozenset()


@pytest.mark.parametrize(("template", "language"), EVERY)
def test_a_letter_says_all_it_was_told_about_its_event(template, language):
    told = {f"what.{name}" for name in samples.WHAT[template]}

    assert told - placeholders(template, language) == set()


@pytest.mark.parametrize(("template", "language"), EVERY)
@pytest.mark.parametrize("sample", [samples.rich, samples.bare])
def test_both_parts_of_a_letter_are_whole_and_say_the_same(template, language, sample):
    letter = render(template, language, sample(template))

    assert [letter.subject] == [line for line in letter.subject.splitlines() if line.strip()]
    assert words(letter.html.partition("</head>")[2]) == words(re.sub(r"(?m)^(- |> ?)", "", letter.text))
    assert f'<html lang="{language}">' in letter.html
    assert "None" not in letter.text and "{" not in letter.text


@pytest.mark.parametrize(("template", "language"), EVERY)
def test_a_letter_with_little_to_say_leaves_no_gaps(template, language):
    text = render(template, language, samples.bare(template)).text

    assert re.findall(r"\n{3,}|[ \t\u00a0]\n|\(\s*\)|\n- *\n|\n- [^\n]*:\n|\n>\n|  |, -", text) == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "template", [name for name in samples.ASK_LETTERS if name not in samples.AFTER_AN_ANSWER]
)
def test_a_letter_that_asks_carries_the_reply_link_in_both_parts(template, language):
    letter = render(template, language, samples.bare(template))

    assert (letter.text.count(REPLY_LINK), letter.html.count(f'<a href="{REPLY_LINK}"')) == (1, 1)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_receipt_carries_the_link_only_while_the_answer_may_be_changed(language):
    values = samples.rich("receipt")
    values_after = values | {"what": values["what"] | {"until": ""}}

    during, after = (render("receipt", language, each).text for each in (values, values_after))

    assert (REPLY_LINK in during, REPLY_LINK in after) == (True, False)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "template", [name for name in samples.ASK_LETTERS if name not in ("receipt", "question_answered", "held")]
)
def test_a_letter_that_asks_says_by_when_and_what_silence_means(template, language):
    text = render(template, language, samples.rich(template)).text

    ask = samples.rich(template)["ask"]
    said = {name: ask[name] in text for name in ("reply_by", "closes", "silence", "reply_to")}

    assert said == {"reply_by": True, "closes": True, "silence": True, "reply_to": True}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_reminder_counts_the_days_as_people_do(language):
    def first_sentence(days_left):
        values = samples.rich("reminder") | {"what": {"days_left": days_left}}
        return render("reminder", language, values).text.split("\n\n")[5].split(".")[0]

    assert len({first_sentence(0), first_sentence(1), first_sentence(7)}) == 3
    assert "7" in first_sentence(7)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_company_is_not_assured_of_our_highest_consideration(language):
    party = samples.rich("signed")
    company = party | {"to": {"name": "Board", "title": "", "party": ""}}

    closings = [render("signed", language, values).text.split("\n\n")[-2] for values in (party, company)]

    assert (
        closings
        == {
            "en": [
                "The Secretariat avails itself of this opportunity to renew to the Party "
                "the assurances of its highest consideration.",
                "Yours faithfully,",
            ],
            "fr": [
                "Le Secrétariat saisit cette occasion pour renouveler à la Partie "
                "les assurances de sa très haute considération.",
                "Veuillez agréer, Madame, Monsieur, l’expression de notre considération distinguée.",
            ],
            "es": [
                "La Secretaría aprovecha la oportunidad para reiterar a la Parte "
                "las seguridades de su más alta y distinguida consideración.",
                "Le saluda atentamente,",
            ],
        }[language]
    )


@pytest.mark.parametrize(("template", "language"), EVERY)
def test_one_rendering_serves_all_readers_of_a_letter(template, language):
    assert takes_slots(template, language)


@pytest.mark.parametrize("file", sorted((FOLDER / "fr").glob("*.txt")), ids=lambda file: file.stem)
def test_french_letters_keep_their_typography(file):
    wording = re.sub(r"\{%.*?%\}|\{\{.*?\}\}", "x", file.read_text(encoding="utf-8"))

    assert re.findall(r"[^\u00a0\w/][:;!?»]|\w[:;!?»](?!//)|'", wording) == []


@pytest.mark.parametrize(
    "file", sorted(FOLDER.rglob("*.*")), ids=lambda file: f"{file.parent.name}-{file.name}"
)
def test_a_letter_loads_nothing_from_elsewhere(file):
    assert re.findall(r"<img|<link|<script|url\(|src=|@import", file.read_text(encoding="utf-8")) == []


def words(text: str) -> list[str]:
    """What a reader reads, whether in HTML or in plain text; without the label of the reply button."""
    text = re.sub(r"<a href=.*?</a>", "", text)
    return html.unescape(re.sub(r"<[^>]*>", " ", text)).split()
