"""What the macros write: labels, links, roles and signs that a reader, or a screen reader, depends on."""

import re
from datetime import date
from decimal import Decimal
from html import unescape
from types import SimpleNamespace
from typing import Any

import pytest
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from werkzeug.datastructures import MultiDict
from wtforms import (
    BooleanField,
    DateField,
    FieldList,
    Form,
    FormField,
    HiddenField,
    PasswordField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, Length, Optional

from portfolio.errors import RuleWarning
from portfolio.money import format_pounds
from tests.house.test_templates import TEMPLATES

ENVIRONMENT = Environment(loader=FileSystemLoader(TEMPLATES), undefined=StrictUndefined, autoescape=True)
ENVIRONMENT.filters.update(pounds=format_pounds, who=str)


class LineForm(Form):
    actual = StringField("Actual", [DataRequired("Enter a value, even if it is zero")])


class ClaimForm(Form):
    token = HiddenField()
    title = StringField("Title", [DataRequired("Enter the title")], description="As it stands in the return")
    note = StringField("Note", [Optional()])
    secret = PasswordField("Password")
    start = DateField("Start date", [DataRequired("Enter the start date")], format="%d %m %Y")
    rating = RadioField("Delivery", choices={"Green": "Green", "Red": "Red"}, validators=[Optional()])
    levels = SelectMultipleField("Levels", choices={"Universal": "Universal", "Focused": "Focused"})
    stream = SelectField("Stream", choices={"Duty": {"labour": "Labour"}}, validate_choice=False)
    csp = SelectField("CSP", choices={"Dorset": "Dorset", "BCP": "BCP"}, validate_choice=False)
    agreed = BooleanField("The agreement is signed")
    story = TextAreaField("What happened", [Length(max=50, message="Use 50 characters or fewer")])
    lines = FieldList(FormField(LineForm), min_entries=2)


def render(macros: str, call: str, **context: Any) -> str:
    name = call.split("(")[0]
    template = ENVIRONMENT.from_string(f"{{% from '_macros/{macros}' import {name} %}}{{{{ {call} }}}}")
    return template.render(context)


def words(markup: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", markup)).split())


def failed_claim() -> ClaimForm:
    form = ClaimForm(
        MultiDict(
            [
                *zip(["start"] * 3, ["31", "2", "2025"], strict=True),
                ("story", "x" * 51),
                ("lines-0-actual", ""),
                ("lines-1-actual", "12.00"),
                ("note", '<b>"Żółć" & co</b>'),
                ("rating", "Red"),
            ]
        )
    )
    assert not form.validate()
    return form


def test_error_summary_lists_in_the_order_of_the_fields_with_links() -> None:
    form = failed_claim()
    form.form_errors = ["The claims are more than the award"]
    summary = render("forms.html", "error_summary(form)", form=form)
    assert re.findall(r'href="#([^"]+)"', summary) == ["title", "start", "story", "lines-0-actual"]
    assert words(summary).endswith("Enter a value, even if it is zero The claims are more than the award")
    assert 'role="alert"' in summary


def test_error_summary_takes_plain_sentences_and_is_silent_without_any() -> None:
    sentences = [("Enter the password", "secret"), ("Try again later", None)]
    summary = render("forms.html", "error_summary(sentences)", sentences=sentences)
    assert '<a href="#secret">Enter the password</a>' in summary
    assert "<li>Try again later</li>" in summary
    assert render("forms.html", "error_summary(sentences)", sentences=[]) == ""
    assert render("forms.html", "error_summary(form)", form=ClaimForm()) == ""


@pytest.mark.parametrize("name", ["title", "start", "story"])
def test_a_wrong_field_says_so_and_points_to_its_sentence(name: str) -> None:
    macro = {"title": "text", "start": "date_parts", "story": "textarea"}[name]
    markup = render("forms.html", f"{macro}(field)", field=failed_claim()[name])
    assert 'aria-invalid="true"' in markup
    assert f"{name}-error" in markup.split("aria-describedby=")[1].split(">")[0]
    assert f'id="{name}-error"' in markup


def test_every_link_of_the_summary_finds_a_box() -> None:
    form = failed_claim()
    page = "".join(
        [
            render("forms.html", "text(field)", field=form.title),
            render("forms.html", "date_parts(field)", field=form.start),
            render("forms.html", "textarea(field)", field=form.story),
            render("forms.html", "money_cell(field, 'Actual')", field=form.lines[0].form.actual),
            render("forms.html", "radios(field)", field=form.rating),
        ]
    )
    for target in ["title", "start", "story", "lines-0-actual", "rating"]:
        assert re.search(rf'<(input|textarea) id="{target}"', page)
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))


