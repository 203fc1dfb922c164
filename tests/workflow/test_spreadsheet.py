"""Lists in CSV files: every way in which spreadsheets write them, and every fault told by its place."""

import codecs

import pytest

from workflow import spreadsheet
from workflow.spreadsheet import Column, Fault, ListRefused

COLUMNS = (
    Column("code", ("iso2",), required=True),
    Column("name", required=True),
    Column("language"),
    Column("timezone"),
)
PLAIN = "code,name,language\r\nFR,France,fr\r\nPE,Pérou,es\r\n"
ROWS = [
    (2, {"code": "FR", "name": "France", "language": "fr"}),
    (3, {"code": "PE", "name": "Pérou", "language": "es"}),
]


def rows(content):
    table = spreadsheet.read(content if isinstance(content, bytes) else content.encode(), COLUMNS)
    assert table.faults == ()
    return [(row.number, dict(row.cells)) for row in table.rows]


def faults(content):
    try:
        table = spreadsheet.read(content if isinstance(content, bytes) else content.encode(), COLUMNS)
    except ListRefused as refused:
        return [str(fault) for fault in refused.faults]
    return [str(fault) for fault in table.faults]


# -- what is read ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content",
    [
        PLAIN.encode(),
        codecs.BOM_UTF8 + PLAIN.encode(),
        PLAIN.replace(",", ";").encode(),
        PLAIN.replace(",", "\t").encode("utf-16"),  # what Excel calls Unicode text
        codecs.BOM_UTF16_BE + PLAIN.replace(",", "\t").encode("utf-16-be"),
        PLAIN.replace("\r\n", "\n").encode(),
        PLAIN.replace("\r\n", "\r").encode(),
        PLAIN.rstrip().encode(),
        ("sep=;\r\n" + PLAIN.replace(",", ";")).encode(),  # a line that Excel does not show
        PLAIN.replace("Pérou", '"Pérou"').encode(),
        PLAIN.replace("Pérou", " \u00a0Pérou\u200b ").encode(),
        PLAIN.replace("code,name,language", "ISO2, Name ,LANGUAGE").encode(),
    ],
)
def test_a_list_is_read_the_same_however_the_spreadsheet_wrote_it(content):
    assert rows(content) == ROWS


def test_the_columns_may_stand_in_any_order_and_some_may_be_left_out():
    assert rows("name,code\nFrance,FR\n") == [(2, {"code": "FR", "name": "France"})]


def test_rows_are_counted_as_the_spreadsheet_shows_them_whatever_a_cell_holds():
    content = 'code,name\nFR,"France,\nmetropolitan"\n\n,\nPE,"a ""quoted"" name"\n'

    assert rows(content) == [
        (2, {"code": "FR", "name": "France,\nmetropolitan"}),
        (5, {"code": "PE", "name": 'a "quoted" name'}),
    ]


def test_a_cell_that_looks_like_a_formula_is_a_text():
    assert rows("code,name\n+1,=1+1\n@x,-2\n") == [
        (2, {"code": "+1", "name": "=1+1"}),
        (3, {"code": "@x", "name": "-2"}),
    ]


def test_a_list_without_rows_is_an_empty_list():
    assert rows("code,name\n") == []


# -- what is written ---------------------------------------------------------------------------------------


def test_what_a_spreadsheet_could_take_for_a_formula_is_written_so_that_it_cannot():
    written = spreadsheet.write(["code", "name"], [["=1+1", "@x"], ["-2", "+41"], ["'=x", "it's"], ["", "é"]])

    assert written == (codecs.BOM_UTF8 + "code,name\r\n'=1+1,'@x\r\n'-2,'+41\r\n''=x,it's\r\n,é\r\n".encode())


@pytest.mark.parametrize(
    "text",
    ['=HYPERLINK("x")', "+1", "-1", "@SUM(A1)", "'=x", "''=x", "'quoted'", "a;b,c", 'a "b"', "two\nlines"],
)
def test_what_is_written_is_read_back_as_it_was(text):
    assert rows(spreadsheet.write(["code", "name"], [["FR", text]])) == [(2, {"code": "FR", "name": text})]


# -- what is refused ---------------------------------------------------------------------------------------


def test_a_workbook_is_known_by_its_content_and_refused_with_what_to_do():
    save = (
        "Save it as CSV: In Excel choose Save As, 'CSV UTF-8'; in LibreOffice 'Text CSV' with the character"
        " set UTF-8."
    )

    assert faults(b"PK\x03\x04 and so on") == [
        f"file: it is a workbook (.xlsx or .ods), whatever its name says. {save}"
    ]
    assert faults(b"\xd0\xcf\x11\xe0 and so on") == [
        f"file: it is a workbook of old Excel (.xls), whatever its name says. {save}"
    ]


