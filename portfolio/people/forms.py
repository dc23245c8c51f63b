"""The forms of signing in and of managing people."""

from wtforms import PasswordField
from wtforms.widgets import EmailInput

from portfolio.people.actions import Places
from portfolio.people.passphrases import SHORTEST_PASSWORD
from portfolio.people.rules import Role
from portfolio.web.errors import constraint_means
from portfolio.web.forms import Form, Line, OneOf

constraint_means("uq_person_email", "Somebody with this e-mail address is already there", "email")


class SignInForm(Form):
    """An e-mail address and a password."""

    email = Line("E-mail address", missing="Enter your e-mail address", most=254, widget=EmailInput())
    password = PasswordField("Password")


class PersonForm(Form):
    """Somebody new, and their first role."""

    name = Line("Full name", missing="Enter their full name")
    email = Line("E-mail address", missing="Enter their e-mail address", most=254, widget=EmailInput())
    role = OneOf("Role", Role, missing="Select a role")
    csp = OneOf(
        "Community safety partnership",
        kind=int,
        blank="No partnership",
        missing="",
        hint="For CSP officers and CSP members",
    )
    police_area = OneOf(
        "Police area",
        kind=int,
        blank="No police area",
        missing="",
        hint="For finance officers, OPCC officers and certifiers",
    )
    password = PasswordField(
        "Password",
        description=f"At least {SHORTEST_PASSWORD} characters. Three unrelated words are easy to remember. Leave it "
        "empty for somebody who leads a project but does not sign in.",
    )

    def offer(self, places: Places) -> None:
        """Offer the partnerships and police areas there are."""
        self.csp.choices = list(places.csps.items())
        self.police_area.choices = list(places.police_areas.items())


class DisableForm(Form):
    """A button: nothing to fill in."""
