"""Words of the field at the beginning of a line, and so many of a thing."""

from portfolio.words import begin, count, tidy


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
