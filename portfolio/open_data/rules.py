"""What may be published of a grant: by which identifiers, what is missing, what is too small to be told.

Sources: 360Giving Data Standard 1.4 (its identifier guidance and codelists), Local Government Transparency Code 2015
(grants to voluntary, community and social enterprise bodies), SI 2011/3050 (crime and disorder reduction grants).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from portfolio.errors import PortfolioError
from portfolio.measures.rules import published, too_few
from portfolio.money import ZERO

STANDARD = "1.4"
LICENCE = "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/"
"""Open Government Licence 3.0: what public bodies publish under, and one of those that the standard takes as open."""
MOST_REASON = 2_000
FROM_REASON = 10
"""Characters of a reason that says something."""

_PREFIX = re.compile(r"360G-[A-Za-z0-9]{2,40}")
_GEO_TYPES = {
    "E06": "UA",
    "E07": "NMD",
    "E08": "MD",
    "E09": "LONB",
    "E10": "CTY",
    "E22": "CSP",
    "E23": "PFA",
    "W06": "UA",
    "W14": "CDRP",
    "W15": "PFA",
}
"""Beginnings of official area codes, and what the standard's codelist geoCodeType calls the areas that have them."""
_GEO_CODE = re.compile(r"[EWNS]\d{8}")
_REGISTERS = ("GB-CHC-", "GB-COH-", "GB-SC-", "GB-NIC-", "GB-MPR-", "GB-CIC-")
"""Registers of charities, companies and mutuals: what the Code means by a registration number."""
_VOLUNTARY = ("charity", "voluntary", "community", "social enterprise", "cic", "not for profit", "not-for-profit")
_FEW_PEOPLE = re.compile(
    r"\b(?:only |just )?(?:[1-4]|one|two|three|four)\s+(?P<who>(?:(?!and\b|or\b|of\b|in\b)[a-z]+\s+){0,2}?"
    r"(?:people|persons?|child(?:ren)?|victims?|offenders?|perpetrators?|pupils?|boys?|girls?|men|women|man|woman|"
    r"patients?|families|family|clients?|service users?|residents?|youths?|suspects?))\b",
    re.IGNORECASE,
)
"""A count of one to four of those whom a project works with, as people write it: `3 young people`, `two victims`."""
NOT_SHOWN = "Not shown: a part of it is fewer than 5"
"""In place of a count whose last change would tell, beside what was published before, of fewer than five people."""


class BadPrefix(PortfolioError):
    """A publisher's prefix that 360Giving would not have given."""

    def __init__(self, typed: str) -> None:
        super().__init__(
            f"“{typed.strip()[:40]}” is not a publisher’s prefix. "
            "Enter the one that 360Giving gave you, like 360G-dorsetcouncil",
            "prefix",
        )


class PrefixStays(PortfolioError):
    """Identifiers of what was published stay for ever."""

    def __init__(self, present: str) -> None:
        super().__init__(
            f"Grants were published with the prefix {present}, and their identifiers stay for ever. Enter it again",
            "prefix",
        )


class NoName(PortfolioError):
    """A publisher without a name."""

    def __init__(self) -> None:
        super().__init__("Enter the name of who publishes, like Dorset Council", "name")


class BadGeoCode(PortfolioError):
    """Not an official code of an area."""

    def __init__(self, typed: str) -> None:
        super().__init__(
            f"“{typed.strip()[:40]}” is not an official code of an area. "
            "Enter a letter and eight digits, like E06000059",
            "gss",
        )


class NoReason(PortfolioError):
    """Something left out of what is published, without a reason worth the name."""

    def __init__(self) -> None:
        super().__init__(
            f"Say in at least {FROM_REASON} characters why this award is not published: whoever asks is told so",
            "because",
        )


class ReasonTooLong(PortfolioError):
    """A reason longer than anybody reads."""

    def __init__(self) -> None:
        super().__init__(f"Shorten the reason to {MOST_REASON:,} characters or fewer", "because")


class RecipientsTooLong(PortfolioError):
    """Too long a list of those to whom a grant is given on."""

    def __init__(self) -> None:
        super().__init__(f"Shorten this to {MOST_REASON:,} characters or fewer", "regrants_to")


