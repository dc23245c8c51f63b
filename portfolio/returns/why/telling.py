"""What a page says of the rows that a figure ends at: what each is, who stands behind it, and where to read on."""

from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from portfolio.decisions.models import (
    AwardLine,
    Decision,
    DecisionAmount,
    ProfileShare,
    Variation,
    VariationRequest,
    VariationShare,
)
from portfolio.funding_years.models import CspAllocation, StreamAllocation
from portfolio.proposals.models import Ask
from portfolio.quarters import format_day
from portfolio.returns.contents.scope import who
from portfolio.returns.why.beside import Beside, Found
from portfolio.returns.why.rows import ROUNDING, Row
from portfolio.returns.why.ways import (
    Told,
    Way,
    done_by,
    of_award,
    place_in,
    signatures,
    to_award,
    to_claim,
    to_file,
    to_proposal,
    to_variation,
    to_year,
    up_from,
    with_award,
    with_claim,
    with_line,
    with_people,
)
from portfolio.spend.models import ClaimLine, Correction, CorrectionRequest, Evidence, Forecast
from portfolio.words import begin


@dataclass(frozen=True)
class Line:
    """One row of a page: its amount, and what is said of it."""

    row: Row
    told: Told

    @property
    def amount(self) -> Decimal:
        """What it adds to the figure."""
        return self.row.amount


def told(session: Session, rows: Sequence[Row]) -> list[Line]:
    """Rows in words, in their order; as many statements as there are kinds of rows, not more for more rows."""
    by_record: dict[str, list[int]] = defaultdict(list)
    for row in rows:
        if row.record != ROUNDING:
            by_record[row.record].append(row.number)
    telling = _Telling(session)
    found = {
        (record, number): one for record, numbers in by_record.items() for number, one in telling.of(record, numbers)
    }
    gone = Told("A row that is no longer there", "It was there when the return was issued")
    return [Line(row, _with_history(found.get((row.record, row.number), gone), row)) for row in rows]


def _with_history(one: Told, row: Row) -> Told:
    if row.record == ROUNDING:
        return Told("Rounding", "So that rows, columns and the year add up in the funder's unit")
    history = Way("history", "Its history", {"record": row.record, "number": row.number})
    return Told(one.what, one.about, [text for text in one.details if text], [*one.ways, history])


