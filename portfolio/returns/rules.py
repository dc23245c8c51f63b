"""What a return must satisfy before it leaves: order, signatures, and figures that agree everywhere."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from portfolio.errors import PortfolioError, RuleWarning
from portfolio.funding_years.rules import BadStep
from portfolio.money import format_pounds
from portfolio.people.rules import Act
from portfolio.quarters import FinancialYear, Quarter, format_day


class ReturnKind(StrEnum):
    """One partnership's, the police area's combined one to the OPCC, or the area's to the Home Office."""

    CSP = "CSP"
    OPCC = "OPCC"
    HOME_OFFICE = "Home Office"


class ReturnStatus(StrEnum):
    """The life of a return."""

    PREPARED = "prepared"
    CHECKED = "checked"
    CERTIFIED = "certified"
    ISSUED = "issued"
    QUERIED = "queried"
    FORWARDED = "forwarded"
    PAID = "paid"

    @property
    def has_left(self) -> bool:
        """Whether it was issued, so that it never changes again."""
        return self in HAVE_LEFT


HAVE_LEFT = (ReturnStatus.ISSUED, ReturnStatus.QUERIED, ReturnStatus.FORWARDED, ReturnStatus.PAID)
"""The states of a return that was issued."""

STEPS: dict[ReturnStatus, Act] = {
    ReturnStatus.PREPARED: Act.CHECK_RETURN,
    ReturnStatus.CHECKED: Act.CERTIFY_RETURN,
    ReturnStatus.CERTIFIED: Act.PREPARE_RETURN,
    ReturnStatus.QUERIED: Act.PREPARE_RETURN,
}
"""What takes a return further that is not with the funder yet, or that was asked about."""
NOT_WHO_PREPARED_IT = (ReturnStatus.PREPARED, ReturnStatus.CHECKED)
"""The states whose next step somebody else takes than who prepared the return."""
MADE_BY_THE_OFFICE = (Act.PREPARE_RETURN, Act.CHECK_RETURN)
"""What the commissioner's office does too, for the return that it sends to the Home Office; others it receives."""

MARKING = "OFFICIAL"
"""What the pages of a return are marked with: routine public business (source: Government Security Classifications)."""


class EarlierQuarterOpen(PortfolioError):
    """E8: a return while an earlier quarter is not issued."""

    code = "E8"

    def __init__(self, quarters: Iterable[Quarter]) -> None:
        names = ", ".join(quarter.short for quarter in quarters)
        super().__init__(f"{names} is not issued yet. Issue the earlier quarter first", "quarter")


class BadCertificate(PortfolioError):
    """E9: a certificate that nobody could rely on."""

    code = "E9"


class OwnWork(PortfolioError):
    """Somebody checks what they prepared themselves."""

    def __init__(self) -> None:
        super().__init__("Who prepared a return cannot check it. Somebody else must go through it")


class OthersWork(PortfolioError):
    """The commissioner's office makes a return that it is to receive."""

    def __init__(self) -> None:
        super().__init__(
            "Finance prepares, checks and issues this return. The commissioner's office does so for the Home Office's"
        )


class NotAccepted(PortfolioError):
    """A point that is open in a return, and no reason why it may leave all the same."""

    def __init__(self, about: str, field: str) -> None:
        super().__init__(f"{about}: say why it is accepted, or have it put right and the return prepared again", field)


class DoesNotReconcile(PortfolioError):
    """E10: two figures that must be the same and are not."""

    code = "E10"

    def __init__(self, what: str, left: Decimal, right: Decimal) -> None:
        super().__init__(
            f"{what}: {format_pounds(left)} against {format_pounds(right)}, difference {format_pounds(left - right)}"
        )


class FiguresChanged(PortfolioError):
    """The figures are no longer those that were prepared."""

    def __init__(self) -> None:
        super().__init__(
            "The figures have changed since this return was prepared. Prepare it again, so that what is signed is what "
            "is issued"
        )


class ChangedMeanwhile(PortfolioError):
    """Somebody is about to sign or answer something else than what they looked at."""

    def __init__(self) -> None:
        super().__init__(
            "Somebody else prepared, checked or asked about this return since you opened the page. Nothing was done. "
            "Look at it as it stands now, and then go on"
        )


