"""Copies of the Dorset story to alter, a small story to alter, and what loading them says."""

import copy
import json
import re
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from portfolio.config import ROOT
from portfolio.db import Base, Database
from portfolio.errors import Refused
from portfolio.history import Author
from portfolio.story.actions import Loaded, load
from tests import make
from tests.conftest import NOW

DORSET = ROOT / "portfolio" / "story" / "dorset_2025_26.json"
GONE = object()
"""Put in the place of a value, it takes the key or the entry away."""
_DORSET = json.loads(DORSET.read_text(encoding="utf-8"))
_STEP = re.compile(r"\[(\d+)\]|([^.\[\]]+)")


def dorset() -> dict[str, Any]:
    """The Dorset story, to be altered."""
    return copy.deepcopy(_DORSET)


def small() -> dict[str, Any]:
    """One partnership, one proposal that asks £100.01 and gets it, nothing claimed yet."""
    return {
        "programme": {
            "name": "Community Safety Fund",
            "code": "CSF",
            "funder": "The commissioner",
            "administering_body": "Office of the Police and Crime Commissioner for Kent",
            "streams": ["core"],
        },
        "police_area": {"name": "Kent", "code": "E23000032"},
        "csps": [{"key": "medway", "name": "Medway Community Safety Partnership"}],
        "years": [{"year": 2025, "status": "confirmed", "allocation": {"core": 10001}}],
        "organisations": [{"key": "council", "name": "Medway Council", "type": "council"}],
        "proposals": [
            {
                "year": 2025,
                "ref": "CSF-1",
                "title": "Street wardens",
                "lead": "council",
                "kind": "new",
                "requested": {"core": 10001},
                "asked_of": ["medway"],
            }
        ],
        "decisions": [{"proposal": "CSF-1", "csp": "medway", "outcome": "funded", "awarded": {"core": 10001}}],
    }


def claim(quarter: int, *pence: int, **values: Any) -> dict[str, Any]:
    """A claim of the small story's project."""
    lines = [{"stream": "core", "category": "training", "amount": amount} for amount in pence]
    return {"proposal": "CSF-1", "csp": "medway", "year": 2025, "quarter": quarter, "lines": lines, **values}


def alter(story: Any, place: str, value: Any) -> None:
    """Put a value at a place like `proposals[3].requested.labour`, or take away what stands there."""
    *way, last = _steps(place)
    for step in way:
        story = story[step]
    if value is GONE:
        del story[last]
    elif isinstance(story, list) and last == len(story):
        story.append(value)
    else:
        story[last] = value


def at(story: Any, place: str) -> Any:
    """What stands at a place."""
    for step in _steps(place):
        story = story[step]
    return story


def _steps(place: str) -> list[int | str]:
    return [int(index) if index else key for index, key in _STEP.findall(place)]


def write(folder: Path, story: Any) -> Path:
    """A story as a file."""
    file = folder / "story.json"
    file.write_text(story if isinstance(story, str) else json.dumps(story), encoding="utf-8")
    return file


def tell(database: Database, file: Path) -> Loaded:
    """Load a file as the command does, in one transaction."""
    with database.writing(Author("a test", NOW, "Loaded a story")) as session:
        return load(session, file, by="a test", now=NOW)


def faults(database: Database, file: Path) -> list[str]:
    """What a file is refused for, each with its place; nothing where it is loaded."""
    try:
        tell(database, file)
    except Refused as refused:
        for each in refused.each():
            assert each.sentence.startswith(f"{each.field}: ")
        return [each.sentence for each in refused.each()]
    return []


def rows(session: Session) -> dict[str, int]:
    """How many rows there are, by table, empty ones left out."""
    kept = {mapper.class_.__tablename__: make.count_of(session, mapper.class_) for mapper in Base.registry.mappers}
    return {table: count for table, count in kept.items() if count}
