"""The language of a page: chosen by cookie, else by the browser; and the switch that chooses it."""

from flask import Blueprint, Flask, Response, has_request_context, request
from flask.typing import ResponseReturnValue
from flask_babel import Babel

from tracker.web.addresses import local_path, see_other

LANGUAGES = ("zh", "en")
DEFAULT_LANGUAGE = LANGUAGES[0]
HTML_LANGUAGES = {"zh": "zh-CN", "en": "en"}
COOKIE = "lang"
COOKIE_SECONDS = 365 * 24 * 3600

blueprint = Blueprint("languages", __name__)


def current_language() -> str:
    """zh or en: this browser's choice, else what it asks for (Accept-Language), else zh."""
    if not has_request_context():
        return DEFAULT_LANGUAGE
    chosen = request.cookies.get(COOKIE)
    if chosen in LANGUAGES:
        return chosen
    return request.accept_languages.best_match(LANGUAGES) or DEFAULT_LANGUAGE


def html_language() -> str:
    """The value of <html lang>: it also picks the Chinese forms of shared characters."""
    return HTML_LANGUAGES[current_language()]


def remember_language(response: Response, language: str) -> None:
    """Keep a choice for this browser; anything that is not a language of ours is ignored.

    The sign-in calls it with the account's language, so that a person's choice follows them.
    """
    if language in LANGUAGES:
        response.set_cookie(
            COOKIE,
            language,
            max_age=COOKIE_SECONDS,
            httponly=True,
            samesite="Lax",
            secure=request.is_secure,
        )


@blueprint.post("/language")
def choose_language() -> ResponseReturnValue:
    """Take the fields `lang` and `next` (a path of this site) and go back there."""
    response = see_other(local_path(request.form.get("next")))
    remember_language(response, request.form.get("lang", ""))
    return response


def register_languages(app: Flask) -> None:
    """Attach Flask-Babel and the switch. Catalogues lie in translations/zh: zh_CN is never found."""
    Babel(app, locale_selector=current_language)
    app.jinja_env.globals.update(current_language=current_language, html_language=html_language)
    app.register_blueprint(blueprint)
