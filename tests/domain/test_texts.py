"""Texts made plain, and the form in which they are searched."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.errors import InvalidError
from tracker.domain.texts import plain_line, search_form


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  王 \u3000 芳\t", "王 芳"),
        ("e\u0301clair", "éclair"),
        ("\u202eevil\u202c", "evil"),
        ("a\u200bb\ufeff", "ab"),
        ("<b>'; --", "<b>'; --"),
        ("𠮷田", "𠮷田"),
        ("scanned\n", "scanned"),
    ],
)
def test_a_line_is_composed_and_visible(typed, kept):
    assert plain_line(typed, field="name", longest=20) == kept


@pytest.mark.parametrize(
    "typed", ["a\0b", "a\nb", "a\x1bb", "a\u2028b", "a\ud800b", "", " \u200b ", "x" * 21]
)
def test_what_cannot_be_kept_is_refused_on_its_field(typed):
    with pytest.raises(InvalidError) as refused:
        plain_line(typed, field="name", least=1, longest=20)
    assert refused.value.field == "name"


@pytest.mark.parametrize(
    ("typed", "form"),
    [
        ("Shan Xiao-Ming", "shanxiaoming"),
        ("Ｗａｎｇ１", "wang1"),
        ("lǚ", "lv"),
        ("José", "jose"),
        ("张·三", "张三"),
        ("+86 (138) 0013-8000", "8613800138000"),
        ("%_*'\"\\", ""),
        ("𠮷", "𠮷"),
    ],
)
def test_the_form_for_searching_has_letters_and_digits_only(typed, form):
    assert search_form(typed) == form


@given(st.text())
def test_the_form_for_searching_is_its_own_form(text):
    assert search_form(search_form(text)) == search_form(text)
