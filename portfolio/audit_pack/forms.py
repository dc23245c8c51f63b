"""What is chosen of an audit pack."""

from portfolio.web.forms import AddressForm, OneOf

CHOICES = [("no", "The records, with a list of the evidence"), ("yes", "The records and the evidence itself")]


class PackForm(AddressForm):
    """Whether the evidence itself goes into the pack; it stands in the address."""

    evidence = OneOf("What goes into it", CHOICES, missing="")
