"""The returns that wait for somebody: to be checked, signed, issued, or answered for."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from portfolio.overview.queries import returns_under_way
from portfolio.people.rules import Act, Viewer
from portfolio.returns.models import Return
from portfolio.returns.queries import Place, place_of
from portfolio.returns.rules import NOT_WHO_PREPARED_IT, STEPS, ReturnStatus, acts_for

WAITS: dict[ReturnStatus, tuple[str, str, str]] = {
    ReturnStatus.PREPARED: ("waits to be checked", "Check it", "returns.checking"),
    ReturnStatus.CHECKED: ("waits for a signature", "Certify it", "returns.certifying"),
    ReturnStatus.CERTIFIED: ("can be issued", "Issue it", "returns.issuing"),
    ReturnStatus.QUERIED: ("waits for an answer", "Answer the question", "returns.answering"),
}
"""What a return in a state waits for, what is done about it, and the endpoint of the page for that."""
MOST_STEPS = 20
"""So many returns stand on the front page; the list of returns has all."""


@dataclass(frozen=True)
class NextStep:
    """A return whose next step somebody may take, or would if they had not prepared it."""

    found: Return
    is_own: bool
    """Whether the person prepared it themselves, so that somebody else takes this step."""

    @property
    def place(self) -> Place:
        """Whose return it is, and of which quarter."""
        return place_of(self.found)

    @property
    def in_words(self) -> str:
        """What waits for what."""
        return f"{self.place.name}, {self.found.quarter.short}, {WAITS[self.found.status][0]}."

    @property
    def step(self) -> str:
        """What is done next, on a button."""
        return WAITS[self.found.status][1]

    @property
    def endpoint(self) -> str:
        """The page on which it is done."""
        return WAITS[self.found.status][2]

    @property
    def last_by(self) -> str:
        """Who did the last thing to it."""
        return {
            ReturnStatus.PREPARED: f"Prepared by {self.found.prepared_by}",
            ReturnStatus.CHECKED: f"Checked by {self.found.checked_by}",
            ReturnStatus.CERTIFIED: f"Certified by {self.found.certified_by}",
        }.get(self.found.status, "Asked about by the commissioner’s office")

    @property
    def year_in_words(self) -> str:
        """The programme and its year."""
        return f"{self.found.funding_year.programme.name} {self.found.funding_year.year}"


def next_steps(session: Session, viewer: Viewer) -> list[NextStep]:
    """The returns that wait for somebody, newest quarter first, and after those the ones that others must take on."""
    found = []
    for one in returns_under_way(session, viewer.within(Act.SEE_RETURNS)):
        acts = acts_for(STEPS[one.status], one.kind)
        if any(place_of(one).is_reached_by(viewer.within(act)) for act in acts):
            is_own = one.status in NOT_WHO_PREPARED_IT and one.prepared_by_id == viewer.person_id
            found.append(NextStep(one, is_own))
    return sorted(found, key=lambda step: step.is_own)
