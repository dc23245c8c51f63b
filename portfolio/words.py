"""Words of the field at the beginning of a line, and so many of a thing: written in one way everywhere."""

from decimal import Decimal

MEGABYTE = 1024 * 1024
"""As file managers count them, in bytes."""


def begin(words: str) -> str:
    """`project lead` reads `Project lead`; `CSP officer` and `NHS pay` stay as they are."""
    return words[:1].upper() + words[1:]


def count(number: int, one: str, several: str | None = None) -> str:
    """`1 claim`, `3 claims`, `No claims`."""
    words = one if number == 1 else several or f"{one}s"
    return f"{number:,} {words}" if number else f"No {words}"


def figure(value: Decimal) -> str:
    """`1,204`, `12.5`, `−3`: a count or a rate with thousands apart, and no zeros that say nothing."""
    return f"{value.normalize():,f}".replace("-", "−")


def file_size(size: int) -> str:
    """`310 KB`, `2.4 MB`, `10 MB`: so many bytes in words, rounded up, so that what is too large reads so."""
    if size < MEGABYTE:
        return f"{-(-size // 1024):,} KB"
    tenths = -(-size * 10 // MEGABYTE)
    return f"{tenths // 10:,} MB" if tenths % 10 == 0 else f"{tenths // 10:,}.{tenths % 10} MB"


def tidy(typed: str) -> str:
    """Trim a text, give it one kind of line break, and leave out control characters, which nobody means to type."""
    lines = typed.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(letter for letter in lines if letter in "\n\t" or (ord(letter) > 31 and ord(letter) != 127)).strip()
