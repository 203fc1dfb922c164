"""The draft of an agreement as a Word file: a template with marks, filled by docxtpl.

The template is made here, mark by mark, so that nobody has to trust a file of unknown origin. A secretariat
may take it, write its own wording around the marks, and name its file in the settings.
"""

from __future__ import annotations

import io
from dataclasses import asdict
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from docx import Document as new_document
from docx.opc.exceptions import PackageNotFoundError
from docx.shared import Cm, Pt
from docxtpl import DocxTemplate
from jinja2 import StrictUndefined
from jinja2 import TemplateError as JinjaError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from notifications.plain import free_text
from workflow.reports.agreement import BINDS_NOBODY, NOTHING_YET, Draft

#: Word’s names of the languages.
_TONGUES = {"en": "en-GB", "fr": "fr-FR", "es": "es-ES"}


class BadTemplate(ValueError):
    """The template of the settings cannot be used; the text says why and what to do."""


def word(of: Draft, template: Path | None = None) -> bytes:
    """A draft as a Word file.

    template   a file with the marks of the one that comes along; None: that one
    Raises     BadTemplate
    """
    try:
        source = io.BytesIO(template.read_bytes() if template is not None else made())
        filled = DocxTemplate(source)
        # A template is a program of whoever wrote it: it sees plain values, and nothing it could change.
        sandbox = ImmutableSandboxedEnvironment(autoescape=True, undefined=StrictUndefined)
        filled.render({"draft": _values(of)}, jinja_env=sandbox, autoescape=True)
    except OSError as error:
        raise BadTemplate(f"{template} cannot be read: {error.strerror}. Correct the setting.") from None
    except (PackageNotFoundError, BadZipFile, KeyError, ValueError) as error:
        raise BadTemplate(f"{template} is no Word file: {error}. Save it as .docx.") from None
    except JinjaError as error:
        raise BadTemplate(
            f"{template or 'The template'} has a mark that cannot be filled: {error.message}."
            " Compare it with the one that assent report template writes."
        ) from None
    told = filled.docx.core_properties
    told.title, told.author, told.language = of.title, of.office, _TONGUES.get(of.language, of.language)
    out = io.BytesIO()
    filled.save(out)
    return out.getvalue()


def made() -> bytes:
    """The template that comes along, as a Word file."""
    new = new_document()
    section = new.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.4)
    new.styles["Normal"].font.size = Pt(11)
    new.core_properties.comments = ""
    new.add_paragraph("{{ draft.office }}", style="Subtitle")
    new.add_paragraph("{{ draft.title }}", style="Title")
    new.add_paragraph("{{ draft.about }}", style="Subtitle")
    new.add_paragraph("{{ draft.words['Reference'] }} {{ draft.reference }} · {{ draft.dated }}")
    new.add_paragraph(f"{{{{ draft.words['{BINDS_NOBODY}'] }}}}")
    _part(new, "Between")
    _each(new, "side in draft.sides", "{{ side[1] }} ({{ side[0] }})", "List Bullet")
    _part(new, "Objective")
    _each(new, "line in draft.objective", "{{ line }}")
    _part(new, "Territory")
    new.add_paragraph("{{ draft.territory }}")
    _part(new, "Contributions")
    new.add_paragraph("{%p if not draft.contributions %}")
    new.add_paragraph(f"{{{{ draft.words['{NOTHING_YET}'] }}}}")
    new.add_paragraph("{%p else %}")
    _contributions(new)
    new.add_paragraph("{%p endif %}")
    new.add_paragraph("{%p if draft.conditions %}")
    _part(new, "Conditions")
    _each(new, "line in draft.conditions", "{{ line }}", "List Bullet")
    new.add_paragraph("{%p endif %}")
    _part(new, "Clauses")
    new.add_paragraph("{%p for clause in draft.clauses %}")
    new.add_heading("{{ loop.index }}. {{ clause.heading }}", level=2)
    new.add_paragraph("{{ clause.text }}")
    new.add_paragraph("{%p endfor %}")
    _part(new, "Signatures")
    new.add_paragraph("{%p for signature in draft.signatures %}")
    new.add_paragraph("\n\n" + "_" * 40)
    new.add_paragraph("{{ signature[0] }}")
    new.add_paragraph("{{ draft.words['Name'] }}  {{ signature[1] or '[………]' }}")
    new.add_paragraph("{{ draft.words['Place and date'] }}  [………]")
    new.add_paragraph("{%p endfor %}")
    section.footer.paragraphs[0].text = "{{ draft.words['Draft'] }}, {{ draft.reference }}"
    out = io.BytesIO()
    new.save(out)
    return out.getvalue()


def _part(new: Any, name: str) -> None:
    new.add_heading(f"{{{{ draft.words['{name}'] }}}}", level=1)


def _each(new: Any, loop: str, text: str, style: str | None = None) -> None:
    new.add_paragraph(f"{{%p for {loop} %}}")
    new.add_paragraph(text, style=style)
    new.add_paragraph("{%p endfor %}")


def _contributions(new: Any) -> None:
    names = ("Contribution", "From", "Purpose", "Amount", "Currency")
    table = new.add_table(rows=4, cols=len(names), style="Table Grid")
    for at, name in enumerate(names):
        table.rows[0].cells[at].text = f"{{{{ draft.words['{name}'] }}}}"
        table.rows[2].cells[at].text = f"{{{{ row[{at}] }}}}"
    table.rows[1].cells[0].text = "{%tr for row in draft.contributions %}"
    table.rows[3].cells[0].text = "{%tr endfor %}"


def _values(of: Draft) -> Any:
    """A draft as plain values, cleaned of what no Word file may hold."""
    return _clean(asdict(of))


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return free_text(value)
    if isinstance(value, dict):
        return {name: _clean(each) for name, each in value.items()}
    return [_clean(each) for each in value] if isinstance(value, list | tuple) else value
