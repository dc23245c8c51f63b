"""A return's content goes to canonical JSON and comes back the same, whatever it holds."""

import json
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from types import NoneType
from typing import Any, get_args, get_origin, get_type_hints

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portfolio.money import from_pence
from portfolio.quarters import FinancialYear, Quarter
from portfolio.returns.snapshot import UnknownFormat, _codec, digest_of_figures, freeze, sha256, thaw
from reports import content as said
from reports.content import Certification, Kind, Note, ReturnContent
from tests.reports import content_samples as samples

pounds = st.integers(-(10**12), 10**12).map(from_pence)
counts = st.decimals(allow_nan=False, allow_infinity=False)
quarters = st.builds(Quarter, st.integers(1990, 2100).map(FinancialYear), st.integers(1, 4))
moments = st.datetimes(timezones=st.just(UTC))
PLAIN = {Decimal: pounds, said.Count: counts, Quarter: quarters, datetime: moments, str: st.text(), date: st.dates()}


def of_kind(row: Any) -> st.SearchStrategy[Any]:
    """Rows of a kind, each field of its type, money with two places."""
    hints = get_type_hints(row, include_extras=True)
    return st.builds(row, **{field.name: of_hint(hints[field.name]) for field in fields(row)})


def of_hint(hint: Any) -> st.SearchStrategy[Any]:
    """Values of a field's type."""
    if hint in PLAIN:
        return PLAIN[hint]
    inside = get_args(hint)
    if get_origin(hint) is tuple:
        if inside[-1] is Ellipsis:
            return st.lists(of_hint(inside[0]), max_size=2).map(tuple)
        return st.tuples(*map(of_hint, inside))
    if NoneType in inside:
        return st.none() | of_hint(next(part for part in inside if part is not NoneType))
    return of_kind(hint) if is_dataclass(hint) else st.from_type(hint)


@settings(max_examples=50, deadline=None)
@given(of_kind(ReturnContent))
def test_there_and_back(content: ReturnContent) -> None:
    frozen = freeze(content)
    assert thaw(frozen) == content
    assert freeze(thaw(frozen)) == frozen


@pytest.mark.parametrize("content", [samples.dorset(), samples.year_end(), samples.empty(), samples.many_csps(3)])
def test_whole_returns_come_back(content: ReturnContent) -> None:
    assert thaw(freeze(content)) == content


def test_how_it_is_written() -> None:
    content = replace(samples.empty(), cover=replace(samples.empty().cover, kind=Kind.OPCC, programme="Dyletswydd ŵ"))
    told = json.loads(freeze(content))
    assert told["format"] == 1
    assert told["return"]["cover"]["quarter"] == 20252
    assert told["return"]["cover"]["kind"] == "OPCC"
    assert '"programme":"Dyletswydd ŵ"' in freeze(content)
    whole = json.loads(freeze(samples.dorset()))["return"]
    assert whole["summary"][0]["allocation"] == 5109747
    assert whole["measures"][2]["value"] == "41"
    assert list(whole) == sorted(whole)


def test_a_snapshot_of_another_format_is_not_read() -> None:
    with pytest.raises(UnknownFormat, match="format 2"):
        thaw('{"format":2,"return":{}}')


def test_a_content_of_another_shape_is_our_mistake() -> None:
    with pytest.raises(TypeError, match="cannot hold"):
        _codec(float)


def test_the_digest_of_the_figures_leaves_out_who_signed_and_when() -> None:
    content = samples.dorset()
    signed = replace(
        content,
        cover=replace(content.cover, status="issued", version=2, prepared_by="Somebody else", marking="SECRET"),
        certification=Certification("I certify.", "Ann Hill", "CFO", date(2025, 10, 20)),
        notes=(*content.notes, Note("W10", "This return", "Overdue since 31 October 2025")),
    )
    assert digest_of_figures(signed) == digest_of_figures(content)
    assert digest_of_figures(content).startswith("sha256:")


def test_the_digest_of_the_figures_sees_a_penny_a_word_and_a_quarter() -> None:
    content = samples.dorset()
    first, *rest = content.interventions
    penny = replace(first, quarters=(first.quarters[0] + from_pence(1), *first.quarters[1:]))
    changed = [
        replace(content, interventions=(penny, *rest)),
        replace(content, interventions=(replace(first, narrative="Another story."), *rest)),
        replace(content, notes=content.notes[1:]),
        replace(content, cover=replace(content.cover, quarter=Quarter(content.cover.quarter.year, 3))),
        replace(content, cover=replace(content.cover, kind=Kind.HOME_OFFICE)),
    ]
    assert len({digest_of_figures(one) for one in (content, *changed)}) == len(changed) + 1


def test_sha256_of_text_and_bytes() -> None:
    assert sha256("abc") == sha256(b"abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