def test_what_was_typed_is_kept_and_harmless() -> None:
    form = failed_claim()
    assert "&lt;b&gt;&#34;Żółć&#34; &amp; co&lt;/b&gt;" in render("forms.html", "text(field)", field=form.note)
    assert re.findall(r'value="(\w+)"', render("forms.html", "date_parts(field)", field=form.start)) == [
        "31",
        "2",
        "2025",
    ]
    kept = render("forms.html", "date_parts(field)", field=ClaimForm(data={"start": date(2025, 4, 1)}).start)
    assert re.findall(r'value="(\w+)"', kept) == ["1", "4", "2025"]
    assert 'value="Red" checked' in render("forms.html", "radios(field)", field=form.rating)


def test_a_password_is_never_sent_back() -> None:
    form = ClaimForm(MultiDict({"secret": "swordfish"}))
    markup = render("forms.html", "text(field, autocomplete='current-password')", field=form.secret)
    assert 'type="password"' in markup
    assert "swordfish" not in markup


def test_labels_hints_and_optional_fields() -> None:
    form = ClaimForm()
    markup = render("forms.html", "text(field)", field=form.title)
    assert '<label for="title">Title</label>' in markup
    assert 'aria-describedby="title-hint ' in markup
    assert "Note (optional)" in render("forms.html", "text(field)", field=form.note)
    radios = render("forms.html", "radios(field, hints={'Red': 'Off track'})", field=form.rating)
    assert 'aria-describedby="rating-2-item-hint"' in radios
    assert "You can enter up to 50 characters" in render("forms.html", "textarea(field)", field=form.story)


def test_choices_of_every_kind() -> None:
    form = ClaimForm(data={"csp": "BCP", "levels": ["Focused"], "agreed": True, "stream": "labour"})
    assert '<option value="BCP" selected>BCP' in render("forms.html", "select(field)", field=form.csp)
    assert '<optgroup label="Duty">' in render("forms.html", "select(field)", field=form.stream)
    assert 'value="Focused" checked' in render("forms.html", "checkboxes(field)", field=form.levels)
    assert 'value="y" checked' in render("forms.html", "checkbox(field)", field=form.agreed)


def test_money_stands_beside_its_sign_and_feeds_its_totals() -> None:
    form = ClaimForm(data={"title": "1234.50"})
    markup = render("forms.html", "money(field, 'Labour', sums='claim')", field=form.title)
    assert '<span class="unit" aria-hidden="true">£</span><input' in markup
    assert 'inputmode="decimal"' in markup
    assert 'data-sum-into="claim"' in markup
    assert 'value="1234.50"' in markup


def test_hidden_carries_hidden_fields_only_and_without_ids() -> None:
    markup = render("forms.html", "hidden(form)", form=ClaimForm(data={"token": "t1"}))
    assert markup == '<input type="hidden" name="token" value="t1">'


def test_amounts_have_their_signs_and_absence_its_words() -> None:
    assert words(render("figures.html", "pounds(a)", a=Decimal("-73.11"))) == "−£73.11"
    assert "negative" in render("figures.html", "pounds(a)", a=Decimal("-73.11"))
    assert words(render("figures.html", "pounds(a)", a=Decimal("0.00"))) == "£0.00"
    assert words(render("figures.html", "pounds(a)", a=None)) == "Not given"
    assert words(render("figures.html", "percent(a)", a=Decimal("-1234.56"))) == "−1,234.6%"
    assert words(render("figures.html", "percent(a)", a=None)) == "Not given"


