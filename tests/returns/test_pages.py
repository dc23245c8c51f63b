"""What pages show of a return is worked out once: of an issued one for ever, of one as it stands until a change."""

from typing import Any

import pytest

from portfolio.returns import pages
from portfolio.returns.assembling import assemble
from portfolio.returns.changes.sides import Side, side_of
from portfolio.returns.queries import place_of
from portfolio.settings import set_setting
from reports.content import ReturnContent
from tests.make import Q1, Q2
from tests.returns.conftest import Scene


def test_a_return_is_taken_apart_once_whichever_page_asks(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    issued, prepared, session = scene.issued(Q1), scene.prepare(Q2), scene.session
    assembled = []

    def counted(*given: Any) -> ReturnContent:
        assembled.append(given)
        return assemble(*given)

    monkeypatch.setattr(pages, "assemble", counted)
    first = pages.shown(session, place_of(issued), issued)
    set_setting(session, "changed", "yes")
    session.commit()
    assert pages.shown(session, place_of(issued), issued) is first
    assert side_of(issued).content(session) is first.content

    place = place_of(prepared)
    with_names = pages.shown(session, place, prepared)
    without = pages.shown_now(session, place, None)
    assert Side(place, None).content(session) is with_names.content
    assert with_names.content.interventions is without.content.interventions
    assert len(assembled) == 1
    set_setting(session, "changed", "again")
    session.commit()
    assert pages.shown(session, place, prepared) is not with_names
