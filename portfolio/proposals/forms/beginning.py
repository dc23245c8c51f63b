"""How a new proposal begins: for which year, and like which earlier one; and the form of a file that it comes with."""

from collections.abc import Iterable

from portfolio.funding_years.models import FundingYear
from portfolio.proposals.attaching import MOST_BYTES
from portfolio.proposals.models import Proposal
from portfolio.uploads.kinds import TAKEN
from portfolio.web.errors import constraint_means
from portfolio.web.forms import AddressForm, Form, OneOf
from portfolio.web.uploading import OneFile
from portfolio.words import file_size

constraint_means("uq_proposal_document_proposal_id_sha256", "This very file has just been attached", "file")


class WhichYearForm(AddressForm):
    """Which funding year a new proposal is for."""

    year = OneOf("Funding year", kind=int, blank="Choose a funding year", missing="Choose a funding year")

    def offer(self, years: Iterable[FundingYear]) -> None:
        """Offer the years for which there may be one."""
        self.year.choices = [(year.id, f"{year.programme.name} {year.year}, {year.police_area.name}") for year in years]


class LikeForm(AddressForm):
    """Which earlier proposal a new one begins like."""

    like = OneOf("Begin with what an earlier proposal said", blank="Choose a proposal", missing="")

    def offer(self, earlier: Iterable[Proposal]) -> None:
        """Offer the proposals of earlier years that this one could continue."""
        self.like.choices = [(row.reference, f"{row.reference} {row.title}") for row in earlier]


class DocumentForm(Form):
    """A file that a proposal comes with."""

    file = OneFile("File", missing="Choose a file", hint=f"{TAKEN}. At most {file_size(MOST_BYTES)}.")