class NeedsReason(PortfolioError):
    """A later version that does not say why."""

    def __init__(self) -> None:
        super().__init__("Say why a new version is needed; the earlier one stays as it was issued", "reason")


class WrongQuarter(PortfolioError):
    """A statement of a year that is not over."""

    def __init__(self, quarter: Quarter) -> None:
        super().__init__(f"The statement covers the whole year, so it is made for Q4, not {quarter.name}", "quarter")


class Superseded(PortfolioError):
    """Something was to be done with a version that is only kept."""

    def __init__(self, version: int, latest: int) -> None:
        super().__init__(
            f"Version {version} was replaced by version {latest} and is only kept. Act on version {latest}"
        )


class QuarterNotOver(PortfolioError):
    """A return of a quarter in which money is still being spent."""

    def __init__(self, quarter: Quarter) -> None:
        super().__init__(
            f"{quarter.short} ends on {format_day(quarter.last_day)}. Prepare its return after that; "
            "until then, take a draft",
            "quarter",
        )


class BadForwarding(PortfolioError):
    """A day on which a return cannot have been sent on."""


class NeedsWords(PortfolioError):
    """A query or an answer that says nothing."""


@dataclass(frozen=True)
class Pair:
    """Two figures in pounds that must agree, and what they are."""

    what: str
    left: Decimal
    right: Decimal


def earlier_quarter_open(quarter: Quarter, issued: Collection[Quarter]) -> EarlierQuarterOpen | None:
    """E8: every earlier quarter of the year has been issued."""
    missing = [earlier for earlier in quarter.to_date()[:-1] if earlier not in issued]
    return EarlierQuarterOpen(missing) if missing else None


def same_name(one: str, other: str) -> bool:
    """Whether two names are the same, however they are spaced and capitalised."""
    return one.casefold().split() == other.casefold().split()


def bad_certificate(
    *, name: str, role: str, on: date, today: date, checked_on: date, same_person: bool
) -> list[PortfolioError]:
    """E9: the certifier is named, is not who prepared the return, and signs neither in the future nor too early."""
    errors: list[PortfolioError] = []
    if not name.strip():
        errors.append(BadCertificate("Enter the certifier's name", "name"))
    if not role.strip():
        errors.append(BadCertificate("Enter the certifier's role, like Chief Finance Officer", "role"))
    if same_person:
        errors.append(BadCertificate("Who prepared a return cannot certify it. Somebody else must sign", "name"))
    if on > today:
        errors.append(BadCertificate("The date is in the future. Enter the day it was signed", "on"))
    if on < checked_on:
        errors.append(BadCertificate("The date is before the return was checked. Enter the day it was signed", "on"))
    return errors


def differences(pairs: Iterable[Pair]) -> list[PortfolioError]:
    """E10: every pair that does not agree, to the penny."""
    return [DoesNotReconcile(pair.what, pair.left, pair.right) for pair in pairs if pair.left != pair.right]


def next_status(present: ReturnStatus, wanted: ReturnStatus, *starts: ReturnStatus) -> ReturnStatus:
    """Prepared (again, if need be), checked, certified, issued, perhaps queried, forwarded, paid; or raises BadStep.

    Several deeds lead to some states; `starts` are those that a deed may find a return in, where not all of them are.
    """
    if starts and present not in starts:
        raise BadStep("return", present, wanted)
    match (present, wanted):
        case (
            (ReturnStatus.PREPARED | ReturnStatus.CHECKED | ReturnStatus.CERTIFIED, ReturnStatus.PREPARED)
            | (ReturnStatus.PREPARED, ReturnStatus.CHECKED)
            | (ReturnStatus.CHECKED, ReturnStatus.CERTIFIED)
            | (ReturnStatus.CERTIFIED, ReturnStatus.ISSUED)
            | (ReturnStatus.ISSUED, ReturnStatus.QUERIED | ReturnStatus.FORWARDED)
            | (ReturnStatus.QUERIED, ReturnStatus.ISSUED | ReturnStatus.FORWARDED)
            | (ReturnStatus.FORWARDED, ReturnStatus.PAID | ReturnStatus.QUERIED)
            | (ReturnStatus.PAID, ReturnStatus.FORWARDED)
        ):
            return wanted
        case _:
            raise BadStep("return", present, wanted)


