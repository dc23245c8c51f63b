"""The rules of assessing."""

from portfolio.assessment import rules


def test_a_declaration_says_what_the_interest_is() -> None:
    assert rules.no_nature("Trustee of the applicant") is None
    error = rules.no_nature(" ")
    assert error is not None
    assert error.field == "nature"
