"""The board: every device of the department at this moment, refreshed by the page itself."""

from collections import Counter
from collections.abc import Sequence

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from tracker.queries import read_session
from tracker.queries.board import BoardDevice, board
from tracker.web.fragments import is_htmx, render_block
from tracker.web.person import request_now

blueprint = Blueprint("board", __name__)

STATES = ("free", "in_use", "waiting", "closed")


@blueprint.get("/board")
def show() -> ResponseReturnValue:
    """All devices, or those in one `state`; for htmx the devices alone."""
    with read_session() as reading:
        devices = board(reading, now=request_now())
    wanted = request.args.get("state", "")
    context = {
        "devices": [each for each in devices if wanted in ("", state_of(each))],
        "counts": _counts(devices),
        "total": len(devices),
        "state": wanted if wanted in STATES else "",
        "now": request_now(),
        "state_of": state_of,
    }
    if is_htmx():
        return render_block("board/board.html", "content", **context)
    return render_template("board/board.html", **context)


def state_of(device: BoardDevice) -> str:
    """The word of the board: a device that stands still while patients wait is not simply free."""
    return "waiting" if device.idle_minutes else device.state


def _counts(devices: Sequence[BoardDevice]) -> dict[str, int]:
    found = Counter(state_of(device) for device in devices)
    return {state: found[state] for state in STATES}