class LeftOutAlready(PortfolioError):
    """Somebody else has left the award out already."""

    def __init__(self) -> None:
        super().__init__("This award is already left out of what is published. End that first to give another reason")


class NotLeftOut(PortfolioError):
    """An exemption that was ended already."""

    def __init__(self) -> None:
        super().__init__("This has ended already: the award is published with the next version")


class NothingToPublish(PortfolioError):
    """No award of the year stands in an issued return, or every one is left out."""

    def __init__(self) -> None:
        super().__init__(
            "Nothing can be published yet: no award of this year stands in an issued return, or every one is left out. "
            "Issue a return first"
        )


class ChangedSinceSeen(PortfolioError):
    """What would be published is not what was looked at."""

    def __init__(self) -> None:
        super().__init__("Something has changed since you opened this page. Look at it again, then publish")


class NeedsNote(PortfolioError):
    """A later version that does not say why it is there."""

    def __init__(self, version: int) -> None:
        super().__init__(f"Say why version {version} takes the place of the one before", "note")


class NothingNew(PortfolioError):
    """A version that would say what the last one says."""

    def __init__(self, version: int) -> None:
        super().__init__(f"Version {version} says the very same already, so there is nothing to publish")


@dataclass(frozen=True)
class Publisher:
    """Who publishes: the prefix that 360Giving gave them, their name, their identifier where they have one."""

    prefix: str | None
    name: str | None
    org_id: str | None


@dataclass(frozen=True)
class Body:
    """An organisation as it is published: `key` is ours, `kind` is what sort of body it is."""

    key: str
    name: str | None
    org_id: str | None
    kind: str = ""


@dataclass(frozen=True)
class Area:
    """Where those live who are to benefit, by its official code."""

    name: str
    code: str | None


@dataclass(frozen=True)
class Delivered:
    """An output or outcome as the issued return has it."""

    indicator: str
    unit: str
    target: Decimal | None
    this_quarter: Decimal | None
    to_date: Decimal | None
    had_few: bool = False
    """Whether an issued return of an earlier quarter counted one to four of them in that quarter."""


@dataclass(frozen=True)
class Grant:
    """One award as an issued return has it, with what the record says of its parties. Amounts are pounds."""

    award_id: int
    reference: str
    csp_id: int
    csp_key: str
    department: str
    """The partnership that decided on it."""
    title: str
    purpose: str
    applied_for: Decimal | None
    """None where the proposal asked several partnerships: it asked once, and would be counted several times."""
    awarded: Decimal
    disbursed: Decimal
    """Approved claims up to the return's quarter, corrections included."""
    awarded_on: date | None
    starts_on: date
    ends_on: date
    funder: Body
    recipient: Body
    areas: tuple[Area, ...]
    programme_code: str
    programme: str
    conditions: str | None
    reasons: str | None
    decision_id: int | None
    return_id: int
    issued_at: datetime
    delivered: tuple[Delivered, ...]
    regrants_to: str | None = None
    match_pledged: Decimal = ZERO
    """In cash, as the return has it."""

    @property
    def regrant_type(self) -> str | None:
        """FRG030 where the recipient gives it on together with match, FRG010 without; None for a project of its own.

        The standard's guide to regranting keeps both codes from grants that pay for projects, matched or not.
        """
        if self.regrants_to is None:
            return None
        return "FRG030" if self.match_pledged else "FRG010"

    @property
    def is_to_itself(self) -> bool:
        """Whether the funder is also the recipient: money that a council keeps for a service of its own."""
        return self.funder.org_id is not None and self.funder.org_id == self.recipient.org_id


@dataclass(frozen=True)
class Missing:
    """A fact that the standard requires and the record lacks; `at` says where it is put right."""

    sentence: str
    at: str


