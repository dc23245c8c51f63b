"""Mistakes as sentences: one, several at once, and where each belongs."""

import pytest

from portfolio.errors import NotAllowed, NotFound, PortfolioError, Refused, RuleWarning, SaidTwice, refuse_any


def test_an_error_is_its_sentence_and_its_field() -> None:
    error = PortfolioError("Enter a name", "name")
    assert (str(error), error.sentence, error.field, error.code) == ("Enter a name", "Enter a name", "name", None)
    assert error.each() == (error,)
    assert PortfolioError("Enter a name").field is None


def test_an_error_can_be_said_of_another_place() -> None:
    error = PortfolioError("Enter a name", "name")
    assert error.at("csps[2].name") is error
    assert error.field == "csps[2].name"


def test_a_refusal_holds_every_single_error() -> None:
    one, two, three = PortfolioError("One."), PortfolioError("Two."), PortfolioError("Three.")
    refusal = Refused([one, Refused([two, three])])
    assert refusal.each() == (one, two, three)
    assert refusal.sentence == "One. Two. Three."


def test_a_refusal_of_nothing_is_our_mistake() -> None:
    with pytest.raises(ValueError, match="at least one error"):
        Refused([])


def test_refusing_raises_all_that_was_found_and_nothing_where_nothing_was() -> None:
    refuse_any([])
    refuse_any([None, None])
    error = NotAllowed("You may not do this")
    with pytest.raises(Refused) as refused:
        refuse_any([None, error, NotFound("There is no such thing")])
    assert [each.sentence for each in refused.value.each()] == ["You may not do this", "There is no such thing"]


def test_warnings_are_values_in_order() -> None:
    late, variance = RuleWarning("W10", "The return is overdue"), RuleWarning("W1", "Explain", "SVD-25-01")
    assert sorted([variance, late]) == [variance, late]
    assert RuleWarning("W10", "The return is overdue") == late
    assert late.about == ""


def test_what_is_said_twice_says_how_to_say_it_otherwise() -> None:
    twice = SaidTwice("payment", "give its reference", "reference")
    assert (twice.code, twice.field) == ("E7", "reference")
    assert twice.sentence == "The very same payment is recorded already. If this is another one, give its reference"
