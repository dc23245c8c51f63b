"""What was changed between two returns beside claims: money moved, decisions, allocations, match, payments."""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from decimal import Decimal
from functools import cached_property

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased, joinedload

from portfolio.decisions.models import Award, AwardLine, Decision, ProfileShare, Variation, VariationRequest
from portfolio.decisions.queries import is_current
from portfolio.funding_years.models import CSP, CspAllocation, Stream, StreamAllocation
from portfolio.match_funding.models import Match, MatchReceipt
from portfolio.money import ZERO, format_pounds
from portfolio.people.actions import naming
from portfolio.people.models import Person
from portfolio.proposals.models import Proposal
from portfolio.proposals.rules import MatchKind
from portfolio.quarters import Quarter, format_day
from portfolio.returns.changes.arrivals import Found
from portfolio.returns.changes.causes import At, Cause, CauseKind, Share, at
from portfolio.returns.changes.grounds import WHOLE_YEAR, Ground, Key, Of
from portfolio.returns.changes.recorded import Entry, Recorded
from portfolio.returns.contents.scope import who
from portfolio.returns.contents.spending import HELD_BACK
from portfolio.returns.models import Payment, Return, Withholding
from reports.names import Names

_KINDS: Mapping[str, tuple[CauseKind, str]] = {
    "award_line": (CauseKind.DECISION, "award"),
    "profile_share": (CauseKind.CHANGE, "profile"),
    "csp_allocation": (CauseKind.ALLOCATION, "the partnership's share of the allocation"),
    "stream_allocation": (CauseKind.ALLOCATION, "the stream's allocation"),
    "match": (CauseKind.MATCH, "match"),
    "match_receipt": (CauseKind.MATCH, "match received"),
    "payment": (CauseKind.PAYMENT, "grant received"),
    "withholding": (CauseKind.PAYMENT, "grant withheld"),
}


