"""The pages of signing in, of one's own account, and of managing people."""

from portfolio.people.views import (
    account,
    calendar,
    joining,
    people,
    person,
    second_factor,
    second_step,
    signing_in,
    single_sign_on,
)
from portfolio.people.views.room import room

__all__ = [
    "account",
    "calendar",
    "joining",
    "people",
    "person",
    "room",
    "second_factor",
    "second_step",
    "signing_in",
    "single_sign_on",
]
