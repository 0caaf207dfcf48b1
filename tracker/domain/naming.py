"""How a patient's name is written where strangers can read it. Searching and sorting names is done elsewhere."""

import unicodedata

_BETWEEN = "·•・-'’"  # 阿***·**提: what parts a name is not what names a person


def mask_name(name: str) -> str:
    """The name with its middle hidden: 张*明, 欧**华, 张*; in an alphabet each word's first letter: J*** S****.

    One character alone gains a star, so that nobody can tell it from a longer name. Marks that change the
    direction of writing, or cannot be seen, are left out.
    """
    words = [
        "".join(filter(_is_written, word)) for word in unicodedata.normalize("NFC", name).split()
    ]
    words = [word for word in words if word]
    if any(_is_without_case(letter) for word in words for letter in word):
        return _mask_characters("".join(words))
    return " ".join(_mask_word(word) for word in words)


def _is_written(letter: str) -> bool:
    return unicodedata.category(letter) not in {"Cc", "Cf", "Cs", "Me", "Mn"}


def _is_without_case(letter: str) -> bool:
    # Chinese and every other writing without capitals; rare characters of names may be too new to be known
    return unicodedata.category(letter) in {"Lo", "Cn", "Co"}


def _mask_characters(name: str) -> str:
    if len(name) < 3:
        return name[0] + "*"
    return name[0] + "".join(map(_star, name[1:-1])) + name[-1]


def _mask_word(word: str) -> str:
    return word[0] + "".join(map(_star, word[1:]))


def _star(letter: str) -> str:
    return letter if letter in _BETWEEN else "*"
