"""How the reference of a case is known in an address: /cases/RP-2024-7 is a case, /cases/new is not."""

from __future__ import annotations

from starlette.convertors import CONVERTOR_TYPES, StringConvertor


class _Reference(StringConvertor):
    """`{reference:case}`: some letters, a year, a number."""

    regex = r"[^/]+-\d{4}-\d+"


#: Name of the kind in a path.
KIND = "case"
CONVERTOR_TYPES[KIND] = _Reference()
