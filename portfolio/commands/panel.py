"""The demonstration's panel: its call, what it scored, tried and agreed to do, and the call that is open now.

The proposals and the decisions are the story's. That the chair asked to go through the proposals again is published
(minutes of 16 June 2025); everything else here is made up, so that every page has something to show.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from portfolio.assessment.actions import declare_interest, moderate, submit_assessment
from portfolio.assessment.rules import Said, Standing
from portfolio.funding_years.actions import copy_year
from portfolio.funding_years.models import CSP, FundingYear
from portfolio.meetings.actions import Agreed, end_action, record_action
from portfolio.people.models import Person
from portfolio.proposals.actions import Asked, Contents, draft_proposal, submit_proposal
from portfolio.proposals.calling import set_call
from portfolio.proposals.calls import CallSaid, usual_call
from portfolio.proposals.models import Proposal, Round
from portfolio.proposals.rules import ProposalKind, ToolkitImpact
from portfolio.quarters import FinancialYear
from portfolio.scenarios.actions import save_scenario
from portfolio.scenarios.rules import Plan

HANDED_IN = datetime(2025, 2, 24, 15, 20, tzinfo=UTC)
SCORED = datetime(2025, 3, 6, 11, 0, tzinfo=UTC)
MODERATED = datetime(2025, 3, 10, 14, 0, tzinfo=UTC)
TRIED = datetime(2025, 3, 11, 10, 0, tzinfo=UTC)
SENT = datetime(2025, 10, 17, 16, 5, tzinfo=UTC)
MET = date(2025, 6, 16)
NEXT = FinancialYear(2026)
GUIDANCE = (
    "Say what would be done, for whom, and what shows that it is needed here. "
    "Interventions that go on say what last year came to."
)


@dataclass(frozen=True)
class About:
    """What the panel knew of a proposal beside what the story says of it."""

    area: str
    theme: str
    impact: ToolkitImpact
    need: str


ABOUT = {
    "SVD-25-01": About("Whole of Dorset", "Health support", ToolkitImpact.NOT_RATED, "Exploitation seen in A&E"),
    "SVD-25-02": About("Whole of Dorset", "Work in schools", ToolkitImpact.MODERATE, "Harm among pupils rises"),
    "SVD-25-03": About("Weymouth and Portland", "Work in schools", ToolkitImpact.MODERATE, "Exclusions are high"),
    "SVD-25-04": About("Whole of Dorset", "Offender management", ToolkitImpact.HIGH, "Few people do most harm"),
    "SVD-25-05": About("Weymouth and Portland", "Street work", ToolkitImpact.NOT_RATED, "Weekend violence"),
    "SVD-25-06": About("Whole of Dorset", "Work in schools", ToolkitImpact.LOW, "Knives found in schools"),
    "SVD-25-07": About("Whole of Dorset", "Analysis", ToolkitImpact.NOT_IN_TOOLKIT, "The Duty asks for it"),
    "SVD-25-21": About("Bournemouth", "Street work", ToolkitImpact.MODERATE, "Young people in the centre at night"),
    "SVD-25-22": About("Poole", "Mentoring", ToolkitImpact.MODERATE, "No mentoring there yet"),
    "SVD-25-23": About("BCP", "Analysis", ToolkitImpact.NOT_IN_TOOLKIT, "The Duty asks for it"),
}
POINTS = {
    "SVD-25-01": {"Olive Marsh": (5, 4, 3, 5, 4, 4), "Moira Field": (5, 5, 3, 4, 4, 4), "Ines Roy": (4, 5, 3, 4, 4, 3)},
    "SVD-25-02": {"Olive Marsh": (4, 4, 4, 4, 4, 3), "Moira Field": (5, 4, 4, 4, 3, 3), "Ines Roy": (4, 4, 4, 4, 4, 4)},
    "SVD-25-03": {"Olive Marsh": (4, 4, 4, 4, 3, 4), "Moira Field": (4, 5, 4, 3, 4, 4), "Ines Roy": (4, 4, 3, 4, 4, 4)},
    "SVD-25-04": {"Olive Marsh": (4, 4, 4, 3, 4, 5), "Moira Field": (3, 4, 4, 3, 4, 5)},
    "SVD-25-05": {"Olive Marsh": (3, 5, 2, 2, 2, 2), "Moira Field": (3, 5, 3, 3, 3, 2), "Ines Roy": (2, 3, 1, 1, 1, 1)},
    "SVD-25-06": {"Olive Marsh": (2, 3, 1, 3, 1, 2), "Moira Field": (2, 2, 1, 3, 1, 2)},
}
"""Points by proposal and assessor, in the order of the usual criteria."""
AGREED = ("SVD-25-05", (3, 5, 2, 2, 2, 2), "Need is strong; there is no profile of costs and no way out after the year")
INTERESTED = ("SVD-25-04", "SVD-25-06")
SCENARIOS: Mapping[str, tuple[str, dict[str, str]]] = {
    "Put to the meeting": (
        "Four funded, two of them in part",
        {"SVD-25-01": "28413.75", "SVD-25-02": "22099.20", "SVD-25-03": "19875.33", "SVD-25-04": "10401.93"},
    ),
    "Continuations in full": (
        "The three that go on get all they ask; what is left goes to the tool",
        {"SVD-25-01": "28413.75", "SVD-25-02": "24099.20", "SVD-25-03": "19875.33", "SVD-25-04": "8401.93"},
    ),
    "Street mentors instead of the tool": (
        "Work in both town centres at night; the two that go on beside it in full",
        {"SVD-25-01": "28413.75", "SVD-25-03": "19875.33", "SVD-25-05": "32501.13"},
    ),
}
"""Name, note, and pounds of non-labour money by proposal."""
POSTS = {"SVD-25-02": "3000.00", "SVD-25-07": "48097.47"}
"""Labour money, alike in every scenario."""


def tell_the_round(session: Session, year: FundingYear, now: datetime) -> None:
    """Tell how Dorset's panel came to its decisions, what its meeting agreed, and what it calls for now."""
    csps = {csp.key: csp for csp in session.scalars(select(CSP))}
    people = {person.name: person for person in session.scalars(select(Person))}
    proposals = {row.reference: row for row in session.scalars(select(Proposal)) if row.funding_year_id == year.id}
    for reference, about in ABOUT.items():
        row = proposals[reference]
        row.area, row.activity_type, row.need = about.area, about.theme, about.need
        row.toolkit_impact, row.submitted_at = about.impact, HANDED_IN
    calls = {key: set_call(session, year, csp, usual_call(year.year), scoring_began=False) for key, csp in csps.items()}
    _score(session, calls["dorset"], proposals, people)
    _try(session, year, csps["dorset"], proposals, people["Moira Field"])
    _agree(session, csps["dorset"], proposals, people, now)
    _call_for_next(session, year, csps["dorset"], proposals, people)


