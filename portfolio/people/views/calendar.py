"""One's private calendar address: made, shown, revoked."""

from functools import partial
from typing import Any

from flask import flash, redirect, render_template, url_for

from portfolio.people.calendars import PURPOSE, KeyOf, find_address, make_address, revoke_addresses
from portfolio.people.views.room import room
from portfolio.web import access, clock
from portfolio.web.access import signed_in
from portfolio.web.database import commit, config, session
from portfolio.web.forms import ButtonForm


def _key_of() -> KeyOf:
    return partial(config().derived_key, PURPOSE)


@room.get("/account/calendar")
@signed_in()
def calendar() -> Any:
    """The address, and how calendar programs are told of it; or what one would be for."""
    found = find_address(session(), access.viewer().person_id, _key_of())
    path = None if found is None else url_for("overview.feed", key=_key_of()(found.nonce))
    return render_template(
        "people/calendar.html",
        address=path and f"{config().url}{path}",
        made_at=found and found.made_at,
        button=ButtonForm(),
    )


@room.post("/account/calendar")
@signed_in(deed="Made a private calendar address")
def make_calendar() -> Any:
    """Makes an address in place of the one that there was."""
    had_one = find_address(session(), access.viewer().person_id, _key_of()) is not None
    make_address(session(), access.viewer().person_id, clock.machine_moment(), _key_of())
    commit()
    flash(f"You have a new address.{' The one before leads nowhere now.' if had_one else ''}", "success")
    return redirect(url_for(".calendar"))


@room.post("/account/calendar/revoke")
@signed_in(deed="Revoked a private calendar address")
def revoke_calendar() -> Any:
    """Takes the address away, at once and everywhere."""
    revoke_addresses(session(), access.viewer().person_id, clock.machine_moment())
    commit()
    flash("Your address leads nowhere now.", "success")
    return redirect(url_for(".calendar"))
