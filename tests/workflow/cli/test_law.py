"""Law files from the command line: told in three languages; cases are moved to a newer edition."""

from __future__ import annotations

from importlib.resources import files

from tests.workflow.cli.conftest import Terminal

SHIPPED = (files("states") / "law" / "ramsar-private.toml").read_text(encoding="utf-8")
MOVE = ("law", "migrate", "--from", "ramsar-private/2026", "--to")


def newer_edition(assent: Terminal, takes_over: str) -> None:
    """The shipped law as edition 2027, in the folder of own law files."""
    (assent.folder / "laws").mkdir()
    text = SHIPPED.replace('edition   = "2026"', 'edition   = "2027"')
    (assent.folder / "laws" / "newer.toml").write_text(f"{text}\n{takes_over}", encoding="utf-8")
    assent.environ["ASSENT_LAW__FOLDER"] = str(assent.folder / "laws")


def test_a_procedure_is_told_in_words_of_the_language_that_is_asked_for(assent: Terminal) -> None:
    english, french, spanish = (
        assent("law", "show", "basel-cooperation", *language).out
        for language in ((), ("--language", "fr"), ("--language", "es"))
    )

    # Its name in the file stands where the state is told; whatever leads there says its title.
    told = [line.split() for line in english.splitlines() if "mandate_check" in line]
    assert told == [["State", "mandate_check"]]
    assert "   Leads to       Check of the mandate\n" in english
    assert "2. Vérification du mandat" in french and "Check of the mandate" not in french
    assert spanish.startswith("Participación en una asociación dirigida por otra organización\n=====")


def test_a_language_in_which_nothing_is_said_is_refused_with_those_that_are(assent: Terminal) -> None:
    shown = assent("law", "show", "unep", "--language", "de")

    assert (shown.code, shown.err) == (2, "Nothing is said in 'de' here. Use one of: en, fr, es.\n")


def test_cases_are_moved_to_a_newer_edition_after_a_look_at_what_would_change(assent: Terminal) -> None:
    assert assent("case", "new", "--title", "Springs", "--partner", "Example Waters").code == 0
    newer_edition(assent, '[takes_over."2026"]\nbasis = "Decision of the Committee"\n')

    looked = assent(*MOVE, "ramsar-private/2027", "--dry-run")
    done = assent(*MOVE, "ramsar-private/2027", "--reason", "A new edition", "--json")
    again = assent(*MOVE, "ramsar-private/2027")

    assert (looked.code, looked.out.splitlines()[-1]) == (0, "1 would be moved, 0 would stay.")
    assert (done.code, [(each["state"], each["to"]) for each in done.data]) == (0, [("draft", "draft")])
    assert (again.code, again.out) == (0, "0 moved, 0 stay.\n")


def test_why_cases_stay_is_said_in_the_language_that_is_asked_for(assent: Terminal) -> None:
    assert assent("case", "new", "--title", "Springs", "--partner", "Example Waters").code == 0
    newer_edition(assent, "")

    shown = assent(*MOVE, "ramsar-private/2027", "--dry-run", "--language", "fr")
    data = assent(*MOVE, "ramsar-private/2027", "--dry-run", "--language", "es", "--json").data
    unknown = assent(*MOVE, "ramsar-private/2027", "--dry-run", "--language", "de")

    assert "    ramsar-private 2027 ne dit pas comment" in shown.out
    assert [each["reasons"] for each in data] == [
        [
            "ramsar-private 2027 no dice cómo asume los expedientes de ramsar-private 2026. "
            "Añádale una tabla [takes_over]."
        ]
    ]
    assert (unknown.code, unknown.err) == (2, "Nothing is said in 'de' here. Use one of: en, fr, es.\n")


def test_an_edition_that_is_not_here_is_told_with_those_that_are(assent: Terminal) -> None:
    missing = assent(*MOVE, "ramsar-private/2099")
    misspelt = assent(*MOVE, "ramsar-private")

    assert (missing.code, misspelt.code) == (2, 2)
    assert "there is no edition '2099' of it here. Editions of ramsar-private: 2026." in missing.err
    assert "names no edition. Write ID/EDITION, such as ramsar-private/2026." in misspelt.err
