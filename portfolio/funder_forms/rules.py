"""What stands in the way of filling a funder's form, what is only worth knowing, and what refuses a step."""

from enum import StrEnum

from portfolio.errors import PortfolioError

MOST_TEXT = 2_000
"""The longest fixed text that a binding writes into a cell."""


class Standing(StrEnum):
    """Where an edition of a form is."""

    NOTHING = "nothing bound"
    DRAFT = "draft"
    CONFIRMED = "confirmed"


class Weight(StrEnum):
    """How much something found by a dry run weighs."""

    STOPS = "stops the filling"
    LOOK = "look at it"


class Finding(StrEnum):
    """What a dry run can find in a cell, or in a list."""

    FORMULA = "would overwrite a formula"
    TOO_MANY_ROWS = "has more rows than the form"
    BREAKS_RULE = "breaks the form's own rule"
    OVERWRITES = "would overwrite the form's own words"
    UNKNOWN = "is bound to something that the return does not have"
    NO_CELL = "is not in this edition of the form"
    TWICE = "is bound twice"
    EMPTY = "is needed, and stays empty"
    LOCKED = "is locked in the form"
    SHORTENED = "has more figures than a spreadsheet keeps"
    NOTHING = "has nothing to say"
    REPLACES = "takes the place of what the form says there"
    SHOWN_ELSE = "is shown in another way than it is meant"

    @property
    def weight(self) -> Weight:
        """Whether a form with it may be filled."""
        stops = (
            Finding.FORMULA, Finding.TOO_MANY_ROWS, Finding.BREAKS_RULE, Finding.OVERWRITES, Finding.UNKNOWN,
            Finding.NO_CELL, Finding.TWICE,
        )  # fmt: skip
        return Weight.STOPS if self in stops else Weight.LOOK


class UnreadableBinding(PortfolioError):
    """A file that is no binding, or says something that no form can be filled by."""

    def __init__(self, where: str, what: str) -> None:
        super().__init__(f"{where}: {what}", "file")


class Confirmed(PortfolioError):
    """A binding was to be changed that somebody confirmed."""

    def __init__(self, version: int) -> None:
        super().__init__(f"Version {version} is confirmed and stays as it is. Begin a new version to change it")


class ChangedMeanwhile(PortfolioError):
    """Somebody else saved the draft since it was looked at."""

    def __init__(self) -> None:
        super().__init__(
            "Somebody else changed this draft since you opened the page. Look at it again, then do it again"
        )


class NotConfirmed(PortfolioError):
    """A form was to be filled by a binding that nobody confirmed."""

    def __init__(self) -> None:
        super().__init__("Confirm the binding first: a form is filled by what somebody looked at")


class ConfirmedMeanwhile(PortfolioError):
    """Another version of the binding was confirmed while the form was being filled by the one before."""

    def __init__(self) -> None:
        super().__init__("Somebody confirmed a new version of the binding meanwhile. Look at the dry run, then fill it")


class NothingBound(PortfolioError):
    """A binding was to be confirmed that fills nothing."""

    def __init__(self) -> None:
        super().__init__("Nothing is bound yet. Bind at least one cell")


class NeedsNote(PortfolioError):
    """A later version that does not say why."""

    def __init__(self) -> None:
        super().__init__("Say why the binding changes; the version before stays as it was", "note")


class InTheWay(PortfolioError):
    """A form that cannot be filled because of what a dry run found."""

    def __init__(self, place: str, finding: Finding, detail: str) -> None:
        super().__init__(f"{place} {finding}: {detail}")


class NotThisReturn(PortfolioError):
    """A return that does not fill this form."""

    def __init__(self) -> None:
        super().__init__("This return does not fill this form. Choose one of those offered", "of")


class NotFilledAsMeant(PortfolioError):
    """E10: what stands in the filled form is not what the return says, so nobody gets it."""

    code = "E10"

    def __init__(self, found: list[str]) -> None:
        super().__init__(
            f"The filled form does not say what the return says, so it was not kept: {'; '.join(found[:3])}. "
            "Tell whoever runs this site"
        )


class SameBlank(PortfolioError):
    """A blank that is an edition of the form already, byte for byte."""

    def __init__(self, label: str) -> None:
        super().__init__(f"This very file is the edition {label} already. Choose the funder's new one", "file")


class NoColumns(PortfolioError):
    """A list of the form into which nothing goes."""

    def __init__(self) -> None:
        super().__init__("Say for at least one column what goes into it")


def standing(versions: int, is_open: bool) -> Standing:
    """How far an edition is, by how many versions its binding has and whether the last one is still a draft."""
    if not versions:
        return Standing.NOTHING
    return Standing.DRAFT if is_open else Standing.CONFIRMED
