"""The four roles and the work that belongs to each. Which page or endpoint needs which is a table in web and api."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

from tracker.domain.errors import N_, ForbiddenError


class Role(StrEnum):
    """What somebody is here to do; an account has one or more."""

    RECEPTION = "reception"
    SONOGRAPHER = "sonographer"
    HEAD = "head"
    ADMIN = "admin"


ROLE_NAMES: Mapping[str, str] = {
    Role.RECEPTION: N_("Reception"),
    Role.SONOGRAPHER: N_("Sonographer"),
    Role.HEAD: N_("Department head"),
    Role.ADMIN: N_("Administrator"),
}

EVERYBODY = frozenset(Role)
DESK_WORK = frozenset({Role.RECEPTION, Role.SONOGRAPHER, Role.HEAD})
"""Patients, book, add beyond the plan under the role's cap, move, cancel, check in, no-show, board, schedule, settle
what an earlier day left open (the exam of a patient who was examined then, too)."""
EXAM_WORK = frozenset({Role.SONOGRAPHER, Role.HEAD})
"""Start, finish, walk-in, enter afterwards, correct, own figures."""
LEADING = frozenset({Role.HEAD})
"""Volume, void, plan."""
CLOSING = frozenset({Role.HEAD, Role.ADMIN})
"""Closures of a device or of the department."""
OFFICE = frozenset({Role.ADMIN})
"""Catalogue, staff, accounts, calendar: no clinical writes."""

IDLE_MINUTES: Mapping[str, int] = {
    Role.RECEPTION: 30,
    Role.SONOGRAPHER: 60,
    Role.HEAD: 60,
    Role.ADMIN: 15,
}
"""Minutes without a request after which a sign-in must be renewed; the setting `idle_minutes` goes before."""

SYSTEM_USERNAME = "system"
SYSTEM_ACCOUNT_ID = 1


@dataclass(frozen=True, slots=True)
class Caller:
    """Who is asking, as a sign-in or a token proves it; the staff member is the default operator.

    `grant_id` is the row of that sign-in or token.
    """

    account_id: int
    username: str
    roles: frozenset[str]
    grant_id: int
    staff_member_id: int | None = None
    staff_code: str | None = None
    staff_name: str | None = None
    language: str = ""

    def has_any(self, roles: Collection[str]) -> bool:
        """Whether one of `roles` is the caller's."""
        return not self.roles.isdisjoint(roles)

    def check_figures_of(self, code: str) -> None:
        """The head sees everybody's figures and what is said of them, anybody else the own. Raises ForbiddenError."""
        if not self.has_any(LEADING) and code != self.staff_code:
            raise ForbiddenError(N_("These are the figures of somebody else."))


def idle_minutes_of(roles: Collection[str], setting: object) -> int:
    """The longest idle time of an account's roles, in minutes; what the setting lacks has its default."""
    given = setting if isinstance(setting, Mapping) else {}
    minutes = [
        value if isinstance(value := given.get(role), int) and value > 0 else IDLE_MINUTES[role]
        for role in roles
        if role in IDLE_MINUTES
    ]
    return max(minutes, default=min(IDLE_MINUTES.values()))
