"""A round of Dorset's: one proposal before a panel of an officer and two members."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import pytest
from sqlalchemy.orm import Session

from portfolio.assessment import actions
from portfolio.assessment.models import Assessment, Moderation, PanelScore
from portfolio.assessment.queries import panel_scores
from portfolio.assessment.rules import Said, Standing
from portfolio.people.models import Person
from portfolio.people.rules import Role
from portfolio.proposals.models import Proposal, Round
from tests import make, rounds
from tests.conftest import NOW


def undecided(_session: Session, _proposals: Collection[int]) -> Mapping[tuple[int, int], Standing]:
    """No partnership has decided on anything."""
    return {}


@dataclass
class Panel:
    """The round, what is before it, and its people."""

    session: Session
    proposal: Proposal
    round: Round
    officer: Person
    mia: Person
    noah: Person

    def said(self, points: int, *, passed: bool = True) -> Said:
        """The same points for every criterion, with a reason for each."""
        criteria = {each.id: points for each in self.round.criteria}
        reasons = dict.fromkeys((gate.id for gate in self.round.gates), "" if passed else "Not shown")
        gates = {gate.id: passed for gate in self.round.gates}
        return Said(dict(criteria), dict.fromkeys(criteria, "As it says"), gates, reasons, "As the panel sees it")

    def submits(self, who: Person, points: int, *, passed: bool = True) -> Assessment:
        """Somebody gives the same points for every criterion."""
        said = self.said(points, passed=passed)
        return actions.submit_assessment(self.session, self.proposal, self.round, who, said, undecided, NOW)

    def agrees(self, points: int, *, seen: int | None = None, passes: bool = True) -> Moderation:
        """The officer records what the panel agreed."""
        return actions.moderate(
            self.session, self.proposal, self.round, self.said(points),
            passes_gates=passes, seen=seen, by=self.officer, now=NOW, standings=undecided,
        )  # fmt: skip

    @property
    def score(self) -> PanelScore | None:
        """What is kept of it."""
        self.session.flush()
        return panel_scores(self.session, self.round.csp_id, [self.proposal.id]).get(self.proposal.id)

    def address(self, what: str) -> str:
        """A page of the proposal, `assess`, `panel` or `moderate`."""
        return f"/proposals/{self.proposal.reference}/{what}/dorset"


@pytest.fixture
def panel(session: Session) -> Panel:
    """Nobody has scored yet."""
    csp = make.csp(session)
    proposal = make.proposal(session)
    return Panel(
        session,
        proposal,
        rounds.call(session, proposal.funding_year, csp),
        make.person(session, Role.CSP_OFFICER, name="Olive Officer"),
        make.person(session, Role.CSP_MEMBER, name="Mia Member"),
        make.person(session, Role.CSP_MEMBER, name="Noah Member"),
    )
