"""What the web server loads: the application, a few requests at a time."""

import gc
from typing import TYPE_CHECKING

from config import Settings
from tracker import create_app
from tracker.web.few_at_once import FewAtOnce

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

REQUESTS_AT_ONCE = 4


def _application(settings: Settings) -> FewAtOnce:
    wsgi_app: WSGIApplication = create_app(settings.as_flask()).wsgi_app
    return FewAtOnce(wsgi_app, limit=REQUESTS_AT_ONCE)


app = _application(Settings.from_environment())
# What was built lives as long as the process: a full collection that walks it costs 100 ms in the middle
# of some request, and never finds anything.
gc.collect()
gc.freeze()
