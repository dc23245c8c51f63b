"""Judges a workbook of claims by the rules of the site's own forms, and says in which cell each fault stands."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from sqlalchemy import func
from sqlalchemy.orm import Session

from portfolio.decisions.models import Award
from portfolio.decisions.queries import awards_found, awards_within
from portfolio.errors import PortfolioError
from portfolio.money import ZERO
from portfolio.people.rules import Within
from portfolio.proposals.models import Proposal
from portfolio.quarters import FinancialYear, Quarter
from portfolio.spend import figures
from portfolio.spend.checks import Contents, Ground, NotAnswered, blanks, claim_warnings, faults, not_open
from portfolio.spend.claiming import open_questions, with_rows
from portfolio.spend.figures import Position
from portfolio.spend.models import Claim
from portfolio.spend.rules import AboveAllocation, ClaimedTwice, NeedsExplanation, compared
from portfolio.spend.standing import grounds_of, hold
from portfolio.spend.workbooks.faults import Fault, Severity
from portfolio.spend.workbooks.gathering import Gathering, Key, Typed, key_in, key_of
from portfolio.spend.workbooks.layout import FORECASTS, PROGRESS, REQUIRED, SPEND
from portfolio.spend.workbooks.reading import DOWNLOAD, Filled
from portfolio.spend.workbooks.values import alike
from reports.claim_content import (
    AREA,
    FORM,
    FORM_VERSION,
    KIND,
    PARTNERSHIP,
    PROGRAMME,
    QUARTER,
    REFERENCE,
    VERSION,
    YEAR,
)


@dataclass
class Judged:
    """A workbook as the rules see it: what is wrong with it, and the claims that it would make."""

    quarter: Quarter
    faults: list[Fault] = field(default_factory=list)
    claims: list[Typed] = field(default_factory=list)
    saved: dict[int, Claim] = field(default_factory=dict)
    """The claims that there are, by award."""

    @property
    def is_sound(self) -> bool:
        """Nothing stands in the way of taking it over."""
        return not any(fault.severity is Severity.MUST for fault in self.faults)

    def is_left_alone(self, typed: Typed) -> bool:
        """Nothing was typed for an award of several, whose forecast the workbook began with: no claim comes of that."""
        nothing_else = typed.contents == Contents(forecasts=typed.contents.forecasts)
        return len(self.claims) > 1 and typed.award.id not in self.saved and nothing_else


def judge(
    session: Session,
    filled: Filled,
    quarter: Quarter,
    only: Award | None,
    within: Within,
    today: date,
    *,
    holding: bool = False,
) -> Judged:
    """A workbook that was sent for a quarter, of `only` one award or of all within reach; as many statements for all.

    `holding` keeps others from claiming of these awards until this is committed.
    """
    judged = Judged(quarter, [*filled.faults])
    judged.faults += _not_this_one(filled, quarter)
    if not judged.is_sound and not (filled.tables.keys() & {SPEND, PROGRESS}):
        return judged
    awards = _awards_in(session, filled, within)
    judged.faults += _of_another_award(filled, awards, only)
    if any(fault.code == ANOTHER for fault in judged.faults):
        judged.faults = [fault for fault in judged.faults if fault.code == ANOTHER]
        return judged
    if not all(layout in filled.tables for layout in REQUIRED):
        return judged  # of a sheet that is missing, every row would be
    if only is not None:
        awards = {key: award for key, award in awards.items() if award.id == only.id}
    if holding:
        hold(session, awards.values())
    gathering = Gathering(filled, awards, quarter)
    judged.claims = gathering.claims()
    judged.faults += gathering.faults
    _judge_claims(session, judged, gathering, today)
    return judged


ANOTHER = "another"
"""The code of what makes a workbook one for something else: nothing more is said of it then."""


def _not_this_one(filled: Filled, quarter: Quarter) -> Iterable[Fault]:
    """That the workbook is no form of ours, of another version, or for another quarter, by name."""
    told = filled.told()
    if not told:
        return
    if told.get(KIND) != FORM:
        yield Fault(*filled.cell_of(KIND), f"This is not a workbook of claims. {DOWNLOAD}", code=ANOTHER)
    elif told.get(FORM_VERSION) != VERSION:
        version = told.get(FORM_VERSION) or "(none)"
        sentence = f"This workbook has form version {version[:20]}, and the site takes version {VERSION}. {DOWNLOAD}"
        yield Fault(*filled.cell_of(FORM_VERSION), sentence, code=ANOTHER)
    else:
        item = YEAR
        try:
            year = FinancialYear.parse(told.get(YEAR, ""))
            item = QUARTER
            of = Quarter.parse(year, told.get(QUARTER, ""))
        except PortfolioError as error:
            yield Fault(*filled.cell_of(item), f"{error.sentence}. {DOWNLOAD}")
            return
        if of != quarter:
            sentence = f"This workbook is for {of.short}, and this page is for {quarter.short}. "
            sentence += f"Upload it on the page of {of.short}"
            yield Fault(*filled.cell_of(YEAR if of.year != quarter.year else QUARTER), sentence, code=ANOTHER)


def _awards_in(session: Session, filled: Filled, within: Within) -> dict[Key, Award]:
    """The awards within reach that any row names: what lies beyond it is not even looked for."""
    references = {key_in(row)[0] for layout in (PROGRESS, SPEND, FORECASTS) for row in filled.rows(layout)}
    named = func.lower(Proposal.reference).in_(references)
    return {key_of(award): award for award in awards_found(session, awards_within(within), named)}


def _of_another_award(filled: Filled, awards: Mapping[Key, Award], only: Award | None) -> Iterable[Fault]:
    """That the workbook is for another award than its page, or says another programme, area or partnership."""
    told = filled.told()
    for item, name_of in _NAMES.items():
        said = told.get(item, "")
        strange = sorted({name_of(award) for award in awards.values() if alike(name_of(award)) not in alike(said)})
        if said and strange:
            sentence = f"This workbook is for {said[:120]}, and its awards are of {strange[0]}. {DOWNLOAD}"
            yield Fault(*filled.cell_of(item), sentence, code=ANOTHER)
    table = filled.tables.get(PROGRESS)
    rows = [row for row in filled.rows(PROGRESS) if key_in(row) in awards]
    if only is None or table is None or not rows:
        return
    here = Fault(table.sheet, table.cell(rows[0].number, REFERENCE), "", code=ANOTHER)
    if len(rows) > 1:
        sentence = f"This workbook is for {len(rows)} awards, and this page is for {_named(only)} alone. "
        yield replace(here, sentence=f"{sentence}Upload it on the page for all your awards")
    elif (award := awards[key_in(rows[0])]).id != only.id:
        sentence = f"This workbook is for {_named(award)}, and this page is for {_named(only)}. "
        yield replace(here, sentence=f"{sentence}Upload it on the page of {_named(award)}")


_NAMES: Mapping[str, Callable[[Award], str]] = {
    PROGRAMME: lambda award: award.proposal.funding_year.programme.name,
    AREA: lambda award: award.proposal.funding_year.police_area.name,
    PARTNERSHIP: lambda award: award.csp.name,
}


def _named(award: Award) -> str:
    return f"{award.proposal.reference} ({award.csp.short_name})"


def _judge_claims(session: Session, judged: Judged, gathering: Gathering, today: date) -> None:
    awards = [typed.award for typed in judged.claims]
    if not awards:
        return
    written = with_rows(Claim.award_id.in_([award.id for award in awards]), Claim.quarter == judged.quarter)
    found = session.scalars(written.execution_options(populate_existing=True))
    judged.saved = {claim.award_id: claim for claim in found}
    positions = figures.of_awards(session, awards, judged.quarter)
    grounds = grounds_of(session, awards, judged.quarter, gathering.transactions(), positions)
    claimed: dict[str, str] = {}
    said = {(fault.sheet, fault.cell) for fault in judged.faults}
    for typed in judged.claims:
        if not judged.is_left_alone(typed):
            ground = grounds[typed.award.id]
            ruled = _faults_of(typed, judged.saved.get(typed.award.id), ground, today)
            ruled += _claimed_here_too(typed, claimed)
            # Of a cell that could not be read, only that is said: to the rules it is blank.
            judged.faults += [fault for fault in ruled if (fault.sheet, fault.cell) not in said]
    for typed in judged.claims:
        # Figures that are not all there would give warnings that mean nothing.
        if judged.is_sound and not judged.is_left_alone(typed):
            judged.faults += _worth_knowing(typed, grounds[typed.award.id], positions[typed.award.id])
    judged.faults += _above_together(judged.claims, grounds)


def _above_together(claims: Sequence[Typed], grounds: Mapping[int, Ground]) -> list[Fault]:
    """E2 of a partnership's claims in one workbook: each alone may fit its allocation, and all of them may not."""
    several: dict[tuple[int, int, str], list[Typed]] = defaultdict(list)
    for typed in claims:
        for stream, amount in typed.contents.spent.items():
            if amount > 0:
                several[typed.award.proposal.funding_year_id, typed.award.csp_id, stream].append(typed)
    found = []
    for (_, _, stream), sharing in several.items():
        ground, amounts = grounds[sharing[-1].award.id], [typed.contents.spent[stream] for typed in sharing]
        allocation, before = ground.allocation.get(stream), ground.claimed_by_csp.get(stream, ZERO)
        if allocation is not None and before + max(amounts) <= allocation < before + sum(amounts):
            error = AboveAllocation(ground.csp, stream, before + sum(amounts), allocation)
            found += _placed(sharing[-1], [error], Severity.SHOULD)
    return found


