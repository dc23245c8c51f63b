"""Loads a story's file: read, held to the rules, told to the database and compared, or refused with every fault."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.orm import Session

from portfolio.clock import day_of
from portfolio.errors import PortfolioError, Refused
from portfolio.story import expecting
from portfolio.story.checking import check
from portfolio.story.loading import Loading
from portfolio.story.node import Findings
from portfolio.story.opening import open_story
from portfolio.story.reading import read

ONE_LOADER = 7_305_012
"""PostgreSQL's advisory lock that lets one load at a time look at what is here and add to it."""


@dataclass(frozen=True)
class Loaded:
    """What a load brought, in words, and the places of the file that nothing was read from."""

    programme: str
    area: str
    counts: dict[str, int]
    passed_over: list[str]


def load(session: Session, file: Path, *, by: str, now: datetime) -> Loaded:
    """Load a story; raises Refused with every fault, each with its place, and then nothing is to be committed."""
    findings = Findings()
    story = read(open_story(file), findings)
    findings.reading_is_done()
    check(story, findings, day_of(now))
    _take_turns(session)
    loading = Loading(session, story, findings, by, now)
    if not findings.faults:
        loading.load()
    if not findings.faults:
        expecting.compare(session, loading)
    if findings.faults:
        raise Refused([_with_its_place(fault) for fault in findings.faults])
    return Loaded(
        programme=story.programme.name,
        area=story.area.name,
        counts={
            "funding years": len(story.years),
            "partnerships": len(story.csps),
            "proposals": len(story.proposals),
            "decisions": len(story.decisions),
            "awards": len(loading.awards),
            "claims": len(story.claims),
            "corrections": len(story.corrections),
            "measures": len(story.measures),
        },
        passed_over=findings.passed_over,
    )


def _take_turns(session: Session) -> None:
    """One load at a time: of two of the same story, the second finds the first's. SQLite has one writer anyway."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": ONE_LOADER})


def _with_its_place(fault: PortfolioError) -> PortfolioError:
    told = PortfolioError(f"{fault.field}: {fault.sentence}", fault.field)
    told.code = fault.code
    return told
