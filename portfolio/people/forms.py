"""The forms of signing in and of managing people."""

from enum import StrEnum
from typing import Any

from wtforms import HiddenField, PasswordField
from wtforms.validators import Length, ValidationError
from wtforms.widgets import EmailInput

from portfolio.people.actions import Places
from portfolio.people.passphrases import SHORTEST_PASSWORD
from portfolio.people.rules import REACH, Holding, Reach, Role, Viewer
from portfolio.people.second_factor import SetUpMeanwhile, Standing
from portfolio.web.errors import constraint_means
from portfolio.web.forms import DateParts, Form, Line, OneOf, pairs

constraint_means("uq_person_email", "Somebody with this e-mail address is already there", "email")
constraint_means("uq_second_factor_person_id", SetUpMeanwhile().sentence)


class SignInForm(Form):
    """An e-mail address and a passphrase."""

    email = Line("E-mail address", missing="Enter your e-mail address", most=254, widget=EmailInput())
    password = PasswordField("Passphrase")


class PassphraseForm(Form):
    """A new passphrase for oneself, and the present one, which shows that it is oneself."""

    present = PasswordField("Present passphrase")
    password = PasswordField(
        "New passphrase",
        description=f"At least {SHORTEST_PASSWORD} characters. Three unrelated words are easy to remember.",
    )


class RoleForm(Form):
    """A role, the place it is for, and its dates."""

    role = OneOf("Role", Role, missing="Select a role")
    csp = OneOf(
        "Community safety partnership",
        kind=int,
        blank="No partnership",
        missing="",
        hint="For CSP officers, CSP members, and project leads whom that partnership's officers look after",
    )
    police_area = OneOf(
        "Police area",
        kind=int,
        blank="No police area",
        missing="",
        hint="For finance officers, OPCC officers and certifiers",
    )
    starts_on = DateParts("First day", hint="Leave it empty for a role that is held from now on")
    ends_on = DateParts("Last day", hint="Leave it empty for a role without an end")

    def offer(self, places: Places, giver: Viewer) -> None:
        """Offer the roles that somebody may give, and the places that they may give them for; asked once a form."""
        reached = {role: within for role in Role if (within := giver.giving(role))}
        csps = {csp_id for within in reached.values() for csp_id in within.csps}
        everywhere = any(within.everything for within in reached.values())
        self.role.choices = [pair for pair in pairs(Role) if pair[0] in reached]
        self.csp.choices = [(csp, name) for csp, name in places.csps.items() if everywhere or csp in csps]
        self.police_area.choices = list(places.police_areas.items())
        if not everywhere:
            # Whoever gives roles for partnerships alone is asked for nothing else.
            del self.police_area
            self.csp.description = ""
            self.csp.blank = None if len(self.csp.choices) == 1 else self.csp.blank

    @property
    def holding(self) -> Holding:
        """The role as the permission table reads it: with the place that it needs, and no other."""
        role = self.role.data
        is_for_area, is_for_all = REACH[role] is Reach.POLICE_AREA, REACH[role] is Reach.EVERYTHING
        return Holding(
            role,
            None if is_for_area or is_for_all else self.csp.data,
            self.police_area.data if is_for_area and self.police_area else None,
            self.starts_on.data,
            self.ends_on.data,
        )


class InviteForm(RoleForm):
    """Somebody to invite, and the role that they are invited to."""

    name = Line("Full name", missing="Enter their full name")
    email = Line("E-mail address", missing="Enter their e-mail address", most=254, widget=EmailInput())
    tell = OneOf(
        "Invitation",
        [
            ("yes", "Send it now: they choose a passphrase and sign in"),
            ("no", "Send none: they are only known by name, and do not sign in"),
        ],
        missing="Select whether to send the invitation",
        default="yes",
    )


class NameForm(Form):
    """Somebody's name and address."""

    name = Line("Full name", missing="Enter their full name")
    email = Line("E-mail address", missing="Enter their e-mail address", most=254, widget=EmailInput())

    def offer(self, *, address: bool) -> None:
        """Ask for the address of those alone who may change it."""
        if not address:
            del self.email


class EndForm(Form):
    """The last day on which a role is held."""

    ends_on = DateParts(
        "Last day",
        missing="Enter the last day",
        hint="They hold the role until the end of that day. Yesterday's date ends it at once",
    )


class JoinForm(Form):
    """A new passphrase, typed twice because it cannot be seen."""

    password = PasswordField(
        "Passphrase",
        description=f"At least {SHORTEST_PASSWORD} characters of any kind. Three unrelated words are easy to remember",
    )
    again = PasswordField("The passphrase again")

    def validate_again(self, field: Any) -> None:
        """Both must be the same."""
        if field.data != self.password.data:
            raise ValidationError("Both passphrases must be the same. Enter the same one twice")


class ForgottenForm(Form):
    """The address of one's account."""

    email = Line("E-mail address", missing="Enter your e-mail address", most=254, widget=EmailInput())


class CodeForm(Form):
    """A code of an authenticator app, or a recovery code."""

    code = Line("Code", missing="Enter the code", most=60)


class Change(StrEnum):
    """What can be done to one's own second factor."""

    NEW_APP = "set up a new telephone, or another app"
    NEW_CODES = "get new recovery codes"
    TURN_OFF = "turn the second factor off"


class SecondFactorForm(Form):
    """What to do to one's own second factor, and the passphrase that shows that it is oneself."""

    change = OneOf("What do you want to do?", Change, missing="Select what you want to do")
    password = PasswordField("Passphrase")

    def offer(self, standing: Standing) -> None:
        """Offer what somebody's role allows; where there is no app yet, a first one is all there is to set up."""
        if standing.since is None:
            del self.change
        else:
            forbidden = {Change.TURN_OFF} if standing.required else set()
            self.change.choices = [pair for pair in pairs(Change) if pair[0] not in forbidden]


class SecondFactorRuleForm(Form):
    """Whether guarded roles must have a second factor."""

    required = OneOf("Second factor", [("yes", "Required"), ("no", "Up to each person")], missing="Select one")


class DirectoryForm(Form):
    """What somebody brings back from the directory, by the names that OpenID Connect gives it."""

    code = HiddenField(validators=[Length(max=8192)])
    state = HiddenField()
    iss = HiddenField()
