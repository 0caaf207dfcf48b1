"""What protects every page: CSRF tokens, headers, cookies by scheme, and which proxies are believed."""

from flask import Flask, Response, request
from flask.sessions import SecureCookieSessionInterface
from flask_wtf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from tracker.web.access import API_PREFIX

# Nothing inline and nothing from elsewhere. No upgrade-insecure-requests and no HSTS: an intranet may
# speak plain HTTP, and where it does not, the proxy that ends TLS says so.
HEADERS = {
    "Content-Security-Policy": "; ".join(
        (
            "default-src 'self'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
            "object-src 'none'",
        )
    ),
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


class CookieByScheme(SecureCookieSessionInterface):
    """The session cookie is Secure where the settings say so, and whenever the page came by HTTPS."""

    def get_cookie_secure(self, app: Flask) -> bool:
        """Whether the cookie may travel by HTTPS alone."""
        return bool(app.config["SESSION_COOKIE_SECURE"]) or request.is_secure


def register_proxies(app: Flask) -> None:
    """Believe X-Forwarded-* of as many proxies as TRUSTED_PROXIES says; of none by default."""
    proxies = app.config.get("TRUSTED_PROXIES", 0)
    if proxies:
        fixed = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=proxies, x_host=proxies)
        app.wsgi_app = fixed  # type: ignore[method-assign]


def register_security(app: Flask) -> None:
    """Attach all of it. Register it after access: a form sent too late is first asked who sends it."""
    app.session_interface = CookieByScheme()
    # A token lasts as long as its sign-in: pages stay open for a whole shift.
    app.config["WTF_CSRF_TIME_LIMIT"] = None
    # The token and SameSite suffice; a proxy that rewrites the host must not break every form.
    app.config["WTF_CSRF_SSL_STRICT"] = False
    app.config["WTF_CSRF_CHECK_DEFAULT"] = False
    csrf = CSRFProtect(app)

    @app.before_request
    def check_csrf() -> None:
        # The JSON interface knows bearer tokens only, which no browser sends by itself.
        if not request.path.startswith(API_PREFIX):
            csrf.protect(apply_exemptions=True)

    app.after_request(_protect)


def _protect(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if response.mimetype == "text/html" or "Content-Disposition" in response.headers:
        # Desks are shared: after a sign-out neither the back button nor a kept download may show a name.
        response.headers.setdefault("Cache-Control", "no-store")
    return response
