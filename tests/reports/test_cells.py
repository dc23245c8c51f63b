"""What users typed arrives as text, whatever it is."""

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from zipfile import ZipFile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from reports import returns
from reports.cells import CUT, LONGEST, as_cell, as_text
from reports.content import ReturnContent
from tests.reports import cells_of
from tests.reports.accessibility import faults
from tests.reports.content_samples import BCP, DORSET, dorset

HOSTILE = [
    "=cmd|' /C calc'!A0",
    '=HYPERLINK("http://example.org","click")',
    "+1+1",
    "-1+1",
    "@SUM(A1)",
    "{=1+1}",
    "http://example.org/?a=1&b=2",
    "mailto:someone@example.org",
    "internal:'Summary'!A1",
    "0123456789",
    "1e5",
    "TRUE",
    "#REF!",
    "<r><t>markup</t></r>",
    "<r>only the beginning",
    "]]> &amp; <!-- --> <x/>",
    "_x0041_ and _x005F_ and x005F_",
    "Dŵr Cymru, Ynys Môn, Llŷn; Żółć, Łódź, gęślą jaźń",
    "Family 👩‍👩‍👧‍👦, flag 🏴󠁧󠁢󠁷󠁬󠁳󠁿, 𝔘𝔫𝔦𝔠𝔬𝔡𝔢",
    "right to left \u202e txet",
    "two\nlines\r\nand\rfour",
    "\ttabs\tand\x0bcontrol\x00characters\x1f\x7f",
    "lone \ud800 surrogate, no characters \ufffe\uffff",
    "'quoted",
    '"quoted"',
    "[note 99]",
    "x" * 40_000,
    "🦔" * 20_000,
]


def parts_of(workbook: bytes) -> list[bytes]:
    """Every part of the file."""
    with ZipFile(BytesIO(workbook)) as file:
        return [file.read(name) for name in file.namelist()]


def with_texts(typed: list[str]) -> ReturnContent:
    """Dorset's return with these texts wherever users type."""
    whole = dorset()
    turn = iter(range(10**6))

    def text() -> str:
        return typed[next(turn) % len(typed)]

    return replace(
        whole,
        interventions=tuple(
            replace(
                row, title=text(), lead_organisation=text(), explanation=text(), narrative=text(), levels=text(),
                reference=text(), claim_status=text(), delivery_rag=text(), spend_rag=text(), kind=text(),
            )
            for row in whole.interventions
        ),
        match=tuple(replace(row, title=text(), funders=text()) for row in whole.match),
        variations=tuple(replace(row, reason=text(), approved_by=text()) for row in whole.variations),
        outputs=tuple(replace(row, indicator=text(), unit=text()) for row in whole.outputs),
        measures=tuple(replace(row, measure=text(), unavailable=text()) for row in whole.measures),
        decisions=tuple(replace(row, reason=text(), conditions=text(), body=text()) for row in whole.decisions),
        certification=replace(whole.certification, text=text(), name=text(), role=text()),
        notes=tuple(replace(note, about=text(), text=text()) for note in whole.notes),
        cover=replace(whole.cover, programme=text(), funder=text(), prepared_by=text(), marking=text(), reason=text()),
    )  # fmt: skip


def test_hostile_texts_stay_text() -> None:
    content = with_texts(HOSTILE)
    workbook = returns.proved(content)
    assert faults(workbook) == []
    file = load_workbook(BytesIO(workbook))
    narratives = [file["Interventions"].cell(row, 29) for row in range(5, 14)]
    assert {cell.data_type for cell in narratives} == {"s"}
    assert b"<hyperlink" not in b"".join(parts_of(workbook))


@pytest.mark.parametrize("typed", HOSTILE)
def test_each_hostile_text_everywhere(typed: str) -> None:
    content = with_texts([typed])
    rows = cells_of.lines(returns.proved(content), "Interventions")
    assert {row["Narrative"] for row in rows[:-1]} == {as_text(typed).replace("x005F_", "")}  # as openpyxl reads it


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.text(st.characters(exclude_categories=())), min_size=1, max_size=8))
def test_any_text_at_all_reads_back(typed: list[str]) -> None:
    assert returns.proved(with_texts(typed))


@given(st.text(st.characters(exclude_categories=())))
def test_a_text_becomes_what_a_cell_can_hold_and_stays_so(typed: str) -> None:
    shown = as_text(typed)
    assert len(shown.encode("utf-16-le")) <= 2 * LONGEST
    assert as_text(shown) == shown
    assert not any(ord(letter) < 0x20 and letter not in "\t\n" for letter in shown)


def test_ordinary_text_is_left_as_it_is() -> None:
    for typed in ("Nurse in post from 7 April; 11 referrals.", "Two\nlines", "£250 – paid", "naïve café"):
        assert as_text(typed) == typed


def test_control_characters_show() -> None:
    assert as_text("a\x00b\x1bc\x7fd\ud800e\r\nf") == "a␀b␛c␡d�e\nf"


def test_a_text_at_the_limit_is_whole_and_a_longer_one_says_that_it_is_cut() -> None:
    assert as_text("x" * LONGEST) == "x" * LONGEST
    cut = as_text("x" * (LONGEST + 1))
    assert (len(cut), cut[-len(CUT) :]) == (LONGEST, CUT)
    hedgehogs = as_text("🦔" * 20_000)
    assert hedgehogs.endswith("🦔" + CUT)
    assert len(hedgehogs.encode("utf-16-le")) // 2 in (LONGEST - 1, LONGEST)


def test_blank_is_explained_and_zero_is_zero() -> None:
    assert as_cell("  ", "None given") == "None given"
    assert as_cell(None, "Not reported") == "Not reported"
    assert as_cell(Decimal("0.00"), "None given") == 0.0
    assert str(as_cell(Decimal("-0.00"), "None given")) == "0.0"


def test_days_that_no_spreadsheet_counts_are_text() -> None:
    assert as_cell(date(2025, 6, 16), "") == datetime(2025, 6, 16)  # noqa: DTZ001 - a day in a cell has no time zone
    assert as_cell(date(1066, 10, 14), "") == "14 October 1066"


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Safer * Partnership", "Safer Stronger Partnership"),
        ("Safe?", "Safer"),
        (">0", "Dorset"),
        ("=Dorset", "Dorset"),
        ("<>", "~Dorset"),
        ("dorset csp", "DORSET CSP"),
        ("D" * 300, "D" * 301),
        ('The "Dorset" CSP', "The 'Dorset' CSP"),
        ("", "   "),
    ],
)
def test_names_that_a_search_would_take_for_one_another(first: str, second: str) -> None:
    names = {DORSET: first, BCP: second}
    whole = dorset()
    content = replace(
        whole,
        summary=tuple(replace(row, csp=names[row.csp]) for row in whole.summary),
        interventions=tuple(replace(row, csp=names[row.csp]) for row in whole.interventions),
        categories=tuple(replace(row, csp=names[row.csp]) for row in whole.categories),
        decisions=tuple(replace(row, csp=names[row.csp]) for row in whole.decisions),
    )
    workbook = returns.proved(content)
    assert faults(workbook) == []
    *rows, _ = cells_of.lines(workbook, "Summary")
    shown = [str(row["CSP"]).casefold() for row in rows]
    assert len(set(shown)) == 3
    formula = str(load_workbook(BytesIO(workbook))["Summary"]["D5"].value)
    assert ("SUBSTITUTE" in formula) == any(letter in first + second for letter in "*?~<>=")
