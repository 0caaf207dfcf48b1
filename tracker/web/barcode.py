"""A number as a barcode that a scanner at the desk reads: Code 128 as bars on a page. Where it stands is the page's."""

from dataclasses import dataclass
from itertools import groupby

from barcode.codex import Code128

QUIET_MODULES = 10
"""The white that a scanner needs before the first and after the last bar, in widths of the thinnest one."""


@dataclass(frozen=True, slots=True)
class Barcode:
    """Bars as (left edge, width), and the width of all with the white around, in widths of the thinnest bar."""

    text: str
    bars: tuple[tuple[int, int], ...]
    width: int


def code_128(text: str) -> Barcode:
    """The bars of a text of ASCII characters, at least one."""
    modules = "".join(Code128(text).build())
    bars, at = [], QUIET_MODULES
    for module, run in groupby(modules):
        width = len(list(run))
        if module == "1":
            bars.append((at, width))
        at += width
    return Barcode(text, tuple(bars), at + QUIET_MODULES)
