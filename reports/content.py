"""What a return says, as frozen values: the snapshot that is issued, and all that a workbook is written from.

Money is `Decimal` pounds with two places, signed: a negative variance is an underspend. A tuple of four by quarter
holds actuals for the quarters up to the return's own, and forecasts for the rest.
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from portfolio.quarters import Quarter

ByQuarter = tuple[Decimal, Decimal, Decimal, Decimal]
Count = Annotated[Decimal, "no money"]
"""A count or rate, with as many places as it was given; every other `Decimal` here is pounds."""


class Kind(StrEnum):
    """Whom a return is for, and what it covers."""

    CSP = "CSP"
    OPCC = "OPCC"
    HOME_OFFICE = "Home Office"
    STATEMENT = "Statement of Grant Expenditure"


@dataclass(frozen=True)
class Cover:
    """What a return is: whose grant, for whom, of which period, in which version and state."""

    kind: Kind
    programme: str
    funder: str
    administering_body: str
    police_area: str
    police_area_code: str
    csps: tuple[str, ...]
    quarter: Quarter
    version: int
    status: str
    prepared_by: str | None
    prepared_on: date | None
    as_at: datetime
    """The moment of the last change that the figures contain."""
    marking: str
    basis: str
    """Basis of preparation, in a sentence or two."""
    supersedes: str | None
    reason: str | None
    """Why there is a version after the first."""


@dataclass(frozen=True)
class SummaryRow:
    """One CSP's stream: what it was given this year, and what it came to last year."""

    csp: str
    stream: str
    allocation: Decimal
    last_year: Decimal | None
    """Outturn of the year before; None, in every row, where that year is not kept."""


@dataclass(frozen=True)
class InterventionRow:
    """One award's stream. Explanation, RAGs and narrative are the award's, from this quarter's claim."""

    reference: str
    title: str
    csp: str
    lead_organisation: str
    kind: str
    levels: str
    stream: str
    award: Decimal
    profile: ByQuarter
    quarters: ByQuarter
    """Actual (claims approved, corrections included) up to this quarter; forecast after it."""
    corrections: Decimal
    """The part of this quarter's actual that corrects earlier quarters; zero where there is none."""
    previous_forecast: Decimal
    """What the last quarter's claim forecast for this quarter; the profile where it gave none."""
    claim_status: str
    explanation: str | None
    delivery_rag: str | None
    spend_rag: str | None
    narrative: str | None


@dataclass(frozen=True)
class CategoryRow:
    """What one CSP spent of one stream on one cost category, each quarter up to this one, corrections included."""

    csp: str
    stream: str
    category: str
    actual: tuple[Decimal, ...]
    """One figure a quarter, up to and including the return's."""
    accrued: Decimal | None = None
    """The part of this quarter's claims that was received and not yet paid; None, in every row, where none is told."""


@dataclass(frozen=True)
class MatchRow:
    """One award's match: other money and in-kind support, always apart from grant."""

    reference: str
    title: str
    csp: str
    funders: str
    pledged_cash: Decimal
    pledged_in_kind: Decimal
    secured: Decimal
    received: Decimal
    spent_before: Decimal
    spent_this_quarter: Decimal


@dataclass(frozen=True)
class VariationRow:
    """An approved move of money (positive amount), or a forecast underspend (positive amount not to be spent)."""

    what: str
    reference: str
    csp: str
    stream: str
    moved_from: str
    moved_to: str
    amount: Decimal
    reason: str
    approved_by: str
    on: date | None


@dataclass(frozen=True)
class OutputRow:
    """One output or outcome indicator of an award against its target; None where nothing was reported."""

    reference: str
    title: str
    csp: str
    kind: str
    indicator: str
    unit: str
    target: Count | None
    this_quarter: Count | None
    to_date: Count | None


@dataclass(frozen=True)
class MeasureRow:
    """One success measure in one quarter: a value, or the reason why there is none. Unavailable is not zero."""

    code: str
    measure: str
    definition: str
    geography: str
    source: str | None
    quarter: Quarter
    value: Count | None
    unavailable: str | None


