"""A return's content as canonical JSON and back: what is frozen when a return is issued, and proved ever after.

Pounds are whole pence, counts are text, a quarter is its integer (20252), moments are UTC; keys are sorted. The same
content always gives the same text, and the text gives the same content again.
"""

import dataclasses
import hashlib
import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import cache
from types import NoneType, UnionType
from typing import Any, Union, cast, get_args, get_origin, get_type_hints

from portfolio.money import from_pence, to_pence
from portfolio.quarters import FinancialYear, Quarter
from reports.content import Certification, Count, Cover, ReturnContent

FORMAT = 1
"""Counted up when the shape of a content changes, so that an old snapshot is never read as a new one."""

Codec = tuple[Callable[[Any], Any], Callable[[Any], Any]]
"""What turns a value into plain JSON, and back."""


class UnknownFormat(ValueError):
    """A snapshot of a shape that this version cannot read."""


def freeze(content: ReturnContent) -> str:
    """The canonical JSON of a return."""
    write, _ = _codec(ReturnContent)
    return _canonical({"format": FORMAT, "return": write(content)})


def thaw(snapshot: str) -> ReturnContent:
    """The return that a snapshot holds; raises UnknownFormat."""
    told = json.loads(snapshot)
    if told.get("format") != FORMAT:
        raise UnknownFormat(f"this snapshot has format {told.get('format')!r}; format {FORMAT} can be read")
    _, read = _codec(ReturnContent)
    return cast(ReturnContent, read(told["return"]))


def sha256(text: str | bytes) -> str:
    """The SHA-256 of a snapshot or a file, in hexadecimal."""
    return hashlib.sha256(text.encode() if isinstance(text, str) else text).hexdigest()


def digest_of_figures(content: ReturnContent) -> str:
    """What a return says, without who signed it and when it was made: prepared, certified and issued must be the same.

    Left out are the cover but for what it covers, the certificate, and W10, which time alone brings.
    """
    cover: Cover = content.cover
    covers = [cover.programme, cover.police_area_code, cover.kind.value, str(cover.quarter), list(cover.csps)]
    told = {
        field.name: _codec(hint)[0](getattr(content, field.name))
        for field, hint in _fields(ReturnContent)
        if hint is not Cover and hint is not Certification and field.name != "notes"
        if not _is_untold(content, field)
    }
    told["notes"] = [[note.label, note.about, note.text] for note in content.notes if note.label != "W10"]
    return f"sha256:{sha256(_canonical({'covers': covers, **told}))}"


def _canonical(told: Any) -> str:
    return json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _same(value: Any) -> Any:
    return value


def _read_quarter(kept: int) -> Quarter:
    return Quarter(FinancialYear(kept // 10), kept % 10)


_PLAIN: dict[Any, Codec] = {
    str: (_same, _same),
    int: (_same, _same),
    Decimal: (to_pence, from_pence),
    Count: (str, Decimal),
    date: (date.isoformat, date.fromisoformat),
    datetime: (lambda moment: moment.astimezone(UTC).isoformat(), datetime.fromisoformat),
    Quarter: (lambda quarter: quarter.year.start * 10 + quarter.number, _read_quarter),
}


@cache
def _codec(hint: Any) -> Codec:
    """How a field of this type is written and read; a type that a content cannot have is our mistake."""
    if hint in _PLAIN:
        return _PLAIN[hint]
    origin, inside = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        (one,) = (part for part in inside if part is not NoneType)
        return _optional(*_codec(one))
    if origin is tuple:
        return _several(inside)
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return (lambda member: member.value), hint
    if dataclasses.is_dataclass(hint):
        return _dataclass(hint)
    raise TypeError(f"a return cannot hold {hint!r}")


def _optional(write: Callable[[Any], Any], read: Callable[[Any], Any]) -> Codec:
    return (
        lambda value: None if value is None else write(value),
        lambda kept: None if kept is None else read(kept),
    )


def _several(inside: tuple[Any, ...]) -> Codec:
    """A tuple of one type, of any length or a fixed one."""
    write, read = _codec(inside[0])
    return (lambda values: [write(value) for value in values]), (lambda kept: tuple(read(value) for value in kept))


def _fields(kind: Any) -> list[tuple[dataclasses.Field[Any], Any]]:
    hints = get_type_hints(kind, include_extras=True)
    return [(field, hints[field.name]) for field in dataclasses.fields(kind)]


def _dataclass(kind: Any) -> Codec:
    codecs = [(field, *_codec(hint)) for field, hint in _fields(kind)]
    return (
        lambda row: {
            field.name: write(getattr(row, field.name)) for field, write, _ in codecs if not _is_untold(row, field)
        },
        lambda kept: kind(**{field.name: read(kept[field.name]) for field, _, read in codecs if _is_here(kept, field)}),
    )


def _is_untold(row: Any, field: dataclasses.Field[Any]) -> bool:
    """Whether a field came later and says nothing: it is left out, as in what was issued before there was one."""
    return field.default is None and getattr(row, field.name) is None


def _is_here(kept: Any, field: dataclasses.Field[Any]) -> bool:
    return field.name in kept or field.default is dataclasses.MISSING
