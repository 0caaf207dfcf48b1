"""Text that people type or scan, made plain: what may stand in it, and the one form in which it is searched."""

import unicodedata

from tracker.domain.errors import N_, InvalidError

LONGEST_REASON = 400  # characters, as wide as every column that keeps a reason

_NOT_KEPT = frozenset({"Cc", "Cs", "Zl", "Zp"})  # controls, halves of characters, ends of lines
_U_UMLAUT = str.maketrans(dict.fromkeys("üǖǘǚǜ", "v"))


def plain_line(text: str, *, field: str, longest: int, least: int = 0) -> str:
    """One line of `least` to `longest` characters: composed, its spaces single, no mark that is invisible.

    Marks that change the direction of writing are left out. Raises InvalidError on `field` for a control
    character, a line break inside, half a character, and a length out of range.
    """
    composed = unicodedata.normalize("NFC", text.strip())
    refuse_controls(composed, field=field)
    kinds = [unicodedata.category(letter) for letter in composed]
    visible = (letter for letter, kind in zip(composed, kinds, strict=True) if kind != "Cf")
    line = " ".join("".join(visible).split())
    if not least <= len(line) <= longest:
        raise _length_refusal(field, least, longest)
    return line


def refuse_controls(text: str, *, field: str, but: str = "") -> None:
    """Raise InvalidError on `field` for a control character, a line break or half a character, `but` for some."""
    if any(unicodedata.category(letter) in _NOT_KEPT for letter in text if letter not in but):
        raise InvalidError(N_("This text holds characters that cannot be kept."), field=field)


def needed_reason(text: str) -> str:
    """A reason that must be given, as one line. Raises InvalidError on `reason`."""
    if not text.strip():
        raise InvalidError(N_("A reason is needed."), field="reason")
    return plain_line(text, field="reason", longest=LONGEST_REASON)


def _length_refusal(field: str, least: int, longest: int) -> InvalidError:
    if least:
        text = N_("Enter %(least)s to %(most)s characters.")
        return InvalidError(text, field=field, params={"least": least, "most": longest})
    text = N_("Enter at most %(count)s characters.")
    return InvalidError(text, field=field, params={"count": longest})


def search_form(text: str) -> str:
    """The form in which texts are compared by prefix: lower case, letters and digits only, no accents.

    ü becomes v, as people type it in pinyin. Full-width letters and digits become ordinary ones.
    """
    lowered = unicodedata.normalize("NFKC", text).casefold().translate(_U_UMLAUT)
    return "".join(filter(_is_searched, unicodedata.normalize("NFD", lowered)))


def _is_searched(letter: str) -> bool:
    kind = unicodedata.category(letter)
    # rare characters of names may be newer than Python's tables, or stand in a private area
    return kind[0] in "LN" or kind in {"Co", "Cn"}


_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def harmless_cell(text: str) -> str:
    """A text as a cell of a table that Excel opens: what would be read as a formula gets an apostrophe before it.

    Full-width signs too: Excel in Chinese reads them as the plain ones.
    """
    return f"'{text}" if text.startswith(_FORMULA) else text
