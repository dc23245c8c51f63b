"""Where each quantity of a return came from, since another return: what a quarter brought, and what was changed.

What is found must come to the difference. What it leaves over is not explained, and is said to be.
"""

from collections import defaultdict
from decimal import Decimal
from functools import cached_property

from sqlalchemy import select
from sqlalchemy.orm import Session

from portfolio.clock import day_of
from portfolio.decisions.models import Award
from portfolio.funding_years.models import CSP, Stream
from portfolio.money import ZERO
from portfolio.proposals.models import Proposal
from portfolio.quarters import Quarter
from portfolio.returns.changes import arrivals
from portfolio.returns.changes.arrivals import Found
from portfolio.returns.changes.causes import ANOTHER_YEAR, FOLLOWS, Cause, CauseKind, Share, at, passing, unexplained
from portfolio.returns.changes.grounds import Ground, Key, Of, Quantities
from portfolio.returns.changes.moved import Moved, come_to
from portfolio.returns.changes.recorded import Entry, Recorded
from portfolio.returns.changes.sides import Side
from portfolio.returns.contents.scope import who
from portfolio.spend.models import Claim, Correction, Forecast
from portfolio.spend.rules import COUNTED

BY_CLAIMS = (Of.ACTUAL, Of.SPENT, Of.ACCRUED, Of.CORRECTED, Of.MATCH_SPENT)
NO_RECORD = "nothing that was recorded between the two returns comes to this"