@dataclass(frozen=True)
class DecisionRow:
    """One proposal's stream as one CSP decided on it; undecided ones say so."""

    reference: str
    title: str
    lead_organisation: str
    csp: str
    kind: str
    stream: str
    requested: Decimal
    outcome: str
    awarded: Decimal
    reason: str | None
    body: str | None
    on: date | None
    minute: str | None
    conditions: str | None


@dataclass(frozen=True)
class Certification:
    """The certificate's words and who signed them; name, role and date are None until it is certified."""

    text: str
    name: str | None
    role: str | None
    on: date | None
    signatory: str | None = None
    """Whose signature the return's level asks for; None in what was issued before returns said it."""
    checked_by: str | None = None
    """Who went through what was open before it was certified; None until somebody has."""
    checked_on: date | None = None


@dataclass(frozen=True)
class StatementRow:
    """One stream's year: what was granted, what was received, and match spent beside it."""

    stream: str
    allocation: Decimal
    grant_received: Decimal
    match_spent: Decimal
    withheld: Decimal | None = None
    """What the funder said it will not pay; None in statements issued before that was told."""


@dataclass(frozen=True)
class AssetRow:
    """Something bought with the grant that outlives the project, and what became of it."""

    reference: str
    csp: str
    stream: str
    description: str
    serial: str | None
    kept_at: str | None
    bought_on: date
    cost: Decimal
    disposed_on: date | None
    proceeds: Decimal
    """What came of its disposal; zero while it is kept."""
    disposed_because: str | None


@dataclass(frozen=True)
class Statement:
    """The Statement of Grant Expenditure at the year's end."""

    rows: tuple[StatementRow, ...]
    assets: str
    """What is known of assets bought with the grant, or why nothing is said."""
    assurance: str
    """Reference of the independent assurance, or that it is still to come."""
    register: tuple[AssetRow, ...] | None = None
    """The assets that are declared; None in statements issued before there was a register."""


@dataclass(frozen=True)
class LedgerRow:
    """The council's ledger of the quarter held against what one CSP claims of it; it informs, and stops nothing."""

    csp: str | None
    """None: transactions that belong to no project of any CSP."""
    ledger: Decimal | None
    """What was spent as the ledger has it; None where no extract of it was uploaded for the quarter."""
    claimed: Decimal
    timing: Decimal
    """Noted as booked in another quarter than claimed: positive is in the ledger and claimed in another quarter."""

    @property
    def unexplained(self) -> Decimal | None:
        """What is left: positive is in the ledger, negative is claimed, and neither is accounted for."""
        return None if self.ledger is None else self.ledger - self.claimed - self.timing


@dataclass(frozen=True)
class RoundedRow:
    """One stream's quarters in whole units, in pounds."""

    stream: str
    quarters: ByQuarter


@dataclass(frozen=True)
class Rounded:
    """The whole area's streams by quarter, rounded as the funder asks so that they add up both ways."""

    unit: int
    """The pounds that figures are rounded to, such as 1 or 1000."""
    method: str
    """How they were rounded, in a sentence or two."""
    rows: tuple[RoundedRow, ...]


@dataclass(frozen=True)
class Note:
    """A numbered note `[note 1]`, or a warning that the figures gave rise to (code W1 to W10)."""

    label: str
    about: str
    text: str


@dataclass(frozen=True)
class ReturnContent:
    """Everything a return says. The same content gives the CSP's, the OPCC's and the Home Office's workbook."""

    cover: Cover
    summary: tuple[SummaryRow, ...]
    interventions: tuple[InterventionRow, ...]
    categories: tuple[CategoryRow, ...]
    match: tuple[MatchRow, ...]
    variations: tuple[VariationRow, ...]
    outputs: tuple[OutputRow, ...]
    measures: tuple[MeasureRow, ...]
    decisions: tuple[DecisionRow, ...]
    statement: Statement | None
    certification: Certification
    notes: tuple[Note, ...]
    ledger: tuple[LedgerRow, ...] | None = None
    """None in returns that do not tell of the ledger, and in those issued before any did."""
    rounded: Rounded | None = None
    """None where the funder takes exact figures, and in returns issued before any could be rounded."""
