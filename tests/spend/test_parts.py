"""The parts of a claim: together all of it, told apart by what they hold, and compared between two people."""

from dataclasses import fields, replace
from decimal import Decimal

import pytest

from portfolio.spend.checks import Contents, Part
from portfolio.spend.parts import FIELDS, differences, digest, only, part_at, put_in
from portfolio.spend.rules import RAG
from tests.spend.test_checks import CLAIM

CHANGED = Contents(
    lines=CLAIM.lines[:1],
    forecasts={},
    match_spent=None,
    narrative="Other groups.",
    outputs="31 mentors.",
    risks="None known.",
    delivery_rag=RAG.RED,
    spend_rag=RAG.RED,
    variance_explanation="",
)


def test_the_parts_are_the_whole_claim_and_nothing_twice() -> None:
    held = [name for names in FIELDS.values() for name in names]
    assert sorted(held) == sorted(field.name for field in fields(Contents))
    assert set(FIELDS) == set(Part)


@pytest.mark.parametrize("part", Part)
def test_a_part_is_put_in_without_the_others(part: Part) -> None:
    mixed = put_in(CLAIM, part, CHANGED)
    assert only(mixed, part) == only(CHANGED, part)
    assert all(only(mixed, other) == only(CLAIM, other) for other in Part if other is not part)
    assert digest(mixed, part) == digest(CHANGED, part) != digest(CLAIM, part)
    assert all(digest(mixed, other) == digest(CLAIM, other) for other in Part if other is not part)


def test_a_digest_knows_a_blank_from_a_zero_and_no_order() -> None:
    assert digest(Contents(), Part.MATCH) != digest(Contents(match_spent=Decimal("0.00")), Part.MATCH)
    assert digest(CLAIM, Part.SPEND) == digest(replace(CLAIM, lines=CLAIM.lines[::-1]), Part.SPEND)
    assert digest(CLAIM, Part.MATCH) == digest(replace(CLAIM, match_spent=Decimal(0)), Part.MATCH)


@pytest.mark.parametrize(
    ("place", "part"),
    [
        ("lines[2].amount", Part.SPEND),
        ("lines.non-labour", Part.SPEND),
        ("variance_explanation", Part.SPEND),
        ("match_spent", Part.MATCH),
        ("forecasts.labour.Q3", Part.FORECAST),
        ("spend_rag", Part.PROGRESS),
        ("outputs", Part.OUTPUTS),
        ("risks", Part.RISKS),
        ("answers.3", None),
        ("quarter", None),
        (None, None),
    ],
)
def test_every_place_is_in_its_part(place: str | None, part: Part | None) -> None:
    assert part_at(place) is part


def test_what_two_people_entered_differently_is_listed() -> None:
    assert differences(CLAIM, CLAIM) == []
    lines = (replace(CLAIM.lines[0], amount=Decimal("4656.00"), transaction="T-9"), *CLAIM.lines[1:2])
    mine = replace(CLAIM, lines=lines, match_spent=None, delivery_rag=RAG.RED, forecasts={})
    assert [(one.what, one.theirs, one.yours) for one in differences(CLAIM, mine)] == [
        ("Spend, non-labour, pay and on-costs", "£4,655.00", "£4,656.00"),
        ("Spend, non-labour, pay and on-costs: reference", "Nothing", "T-9"),
        ("Spend, non-labour, other", "−£125.00", "Nothing"),
        ("Spend, non-labour, other: what for", "Refund of a cancelled venue booked in June", "Nothing"),
        ("Forecast, non-labour, Q3", "£5,500.00", "Nothing"),
        ("Forecast, non-labour, Q4", "£5,491.25", "Nothing"),
        ("Match spent", "£0.00", "Nothing"),
        ("How delivery is going", "Amber/Green", "Red"),
    ]


def test_two_lines_of_one_category_are_told_apart() -> None:
    twice = replace(CLAIM, lines=CLAIM.lines[:1] * 2)
    once = replace(CLAIM, lines=CLAIM.lines[:1])
    assert [(one.what, one.theirs, one.yours) for one in differences(twice, once)] == [
        ("Spend, non-labour, pay and on-costs, line 2", "£4,655.00", "Nothing")
    ]