class Sources:
    """What of the quantities of two returns came from where; `before` and `after` are what they are made of."""

    def __init__(self, session: Session, sides: tuple[Side, Side], before: Quantities, after: Quantities) -> None:
        self._session, self._before, self._after = session, before, after
        self.names = after.names
        earlier, later = sides
        self.year_id = later.place.year.id
        self.same_year = earlier.place.year.id == self.year_id
        self.recorded = Recorded(session, earlier.last_entry(session), later.last_entry(session))
        quarters = later.place.quarter.to_date()
        self._old = quarters[: before.number] if self.same_year else ()
        self.moved = Moved(session, self.year_id, self._old, self.recorded, after.names)
        self.new: tuple[Quarter, ...] = quarters[before.number :] if self.same_year else quarters
        self._found: dict[tuple[Ground, Key], list[Share]] = {}

    def became(self, ground: Ground, key: Key) -> list[Share]:
        """What made a quantity that the later return has what it is: the causes come to the difference."""
        if (ground, key) not in self._found:
            self._found[ground, key] = self._reckoned(ground, key)
        return self._found[ground, key]

    def _reckoned(self, ground: Ground, key: Key) -> list[Share]:
        was, now = self._before.amount(ground, key), self._after.amount(ground, key) or ZERO
        apart = now - (was or ZERO)
        if not apart:
            return []
        if not self.same_year:
            return [Share(ANOTHER_YEAR, apart)]
        found = self._arrived(ground, key, apart) if was is None else self._changed(ground, key, apart)
        left = apart - come_to(found)
        return [*found, Share(unexplained(NO_RECORD), left)] if left else found

    def _arrived(self, ground: Ground, key: Key, apart: Decimal) -> list[Share]:
        """What brought a quantity that the earlier return did not have."""
        of, quarter = ground
        if of in BY_CLAIMS:
            return self.came[ground, key] if quarter > self._before.number else self.late[ground, key]
        if of is Of.MATCH_BEFORE:
            return self._match_before(key)
        if of is Of.EXPECTED:
            return self._expected(quarter, key, apart)
        if of in (Of.AWARD, Of.PROFILE, Of.FORECAST, Of.GRANTED, Of.REQUESTED):
            decision = self.moved.decided(key) or self.moved.decisions.get((key.reference, key.csp))
            asked = Cause(
                CauseKind.PROPOSAL, f"{key.reference}: proposal put forward", at("proposal", reference=key.reference)
            )
            varied = self.moved.variations[ground, key]
            cause = decision or (asked if of is Of.REQUESTED else None)
            return [*varied, Share(cause, apart - come_to(varied))] if cause else varied
        if of in (Of.GRANT_RECEIVED, Of.WITHHELD, Of.MATCH_IN_YEAR):
            return [Share(passing("The statement of the year comes with Q4"), apart)]
        return self.moved.of(ground, key) + self.came[ground, key]

    def _changed(self, ground: Ground, key: Key, apart: Decimal) -> list[Share]:
        """What changed a quantity that both returns have."""
        of, quarter = ground
        if of in BY_CLAIMS or of is Of.LAST_YEAR:
            return self.late[ground, key]
        if of is Of.FORECAST:
            return self._forecast(quarter, key, apart)
        if of is Of.EXPECTED:
            return self.moved.of((Of.PROFILE, quarter), key)
        if of is Of.MATCH_IN_YEAR:
            return [Share(FOLLOWS, apart)]
        if of in (Of.GRANTED, Of.REQUESTED):
            decision = self.moved.decided(key)
            return [Share(decision, apart)] if decision else []
        return self.moved.of(ground, key) + (self.came[ground, key] if of is Of.RECEIVED else [])

    @cached_property
    def came(self) -> Found:
        """What the quarters brought that only the later return reports."""
        if not self.new:
            return defaultdict(list)
        session, names, of_year = self._session, self._after.names, Proposal.funding_year_id == self.year_id
        return arrivals.joined(
            arrivals.claimed(session, names, of_year, Claim.quarter.in_(self.new), expected=True),
            arrivals.corrected(session, names, of_year, Correction.entered_in.in_(self.new)),
            arrivals.match_spent(session, names, self.year_id, self.new),
            arrivals.match_received(session, names, self.year_id, self.new),
        )

    @cached_property
    def late(self) -> Found:
        """Claims approved and corrections entered, between the two, in quarters that the earlier return reports."""
        session, names = self._session, self._after.names
        corrections = self.recorded.added("correction")
        claims = {entry.number for entry in self.recorded.of("claim") if _was_approved(entry)}
        found: list[Found] = []
        if corrections:
            only = Correction.id.in_(corrections), Correction.entered_in.in_(self._old)
            found.append(arrivals.corrected(session, names, *only))
        if claims:
            only_claims = Claim.id.in_(claims), Claim.quarter.in_(self._old)
            found.append(arrivals.claimed(session, names, *only_claims, expected=False))
        return arrivals.joined(*found)

    def _match_before(self, key: Key) -> list[Share]:
        """Match spent before the quarter: what the earlier return had in all, and what came between the two."""
        number = self._before.number
        had = [self._before.amount((of, number), key) for of in (Of.MATCH_SPENT, Of.MATCH_BEFORE)]
        told = sum((amount for amount in had if amount is not None), ZERO)
        between = [
            share
            for quarter in self.new[:-1]
            for share in self.came[(Of.MATCH_SPENT, quarter.number), key]
        ]  # fmt: skip
        return [Share(passing("Match spent up to the earlier return is now before this quarter"), told), *between]

    def _expected(self, quarter: int, key: Key, apart: Decimal) -> list[Share]:
        """What was expected of a quarter in the quarter before: the earlier return's forecast, if it was of that."""
        words = passing(f"What was forecast for Q{quarter} is now held against what came of it")
        forecast = self._before.amount((Of.FORECAST, quarter), key)
        if forecast is None or len(self.new) > 1 or forecast == apart:
            return [Share(words, apart)]
        return [Share(words, forecast), *self.moved.of((Of.PROFILE, quarter), key)]

    def _forecast(self, quarter: int, key: Key, apart: Decimal) -> list[Share]:
        """A forecast that is another: given with a later claim, or it is the profile, which was changed."""
        now = self._after.amount((Of.FORECAST, quarter), key)
        for cause, amount in self._forecasts[quarter, key]:
            if amount == now:
                return [Share(cause, apart)]
        return self.moved.of((Of.PROFILE, quarter), key)

    @cached_property
    def _forecasts(self) -> dict[tuple[int, Key], list[tuple[Cause, Decimal]]]:
        """What the later return's claims forecast, the latest first."""
        rows = self._session.execute(
            select(
                Claim.quarter.label("of"),
                Claim.approved_at,
                Forecast.quarter,
                Forecast.amount,
                Proposal.reference,
                CSP.name,
                CSP.key,
                Stream.name.label("stream"),
            )
            .join(Claim, Claim.id == Forecast.claim_id)
            .join(Award, Award.id == Claim.award_id)
            .join(Proposal, Proposal.id == Award.proposal_id)
            .join(CSP, CSP.id == Award.csp_id)
            .join(Stream, Stream.id == Forecast.stream_id)
            .where(Proposal.funding_year_id == self.year_id, Claim.status.in_(COUNTED))
            .where(Claim.quarter.in_((*self._old, *self.new)), Forecast.quarter > Claim.quarter)
            .order_by(Claim.quarter.desc())
        )
        found: dict[tuple[int, Key], list[tuple[Cause, Decimal]]] = defaultdict(list)
        names = self._after.names
        for row in rows:
            words = f"{who(row.reference, row.name)}: forecast given with the claim of {row.of.short}"
            place = at("claim", reference=row.reference, csp_key=row.key, quarter=row.of)
            on = day_of(row.approved_at) if row.approved_at else None
            name = f"{row.reference}, forecast with the claim of {row.of.short}"
            cause = Cause(CauseKind.FORECAST, words, place, None, on, is_expected=row.of in self.new, name=name)
            key = Key(names.csp(row.name), names.stream(row.stream), row.reference)
            found[row.quarter.number, key].append((cause, row.amount))
        return found


def _was_approved(entry: Entry) -> bool:
    """Whether a claim came to be in the figures by a change; being locked by a return makes no difference."""
    return entry.after.get("status") in COUNTED and entry.before.get("status") not in COUNTED
