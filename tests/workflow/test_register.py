"""Acts that belong to no case: each checked as a whole, written at once, and told in one event."""

import json
import threading
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select

from workflow import calendars, db, models, queries, register
from workflow.register import ListRefused, RegisterRefused

NOW = datetime(2024, 3, 1, 9, tzinfo=UTC)
TODAY = date(2024, 3, 1)
EVENTS, PERSONAL = models.Event.__table__, models.Personal.__table__
PARTIES, CONTACTS = models.Party.__table__, models.Contact.__table__
BY = {"actor": "officer", "now": NOW}


@pytest.fixture
def shipped(session):
    register.ensure_shipped(session, "ramsar", NOW)
    return session


def events(session):
    """(kind, data) of the register's events, the first one left out where the data were shipped."""
    rows = session.execute(
        select(EVENTS.c.kind, EVENTS.c.body).where(EVENTS.c.case_id == 0).order_by(EVENTS.c.seq)
    )
    found = [(row.kind, json.loads(row.body)["data"]) for row in rows]
    return [each for each in found if each[0] != "shipped_loaded"]


def rows(session, model, *columns, **where):
    table = model.__table__
    wanted = select(*(table.c[c] for c in columns)).order_by(*table.primary_key.columns)
    for column, value in where.items():
        wanted = wanted.where(table.c[column] == value)
    return [tuple(row) for row in session.execute(wanted)]


def refusals(act, *given, **more):
    with pytest.raises(RegisterRefused) as refused:
        act(*given, **more)
    return list(refused.value.faults)


def personal(session, ref):
    return session.scalar(select(PERSONAL.c.content).where(PERSONAL.c.ref == ref))


# -- the shipped data --------------------------------------------------------------------------------------


def test_an_empty_register_is_filled_with_what_is_shipped_once(session):
    assert register.ensure_shipped(session, "ramsar", NOW) is True
    assert register.ensure_shipped(session, "ramsar", NOW) is False

    count = {
        model.__tablename__: session.scalar(select(func.count()).select_from(model.__table__))
        for model in (
            models.Party,
            models.Contact,
            models.Seat,
            models.Meeting,
            models.Calendar,
            models.Event,
        )
    }
    assert count == {
        "parties": 173,
        "contacts": 346,
        "seats": 24,
        "meetings": 12,
        "calendars": 7,
        "events": 1,
    }
    known = queries.world(session, "ramsar")
    assert known.parties["SA"].joins == date(2025, 8, 2)
    assert known.calendars["CH-VD"] == (
        calendars.shipped("CH-VD").digest,
        calendars.shipped("CH-VD").working_days,
    )
    assert rows(session, models.Contact, "role", "title", "email", "language", party="CL") == [
        ("head", "Jefe de la Autoridad Administrativa", "head.cl@parties.example", ""),
        ("nfp", "Coordinador Nacional", "nfp.cl@parties.example", ""),
    ]


def test_a_second_register_leaves_the_first_alone(shipped):
    assert register.ensure_shipped(shipped, "basel", NOW, contacts_per_party=1) is True

    assert [
        shipped.scalar(select(func.count()).select_from(table).where(table.c.register == name))
        for name in ("ramsar", "basel")
        for table in (PARTIES, CONTACTS)
    ] == [173, 346, 191, 191]
    assert len(rows(shipped, models.Seat, "id")) == 24


@pytest.mark.parametrize(("per_party", "roles"), [(0, []), (1, ["head"]), (3, ["head", "nfp", "mission"])])
def test_the_number_of_example_contacts_can_be_chosen(session, per_party, roles):
    register.ensure_shipped(session, "ramsar", NOW, contacts_per_party=per_party)

    assert [role for (role,) in rows(session, models.Contact, "role", party="FR")] == roles


def test_a_register_of_which_nothing_is_shipped_is_refused(session):
    assert refusals(register.ensure_shipped, session, "bassel", NOW) == [
        "Register bassel: nothing is shipped for it, only for ramsar and basel."
        " Import its Parties from a list."
    ]