def _faults_of(typed: Typed, claim: Claim | None, ground: Ground, today: date) -> list[Fault]:
    """What the rules say of one award's claim: what cannot be taken over, and what sending it will ask for."""
    closed = not_open(None if claim is None else claim.status, ground)
    if closed:
        return _placed(typed, closed, Severity.MUST)
    contents = typed.contents
    errors = faults(contents, ground, today)
    asked: list[PortfolioError] = [error for error in errors if isinstance(error, NeedsExplanation)]
    must = [error for error in errors if not isinstance(error, NeedsExplanation)]
    questions = {question.id for question in open_questions(claim)} if claim is not None else set()
    asked += blanks(contents, ground)
    asked += [NotAnswered(f"answers.{number}") for number in questions if not typed.answers.get(number)]
    # What stands in no cell is missing with its row or its column, which is said already.
    asked = [error for error in asked if typed.spots.get(error.field or "", (None, None))[1] is not None]
    found = _placed(typed, must, Severity.MUST) + _placed(typed, asked, Severity.SHOULD)
    for number in typed.answers.keys() - questions:
        sentence = f"Question {number} no longer waits for an answer. Delete this row. {DOWNLOAD}"
        found.append(Fault(*typed.spot(f"answers.{number}"), sentence))
    return found + _saved_since(typed, claim)


