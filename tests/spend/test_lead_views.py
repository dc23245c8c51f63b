"""A lead's pages: the list of tasks, a page for each part, check your answers, the receipt; and nobody else's awards."""

from decimal import Decimal

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from portfolio.decisions.models import Award
from portfolio.mail.models import Message
from portfolio.people.models import Person
from portfolio.people.rules import Role
from portfolio.spend.checks import Part
from portfolio.spend.claiming import contents_of
from portfolio.spend.models import Claim
from portfolio.spend.rules import ClaimStatus
from tests import make
from tests.conftest import SignedIn, title_of
from tests.pages import read, value_of
from tests.spend import level_up
from tests.spend.level_up import ADDRESS, Q2_PAGE, claim_now, fill_in, save, send, sent


def states(page: str) -> dict[str, str]:
    """The tasks of the list with their states, in words."""
    items = page.partition('<ul class="tasks">')[2].partition("</ul>")[0].split("<li>")[1:]
    pairs = ((item.partition("</a>")[0], item.rpartition("</svg>")[2]) for item in items)
    return {read(f"<main>{title}</main>").strip("> "): read(f"<main>{state}</main>").strip("> ") for title, state in pairs}


def test_the_list_says_what_is_to_be_done(leading: FlaskClient) -> None:
    page = leading.get(Q2_PAGE)
    assert title_of(page) == "Claim for Q2 2025/26, Level-Up Project"
    assert "Due on 31 October 2025" in read(page.text)
    print(states(page.text))


def test_level_up_is_claimed_checked_and_submitted(session: Session, leading: FlaskClient, award: Award) -> None:
    pages = [save(leading, part).location for part in Part]
    assert pages == [f"{Q2_PAGE}/{page}" for page in ("match", "forecast", "progress", "outputs", "risks", "check")]
    for p in ('spend','match','forecast','progress','outputs','risks'):
        assert leading.get(f"{Q2_PAGE}/{p}").status_code == 200
    print(states(leading.get(Q2_PAGE).text))
    checked = read(leading.get(f"{Q2_PAGE}/check").text)
    assert "£5,367.77 for Q2 2025/26: Jul 2025 - Sep 2025" in checked
    assert "Other – −£125.00 Refund of a cancelled venue booked in June" in checked
    assert "Non-labour £5,367.77 £4,968.83 £398.94 8.0% −£1,053.59" in checked
    assert "underspend" not in checked.replace("negative is an underspend", "")
    assert send(leading).location == f"{Q2_PAGE}/receipt"
