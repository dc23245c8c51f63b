"""Level-Up, SVD-25-03, with the story's own figures: its award, its Q1, and the claim of Q2 as its lead types it."""

from decimal import Decimal

from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portfolio.decisions.models import Award
from portfolio.funding_years.models import CostCategory
from portfolio.funding_years.rules import DEFAULT_CATEGORIES, OTHER
from portfolio.people.models import Person
from portfolio.spend.claiming import find_claim
from portfolio.spend.models import Claim
from portfolio.spend.rules import ClaimStatus
from tests import make
from tests.make import Q1, Q2

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


def typed(edition: int = 0, **changes: str) -> dict[str, str]:
    """What the browser sends: every box of the form, the story's figures in three of them."""
    amounts = {
        "pay and on-costs": ("4655", ""),
        "equipment and materials": ("£837.77", ""),
        OTHER: ("-125.00", "Refund of a cancelled venue booked in June"),
    }
    sent = {"edition": str(edition), "do": "check"}
    for place, category in enumerate(DEFAULT_CATEGORIES):
        amount, description = amounts.get(category, ("", ""))
        sent |= {
            f"lines-{place}-stream": "non-labour",
            f"lines-{place}-category": category,
            f"lines-{place}-amount": amount,
            f"lines-{place}-description": description,
            f"lines-{place}-transaction": "",
        }
    for place, (quarter, amount) in enumerate((("Q3", "5500.00"), ("Q4", "5491.25"))):
        sent |= {
            f"forecasts-{place}-stream": "non-labour",
            f"forecasts-{place}-quarter": quarter,
            f"forecasts-{place}-amount": amount,
        }
    sent |= {
        "match_spent": "0",
        "narrative": "Two extra groups in September.",
        "delivery_rag": "Amber/Green",
        "spend_rag": "Green",
        "outputs": "",
        "risks": "",
        "variance_explanation": EXPLANATION,
    }
    return {**sent, **{name.replace("__", "-"): value for name, value in changes.items()}}


def claim_now(session: Session, award: Award) -> Claim:
    """Level-Up's Q2 as it stands in the database."""
    session.rollback()
    found = find_claim(session, award, Q2)
    assert found is not None
    return found


def sent(session: Session, leading: FlaskClient, award: Award) -> Claim:
    """Level-Up's Q2, submitted by its lead on the site."""
    assert leading.post(Q2_PAGE, data=typed()).location == f"{Q2_PAGE}/check"
    assert leading.post(f"{Q2_PAGE}/check", data={"edition": "1"}).location == f"{Q2_PAGE}/receipt"
    return claim_now(session, award)
