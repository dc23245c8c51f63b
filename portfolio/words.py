"""Words of the field at the beginning of a line, and so many of a thing: written in one way everywhere."""


def begin(words: str) -> str:
    """`project lead` reads `Project lead`; `CSP officer` and `NHS pay` stay as they are."""
    return words[:1].upper() + words[1:]


def count(number: int, one: str, several: str | None = None) -> str:
    """`1 claim`, `3 claims`, `No claims`."""
    words = one if number == 1 else several or f"{one}s"
    return f"{number:,} {words}" if number else f"No {words}"
