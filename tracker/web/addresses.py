"""Addresses inside this site: where a form may send a person back to, and how a page is left."""

from urllib.parse import urlsplit

from flask import Response, request


def is_local_path(address: str) -> bool:
    """Whether an address is a plain path of this site, so that following it cannot leave it.

    Browsers read a backslash as a slash and drop control characters: `/\\evil` is not local.
    """
    if not address.startswith("/") or address.startswith(("//", "/\\")):
        return False
    if any(character < "!" or character in "\\\x7f" for character in address):
        return False
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return not parts.scheme and not parts.netloc


def local_path(address: str | None, default: str = "/") -> str:
    """The address if it is a path of this site, else `default`."""
    return address if address and is_local_path(address) else default


def see_other(address: str) -> Response:
    """Leave for another page: 303, or for htmx the header that makes the browser go there.

    htmx would follow a 303 itself and put a whole page into a fragment.
    """
    if request.headers.get("HX-Request") == "true":
        return Response(status=204, headers={"HX-Redirect": address})
    return Response(status=303, headers={"Location": address})
