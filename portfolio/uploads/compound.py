"""The directory of a compound file, in which old Office programs and Outlook keep what they save.

Only the names in it are read, by the file's own table of sectors; a file that leads in circles or nowhere is damaged.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

BEGINS = bytes.fromhex("d0cf11e0a1b11ae1")
_NONE = 0xFFFFFFFA
"""Sector numbers from here on mean that no sector follows."""
_IN_HEADER = 109
"""How many sectors of the table the header names; the others are named by sectors of their own."""


class Damaged(ValueError):
    """A compound file whose directory cannot be read."""


@dataclass(frozen=True)
class Names:
    """What a compound file holds: at its top, and anywhere in it."""

    top: frozenset[str]
    every: frozenset[str]


def names_in(content: bytes) -> Names:
    """The names in a compound file; raises Damaged."""
    try:
        entries = list(_entries(content))
        return Names(frozenset(_at_top(entries)), frozenset(name for name, *_ in entries if name))
    except (struct.error, UnicodeDecodeError, IndexError) as error:
        raise Damaged("its directory cannot be read") from error


def _entries(content: bytes) -> Iterator[tuple[str, int, int, int]]:
    """Each entry's name, and the numbers of its neighbours to the left and right, and of its first child."""
    (power,) = struct.unpack_from("<H", content, 30)
    if power not in (9, 12):
        raise Damaged("its sectors have no size that there is")
    size = 1 << power
    most = len(content) // size // (size // 4) + 1  # as many as say of every sector of the file which one follows
    table = [number for sector in islice(_table(content, size), most) for number in _numbers(content, sector, size)]
    (sector,) = struct.unpack_from("<I", content, 48)
    seen: set[int] = set()
    while sector < _NONE:
        if sector in seen:
            raise Damaged("its directory leads in a circle")
        seen.add(sector)
        begin = (sector + 1) * size
        for place in range(begin, begin + size, 128):
            (length,) = struct.unpack_from("<H", content, place + 64)
            name = content[place : place + max(0, min(length, 64) - 2)].decode("utf-16-le")
            yield (name, *struct.unpack_from("<III", content, place + 68))
        sector = table[sector]


def _table(content: bytes, size: int) -> Iterator[int]:
    """The sectors that say which sector follows which."""
    yield from (number for number in struct.unpack_from(f"<{_IN_HEADER}I", content, 76) if number < _NONE)
    sector, left = struct.unpack_from("<II", content, 68)
    for _ in range(min(left, len(content) // size)):
        *named, sector = _numbers(content, sector, size)
        yield from (number for number in named if number < _NONE)


def _numbers(content: bytes, sector: int, size: int) -> tuple[int, ...]:
    return struct.unpack_from(f"<{size // 4}I", content, (sector + 1) * size)


def _at_top(entries: list[tuple[str, int, int, int]]) -> Iterator[str]:
    """The names of the root's children, which stand as a tree of neighbours."""
    waiting, seen = [entries[0][3]], set[int]()
    while waiting:
        number = waiting.pop()
        if number < _NONE and number not in seen:
            seen.add(number)
            name, left, right, _ = entries[number]
            yield name
            waiting += [left, right]