class _Telling(Beside):
    """Loads rows of each kind with the names around them, and puts them into words."""

    def of(self, record: str, numbers: Collection[int]) -> Found:
        """Rows of one kind by number."""
        tell: dict[str, Callable[[Collection[int]], Found]] = {
            "claim_line": self._claim_lines,
            "correction": self._corrections,
            "award_line": self._award_lines,
            "profile_share": self._profile,
            "variation_share": self._varied,
            "variation": self._variations,
            "forecast": self._forecasts,
            "stream_allocation": self._allocations,
            "csp_allocation": self._shares,
            "ask": self._asks,
            "decision_amount": self._decided,
            "match": self.match,
            "match_receipt": self.receipts,
            "claim": self.match_spent,
            "award": self.awards,
            "indicator": self.targets,
            "indicator_result": self.results,
            "observation": self.observations,
            "ledger_extract": self.extracts,
            "ledger_note": self.notes,
            "payment": self.paid,
            "withholding": self.withheld,
            "asset": self.assets,
        }
        return tell[record](numbers)

    def _claim_lines(self, numbers: Collection[int]) -> Found:
        lines = self._rows(
            ClaimLine,
            numbers,
            joinedload(ClaimLine.stream),
            joinedload(ClaimLine.category),
            *with_claim(joinedload(ClaimLine.claim)),
        )
        proofs = self._evidence({line.claim_id for line in lines})
        for line in lines:
            claim, files = line.claim, proofs.get((line.claim_id, line.stream_id, line.category_id), [])
            yield (
                line.id,
                Told(
                    f"Claim line: {line.category.name}",
                    of_award(claim.award, line.stream.name, claim.quarter),
                    [
                        line.description or "",
                        f"Transaction {line.transaction}" if line.transaction else "",
                        *signatures(claim),
                        "" if files else "No file of evidence is attached to this line",
                    ],
                    [to_claim(claim), *(to_file(claim, file) for file in files), up_from(claim)],
                ),
            )

    def _evidence(self, claims: Collection[int]) -> dict[tuple[int, int, int], list[Evidence]]:
        files = self._session.scalars(
            select(Evidence)
            .where(Evidence.claim_id.in_(claims))
            .order_by(Evidence.id)
            .options(selectinload(Evidence.lines))
        )
        found: dict[tuple[int, int, int], list[Evidence]] = defaultdict(list)
        for file in files:
            for line in file.lines:
                found[file.claim_id, line.stream_id, line.category_id].append(file)
        return found

    def _corrections(self, numbers: Collection[int]) -> Found:
        requests = {
            one.correction_id: one
            for one in self._session.scalars(
                select(CorrectionRequest)
                .where(CorrectionRequest.correction_id.in_(numbers))
                .options(*with_people(CorrectionRequest.asked_by, CorrectionRequest.decided_by))
            )
        }
        options = (
            joinedload(Correction.stream),
            joinedload(Correction.category),
            *with_award(joinedload(Correction.award)),
        )
        for one in self._rows(Correction, numbers, *options):
            asked = requests.get(one.id)
            by = (
                [done_by("Asked for by", self._named(one.entered_by), one.entered_at)]
                if asked is None
                else [
                    done_by("Asked for by", asked.asked_by.name, asked.asked_at),
                    done_by("Approved by", asked.decided_by.name if asked.decided_by else "", asked.decided_at),
                ]
            )
            ways = [] if asked is None else [Way("correction", "The correction", {"request_id": asked.id})]
            about = f"{of_award(one.award, one.stream.name, one.entered_in)}"
            claim = Way("claim", f"The claim of {one.corrects.short}", place_in(one.award, one.corrects))
            yield (
                one.id,
                Told(
                    f"Correction of {one.corrects.short}: {one.category.name}",
                    about,
                    [one.reason, *by],
                    [*ways, claim],
                ),
            )

    def _award_lines(self, numbers: Collection[int]) -> Found:
        options = (joinedload(AwardLine.stream), *with_award(joinedload(AwardLine.award)))
        lines = self._rows(AwardLine, numbers, *options)
        decisions = self._decisions({line.award.proposal_id for line in lines})
        for line in lines:
            award = line.award
            decision = decisions.get((award.proposal_id, award.csp_id))
            yield (
                line.id,
                Told("Award", of_award(award, line.stream.name), self._taken(decision), [to_award(award)]),
            )

    def _decisions(self, proposals: Collection[int]) -> dict[tuple[int, int], Decision]:
        rows = self._session.scalars(select(Decision).where(Decision.proposal_id.in_(proposals)).order_by(Decision.id))
        return {(row.proposal_id, row.csp_id): row for row in rows}  # the last one stands

    def _taken(self, decision: Decision | None) -> list[str]:
        if decision is None:
            return []
        on = f", {format_day(decision.met_on)}" if decision.met_on else ""
        minute = f", minute {decision.minute}" if decision.minute else ""
        said = f"{begin(decision.outcome)}: {decision.body}{on}{minute}"
        return [said, done_by("Recorded by", self._named(decision.recorded_by), decision.recorded_at)]

    def _profile(self, numbers: Collection[int]) -> Found:
        options = (joinedload(ProfileShare.category), *with_line(joinedload(ProfileShare.award_line)))
        for share in self._rows(ProfileShare, numbers, *options):
            line = share.award_line
            planned = f": {share.category.name}" if share.category else ""
            about = of_award(line.award, line.stream.name, share.quarter)
            yield share.id, Told(f"Planned when it was awarded{planned}", about, [], [to_award(line.award)])

    def _varied(self, numbers: Collection[int]) -> Found:
        shares = self._rows(VariationShare, numbers, joinedload(VariationShare.variation))
        of_lines = (joinedload(AwardLine.stream), *with_award(joinedload(AwardLine.award)))
        lines = {line.id: line for line in self._rows(AwardLine, {share.award_line_id for share in shares}, *of_lines)}
        requests = self._requests({share.variation_id for share in shares})
        for share in shares:
            line, variation = lines[share.award_line_id], share.variation
            about = of_award(line.award, line.stream.name, share.quarter)
            moved = self._moved(variation, requests.get(variation.id))
            ways = [*to_variation(requests.get(variation.id)), to_award(line.award)]
            yield share.id, Told(f"Variation {variation.reference}", about, moved, ways)

    def _variations(self, numbers: Collection[int]) -> Found:
        requests = self._requests(numbers)
        for one in self._rows(Variation, numbers):
            asked = requests.get(one.id)
            yield one.id, Told(f"Variation {one.reference}", "", self._moved(one, asked), to_variation(asked))

    def _requests(self, variations: Collection[int]) -> dict[int | None, VariationRequest]:
        rows = self._session.scalars(
            select(VariationRequest)
            .where(VariationRequest.variation_id.in_(variations))
            .options(*with_people(VariationRequest.asked_by))
        )
        return {row.variation_id: row for row in rows}

    def _moved(self, variation: Variation, asked: VariationRequest | None) -> list[str]:
        by = f"Approved by {self._named(variation.approved_by)}, {format_day(variation.approved_on)}"
        return [
            variation.reason,
            *([done_by("Asked for by", asked.asked_by.name, asked.asked_at)] if asked else []),
            by,
        ]

    def _forecasts(self, numbers: Collection[int]) -> Found:
        options = (joinedload(Forecast.stream), *with_claim(joinedload(Forecast.claim)))
        for one in self._rows(Forecast, numbers, *options):
            claim = one.claim
            about = of_award(claim.award, one.stream.name, one.quarter)
            yield (
                one.id,
                Told(
                    f"Forecast in the claim of {claim.quarter.short}",
                    about,
                    signatures(claim),
                    [to_claim(claim)],
                ),
            )

    def _allocations(self, numbers: Collection[int]) -> Found:
        for one in self._rows(StreamAllocation, numbers, joinedload(StreamAllocation.stream)):
            yield (
                one.id,
                Told("The funder's allocation", begin(one.stream.name), [], [to_year(one.funding_year_id)]),
            )

    def _shares(self, numbers: Collection[int]) -> Found:
        of = joinedload(CspAllocation.stream_allocation).joinedload(StreamAllocation.stream)
        for one in self._rows(CspAllocation, numbers, joinedload(CspAllocation.csp), of):
            allocation = one.stream_allocation
            about = f"{one.csp.name}, {allocation.stream.name}"
            yield one.id, Told("A partnership's share", about, [], [to_year(allocation.funding_year_id)])

    def _asks(self, numbers: Collection[int]) -> Found:
        options = (joinedload(Ask.proposal), joinedload(Ask.stream), joinedload(Ask.category))
        for one in self._rows(Ask, numbers, *options):
            parts = [
                one.stream.name,
                one.category.name if one.category else "",
                one.quarter.short if one.quarter else "",
            ]
            about = ", ".join([one.proposal.reference, *filter(None, parts)])
            yield one.id, Told("Asked for in the proposal", about, [], [to_proposal(one.proposal)])

    def _decided(self, numbers: Collection[int]) -> Found:
        decision = joinedload(DecisionAmount.decision)
        options = (
            joinedload(DecisionAmount.stream),
            decision.joinedload(Decision.proposal),
            decision.joinedload(Decision.csp),
        )
        for one in self._rows(DecisionAmount, numbers, *options):
            taken = one.decision
            about = who(taken.proposal.reference, taken.csp.name, one.stream.name)
            yield one.id, Told("Decision", about, self._taken(taken), [to_proposal(taken.proposal)])
