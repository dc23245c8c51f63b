"""Words of the field at the beginning of a line, and so many of a thing."""

from decimal import Decimal

import pytest

from portfolio.words import MEGABYTE, begin, count, figure, file_size, tidy


def test_a_line_begins_with_a_capital_and_names_stay_whole() -> None:
    assert begin("project lead") == "Project lead"
    assert begin("CSP officer") == "CSP officer"
    assert begin("NHS pay") == "NHS pay"
    assert begin("") == ""


def test_counting_in_words() -> None:
    assert (count(0, "claim"), count(1, "claim"), count(2, "claim")) == ("No claims", "1 claim", "2 claims")
    assert count(1200, "proposal") == "1,200 proposals"
    assert (count(1, "body", "bodies"), count(3, "body", "bodies")) == ("1 body", "3 bodies")


def test_a_text_is_tidied_and_keeps_its_lines() -> None:
    assert tidy(" one\r\ntwo\rthree\x00\x7f\tfour ") == "one\ntwo\nthree\tfour"


def test_a_file_that_is_too_large_never_reads_as_the_limit() -> None:
    assert [file_size(size) for size in (0, 1, 1024, 1025, MEGABYTE - 1)] == [
        "0 KB",
        "1 KB",
        "1 KB",
        "2 KB",
        "1,024 KB",
    ]
    assert [file_size(size) for size in (10 * MEGABYTE, 10 * MEGABYTE + 1)] == ["10 MB", "10.1 MB"]
    assert file_size(1234 * MEGABYTE) == "1,234 MB"


@pytest.mark.parametrize(
    ("value", "shown"),
    [("38.000000", "38"), ("1204", "1,204"), ("12.50", "12.5"), ("0.000000", "0"), ("4E+3", "4,000"), ("-2.5", "−2.5")],
)
def test_a_figure_is_shown_without_zeros_that_say_nothing(value: str, shown: str) -> None:
    assert figure(Decimal(value)) == shown
