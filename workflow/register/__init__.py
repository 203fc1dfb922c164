"""Acts that belong to no case: Parties, contacts, partners, seats, meetings, calendars, staff.

Each checks everything first, then writes its rows and one event of the register chain; where nothing
changes there is no event. What an act changes in cases is the engine's to do afterwards.

parties.py    import a list of Parties and contacts, see what it would change, set one Party
contacts.py   set or end a contact; mark an address from which letters come back
seats.py      who holds the seats of bodies       meetings.py   when bodies meet, and when a meeting moves
partners.py   partner organizations: their names, owners and mergers
participations.py   who takes part in a case beside its own partner
exclusions.py whom nobody works with: take over a list, find names that are alike (likeness.py), decide
days.py       publish a calendar                  staff.py      the people of the Secretariat
access.py     who may come in, who stands in for whom, and who looks through whose eyes
tokens.py     by which programs act as somebody of the Secretariat
shipped.py    fill an empty register
partylist.py  bodylist.py  exclusionlist.py   the lists as spreadsheets
cells.py      what a cell or a field may say
lines.py      what a list says, and what that changes
acts.py       what all acts have in common
"""

from workflow.register.access import (
    end_hand_over,
    end_session,
    hand_over,
    look_as,
    look_no_more,
    set_active,
    set_code,
    set_language,
    set_password,
    staff_row,
)
from workflow.register.bodylist import read_meetings, read_seats
from workflow.register.contacts import (
    end_contact,
    import_contacts,
    mark_contact_failed,
    mark_contact_works,
    set_contact,
    set_contact_language,
)
from workflow.register.days import publish_calendar
from workflow.register.exclusionlist import read_exclusions
from workflow.register.exclusions import compare_exclusions, decide_match, import_exclusions
from workflow.register.lines import Change, Line, Plan, RegisterRefused
from workflow.register.meetings import MeetingMoved, add_meeting, import_meetings, move_meeting
from workflow.register.participations import ROLES, join_case, leave_case
from workflow.register.parties import compare, import_parties, set_party
from workflow.register.partners import (
    add_partner,
    family,
    folded,
    merge_partners,
    name_partner,
    partner_of,
    set_owner,
    set_partner,
)
from workflow.register.partylist import PartyList, export, read
from workflow.register.seats import import_seats, set_seat
from workflow.register.shipped import ensure_shipped
from workflow.register.staff import add_staff
from workflow.register.tokens import make_token, revoke_token
from workflow.spreadsheet import ListRefused

__all__ = [
    "ROLES",
    "Change",
    "Line",
    "ListRefused",
    "MeetingMoved",
    "PartyList",
    "Plan",
    "RegisterRefused",
    "add_meeting",
    "add_partner",
    "add_staff",
    "compare",
    "compare_exclusions",
    "decide_match",
    "end_contact",
    "end_hand_over",
    "end_session",
    "ensure_shipped",
    "export",
    "family",
    "folded",
    "hand_over",
    "import_contacts",
    "import_exclusions",
    "import_meetings",
    "import_parties",
    "import_seats",
    "join_case",
    "leave_case",
    "look_as",
    "look_no_more",
    "make_token",
    "mark_contact_failed",
    "mark_contact_works",
    "merge_partners",
    "move_meeting",
    "name_partner",
    "partner_of",
    "publish_calendar",
    "read",
    "read_exclusions",
    "read_meetings",
    "read_seats",
    "revoke_token",
    "set_active",
    "set_code",
    "set_contact",
    "set_contact_language",
    "set_language",
    "set_owner",
    "set_partner",
    "set_party",
    "set_password",
    "set_seat",
    "staff_row",
]
