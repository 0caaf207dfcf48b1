"""Signing in as a browser does, and what a page weighs on the wire with everything it refers to."""

import gzip
import http.client
import re
import urllib.parse

TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
_ASSET = re.compile(r'(?:src|href)="(/assets/[^"#]+)')


def sign_in(port: int, username: str, password: str) -> str:
    """The Cookie header of a signed-in person. Raises RuntimeError when the server refuses."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", "/login")
    answer = connection.getresponse()
    page = answer.read().decode()
    cookie = _cookies(answer)
    found = TOKEN.search(page)
    body = urllib.parse.urlencode(
        {
            "username": username,
            "password": password,
            "csrf_token": found.group(1) if found else "",
        }
    )
    headers = {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"}
    connection.request("POST", "/login", body, headers)
    answer = connection.getresponse()
    answer.read()
    if answer.status != http.HTTPStatus.SEE_OTHER:
        raise RuntimeError(f"signing in as {username} was answered {answer.status}")
    return _cookies(answer) or cookie


def _cookies(answer: http.client.HTTPResponse) -> str:
    fields = answer.headers.get_all("Set-Cookie") or []
    return "; ".join(field.split(";", 1)[0] for field in fields)


def page_sizes(port: int, headers: dict[str, str], path: str) -> tuple[int, int]:
    """Bytes on the wire of a page, and of all assets it names, as compressed as the server sends them."""
    page, text = _get(port, headers, path)
    assets = sorted(set(_ASSET.findall(text)))
    return page, sum(_get(port, headers, asset)[0] for asset in assets)


def _get(port: int, headers: dict[str, str], path: str) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    body = answer.read()
    size = len(body) + len(str(answer.headers))
    if answer.headers.get("Content-Encoding") == "gzip":
        body = gzip.decompress(body)
    return size, body.decode("utf-8", "replace")
