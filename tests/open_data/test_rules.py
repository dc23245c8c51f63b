"""What may be published of a grant: identifiers, what is missing, what is too small to be told."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from portfolio.errors import PortfolioError
from portfolio.open_data import rules
from portfolio.open_data.rules import (
    NOT_SHOWN,
    Area,
    Body,
    Delivered,
    Grant,
    Publisher,
    bad_geo_code,
    bad_publisher,
    bad_reason,
    geo_type,
    grant_id,
    is_voluntary,
    missing_of,
    names_few,
    published_count,
    published_text,
    published_to_date,
    registration_number,
)

PUBLISHER = Publisher("360G-dorset", "Dorset Council", None)
GRANT = Grant(
    award_id=1, reference="SVD-25-01", csp_id=1, csp_key="dorset", department="Dorset CSP", title="Nurse",
    purpose="A nurse", applied_for=None, awarded=Decimal(1), disbursed=Decimal(0), awarded_on=date(2025, 3, 13),
    starts_on=date(2025, 4, 1), ends_on=date(2026, 3, 31), funder=Body("dorset", "Dorset Council", "GB-LAE-DST"),
    recipient=Body("trust", "The Trust", "GB-CHC-1000009", "charity"), areas=(Area("Dorset", "E06000059"),),
    programme_code="SVD", programme="Serious Violence Duty", conditions=None, reasons=None, decision_id=1, return_id=1,
    issued_at=datetime(2025, 10, 20, tzinfo=UTC), delivered=(),
)  # fmt: skip


def test_each_fact_that_the_standard_requires_is_missed_by_name() -> None:
    assert missing_of(GRANT, PUBLISHER) == []
    bare = replace(
        GRANT,
        purpose=" ",
        awarded_on=None,
        funder=Body("dorset", None, None),
        recipient=Body("trust", "The Trust", None),
    )
    found = missing_of(bare, Publisher(None, None, None))
    assert [one.at for one in found] == ["publisher", "proposal", "decision", "partnership", "organisation"]
    assert found[-1].sentence == "The Trust has no organisation identifier"


def test_an_identifier_is_made_of_what_never_changes() -> None:
    assert grant_id("360G-dorset", " SVD 25-01", "dorset") == "360G-dorset-SVD-25-01-dorset"


def test_a_funder_may_give_to_itself() -> None:
    assert not GRANT.is_to_itself
    assert replace(GRANT, recipient=GRANT.funder).is_to_itself
    assert not replace(GRANT, funder=Body("a", "A", None), recipient=Body("b", "B", None)).is_to_itself


def test_match_is_coded_where_the_grant_is_given_on_and_nowhere_else() -> None:
    matched = replace(GRANT, match_pledged=Decimal(500))
    given_on = replace(GRANT, regrants_to="Youth clubs")
    both = replace(matched, regrants_to="Youth clubs")
    assert [one.regrant_type for one in (GRANT, matched, given_on, both)] == [None, None, "FRG010", "FRG030"]
    assert rules.bad_recipients(None) is None
    assert isinstance(rules.bad_recipients("x" * 2_001), rules.RecipientsTooLong)


@pytest.mark.parametrize(
    ("code", "kind"), [("E06000059", "UA"), ("E23000039", "PFA"), ("E22000001", "CSP"), ("X1", None), (None, None)]
)
def test_areas_go_by_the_kinds_of_the_standards_codelist(code: str | None, kind: str | None) -> None:
    assert geo_type(code) == kind


def test_a_publishers_prefix_stays_once_something_is_published() -> None:
    assert bad_publisher("360G-dorset", "Dorset", None) == []
    assert bad_publisher("360G-dorset", "Dorset", "360G-dorset") == []
    assert [type(one) for one in bad_publisher("360G-bcp", "Dorset", "360G-dorset")] == [rules.PrefixStays]
    assert [type(one) for one in bad_publisher("dorset 💷", "", None)] == [rules.BadPrefix, rules.NoName]


def test_an_areas_code_is_a_letter_and_eight_digits() -> None:
    assert bad_geo_code(None) is None
    assert bad_geo_code("E06000059") is None
    assert isinstance(bad_geo_code("Dorset"), rules.BadGeoCode)


def test_a_reason_says_something() -> None:
    assert bad_reason("A refuge whose place is not told") is None
    assert isinstance(bad_reason("  x  "), rules.NoReason)
    assert isinstance(bad_reason("x" * 2_001), rules.ReasonTooLong)


def test_a_charity_is_voluntary_and_registered() -> None:
    assert [is_voluntary(kind) for kind in ("charity", "Community interest company", "council", "")] == [
        True,
        True,
        False,
        False,
    ]
    assert registration_number("GB-CHC-1000009") == "1000009"
    assert registration_number("GB-LAE-DST") is None
    assert registration_number(None) is None


@pytest.mark.parametrize(
    ("typed", "published"),
    [
        ("Works with 3 young people a week", "Works with fewer than 5 young people a week"),
        ("Two victims and four offenders", "fewer than 5 victims and fewer than 5 offenders"),
        ("24 young people in 3 schools, 13 pupils", "24 young people in 3 schools, 13 pupils"),
        ("5 people", "5 people"),
        ("Only one child, one client", "fewer than 5 children, fewer than 5 clients"),
    ],
)
def test_no_count_of_one_to_four_people_is_published_in_a_text(typed: str, published: str) -> None:
    assert published_text(typed) == published
    assert names_few([None, typed]) is (typed != published)


@pytest.mark.parametrize(
    ("this", "to_date", "shown"),
    [
        (None, None, ""),
        ("4", "4", "Fewer than 5"),
        ("3", "12", NOT_SHOWN),
        ("0", "12", "12"),
        ("7", "12", "12"),
        ("2.5", "12.5", "12.5"),
        (None, "12", "12"),
        ("3", None, ""),
        ("7", "10", NOT_SHOWN),
    ],
)
def test_a_running_count_does_not_tell_of_a_small_change(this: str | None, to_date: str | None, shown: str) -> None:
    this_quarter, running = (None if value is None else Decimal(value) for value in (this, to_date))
    assert published_to_date(Delivered("Seen", "people", None, this_quarter, running)) == shown
    told_before = Delivered("Seen", "people", None, Decimal(8), Decimal(21), had_few=True)
    assert published_to_date(told_before) == NOT_SHOWN


def test_a_count_that_was_not_reported_is_empty() -> None:
    assert [published_count(None), published_count(Decimal(2)), published_count(Decimal(12))] == [
        "",
        "Fewer than 5",
        "12",
    ]


@pytest.mark.parametrize(
    "refusal",
    [rules.LeftOutAlready(), rules.NotLeftOut(), rules.NothingToPublish(), rules.ChangedSinceSeen(), rules.NeedsNote(2),
     rules.NothingNew(1)],
)  # fmt: skip
def test_what_is_refused_says_what_to_do(refusal: PortfolioError) -> None:
    assert refusal.sentence[0].isupper()
