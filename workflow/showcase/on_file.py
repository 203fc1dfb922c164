"""What is on file in the cases of the demo: the answers on their sheets, in the words of an assessment."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

#: Question of the due-diligence sheet -> its answer; what is not named is answered as a good partner would.
DUE_DILIGENCE: Mapping[str, str] = MappingProxyType(
    {
        "legal_identity": "A public limited company; no shareholder holds more than 10 per cent.",
        "sector": "As in the proposal; no subsidiary works in another.",
        "controversies": "None is known; two newspapers and the court register were searched.",
        "wetland_impact": "Small: its sites lie outside the catchments concerned.",
        "name_and_logo_use": "Beneath the emblem, never on products.",
        "financial_terms": "As in the proposal, paid once a year in advance.",
        "criteria": "All three are met: see the assessment report.",
    }
)
