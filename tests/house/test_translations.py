"""Both languages complete: each message of the source is translated, none is left over or doubtful."""

import functools

import pytest
from babel.messages.catalog import Catalog, Message

from tests.support.translations import LANGUAGES, catalogue_file, extracted, read

ADVICE = "run `python -m tests.support.translations`, then translate what is empty"

of_source = functools.cache(extracted)

each_language = pytest.mark.parametrize("language", LANGUAGES)


@functools.cache
def of_language(language: str) -> Catalog:
    return read(catalogue_file(language))


@each_language
def test_the_catalogue_holds_the_messages_of_the_source(language: str) -> None:
    source, catalogue = keys(of_source()), keys(of_language(language))
    assert (sorted(source - catalogue), sorted(catalogue - source)) == ([], []), ADVICE


@each_language
def test_every_message_is_translated(language: str) -> None:
    assert [m.id for m in messages(of_language(language)) if not all(texts(m))] == [], ADVICE


@each_language
def test_no_translation_is_doubtful(language: str) -> None:
    assert [m.id for m in messages(of_language(language)) if m.fuzzy] == []


@each_language
def test_translations_have_the_places_of_their_messages(language: str) -> None:
    catalogue = of_language(language)
    wrong = [(m.id, list(map(str, m.check(catalogue)))) for m in messages(catalogue)]
    assert [pair for pair in wrong if pair[1]] == []


def messages(catalogue: Catalog) -> list[Message]:
    return [message for message in catalogue if message.id]


def keys(catalogue: Catalog) -> set[tuple[str, ...]]:
    return {(message.context or "", *ids(message)) for message in messages(catalogue)}


def ids(message: Message) -> tuple[str, ...]:
    return (message.id,) if isinstance(message.id, str) else tuple(message.id)


def texts(message: Message) -> tuple[str, ...]:
    return (message.string,) if isinstance(message.string, str) else tuple(message.string)
