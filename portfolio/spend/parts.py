"""The parts of a claim, each saved by itself: cut out, put back, told apart, and compared between two people.

Plain values in and out, as in `checks`.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from portfolio.money import format_pounds
from portfolio.spend.checks import Contents, Part

FIELDS: Mapping[Part, tuple[str, ...]] = {
    Part.SPEND: ("lines", "variance_explanation"),
    Part.MATCH: ("match_spent",),
    Part.FORECAST: ("forecasts",),
    Part.PROGRESS: ("narrative", "delivery_rag", "spend_rag"),
    Part.OUTPUTS: ("outputs",),
    Part.RISKS: ("risks",),
}
"""What each part holds of a claim's contents: together all of it, and nothing twice."""


def only(contents: Contents, part: Part) -> Contents:
    """A part of a claim's contents, and nothing else of it."""
    return put_in(Contents(), part, contents)


def put_in(contents: Contents, part: Part, typed: Contents) -> Contents:
    """A claim's contents with one part as typed, and all others as they were."""
    return replace(contents, **{name: getattr(typed, name) for name in FIELDS[part]})


def digest(contents: Contents, part: Part) -> str:
    """A part's SHA-256: the same for the same entries, in whatever order they stand."""
    named = _named(only(contents, part))
    entries = sorted((what, in_words(value)) for what, value in named.items() if value not in (None, ""))
    return hashlib.sha256(json.dumps(entries).encode()).hexdigest()


def part_at(place: str | None) -> Part | None:
    """The part in which a thing stands that a rule speaks of, like `lines[2].amount`; None where it is in none."""
    name = (place or "").partition(".")[0].partition("[")[0]
    return next((part for part, fields in FIELDS.items() if name in fields), None)


@dataclass(frozen=True)
class Difference:
    """One thing in which two versions of a claim differ, in words."""

    what: str
    theirs: str
    yours: str


def differences(theirs: Contents, yours: Contents) -> list[Difference]:
    """What two people entered differently in the same claim, so that the second can choose."""
    saved, typed = _named(theirs), _named(yours)
    return [
        Difference(what, in_words(saved.get(what)), in_words(typed.get(what)))
        for what in dict.fromkeys((*saved, *typed))
        if saved.get(what) != typed.get(what)
    ]


def _named(contents: Contents) -> dict[str, object]:
    named: dict[str, object] = {}
    for line in contents.lines:
        what = f"Spend, {line.stream}, {line.category}"
        same = sum(name.startswith(what) and not name.endswith((": what for", ": reference")) for name in named)
        what += f", line {same + 1}" if same else ""
        named |= {what: line.amount, f"{what}: what for": line.description, f"{what}: reference": line.transaction}
    for (stream, quarter), amount in contents.forecasts.items():
        named[f"Forecast, {stream}, {quarter.name}"] = amount
    return named | {
        "Match spent": contents.match_spent,
        "What was done": contents.narrative,
        "Outputs": contents.outputs,
        "Risks": contents.risks,
        "How delivery is going": contents.delivery_rag,
        "How spending is going": contents.spend_rag,
        "Why spend differs from the profile": contents.variance_explanation,
    }


def in_words(value: object) -> str:
    """An entry as people read it; a blank reads `Nothing`."""
    if value is None or value == "":
        return "Nothing"
    return format_pounds(value) if isinstance(value, Decimal) else str(value)
