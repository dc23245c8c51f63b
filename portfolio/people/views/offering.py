"""What the pages of setting up an authenticator app share: the offer in the cookie, its picture, the codes at the end.

An offer is made by a form that is sent, and lives in the cookie of the session that asked for it: nobody is shown, and
so nobody sets up, what another session was offered.
"""

from io import BytesIO
from urllib.parse import urlsplit

import segno
from flask import Response, render_template
from flask import session as cookie

from portfolio.people.codes import app_link, in_groups
from portfolio.people.forms import CodeForm
from portfolio.people.models import Person
from portfolio.people.second_factor import Offer, app_secret, offer_app
from portfolio.web.database import config, session
from portfolio.web.pictures import picture

OFFER = "offer"
"""Where the cookie holds it."""
DOT = 5
"""Pixels a dot of the picture; a telephone reads it from a screen at arm's length."""


def offer_now(person: Person) -> None:
    """Offer this session a new secret; raises NoPassphrase."""
    offer = offer_app(session(), person)
    cookie[OFFER] = [offer.nonce, offer.replaces]


def offered() -> Offer | None:
    """What this session was offered, if anything."""
    return Offer(*cookie[OFFER]) if OFFER in cookie else None


def forget() -> None:
    """Offer it no more: it was set up."""
    cookie.pop(OFFER, None)


def show_app(person: Person, offer: Offer, form: CodeForm, *, account: bool, picture: str, cancel: str) -> str:
    """The page of an offer: its picture, its secret to type, and the box for the first code.

    It is a page of one's `account`, or else of signing in; `picture` and `cancel` are addresses.
    """
    return render_template(
        "people/set_up_app.html",
        form=form,
        email=person.email,
        secret=in_groups(app_secret(config(), offer.nonce)),
        app_link=_link(person, offer),
        account=account,
        picture=picture,
        cancel=cancel,
    )


def picture_of(person: Person, offer: Offer) -> Response:
    """An offer's QR code."""
    drawn = BytesIO()
    segno.make(_link(person, offer), error="l", micro=False).save(drawn, kind="svg", scale=DOT, light="white")
    return picture(drawn.getvalue())


def _link(person: Person, offer: Offer) -> str:
    settings = config()
    return app_link(app_secret(settings, offer.nonce), person.email, f"Portfolio ({urlsplit(settings.url).hostname})")


def show_recovery_codes(codes: list[str], onward: str) -> str:
    """The page of new recovery codes, which is shown once, and where it leads."""
    return render_template("people/recovery_codes.html", codes=[in_groups(code, "-") for code in codes], onward=onward)
