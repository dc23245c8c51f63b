"""What moment it is in a request: read once from the one clock, and handed down."""

from datetime import date, datetime
from typing import cast

from flask import current_app, g

from portfolio.clock import Clock, StoryClock, SystemClock, day_of
from portfolio.settings import story_day
from portfolio.web.database import session


def story() -> date | None:
    """The day that a demonstration is told as of; None where the data is real."""
    if "story_day" not in g:
        g.story_day = story_day(session())
    return cast("date | None", g.story_day)


def moment() -> datetime:
    """The moment of this request, the same throughout it: the given clock's, the story's, or the machine's."""
    if "moment" not in g:
        given: Clock | None = current_app.extensions["portfolio_clock"]
        day = story() if given is None else None
        g.moment = (given or (StoryClock(day) if day else SystemClock())).now()
    return cast(datetime, g.moment)


def machine_moment() -> datetime:
    """The moment that security goes by: a demonstration's day stands still, but no session or link of it may."""
    if "machine_moment" not in g:
        given: Clock | None = current_app.extensions["portfolio_clock"]
        g.machine_moment = (given or SystemClock()).now()
    return cast(datetime, g.machine_moment)


def today() -> date:
    """The day of this request, in London."""
    return day_of(moment())