def test_letters_that_are_not_utf8_are_never_guessed():
    content = "code,name\nCI,Cote d'Ivoire\nGM,Algérie et Grèce\n".encode("cp1252")

    assert faults(content) == [
        "row 3: a letter of 'GM,Algérie et Grèce' is not written in UTF-8, and it cannot be told which one"
        " it is. Save the file as UTF-8. In Excel choose Save As, 'CSV UTF-8'; in"
        " LibreOffice 'Text CSV' with the character set UTF-8."
    ]


NAMES = ["México", "España", "Grèce", "Panamá", "Côte", "Österreich", "São", "ÉTHIOPIE"]
OTHER_WAYS = [
    (encoding, name)
    for encoding in ("cp1252", "cp1250", "cp1254", "mac_roman", "cp850", "cp437")
    for name in NAMES
    if name == name.encode(encoding, "replace").decode(encoding)
]


@pytest.mark.parametrize(("encoding", "name"), OTHER_WAYS)
def test_a_name_in_other_characters_is_read_right_or_not_at_all(encoding, name):
    content = f"code,name\nXX,{name}\n".encode(encoding)

    try:
        read = [row.get("name") for row in spreadsheet.read(content, COLUMNS).rows]
    except ListRefused:
        read = [name]

    assert read == [name]


def test_letters_that_can_be_read_in_one_way_only_are_read():
    table = spreadsheet.read("code,name\nMX,México\nPE,Pérou\n".encode("cp1252"), COLUMNS)

    assert ([row.get("name") for row in table.rows], table.encoding) == (["México", "Pérou"], "cp1252")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "file: it is empty. Its first row must name the columns."),
        (b"\r\n\r\n", "file: it is empty. Its first row must name the columns."),
        (
            b"code,name\nFR,Fr\0ance\n",
            "file: it is not a text, or one whose characters are written in another way.",
        ),
        (b"\xff\xfeabc", "file: it begins as UTF-16 but is not UTF-16 throughout."),
        (b"x" * (10 * 2**20 + 1), "file: it is larger than 10 MB. Check that it is the right file."),
    ],
)
def test_what_is_no_list_is_refused_with_what_to_do(content, says):
    assert [fault[: len(says)] for fault in faults(content)] == [says]


def test_quotation_marks_that_do_not_pair_are_told_with_the_row_in_which_they_begin():
    assert faults('code,name\nFR,France\nPE,"Peru\nCL,Chile\n') == [
        "row 3: its quotation marks do not pair, so what follows cannot be read."
        " Write a quotation mark inside a text twice, or save the file anew from the spreadsheet."
    ]


def test_every_fault_of_a_header_is_told_by_its_column():
    assert faults("iso2,nmae,code,colour,language\nFR,France,FR,blue,fr\n") == [
        "row 1, column B (nmae): unknown column 'nmae', did you mean 'name'?",
        "row 1, column C (code): the column 'code' stands in column A already. Remove one of the two.",
        "row 1, column D (colour): unknown column 'colour'. Use one of: code, language, name, timezone.",
    ]


def test_a_missing_column_is_told():
    assert faults("code,language\nFR,fr\n") == ["row 1: the column 'name' is missing. Add it."]


def test_a_cell_without_a_header_is_told_by_its_place():
    assert faults("code,name,\nFR,France,\nCI,Cote d'Ivoire, West Africa\nPE,Peru,,,x\n") == [
        "row 3, column C: 'West Africa' stands in a column without a header."
        " Name the column in the first row, or quote a text that holds the separator.",
        "row 4, column E: 'x' stands in a column without a header."
        " Name the column in the first row, or quote a text that holds the separator.",
    ]


def test_columns_are_lettered_as_in_a_spreadsheet():
    assert [spreadsheet.letter(n) for n in (1, 26, 27, 52, 53, 702, 703)] == [
        "A", "Z", "AA", "AZ", "BA", "ZZ", "AAA",
    ]  # fmt: skip


def test_faults_are_told_in_the_order_of_the_file():
    refused = ListRefused(
        [Fault(3, 2, "name", "b", "B."), Fault(3, 0, "", "a", "A."), Fault(2, 28, "x", "c", "C.")]
    )

    assert str(refused) == "row 2, column AB (x): c. C.\nrow 3: a. A.\nrow 3, column B (name): b. B."
