"""Who may do what: one table of role, act and reach, used by every page, command and download.

A role's reach is how far it carries: a project lead's own awards, one partnership, one police area, or everything.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

_MARK = re.compile(r"person (\d+)")


class Role(StrEnum):
    """The parts people play."""

    LEAD = "project lead"
    CSP_OFFICER = "CSP officer"
    CSP_MEMBER = "CSP member"
    FINANCE = "finance officer"
    OPCC = "OPCC officer"
    CERTIFIER = "certifier"
    ADMINISTRATOR = "administrator"


PURPOSE: dict[Role, str] = {
    Role.LEAD: "proposes projects, and sends each quarter's spend and progress of those they lead",
    Role.CSP_OFFICER: "enters the partnership's proposals and decisions, and invites its leads and members",
    Role.CSP_MEMBER: "reads what the partnership funded, what it turned down, and how it goes",
    Role.FINANCE: "sets allocations, approves claims, prepares and issues returns",
    Role.OPCC: "receives the area's returns, queries and forwards them, makes the Home Office's, records what was paid",
    Role.CERTIFIER: "checks and certifies returns that somebody else prepared",
    Role.ADMINISTRATOR: "looks after people, roles, funding years and settings; sees what was changed by whom",
}
"""What each role is for, in a line."""


class Reach(StrEnum):
    """How far a role carries."""

    OWN_AWARDS = "own awards"
    OWN_CSP = "own CSP"
    POLICE_AREA = "police area"
    EVERYTHING = "everything"


class Act(StrEnum):
    """What can be done; every page and command names one."""

    SEE_YEAR = "see a funding year"
    SET_YEAR = "set up a funding year"
    SEE_PROPOSALS = "see proposals and decisions"
    RUN_ROUND = "run a partnership's call for proposals"
    PROPOSE = "enter a proposal"
    SEE_ASSESSMENTS = "see what assessors and panels said"
    ASSESS = "score proposals"
    MODERATE = "record what a panel agreed"
    DECIDE = "record a decision"
    COMPARE = "compare funded with rejected"
    TRY = "try out portfolios of awards"
    ASK_VARIATION = "ask for a variation"
    VARY = "approve a variation"
    SEE_ACTIONS = "see the actions of meetings"
    SET_ACTIONS = "record the actions of meetings"
    SEE_MATCH = "see match funding"
    SET_MATCH = "record match funding"
    SEE_CLAIMS = "see claims"
    CLAIM = "enter and submit a claim"
    SEE_EVIDENCE = "save the evidence of a claim"
    APPROVE_CLAIM = "approve or query a claim"
    CORRECT = "ask for a correction of a locked quarter"
    APPROVE_CORRECTION = "approve a correction"
    REMIND = "remind leads of claims that are due"
    SEE_LEDGER = "see the ledger held against claims"
    RECONCILE = "hold the ledger against claims"
    SEE_MEASURES = "see measures"
    SET_MEASURES = "record measures"
    SEE_PROGRESS = "read a partnership's progress report"
    SEE_ASSETS = "see the register of assets"
    SET_ASSETS = "record assets bought with the grant"
    SET_ASSURANCE = "record the independent assurance of a year"
    SEE_RETURNS = "see returns"
    PREPARE_RETURN = "prepare and issue a return"
    CHECK_RETURN = "check a return before it is certified"
    MAKE_HOME_OFFICE_RETURN = "prepare, check and issue the return to the Home Office"
    CERTIFY_RETURN = "certify a return"
    FORWARD_RETURN = "query, forward and pay a return"
    SEE_FORMS = "see the funder's own forms"
    SET_FORMS = "set up and fill the funder's own forms"
    EXEMPT = "leave an award out of what is published"
    PUBLISH = "publish the grants as open data"
    TAKE_PACK = "take the audit pack"
    SEE_HISTORY = "see the history of changes"
    INVITE = "invite leads and members"
    MANAGE_PEOPLE = "manage people and settings"
    LOAD = "load a police area's file"
    CHECK = "prove every sum and the history"
    SAVE = "save the database, and bring it back"
    DELIVER = "send the messages that wait"
    FORGET = "remove what is kept no longer"


_SEEING_PARTNERSHIP = (
    Act.SEE_YEAR,
    Act.SEE_PROPOSALS,
    Act.COMPARE,
    Act.SEE_ACTIONS,
    Act.SEE_MATCH,
    Act.SEE_CLAIMS,
    Act.SEE_MEASURES,
    Act.SEE_PROGRESS,
)

REACH: dict[Role, Reach] = {
    Role.LEAD: Reach.OWN_AWARDS,
    Role.CSP_OFFICER: Reach.OWN_CSP,
    Role.CSP_MEMBER: Reach.OWN_CSP,
    Role.FINANCE: Reach.POLICE_AREA,
    Role.OPCC: Reach.POLICE_AREA,
    Role.CERTIFIER: Reach.POLICE_AREA,
    Role.ADMINISTRATOR: Reach.EVERYTHING,
}

MAY: dict[Role, frozenset[Act]] = {
    Role.LEAD: frozenset(
        {
            Act.SEE_PROPOSALS,
            Act.PROPOSE,
            Act.SEE_CLAIMS,
            Act.SEE_MATCH,
            Act.CLAIM,
            Act.SEE_EVIDENCE,
            Act.CORRECT,
            Act.ASK_VARIATION,
            Act.SEE_ACTIONS,
            Act.SEE_ASSETS,
            Act.SET_ASSETS,
        }
    ),
    Role.CSP_OFFICER: frozenset(
        {
            *_SEEING_PARTNERSHIP,
            Act.RUN_ROUND,
            Act.PROPOSE,
            Act.SEE_ASSESSMENTS,
            Act.ASSESS,
            Act.MODERATE,
            Act.DECIDE,
            Act.TRY,
            Act.ASK_VARIATION,
            Act.VARY,
            Act.SET_ACTIONS,
            Act.SET_MATCH,
            Act.SET_MEASURES,
            Act.SEE_ASSETS,
            Act.SET_ASSETS,
            Act.SEE_RETURNS,
            Act.EXEMPT,
            Act.INVITE,
            Act.REMIND,
            Act.SEE_EVIDENCE,
        }
    ),
    Role.CSP_MEMBER: frozenset({*_SEEING_PARTNERSHIP, Act.SEE_ASSESSMENTS, Act.ASSESS, Act.TRY}),
    Role.FINANCE: frozenset(
        {
            *_SEEING_PARTNERSHIP,
            Act.SET_YEAR,
            Act.APPROVE_CLAIM,
            Act.SEE_EVIDENCE,
            Act.CORRECT,
            Act.APPROVE_CORRECTION,
            Act.ASK_VARIATION,
            Act.VARY,
            Act.REMIND,
            Act.SEE_LEDGER,
            Act.RECONCILE,
            Act.SET_MATCH,
            Act.SEE_ASSETS,
            Act.SET_ASSETS,
            Act.SET_ASSURANCE,
            Act.SEE_RETURNS,
            Act.PREPARE_RETURN,
            Act.CHECK_RETURN,
            Act.SEE_FORMS,
            Act.SET_FORMS,
            Act.EXEMPT,
            Act.PUBLISH,
            Act.TAKE_PACK,
        }
    ),
    Role.OPCC: frozenset(
        {
            Act.SEE_YEAR,
            Act.SEE_MATCH,
            Act.SEE_MEASURES,
            Act.SET_MEASURES,
            Act.SEE_ASSETS,
            Act.SEE_RETURNS,
            Act.MAKE_HOME_OFFICE_RETURN,
            Act.FORWARD_RETURN,
            Act.SEE_FORMS,
            Act.SET_FORMS,
        }
    ),
    Role.CERTIFIER: frozenset(
        {
            *_SEEING_PARTNERSHIP,
            Act.SEE_EVIDENCE,
            Act.SEE_LEDGER,
            Act.APPROVE_CORRECTION,
            Act.SEE_ASSETS,
            Act.SEE_RETURNS,
            Act.CHECK_RETURN,
            Act.CERTIFY_RETURN,
            Act.SEE_FORMS,
            Act.TAKE_PACK,
        }
    ),
    Role.ADMINISTRATOR: frozenset(
        {
            *_SEEING_PARTNERSHIP,
            Act.SET_YEAR,
            Act.SEE_EVIDENCE,
            Act.SEE_LEDGER,
            Act.SEE_ASSETS,
            Act.SEE_RETURNS,
            Act.SEE_FORMS,
            Act.TAKE_PACK,
            Act.SEE_HISTORY,
            Act.INVITE,
            Act.MANAGE_PEOPLE,
            Act.LOAD,
            Act.CHECK,
            Act.SAVE,
            Act.DELIVER,
            Act.REMIND,
            Act.FORGET,
        }
    ),
}

GIVES: dict[Role, frozenset[Role]] = {
    Role.CSP_OFFICER: frozenset({Role.LEAD, Role.CSP_MEMBER}),
    Role.ADMINISTRATOR: frozenset(Role),
}
"""Which roles a role may give and end, as far as it reaches itself. It manages people who hold no others."""

OPERATOR_MAY = frozenset(
    {
        Act.LOAD,
        Act.SEE_RETURNS,
        Act.TAKE_PACK,
        Act.CHECK,
        Act.SAVE,
        Act.DELIVER,
        Act.REMIND,
        Act.INVITE,
        Act.MANAGE_PEOPLE,
        Act.FORGET,
    }
)
"""What whoever runs commands on the server may do, to everything. Money is moved, and returns are signed, by people."""

GUARDED_ROLES = frozenset({Role.FINANCE, Role.CERTIFIER, Role.OPCC, Role.ADMINISTRATOR})
"""The roles that move money, certify it, or say who may: a passphrase alone can be asked of them not to be enough."""


@dataclass(frozen=True)
class Holding:
    """A role as somebody holds it: with its partnership or police area, and its dates."""

    role: Role
    csp_id: int | None = None
    police_area_id: int | None = None
    starts_on: date | None = None
    ends_on: date | None = None

    def holds_on(self, day: date) -> bool:
        """Whether the role is held on a day."""
        return (self.starts_on is None or self.starts_on <= day) and (self.ends_on is None or day <= self.ends_on)


@dataclass(frozen=True)
class Within:
    """What somebody's roles let them reach for one act: rooms turn it into a condition on their rows."""

    everything: bool = False
    police_areas: frozenset[int] = field(default_factory=frozenset)
    csps: frozenset[int] = field(default_factory=frozenset)
    lead_id: int | None = None

    def __bool__(self) -> bool:
        return self.everything or bool(self.police_areas or self.csps) or self.lead_id is not None

    def holds(self, csp_id: int, police_area_id: int, lead_id: int | None = None) -> bool:
        """Whether something of a partnership, in a police area, led by somebody, is within reach."""
        return (
            self.everything
            or csp_id in self.csps
            or police_area_id in self.police_areas
            or (lead_id is not None and lead_id == self.lead_id)
        )

    def holds_area(self, police_area_id: int) -> bool:
        """Whether what is a whole police area's is within reach, not only a partnership's part of it."""
        return self.everything or police_area_id in self.police_areas