class Moved:
    """The changes between two returns of one funding year, by the quantity that they moved."""

    def __init__(
        self,
        session: Session,
        funding_year_id: int,
        reported: Collection[Quarter],
        recorded: Recorded,
        names: Names,
    ) -> None:
        """`reported` are the quarters that both returns report."""
        self._session, self._year, self._reported = session, funding_year_id, reported
        self._recorded, self._names = recorded, names

    def of(self, ground: Ground, key: Key) -> list[Share]:
        """What moved a quantity, and by how many pounds each."""
        match ground[0]:
            case Of.AWARD:
                found = [*self.variations[ground, key], *self._awards[ground, key]]
            case Of.PROFILE:
                found = [*self.variations[ground, key], *self._profiles[ground, key]]
            case Of.ALLOCATION:
                found = self._allocations[ground, key]
            case Of.PLEDGED_CASH | Of.PLEDGED_IN_KIND | Of.SECURED | Of.RECEIVED:
                found = self._match[ground, key]
            case Of.GRANT_RECEIVED | Of.WITHHELD:
                found = self._paid[ground, key]
            case _:
                found = []
        return found

    def _cause(self, entry: Entry, about: str, place: At) -> Cause:
        kind, what = _KINDS[entry.record]
        words = f"{about}: {what} {entry.change}, {entry.deed[:1].lower()}{entry.deed[1:]}"
        return Cause(kind, words, place, self._who(entry.author), entry.on)

    @cached_property
    def _who(self) -> Callable[[str], str]:
        return naming(self._session)

    @cached_property
    def _lines(self) -> dict[int, tuple[Key, str, At]]:
        """Every award's streams of the year, by number: the key, who it is, and the award's place."""
        rows = self._session.execute(
            select(AwardLine.id, Proposal.reference, CSP.name, CSP.key, Stream.name)
            .join(Award, Award.id == AwardLine.award_id)
            .join(Proposal, Proposal.id == Award.proposal_id)
            .join(CSP, CSP.id == Award.csp_id)
            .join(Stream, Stream.id == AwardLine.stream_id)
            .where(Proposal.funding_year_id == self._year)
        )
        names = self._names
        return {
            number: (
                Key(names.csp(csp), names.stream(stream), reference),
                who(reference, csp, stream),
                at("award", reference=reference, csp_key=key),
            )
            for number, reference, csp, key, stream in rows
        }

    @cached_property
    def variations(self) -> Found:
        """What variations moved of awards and of their profiles."""
        found: Found = defaultdict(list)
        added = self._recorded.added("variation")
        if not added:
            return found
        asker = aliased(Person)
        rows = self._session.execute(
            select(Variation, VariationRequest.id, asker.name)
            .outerjoin(VariationRequest, VariationRequest.variation_id == Variation.id)
            .outerjoin(asker, asker.id == VariationRequest.asked_by_id)
            .where(Variation.id.in_(added))
            .order_by(Variation.id)
            .options(joinedload(Variation.shares))
        ).unique()
        for variation, request, asked_by in rows:
            approver = self._who(variation.approved_by)
            words = (
                f"Variation {variation.reference} of {format_pounds(variation.amount)}. {variation.reason.strip()}"
                f"{'' if variation.reason.strip().endswith(('.', '!', '?')) else '.'} "
                + (f"Asked for by {asked_by}, approved by {approver}" if asked_by else f"Approved by {approver}")
            )
            place = at("variation", number=request) if request else None
            name = f"Variation {variation.reference}"
            cause = Cause(CauseKind.VARIATION, words, place, approver, variation.approved_on, name=name)
            for share in variation.shares:
                if share.award_line_id in self._lines:
                    key = self._lines[share.award_line_id][0]
                    found[(Of.PROFILE, share.quarter.number), key].append(Share(cause, share.amount))
                    found[(Of.AWARD, WHOLE_YEAR), key].append(Share(cause, share.amount))
        return found

    @cached_property
    def decisions(self) -> dict[tuple[str, str], Cause]:
        """The decision that stands on each proposal of the year, by reference and partnership."""
        rows = self._session.execute(
            select(Decision, Proposal.reference, CSP.name)
            .join(Proposal, Proposal.id == Decision.proposal_id)
            .join(CSP, CSP.id == Decision.csp_id)
            .where(Proposal.funding_year_id == self._year, is_current())
        )
        found = {}
        for decision, reference, csp in rows:
            held = f", {decision.body} {format_day(decision.met_on)}" if decision.met_on else f", {decision.body}"
            minute = f", minute {decision.minute}" if decision.minute else ""
            words = f"{who(reference, csp)}: decided: {decision.outcome}{held}{minute}"
            found[reference, self._names.csp(csp)] = Cause(
                CauseKind.DECISION,
                words,
                at("proposal", reference=reference),
                self._who(decision.recorded_by),
                decision.met_on,
            )
        return found

    @cached_property
    def _decided(self) -> set[tuple[str, str]]:
        """The proposals on which something was decided between the two."""
        added = self._recorded.added("decision")
        rows = self._session.execute(
            select(Proposal.reference, CSP.name)
            .join(Decision, Decision.proposal_id == Proposal.id)
            .join(CSP, CSP.id == Decision.csp_id)
            .where(Decision.id.in_(added))
        )
        return {(reference, self._names.csp(csp)) for reference, csp in rows} if added else set()

    def decided(self, key: Key) -> Cause | None:
        """What was decided between the two on a proposal; None where nothing was."""
        asked = key.reference, key.csp
        return self.decisions.get(asked) if asked in self._decided else None

    @cached_property
    def _awards(self) -> Found:
        found: Found = defaultdict(list)
        for entry in self._recorded.of("award_line"):
            if entry.number in self._lines:
                key, about, place = self._lines[entry.number]
                cause = self.decided(key) or self._cause(entry, about, place)
                found[(Of.AWARD, WHOLE_YEAR), key].append(Share(cause, entry.apart("amount")))
        return found

    @cached_property
    def _profiles(self) -> Found:
        found: Found = defaultdict(list)
        rows = self._session.execute(select(ProfileShare.id, ProfileShare.award_line_id, ProfileShare.quarter))
        there = {row.id: (row.award_line_id, row.quarter) for row in rows} if self._recorded.of("profile_share") else {}
        for entry in self._recorded.of("profile_share"):
            line, quarter = entry.says("award_line_id"), entry.says("quarter")
            if entry.number in there:
                line, quarter = there[entry.number][0], there[entry.number][1].number
            elif isinstance(quarter, int):
                quarter %= 10
            if isinstance(line, int) and isinstance(quarter, int) and line in self._lines:
                key, about, place = self._lines[line]
                cause = self.decided(key) or self._cause(entry, about, place)
                found[(Of.PROFILE, quarter), key].append(Share(cause, entry.apart("amount")))
        return found

    @cached_property
    def _allocations(self) -> Found:
        found: Found = defaultdict(list)
        place = at("allocations", number=self._year)
        streams = self._session.execute(
            select(StreamAllocation.id, Stream.name)
            .join(Stream, Stream.id == StreamAllocation.stream_id)
            .where(StreamAllocation.funding_year_id == self._year)
        )
        whole = {row.id: row.name for row in streams}
        shares = self._session.execute(
            select(CspAllocation.id, CspAllocation.stream_allocation_id, CSP.name)
            .join(CSP, CSP.id == CspAllocation.csp_id)
            .where(CspAllocation.stream_allocation_id.in_(whole))
        )
        given = {number: (stream, csp) for number, stream, csp in shares}
        held = self._names.csp(HELD_BACK)
        for entry in self._recorded.of("csp_allocation"):
            if entry.number in given:
                stream_id, csp = given[entry.number]
                stream, amount = self._names.stream(whole[stream_id]), entry.apart("amount")
                cause = self._cause(entry, f"{csp}, {whole[stream_id]}", place)
                found[(Of.ALLOCATION, WHOLE_YEAR), Key(self._names.csp(csp), stream)].append(Share(cause, amount))
                found[(Of.ALLOCATION, WHOLE_YEAR), Key(held, stream)].append(Share(cause, -amount))
        for entry in self._recorded.of("stream_allocation"):
            if entry.number in whole:
                cause = self._cause(entry, whole[entry.number], place)
                key = Key(held, self._names.stream(whole[entry.number]))
                found[(Of.ALLOCATION, WHOLE_YEAR), key].append(Share(cause, entry.apart("amount")))
        return found

    @cached_property
    def _match(self) -> Found:
        found: Found = defaultdict(list)
        rows = self._session.execute(
            select(Match.id, Match.kind, Proposal.reference, CSP.name, CSP.key)
            .join(Award, Award.id == Match.award_id)
            .join(Proposal, Proposal.id == Award.proposal_id)
            .join(CSP, CSP.id == Award.csp_id)
            .where(Proposal.funding_year_id == self._year)
        )
        given = {number: (kind, reference, csp, key) for number, kind, reference, csp, key in rows}
        of_both = MatchReceipt.quarter.in_(self._reported)  # what a new quarter brings is told with that quarter
        receipts = select(MatchReceipt.id, MatchReceipt.match_id).where(MatchReceipt.match_id.in_(given), of_both)
        of_match = {row.id: row.match_id for row in self._session.execute(receipts)}
        for record in ("match", "match_receipt"):
            for entry in self._recorded.of(record):
                number = entry.number if record == "match" else of_match.get(entry.number, 0)
                if number in given:
                    kind, reference, csp, csp_key = given[number]
                    cause = self._cause(entry, who(reference, csp), at("match", reference=reference, csp_key=csp_key))
                    key = Key(self._names.csp(csp), reference=reference)
                    pledged = Of.PLEDGED_CASH if kind is MatchKind.CASH else Of.PLEDGED_IN_KIND
                    pledges = {pledged: "pledged", Of.SECURED: "secured"}
                    for of, column in (pledges if record == "match" else {Of.RECEIVED: "amount"}).items():
                        if amount := entry.apart(column):
                            found[(of, WHOLE_YEAR), key].append(Share(cause, amount))
        return found

    @cached_property
    def _paid(self) -> Found:
        """What the funder paid or took back, and what it withholds or let go of."""
        found: Found = defaultdict(list)
        for of, row in ((Of.GRANT_RECEIVED, Payment), (Of.WITHHELD, Withholding)):
            entries = {entry.number: entry for entry in self._recorded.of(row.__tablename__)}
            rows = self._session.execute(
                select(row.id, row.amount, row.return_id, Stream.name)
                .join(Stream, Stream.id == row.stream_id)
                .join(Return, Return.id == row.return_id)
                .where(row.id.in_(entries), Return.funding_year_id == self._year)
            )
            for number, amount, return_id, stream in rows:
                cause = self._cause(entries[number], stream, at("return", number=return_id))
                found[(of, WHOLE_YEAR), Key(stream=self._names.stream(stream))].append(Share(cause, amount))
        return found


def come_to(shares: list[Share]) -> Decimal:
    """What some causes come to together, in pounds."""
    return sum((share.amount for share in shares if share.amount is not None), ZERO)