def needs_reason(version: int, reason: str | None) -> NeedsReason | None:
    """Every version after the first says why it was needed."""
    return NeedsReason() if version > 1 and not (reason or "").strip() else None


def overdue(about: str, due: date, today: date) -> RuleWarning | None:
    """W10: a return that has not left after its day."""
    if today <= due:
        return None
    return RuleWarning("W10", f"Overdue since {format_day(due)}", about)


def quarter_not_over(quarter: Quarter, today: date) -> QuarterNotOver | None:
    """A return says what was spent in the whole quarter, so the quarter is over."""
    return QuarterNotOver(quarter) if today <= quarter.last_day else None


def superseded(version: int, latest: int) -> Superseded | None:
    """Only the latest issued version is queried, forwarded and paid."""
    return Superseded(version, latest) if version < latest else None


def wrong_quarter(quarter: Quarter) -> WrongQuarter | None:
    """The statement covers the whole year."""
    return None if quarter.number == 4 else WrongQuarter(quarter)


def bad_forwarding(to: str, on: date, *, today: date, issued_on: date) -> list[PortfolioError]:
    """A return is sent to somebody, after it was issued and not in the future."""
    errors: list[PortfolioError] = []
    if not to.strip():
        errors.append(NeedsWords("Enter whom it was sent to", "to"))
    if on > today:
        errors.append(BadForwarding("The date is in the future. Enter the day it was sent", "on"))
    if on < issued_on:
        errors.append(BadForwarding("The date is before the return was issued. Enter the day it was sent", "on"))
    return errors


def says_nothing(words: str, field: str) -> NeedsWords | None:
    """A query and its answer are words."""
    return None if words.strip() else NeedsWords(f"Enter the {field}", field)


def file_name(kind: ReturnKind, quarter: Quarter, version: int = 1, csp: str | None = None) -> str:
    """`OPCC_2025-26_Q2.xlsx`, `CSP-dorset_2025-26_Q2.xlsx`; later versions end in `_v2`."""
    whose = f"CSP-{csp}" if kind is ReturnKind.CSP else kind.value.replace(" ", "")
    later = f"_v{version}" if version > 1 else ""
    return f"{whose}_{quarter.year.slug}_{quarter.name}{later}.xlsx"


def frozen_names(name: str) -> tuple[str, str, str]:
    """What an issued return leaves under its name: the workbook, the figures as JSON, and the digests of both."""
    stem = name.removesuffix(".xlsx")
    return name, f"{stem}.json", f"{stem}.sha256"


def acts_for(act: Act, kind: ReturnKind) -> tuple[Act, ...]:
    """The acts that let somebody do something to a return of a kind; one of them is enough."""
    to_the_home_office = kind is ReturnKind.HOME_OFFICE and act in MADE_BY_THE_OFFICE
    return (act, Act.MAKE_HOME_OFFICE_RETURN) if to_the_home_office else (act,)


def statement_name(year: FinancialYear) -> str:
    """`Statement_2025-26.xlsx`: there is one a year."""
    return f"Statement_{year.slug}.xlsx"


def slug_of(kind: ReturnKind, csp: str | None = None) -> str:
    """How an address names a return of a quarter: `opcc`, `home-office`, `csp-dorset`."""
    return f"csp-{csp}" if kind is ReturnKind.CSP else kind.value.lower().replace(" ", "-")


def read_slug(slug: str) -> tuple[ReturnKind, str | None] | None:
    """The kind, and the partnership's key where it is one partnership's; None for what names no return."""
    if slug.startswith("csp-"):
        return ReturnKind.CSP, slug.removeprefix("csp-")
    whole_area = {slug_of(kind): kind for kind in (ReturnKind.OPCC, ReturnKind.HOME_OFFICE)}
    return (whole_area[slug], None) if slug in whole_area else None


def quarter_to_return(year: FinancialYear, today: date) -> Quarter:
    """The quarter whose return is in hand on a day: the last one that is over; in the year's first quarter that one."""
    over = [quarter for quarter in year.quarters if quarter.last_day < today]
    return over[-1] if over else year.quarters[0]