def missing_of(grant: Grant, publisher: Publisher) -> list[Missing]:
    """What keeps a grant from being published as 360Giving data, in the order of the standard's required fields."""
    found = []
    if not publisher.prefix or not publisher.name:
        found.append(Missing("Who publishes is not set: a prefix and a name", "publisher"))
    if not grant.purpose.strip():
        found.append(Missing("The proposal has no summary, which is the description", "proposal"))
    if grant.awarded_on is None:
        found.append(Missing("The decision names no meeting, so there is no date of the award", "decision"))
    if not grant.funder.name or not grant.funder.org_id:
        found.append(Missing("The partnership’s authority has no organisation identifier", "partnership"))
    if not grant.recipient.org_id:
        found.append(Missing(f"{grant.recipient.name} has no organisation identifier", "organisation"))
    return found


def grant_id(prefix: str, reference: str, csp_key: str) -> str:
    """A grant's identifier, which no later change of title, amount or status changes: `360G-x-SVD-25-01-dorset`."""
    return f"{prefix}-{'-'.join(reference.split())}-{csp_key}"


def geo_type(code: str | None) -> str | None:
    """What the standard calls the kind of area that has such a code; None for one it has no word for."""
    return _GEO_TYPES.get((code or "")[:3])


def bad_publisher(prefix: str, name: str, published_with: str | None) -> list[PortfolioError]:
    """What is wrong with who is to publish, where something was already published with a prefix or nothing yet."""
    found: list[PortfolioError] = []
    if not _PREFIX.fullmatch(prefix):
        found.append(BadPrefix(prefix))
    elif published_with is not None and prefix != published_with:
        found.append(PrefixStays(published_with))
    if not name:
        found.append(NoName())
    return found


def bad_recipients(regrants_to: str | None) -> RecipientsTooLong | None:
    """What is wrong with saying to whom a grant is given on; nothing at all is allowed."""
    return RecipientsTooLong() if len(regrants_to or "") > MOST_REASON else None


def bad_geo_code(code: str | None) -> BadGeoCode | None:
    """What is wrong with an area's code; none at all is allowed."""
    return None if code is None or _GEO_CODE.fullmatch(code) else BadGeoCode(code)


def bad_reason(because: str) -> PortfolioError | None:
    """What is wrong with the reason for leaving an award out."""
    if len(because.strip()) < FROM_REASON:
        return NoReason()
    return ReasonTooLong() if len(because) > MOST_REASON else None


def is_voluntary(kind: str) -> bool:
    """Whether a body of this kind is one whose grants the Transparency Code wants published."""
    return any(word in kind.lower() for word in _VOLUNTARY)


def registration_number(org_id: str | None) -> str | None:
    """The number of a charity, company or mutual, out of its identifier; None for bodies on no such register."""
    register = next((one for one in _REGISTERS if (org_id or "").startswith(one)), None)
    return None if org_id is None or register is None else org_id.removeprefix(register)


def published_text(text: str) -> str:
    """A text as it may be published: a count of one to four people becomes `fewer than 5`."""
    return _FEW_PEOPLE.sub(lambda found: f"fewer than 5 {_several(found['who'])}", text)


def _several(who: str) -> str:
    """Those meant, as more than one."""
    *before, last = who.split()
    irregular = {"child": "children", "person": "people", "man": "men", "woman": "women", "family": "families"}
    regular = last if last.lower().endswith(("s", "people", "children", "men")) else f"{last}s"
    return " ".join([*before, irregular.get(last.lower(), regular)])


def names_few(texts: Sequence[str | None]) -> bool:
    """Whether any of some texts tells of one to four people, so that it is published otherwise than it was written."""
    return any(_FEW_PEOPLE.search(text or "") for text in texts)


def published_count(value: Decimal | None) -> str:
    """A count or rate as it may be published; empty where nothing was reported."""
    return "" if value is None else published(value)


def published_to_date(line: Delivered) -> str:
    """A running count as it may be published: not where a quarter's part of it, which anybody can work out by holding
    it against this quarter or versions before, is a count of one to four."""
    this, running = line.this_quarter, line.to_date
    if running is None or this == running:
        return published_count(running)
    parts = [] if this is None else [this, running - this]
    if line.had_few or any(part and too_few(part) for part in parts):
        return NOT_SHOWN
    return published_count(running)
