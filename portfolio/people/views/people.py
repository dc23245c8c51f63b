"""The pages about people: who there is, inviting somebody, and what each role may do."""

from typing import Any

from flask import flash, redirect, render_template, url_for

from portfolio.people.actions import list_places
from portfolio.people.forms import InviteForm
from portfolio.people.joining import invitations_of, invite
from portfolio.people.managing import in_directory, is_managed, people_within
from portfolio.people.rules import GIVES, MAY, OPERATOR_MAY, PURPOSE, REACH, Act, Reach, Role
from portfolio.people.second_factor import require_of
from portfolio.people.views.room import room
from portfolio.people.views.telling import key_of, on_its_way, purposes
from portfolio.web import clock
from portfolio.web.access import allow, signed_in, viewer
from portfolio.web.database import commit, session
from portfolio.web.errors import refusals_on
from portfolio.web.paging import paged
from portfolio.web.reading import note_reading
from portfolio.words import begin

MEANS = {
    Reach.OWN_AWARDS: "Own awards: the projects they lead",
    Reach.OWN_CSP: "Own CSP: their partnership",
    Reach.POLICE_AREA: "Police area: all its partnerships",
    Reach.EVERYTHING: "Everything",
}
"""How far each role reaches, as somebody new to it is told."""
FROM_HERE_ON = {
    Act.SEE_YEAR: "Funding years, proposals and decisions",
    Act.SEE_MATCH: "Match funding, claims and measures",
    Act.SEE_RETURNS: "Returns",
    Act.SEE_HISTORY: "People and the site",
}
"""The parts of the permission table as its page shows it, each with the first act of it."""


@room.get("/people")
@allow(Act.INVITE)
def index() -> Any:
    """Everybody whom the person looks after, with their roles."""
    people, page = paged(people_within(viewer()))
    note_reading("The list of people", *(person.mark for person in people))
    return render_template(
        "people/index.html",
        people=people,
        page=page,
        places=list_places(session()),
        invitations=invitations_of(session(), people),
        directory=in_directory(session(), people),
        now=clock.machine_moment(),
    )


@room.get("/people/roles")
@signed_in()
def roles() -> Any:
    """What each role may do, and how far: the permission table itself."""
    columns = ["What is done", *(begin(role.value) for role in Role), "At the command line"]
    rows = [
        (
            FROM_HERE_ON.get(act, ""),
            [
                begin(act.value),
                *(begin(REACH[role].value) if act in MAY[role] else "" for role in Role),
                begin(Reach.EVERYTHING.value) if act in OPERATOR_MAY else "",
            ],
        )
        for act in Act
    ]
    return render_template(
        "people/roles.html",
        roles=Role,
        reaches={role: MEANS[REACH[role]] for role in Role},
        purpose=PURPOSE,
        gives=GIVES,
        columns=columns,
        rows=rows,
    )


@room.get("/people/new")
@allow(Act.INVITE)
def new() -> Any:
    """The form for inviting somebody."""
    return _show(_offered())


@room.post("/people/new")
@allow(Act.INVITE, deed="Invited a person")
def add() -> Any:
    """Invites somebody with their first role, or gives a role to somebody who is there."""
    form = _offered()
    if form.validate_on_submit():
        with refusals_on(form) as outcome:
            tell = form.tell.data == "yes"
            person = invite(
                session(),
                form.name.data,
                form.email.data,
                form.holding,
                by=viewer(),
                now=clock.machine_moment(),
                key_of=key_of(),
                tell=tell,
            )
            require_of(session(), person, clock.today(), clock.machine_moment())
            is_theirs = is_managed(session(), person.id, viewer())
            commit()
        if outcome.ok:
            flash(on_its_way(person.email) if tell else f"{person.name} is added.", "success")
            return redirect(url_for(".person", person_id=person.id) if is_theirs else url_for(".index"))
    return _show(form), 422


def _offered() -> InviteForm:
    form = InviteForm()
    form.offer(list_places(session()), viewer())
    return form


def _show(form: InviteForm) -> str:
    return render_template("people/new.html", form=form, purpose=purposes())