@pytest.mark.parametrize("word", ["Green", "Amber/Green", "Amber", "Amber/Red", "Red"])
def test_each_rating_has_a_word_and_a_shape_of_its_own(word: str) -> None:
    shapes = {
        each: re.sub(r".*<svg[^>]*>(.*)</svg>.*", r"\1", render("figures.html", "rag(v)", v=each))
        for each in ["Green", "Amber/Green", "Amber", "Amber/Red", "Red"]
    }
    assert len(set(shapes.values())) == 5
    assert words(render("figures.html", "rag(v)", v=word)) == word


@pytest.mark.parametrize(
    ("word", "shown", "tone"),
    [
        ("part-funded", "Part-funded", "good"),
        ("part_funded", "Part-funded", "good"),
        ("not available", "Not available", "caution"),
        ("queried", "Queried", "caution"),
        ("something else", "Something else", "neutral"),
    ],
)
def test_states_are_shown_by_their_word(word: str, shown: str, tone: str) -> None:
    markup = render("figures.html", "state(word)", word=word)
    assert words(markup) == shown
    assert f"tone-{tone}" in markup
    assert "<svg" in markup


def test_progress_says_when_it_is_over_and_draws_no_bar_of_nothing() -> None:
    call = "progress('Labour', value, maximum, 'so much')"
    assert 'class="over"' in render("figures.html", call, value=Decimal(11), maximum=Decimal(10))
    assert 'value="0"' in render("figures.html", call, value=Decimal("-1"), maximum=Decimal(10))
    assert "<progress" not in render("figures.html", call, value=Decimal(0), maximum=Decimal(0))


def test_a_bar_says_its_figures_in_words() -> None:
    layers = [("awarded", Decimal("80.00")), ("spent", Decimal("-5.00"))]
    markup = render("figures.html", "bar('Dorset', m, layers)", m=Decimal("100.00"), layers=layers)
    assert 'aria-label="Dorset: awarded £80.00, spent −£5.00, of £100.00"' in markup
    assert '<rect class="layer-awarded" width="80.00" height="1"/>' in markup
    assert 'width="-5.00"' not in markup


def test_a_table_has_caption_scopes_roles_and_labels() -> None:
    template = ENVIRONMENT.from_string(
        "{% from '_macros/tables.html' import table, row, section %}"
        "{% set columns = ['CSP', ['Actual', 'number', 'This quarter, actual'], ['Box', 'entry'], 'Status'] %}"
        "{% call table('Spend', columns, groups=[('', 1), ('Q2', 3)]) %}{{ section(columns, 'Labour') }}"
        "{{ row(columns, ['Dorset', '£1.00', '<i>', 'Late']) }}{{ row(columns, ['Total', '£1.00', '', ''], 'total') }}"
        "{% endcall %}"
    )
    markup = template.render()
    assert "<caption>Spend</caption>" in markup
    assert markup.count('scope="col"') == 4
    assert '<th scope="row" role="rowheader">Dorset</th>' in markup
    assert '<td role="cell" data-label="This quarter, actual" class="number">£1.00</td>' in markup
    assert '<td role="cell" data-label="Box" class="entry">&lt;i&gt;</td>' in markup
    assert '<tr role="row" class="total">' in markup
    assert 'scope="colgroup"' in markup
    assert 'scope="rowgroup"' in markup


def test_a_wide_table_scrolls_in_a_labelled_region_that_takes_the_focus() -> None:
    template = ENVIRONMENT.from_string(
        "{% from '_macros/tables.html' import table %}{% call table('Scores', ['A'], wide=true) %}{% endcall %}"
    )
    assert '<div class="scroll" role="region" tabindex="0" aria-label="Scores">' in template.render()


