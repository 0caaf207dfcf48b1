"""Sizes: small functions and files, so that a reader can hold one in mind."""

from statistics import median

from tests.support.sources import Function, functions_in, python_files, text_of

PRODUCT = ("tracker/", "config.py", "run.py", "assets/", "benchmarks/", "release/")
# Long by nature, not by neglect: fields one after the other.
DECLARATIVE = ("tracker/models/", "tracker/web/forms/", "migrations/")


def test_no_function_is_longer_than_40_lines() -> None:
    assert [f"{f.where}: {f.lines}" for f in functions(*PRODUCT) if f.lines > 40] == []


def test_nine_in_ten_functions_have_at_most_25_lines() -> None:
    sizes = sorted(function.lines for function in functions("tracker/"))
    print(f"{len(sizes)} functions in tracker/, median {median(sizes)} lines")
    assert sizes[int(len(sizes) * 0.9)] <= 25


def test_no_file_is_longer_than_the_house_allows() -> None:
    too_long = []
    for name in python_files():
        lines = text_of(name).count("\n")
        limit = 400 if name.startswith("tests/") else 300
        if lines > limit and not name.startswith(DECLARATIVE):
            too_long.append(f"{name}: {lines} lines, at most {limit}")
    assert too_long == []


def functions(*folders: str) -> list[Function]:
    return [function for name in python_files(*folders) for function in functions_in(name)]