def _score(session: Session, call: Round, proposals: Mapping[str, Proposal], people: Mapping[str, Person]) -> None:
    for reference in INTERESTED:
        declare_interest(session, proposals[reference], people["Ines Roy"], "Works for Dorset Police", SCORED.date())
    for reference, given in POINTS.items():
        for name, points in given.items():
            said = _said(call, points, f"{name.split()[0]}: as the proposal shows")
            submit_assessment(session, proposals[reference], call, people[name], said, _undecided, SCORED)
    reference, points, note = AGREED
    said = Said({each.id: one for each, one in zip(call.criteria, points, strict=True)}, comment=note)
    moderate(
        session,
        proposals[reference],
        call,
        said,
        passes_gates=True,
        seen=None,
        by=people["Olive Marsh"],
        now=MODERATED,
        standings=_undecided,
    )


def _undecided(*_: object) -> dict[tuple[int, int], Standing]:
    """When the panel scored, nothing was decided yet."""
    return {}


def _said(call: Round, points: tuple[int, ...], why: str) -> Said:
    return Said(
        {each.id: one for each, one in zip(call.criteria, points, strict=True)},
        {each.id: why for each in call.criteria},
        {gate.id: True for gate in call.gates},
    )


def _try(session: Session, year: FundingYear, csp: CSP, proposals: Mapping[str, Proposal], by: Person) -> None:
    streams = {stream.name: stream for stream in year.programme.streams}
    for name, (note, chosen) in SCENARIOS.items():
        awards: dict[int, dict[int, Decimal]] = {}
        for stream, amounts in ((streams["labour"], POSTS), (streams["non-labour"], chosen)):
            for reference, amount in amounts.items():
                awards.setdefault(proposals[reference].id, {})[stream.id] = Decimal(amount)
        plan = Plan(_ceilings(year, csp), Decimal(0), awards)
        save_scenario(session, year, csp, plan, name=name, note=note, by=by, now=TRIED)