def test_notices_show_every_warning_and_nothing_when_there_is_none() -> None:
    warnings = [RuleWarning("W2", "£3.00 will be left", "Level-Up"), RuleWarning("W10", "The return is overdue")]
    shown = words(render("pages.html", "notices(warnings)", warnings=warnings))
    assert shown == "To look at Level-Up: £3.00 will be left (W2) The return is overdue (W10)"
    assert render("pages.html", "notices(warnings)", warnings=[]) == ""


def test_lists_of_things() -> None:
    task = SimpleNamespace(title="Claim", href="/c", status="draft", note="Due 31 July")
    waiting = SimpleNamespace(title="Statement", href=None, status="not yet due")
    assert (
        words(render("pages.html", "task_list(t)", t=[task, waiting]))
        == "Claim Due 31 July Draft Statement Not yet due"
    )
    rows = [("Lead", "Dorset Council"), ("Start", "1 April 2025", "/edit", "start date")]
    assert "Change start date" in words(render("pages.html", "summary_list(rows)", rows=rows))
    entry = SimpleNamespace(when="16 June 2025", who="Dorset CSP", what="Funded")
    assert words(render("pages.html", "timeline(e)", e=[entry])) == "Funded 16 June 2025, Dorset CSP"
    assert "href" not in render("pages.html", "empty_state('None yet', 'They appear here')")


def test_pagination_appears_from_the_second_page_on() -> None:
    page = {"first": 21, "last": 40, "total": 41, "number": 2, "pages": 3, "previous": "?page=1", "next": "?page=3"}
    shown = render("pages.html", "pagination(page)", page=page)
    assert "Showing 21 to 40 of 41, page 2 of 3" in shown
    assert 'href="?page=3" rel="next"' in shown
    assert render("pages.html", "pagination(page)", page={**page, "pages": 1}) == ""


def layout(**given: Any) -> str:
    template = ENVIRONMENT.from_string(
        "{% extends '_layout.html' %}{% block title %}Claims{% endblock %}"
        "{% block content %}<h1>Claims</h1>{% endblock %}{% block aside %}{{ note }}{% endblock %}"
    )
    context: dict[str, Any] = {"viewer": None, "nav": [], "demo": None, "note": "", "csrf_token": lambda: "t1"}
    return template.render(
        context | {"url_for": lambda *_, filename: filename, "get_flashed_messages": lambda **_: []} | given
    )


def test_the_title_says_when_there_is_an_error() -> None:
    assert "<title>Claims – Portfolio</title>" in layout()
    assert "<title>Claims – Portfolio</title>" in layout(form=ClaimForm())
    assert "<title>Error: Claims – Portfolio</title>" in layout(form=failed_claim())
    assert "<title>Error: Claims – Portfolio</title>" in layout(has_errors=True)


def test_the_layout_shows_only_what_there_is() -> None:
    bare = layout()
    assert not re.search("<nav|<aside|Sign out|Demonstration", bare)
    full = layout(
        viewer=SimpleNamespace(name="Priya", role_names="Finance officer"),
        nav=[
            SimpleNamespace(label="Spend", href="/spend", current=True),
            SimpleNamespace(label="Match", href="/match", current=False),
        ],
        demo="The amounts are made up.",
        note="Due on 31 July",
        footer_links=[("Help", "/help")],
        get_flashed_messages=lambda **_: [("success", "Saved"), ("error", "Not saved")],
    )
    assert re.findall(r'<a href="(\S+)" aria-current="page">', full) == ["/spend"]
    assert re.search(
        r'<form action="/sign-out" method="post">\s*<input type="hidden" name="csrf_token" value="t1">', full
    )
    assert "Due on 31 July</aside>" in re.sub(r"\s*\n\s*", "", full)
    assert 'role="status"' in full
    assert 'role="alert"' in full
    assert '<a href="/help">Help</a>' in full
