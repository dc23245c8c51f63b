"""The guide in a package's docstring names each of its files once, and none that is not there."""

import re
from importlib import import_module
from pkgutil import iter_modules

import pytest

GUIDED = (
    "portfolio.audit_pack",
    "portfolio.funder_forms",
    "portfolio.ledger",
    "portfolio.open_data",
    "portfolio.spend",
    "portfolio.spend.views",
    "portfolio.spend.workbooks",
    "portfolio.uploads",
)


@pytest.mark.parametrize("package", GUIDED)
def test_a_guide_names_every_file(package: str) -> None:
    found = import_module(package)
    named = re.findall(r"^ {4}`(\w+)`", found.__doc__ or "", re.MULTILINE)
    assert sorted(named) == sorted(module.name for module in iter_modules(found.__path__))
