"""A binding is data: it goes out as a file and comes back the same, and what is none is refused in a sentence."""

import json
from decimal import Decimal
from typing import Any

import pytest

from portfolio.funder_forms import bindings
from portfolio.funder_forms.bindings import Address, Binding, BoundCell
from portfolio.funder_forms.rules import UnreadableBinding
from tests.funder_forms.samples import by_labels


def test_a_binding_comes_back_from_its_file_as_it_was() -> None:
    binding = by_labels().worded("new", "New").marked(("Claim", "B4"), needed=True)
    assert bindings.freeze(bindings.read(bindings.written(binding))) == bindings.freeze(binding)
    assert bindings.thaw("{}") == Binding()


def test_an_address_is_one_line_whatever_its_words_hold() -> None:
    address = Address("Summary", ("A/B & C", "100 %", "ünïcode"), "Q1")
    assert Address.parse(address.text) == address


def test_a_cell_is_bound_once_marked_and_unbound_again() -> None:
    place = ("Claim", "B4")
    binding = Binding().with_cell(BoundCell(*place, says="One")).with_cell(BoundCell(*place, says="Two"))
    assert [cell.says for cell in binding.cells] == ["Two"]
    assert binding.without(place).cells == ()
    assert binding.marked(place, needed=False).spared == {place}
    assert binding.marked(place, needed=False).marked(place, needed=None).spared == frozenset()
    assert binding.worded("a", "b").worded("a", "").words == ()


def told(**changes: Any) -> bytes:
    return json.dumps({**bindings.as_data(by_labels()), **changes}).encode()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"\xff\xfe", "is no JSON"),
        (b"[" * 100_000, "is no JSON"),
        (b"[]", "must be an object"),
        (told(format=2), "format: it must be 1"),
        (told(unit="7"), "unit: choose one of"),
        (told(cells={}), "cells: it must be a list"),
        (told(cells=[{"sheet": "A", "cell": "ZZZ1", "says": "x"}]), "cells, number 1, cell: it must name a cell"),
        (told(cells=[{"sheet": "A", "cell": "A1"}]), "either a figure or a text"),
        (told(cells=[{"sheet": "A", "cell": "A1", "says": "\0"}]), "no text can hold"),
        (told(words={"a\ud800": "x"}), "no text can hold"),
        (told(tables=[{"sheet": "A", "first_row": 1, "rows": 1, "table": "T", "columns": {"A": "x"},
                       "where": {"\ud800": "x"}}]), "number 1, where: it holds a sign"),
        (told(cells=[{"sheet": "A", "cell": "A1", "figure": {"table": "T", "row": "x"}}]), "list of texts"),
        (told(cells=[{"sheet": "A", "cell": "A1", "says": "x"}] * 2), "bound twice"),
        (told(tables=[{"sheet": "A", "first_row": 0}]), "must be an object"),
        (told(tables=[{"sheet": "A", "first_row": True, "columns": {"A": "x"}}]), "a whole number from 1"),
        (told(tables=[{"columns": {"9": "x"}}]), "named by its letters"),
        (told(tables=[{"columns": {}}]), "name at least one"),
        (told(tables=[{"sheet": "A", "first_row": 1048576, "rows": 2, "columns": {"A": "x"}}]), "ends before"),
        (told(tables=[{"sheet": "A", "first_row": n * 5000 + 1, "rows": 5000, "table": "T", "columns": {"A": "x"}}
                      for n in range(5)]), "more than 20,000"),
        (told(needed=["A1"]), "a sheet's name and a cell"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_binding_is_refused_at_its_place(content: bytes, sentence: str) -> None:
    with pytest.raises(UnreadableBinding) as refused:
        bindings.read(content)
    assert sentence in refused.value.sentence


def test_amounts_are_exact_unless_told_otherwise() -> None:
    assert Binding().unit == Decimal("0.01")
