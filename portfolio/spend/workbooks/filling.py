"""Makes the workbook of some awards' quarter: what is saved of each claim, or what a first claim begins with."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy.orm import Session

from portfolio.clock import LONDON
from portfolio.decisions.amounts import plans_by_category
from portfolio.decisions.models import Award
from portfolio.decisions.queries import awards_found, awards_within
from portfolio.money import ZERO
from portfolio.people.rules import Within
from portfolio.quarters import Quarter
from portfolio.spend.checks import Contents, Ground
from portfolio.spend.claiming import begun_after, contents_of, open_questions, with_rows
from portfolio.spend.models import Claim
from portfolio.spend.rules import Line, bad_quarter
from portfolio.spend.standing import grounds_of
from portfolio.spend.workbooks.layout import MOST
from reports import claim_form
from reports.claim_content import AwardOnForm, CheckRow, ClaimForm, ForecastRow, ProgressRow, QuestionRow, SpendRow

ByCategory = Mapping[tuple[str, str], Decimal]
"""Pounds by stream and category."""


def awards_to_claim(session: Session, within: Within, quarter: Quarter, today: date) -> list[Award]:
    """The awards within reach that a quarter's claim can be made of: it touches their dates, and it has begun."""
    reached = awards_found(
        session,
        awards_within(within),
        Award.starts_on <= quarter.last_day,
        Award.ends_on >= quarter.first_day,
    )
    return [award for award in reached if not bad_quarter(quarter, award.starts_on, award.ends_on, today)]


def workbook_of(
    session: Session,
    awards: Sequence[Award],
    quarter: Quarter,
    *,
    now: datetime,
    made_for: str,
    rags: Mapping[str, str],
) -> bytes:
    """The workbook of some awards' quarter, to be filled in by somebody; at least one award."""
    claims: dict[int, list[Claim]] = defaultdict(list)
    numbers = [award.id for award in awards]
    written = with_rows(Claim.award_id.in_(numbers), Claim.quarter <= quarter).order_by(Claim.quarter)
    for claim in session.scalars(written):
        claims[claim.award_id].append(claim)
    grounds, plans = grounds_of(session, awards, quarter), plans_by_category(session, numbers, quarter)
    form = _Form(quarter)
    for award in awards:
        form.add(award, grounds[award.id], plans[award.id], claims[award.id])
    years = [award.proposal.funding_year for award in awards]
    return claim_form.write(
        ClaimForm(
            quarter=quarter.name,
            year=str(quarter.year),
            period=str(quarter).partition(": ")[2],
            programmes=_once(year.programme.name for year in years),
            areas=_once(year.police_area.name for year in years),
            partnerships=_once(award.csp.name for award in awards),
            awards=[named(award) for award in awards],
            made_at=now.astimezone(LONDON),
            made_for=made_for,
            rags=rags,
            most=MOST,
            spend=form.spend,
            forecasts=form.forecasts,
            progress=form.progress,
            questions=form.questions,
            checks=form.checks,
        )
    )


def _once(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(names))


def named(award: Award) -> AwardOnForm:
    """An award, as every sheet names it."""
    return AwardOnForm(award.proposal.reference, award.csp.name, award.proposal.title)


class _Form:
    """The rows of every sheet, award by award."""

    def __init__(self, quarter: Quarter) -> None:
        self._quarter = quarter
        self.spend: list[SpendRow] = []
        self.forecasts: list[ForecastRow] = []
        self.progress: list[ProgressRow] = []
        self.questions: list[QuestionRow] = []
        self.checks: list[CheckRow] = []

    def add(self, award: Award, ground: Ground, plans: ByCategory, claims: Sequence[Claim]) -> None:
        """An award with what it plans of the quarter, and its claims up to it, oldest first."""
        on_form, quarter = named(award), self._quarter
        earlier = [claim for claim in claims if claim.quarter < quarter]
        before = earlier[-1] if earlier else None
        claim = next((claim for claim in claims if claim.quarter == quarter), None)
        contents = begun_after(before, ground) if claim is None else contents_of(claim)
        last = contents_of(before) if before is not None and before.quarter == quarter.previous else Contents()
        given = contents_of(before).forecasts if before is not None else {}
        self._add_spend(on_form, ground, plans, contents, last)
        self.forecasts += [
            ForecastRow(
                on_form,
                stream,
                later.name,
                ground.planned[stream, later],
                given.get((stream, later)),
                contents.forecasts.get((stream, later)),
            )
            for stream in ground.award
            for later in ground.to_forecast
        ]
        self.progress.append(
            ProgressRow(
                on_form,
                0 if claim is None else claim.edition,
                contents.match_spent,
                contents.narrative,
                contents.delivery_rag or "",
                contents.spend_rag or "",
                contents.outputs,
                contents.risks,
                contents.variance_explanation,
            )
        )
        for question in open_questions(claim) if claim is not None else ():
            parts = (question.stream, question.category)
            about = ", ".join(part.name for part in parts if part is not None) or "The claim as a whole"
            self.questions.append(QuestionRow(on_form, question.id, about, question.question, question.answer or ""))
        rule = ground.variance_rule
        self.checks += [
            CheckRow(on_form, stream, ground.left(stream), ground.profile[stream], rule.percent, rule.floor)
            for stream in ground.award
        ]

    def _add_spend(
        self, on_form: AwardOnForm, ground: Ground, plans: ByCategory, contents: Contents, last: Contents
    ) -> None:
        lines, spent = _by_category(contents), _by_category(last)
        for stream in ground.award:
            for category, needs_text in ground.categories.items():
                key = (stream, category)
                before = sum((line.amount for line in spent[key]), ZERO) if spent[key] else None
                for number, line in enumerate(lines[key] or [None], start=1):
                    self.spend.append(
                        SpendRow(
                            on_form,
                            stream,
                            category,
                            number,
                            plans.get(key),
                            before,
                            line.amount if line else None,
                            (line.description or "") if line else "",
                            (line.transaction or "") if line else "",
                            needs_text,
                        )
                    )


def _by_category(contents: Contents) -> dict[tuple[str, str], list[Line]]:
    found: dict[tuple[str, str], list[Line]] = defaultdict(list)
    for line in contents.lines:
        found[line.stream, line.category].append(line)
    return found
