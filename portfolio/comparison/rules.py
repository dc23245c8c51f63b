"""What the comparison goes by: the order of outcomes, bands of scores and costs, and what a reason is about."""

import re
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache

from portfolio.decisions.rules import Outcome
from portfolio.money import ZERO, per_cent
from portfolio.proposals.rules import Level

ORDER = (
    Outcome.FUNDED,
    Outcome.PART_FUNDED,
    Outcome.RESERVE,
    Outcome.DEFERRED,
    Outcome.REJECTED,
    Outcome.WITHDRAWN,
)
"""From yes to no; what is not decided yet comes last."""
UNDECIDED = "not decided"
LEVELS = {level: 1 << place for place, level in enumerate(Level)}
"""Each prevention level as a figure of its own, so that a set of them is one figure: their sum."""


class Side(StrEnum):
    """The sides that are set against each other."""

    FUNDED = "funded"
    REJECTED = "rejected"
    OTHER = "neither"

    @classmethod
    def of(cls, outcome: Outcome | None) -> "Side":
        """Where an outcome stands; what waits, was withdrawn or is not decided stands on neither side."""
        if outcome is None:
            return cls.OTHER
        return cls.FUNDED if outcome.gives_money else cls.REJECTED if outcome is Outcome.REJECTED else cls.OTHER


@dataclass(frozen=True)
class Band:
    """From a figure up to, and not including, another; None has no end. The slug stands in addresses."""

    slug: str
    name: str
    least: Decimal | None
    below: Decimal | None


SCORES = (
    Band("80", "80% and more", Decimal(80), None),
    Band("60", "60% to 80%", Decimal(60), Decimal(80)),
    Band("40", "40% to 60%", Decimal(40), Decimal(60)),
    Band("0", "Below 40%", None, Decimal(40)),
)
"""Bands of panel scores, in per cent."""
COSTS = (
    Band("0", "Below £5,000", None, Decimal(5_000)),
    Band("5000", "£5,000 to £15,000", Decimal(5_000), Decimal(15_000)),
    Band("15000", "£15,000 to £30,000", Decimal(15_000), Decimal(30_000)),
    Band("30000", "£30,000 to £100,000", Decimal(30_000), Decimal(100_000)),
    Band("100000", "£100,000 and more", Decimal(100_000), None),
)
"""Bands of what is asked, in pounds."""
NO_LEVEL = "None given"


def level_names(figure: int) -> str:
    """A set of prevention levels in words: `Universal and targeted`; `None given` for the empty one."""
    names = [level.value for level, part in LEVELS.items() if figure & part]
    if not names:
        return NO_LEVEL
    said = " and ".join(([", ".join(names[:-1])] if names[1:] else []) + names[-1:])
    return said[:1].upper() + said[1:]


@dataclass(frozen=True)
class Tally:
    """What some proposals come to: how many they are; asked, awarded and match offered in pounds; their scores."""

    proposals: int = 0
    asked: Decimal = ZERO
    awarded: Decimal = ZERO
    match: Decimal = ZERO
    scored: int = 0
    scores: Decimal = Decimal(0)
    """The sum of the panels' scores of those that were scored, in per cent each."""
    funded: int = 0
    rejected: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(
            self.proposals + other.proposals,
            self.asked + other.asked,
            self.awarded + other.awarded,
            self.match + other.match,
            self.scored + other.scored,
            self.scores + other.scores,
            self.funded + other.funded,
            self.rejected + other.rejected,
        )

    @property
    def granted(self) -> Decimal | None:
        """What was awarded, in per cent of what was asked."""
        return per_cent(self.awarded, self.asked)

    @property
    def mean_asked(self) -> Decimal | None:
        """What one asks on average, in pounds, to the penny."""
        return round(self.asked / self.proposals, 2) if self.proposals else None

    @property
    def mean_score(self) -> Decimal | None:
        """The mean of the panels' scores, in per cent; None where none was scored."""
        return self.scores / self.scored if self.scored else None

    @property
    def leverage(self) -> Decimal | None:
        """The match that is offered for each pound asked, in pounds to the penny."""
        return round(self.match / self.asked, 2) if self.asked else None


REASONS: dict[str, re.Pattern[str]] = {
    "Not enough money": re.compile(
        r"\b(not enough|insufficient|no|limited|lack of) (money|funds?|funding|budget)\b"
        r"|\b(over.?subscribed|allocation (is |was )?(spent|used|exceeded)|unaffordable|too expensive|budget)\b",
        re.IGNORECASE,
    ),
    "Does not fit the priorities": re.compile(
        r"\b(priorit\w+|strategic|strategy|does not fit|not a fit|out of scope|remit|delivery plan)\b",
        re.IGNORECASE,
    ),
    "Evidence": re.compile(r"\b(evidence|toolkit|evaluat\w+|unproven|not proven|research)\b", re.IGNORECASE),
    "Value for money": re.compile(r"\b(value|unit cost|costly|overheads?|cost per)\b", re.IGNORECASE),
    "Paid or done by others": re.compile(
        r"\b(another (body|fund|funder|grant|source)|other (fund\w*|grants?|sources?)|duplicat\w+|double fund\w+"
        r"|already (pays?|paid|funded|provided|done|delivered)|core (duty|business|service)|mainstream)\b",
        re.IGNORECASE,
    ),
    "Deliverability": re.compile(
        r"\b(deliver(y|ability|able)? (risk|is|was|in doubt)|deliverab\w+|capacity|recruit\w*|timescales?|too late"
        r"|mobilis\w+|partner(s|ship)? (not|missing)|readiness)\b",
        re.IGNORECASE,
    ),
    "Costs or plans not worked out": re.compile(
        r"\b(costs?|costings?|profiled?|exit (plan|strategy)|sustainab\w+|unclear|vague|detail\w*|planned)\b",
        re.IGNORECASE,
    ),
    "Delivery of the last award": re.compile(r"\b(underspen\w+|last year|previous award|past performance)\b", re.I),
    "Safeguarding, eligibility or data protection": re.compile(
        r"\b(safeguard\w*|eligib\w+|ineligib\w+|data protection|gate)\b", re.IGNORECASE
    ),
    "Handed in late or incomplete": re.compile(r"\b(after the deadline|handed in late|incomplete|missing)\b", re.I),
}
"""What reasons are about, and the words by which it is known, the first that fits first."""
OTHER_REASON = "Other reasons"


@lru_cache(maxsize=4096)
def reason_about(reason: str) -> str:
    """What a reason is about, by its words; whoever reads the group reads the reasons themselves below it."""
    return next((about for about, words in REASONS.items() if words.search(reason)), OTHER_REASON)
