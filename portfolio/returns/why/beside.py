"""What a page says of rows beside grant and spend: match, outputs, measures, the ledger, payments, assets."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from portfolio.decisions.models import (
    Award,
)
from portfolio.ledger.models import LedgerExtract, LedgerNote
from portfolio.match_funding.models import Match, MatchReceipt
from portfolio.measures.models import Indicator, IndicatorResult, MeasureDefinition, Observation
from portfolio.people.actions import naming
from portfolio.quarters import format_day
from portfolio.returns.models import Payment, Withholding
from portfolio.returns.why.ways import (
    Told,
    Way,
    done_by,
    of_award,
    signatures,
    to_award,
    to_claim,
    to_match,
    to_project,
    with_award,
    with_claim,
    with_people,
)
from portfolio.spend.models import Claim
from portfolio.year_end.models import Asset

Found = Iterable[tuple[int, Told]]


class Beside:
    """Loads such rows with the names around them, and puts them into words."""

    def __init__(self, session: Session) -> None:
        self._session, self._named = session, naming(session)

    def _rows(self, model: Any, numbers: Collection[int], *options: Any) -> Sequence[Any]:
        return self._session.scalars(select(model).where(model.id.in_(numbers)).options(*options)).all()

    def match(self, numbers: Collection[int]) -> Found:
        """Match that was pledged or secured."""
        for one in self._rows(Match, numbers, joinedload(Match.funder), *with_award(joinedload(Match.award))):
            yield (
                one.id,
                Told(f"Match from {one.funder.name}, {one.kind}", of_award(one.award), [], [to_match(one.award)]),
            )

    def receipts(self, numbers: Collection[int]) -> Found:
        """What came of match."""
        match = joinedload(MatchReceipt.match)
        options = (match.joinedload(Match.funder), *with_award(match.joinedload(Match.award)))
        for one in self._rows(MatchReceipt, numbers, *options):
            what = f"Received from {one.match.funder.name}, {one.match.kind}"
            yield (
                one.id,
                Told(what, of_award(one.match.award, quarter=one.quarter), [], [to_match(one.match.award)]),
            )

    def match_spent(self, numbers: Collection[int]) -> Found:
        """Match spent, as claims say."""
        for claim in self._rows(Claim, numbers, *with_claim(None)):
            about = of_award(claim.award, quarter=claim.quarter)
            yield (
                claim.id,
                Told("Match spent, as the claim says", about, signatures(claim), [to_claim(claim)]),
            )

    def awards(self, numbers: Collection[int]) -> Found:
        """Match spent, shared between the streams of awards."""
        shared = "Shared between the award's streams by what each was awarded"
        for award in self._rows(Award, numbers, *with_award(None)):
            yield award.id, Told("Match spent on the award", of_award(award), [shared], [to_match(award)])

    def targets(self, numbers: Collection[int]) -> Found:
        """Targets of outputs and outcomes."""
        for one in self._rows(Indicator, numbers, *with_award(joinedload(Indicator.award))):
            yield (
                one.id,
                Told(
                    f"Target: {one.name}",
                    of_award(one.award),
                    [one.target_because or ""],
                    [to_project(one.award)],
                ),
            )

    def results(self, numbers: Collection[int]) -> Found:
        """What outputs and outcomes came to."""
        indicator = joinedload(IndicatorResult.indicator)
        for one in self._rows(IndicatorResult, numbers, *with_award(indicator.joinedload(Indicator.award))):
            award = one.indicator.award
            yield (
                one.id,
                Told(
                    f"Result: {one.indicator.name}",
                    of_award(award, quarter=one.quarter),
                    [],
                    [to_project(award)],
                ),
            )

    def observations(self, numbers: Collection[int]) -> Found:
        """Observations of success measures."""
        measure = joinedload(Observation.definition).joinedload(MeasureDefinition.measure)
        for one in self._rows(Observation, numbers, measure):
            of, by = one.definition.measure, done_by("Recorded by", self._named(one.recorded_by), one.recorded_at)
            way = Way("measure", "The measure", {"number": of.id})
            yield one.id, Told(f"Observation: {of.name}", f"{of.code}, {one.quarter.short}", [by], [way])

    def extracts(self, numbers: Collection[int]) -> Found:
        """Extracts of a ledger."""
        options = with_people(LedgerExtract.taken_by)
        for one in self._rows(LedgerExtract, numbers, *options):
            by = done_by("Taken over by", one.taken_by.name, one.taken_at)
            period = f"{format_day(one.first_day)} to {format_day(one.last_day)}"
            yield one.id, Told(f"The ledger: {one.name}", period, [by, f"SHA-256 {one.sha256}"])

    def notes(self, numbers: Collection[int]) -> Found:
        """Timing differences with the ledger."""
        options = (
            *with_people(LedgerNote.noted_by),
            joinedload(LedgerNote.category),
            *with_award(joinedload(LedgerNote.award)),
        )
        for one in self._rows(LedgerNote, numbers, *options):
            by = done_by("Noted by", one.noted_by.name, one.noted_at)
            what = f"Timing difference with {one.belongs_to.short}: {one.category.name}"
            yield one.id, Told(what, of_award(one.award, quarter=one.quarter), [one.reason, by])

    def paid(self, numbers: Collection[int]) -> Found:
        """Payments."""
        for one in self._rows(Payment, numbers, joinedload(Payment.stream), joinedload(Payment.paid_for)):
            yield one.id, self._of_money("Payment", one.paid_for, one.stream.name, one.received_on, one)

    def withheld(self, numbers: Collection[int]) -> Found:
        """What a funder withheld."""
        options = (joinedload(Withholding.stream), joinedload(Withholding.withheld_of))
        for one in self._rows(Withholding, numbers, *options):
            yield one.id, self._of_money("Withheld", one.withheld_of, one.stream.name, one.told_on, one)

    def _of_money(self, what: str, row: Any, stream: str, on: Any, one: Any) -> Told:
        about = f"{row.kind} return of {row.quarter.short}, {stream}, {format_day(on)}"
        way = Way("return", "The return", {"number": row.id})
        by = f"Recorded by {self._named(one.recorded_by)}"
        return Told(f"{what} {one.reference or ''}".strip(), about, [one.because or "", by], [way])

    def assets(self, numbers: Collection[int]) -> Found:
        """Assets."""
        options = (
            *with_people(Asset.recorded_by),
            joinedload(Asset.stream),
            *with_award(joinedload(Asset.award)),
        )
        for one in self._rows(Asset, numbers, *options):
            by = done_by("Recorded by", one.recorded_by.name, one.recorded_at)
            yield (
                one.id,
                Told(
                    f"Asset: {one.description}",
                    of_award(one.award, one.stream.name),
                    [by],
                    [to_award(one.award)],
                ),
            )
