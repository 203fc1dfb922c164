"""The list of Parties as a spreadsheet: every fault told by its cell, each once, and nothing taken before."""

from datetime import date

import pytest

from workflow import register
from workflow.register import ListRefused, shipped

HEADER = (
    "iso2,iso3,name_en,name_fr,name_es,region,language,timezone,entry_into_force,leaves,"
    "role,name,title,email,contact_language,contact_starts,contact_ends\n"
)
FRANCE = (
    "FR,FRA,France,France,Francia,Europe,fr,Europe/Paris,1986-12-01,,head,A. Roux,Chef,a@min.example,,,\n"
)
FOCAL_POINT = "FR,,,,,,,,,,nfp,,,b@min.example,en,2024-01-01,2025-12-31\n"
PERU = "PE,PER,Peru,Pérou,Perú,,es,America/Lima,1992-03-30,2030-01-01,,,,,,,\n"


def faults(*lines, header=HEADER):
    with pytest.raises(ListRefused) as refused:
        register.read((header + "".join(lines)).encode())
    return [str(fault) for fault in refused.value.faults]


def with_cell(line, column, text):
    """A line with another text in one column."""
    cells = line.rstrip("\n").split(",")
    cells[HEADER.rstrip("\n").split(",").index(column)] = text
    return ",".join(cells) + "\n"


def only_fault(column, text, line=FRANCE):
    (fault,) = faults(with_cell(line, column, text))
    return fault.partition(": ")[2]


# -- what is read ------------------------------------------------------------------------------------------


def test_a_row_speaks_of_a_party_and_of_one_of_its_contacts():
    listed = register.read((HEADER + FRANCE + FOCAL_POINT + PERU).encode())

    assert [(line.key, line.row, dict(line.values)) for line in listed.parties] == [
        (
            ("FR",),
            2,
            {
                "iso3": "FRA", "name_en": "France", "name_fr": "France", "name_es": "Francia",
                "region": "Europe", "language": "fr", "timezone": "Europe/Paris", "joins": date(1986, 12, 1),
                "leaves": None,
            },
        ),
        (
            ("PE",),
            4,
            {
                "iso3": "PER", "name_en": "Peru", "name_fr": "Pérou", "name_es": "Perú", "region": "",
                "language": "es", "timezone": "America/Lima", "joins": date(1992, 3, 30),
                "leaves": date(2030, 1, 1),
            },
        ),
    ]  # fmt: skip
    nothing = {"language": "", "starts": None, "ends": None}
    assert [(line.key, line.row, dict(line.values)) for line in listed.contacts] == [
        (("FR", "head", "a@min.example"), 2, {"name": "A. Roux", "title": "Chef", **nothing}),
        (
            ("FR", "nfp", "b@min.example"),
            3,
            {
                "name": "", "title": "", "language": "en", "starts": date(2024, 1, 1),
                "ends": date(2025, 12, 31),
            },
        ),
    ]  # fmt: skip


def test_a_row_of_a_contact_may_repeat_its_party():
    again = with_cell(with_cell(FRANCE, "role", "nfp"), "email", "b@min.example")

    listed = register.read((HEADER + FRANCE + again).encode())

    assert ([line.key for line in listed.parties], len(listed.contacts)) == ([("FR",)], 2)


def test_small_letters_and_spaces_around_a_cell_are_no_fault():
    line = "fr , fra,France,France, Francia,Europe,FR,Europe/Paris,1986-12-01,,Head,,, a@MIN.example,,,\n"

    listed = register.read((HEADER + line).encode())

    assert listed.contacts[0].key == ("FR", "head", "a@min.example")
    assert (listed.parties[0].key, listed.parties[0].values["language"]) == (("FR",), "fr")


@pytest.mark.parametrize(
    ("name", "count", "sa"), [("ramsar", 173, date(2025, 8, 2)), ("basel", 191, date(1992, 5, 5))]
)
def test_the_shipped_lists_have_no_fault(name, count, sa):
    parties = {line.key[0]: line.values for line in shipped.shipped_parties(name).parties}

    assert (len(parties), parties["SA"]["joins"]) == (count, sa)


# -- a dozen faults ----------------------------------------------------------------------------------------

DOZEN = """\
iso2;name_en;name_fr;name_es;language;timezone;entry_into_force;role;name;email;langage
AL;Albania;Albanie;Albania;en;Europe/Tirane;1996-02-30;head;;head@al.example;
UK;United Kingdom;Royaume-Uni;Reino Unido;en;Europe/London;1976-05-05;head;;head@gb.example;
FR;France;;Francia;french;Europe/Paris;1986-12-01;head;;head@fr.example;
PE;Peru;Pérou;Perú;es;Lima;30/03/1992;focal point;;nfp@pe.example;
CL;Chile;Chili;Chile;es;America/Santiago;1981-11-27;nfp;;nfp@cl.example, head@cl.example;
CL;;;;;;;head;;;
BR;Brazil;Brésil;Brasil;es;America/Sao_Paulo;1993-09-24;;;;
BR;Brazil;Brésil;Brasil;es;America/Sao_Paulo;1993-09-24;;;;
CH;Switzerland;Suisse;Suiza;fr;Europe/Zurich;1976-05-16;head;Head;head@ch.example;
CH;Switzerland;Suisse;Suiza;fr;Europe/Zurich;1976-05-16;head;;head@ch.example;
"""


