"""People stand in the record as numbers, and are shown by the name they have now."""

import pytest
from flask import Flask, render_template_string
from sqlalchemy import event
from sqlalchemy.orm import Session

from portfolio.people.rules import find_marked, mark_of
from tests import make


@pytest.mark.parametrize("text", ["person", "person 1 ", "Person 1", "person 1 and 2", "Ann", "", "command line"])
def test_only_a_mark_is_a_mark(text: str) -> None:
    assert find_marked(mark_of(12)) == 12
    assert find_marked(text) is None


def test_marks_are_shown_as_present_names_by_one_query(app: Flask, session: Session) -> None:
    ann, bob = make.person(session, name="Ann Marsh"), make.person(session, name="Bob <Reed>")
    session.commit()
    asked: list[str] = []
    with app.test_request_context():
        event.listen(
            app.extensions["portfolio_database"].engine, "before_cursor_execute", lambda *told: asked.append(told[2])
        )
        shown = render_template_string(
            "{% for mark in marks %}{{ mark|who }}; {% endfor %}",
            marks=[ann.mark, bob.mark, ann.mark, "person 999", "Dora of the minutes", "root (command line)"],
        )
    assert shown == "Ann Marsh; Bob &lt;Reed&gt;; Ann Marsh; person 999; Dora of the minutes; root (command line); "
    assert len([one for one in asked if "person" in one]) == 1
