"""Signing in with the council's directory: sent there, back again, in.

What somebody brings back must have been sent out with this browser, not long ago, and counts once: their cookie holds
the state, the database its digest. What the directory is told beside it (nonce, PKCE's verifier) is derived from the
state and the site's key, and kept nowhere.
"""

import hmac
import logging
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

from flask import current_app, make_response, redirect, render_template, request
from flask import session as cookie
from flask.blueprints import BlueprintSetupState
from sqlalchemy.exc import IntegrityError

from portfolio.config import BadSetting, Config
from portfolio.errors import NotFound, PortfolioError
from portfolio.history import Author
from portfolio.people import single_sign_on
from portfolio.people.directory import DirectoryFault, DirectorySilent, group_roles
from portfolio.people.forms import DirectoryForm
from portfolio.people.models import Identity
from portfolio.people.single_sign_on import NotLetIn
from portfolio.people.views.room import room
from portfolio.web import access, clock, database
from portfolio.web.access import public
from portfolio.web.callers import caller

if TYPE_CHECKING:
    from portfolio.people.openid import OpenIDProvider

log = logging.getLogger("portfolio")

PROVIDER = "portfolio_openid"
AWAY = "directory"
"""Where the cookie holds what somebody who is at the directory must bring back, and the page they asked for."""
SIGNED_IN = "Signed in with the directory"
OVER = "This sign-in is over: it took too long, was used already, or was begun in another browser or tab. Start again"
SENT_BACK = "Your directory did not sign you in. Start again; if it happens again, ask whoever runs it"


@room.record
def _set_up(state: BlueprintSetupState) -> None:
    """Know the directory from the start; what is wrong with its settings is said then, not at the first sign-in."""
    settings: Config = state.app.extensions["portfolio_config"]
    state.app.extensions[PROVIDER] = _provider_of(settings)
    state.app.jinja_env.globals["directory_name"] = settings.directory.name if settings.directory else None
    state.app.jinja_env.globals["directory_account"] = _directory_account


def _provider_of(settings: Config) -> "OpenIDProvider | None":
    if settings.directory is None:
        return None
    group_roles(settings.directory)
    try:
        from portfolio.people.openid import OpenIDProvider
    except ImportError as error:
        raise BadSetting(
            "PORTFOLIO_OIDC_ISSUER is set, but what speaks OpenID Connect is not installed. Run: pip install -e .[oidc]"
        ) from error
    return OpenIDProvider(settings.directory, f"{settings.url}/sign-in/directory/back")


@room.post("/sign-in/directory")
@public()
def to_directory() -> Any:
    """Sends somebody to the directory, to come back to the page they asked for.

    The page goes on by itself, and is no redirect: browsers hold redirects of a form against `form-action`, which lets
    forms lead nowhere but here, and a directory may send people on to others again.
    """
    provider = _provider()
    with database.keeping() as session:
        state = single_sign_on.send_away(session, clock.machine_moment())
    cookie[AWAY] = {"state": state, "next": access.local_path(request.args.get("next")) or "/"}
    try:
        address = provider.way_in(state, *_derived(state), clock.machine_moment())
    except DirectoryFault as fault:
        return _not_signed_in(fault)
    answer = make_response(
        render_template("people/to_directory.html", address=address, host=urlsplit(address).hostname)
    )
    answer.headers["Refresh"] = f"0; url={address}"
    return answer


@room.get("/sign-in/directory/back")
@public()
def from_directory() -> Any:
    """Shows what somebody brought back as a form: to look at it changes nothing, and its button signs in."""
    _provider()
    form = DirectoryForm(data=request.args.to_dict())
    if _asked_for(form.state.data) is None:
        return _not_signed_in(NotLetIn(OVER))
    if not form.code.data or "error" in request.args:
        return _not_signed_in(NotLetIn(SENT_BACK))
    return render_template("people/from_directory.html", form=form)


@room.post("/sign-in/directory/back")
@public(deed=SIGNED_IN)
def enter_from_directory() -> Any:
    """Takes what somebody brought back, once; asks the directory who they are, and signs them in."""
    provider = _provider()
    form = DirectoryForm()
    state, now = form.state.data or "", clock.machine_moment()
    asked_for = _asked_for(state)
    cookie.pop(AWAY, None)
    is_first = asked_for is not None and single_sign_on.take_back(database.session(), state, now)
    # Kept before the directory is asked: nobody's writing waits for another machine.
    database.commit()
    if not is_first or not form.validate_on_submit():
        return _not_signed_in(NotLetIn(OVER))
    email = ""
    try:
        account = provider.who_came(form.code.data or "", form.iss.data or None, *_derived(state), now)
        email = account.address or ""
        groups = group_roles(provider.directory)
        person = single_sign_on.enter(database.session(), account, groups, clock.today())
    except (DirectoryFault, NotLetIn, IntegrityError) as refusal:
        database.rollback()
        single_sign_on.note_refusal(database.session(), caller(), now, email)
        database.commit()
        # Two first sign-ins of one account at the same moment: the other one is in.
        return _not_signed_in(NotLetIn(OVER) if isinstance(refusal, IntegrityError) else refusal)
    database.sign_as(Author(person.mark, clock.moment(), SIGNED_IN))
    access.sign_in(person.id)
    return redirect(asked_for or "/")


def _provider() -> "OpenIDProvider":
    provider = cast("OpenIDProvider | None", current_app.extensions[PROVIDER])
    if provider is None:
        raise NotFound("No directory is set up here")
    return provider


def _derived(state: str) -> tuple[str, str]:
    """The nonce and the verifier that go with a state."""
    settings = database.config()
    return settings.derived_key("directory nonce", state), settings.derived_key("directory verifier", state)


def _asked_for(state: str | None) -> str | None:
    """The page that somebody asked for before they were sent away with this state; None where they were not."""
    away = cookie.get(AWAY)
    if away is None or not state or not hmac.compare_digest(away["state"].encode(), state.encode()):
        return None
    return cast(str, away["next"])


def _not_signed_in(refusal: PortfolioError) -> Any:
    if isinstance(refusal, DirectoryFault):
        log.warning("%s", refusal.sentence)
    status = 503 if isinstance(refusal, DirectorySilent) else 422
    return render_template("people/not_signed_in.html", sentence=refusal.sentence), status


def _directory_account(person_id: int) -> Identity | None:
    """The directory's account that somebody is linked to; for their account's page."""
    directory = database.config().directory
    return single_sign_on.find_identity(database.session(), person_id, directory.issuer) if directory else None
