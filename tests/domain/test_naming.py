"""Names as a screen in the waiting room shows them."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.domain.days import examples
from tracker.domain.naming import mask_name


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("张晓明", "张*明"),
        ("张明", "张*"),
        ("张", "张*"),
        ("欧阳建华", "欧**华"),
        ("阿卜杜拉·买买提", "阿***·**提"),
        ("张　明", "张*"),
        ("  张 晓 明 ", "张*明"),
        ("𠮷田明", "𠮷*明"),
        ("葛\U000e0100明华", "葛*华"),
        ("张\N{RIGHT-TO-LEFT OVERRIDE}晓明", "张*明"),
        ("金민준", "金*준"),
        ("John Smith", "J*** S****"),
        ("José Müller", "J*** M*****"),
        ("Jose\N{COMBINING ACUTE ACCENT}", "J***"),
        ("Anne-Marie O'Neill", "A***-***** O'*****"),
        ("Li", "L*"),
        ("张Tony", "张***y"),
        ("", ""),
        ("  \t", ""),
        ("\N{ZERO WIDTH SPACE}", ""),
    ],
)
def test_the_middle_of_a_name_is_hidden(name: str, shown: str) -> None:
    assert mask_name(name) == shown


def test_a_character_younger_than_this_software_is_hidden_like_any_other() -> None:
    assert mask_name("张\U0003134a明") == "张*明"
    assert mask_name("张\U000f0000明") == "张*明"


@examples
@given(st.text(st.characters(categories=["Lo"]), min_size=1))
def test_no_more_than_the_first_and_the_last_character_is_shown(name: str) -> None:
    shown = mask_name(name)
    assert len(shown.replace("*", "")) <= 2
    assert "*" in shown


@examples
@given(st.text())
def test_no_two_letters_of_a_row_are_shown(name: str) -> None:
    shown = mask_name(name)
    assert not any(one.isalpha() and other.isalpha() for one, other in pairwise(shown))
