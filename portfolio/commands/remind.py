"""The command that reminds leads of claims: run every day by cron, or now and then; it never tells the same twice.

Which claims are due goes by the day of the record, a demonstration's by the story's; mail by the machine's clock.
"""

import argparse
import json
from dataclasses import asdict, dataclass

from portfolio.clock import SystemClock, day_of
from portfolio.commands.ground import ground, progress, say
from portfolio.people.rules import Act
from portfolio.quarters import format_day
from portfolio.spend.queries import Entry
from portfolio.spend.reminding import Reminded, due_reminders, remind, to_remind
from portfolio.words import count


@dataclass(frozen=True)
class Told:
    """Whom a message is to, and the claims that it is about; its fields are the keys of the answer for programs."""

    lead: str
    claims: list[str]


@dataclass(frozen=True)
class NotTold:
    """A claim that nobody can be reminded of, and why; its fields are the keys of the answer for programs."""

    claim: str
    because: str


def run(given: argparse.Namespace) -> int:
    """Queue what is due; with `--dry-run`, say what would be queued."""
    with ground(Act.REMIND, given.acting_as) as here:
        now = here.now()
        today, within = day_of(now), here.within(Act.REMIND)
        if given.dry_run:
            with here.database.reading() as session:
                reminded = to_remind(session, due_reminders(session, within, today), today)
        else:
            with here.writing("Reminded leads of claims", now) as session:
                due = due_reminders(session, within, today)
                reminded = remind(session, due, today, SystemClock().now(), here.config.url)
        told = [Told(person.name, [_named(row) for row in rows]) for person, rows in reminded.told]
    not_told = [NotTold(_named(one.entry), one.because) for one in reminded.unreached]
    if given.json:
        answer = {"day": today.isoformat(), "queued": not given.dry_run}
        lists = {"told": [asdict(one) for one in told], "not_told": [asdict(one) for one in not_told]}
        say(json.dumps(answer | lists, ensure_ascii=False))
        return 0
    story = "" if today == day_of(SystemClock().now()) else ", the demonstration’s day"
    say(f"As of {format_day(today)}{story}: {_summed_up(reminded, dry_run=given.dry_run)}")
    for one in told:
        say(f"    {one.lead}: {', '.join(one.claims)}")
    for missing in not_told:
        progress(f"Nobody to remind of {missing.claim}: {missing.because}")
    return 0


def _summed_up(reminded: Reminded, *, dry_run: bool) -> str:
    messages, claims = count(len(reminded.told), "message"), count(reminded.claims, "claim")
    if not reminded.told:
        return "nobody has to be reminded of anything that they were not told before"
    if dry_run:
        return f"{messages} would be queued, about {claims}"
    return f"{messages} queued, about {claims}. `portfolio deliver` sends them"


def _named(row: Entry) -> str:
    return f"{row.reference} {row.csp_key} {row.quarter.short}"
