"""What a page wrote itself and gets back: numbers of rows, and which edition was read."""

from typing import Any

from wtforms import HiddenField

from portfolio.web.forms import Form

LONGEST_NUMBER = 10


class Carried(HiddenField):
    """Something the page knew already and gets back, as text; a meddler's other text is refused by what reads it."""

    data: str

    def process_formdata(self, valuelist: list[Any]) -> None:
        """What came back."""
        self.data = str(valuelist[0]) if valuelist else ""


class SeenForm(Form):
    """A button under something that was read: nothing to fill in, but which edition it was."""

    edition = Carried()

    def seen_edition(self) -> int:
        """The edition that was read; none of ours where somebody meddled with it."""
        return number_sent(self.edition.data)


def number_sent(sent: object) -> int:
    """A number that the page wrote; none of ours where somebody meddled with it."""
    text = str(sent)
    return int(text) if text.isdecimal() and len(text) < LONGEST_NUMBER else -1
