"""The entries of the bar at the top: what there is, and which role sees it."""

from collections.abc import Collection
from dataclasses import dataclass

from flask import Flask, request
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from tracker.domain.roles import CLOSING, DESK_WORK, EVERYBODY, EXAM_WORK, LEADING, OFFICE, Role


@dataclass(frozen=True)
class NavigationItem:
    """One entry; whether a role may really open it is decided by the access table, not here."""

    path: str
    text: LazyString
    icon: str
    roles: frozenset[Role]

    @property
    def is_current(self) -> bool:
        """Whether the page shown is this one or lies below it."""
        return request.path == self.path or request.path.startswith(f"{self.path}/")


NAVIGATION = (
    NavigationItem("/board", _l("Board"), "layout-dashboard", EVERYBODY),
    NavigationItem("/book", _l("Book"), "calendar-plus", DESK_WORK),
    NavigationItem("/worklist", _l("Worklist"), "list-check", EXAM_WORK),
    NavigationItem("/schedule", _l("Schedule"), "timeline", EVERYBODY),
    NavigationItem("/plan", _l("Device plan"), "calendar-week", LEADING),
    NavigationItem("/bookings", _l("Day list"), "calendar-event", DESK_WORK),
    NavigationItem("/patients", _l("Patients"), "users", DESK_WORK),
    NavigationItem("/settle", _l("To settle"), "flag", frozenset({Role.RECEPTION, Role.HEAD})),
    NavigationItem("/exams", _l("Exams"), "report-medical", EXAM_WORK),
    NavigationItem("/volume", _l("Volume"), "chart-bar", LEADING),
    NavigationItem("/closures", _l("Closures"), "calendar-off", CLOSING),
    NavigationItem("/admin", _l("Administration"), "settings", OFFICE),
)
OFFICE_PAGES = (
    NavigationItem("/admin/devices", _l("Devices"), "stethoscope", OFFICE),
    NavigationItem("/admin/exam-types", _l("Exam types"), "clipboard-list", OFFICE),
    NavigationItem("/admin/streams", _l("Streams"), "users", OFFICE),
    NavigationItem("/admin/staff", _l("Staff"), "id-badge-2", OFFICE),
    NavigationItem("/admin/weekly-blocks", _l("Weekly blocks"), "calendar-week", OFFICE),
    NavigationItem("/admin/calendar", _l("Working calendar"), "calendar", OFFICE),
    NavigationItem("/admin/targets", _l("Targets"), "target", OFFICE),
    NavigationItem("/admin/shares", _l("Shares of points"), "users", OFFICE),
    NavigationItem("/admin/department", _l("Hours and settings"), "adjustments", OFFICE),
    NavigationItem("/admin/accounts", _l("Accounts"), "key", OFFICE),
    NavigationItem("/admin/audit", _l("Audit"), "history", OFFICE),
)
"""The pages below Administration, in the order of its list."""
VOLUME_PAGES = (
    NavigationItem("/volume", _l("Today"), "chart-bar", LEADING),
    NavigationItem("/volume/year", _l("Year"), "target", LEADING),
    NavigationItem("/volume/explore", _l("Explore"), "table", LEADING),
    NavigationItem("/volume/devices", _l("Devices"), "stethoscope", LEADING),
    NavigationItem("/volume/quality", _l("Quality"), "clock", LEADING),
    NavigationItem("/volume/capabilities", _l("New machine"), "circle-plus", LEADING),
    NavigationItem("/volume/import", _l("Import"), "clipboard-list", LEADING),
    NavigationItem("/volume/months", _l("Months"), "calendar", LEADING),
    NavigationItem("/volume/staff", _l("Doctors"), "users", LEADING),
    NavigationItem("/volume/mine", _l("My figures"), "user", EXAM_WORK),
)
"""The bar of the volume's pages, in its order: today, year, explore, devices, staff, quality, import, closing."""


def navigation_for(roles: Collection[str]) -> list[NavigationItem]:
    """The entries that somebody with these roles sees, in their order."""
    return [item for item in NAVIGATION if not item.roles.isdisjoint(roles)]


def volume_pages_for(roles: Collection[str]) -> list[tuple[NavigationItem, bool]]:
    """The pages of the volume for somebody with these roles, each with whether it is shown or holds the page shown."""
    pages = [item for item in VOLUME_PAGES if not item.roles.isdisjoint(roles)]
    current = max((item.path for item in pages if item.is_current), key=len, default="")
    return [(item, item.path == current) for item in pages]


def register_navigation(app: Flask) -> None:
    """Give templates `navigation_for(roles)`, `volume_pages_for(roles)` and the administrator's `office_pages`."""
    app.jinja_env.globals["volume_pages_for"] = volume_pages_for
    app.jinja_env.globals["office_pages"] = OFFICE_PAGES
    app.jinja_env.globals["navigation_for"] = navigation_for
