"""Where each quantity of a return came from, since another return: what a quarter brought, and what was changed.

What is found must come to the difference. What it leaves over is not explained, and is said to be.
"""

from collections import defaultdict
from decimal import Decimal
from functools import cached_property

from sqlalchemy.orm import Session

from portfolio.money import ZERO
from portfolio.proposals.models import Proposal
from portfolio.quarters import Quarter
from portfolio.returns.changes import arrivals
from portfolio.returns.changes.arrivals import Found
from portfolio.returns.changes.causes import ANOTHER_YEAR, FOLLOWS, Cause, CauseKind, Share, at, passing, unexplained
from portfolio.returns.changes.forecasts import Forecasting, claims_with_forecasts
from portfolio.returns.changes.grounds import Ground, Key, Of, Quantities
from portfolio.returns.changes.moved import Moved, come_to
from portfolio.returns.changes.recorded import Entry, Recorded
from portfolio.returns.changes.sides import Side
from portfolio.spend.models import Claim, Correction
from portfolio.spend.rules import COUNTED

BY_CLAIMS = (Of.ACTUAL, Of.SPENT, Of.ACCRUED, Of.CORRECTED, Of.MATCH_SPENT)
GONE = "the later return does not have it any more, and nothing on record says why"
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
        self.moved = Moved(session, later.place.year, self._old, self.recorded, after.names)
        self.new: tuple[Quarter, ...] = quarters[before.number :] if self.same_year else quarters
        self._found: dict[tuple[Ground, Key], list[Share]] = {}

    def became(self, ground: Ground, key: Key) -> list[Share]:
        """What made a quantity that the later return has what it is: the causes come to the difference."""
        if (ground, key) not in self._found:
            self._found[ground, key] = self._reckoned(ground, key)
        return self._found[ground, key]

    def went(self, ground: Ground, key: Key, apart: Decimal) -> list[Share]:
        """What took away a quantity that the later return does not have any more."""
        found = self.moved.of(ground, key)
        if found and come_to(found) == apart:
            return found
        decision = self.moved.decided(key)
        if decision is None and ground[0] is Of.REQUESTED and self.recorded.sign < 0:
            decision = _put_forward(key)
        return [Share(decision or unexplained(GONE), apart)]

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
        if of is Of.FORECAST and (given := self._forecasts.now(key)).gives:
            return [Share(self._forecasts.cause(key, given), apart)]
        if of in (Of.AWARD, Of.PROFILE, Of.FORECAST, Of.GRANTED, Of.REQUESTED):
            moved = self.moved.of((Of.PROFILE, quarter) if of is Of.FORECAST else ground, key)
            if moved and come_to(moved) == apart:
                return moved
            decision = self.moved.decided(key) or self.moved.decisions.get((key.reference, key.csp))
            varied = self.moved.variations[ground, key]
            cause = decision or (_put_forward(key) if of is Of.REQUESTED else None)
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
            arrivals.match_received(session, names, self.year_id, self.new, self.recorded.then),
        )

    @cached_property
    def late(self) -> Found:
        """Claims approved and corrections entered, between the two, in quarters that the earlier return reports."""
        session, names = self._session, self._after.names
        corrections = self.recorded.added("correction")
        claims = self._approved_late
        found: list[Found] = []
        if corrections:
            only = Correction.id.in_(corrections), Correction.entered_in.in_(self._old)
            found.append(arrivals.corrected(session, names, *only))
        if claims:
            only_claims = Claim.id.in_(claims), Claim.quarter.in_(self._old)
            found.append(arrivals.claimed(session, names, *only_claims, expected=False))
        sign, together = self.recorded.sign, arrivals.joined(*found)
        for quantity, shares in together.items():
            together[quantity] = [Share(one.cause, sign * (one.amount or ZERO)) for one in shares]
        return together

    @cached_property
    def _approved_late(self) -> set[int]:
        """The claims that came to be in the figures between the two: of one of them only."""
        return {entry.number for entry in self.recorded.of("claim") if _was_approved(entry)}

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
        """A forecast that is another: given with a later claim; or it is the profile, which a claim gave way to."""
        now, was = self._forecasts.now(key), self._forecasts.before(key)
        if now.gives:
            return [Share(self._forecasts.cause(key, now), apart)]
        planned = self.moved.of((Of.PROFILE, quarter), key)
        if not was.gives:
            return planned
        return [*planned, Share(self._forecasts.cause(key, now), apart - come_to(planned))]

    @cached_property
    def _forecasts(self) -> Forecasting:
        """The claims that give the forecasts of both returns."""
        found = claims_with_forecasts(self._session, self.names, self.year_id, (*self._old, *self.new))
        apart: tuple[set[int], set[int]] = (self._approved_late, set())
        late, early = apart if self.recorded.sign > 0 else apart[::-1]
        return Forecasting(found, self._old, self.new, late, early)


def _put_forward(key: Key) -> Cause:
    place = at("proposal", reference=key.reference)
    return Cause(CauseKind.PROPOSAL, f"{key.reference}: proposal put forward", place)


def _was_approved(entry: Entry) -> bool:
    """Whether a claim came to be in the figures by a change; being locked by a return makes no difference."""
    return entry.after.get("status") in COUNTED and entry.before.get("status") not in COUNTED
