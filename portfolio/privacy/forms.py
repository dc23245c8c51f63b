"""The forms of the settings: how long things are kept, who the notices speak for, and the notices themselves."""

from typing import Any

from wtforms import HiddenField

from portfolio.errors import PortfolioError
from portfolio.privacy.rules import CONTACT, ORGANISATION, PERIODS, PREPARED_ON, ChangedMeanwhile, Kind, read_days
from portfolio.web.errors import constraint_means
from portfolio.web.forms import DateParts, Form, Line, Paragraphs

constraint_means("uq_setting_name", ChangedMeanwhile().sentence)


class Days(Line):
    """A number of days."""

    def __init__(self, label: str, kind: Kind, **rest: Any) -> None:
        period = PERIODS[kind]
        hint = f"Days {period.after}. Usually {period.days}"
        super().__init__(label, missing=f"Enter for how many days to keep {kind.value}", hint=hint, **rest)
        self.kind = kind

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read the number, or say what is wrong with it; what was typed stays."""
        super().process_formdata(valuelist)
        if self.data:
            try:
                self.data = str(read_days(self.kind, self.data))
            except PortfolioError as error:
                raise ValueError(error.sentence) from error


class SettingsForm(Form):
    """For whom the notices speak, and for how many days what passes is kept."""

    seen = HiddenField()
    organisation_name = Line("Organisation", hint="As it stands in the notices, like Dorset Council")
    contact = Line(
        "Contact",
        hint="Where people write about privacy and accessibility, like privacy@example.org. An address of an office, "
        "not of a person, stays right for longer",
    )
    statement_prepared_on = DateParts("Accessibility statement prepared on")
    keep_sessions_days = Days("Ended sessions", Kind.SESSIONS)
    keep_attempts_days = Days("Attempts to sign in", Kind.ATTEMPTS)
    keep_links_days = Days("Used and expired links", Kind.LINKS)
    keep_messages_days = Days("Messages", Kind.MESSAGES)

    def wanted(self) -> dict[str, str]:
        """What is to be set, as settings are kept."""
        prepared = self.statement_prepared_on.data
        days = {period.setting: self[period.setting].data for period in PERIODS.values()}
        return {
            ORGANISATION: self.organisation_name.data,
            CONTACT: self.contact.data,
            PREPARED_ON: prepared.isoformat() if prepared else "",
            **days,
        }


class NoticeForm(Form):
    """The words of a notice."""

    seen = HiddenField()
    words = Paragraphs(
        "Words of the notice",
        missing="Enter the words of the notice",
        hint="An empty line ends a paragraph. A line that begins with “# ” is a heading, one that begins with “- ” a "
        "point of a list. {organisation}, {contact} and {prepared_on} are filled in from the settings",
    )
