"""Which passphrases are refused: short ones, and those that anybody would try first."""

import pytest

from portfolio.commands import demo
from portfolio.people.passphrases import BadPassword, common_ones, refuse_bad_passphrase
from tests import make

OLIVE = ("Olive Marsh", "olive.m@dorset.example")


@pytest.mark.parametrize(
    "typed",
    [
        make.PASSWORD,
        demo.PASSWORD,
        "three unrelated words",
        "tractor lemon 1957",
        "zebra-Violine",
        "Ümlaute und ßonderbares",
        "482915037264",
        "olive trees in June",
        "marshmallows",
        "£$%^&*()_+~@",
        "ab cd ef gh ij",
        "x" * 100 + "y" * 100,
    ],
)
def test_what_nobody_tries_first_is_accepted_whatever_it_is_made_of(typed: str) -> None:
    refuse_bad_passphrase(typed, OLIVE)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "12 characters or more"),
        ("a" * 11, "12 characters or more"),
        ("three words " * 17, "200 characters or fewer"),
        ("qwertyuiop[]", "many people use"),
        ("Finalfantasy", "many people use"),
        ("FINAL fantasy", "many people use"),
        ("passwordpassword", "many people use"),
        ("Password password", "many people use"),
        ("password2025!", "many people use"),
        ("!!!!Password!", "many people use"),
        ("2025-liverpool-2025", "many people use"),
        ("p@ssw0rd-2025", "many people use"),
        ("1qaz2wsx!!!!", "many people use"),
        ("123456!!!!!!", "many people use"),
        ("monkey1monkey1", "many people use"),
        ("ＰＡＳＳＷＯＲＤ１２３４", "many people use"),
        ("aaaaaaaaaaaa", "many people use"),
        ("abababababab", "many people use"),
        ("abcabcabcabc!", "many people use"),
        ("safeguarding2025", "many people use"),
        ("Olive Marsh!", "must not be a name"),
        ("marsholive2025", "must not be a name"),
        ("olive.olive.olive", "must not be a name"),
        ("olive.m@dorset.example", "must not be a name"),
        ("OLIVE.M@DORSET.EXAMPLE", "must not be a name"),
        ("dorset-example-1", "must not be a name"),
        ("Portfolio 2025", "what this site is called"),
        ("Portfolio Dorset!", "what this site is called"),
    ],
)
def test_what_anybody_tries_first_is_refused(typed: str, sentence: str) -> None:
    with pytest.raises(BadPassword, match=sentence) as refused:
        refuse_bad_passphrase(typed, OLIVE)
    assert refused.value.field == "password"


def test_another_persons_name_is_nobodys_business() -> None:
    refuse_bad_passphrase("Olive Marsh and", ("Ann", "ann@example.org"))


def test_the_list_holds_words_alone() -> None:
    assert len(common_ones()) > 40_000
    assert {"password", "qwertyuiop", "council"} <= common_ones()
    assert not any(one.startswith("# ") or one != one.strip() or len(one) < 4 for one in common_ones())


@pytest.mark.parametrize("typed", ["1" * 200, "12" * 100, "password" * 25, "a b " * 50])
def test_long_ones_take_no_longer_than_anybody_waits(typed: str) -> None:
    with pytest.raises(BadPassword):
        refuse_bad_passphrase(typed, OLIVE)