def test_two_who_fill_a_register_at_the_same_moment_fill_it_once(engine):
    done = []

    def fill():
        with db.transaction(engine) as session:
            done.append(register.ensure_shipped(session, "ramsar", NOW))

    threads = [threading.Thread(target=fill) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(done) == [False, True]


# -- importing ---------------------------------------------------------------------------------------------

HEADER = "iso2,name_en,name_fr,name_es,language,timezone,entry_into_force,leaves,role,name,email\n"
FRANCE = "FR,France,France,Francia,fr,Europe/Paris,1986-12-01,,head,A. Roux,a.roux@min.example\n"
MORE = "FR,,,,,,,,nfp,B. Petit,b.petit@min.example\n"
PERU = "PE,Peru,Pérou,Perú,es,America/Lima,1992-03-30,,,,\n"


def listed(*lines):
    return register.read((HEADER + "".join(lines)).encode())


def take(session, *lines):
    return register.import_parties(session, "ramsar", listed(*lines), source="list.csv", **BY)


def told(plan):
    """A plan as people read it."""
    return {
        "added": [f"{c.what} {c.label}" for c in plan.added],
        "changed": [f"{c.what} {c.label}: {'; '.join(c.lines())}" for c in plan.changed],
        "unchanged": plan.unchanged,
        "missing": [f"{what} {label}" for what, label in plan.missing],
    }


def test_a_list_is_taken_over_in_one_event_that_names_nobody(session):
    plan = take(session, FRANCE, MORE, PERU)

    assert told(plan) == {
        "added": [
            "party FR", "party PE",
            "contact FR head a.roux@min.example", "contact FR nfp b.petit@min.example",
        ],
        "changed": [], "unchanged": 0, "missing": [],
    }  # fmt: skip
    assert rows(
        session, models.Party, "code", "name_fr", "language", "timezone", "joins", "leaves", "region"
    ) == [
        ("FR", "France", "fr", "Europe/Paris", date(1986, 12, 1), None, ""),
        ("PE", "Pérou", "es", "America/Lima", date(1992, 3, 30), None, ""),
    ]
    ((kind, data),) = events(session)
    refs = [contact.pop("person") for contact in data["contacts"]]
    ids = [number for (number,) in rows(session, models.Contact, "id")]
    peru = {"name_en": "Peru", "name_fr": "Pérou", "name_es": "Perú", "language": "es"}
    assert (kind, data["source"], data["parties"][1]) == (
        "parties_imported",
        "list.csv",
        {
            "party": "PE", "new": True, "iso3": "", "region": "", "leaves": None, **peru,
            "timezone": "America/Lima", "joins": "1992-03-30",
        },
    )  # fmt: skip
    nobody = {"party": "FR", "new": True, "language": "", "starts": None, "ends": None}
    assert data["contacts"] == [
        {**nobody, "role": "head", "contact": ids[0]},
        {**nobody, "role": "nfp", "contact": ids[1]},
    ]
    assert [personal(session, ref) for ref in refs] == [
        {"name": "A. Roux", "title": "", "postal_address": "", "email": "a.roux@min.example"},
        {"name": "B. Petit", "title": "", "postal_address": "", "email": "b.petit@min.example"},
    ]


def test_the_same_list_again_changes_nothing_and_is_no_event(session):
    take(session, FRANCE, MORE, PERU)

    plan = take(session, FRANCE, MORE, PERU)

    assert told(plan) == {"added": [], "changed": [], "unchanged": 4, "missing": []}
    assert len(events(session)) == 1


def test_a_second_import_changes_only_what_changed(session):
    take(session, FRANCE, MORE, PERU)
    before = rows(session, models.Contact, "id", "email")

    plan = take(
        session,
        FRANCE,
        MORE.replace("B. Petit", "B. Petit-Roux"),
        PERU.replace("1992-03-30,", "1992-03-30,2026-01-01"),
    )

    assert told(plan) == {
        "added": [],
        "changed": [
            "party PE: leaves: (nothing) -> 2026-01-01",
            "contact FR nfp b.petit@min.example: name: B. Petit -> B. Petit-Roux",
        ],
        "unchanged": 2,
        "missing": [],
    }
    assert rows(session, models.Contact, "id", "email") == before
    assert rows(session, models.Party, "leaves", code="PE") == [(date(2026, 1, 1),)]
    _, data = events(session)[1]
    assert data["parties"] == [{"party": "PE", "new": False, "leaves": [None, "2026-01-01"]}]
    assert personal(session, data["contacts"][0]["person"]) == {"name": "B. Petit-Roux"}


def test_what_a_list_leaves_out_stays_and_is_named(session):
    take(session, FRANCE, MORE, PERU)

    plan = take(session, FRANCE)

    assert told(plan) == {
        "added": [], "changed": [], "unchanged": 2,
        "missing": ["party PE", "contact FR nfp b.petit@min.example"],
    }  # fmt: skip
    assert len(rows(session, models.Party, "code")) == 2


def test_a_column_that_a_list_leaves_out_stays_as_it_is(session):
    take(session, FRANCE)

    short = b"iso2,role,email\nFR,head,a.roux@min.example\n"
    plan = register.import_parties(session, "ramsar", register.read(short), **BY)

    assert told(plan) == {"added": [], "changed": [], "unchanged": 1, "missing": []}


def test_another_address_of_the_same_person_is_a_change_and_works_until_it_fails(session):
    take(session, FRANCE, MORE)
    (number,) = rows(session, models.Contact, "id", role="head")[0]
    register.mark_contact_failed(session, number, "550 no such user", **BY)

    plan = take(session, FRANCE.replace("a.roux@min", "roux@new"), MORE)

    assert told(plan)["changed"] == [
        "contact FR head roux@new.example: email: a.roux@min.example -> roux@new.example"
    ]
    assert rows(session, models.Contact, "id", "email", "failed_at", "failed_why", role="head") == [
        (number, "roux@new.example", None, "")
    ]


def test_somebody_else_in_the_same_post_is_a_new_contact_and_the_old_one_stays(session):
    take(session, FRANCE)

    plan = take(session, FRANCE.replace("A. Roux,a.roux", "C. Noir,c.noir"))

    assert told(plan) == {
        "added": ["contact FR head c.noir@min.example"],
        "changed": [], "unchanged": 1,
        "missing": ["contact FR head a.roux@min.example"],
    }  # fmt: skip


def test_a_contact_that_has_been_given_an_end_is_not_missed(session):
    take(session, FRANCE, MORE)
    (number,) = rows(session, models.Contact, "id", role="nfp")[0]
    register.end_contact(session, number, TODAY, **BY)

    assert told(take(session, FRANCE))["missing"] == []


def test_a_contact_of_a_party_that_nobody_knows_is_refused_by_its_cell(session):
    content = b"iso2,role,email\nFR,head,a.roux@min.example\n"

    with pytest.raises(ListRefused) as refused:
        register.import_parties(session, "ramsar", register.read(content), **BY)

    assert str(refused.value) == (
        "row 2, column A (iso2): FR is neither in this list nor in the register."
        " Fill in the columns of the Party, or correct the code."
    )
    assert refusals(register.import_contacts, session, "ramsar", register.read(content).contacts, **BY) == [
        "Contact of FR: FR is not in the register. Import the Party first."
    ]
    assert rows(session, models.Contact, "id") == []


def test_what_does_not_go_with_the_register_is_refused_by_its_cell(session):
    take(session, FRANCE, PERU.replace("1992-03-30,", "1992-03-30,2000-01-01"))
    content = HEADER.replace("leaves,", "") + (
        "PE,Peru,Pérou,Perú,es,America/Lima,2001-01-01,,,\nCH,Switzerland,France,Suiza,fr,Europe/Zurich,1976-05-16,,,\n"
    )

    with pytest.raises(ListRefused) as refused:
        register.import_parties(session, "ramsar", register.read(content.encode()), **BY)

    assert str(refused.value).split("\n") == [
        "row 2, column G (entry_into_force): the register says that PE leaves on 2000-01-01, not after this"
        " day. Correct it, or add the column 'leaves'.",
        "row 3, column C (name_fr): 'France' is what the register says of FR."
        " Correct the code, or what is said of FR.",
    ]


def test_contacts_alone_are_imported_in_an_event_of_their_own(shipped):
    lines = register.read(
        b"iso2;role;email;name\nFR;mission;m@fr.example;\nFR;head;head.fr@parties.example;\n"
    ).contacts

    plan = register.import_contacts(shipped, "ramsar", lines, **BY)

    assert [f"{c.what} {c.label}" for c in plan.added] == ["contact FR mission m@fr.example"]
    ((kind, data),) = events(shipped)
    assert (kind, [c["role"] for c in data["contacts"]]) == ("contacts_imported", ["mission"])


def test_a_list_can_be_compared_without_changing_anything(shipped):
    content = register.export(shipped, "ramsar").decode("utf-8-sig").replace("Francia", "Francia!")

    plan = register.compare(shipped, "ramsar", register.read(content.encode()))

    assert told(plan) == {
        "added": [], "changed": ["party FR: name_es: Francia -> Francia!"], "unchanged": 518, "missing": [],
    }  # fmt: skip
    assert events(shipped) == []


def test_what_was_exported_changes_nothing_when_it_is_imported_again(shipped):
    register.set_contact(
        shipped, "ramsar", "FR", "other", email="x@fr.example", name="=1+1 @home", title="-Chief",
        postal_address="1 rue du Lac\n74500 ÉVIAN\nFRANCE", language="en", starts=date(2024, 1, 1),
        ends=date(2025, 1, 1), **BY,
    )  # fmt: skip
    register.set_party(shipped, "ramsar", "PE", leaves=date(2030, 1, 1), **BY)

    content = register.export(shipped, "ramsar")
    plan = register.compare(shipped, "ramsar", register.read(content))

    assert b",'=1+1 @home,'-Chief,x@fr.example," in content
    assert told(plan) == {"added": [], "changed": [], "unchanged": 520, "missing": []}


# -- one Party, one contact --------------------------------------------------------------------------------


def test_a_party_is_changed_only_in_what_is_said(shipped):
    change = register.set_party(shipped, "ramsar", "FR", leaves=date(2030, 1, 1), language="en", **BY)

    assert change.fields == {"leaves": (None, date(2030, 1, 1)), "language": ("fr", "en")}
    assert rows(shipped, models.Party, "name_es", "language", "leaves", code="FR") == [
        ("Francia", "en", date(2030, 1, 1))
    ]
    assert events(shipped) == [
        (
            "party_set",
            {
                "register": "ramsar", "party": "FR", "new": False, "leaves": [None, "2030-01-01"],
                "language": ["fr", "en"],
            },
        )
    ]  # fmt: skip
    assert register.set_party(shipped, "ramsar", "FR", leaves=date(2030, 1, 1), **BY) is None


def test_a_new_party_needs_names_language_zone_and_its_day(shipped):
    assert refusals(
        register.set_party, shipped, "ramsar", "XQ", name_en="Newland", timezone="Europe/Pari", **BY
    ) == [
        "Party XQ: joins is missing, the day on which it becomes a Party. Give it.",
        "Party XQ: name_fr is empty. Fill it in.",
        "Party XQ: name_es is empty. Fill it in.",
        "Party XQ: language is empty. Fill it in.",
        "Party XQ: timezone: 'Europe/Pari' is not a time zone, did you mean 'Europe/Paris'?",
    ]
    names = {"name_en": "Newland", "name_fr": "Terre neuve", "name_es": "Tierra nueva"}

    register.set_party(
        shipped, "ramsar", "XQ", joins=TODAY, language="fr", timezone="Europe/Paris", **names, **BY
    )

    assert queries.world(shipped, "ramsar").parties["XQ"].joins == TODAY


def test_a_party_cannot_leave_before_it_joins(shipped):
    assert refusals(register.set_party, shipped, "ramsar", "FR", leaves=date(1986, 12, 1), **BY) == [
        "Party FR: leaves: 1986-12-01 is not after 1986-12-01, the day it joins. Correct it."
    ]


def test_a_contact_is_added_then_changed_and_its_name_is_never_in_the_record(shipped):
    number = register.set_contact(
        shipped, "ramsar", "FR", "mission", email="Office@Mission.Example", name="Permanent Mission", **BY
    )
    again = register.set_contact(
        shipped, "ramsar", "FR", "mission", email="Office@mission.example", name="Permanent Mission", **BY
    )
    changed = register.set_contact(
        shipped, "ramsar", "FR", "mission", email="new@mission.example", name="Permanent Mission",
        language="en", contact_id=number, **BY,
    )  # fmt: skip

    assert (again, changed) == (number, number)
    assert rows(shipped, models.Contact, "role", "email", "name", "language", id=number) == [
        ("mission", "new@mission.example", "Permanent Mission", "en")
    ]
    bodies = shipped.scalars(
        select(EVENTS.c.body).where(EVENTS.c.kind == "contact_set").order_by(EVENTS.c.seq)
    )
    entries = [json.loads(body) for body in bodies]
    about = {"register": "ramsar", "party": "FR", "role": "mission", "contact": number}
    assert [entry["data"] for entry in entries] == [
        {**about, "new": True, "language": "", "starts": None, "ends": None},
        {**about, "new": False, "language": ["", "en"]},
    ]
    assert [personal(shipped, entry["person"]) for entry in entries] == [
        {"name": "Permanent Mission", "title": "", "email": "Office@mission.example"},
        {"email": "new@mission.example"},
    ]


def test_a_postal_address_stays_until_another_is_said_and_is_kept_beside_the_record(shipped):
    who = (shipped, "ramsar", "FR", "mission")
    number = register.set_contact(
        *who, email="o@mission.example", postal_address="  46 rue de la Paix \r\n\r\n1201 GENÈVE", **BY
    )
    register.set_contact(*who, email="o@mission.example", name="Mission", **BY)
    kept = rows(shipped, models.Contact, "name", "postal_address", id=number)
    register.set_contact(*who, email="o@mission.example", name="Mission", postal_address="", **BY)

    assert kept == [("Mission", "46 rue de la Paix\n1201 GENÈVE")]
    assert rows(shipped, models.Contact, "postal_address", id=number) == [("",)]
    bodies = shipped.scalars(
        select(EVENTS.c.body).where(EVENTS.c.kind == "contact_set").order_by(EVENTS.c.seq)
    )
    told = [personal(shipped, json.loads(body)["person"]) for body in bodies]
    assert [each.get("postal_address") for each in told] == ["46 rue de la Paix\n1201 GENÈVE", None, ""]


def test_everything_wrong_with_a_contact_is_told_at_once(shipped):
    assert refusals(
        register.set_contact, shipped, "ramsar", "QQ", "focal point", email="a@b.example, c@d.example",
        name="x\r\nBcc: y", language="german", starts=TODAY, ends=TODAY - timedelta(days=1), **BY,
    ) == [
        "Contact of QQ: QQ is not in the register. Import the Party first.",
        "Contact of QQ: role: 'focal point' is not a role, did you mean 'nfp'?",
        "Contact of QQ: email: 'a@b.example, c@d.example' looks like two addresses in one field."
        " Give one address here and make a contact of its own for each other.",
        "Contact of QQ: name: 'x\\u000d\\u000aBcc: y' holds a line break or a sign that cannot be seen"
        " (U+000D). Write it anew, on one line.",
        "Contact of QQ: language: 'german' is not a language of letters. Use one of: en, es, fr.",
        "Contact of QQ: ends: 2024-02-29 is before 2024-03-01, the day it begins. Correct one of the two.",
    ]  # fmt: skip
    assert events(shipped) == []


def test_two_contacts_cannot_have_one_role_and_address(shipped):
    number = register.set_contact(shipped, "ramsar", "FR", "nfp", email="second@fr.example", **BY)
    ((first,),) = rows(shipped, models.Contact, "id", email="nfp.fr@parties.example")

    assert refusals(
        register.set_contact,
        shipped,
        "ramsar",
        "FR",
        "nfp",
        email="nfp.fr@parties.example",
        contact_id=number,
        **BY,
    ) == [f"Contact of FR: contact {first} has this role and address already. Change that one."]
    assert refusals(
        register.set_contact, shipped, "ramsar", "BE", "nfp", email="x@be.example", contact_id=number, **BY
    ) == [f"Contact of BE: there is no contact {number}. Look at the list of its contacts."]


def test_a_contact_is_used_until_the_day_it_ends(shipped):
    ((number,),) = rows(shipped, models.Contact, "id", email="nfp.fr@parties.example")

    assert register.end_contact(shipped, number, TODAY, **BY) is True
    assert register.end_contact(shipped, number, TODAY, **BY) is False

    about = {"register": "ramsar", "party": "FR", "role": "nfp", "contact": number}
    assert events(shipped) == [("contact_ended", {**about, "ends": "2024-03-01"})]
    assert refusals(register.end_contact, shipped, 0, TODAY, **BY) == [
        "There is no contact 0. Look at the list of the Party's contacts."
    ]


def test_an_address_that_fails_is_marked_once_and_works_again_when_said_so(shipped):
    ((number,),) = rows(shipped, models.Contact, "id", email="nfp.fr@parties.example")
    why = "550 <nfp.fr@parties.example>: no such user\r\n"

    done = [
        register.mark_contact_failed(shipped, number, why, **BY),
        register.mark_contact_failed(shipped, number, "again", actor="officer", now=NOW + timedelta(days=1)),
    ]
    marked = rows(shipped, models.Contact, "failed_at", "failed_why", id=number)
    done += [
        register.mark_contact_works(shipped, number, **BY),
        register.mark_contact_works(shipped, number, **BY),
    ]

    assert done == [True, False, True, False]
    assert marked == [(NOW, "550 <nfp.fr@parties.example>: no such user")]
    assert rows(shipped, models.Contact, "failed_at", "failed_why", id=number) == [(None, "")]
    about = {"register": "ramsar", "party": "FR", "role": "nfp", "contact": number}
    assert events(shipped) == [
        ("contact_failed", {**about, "failed_at": "2024-03-01T09:00:00.000000Z"}),
        ("contact_works", {**about, "failed_at": None}),
    ]


def test_no_event_of_the_register_holds_a_name_or_an_address(session):
    take(session, FRANCE, MORE)
    ((number,),) = rows(session, models.Contact, "id", role="head")
    take(session, FRANCE.replace("a.roux@min", "roux@new"), MORE)
    register.mark_contact_failed(session, number, "550 roux@new.example unknown", **BY)
    register.set_contact(
        session, "ramsar", "FR", "other", email="x@y.example", name="Z. Blanc",
        postal_address="1 rue du Lac", **BY,
    )  # fmt: skip
    register.add_staff(session, "m.martin", "officer", "martin@sec.example", full_name="M. Martin", **BY)

    record = "\n".join(session.scalars(select(EVENTS.c.body)))

    assert [word for word in ("@", "Roux", "Petit", "Blanc", "Lac", "Martin") if word in record] == []


# -- seats -------------------------------------------------------------------------------------------------


def terms(session, seat):
    found = rows(session, models.Seat, "member", "alternate", "starts", "ends", seat=seat)
    return sorted(found, key=lambda row: row[2])


def test_whoever_held_a_seat_holds_it_until_the_day_before_its_successor(shipped):
    register.set_seat(
        shipped,
        "ramsar",
        "standing_committee",
        "asia-1",
        member="PH",
        alternate="VN",
        starts=date(2025, 8, 1),
        **BY,
    )

    assert terms(shipped, "asia-1") == [
        ("LA", "ID", date(2022, 11, 13), date(2025, 7, 31)),
        ("PH", "VN", date(2025, 8, 1), None),
    ]
    ((kind, data),) = events(shipped)
    assert (kind, [(s["seat"], s["starts"], s["new"], s["ends"]) for s in data["seats"]]) == (
        "seat_set",
        [
            ("asia-1", "2025-08-01", True, None),
            ("asia-1", "2022-11-13", False, ["2028-07-25", "2025-07-31"]),
        ],
    )


def test_a_term_can_be_corrected_its_first_day_too(shipped):
    given = {
        "body": "mwg",
        "seat": "mwg-2",
        "member": "CI",
        "starts": date(2023, 1, 1),
        "ends": date(2026, 1, 1),
    }

    change = register.set_seat(shipped, "ramsar", **given, term=date(2022, 11, 13), **BY)

    assert terms(shipped, "mwg-2") == [("CI", "", date(2023, 1, 1), date(2026, 1, 1))]
    assert change.fields["starts"] == (date(2022, 11, 13), date(2023, 1, 1))
    assert register.set_seat(shipped, "ramsar", **given, **BY) is None
    assert len(events(shipped)) == 1


def test_a_seat_has_one_holder_at_a_time_and_it_is_a_state_of_the_register(shipped):
    seat = {"body": "mwg", "seat": "mwg-2"}

    assert refusals(
        register.set_seat, shipped, "ramsar", **seat, member="QQ", alternate="ZZ", starts=TODAY, **BY
    ) == [
        "Seat mwg mwg-2 2024-03-01: QQ is not in the register. Correct the code.",
        "Seat mwg mwg-2 2024-03-01: ZZ is not in the register. Correct the code.",
    ]
    assert refusals(
        register.set_seat, shipped, "ramsar", **seat, member="CI", starts=date(2020, 1, 1), **BY
    ) == [
        "Seat mwg-2 of mwg: it is held from 2020-01-01 without an end and again from 2022-11-13."
        " Correct one of the two terms."
    ]
    assert refusals(
        register.set_seat, shipped, "ramsar", **seat, member="CI", starts=TODAY, term=date(2021, 1, 1), **BY
    ) == ["Seat mwg-2 of mwg: no term begins on 2021-01-01. Look at the list of its terms."]
    assert refusals(
        register.set_seat, shipped, "ramsar", **seat, member="CI", starts=TODAY, ends=date(2024, 1, 1), **BY
    ) == [
        "Seat mwg mwg-2 2024-03-01: its last day, 2024-01-01, is before its first, 2024-03-01."
        " Correct one of the two."
    ]
    assert terms(shipped, "mwg-2") == [("CI", "", date(2022, 11, 13), date(2028, 7, 25))]


def test_a_list_of_seats_is_taken_over_in_one_event(shipped):
    content = b"body,seat,region,member,alternate,office,from,to,note\nmwg,mwg-6,,SE,,,2024-03-01,,new\n"

    plan = register.import_seats(shipped, "ramsar", register.read_seats(content), **BY)

    assert ([c.label for c in plan.added], plan.changed, len(plan.missing)) == (
        ["mwg mwg-6 2024-03-01"],
        (),
        24,
    )
    assert [kind for kind, _ in events(shipped)] == ["seats_imported"]
    assert register.import_seats(shipped, "ramsar", register.read_seats(content), **BY).unchanged == 1
    assert len(events(shipped)) == 1


# -- meetings ----------------------------------------------------------------------------------------------


def test_a_meeting_is_moved_with_a_reason(shipped):
    moved = register.move_meeting(
        shipped, "COP15", date(2026, 2, 2), date(2026, 2, 10), "The venue is flooded.", "officer", NOW
    )

    assert moved == register.MeetingMoved(
        "cop", "COP15", date(2025, 7, 23), date(2025, 7, 31), date(2026, 2, 2), date(2026, 2, 10),
        "The venue is flooded.",
    )  # fmt: skip
    assert rows(shipped, models.Meeting, "starts", "ends", ordinal="COP15") == [
        (date(2026, 2, 2), date(2026, 2, 10))
    ]
    assert events(shipped) == [
        (
            "meeting_moved",
            {
                "body": "cop", "ordinal": "COP15", "reason": "The venue is flooded.",
                "starts": ["2025-07-23", "2026-02-02"], "ends": ["2025-07-31", "2026-02-10"],
            },
        )
    ]  # fmt: skip


def test_a_meeting_that_has_these_days_already_is_not_moved(shipped):
    assert (
        register.move_meeting(shipped, "COP15", date(2025, 7, 23), date(2025, 7, 31), "none", "officer", NOW)
        is None
    )
    assert events(shipped) == []


def test_everything_wrong_with_a_move_is_told_at_once(shipped):
    assert refusals(
        register.move_meeting, shipped, "COP155", date(2026, 2, 2), date(2026, 2, 1), " ", "officer", NOW
    ) == [
        "Meeting COP155: it is not on file; did you mean 'COP15'?",
        "Meeting COP155: 2026-02-01, its last day, is before 2026-02-02, its first. Correct one of the two.",
        "Meeting COP155: there is no reason. Give it: everybody who waits for this meeting will read it.",
    ]


def test_a_meeting_is_entered_once_and_other_days_are_a_move(shipped):
    given = ("standing_committee", "SC69", "ordinary", date(2028, 1, 10), date(2028, 1, 14))

    added = register.add_meeting(shipped, *given, place="Gland", **BY)

    assert (added.label, added.is_new) == ("standing_committee SC69", True)
    assert register.add_meeting(shipped, *given, place="Gland", **BY) is None
    assert [kind for kind, _ in events(shipped)] == ["meetings_imported"]
    assert refusals(register.add_meeting, shipped, *given[:3], date(2028, 2, 1), date(2028, 2, 4), **BY) == [
        "Meeting SC69 of standing_committee: it is on file for 2028-01-10 to 2028-01-14. Move it, with a"
        " reason, so that those who wait for it are told."
    ]
    assert refusals(register.add_meeting, shipped, "The COP", "COP17", "special", TODAY, TODAY, **BY) == [
        "Meeting COP17 of The COP: body: 'The COP' is not such a name."
        " Write small letters, figures, - and _ only.",
        "Meeting COP17 of The COP: kind: 'special' is not a kind of meeting."
        " Use one of: extraordinary, ordinary.",
    ]


# -- calendars and staff -----------------------------------------------------------------------------------


def test_the_newest_calendar_is_the_one_that_counts_even_in_the_same_moment(shipped):
    holiday = date(2026, 5, 14)
    old = calendars.shipped("CH-VD")
    new = old.changed(add=[(holiday, "Bridge day")], remove=[date(2026, 1, 2)])

    found = register.publish_calendar(shipped, new, **BY)
    in_use = [queries.world(shipped, "ramsar").calendars["CH-VD"][0]]
    back = register.publish_calendar(shipped, old, **BY)
    in_use += [queries.world(shipped, "ramsar").calendars["CH-VD"][0]]

    assert [day for day, _ in found.removed] == [date(2026, 1, 2)]
    assert (found.removed, found.added) == (back.added, back.removed)
    assert in_use == [new.digest, old.digest]
    assert register.publish_calendar(shipped, old, **BY) is None
    assert [(kind, data["old"], data["digest"]) for kind, data in events(shipped)] == [
        ("calendar_published", old.digest, new.digest),
        ("calendar_published", new.digest, old.digest),
    ]


def test_the_first_calendar_of_a_name_adds_all_its_days(session):
    snapshot = replace(calendars.shipped("CH-VD"), name="CH-XX", days=((TODAY, "Day of wetlands"),))

    assert register.publish_calendar(session, snapshot, **BY).added == ((TODAY, "Day of wetlands"),)


def test_somebody_of_the_staff_is_added_and_changed(session):
    def set_ana(**more):
        return register.add_staff(
            session, "ana", "officer", "ana@sec.example", full_name="Ana Silva", **more, **BY
        )

    assert [set_ana(), set_ana(), set_ana(language="es")] == [True, False, True]
    assert rows(session, models.Staff, "name", "full_name", "role", "email", "language") == [
        ("ana", "Ana Silva", "officer", "ana@sec.example", "es")
    ]
    assert events(session) == [
        ("staff_set", {"new": True, "role": "officer", "language": "en"}),
        ("staff_set", {"new": False, "language": "es"}),
    ]
    assert refusals(register.add_staff, session, "a na", "oficer", "ana", **BY)[:2] == [
        "Staff a na: role: 'oficer' is not a role, did you mean 'officer'?",
        "Staff a na: email: 'ana' is not a usable e-mail address: An email address must have an @-sign."
        " Correct it.",
    ]
