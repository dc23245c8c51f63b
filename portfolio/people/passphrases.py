"""What a passphrase must be like: long, and not one that anybody would try first. It may be made of anything.

The common ones are `common_passphrases.txt.gz`: the frequency list of leaked ones and the most used English words of
zxcvbn 4.5.0, which come under the MIT licence; both stand at the head of the file.
"""

import gzip
import re
import string
import unicodedata
from collections.abc import Iterable, Iterator, Set
from functools import cache
from pathlib import Path

from portfolio.errors import PortfolioError

SHORTEST_PASSWORD, LONGEST_PASSWORD = 12, 200
SITE = "Portfolio"
ADVICE = "Choose another: three unrelated words are easy to remember"
_COMMON = Path(__file__).with_name("common_passphrases.txt.gz")
_PADDING = string.digits + string.punctuation + " "


class BadPassword(PortfolioError):
    """A passphrase that is too short to keep anybody out, longer than anybody types, or among the first to be tried."""


def refuse_bad_passphrase(typed: str, about: Iterable[str]) -> None:
    """At least 12 characters, of whatever kind; raises BadPassword also for a common one, and for one made of what is
    known of the person (`about`: their name, their e-mail address) or of this site's name.

    Repeating such a one, or putting figures and marks before and behind it, does not make it another.
    """
    if len(typed) < SHORTEST_PASSWORD:
        raise BadPassword(f"Passphrase must be {SHORTEST_PASSWORD} characters or more", "password")
    if len(typed) > LONGEST_PASSWORD:
        raise BadPassword(f"Passphrase must be {LONGEST_PASSWORD} characters or fewer", "password")
    known = {word for text in (SITE, *about) for word in (_letters_of(text), *_words_of(text)) if len(word) > 2}
    cores = set(_cores(typed))
    if any(_is_made_of(core, known) for core in cores):
        raise BadPassword(
            f"Passphrase must not be a name, an e-mail address or what this site is called. {ADVICE}", "password"
        )
    if any(_is_common(core) for core in cores):
        raise BadPassword(f"Passphrase must not be one that many people use. {ADVICE}", "password")


def _cores(typed: str) -> Iterator[str]:
    """What is left of a passphrase without some or all of the figures and marks at its ends, and between its words."""
    plain = _plain(typed)
    for text in {plain, _letters_of(typed)}:
        before = len(text) - len(text.lstrip(_PADDING))
        behind = len(text) - len(text.rstrip(_PADDING))
        # Almost any row of figures holds four that are common; six are rarely so by chance.
        least = 4 if before < len(text) else 6
        for start in range(before + 1):
            for end in range(max(len(text) - behind, start + least), len(text) + 1):
                yield text[start:end]


def _is_common(core: str) -> bool:
    again = (core + core).find(core, 1)
    return core in common_ones() or core[:again] in common_ones() or again <= 3


def _is_made_of(core: str, words: Set[str]) -> bool:
    """Whether a text is nothing but some of the words, in whatever order and number."""
    ends = {0}
    for place in range(len(core)):
        if place in ends:
            ends |= {place + len(word) for word in words if core.startswith(word, place)}
    return len(core) in ends


def _plain(text: str) -> str:
    """Small letters, and one way of writing each."""
    return unicodedata.normalize("NFKC", text).casefold()


def _words_of(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", _plain(text))


def _letters_of(text: str) -> str:
    return "".join(_words_of(text))


@cache
def common_ones() -> frozenset[str]:
    """The passphrases that many people use, read when somebody first chooses one."""
    with gzip.open(_COMMON, "rt", encoding="utf-8") as lines:
        return frozenset(line.rstrip("\n") for line in lines if not line.startswith("# "))