def test_a_list_with_a_dozen_faults_shows_exactly_the_dozen():
    with pytest.raises(ListRefused) as refused:
        register.read(DOZEN.encode())

    assert str(refused.value).split("\n") == [
        "row 1, column K (langage): unknown column 'langage', did you mean 'language'?",
        "row 2, column G (entry_into_force): '1996-02-30' is not a day of the calendar. Correct it.",
        "row 3, column A (iso2): 'UK' is not the code of a State, did you mean 'GB'?",
        "row 4, column C (name_fr): it is empty."
        " Fill it in, or leave all columns of the Party empty in this row.",
        "row 4, column E (language): 'french' is not a language of letters, did you mean 'fr'?",
        "row 5, column F (timezone): 'Lima' is not a time zone, did you mean 'America/Lima'?",
        "row 5, column G (entry_into_force): '30/03/1992' is not written as a day. Write it as 1992-03-30.",
        "row 5, column H (role): 'focal point' is not a role, did you mean 'nfp'?",
        "row 6, column J (email): 'nfp@cl.example, head@cl.example' looks like two addresses in one field."
        " Give one address here and make a contact of its own for each other.",
        "row 7, column J (email): it is empty."
        " Fill it in, or leave all columns of the contact empty in this row.",
        "row 9, column A (iso2): BR stands in row 8 already. Remove one of the two.",
        "row 11, column J (email): head head@ch.example of CH stands in row 10 already."
        " Remove one of the two.",
    ]


def test_the_same_list_without_its_faults_is_taken():
    first = DOZEN.splitlines()[0].removesuffix(";langage")
    good = [line.removesuffix(";") for line in DOZEN.splitlines() if line[:2] in ("BR", "CH")]

    listed = register.read("\n".join([first, good[0], good[2]]).encode())

    assert ([line.key[0] for line in listed.parties], len(listed.contacts)) == (["BR", "CH"], 1)


# -- each kind of fault ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("column", "text", "says"),
    [
        ("iso2", "", "it is empty. Write the code of the Party, such as FR."),
        ("iso2", "F", "'F' is not the code of a State. Write the two letters of ISO 3166, such as FR."),
        ("iso2", "France", "'France' is not the code of a State, did you mean 'FR' (France)?"),
        ("iso3", "FR", "'FR' is not a code of three letters. Write one such as FRA, or leave it empty."),
        ("name_en", "#REF!", "#REF! is an error of the spreadsheet. Put the text there that was meant."),
        ("name_en", "x" * 301, "it has 301 characters, more than 300. Shorten it."),
        (
            "name_en",
            "Fr\u202eance",
            "'Fr\\u202eance' holds a line break or a sign that cannot be seen (U+202E)."
            " Write it anew, on one line.",
        ),
        ("language", "de", "'de' is not a language of letters. Use one of: en, es, fr."),
        ("timezone", "Europe/Pari", "'Europe/Pari' is not a time zone, did you mean 'Europe/Paris'?"),
        ("timezone", "CET+1", "'CET+1' is not a time zone, did you mean 'CET'?"),
        ("entry_into_force", "1986", "'1986' is not a day of the calendar. Write it as 1975-12-21."),
        ("entry_into_force", "19861201", "'19861201' is not a day of the calendar. Write it as 1975-12-21."),
        (
            "entry_into_force",
            "02/03/1976",
            "'02/03/1976' may be two days. Write 1976-02-03 or 1976-03-02, whichever is meant.",
        ),
        ("entry_into_force", "03.03.1976", "'03.03.1976' is not written as a day. Write it as 1976-03-03."),
        (
            "leaves",
            "1986-12-01",
            "1986-12-01 is not after 1986-12-01, the day it begins. Correct one of the two.",
        ),
        ("role", "boss", "'boss' is not a role. Use one of: head, ministry, mission, nfp, other."),
        ("contact_language", "anglais", "'anglais' is not a language of letters, did you mean 'en'?"),
        (
            "name",
            "=?utf-8?q?x?=",
            "The name '=?utf-8?q?x?=' is encoded as in a mail header ('=?'). Write it as it is read.",
        ),
        (
            "email",
            "A <a@min.example>",
            "'A <a@min.example>' holds more than an address."
            " Write the address alone here and the name in the field for the name.",
        ),
    ],
)
def test_a_cell_that_says_nothing_usable_is_told_with_what_to_do(column, text, says):
    assert only_fault(column, text) == says


