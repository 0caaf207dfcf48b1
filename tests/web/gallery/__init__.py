"""A small application that shows every macro on made-up values: for the tests of the frame alone.

It is not the product: no database, nobody signs in. `gallery_app()` serves /, /form, /timeline,
/charts, /login, /errors/<status> and /broken.
"""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from flask import Blueprint, Flask, Response, flash, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf import CSRFProtect, FlaskForm
from jinja2 import ChoiceLoader, FileSystemLoader
from wtforms import (
    BooleanField,
    DateField,
    HiddenField,
    IntegerField,
    PasswordField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Optional

from tracker.web.assets import register_assets
from tracker.web.filters import register_filters
from tracker.web.languages import register_languages
from tracker.web.navigation import register_navigation

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent.parent
TODAY = date(2026, 11, 23)
blueprint = Blueprint("gallery", __name__)
POLICY = "default-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'"


class PatientForm(FlaskForm):
    """One field of every kind."""

    name = StringField("Name", [InputRequired("A name is needed.")])
    mrn = StringField("Patient number", [Optional()], description="Scan the card or leave empty.")
    birth_date = DateField("Birth date", [InputRequired("A birth date is needed.")])
    parts = IntegerField("Parts", [InputRequired()], default=1)
    stream = SelectField(
        "Stream",
        choices=[SelectChoice("outpatient", "门诊"), SelectChoice("cadre_ward", "干部病房")],
    )
    sex = RadioField(
        "Sex",
        [InputRequired("Choose one.")],
        choices=[SelectChoice("f", "女"), SelectChoice("m", "男")],
    )
    fasting = BooleanField("Has fasted for 8 hours")
    reason = StringField("Reason", [InputRequired("A reason is needed.")])
    note = TextAreaField("Note", [Optional()])
    version = HiddenField(default="3")


class LoginForm(FlaskForm):
    """The fields of the sign-in page."""

    username = StringField("User name", [InputRequired()])
    password = PasswordField("Password", [InputRequired()])
    next = HiddenField()


def at(hour: int, minute: int, day: date = TODAY) -> datetime:
    """An instant of the gallery's day, given in Shanghai time."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC) - timedelta(hours=8)


def openings() -> list[SimpleNamespace]:
    """Seven openings on two days."""
    days = [TODAY] * 5 + [TODAY + timedelta(days=1)] * 2
    return [
        SimpleNamespace(
            start=at(8 + index, 10 * index % 60, day),
            end=at(8 + index, 10 * index % 60 + 9, day),
            device=f"US{index + 3:02}",
            place="门诊楼 3 层 312 室",
            operator="王建国",
            note="" if index % 2 else "带状时段 08:00–08:30",
            value=f"US{index + 3:02}@{index}",
        )
        for index, day in enumerate(days)
    ]


def timeline_data() -> dict[str, Any]:
    """A filled day of 21 devices, as the schedule page would hand it over."""
    devices = [f"US{number:02}" for number in range(1, 21)] + ["P01"]
    statuses = ["completed", "in_progress", "arrived", "booked"]
    day = TODAY.isoformat()
    bookings = [
        {
            "id": str(100 * place + turn),
            "device": device,
            "start": f"{day}T{8 + turn // 4:02}:{turn % 4 * 15:02}",
            "end": f"{day}T{8 + turn // 4:02}:{turn % 4 * 15 + 11 + place % 4:02}",
            "title": ("腹部", "浅表", "心脏", "血管")[(place + turn) % 4],
            "label": "08:00 张三 腹部",
            "status": statuses[min(turn // 4, 3)],
            "added": turn == 5,
            "flagged": turn == 9,
            "href": "/form",
            "move_href": "/form",
        }
        for place, device in enumerate(devices)
        for turn in range(16)
    ]
    return {
        "date": day,
        "utc_offset": "+08:00",
        "from": "07:00",
        "until": "18:00",
        "scroll": "08:00",
        "devices": [{"id": code, "title": code, "place": "3 层 312 室"} for code in devices],
        "blocks": [
            {"device": code, "start": f"{day}T08:00", "end": f"{day}T12:00", "title": "王建国"}
            for code in devices[:20]
        ],
        "closures": [
            {"device": "US20", "start": f"{day}T10:00", "end": f"{day}T17:00", "title": "检修"}
        ],
        "bookings": bookings,
    }


def gallery_app(translations: str = str(ROOT / "translations")) -> Flask:
    """Build the application; nothing of it touches a database."""
    app = Flask(__name__, template_folder=str(HERE), static_folder=None)
    app.config.update(
        SECRET_KEY="gallery" * 8,
        TRIAL=True,
        HOSPITAL_TIMEZONE="Asia/Shanghai",
        BABEL_TRANSLATION_DIRECTORIES=translations,
    )
    loaders = [FileSystemLoader(ROOT / "templates"), FileSystemLoader(HERE)]
    app.jinja_options = {"loader": ChoiceLoader(loaders)}
    CSRFProtect(app)
    register_languages(app)
    register_assets(app)
    register_filters(app)
    register_navigation(app)
    app.context_processor(_somebody)
    app.after_request(_with_policy)
    app.register_blueprint(blueprint)
    return app


def _with_policy(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = POLICY
    return response


def _somebody() -> dict[str, Any]:
    roles = frozenset(request.args.get("roles", "head,sonographer,admin").split(","))
    user = SimpleNamespace(is_authenticated="nobody" not in roles, name="王建国", roles=roles)
    return {"current_user": user, "settle_count": 3}


@blueprint.get("/")
def page() -> ResponseReturnValue:
    """Every macro of a desk page."""
    for kind in ("success", "info", "warning", "error"):
        flash(f"已预约 US03，2026年11月23日 周一 08:30 ({kind})", kind)
    rows = ["booked", "arrived", "in_progress", "completed", "cancelled", "no_show"]
    return render_template(
        "gallery.html", form=PatientForm(), openings=openings(), rows=rows, today=TODAY, at=at
    )


@blueprint.route("/form", methods=["GET", "POST"])
def form() -> ResponseReturnValue:
    """A panel: for htmx alone, else as a page; 422 where a field is wrong."""
    filled = PatientForm()
    done = filled.validate_on_submit()
    name = "panel.html" if request.headers.get("HX-Request") else "panel_page.html"
    return render_template(name, form=filled), 422 if filled.errors and not done else 200


@blueprint.post("/find")
def find() -> ResponseReturnValue:
    """What a search finds."""
    return render_template("found.html", q=request.form["q"])


@blueprint.get("/timeline")
def timeline() -> ResponseReturnValue:
    """The timeline alone."""
    return render_template("timeline.html", data=timeline_data())


@blueprint.get("/charts")
def charts() -> ResponseReturnValue:
    """A bar chart and a heat map of one table."""
    months = [(f"{month} 月", 14000 + 700 * (month % 5), 15833) for month in range(1, 13)]
    return render_template("charts.html", months=months)


@blueprint.get("/login")
def login() -> ResponseReturnValue:
    """The sign-in page."""
    return render_template("login.html", form=LoginForm())


@blueprint.get("/healthz")
def healthz() -> ResponseReturnValue:
    """For the line that says the server is away."""
    return "ok"


@blueprint.get("/errors/<int:status>")
def error(status: int) -> ResponseReturnValue:
    """A refusal, as a page or (?fragment) for htmx."""
    name = "errors/fragment.html" if "fragment" in request.args else "errors/page.html"
    return render_template(name, status=status, reasons=["12 台设备没有造影软件"], back="/")


@blueprint.get("/broken")
def broken() -> ResponseReturnValue:
    """The page of last resort."""
    return render_template("errors/broken.html", reference="7f3a")
