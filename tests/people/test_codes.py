"""An authenticator app's codes, and recovery codes, read and compared."""

from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from portfolio.config import Config
from portfolio.people.codes import (
    HOW_MANY,
    LENGTH,
    LETTERS,
    NotACode,
    app_link,
    digest_of,
    in_groups,
    is_recovery_code,
    new_recovery_codes,
    read_code,
    secret_of,
    step_of,
)

RFC_SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
"""`12345678901234567890`, of RFC 6238's test vectors."""


@pytest.mark.parametrize(
    ("seconds", "code"),
    [(59, "287082"), (1111111109, "081804"), (1111111111, "050471"), (1234567890, "005924"), (2000000000, "279037")],
)
def test_codes_are_those_of_the_standard(seconds: int, code: str) -> None:
    assert step_of(RFC_SECRET, code, datetime.fromtimestamp(seconds, UTC)) == seconds // 30


def test_a_clock_may_be_half_a_minute_off_and_no_more() -> None:
    now = datetime(2025, 10, 20, 9, 0, 10, tzinfo=UTC)
    step = int(now.timestamp()) // 30
    found = [
        step_of(RFC_SECRET, pyotp.TOTP(RFC_SECRET).at(now + timedelta(seconds=30 * off)), now)
        for off in (-2, -1, 0, 1, 2)
    ]
    assert found == [None, step - 1, step, step + 1, None]


def test_a_secret_is_of_160_bits_and_is_the_same_again_only_for_the_same_key_and_number(config: Config) -> None:
    secret = secret_of(config.derived_key("totp", "one"))
    assert len(secret) == len(pyotp.random_base32()) == 32
    assert secret == secret_of(config.derived_key("totp", "one"))
    assert secret != secret_of(config.derived_key("totp", "two"))
    assert secret != secret_of(config.derived_key("link", "one"))


def test_a_link_names_the_person_and_the_site() -> None:
    link = app_link(RFC_SECRET, "frank@finance.example", "Portfolio (grants.example.org)")
    read = pyotp.parse_uri(link)
    assert isinstance(read, pyotp.TOTP)
    assert (read.secret, read.name, read.issuer) == (
        RFC_SECRET,
        "frank@finance.example",
        "Portfolio (grants.example.org)",
    )
    assert "&algorithm" not in link


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("287082", "287082"),
        (" 287 082 ", "287082"),
        ("287-082", "287082"),
        ("287\u00a0082", "287082"),
        ("28708O", "287080"),
        ("ABCD-efgh-jkmn-pqrs", "abcdefghjkmnpqrs"),
        ("abcd efgh jkmn pqr0", "abcdefghjkmnpqr0"),
        ("oil0-oil0-oil0-oil0", "0110011001100110"),
    ],
)
def test_a_code_is_read_as_it_was_meant(typed: str, code: str) -> None:
    assert read_code(typed) == code


@pytest.mark.parametrize(
    "typed", ["", "28708", "2870822", "٢٨٧٠٨٢", "²²²²²²", "abcdefghjkmnpqru", "a" * 17, "x" * 9999]
)
def test_what_is_no_code_is_said_to_be_none(typed: str) -> None:
    with pytest.raises(NotACode, match="Enter the 6 digits that your app shows now, or a recovery code") as refused:
        read_code(typed)
    assert refused.value.field == "code"


@pytest.mark.parametrize("typed", ["", "28708", "abcd-efgh-jkmn-pqrs"])
def test_while_an_app_is_set_up_its_own_code_alone_will_do(typed: str) -> None:
    assert read_code("287 082", of_the_app=True) == "287082"
    with pytest.raises(NotACode, match=r"Enter the 6 digits that your app shows now$"):
        read_code(typed, of_the_app=True)


def test_recovery_codes_are_ten_of_eighty_random_bits() -> None:
    codes = new_recovery_codes() + new_recovery_codes()
    assert len(set(codes)) == 2 * HOW_MANY == 20
    assert len(set(LETTERS)) ** LENGTH == 2**80
    for code in codes:
        assert is_recovery_code(code)
        assert read_code(in_groups(code, "-").upper()) == code
        assert len(digest_of(code)) == 64


@given(st.text())
def test_reading_never_fails_otherwise(typed: str) -> None:
    try:
        code = read_code(typed)
    except NotACode:
        return
    assert code.isascii()
    assert len(code) in (6, 16)


def test_a_long_text_is_shown_in_fours() -> None:
    assert in_groups("ABCDEFGHIJ") == "ABCD EFGH IJ"
    assert in_groups("abcdefgh", "-") == "abcd-efgh"