def test_a_postal_address_is_read_line_by_line_or_parted_by_semicolons():
    header = HEADER.replace("email,", "email,postal_address,")
    lines = (
        FRANCE.replace("a@min.example,", '"a@min.example","1 rue du Lac\n74500 ÉVIAN\n"'),
        FOCAL_POINT.replace("b@min.example,", "b@min.example,BP 12; 75007 PARIS;,"),
    )
    lines = (lines[0].replace('\n"', '\n",'), lines[1])

    listed = register.read((header + "".join(lines)).encode())

    assert [line.values["postal_address"] for line in listed.contacts] == [
        "1 rue du Lac\n74500 ÉVIAN",
        "BP 12\n75007 PARIS",
    ]


@pytest.mark.parametrize(
    ("address", "says"),
    [
        (
            ";".join("abcdefgh"),
            "it has 8 lines, more than 7. Leave out the name and the title, which stand above it.",
        ),
        ("rue " * 20, "has 79 characters, more than 60. Break it into two."),
        (
            "rue\u202e du Lac",
            "'rue\\u202e du Lac' holds a line break or a sign that cannot be seen (U+202E).",
        ),
    ],
)
def test_a_postal_address_that_no_window_shows_is_told_with_what_to_do(address, says):
    header = HEADER.replace("email,", "email,postal_address,")
    (fault,) = faults(FRANCE.replace("a@min.example,", f"a@min.example,{address},"), header=header)

    assert says in fault


def test_a_contact_cannot_end_before_it_begins():
    assert faults(FRANCE, with_cell(FOCAL_POINT, "contact_ends", "2023-12-31")) == [
        "row 3, column Q (contact_ends): 2023-12-31 is before 2024-01-01, the day it begins."
        " Correct one of the two."
    ]


def test_rows_of_one_party_must_say_the_same_of_it():
    other = with_cell(with_cell(FRANCE, "language", "en"), "email", "b@min.example")

    assert faults(FRANCE, other) == [
        "row 3, column G (language): 'en' is not what row 2 says of FR."
        " Write the same in both, or leave it empty here."
    ]


def test_two_parties_cannot_have_one_name():
    copied = with_cell(FRANCE, "iso2", "GF")

    assert faults(FRANCE, copied) == [
        "row 3, column B (iso3): 'FRA' is what row 2 says of FR. Correct one of the two rows."
    ]


def test_a_row_that_holds_a_code_alone_says_nothing():
    assert faults(FRANCE, "PE,,,,,,,,,,,,,,,,\n") == [
        "row 3, column A (iso2): the row says nothing of PE. Fill it in, or remove it."
    ]


def test_a_column_that_a_list_needs_is_told_once_and_not_for_every_row():
    assert faults("FR,France\nPE,Peru\n", header="iso2,name_en\n") == [
        "row 1: the column 'entry_into_force' is missing, which a list of Parties needs. Add it.",
        "row 1: the column 'language' is missing, which a list of Parties needs. Add it.",
        "row 1: the column 'name_es' is missing, which a list of Parties needs. Add it.",
        "row 1: the column 'name_fr' is missing, which a list of Parties needs. Add it.",
        "row 1: the column 'timezone' is missing, which a list of Parties needs. Add it.",
    ]
    assert faults("FR,head,A\n", header="iso2,role,name\n") == [
        "row 1: the column 'email' is missing, which a list of contacts needs. Add it."
    ]
    assert faults("FR\n", header="iso2\n") == [
        "row 1: no column says anything about a Party or a contact."
        " Add those of the Parties (name_en and so on) or of contacts (role, email).",
        "row 2, column A (iso2): the row says nothing of FR. Fill it in, or remove it.",
    ]


# -- seats and meetings ------------------------------------------------------------------------------------


def test_faults_of_a_list_of_seats_are_told_by_cell():
    content = (
        "body,seat,member,alternate,from,to\nMWG,mwg-1,CN,,2022-11-13,\nmwg,,C,,2022-11-13,2022-01-01\n"
        "mwg,mwg-3,CH,,2022-11-13,2022-01-01\nmwg,mwg-4,CA,,2022-11-13,\nmwg,mwg-4,GE,,2022-11-13,\n"
    )

    with pytest.raises(ListRefused) as refused:
        register.read_seats(content.encode())

    assert str(refused.value).split("\n") == [
        "row 2, column A (body): 'MWG' is not such a name. Write small letters, figures, - and _ only.",
        "row 3, column B (seat): it is empty. Fill it in.",
        "row 3, column C (member): 'C' is not the code of a State."
        " Write the two letters of ISO 3166, such as FR.",
        "row 4, column F (to): 2022-01-01 is before 2022-11-13, the day it begins. Correct one of the two.",
        "row 6, column A (body): mwg mwg-4 2022-11-13 stands in row 5 already. Remove one of the two rows.",
    ]


def test_faults_of_a_list_of_meetings_are_told_by_cell():
    content = "body,ordinal,kind,starts\ncop,COP17,special,2031-01-01\n"

    with pytest.raises(ListRefused) as refused:
        register.read_meetings(content.encode())

    assert str(refused.value).split("\n") == [
        "row 1: the column 'ends' is missing. Add it.",
        "row 2, column C (kind): 'special' is not a kind of meeting. Use one of: extraordinary, ordinary.",
    ]
