"""The pages of a round: how its proposals rank, who has scored, and what its minutes say of interests."""

from typing import Any

from flask import render_template

from portfolio.assessment.minutes import minutes_of
from portfolio.assessment.queries import get_round
from portfolio.assessment.ranking import ranking
from portfolio.assessment.views.room import room, standings
from portfolio.people.rules import Act
from portfolio.web.access import allow, viewer
from portfolio.web.clock import today
from portfolio.web.database import session
from portfolio.web.paging import paged_list
from portfolio.web.reading import note_reading


@room.get("/assessment/<int:year_id>/<csp_key>")
@allow(Act.SEE_ASSESSMENTS)
def ranked(year_id: int, csp_key: str) -> Any:
    """Every proposal of a round by its score, and how far the panel has come."""
    of = get_round(session(), year_id, csp_key, viewer().within(Act.SEE_ASSESSMENTS))
    told = ranking(session(), of, viewer(), today(), standings())
    numbers, page = paged_list(told.order)
    return render_template("assessment/ranking.html", of=of, told=told, rows=told.rows(session(), numbers), page=page)


@room.get("/assessment/<int:year_id>/<csp_key>/minutes")
@allow(Act.MODERATE)
def minutes(year_id: int, csp_key: str) -> Any:
    """What the minutes of the deciding meeting say of the assessment: scores, and who declared and took no part."""
    of = get_round(session(), year_id, csp_key, viewer().within(Act.MODERATE))
    told = minutes_of(session(), of, viewer(), today(), standings())
    note_reading(f"Interests declared in the round of {of.csp.name}, {of.funding_year.year}", *told.marks)
    numbers, page = paged_list(told.ranking.order)
    return render_template(
        "assessment/minutes.html", of=of, told=told, rows=told.ranking.rows(session(), numbers), page=page
    )
