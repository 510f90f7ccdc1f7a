"""People as records: roles, and users with a version for each change of manager and for leaving."""

from typing import Any

import numpy as np

from connectors.sandbox.ids import make_ids
from connectors.sandbox.simulate.setting import frames
from connectors.sandbox.simulate.setting.era import DAY, Era, Ints
from connectors.sandbox.simulate.setting.frames import NONE
from connectors.sandbox.simulate.staff.hiring import TERRITORIES
from connectors.sandbox.simulate.staff.people import ADMIN, Staff

INTEGRATION = "CloudIntegrationUser"  # the user type of who is no person
ROLE_NAMES = ("CEO", "VP Sales", "Sales Director", "Sales Manager", "Account Executive")


def user_table(staff: Staff) -> Any:
    """User versions: hired, given another manager, and for those who left, deactivated."""
    people = staff.people
    who, stamped = _versions(staff)
    leaving = (staff.ends[who] != NONE) & (stamped >= staff.ends[who])
    admin = frames.pick(staff.ids, np.full(who.size, ADMIN))
    titles = [person.title for person in people]
    roles = np.array([ROLE_NAMES.index(title) if title in ROLE_NAMES else NONE for title in titles])
    territories = np.where(staff.slots_of == NONE, len(TERRITORIES), staff.territories[staff.slots_of])

    def column(values: list[Any]) -> Any:
        return frames.pick(values, who)

    return frames.table(
        {
            "Id": frames.pick(staff.ids, who),
            "Username": column([f"{p.email}.sandbox" for p in people]),
            "LastName": column([p.last_name for p in people]),
            "FirstName": column([p.first_name for p in people]),
            "Name": column([p.name for p in people]),
            "CompanyName": "Sandbox Company",
            "Department": column(["Operations" if t.startswith("Salesforce") else "Sales" for t in titles]),
            "Division": frames.pick([*TERRITORIES, "EMEA"], territories[who]),
            "Title": column(titles),
            "Email": column([p.email for p in people]),
            "Alias": column([(p.first_name[:1] + p.last_name[:6]).lower() for p in people]),
            "IsActive": ~leaving,
            "TimeZoneSidKey": "GMT",
            "UserRoleId": frames.pick(_role_ids(), roles[who]),
            "LocaleSidKey": "en_GB",
            "EmailEncodingKey": "UTF-8",
            "LanguageLocaleKey": "en_US",
            "UserType": column([INTEGRATION if p.index == ADMIN else "Standard" for p in people]),
            "ManagerId": frames.pick(staff.ids, staff.managers_at(who, stamped)),
            "ForecastEnabled": column([t in ROLE_NAMES for t in titles]),
            **frames.audit(staff.starts[who], stamped, admin, admin),
        }
    )


def _versions(staff: Staff) -> tuple[Ints, Ints]:
    """(person, instant) of each version, the first included."""
    every = np.arange(len(staff.people))
    person, since, _ = staff.reporting_lines
    is_later = (since > staff.starts[person]) & ((staff.ends[person] == NONE) | (since < staff.ends[person]))
    leavers = np.flatnonzero(staff.ends != NONE)
    who = np.concatenate([every, person[is_later], leavers])
    return who, np.concatenate([staff.starts, since[is_later], staff.ends[leavers]])


def role_table(era: Era, staff: Staff) -> Any:
    count = len(ROLE_NAMES)
    stamped = np.full(count, era.start - 400 * DAY)
    audit = frames.audit(stamped, stamped, [str(staff.ids[ADMIN])] * count, [str(staff.ids[ADMIN])] * count)
    return frames.table(
        {
            "Id": _role_ids(),
            "Name": list(ROLE_NAMES),
            "DeveloperName": [name.replace(" ", "_") for name in ROLE_NAMES],
            "ParentRoleId": frames.pick(_role_ids(), np.arange(count) - 1),
            "OpportunityAccessForAccountOwner": "Edit",
            **audit,
        }
    )


def _role_ids() -> Any:
    return make_ids("00E", np.arange(1, len(ROLE_NAMES) + 1))
