"""What is chosen of an audit pack."""

from portfolio.web.forms import AddressForm, OneOf

CHOICES = [("no", "Records and their index"), ("yes", "Records and every piece of evidence")]


class PackForm(AddressForm):
    """Whether the evidence itself goes into the pack; it stands in the address."""

    evidence = OneOf("What goes into it", CHOICES, missing="")
