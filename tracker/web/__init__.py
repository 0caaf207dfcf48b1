"""Everything that knows HTTP for people: access, forms, views, errors; no rule and no SQL."""

from flask import Flask


def register_web(app: Flask) -> None:
    """Attach pages, filters and error pages to the application."""
    from tracker.passwords import set_cost
    from tracker.web.access import register_access
    from tracker.web.assets import register_assets
    from tracker.web.compression import register_compression
    from tracker.web.errors import register_errors
    from tracker.web.filters import register_filters
    from tracker.web.languages import register_languages
    from tracker.web.navigation import register_navigation
    from tracker.web.office import register_office
    from tracker.web.pages import register_pages
    from tracker.web.person import register_person
    from tracker.web.requests import register_requests
    from tracker.web.security import register_proxies, register_security

    set_cost(**app.config.get("ARGON2", {}))
    register_proxies(app)
    register_errors(app)
    # Each of these looks at every request, in this order.
    register_requests(app)
    register_person(app)
    register_access(app)
    register_security(app)

    register_compression(app)
    register_languages(app)
    register_assets(app)
    register_filters(app)
    register_navigation(app)
    register_office(app)
    register_pages(app)