def _placed(typed: Typed, errors: Sequence[PortfolioError], severity: Severity) -> list[Fault]:
    return [Fault(*typed.spot(error.field), error.sentence, severity, error.code) for error in errors]


def _saved_since(typed: Typed, claim: Claim | None) -> list[Fault]:
    edition = 0 if claim is None else claim.edition
    if typed.saves == edition or "saves" not in typed.spots:
        return []
    before = f"The claim of {_named(typed.award)} was saved after this workbook was downloaded"
    if typed.saves is None:
        before = "This cell no longer says how often the claim had been saved when the workbook was downloaded"
    sentence = f"{before}. What you typed would replace what is saved: look at each change below"
    return [Fault(*typed.spot("saves"), sentence, Severity.SHOULD)]


def _worth_knowing(typed: Typed, ground: Ground, positions: Mapping[int, Position]) -> list[Fault]:
    programme = typed.award.proposal.funding_year.programme
    before = ground.quarter.number - 1
    earlier = {
        stream.name: positions[stream.id].actual[:before] for stream in programme.streams if stream.id in positions
    }
    warnings = claim_warnings(typed.contents, ground, earlier=earlier, carry_over=programme.carry_over)
    not_described = (
        typed.spot(f"lines[{place}].description")
        for place, line in enumerate(typed.contents.lines)
        if line.amount < 0 and not line.description
    )
    return [
        Fault(
            *(next(not_described, typed.here) if warning.code == "W6" else typed.here),
            f"{warning.about}: {warning.sentence}".removeprefix(": "),
            Severity.SHOULD,
            warning.code,
        )
        for warning in warnings
        if warning.code != "W1"
    ]


def _claimed_here_too(typed: Typed, claimed: dict[str, str]) -> list[Fault]:
    """E7 between the awards of one workbook, which no claim that was sent can tell of yet."""
    found = []
    for place, line in enumerate(typed.contents.lines):
        if not line.transaction:
            continue
        where = claimed.setdefault(compared(line.transaction), _named(typed.award))
        if where != _named(typed.award):
            error = ClaimedTwice(line.transaction, where, f"lines[{place}].transaction")
            found += _placed(typed, [error], Severity.MUST)
    return found
