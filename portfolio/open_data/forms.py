"""The forms of open data: who publishes, who the parties are, what is left out, and publishing."""

from wtforms import HiddenField

from portfolio.open_data.rules import MOST_REASON
from portfolio.open_data.showing import State
from portfolio.web.errors import constraint_means
from portfolio.web.forms import AddressForm, Form, Line, OneOf, Paragraphs
from portfolio.words import begin

constraint_means(
    "uq_publication_funding_year_id_version",
    "Somebody else has just published this year. Look at the page again, then publish",
)
constraint_means("uq_exemption_award", "Somebody else has just left this award out")
ORG_ID = (
    "The register’s code and the number in it, like GB-CHC-1000009 for a charity, GB-COH-01234567 for a company or "
    "GB-LAE-DST for a council"
)


class ShowForm(AddressForm):
    """Narrows the list of awards."""

    show = OneOf("Show", [(state.name.lower(), begin(state.value)) for state in State], blank="All awards")


class PublishForm(Form):
    """Publishes what was looked at."""

    seen = HiddenField()
    note = Line(
        "What is new in this version",
        missing="",
        hint="Asked for from the second version on. It is published, like “With the figures of the second quarter”",
    )


class PublisherForm(Form):
    """Who publishes."""

    prefix = Line(
        "Publisher’s prefix",
        missing="Enter the prefix that 360Giving gave you, like 360G-dorsetcouncil",
        hint="Every grant’s identifier begins with it, so it stays once something is published",
        most=45,
    )
    name = Line("Name", missing="Enter the name of who publishes, like Dorset Council")
    org_id = Line("Organisation identifier", hint=ORG_ID, most=60)


class RecipientForm(Form):
    """The identifier of who receives a grant."""

    org_id = Line(
        "Organisation identifier",
        hint=f"{ORG_ID}. For a body on no register, make one from your own prefix, like 360G-dorsetcouncil-ORG-stmarys",
        most=60,
    )


class GivenOnForm(Form):
    """Whether an award is given on as grants."""

    regrants_to = Paragraphs(
        "Given on as grants to",
        hint="Only where the recipient gives the money on, like “Small grants to youth clubs, with match from the "
        "OPCC”. The standard keeps its codes for regranting (FRG030 with match, FRG010 without) from grants that pay "
        "for a project, also from those that match is raised for: leave this empty for them",
        most=MOST_REASON,
    )


class FunderForm(Form):
    """The authority that a partnership's grants are made by."""

    authority = Line("Authority", hint="The council or other body that makes the partnership’s grants")
    org_id = Line("Organisation identifier", hint=ORG_ID, most=60)
    gss = Line("Official code of the area", hint="A letter and eight digits, like E06000059", most=20)


class LeaveOutForm(Form):
    """Leaves an award out."""

    because = Paragraphs(
        "Why it is not published",
        missing="Say why this award is not published",
        hint="For instance that naming the place would put people at risk. The reason itself is not published",
        most=MOST_REASON,
    )
