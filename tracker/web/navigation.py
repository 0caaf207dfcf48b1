"""The entries of the bar at the top: what there is, and which role sees it."""

from collections.abc import Collection
from dataclasses import dataclass

from flask import Flask, request
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

CLINICAL = frozenset({"reception", "sonographer", "head"})
EVERYONE = CLINICAL | {"admin"}


@dataclass(frozen=True)
class NavigationItem:
    """One entry; whether a role may really open it is decided by the access table, not here."""

    path: str
    text: LazyString
    icon: str
    roles: frozenset[str]

    @property
    def is_current(self) -> bool:
        """Whether the page shown is this one or lies below it."""
        return request.path == self.path or request.path.startswith(f"{self.path}/")


NAVIGATION = (
    NavigationItem("/board", _l("Board"), "layout-dashboard", EVERYONE),
    NavigationItem("/book", _l("Book"), "calendar-plus", CLINICAL),
    NavigationItem("/worklist", _l("Worklist"), "list-check", frozenset({"sonographer", "head"})),
    NavigationItem("/schedule", _l("Schedule"), "timeline", EVERYONE),
    NavigationItem("/patients", _l("Patients"), "users", CLINICAL),
    NavigationItem("/settle", _l("To settle"), "flag", frozenset({"reception", "head"})),
    NavigationItem("/exams", _l("Exams"), "report-medical", frozenset({"sonographer", "head"})),
    NavigationItem("/volume", _l("Volume"), "chart-bar", frozenset({"head"})),
    NavigationItem("/admin", _l("Administration"), "settings", frozenset({"admin"})),
)


def navigation_for(roles: Collection[str]) -> list[NavigationItem]:
    """The entries that somebody with these roles sees, in their order."""
    return [item for item in NAVIGATION if not item.roles.isdisjoint(roles)]


def register_navigation(app: Flask) -> None:
    """Give templates `navigation_for(roles)`."""
    app.jinja_env.globals["navigation_for"] = navigation_for
