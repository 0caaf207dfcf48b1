"""The start page of each role."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from tracker.domain.roles import Role
from tracker.web.addresses import see_other
from tracker.web.person import caller

blueprint = Blueprint("home", __name__)

# The first of these roles that somebody has decides.
START_PAGES = {
    Role.RECEPTION: "/board",
    Role.SONOGRAPHER: "/worklist",
    Role.HEAD: "/volume",
    Role.ADMIN: "/admin",
}


@blueprint.get("/")
def show() -> ResponseReturnValue:
    """Go to where the person's work begins."""
    roles = caller().roles
    return see_other(
        next((page for role, page in START_PAGES.items() if role in roles), "/account")
    )
