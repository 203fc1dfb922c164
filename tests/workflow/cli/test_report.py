"""assent report: the documents written to files, and what is refused."""

from __future__ import annotations

import io

import docx
from pypdf import PdfReader

from tests.workflow.cli.conftest import Terminal
from tests.workflow.cli.test_cases import NEW


def test_a_case_a_meeting_and_a_year_are_written_to_files(assent: Terminal) -> None:
    reference = assent(*NEW, "--json").data["reference"]
    year = reference.split("-")[1]

    case = assent("report", "case", reference, "--what", "dossier", "--language", "es")
    meeting = assent("report", "cop", "COP15", "--format", "docx", "--to", "cop.docx")
    of_year = assent("report", "year", year, "--format", "html")

    assert [run.code for run in (case, meeting, of_year)] == [0, 0, 0], (case, meeting, of_year)
    read = PdfReader(io.BytesIO((assent.folder / f"{reference}-dossier-es.pdf").read_bytes()))
    assert (read.root_object["/Lang"], "Springs" in read.pages[0].extract_text()) == ("es", True)
    assert docx.Document(str(assent.folder / "cop.docx")).core_properties.title == "Report on partnerships"
    assert f"Partnerships in {year}" in (assent.folder / f"partnerships-{year}-en.html").read_text("utf-8")


def test_the_draft_of_an_agreement_is_written_as_word_from_a_template_of_ones_own(assent: Terminal) -> None:
    reference = assent(*NEW, "--json").data["reference"]
    assent("report", "template", "--to", "ours.docx")
    ours = docx.Document(str(assent.folder / "ours.docx"))
    ours.add_paragraph("Our own closing words.")
    ours.save(str(assent.folder / "ours.docx"))
    assent.environ["ASSENT_SECRETARIAT__AGREEMENT_TEMPLATE"] = "ours.docx"

    done = assent("report", "case", reference, "--what", "agreement", "--format", "docx")

    assert done.code == 0, done
    made = docx.Document(str(assent.folder / f"{reference}-agreement-en.docx"))
    assert made.paragraphs[-1].text == "Our own closing words."
    assert "Partnership agreement" in [each.text for each in made.paragraphs]


def test_what_cannot_be_reported_is_refused_with_what_to_do(assent: Terminal) -> None:
    assent(*NEW)

    runs = {
        "There is no meeting 'CPO15' on file, did you mean 'COP15'?": assent("report", "cop", "CPO15"),
        "'pfd' is no format of reports, did you mean 'pdf'?": assent(
            "report", "year", 2024, "--format", "pfd"
        ),
        "There are no reports in 'de'. Use one of: en, fr, es.": assent(
            "report", "year", 2024, "--language", "de"
        ),
        "'novel' is no document of a case.": assent("report", "case", "RP-2024-1", "--what", "novel"),
    }

    assert [(says in run.err, run.code > 0) for says, run in runs.items()] == [(True, True)] * len(runs)
