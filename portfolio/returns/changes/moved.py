"""What was changed between two returns beside claims: money moved, decisions, allocations, match, payments."""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from decimal import Decimal
from functools import cached_property

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased, joinedload

from portfolio.decisions.models import Award, AwardLine, Decision, ProfileShare, Variation, VariationRequest
from portfolio.funding_years.models import CSP, CspAllocation, FundingYear, Stream, StreamAllocation
from portfolio.history import Change, plain
from portfolio.match_funding.models import Match, MatchReceipt
from portfolio.money import ZERO, format_pounds, from_pence
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
from portfolio.returns.rules import ReturnKind
from portfolio.returns.why.granted import counted_levels
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
        year: FundingYear,
        reported: Collection[Quarter],
        recorded: Recorded,
        names: Names,
    ) -> None:
        """`reported` are the quarters that both returns report."""
        self._session, self._year, self._reported = session, year.id, reported
        self._quarters = {plain(quarter): quarter.number for quarter in year.year.quarters}
        """The year's quarters as the history writes them; awards plan beyond the year, which no return of it tells."""
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
                    moved = Share(cause, self._recorded.sign * share.amount)
                    if plain(share.quarter) in self._quarters:
                        found[(Of.PROFILE, share.quarter.number), key].append(moved)
                    found[(Of.AWARD, WHOLE_YEAR), key].append(moved)
        return found

    @cached_property
    def _every_decision(self) -> dict[int, tuple[tuple[str, str], Cause]]:
        """Each decision of the year by number: on which proposal, of which partnership, and as a cause."""
        rows = self._session.execute(
            select(Decision, Proposal.reference, CSP.name)
            .join(Proposal, Proposal.id == Decision.proposal_id)
            .join(CSP, CSP.id == Decision.csp_id)
            .where(Proposal.funding_year_id == self._year)
            .order_by(Decision.id)
        )
        found = {}
        for decision, reference, csp in rows:
            held = f", {decision.body} {format_day(decision.met_on)}" if decision.met_on else f", {decision.body}"
            minute = f", minute {decision.minute}" if decision.minute else ""
            words = f"{who(reference, csp)}: decided: {decision.outcome}{held}{minute}"
            place = at("proposal", reference=reference)
            cause = Cause(
                CauseKind.DECISION, words, place, self._who(decision.recorded_by), decision.met_on, about=decision.id
            )
            found[decision.id] = ((reference, self._names.csp(csp)), cause)
        return found

    @cached_property
    def decisions(self) -> dict[tuple[str, str], Cause]:
        """The decision that stood on each proposal of the year when the later return was made."""
        every = self._every_decision
        made = self._recorded.then.rows(Decision, id=every)
        return {
            every[row["id"]][0]: every[row["id"]][1] for row in made
        }  # a later one takes the place of the one before

    @cached_property
    def _decided(self) -> dict[tuple[str, str], list[tuple[Entry, Cause]]]:
        """What was decided between the two on each proposal, in its order."""
        found: dict[tuple[str, str], list[tuple[Entry, Cause]]] = defaultdict(list)
        for entry in self._recorded.of("decision"):
            if entry.change is Change.ADDED and entry.number in self._every_decision:
                asked, cause = self._every_decision[entry.number]
                found[asked].append((entry, cause))
        return found

    def decided(self, key: Key) -> Cause | None:
        """What was decided last between the two on a proposal; None where nothing was."""
        found = self._decided.get((key.reference, key.csp))
        return found[-1][1] if found else None

    def _decided_with(self, entry: Entry, key: Key) -> Cause | None:
        """The decision that made a change of an award; None where it was changed by itself."""
        made = [each for each in self._decided.get((key.reference, key.csp), ()) if each[0].is_of_one_deed(entry)]
        return min(made, key=lambda each: abs(each[0].place - entry.place))[1] if made else None

    @cached_property
    def _awards(self) -> Found:
        found: Found = defaultdict(list)
        for entry in self._recorded.of("award_line"):
            if entry.number in self._lines:
                key, about, place = self._lines[entry.number]
                cause = self._decided_with(entry, key) or self._cause(entry, about, place)
                found[(Of.AWARD, WHOLE_YEAR), key].append(Share(cause, entry.apart("amount")))
        return found

    @cached_property
    def _profiles(self) -> Found:
        found: Found = defaultdict(list)
        entries = self._recorded.of("profile_share")
        rows = self._session.execute(select(ProfileShare.id, ProfileShare.award_line_id, ProfileShare.quarter))
        there = {row.id: (row.award_line_id, plain(row.quarter)) for row in rows} if entries else {}
        for entry in entries:
            line, number = there.get(entry.number, (entry.says("award_line_id"), entry.says("quarter")))
            if line in self._lines and number in self._quarters:
                key, about, place = self._lines[line]
                cause = self._decided_with(entry, key) or self._cause(entry, about, place)
                found[(Of.PROFILE, self._quarters[number]), key].append(Share(cause, entry.apart("amount")))
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
        receipts = select(MatchReceipt.id, MatchReceipt.match_id, MatchReceipt.quarter)
        told = self._session.execute(receipts.where(MatchReceipt.match_id.in_(given)))
        until = plain(max(self._reported)) if self._reported else 0
        # What a new quarter brings is told with that quarter.
        of_match = {row.id: row.match_id for row in told if plain(row.quarter) <= until}
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
        """What the funder paid or took back, and what it withholds or let go of, as the statement counts it.

        The first payment against the Home Office return of a quarter also ends what the OPCC's return had counted.
        """
        found: Found = defaultdict(list)
        recorded, then = self._recorded, self._recorded.then
        if not (recorded.of("payment") or recorded.of("withholding")):
            return found
        whole_area = Return.funding_year_id == self._year, Return.kind != ReturnKind.CSP
        rows = self._session.execute(select(Return.id, Return.quarter, Return.kind).where(*whole_area))
        level = {number: (quarter.number, kind) for number, quarter, kind in rows}
        stream = {row.id: row.name for row in self._session.execute(select(Stream.id, Stream.name))}
        paid, new = then.rows(Payment, "return_id", return_id=list(level)), set(recorded.added("payment"))
        paid_late = {level[row["return_id"]] for row in paid}
        paid_early = {level[row["return_id"]] for row in paid if row["id"] not in new}
        first: dict[int, Entry] = {}
        for of, model in ((Of.GRANT_RECEIVED, Payment), (Of.WITHHELD, Withholding)):
            entries = {entry.number: entry for entry in recorded.of(model.__tablename__)}
            told = then.rows(model, "stream_id", "amount", "return_id", return_id=list(level))
            for row in told:
                if row["id"] in entries and level[row["return_id"]][1] is ReturnKind.HOME_OFFICE:
                    first.setdefault(level[row["return_id"]][0], entries[row["id"]])
            late = counted_levels({level[row["return_id"]] for row in told}, paid_late)
            early = counted_levels({level[row["return_id"]] for row in told if row["id"] not in entries}, paid_early)
            for row in told:
                at_level, is_new = level[row["return_id"]], row["id"] in entries
                counts, counted = at_level in late, at_level in early and not is_new
                if counts != counted:
                    name = stream[row["stream_id"]]
                    entry = entries[row["id"]] if is_new else first[at_level[0]]
                    cause = self._cause(entry, name, at("return", number=row["return_id"]))
                    amount = recorded.sign * from_pence(row["amount"]) * (1 if counts else -1)
                    found[(of, WHOLE_YEAR), Key(stream=self._names.stream(name))].append(Share(cause, amount))
        return found


def come_to(shares: list[Share]) -> Decimal:
    """What some causes come to together, in pounds."""
    return sum((share.amount for share in shares if share.amount is not None), ZERO)