def _ceilings(year: FundingYear, csp: CSP) -> dict[int, Decimal]:
    return {
        each.stream_id: share.amount for each in year.allocations for share in each.shares if share.csp_id == csp.id
    }


def _agree(
    session: Session, csp: CSP, proposals: Mapping[str, Proposal], people: Mapping[str, Person], now: datetime
) -> None:
    olive = people["Olive Marsh"]

    def agreed(text: str, owner: str, due_on: date, minute: str, about: str | None = None) -> Agreed:
        proposal = proposals[about] if about else None
        return Agreed(text, people[owner], due_on, csp.name, MET, minute, proposal)

    actions = (
        agreed(
            "Go through the proposals again, particularly those that were rejected", olive.name, date(2025, 7, 31), "6"
        ),
        agreed("Ask the hospital trust how admissions for assault could be had", "Moira Field", date(2025, 9, 30), "3"),
        agreed("Say which offences measure (b) counts", "Ines Roy", date(2025, 11, 28), "3"),
        agreed("Look for other money for the street mentors", olive.name, date(2025, 12, 12), "6", "SVD-25-05"),
    )
    rows = [record_action(session, csp, each, by=olive, now=now, today=now.date()) for each in actions]
    end_action(session, rows[0], by=olive, records=True, note="Done with the chair", dropped=False, today=now.date())


def _call_for_next(
    session: Session, year: FundingYear, csp: CSP, proposals: Mapping[str, Proposal], people: Mapping[str, Person]
) -> None:
    """Next year is provisional, its call is open, one lead has begun, and another's proposal is being scored."""
    coming = copy_year(session, year, NEXT)
    session.flush()
    call = set_call(
        session, coming, csp, CallSaid(date(2025, 10, 6), date(2025, 11, 28), GUIDANCE), scoring_began=False
    )
    begun = _again(proposals["SVD-25-03"], coming, csp, "A third year, in four schools.", "5250.00")
    draft_proposal(session, coming, begun)
    whole = _again(proposals["SVD-25-01"], coming, csp, "The nurse's third year, with one more clinic.", "7450.00")
    nurse = submit_proposal(session, draft_proposal(session, coming, whole), SENT)
    session.flush()
    moira, why = people["Moira Field"], "Two years of figures; one more clinic is not costed"
    submit_assessment(session, nurse, call, moira, _said(call, (5, 4, 3, 4, 4, 3), why), _undecided, SENT)


def _again(earlier: Proposal, year: FundingYear, csp: CSP, summary: str, a_quarter: str) -> Contents:
    """An intervention proposed for another year, at so many pounds of non-labour pay a quarter."""
    stream = next(each for each in year.programme.streams if each.name == "non-labour")
    pay = next(each for each in year.programme.categories if each.name == "pay and on-costs")
    return Contents(
        title=earlier.title,
        lead=earlier.lead_organisation,
        kind=ProposalKind.CONTINUATION,
        summary=summary,
        asks=[Asked(stream, Decimal(a_quarter), pay, quarter) for quarter in year.year.quarters],
        asked_of=[csp],
        levels=[each.level for each in earlier.levels],
        continues=earlier,
        lead_person_id=earlier.lead_person_id,
        need=earlier.need,
        activity_type=earlier.activity_type,
        area=earlier.area,
        toolkit_impact=earlier.toolkit_impact,
        outcomes_promised="Fewer young people drawn into violence, by the outcomes counted each quarter.",
    )
