"""What happens in the cases of the demo: who does what when. Companies and projects are examples."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from types import MappingProxyType
from typing import Any

from workflow.showcase.in_force import IN_FORCE
from workflow.showcase.released import SPRINGS, WELLS, WETLANDS_DAY, released

#: When the demo's installation begins, and the moment at which a visitor finds it (wall clock of Gland).
START = "2024-09-02 09:00"
NOW = "2026-05-28 09:00"

Step = tuple[str, str, str, Mapping[str, Any]]
"""Moment, who, what, details."""

MWG = ("CN", "CI", "CH", "CA", "GE")
COMMITTEE = (
    "GA", "LY", "RW", "BF", "LS", "LA", "JP", "IQ", "BE", "CZ",
    "GE", "SE", "BR", "CR", "LC", "CA", "WS", "CN", "ZW",
)  # fmt: skip
SUPPORTERS = (
    "AT",
    "AU",
    "BE",
    "CH",
    "CL",
    "DE",
    "ES",
    "FI",
    "IE",
    "IT",
    "JP",
    "KE",
    "KR",
    "NZ",
    "PT",
    "SN",
    "UY",
)


@dataclass(frozen=True, slots=True)
class Story:
    """One case of the demo."""

    title: str
    partner: Mapping[str, Any]
    #: Moment at which it is begun.
    begins: str
    steps: tuple[Step, ...] = ()
    territory: tuple[str, ...] = ()
    summary: str = ""
    #: Items of checklists that are confirmed from the start; None: all of them.
    items: tuple[str, ...] | None = field(default=None)
    #: Questions of sheets that nobody has answered yet; None: all of them.
    unanswered: tuple[str, ...] | None = ()
    #: Answers on sheets that differ from those in order.
    sheet: Mapping[str, str] = field(default_factory=dict)
    #: Who has not signed yet.
    unsigned: tuple[str, ...] = ()
    #: The law it is under; "": that of the demo.
    procedure: str = ""


def _at(day: str, clock: str = "10:00") -> str:
    return f"{day} {clock}"


def _later(day: str, days: int) -> str:
    return (date.fromisoformat(day) + timedelta(days=days)).isoformat()


def _partner(name: str, sector: str, home: str) -> Mapping[str, Any]:
    email = f"office@{name.split()[0].lower()}.example"
    return MappingProxyType({"name": name, "sector": sector, "home": home, "email": email})


def _endorsed(day: str, **details: Any) -> list[Step]:
    """Submitted and endorsed two days later."""
    told = {"risk": "low", **details}
    return [(_at(day), "officer", "submit", {}), (_at(_later(day, 2)), "officer", "endorse", told)]


def _everybody(day: str, who: tuple[str, ...], what: str, **details: Any) -> list[Step]:
    return [(_at(day, "14:00"), f"seat:{each}", what, details) for each in who]


_WORLD_WIDE = {"no_territory_reason": "a campaign in all countries"}


def _consulted(day: str) -> list[Step]:
    """Endorsed without a territory, and the Working Group has said all it wants to say."""
    return [
        *_endorsed(day, **_WORLD_WIDE),
        (_at(_later(day, 3)), "officer", "dispatch", {}),
        *_everybody(_later(day, 7), MWG, "no_comment"),
    ]


def _approved(day: str) -> list[Step]:
    """The Committee has approved, ten days after the beginning."""
    return [
        *_consulted(day),
        (_at(_later(day, 8)), "officer", "dispatch", {}),
        *_everybody(_later(day, 14), COMMITTEE, "approve"),
    ]


def _notified(day: str, supporters: tuple[str, ...] = SUPPORTERS) -> list[Step]:
    """Notified to all Parties 21 days after the beginning; some answer a month later."""
    return [
        *_approved(day),
        (_at(_later(day, 21)), "officer", "dispatch", {}),
        *[(_at(_later(day, 50), "11:00"), f"party:{party}", "support", {}) for party in supporters],
    ]


def _objected(day: str, party: str, reasons: str) -> list[Step]:
    return [
        *_notified(day),
        (_at(_later(day, 55), "16:00"), f"party:{party}", "objection", {"reasons": reasons}),
    ]


def _signed(day: str) -> list[Step]:
    """Signed 100 days after the beginning."""
    return [
        *_notified(day),
        (_at(_later(day, 100)), "officer", "sign", {"signed_by": "The Secretary General"}),
    ]


STORIES: tuple[Story, ...] = (
    Story(
        "Mangrove school kits",
        _partner("Tidewater Books", "publishing", "GB"),
        _at("2026-05-20"),
        territory=("KE", "TZ"),
        items=(),
        unanswered=None,
        summary="Teaching material on mangroves for primary schools.",
    ),
    Story(
        "Satellite images of peatlands",
        _partner("Skylens", "earth observation", "DE"),
        _at("2026-04-10"),
        ((_at("2026-04-13"), "officer", "submit", {}),),
        territory=("ID",),
        unanswered=(
            "controversies",
            "wetland_impact",
            "interest_in_decisions",
            "financial_terms",
            "criteria",
        ),
        summary="Images every ten days, free of charge, for three years.",
    ),
    Story(
        "Two rivers, one basin",
        _partner("Rhenus Water", "water supply", "NL"),
        _at("2026-05-11"),
        (
            *_endorsed("2026-05-12"),
            (_at("2026-05-18", "09:30"), "officer", "dispatch", {}),
            (_at("2026-05-22"), "party:FR/mission", "consent", {"channel": "note_verbale", "language": "fr"}),
        ),
        territory=("FR", "BE", "NL"),
        summary="Restoration of riparian meadows along two rivers.",
    ),
    Story(
        "Lake shore lodges",
        _partner("Savanna Stays", "tourism", "KE"),
        _at("2026-03-02"),
        (
            *_endorsed("2026-03-03", risk="medium"),
            (_at("2026-03-09"), "officer", "dispatch", {}),
            (_at("2026-04-14"), "party:KE", "refuse", {"reasons": "The shore is a breeding ground."}),
        ),
        territory=("KE",),
    ),
    Story(
        "Wetland hours on the radio",
        _partner("Longwave Media", "broadcasting", "ES"),
        _at("2026-05-06"),
        (
            *_endorsed("2026-05-07", **_WORLD_WIDE),
            (_at("2026-05-12"), "officer", "dispatch", {}),
            (
                _at("2026-05-19"),
                "seat:CH",
                "comment",
                {"text": "Local languages should be heard, too."},
            ),
            (_at("2026-05-20"), "seat:CI", "no_comment", {}),
        ),
    ),
    Story(
        "Rice fields as wetlands",
        _partner("Oryza Foods", "food", "JP"),
        _at("2026-04-27"),
        (
            *_consulted("2026-04-28"),
            (_at("2026-05-12"), "officer", "dispatch", {}),
            *_everybody("2026-05-21", COMMITTEE[:7], "approve"),
            (_at("2026-05-22"), "seat:SE", "approve_with_conditions", {"conditions": "No logo on packages."}),
        ),
    ),
    Story(
        "Ballast water alliance",
        _partner("Northern Tankers", "shipping", "NO"),
        _at("2026-03-16"),
        (
            *_consulted("2026-03-17"),
            (_at("2026-03-26"), "officer", "dispatch", {}),
            *_everybody("2026-04-08", COMMITTEE[:11], "approve"),
            (_at("2026-04-09"), "seat:BR", "object", {"reasons": "The criteria are not met."}),
        ),
    ),
    Story(
        "Springs of the Jura",
        _partner("Example Waters", "beverages", "FR"),
        _at("2026-03-20"),
        (
            *_notified("2026-03-23"),
            *released("2026-05-20", SPRINGS),
            (_at("2026-05-26", "16:00"), "party:NZ", "question", {"text": "How will the water be measured?"}),
        ),
        summary="Protection of the springs and of the meadows around them, for three years.",
    ),
    Story(
        "Flyway photographers",
        _partner("Prism Cameras", "electronics", "JP"),
        _at("2026-02-06"),
        tuple(_objected("2026-02-09", "NO", "The prize endorses a brand.")),
    ),
    Story(
        "Deltas without plastic",
        _partner("Clearstream", "packaging", "US"),
        _at("2025-11-07"),
        tuple(_objected("2025-11-10", "NI", "Effects on a shared coast.")),
    ),
    Story(
        "River guardians",
        _partner("Alpine Bank", "finance", "CH"),
        _at("2026-02-13"),
        tuple(_notified("2026-02-16")),
        summary="Small grants for communities along rivers.",
    ),
    Story(
        "World Wetlands Day, five years",
        _partner("Meridian Group", "food and beverages", "FR"),
        _at("2025-09-12"),
        (*_signed("2025-09-15"), *IN_FORCE, *released("2026-05-19", WETLANDS_DAY)),
    ),
    Story(
        "Tickets for experts",
        _partner("Stellar Airways", "air transport", "DE"),
        _at("2025-08-01"),
        (
            *_signed("2025-08-04"),
            (
                _at("2026-05-12"),
                "officer",
                "suspend",
                {"reason": "The partner was bought by a competitor."},
            ),
        ),
    ),
    Story(
        "Salt marsh carbon",
        _partner("Grey Heron Energy", "energy", "GB"),
        _at("2026-05-04"),
        (
            *_endorsed("2026-05-05", **_WORLD_WIDE),
            (_at("2026-05-11"), "officer", "dispatch", {}),
            (_at("2026-05-20"), "officer", "hold", {"reason": "The partner reconsiders its contribution."}),
        ),
    ),
    Story(
        "A casino by the lagoon",
        _partner("Golden Lagoon", "gambling", "IT"),
        _at("2026-02-02"),
        (
            (_at("2026-02-03"), "officer", "submit", {}),
            (
                _at("2026-02-20"),
                "officer",
                "decline",
                {"reason": "It serves no objective of the Resolution."},
            ),
        ),
        territory=("IT",),
    ),
    Story(
        "Frog choir app",
        _partner("Amphi Games", "software", "FI"),
        _at("2025-12-01"),
        (
            *_consulted("2025-12-02"),
            (_at("2025-12-15"), "officer", "withdraw", {"reason": "The company was closed."}),
        ),
    ),
    Story(
        "Peat-free gardens",
        _partner("Green Thumb", "horticulture", "IE"),
        _at("2025-04-25"),
        (
            *_consulted("2025-04-28"),
            (_at("2025-05-06"), "officer", "dispatch", {}),
            *_everybody("2025-05-14", COMMITTEE[:18], "approve"),
            (_at("2025-05-15"), "seat:ZW", "object", {"reasons": "No added value."}),
            (
                _at("2025-07-23"),
                "officer",
                "record_decision",
                {"meeting": "SC65", "result": "rejected", "by": "vote", "yes": 6, "no": 9, "present": 16},
            ),
        ),
    ),
    Story(
        "Estuary cranes",
        _partner("Harbour Lifts", "ports", "SG"),
        _at("2024-11-08"),
        (
            *_objected("2024-11-11", "BR", "The site is on the Montreux Record."),
            (_at("2025-04-10"), "officer", "issue_paper", {}),
            (
                _at("2025-07-30"),
                "officer",
                "record_decision",
                {"meeting": "COP15", "result": "rejected", "by": "vote", "yes": 41, "no": 88, "present": 150},
            ),
        ),
    ),
    Story(
        "One year of wells",
        _partner("Deep Blue Pumps", "engineering", "DK"),
        _at("2024-09-06"),
        (
            *_signed("2024-09-09"),
            (_at("2025-07-14"), "officer", "report", {}),
            *released("2025-11-03", WELLS),
            (_at("2026-01-15"), "officer", "complete", {"reason": "All wells are in use."}),
        ),
    ),
    Story(
        "Trees for dry slopes",
        _partner("Boreal Timber", "forestry", "SE"),
        _at("2026-04-13"),
        (
            (_at("2026-04-14"), "officer", "submit", {}),
            (_at("2026-04-28"), "officer", "select", {}),
            (_at("2026-05-05"), "officer", "choose_form", {"form": "tripartite_agreement"}),
        ),
        summary="Technical assistance in a province: nothing is signed without its Government.",
        sheet={"cooperation": "technical_assistance"},
        unsigned=("government",),
        procedure="unccd",
    ),
    Story(
        "Vehicles for emergencies",
        _partner("Nordic Motors", "vehicles", "FI"),
        _at("2026-05-04"),
        (
            (_at("2026-05-04", "11:00"), "officer", "submit", {}),
            (_at("2026-05-13"), "officer", "accept_disclosure", {}),
            (
                _at("2026-05-20"),
                "officer",
                "record_risk",
                {"risk_kind": "brand_endorsement", "likelihood": "high", "severity": "high"},
            ),
        ),
        summary="Forty vehicles for two years; who drives past sees a brand.",
        items=(),
        unsigned=("organization", "partner"),
        procedure="who-engagement",
    ),
    Story(
        "Harm reduction research",
        _partner("Golden Leaf Holding", "tobacco", "CH"),
        _at("2026-05-18"),
        ((_at("2026-05-19"), "officer", "submit", {}),),
        summary="Nobody can pass over the first gate.",
        items=(),
        sheet={"tobacco": "yes"},
        unsigned=("organization", "partner"),
        procedure="who-engagement",
    ),
)
