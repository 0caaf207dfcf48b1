"""What the benchmark's server loads: the product, and under /bare/ the baseline, in the same processes."""

from benchmarks.bare import create_bare_app
from config import Settings
from tracker.web.few_at_once import FewAtOnce
from tracker.wsgi import app as product

_bare = FewAtOnce(create_bare_app(Settings.from_environment().database_url).wsgi_app, limit=4)


def app(environ, start_response):  # type: ignore[no-untyped-def]
    """Send /bare/ to the baseline and everything else to the product."""
    inner = _bare if environ["PATH_INFO"].startswith("/bare/") else product
    return inner(environ, start_response)
