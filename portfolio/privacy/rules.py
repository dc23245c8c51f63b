"""How long what is somebody's own is kept, when it is due to go, and the few signs that a council's texts may use."""

import hashlib
import json
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from portfolio.errors import PortfolioError
from portfolio.people.rules import Holding
from portfolio.quarters import FinancialYear

LONGEST_DAYS = 3650
USUAL_YEARS = 7
"""For how many years a grant's records are kept where no programme says so."""
_SIGNS = {"# ": "heading", "- ": "list"}
_PLACE = re.compile(r"\{(\w+)\}")
REMOVED_TEXT = "Removed with the person"
"""What stands in the place of what somebody wrote about themselves."""


class Kind(StrEnum):
    """What goes when its time has come, in the order in which it goes."""

    SESSIONS = "ended sessions"
    ATTEMPTS = "attempts to sign in"
    LINKS = "used and expired links"
    MESSAGES = "messages that no longer wait"
    PEOPLE = "people who left"


@dataclass(frozen=True)
class Period:
    """For how many days a kind is kept, unless the setting of that name says otherwise."""

    setting: str
    days: int
    least: int
    label: str
    after: str


PERIODS = {
    Kind.SESSIONS: Period("keep_sessions_days", 30, 1, "Ended sessions", "after the session ended"),
    # Throttling looks back for a day.
    Kind.ATTEMPTS: Period("keep_attempts_days", 90, 2, "Attempts to sign in", "after the attempt"),
    Kind.LINKS: Period("keep_links_days", 30, 1, "Used and expired links", "after the link was used or expired"),
    Kind.MESSAGES: Period("keep_messages_days", 90, 1, "Messages", "after the message was sent or given up"),
}
"""The periods that can be set; people are kept by the years that each programme sets."""
ORGANISATION, CONTACT, PREPARED_ON = "organisation_name", "contact", "statement_prepared_on"
"""The settings that the notices name."""
USUAL: Mapping[str, str] = {
    ORGANISATION: "",
    CONTACT: "",
    PREPARED_ON: "",
    **{period.setting: str(period.days) for period in PERIODS.values()},
}
"""What is set until something else is."""


class NotADayCount(PortfolioError):
    """A period that is no whole number of days, or out of reason."""

    def __init__(self, kind: Kind) -> None:
        period = PERIODS[kind]
        super().__init__(
            f"{period.label} must be kept for a whole number of days from {period.least} to {LONGEST_DAYS:,}",
            period.setting,
        )


class ChangedMeanwhile(PortfolioError):
    """Somebody else changed what is being edited."""

    def __init__(self) -> None:
        super().__init__(
            "Somebody else changed this while you were editing. What is there now stands below. "
            "Check what you entered against it, and save again"
        )


class StaysForNow(PortfolioError):
    """Somebody who is not due to be removed."""


def read_days(kind: Kind, typed: str) -> int:
    """A period as it is typed, `30`; raises NotADayCount."""
    period = PERIODS[kind]
    digits = typed.strip().replace(",", "")
    days = int(digits) if digits.isascii() and digits.isdecimal() and len(digits) < 6 else 0
    if not period.least <= days <= LONGEST_DAYS:
        raise NotADayCount(kind)
    return days


def day_set(value: str) -> date:
    """A day as a setting keeps it."""
    return date.fromisoformat(value)


def days_of(kind: Kind, settings: Mapping[str, str]) -> int:
    """For how many days a kind is kept."""
    period = PERIODS[kind]
    return int(settings.get(period.setting, period.days))


def gone_before(kind: Kind, settings: Mapping[str, str], now: datetime) -> datetime:
    """What ended before this moment is due to go."""
    return now - timedelta(days=days_of(kind, settings))


def said_of(kind: Kind, settings: Mapping[str, str]) -> str:
    """The rule in words, as the list of what is due gives it."""
    days = days_of(kind, settings)
    return f"Kept for {days:,} {'day' if days == 1 else 'days'} {PERIODS[kind].after}"


def said_of_people(years: int) -> str:
    """The rule for people in words."""
    return (
        f"Kept for {years} years after the last financial year in which they acted, led a project or held a role: "
        "the longest of the programmes' own rules"
    )


def years_kept(of_programmes: Collection[int]) -> int:
    """For how many years after their last one people are kept: as long as any programme asks for."""
    return max(of_programmes, default=USUAL_YEARS)


def due_from(days: Iterable[date], years: int) -> date | None:
    """The day from which somebody is no longer kept: with 7 years, 1 April 2033 after what they did in 2025/26."""
    last = max((FinancialYear.containing(day) for day in days), default=None)
    return None if last is None else FinancialYear(last.start + years + 1).first_day


def has_left(holdings: Iterable[Holding], today: date, *, disabled: bool) -> bool:
    """Whether somebody has nothing more to do here: let in no longer, or with no role that runs or is to begin."""
    return disabled or all(held.ends_on is not None and held.ends_on < today for held in holdings)


def refuse_to_remove(
    holdings: Iterable[Holding], today: date, *, disabled: bool, removed: bool, due: date | None
) -> None:
    """Whoever has a role, or whose time has not come, stays; raises StaysForNow."""
    if removed:
        raise StaysForNow("This person was removed already")
    if not has_left(holdings, today, disabled=disabled):
        raise StaysForNow("This person still has a role. End it, or disable the account, first")
    if due is None or today < due:
        raise StaysForNow("What this person did must be kept for longer")


def pseudonym(person_id: int) -> tuple[str, str]:
    """The name and the e-mail address that stand for somebody who was removed; no mail reaches `.invalid`."""
    return f"Former person {person_id}", f"person-{person_id}@removed.invalid"


def digest_of(values: Mapping[str, str]) -> str:
    """What a form remembers of the settings it was opened with."""
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True)
class Block:
    """A part of a text: a heading, a paragraph, or a list of points."""

    kind: str
    lines: tuple[str, ...]


def blocks_of(text: str) -> list[Block]:
    """A text by its few signs: an empty line ends a paragraph, `# ` begins a heading, `- ` a point; no others count."""
    blocks: list[Block] = []
    begun = False
    for line in text.splitlines():
        said = line.strip()
        kind = _SIGNS.get(said[:2], "paragraph")
        if said:
            words = said if kind == "paragraph" else said[2:].strip()
            if begun and kind == blocks[-1].kind != "heading":
                blocks[-1] = Block(kind, (*blocks[-1].lines, words))
            else:
                blocks.append(Block(kind, (words,)))
        begun = bool(said)
    return blocks


def filled(text: str, values: Mapping[str, str]) -> str:
    """A text with the places that it names, `{organisation}`, filled in."""
    return _PLACE.sub(lambda place: values.get(place[1], place[0]), text)
