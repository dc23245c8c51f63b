"""Level-Up, SVD-25-03, with the story's own figures: its award, its Q1, and the claim of Q2 as its lead types it."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal

from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from portfolio.decisions.models import Award
from portfolio.funding_years.models import CostCategory
from portfolio.funding_years.rules import DEFAULT_CATEGORIES, OTHER
from portfolio.history import Author
from portfolio.people.models import Person
from portfolio.people.rules import mark_of
from portfolio.spend.checks import Part
from portfolio.spend.claiming import find_claim, submit_claim
from portfolio.spend.models import Claim
from portfolio.spend.rules import ClaimStatus
from tests import make
from tests.conftest import NOW
from tests.make import Q1, Q2
from tests.pages import value_of
from tests.saving import save_claim
from tests.spend.test_checks import CLAIM

ADDRESS = "/spend/SVD-25-03/dorset/2025-26"
Q2_PAGE = f"{ADDRESS}/q2"
PROFILE = ("4968.84", "4968.83", "4968.83", "4968.83")
EXPLANATION = "Late-start groups ran in September, bringing spend forward from Q3."


def award(session: Session, lead: Person) -> Award:
    """The award of £19,875.33, led by somebody."""
    categories = [
        CostCategory(name=name, position=place, needs_text=name == OTHER)
        for place, name in enumerate(DEFAULT_CATEGORIES, 1)
    ]
    make.programme(session, categories=categories)
    shares = {"non-labour": {"dorset": Decimal("80790.21"), "bcp": Decimal("98079.67")}}
    year = make.funding_year(session, allocations=shares)
    proposal = make.proposal(
        session,
        "SVD-25-03",
        title="Level-Up Project",
        asks={"non-labour": Decimal("19875.33")},
        funding_year=year,
    )
    made = make.award(session, proposal, lead_person_id=lead.id)
    assert [str(share.amount) for share in made.lines[0].profile] == list(PROFILE)
    return made


def first_quarter(session: Session, made: Award, status: ClaimStatus = ClaimStatus.APPROVED) -> None:
    """Q1 as it was claimed: £3,516.31."""
    lines = {
        ("non-labour", "pay and on-costs"): Decimal("3103.33"),
        ("non-labour", "equipment and materials"): Decimal("412.98"),
    }
    make.claim(session, made, Q1, lines=lines, status=status)


def typed(part: Part, **changes: str) -> dict[str, str]:
    """What the browser sends of a part's page: every box of it, with the story's figures, and the button "continue"."""
    return {**FILLED[part](), "do": "next", **{name.replace("__", "-"): value for name, value in changes.items()}}


def _spend() -> dict[str, str]:
    amounts = {
        "pay and on-costs": ("4655", ""),
        "equipment and materials": ("£837.77", ""),
        OTHER: ("-125.00", "Refund of a cancelled venue booked in June"),
    }
    sent = {"variance_explanation": EXPLANATION}
    for place, category in enumerate(DEFAULT_CATEGORIES):
        amount, description = amounts.get(category, ("", ""))
        sent |= {
            f"lines-{place}-stream": "non-labour",
            f"lines-{place}-category": category,
            f"lines-{place}-amount": amount,
            f"lines-{place}-description": description,
            f"lines-{place}-transaction": "",
        }
    return sent


def _forecast() -> dict[str, str]:
    sent: dict[str, str] = {}
    for place, (quarter, amount) in enumerate((("Q3", "5500.00"), ("Q4", "5491.25"))):
        sent |= {
            f"forecasts-{place}-stream": "non-labour",
            f"forecasts-{place}-quarter": quarter,
            f"forecasts-{place}-amount": amount,
        }
    return sent


FILLED: Mapping[Part, Callable[[], dict[str, str]]] = {
    Part.SPEND: _spend,
    Part.MATCH: lambda: {"match_spent": "0"},
    Part.FORECAST: _forecast,
    Part.PROGRESS: lambda: {
        "narrative": "Two extra groups in September.",
        "delivery_rag": "Amber/Green",
        "spend_rag": "Green",
    },
    Part.OUTPUTS: lambda: {"outputs": ""},
    Part.RISKS: lambda: {"risks": ""},
}


def seen(browser: FlaskClient, part: Part, page: str = Q2_PAGE) -> str:
    """The digest with which a part's page is opened."""
    return value_of(browser.get(f"{page}/{part.value}"), "seen")


def save(browser: FlaskClient, part: Part, page: str = Q2_PAGE, **changes: str) -> TestResponse:
    """What comes of saving a part's page; it is opened for it, unless `seen` is among the changes."""
    opened = {} if "seen" in changes else {"seen": seen(browser, part, page)}
    return browser.post(f"{page}/{part.value}", data=typed(part, **opened, **changes))


def fill_in(browser: FlaskClient, **changes: Mapping[str, str]) -> None:
    """Save every page of Q2, with changes by part; each leads on to the next."""
    for part in Part:
        assert save(browser, part, **changes.get(part.value, {})).status_code == 302, part


def claim_now(session: Session, award: Award) -> Claim:
    """Level-Up's Q2 as it stands in the database."""
    session.rollback()
    found = find_claim(session, award, Q2)
    assert found is not None
    return found


def send(browser: FlaskClient) -> TestResponse:
    """What comes of sending Q2 as it is checked."""
    return browser.post(f"{Q2_PAGE}/check", data={"edition": value_of(browser.get(f"{Q2_PAGE}/check"), "edition")})


def sent(session: Session, award: Award) -> Claim:
    """Level-Up's Q2 as the story tells it, submitted by its lead."""
    assert award.lead_person_id is not None
    session.commit()
    scene: Author = session.info["author"]
    replace(scene, name=mark_of(award.lead_person_id), deed="Submitted a claim")(session)
    claim = save_claim(session, award, Q2, CLAIM, today=NOW.date())
    submit_claim(session, award, Q2, claim.edition, by_id=award.lead_person_id, now=NOW, today=NOW.date())
    session.commit()
    scene(session)
    return claim_now(session, award)
