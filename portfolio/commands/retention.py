"""The command for what is kept no longer than it must be: what is due to go, and its going.

People are due by the day of the record; sessions, attempts, links and mail by the machine's clock, as they are made.
"""

import argparse
import json
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from portfolio.clock import SystemClock, day_of
from portfolio.commands.ground import Ground, ground, progress, say
from portfolio.people.rules import Act
from portfolio.privacy import actions, queries, rules
from portfolio.privacy.rules import USUAL, Kind
from portfolio.settings import settings_of


@dataclass(frozen=True)
class Due:
    """What is due of a kind, and the rule that says so; its fields are the keys of the answer for programs."""

    kind: str
    due: int
    rule: str
    who: list[str]
    removed: int = 0


def run(given: argparse.Namespace) -> int:
    """List what is due; with `--remove`, remove it, a transaction for each kind."""
    with ground(Act.FORGET, given.acting_as) as here:
        now = here.now()
        if given.remove:
            found = [_remove(here, kind, now) for kind in Kind]
            # Until its pages are written anew, a database file still has the bytes of what was removed.
            if any(one.removed for one in found) and here.database.is_sqlite:
                progress("Writing the database anew, without what was removed")
                here.database.rewrite()
        else:
            with here.database.reading() as session:
                found = [_due(session, kind, now) for kind in Kind]
    if given.json:
        say(json.dumps([asdict(one) for one in found], ensure_ascii=False))
        return 0
    for one in found:
        say(f"{one.removed if given.remove else one.due:>6,}  {one.kind}. {one.rule}")
        for mark in one.who:
            say(f"        {mark}")
    if not given.remove and any(one.due for one in found):
        say("`portfolio retention --remove` removes them. Save a backup first, and replace older ones afterwards")
    return 0


def _due(session: Session, kind: Kind, now: datetime) -> Due:
    if kind is Kind.PEOPLE:
        people = queries.people_due(session, day_of(now))
        rule = rules.said_of_people(queries.years_kept(session))
        return Due(kind.value, len(people), rule, [person.mark for person in people])
    settings = settings_of(session, USUAL)
    count = queries.count_due(session, kind, settings, SystemClock().now())
    return Due(kind.value, count, rules.said_of(kind, settings), [])


def _remove(here: Ground, kind: Kind, now: datetime) -> Due:
    with here.database.reading() as session:
        due = _due(session, kind, now)
    if not due.due:
        return due
    progress(f"Removing {kind.value}")
    with here.writing(f"Removed what is no longer kept: {kind.value}", now) as session:
        if kind is Kind.PEOPLE:
            removed = actions.remove_people(session, now)
        else:
            removed = actions.remove_due(session, kind, settings_of(session, USUAL), SystemClock().now())
    return Due(due.kind, due.due, due.rule, due.who, removed)