def within(act: Act, holdings: Iterable[Holding], person_id: int, day: date) -> Within:
    """How far somebody may do something on a day; nothing at all where no role of theirs allows it."""
    return _reach((holding for holding in holdings if act in MAY[holding.role]), person_id, day)


def giving(role: Role, holdings: Iterable[Holding], person_id: int, day: date) -> Within:
    """How far somebody may give a role, and end it, on a day."""
    return _reach((holding for holding in holdings if role in GIVES.get(holding.role, ())), person_id, day)


def _reach(holdings: Iterable[Holding], person_id: int, day: date) -> Within:
    areas, csps = set(), set()
    everything, lead_id = False, None
    for holding in holdings:
        if not holding.holds_on(day):
            continue
        match REACH[holding.role]:
            case Reach.EVERYTHING:
                everything = True
            case Reach.POLICE_AREA if holding.police_area_id is not None:
                areas.add(holding.police_area_id)
            case Reach.OWN_CSP if holding.csp_id is not None:
                csps.add(holding.csp_id)
            case Reach.OWN_AWARDS:
                lead_id = person_id
    return Within(everything, frozenset(areas), frozenset(csps), lead_id)


def mark_of(person_id: int) -> str:
    """How the record names somebody, `person 12`: it stays true when they change their name, or are forgotten."""
    return f"person {person_id}"


def find_marked(mark: str) -> int | None:
    """The number of whom a mark means; None for any other text (a command line, a name as it was printed)."""
    found = _MARK.fullmatch(mark)
    return int(found[1]) if found else None


@dataclass(frozen=True)
class Viewer:
    """Somebody who is signed in, on a day, with the roles they hold then: asked by every page what they may do."""

    person_id: int
    name: str
    email: str
    holdings: tuple[Holding, ...]
    day: date

    @property
    def role_names(self) -> str:
        """Their roles of the day in words, `finance officer, certifier`; each once, in the order they were given."""
        return ", ".join(dict.fromkeys(holding.role.value for holding in self.holdings if holding.holds_on(self.day)))

    @property
    def mark(self) -> str:
        """How the record names them."""
        return mark_of(self.person_id)

    def within(self, act: Act) -> Within:
        """How far they may do something."""
        return within(act, self.holdings, self.person_id, self.day)

    def may(self, act: Act) -> bool:
        """Whether they may do something at all, to anything."""
        return bool(self.within(act))

    def giving(self, role: Role) -> Within:
        """How far they may give a role, and end it."""
        return giving(role, self.holdings, self.person_id, self.day)
