"""What the web server loads: the application behind its proxies, a few requests at a time."""

from typing import TYPE_CHECKING

from werkzeug.middleware.proxy_fix import ProxyFix

from config import Settings
from tracker import create_app
from tracker.web.few_at_once import FewAtOnce

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

REQUESTS_AT_ONCE = 4


def _application(settings: Settings) -> FewAtOnce:
    wsgi_app: WSGIApplication = create_app(settings.as_flask()).wsgi_app
    if proxies := settings.trusted_proxies:
        wsgi_app = ProxyFix(wsgi_app, x_for=proxies, x_proto=proxies, x_host=proxies)
    return FewAtOnce(wsgi_app, limit=REQUESTS_AT_ONCE)


app = _application(Settings.from_environment())
