"""Whatever is wrong with a story's file, it is loaded or refused with a sentence; nothing else comes of it."""

import contextlib
import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portfolio.db import Database
from portfolio.errors import PortfolioError
from portfolio.history import Author
from portfolio.story.actions import load
from tests.conftest import NOW
from tests.story import told


def whole() -> dict[str, Any]:
    """A small story with something of everything that a story can hold."""
    story = told.small()
    story["programme"] |= {
        "variance_rule": {"percent": 10, "floor_pence": 500},
        "match_rule": {"percent": 30, "base": "grant", "in_kind_counts": False},
        "tolerance_percent": 0,
        "claim_deadlines": "31 Jul, 31 Oct, 31 Jan, 30 Apr",
        "retention_years": 7,
        "categories": ["training", "other"],
        "in_arrears": True,
    }
    story["years"][0] |= {"csp": {"medway": {"core": 10001}}, "confirmed_on": "2025-03-27", "note": "x"}
    earlier = {**copy.deepcopy(story["proposals"][0]), "year": "2024/25", "ref": "CSF-0"}
    story["years"].append(
        {"year": 2024, "status": "closed", "allocation": {"core": 10}, "csp": {"medway": {"core": 9}}}
    )
    story["proposals"][0] |= {
        "continues": "CSF-0",
        "levels": ["targeted"],
        "match_offered": [{"funder": "council", "kind": "cash", "pledged": 50}],
        "starts_on": "2025-04-01",
        "ends_on": "2026-03-31",
    }
    story["proposals"].append(earlier)
    story["decisions"][0] |= {"reason": "Good", "meeting": {"body": "x", "date": "2025-03-13", "minute": "1"}}
    story["awards"] = [
        {"proposal": "CSF-1", "csp": "medway", "stream": "core", "award": 10001, "profile": [2501, 2500, 2500, 2500]}
    ]
    story["claims"] = [
        told.claim(1, 2500, -10, narrative="x", delivery_rag="Green", match_spent=5, forecast={"core": [1, 2, 3]}),
        told.claim(2, 100, variance_explanation="Late"),
    ]
    story["claims"][0]["lines"][0] |= {"description": "x", "transaction": "T-1"}
    story["corrections"] = [
        {
            "proposal": "CSF-1", "csp": "medway", "year": 2025, "quarter_corrected": 1, "entered_in": 2,
            "stream": "core", "category": "training", "amount": -100, "reason": "Wrong rate",
        }
    ]  # fmt: skip
    story["measures"] = [
        {
            "code": "A",
            "name": "x",
            "definition": "y",
            "geography": "z",
            "observations": [
                {"year": 2025, "quarter": 1, "value": 1.5},
                {"year": 2025, "quarter": 2, "value": None, "unavailable": "Not here"},
            ],
        }
    ]
    story["expected_pence"] = {
        "2025": {
            "Q1": {"medway core": 2490},
            "outturn": {"combined total": 7490},
            "requested_one_core": 10001,
        }
    }
    return story


STORY = whole()


def places(node: Any, above: str = "") -> Iterator[str]:
    """Every place of a story, in its file's words."""
    inside = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in inside:
        place = f"{above}[{key}]" if isinstance(key, int) else f"{above}.{key}".lstrip(".")
        yield place
        yield from places(value, place)


PLACES = list(places(STORY))
ODD = st.sampled_from(
    [
        told.GONE, None, True, False, 0, 1, -1, 2, 5, 10**12, 10**12 + 1, 10**30, 0.5, -0.0, 1e300, 2024, 2025, 2101,
        "", " ", "x", "core", "medway", "CSF-1", "CSF-0", "2025", "2025/26", "0001-01-01", "2099-12-31", "2025-13-01",
        "ł" * 300, "\x01", "recoverable VAT", [], {}, [None], [[]], {"": None}, {"core": None}, {"core": 10**12},
    ]
)  # fmt: skip
PLACE = st.sampled_from(PLACES)
CHANGES = st.lists(
    st.tuples(PLACE, st.one_of(ODD, PLACE.map(lambda place: told.at(STORY, place)))), min_size=1, max_size=4
)


def test_the_story_that_is_altered_loads(database: Database, tmp_path: Path) -> None:
    assert told.faults(database, told.write(tmp_path, STORY)) == []


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=CHANGES)
def test_an_altered_story_loads_or_is_refused(
    database: Database, tmp_path: Path, changes: list[tuple[str, Any]]
) -> None:
    story = copy.deepcopy(STORY)
    for place, value in changes:
        # An earlier change may have taken away what a later one would alter.
        with contextlib.suppress(LookupError, TypeError):
            told.alter(story, place, value if value is told.GONE else copy.deepcopy(value))
    with database.session(writing=True) as session:
        Author("a test", NOW, "Loaded a story")(session)
        with contextlib.suppress(PortfolioError):
            load(session, told.write(tmp_path, story), by="a test", now=NOW)
            session.flush()
