"""Scenarios saved under a name, changed, and removed; none of it moves a penny."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from portfolio.errors import PortfolioError, refuse_any
from portfolio.funding_years.models import CSP, FundingYear
from portfolio.people.models import Person
from portfolio.scenarios import rules
from portfolio.scenarios.models import Scenario, ScenarioCeiling, ScenarioChoice
from portfolio.scenarios.queries import available, candidates, held
from portfolio.scenarios.rules import Plan


def save_scenario(
    session: Session, year: FundingYear, csp: CSP, plan: Plan, *, name: str, note: str, by: Person, now: datetime
) -> Scenario:
    """Keep what is tried for a partnership's year under a name of its own; it may go over its ceilings."""
    refuse_any([rules.no_name(name), *_faults(session, year, csp, plan)])
    scenario = Scenario(funding_year=year, csp=csp, made_by=by, made_at=now, edition=0)
    session.add(scenario)
    _write(session, scenario, plan, name, note)
    return scenario


def change_scenario(
    session: Session,
    scenario: Scenario,
    plan: Plan,
    *,
    name: str,
    note: str,
    seen: int,
    by: Person,
    decides: bool,
) -> Scenario:
    """Keep what is tried in the place of what a scenario was; refused where somebody saved it after it was seen."""
    now_there = held(session, scenario)
    refuse_any(
        [
            _not_theirs(now_there, by, decides=decides),
            rules.has_moved(now_there.edition, seen),
            rules.no_name(name),
            *_faults(session, scenario.funding_year, scenario.csp, plan),
        ]
    )
    _write(session, now_there, plan, name, note)
    return now_there


def remove_scenario(session: Session, scenario: Scenario, *, by: Person, decides: bool) -> None:
    """Remove a scenario that nobody turned into decisions; the record keeps what it was."""
    now_there = held(session, scenario)
    refuse_any([_not_theirs(now_there, by, decides=decides)])
    session.delete(now_there)


def _not_theirs(scenario: Scenario, by: Person, *, decides: bool) -> PortfolioError | None:
    return rules.cannot_change(
        is_decided=scenario.decided_at is not None,
        is_makers=scenario.made_by_id == by.id,
        decides=decides,
        maker=scenario.made_by.name,
    )


def _faults(session: Session, year: FundingYear, csp: CSP, plan: Plan) -> Sequence[PortfolioError]:
    return rules.bad_plan(plan, candidates(session, year, csp), available(session, year, csp))


def _write(session: Session, scenario: Scenario, plan: Plan, name: str, note: str) -> None:
    """Write a plan into a scenario's rows, as its next edition; rows that stay the same are left alone."""
    scenario.name, scenario.note = name.strip(), note.strip() or None
    scenario.over_percent, scenario.edition = plan.over_percent, scenario.edition + 1
    there = {share.stream: share.allocation for share in available(session, scenario.funding_year, scenario.csp)}
    moved = {stream: amount for stream, amount in plan.ceilings.items() if amount != there.get(stream)}
    for row in list(scenario.ceilings):
        if row.stream_id in moved:
            row.amount = moved.pop(row.stream_id)
        else:
            scenario.ceilings.remove(row)
    scenario.ceilings += [ScenarioCeiling(stream_id=stream, amount=amount) for stream, amount in moved.items()]
    wanted = {
        (number, stream): amount for number, given in plan.awards.items() for stream, amount in given.items() if amount
    }
    for choice in list(scenario.choices):
        key = (choice.proposal_id, choice.stream_id)
        if key in wanted:
            choice.amount = wanted.pop(key)
        else:
            scenario.choices.remove(choice)
    scenario.choices += [
        ScenarioChoice(proposal_id=number, stream_id=stream, amount=amount)
        for (number, stream), amount in wanted.items()
    ]
    session.flush()
