"""The notices for everybody, the settings for administrators, and what is held about oneself."""

import json
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for

from portfolio.clock import day_of
from portfolio.errors import NotFound
from portfolio.people.actions import get_person
from portfolio.people.rules import Act
from portfolio.privacy import actions, queries, rules
from portfolio.privacy.forms import NoticeForm, SettingsForm
from portfolio.privacy.held import HELD, REMAINS
from portfolio.privacy.own import as_file, own_data
from portfolio.privacy.rules import PERIODS, PREPARED_ON, USUAL, Block, Kind, blocks_of, digest_of, filled, said_of
from portfolio.privacy.texts import ACCESSIBILITY, NOTICES, PLACES, PRIVACY, Notice
from portfolio.quarters import format_day
from portfolio.settings import second_factor_is_required, settings_of
from portfolio.web.access import allow, public, signed_in, viewer
from portfolio.web.clock import moment
from portfolio.web.database import commit, session
from portfolio.web.errors import refusals_on

room = Blueprint("privacy", __name__)
ON_A_PAGE = 50
"""How many rows of a part of one's own data a page shows; the file has them all."""


@room.get("/privacy")
@public()
def notice() -> Any:
    """The privacy notice, and what is held, where, why and for how long."""
    settings = settings_of(session(), USUAL)
    goes = {kind: said_of(kind, settings) for kind in PERIODS}
    goes[Kind.PEOPLE] = rules.said_of_people(queries.years_kept(session()))
    return render_template(
        "privacy/notice.html", notice=PRIVACY, blocks=_blocks(PRIVACY), held=HELD, goes=goes, remains=REMAINS
    )


@room.get("/accessibility")
@public()
def statement() -> Any:
    """The accessibility statement."""
    return render_template("privacy/statement.html", notice=ACCESSIBILITY, blocks=_blocks(ACCESSIBILITY))


@room.get("/settings")
@allow(Act.MANAGE_PEOPLE)
def settings() -> Any:
    """What an administrator sets for the whole site."""
    present = settings_of(session(), USUAL)
    return _show_settings(SettingsForm(data=_typed(present) | {"seen": digest_of(present)}))


@room.post("/settings")
@allow(Act.MANAGE_PEOPLE, deed="Changed the settings")
def change() -> Any:
    """Sets it."""
    form = SettingsForm()
    if form.validate_on_submit():
        with refusals_on(form) as outcome:
            actions.change_settings(session(), form.wanted(), USUAL, form.seen.data or "")
            commit()
        if outcome.ok:
            flash("The settings are saved.", "success")
            return redirect(url_for(".settings"))
        return _show_settings(form, compare=True), 422
    return _show_settings(form), 422


@room.get("/settings/<slug>")
@allow(Act.MANAGE_PEOPLE)
def words(slug: str) -> Any:
    """The words of a notice, to edit."""
    chosen = _notice(slug)
    present = settings_of(session(), [chosen.setting])
    form = NoticeForm(data={"words": present.get(chosen.setting, chosen.words), "seen": digest_of(present)})
    return render_template("privacy/words.html", notice=chosen, form=form, preview=None, theirs=None)


@room.post("/settings/<slug>")
@allow(Act.MANAGE_PEOPLE, deed="Changed the words of a notice")
def change_words(slug: str) -> Any:
    """Shows how they will look, or keeps them."""
    chosen, form, theirs = _notice(slug), NoticeForm(), None
    is_valid = form.validate_on_submit()
    if is_valid and request.form.get("do") == "look":
        preview = _blocks(chosen, form.words.data)
        return render_template("privacy/words.html", notice=chosen, form=form, preview=preview, theirs=None)
    if is_valid:
        with refusals_on(form) as outcome:
            wanted, usual = {chosen.setting: form.words.data}, {chosen.setting: chosen.words}
            actions.change_settings(session(), wanted, usual, form.seen.data or "")
            commit()
        if outcome.ok:
            flash(f"The notice “{chosen.title}” is saved.", "success")
            return redirect(url_for(f".{'notice' if chosen is PRIVACY else 'statement'}"))
        present = settings_of(session(), [chosen.setting])
        theirs, form.seen.data = present.get(chosen.setting, chosen.words), digest_of(present)
    return render_template("privacy/words.html", notice=chosen, form=form, preview=None, theirs=theirs), 422


@room.get("/account/data")
@signed_in()
def own() -> Any:
    """What is held about oneself."""
    person = get_person(session(), viewer().person_id)
    return render_template("privacy/own.html", parts=own_data(session(), person), most=ON_A_PAGE)


@room.get("/account/data.json")
@signed_in()
def own_file() -> Response:
    """The same, as a file that a program reads."""
    person = get_person(session(), viewer().person_id)
    told = as_file(person, own_data(session(), person), moment())
    answer = Response(json.dumps(told, ensure_ascii=False, indent=2) + "\n", mimetype="application/json")
    answer.headers["Content-Disposition"] = f'attachment; filename="my-data-{day_of(moment()).isoformat()}.json"'
    return answer


def _notice(slug: str) -> Notice:
    if slug not in NOTICES:
        raise NotFound("There is no such notice")
    return NOTICES[slug]


def _blocks(of: Notice, words: str | None = None) -> list[Block]:
    """A notice with its places filled in, ready to show."""
    settings = settings_of(session(), [of.setting, *USUAL])
    places = {name: _in_words(setting, settings) or unset for name, (setting, unset) in PLACES.items()}
    return blocks_of(filled(words or settings.get(of.setting, of.words), places))


def _in_words(setting: str, settings: Mapping[str, str]) -> str:
    value = settings.get(setting, "")
    return format_day(rules.day_set(value)) if value and setting == PREPARED_ON else value


def _typed(present: Mapping[str, str]) -> dict[str, Any]:
    """The settings as the form shows them."""
    shown: dict[str, Any] = {**USUAL, **present}
    return shown | {PREPARED_ON: rules.day_set(shown[PREPARED_ON]) if shown[PREPARED_ON] else None}


def _show_settings(form: SettingsForm, *, compare: bool = False) -> str:
    present = settings_of(session(), USUAL)
    if compare:
        form.seen.data = digest_of(present)
    return render_template(
        "privacy/settings.html",
        form=form,
        notices=NOTICES.values(),
        is_required=second_factor_is_required(session()),
        years=queries.years_kept(session()),
        theirs=_typed(present) if compare else None,
    )
