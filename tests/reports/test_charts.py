"""Charts: the same figures give the same bytes, everything is said in words, and everything fits."""

import re
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal
from subprocess import run

import pytest
from defusedxml.ElementTree import fromstring
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import TextPath

from portfolio.money import ZERO
from reports.charts import AskedAndAwarded, Bars, alt, pen, svg

ALL = Bars("All 2 proposals", Decimal("62163.75"), Decimal("28413.75"), "1 funded, 1 rejected")
NURSE = Bars("SVD-25-01 Specialist Nurse", Decimal("28413.75"), Decimal("28413.75"), "Funded")
MENTORS = Bars("SVD-25-05 Night-time economy street mentors", Decimal("33750.00"), ZERO, "Rejected")
CHART = AskedAndAwarded(ALL, Decimal("80790.21"), (NURSE, MENTORS))
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(autouse=True)
def _nothing_kept() -> None:
    svg.cache_clear()


def words_of(picture: bytes) -> list[str]:
    """What is written on a chart: letters are drawn as shapes, each text's words stand before them in a comment."""
    return re.findall(r"<!-- (.*) -->", picture.decode())


def size_of(picture: bytes) -> tuple[float, float]:
    """Width and height, in inches."""
    _, _, width, height = fromstring(picture.decode()).attrib["viewBox"].split()
    return float(width) / 72, float(height) / 72


def test_every_figure_and_every_outcome_is_written_out() -> None:
    assert words_of(svg(CHART)) == [
        "All 2 proposals: 1 funded, 1 rejected",
        "£62,163.75 asked",
        "£80,790.21 available",
        "£28,413.75 awarded",
        "Each proposal, to a scale of its own",
        "SVD-25-01 Specialist Nurse: Funded",
        "£28,413.75 asked",
        "£28,413.75 awarded",
        "SVD-25-05 Night-time economy street mentors: Rejected",
        "£33,750.00 asked",
        "£0.00 awarded",
    ]


def test_the_same_figures_give_the_same_bytes_in_another_process_too() -> None:
    here = svg(CHART)
    svg.cache_clear()
    assert svg(CHART) == here
    program = (
        "import sys; from tests.reports.test_charts import CHART; from reports.charts import svg;"
        "sys.stdout.buffer.write(svg(CHART))"
    )
    there = run([sys.executable, "-c", program], capture_output=True, check=True)
    assert there.stdout == here
    assert b"<dc:date>" not in here


def test_it_says_itself_in_a_table_and_in_words() -> None:
    assert CHART.as_table().rows == (
        ("All 2 proposals", "£62,163.75", "£80,790.21", "£28,413.75", "1 funded, 1 rejected"),
        ("SVD-25-01 Specialist Nurse", "£28,413.75", "", "£28,413.75", "Funded"),
        ("SVD-25-05 Night-time economy street mentors", "£33,750.00", "", "£0.00", "Rejected"),
    )
    together = "All 2 proposals, 1 funded, 1 rejected: £62,163.75 asked, £28,413.75 awarded, £80,790.21 available"
    assert alt(CHART).startswith(f"Bars: What was asked and what was awarded. {together}; SVD-25-01")


def test_a_chart_is_drawn_once() -> None:
    first = svg(CHART)
    assert svg(replace(CHART)) is first
    assert svg.cache_info().hits == 1
    assert svg(replace(CHART, available=ZERO)) != first


def test_svg_differ_by_more_than_colour() -> None:
    picture = svg(replace(CHART, proposals=())).decode()
    assert picture.count("fill: url(#") == 1  # what was asked is hatched
    assert picture.count("fill: #174f87") == 1  # what was awarded is full


@pytest.mark.parametrize("narrow", [False, True])
def test_long_titles_wrap_and_bars_stay_within_the_picture(narrow: bool) -> None:
    title = "SVD-25-02 HEALTHY RELATIONSHIPS AND MENTORS in Violence Prevention Programme " * 3
    vast = Bars(title + "W" * 300, Decimal("9999999999.99"), Decimal("9999999999.99"), "Part-funded")
    picture = svg(AskedAndAwarded(vast, ZERO, (vast, MENTORS), narrow))
    width, height = size_of(picture)
    assert width == pytest.approx(3.7 if narrow else 7.6)
    assert height > size_of(svg(replace(CHART, narrow=narrow)))[1]
    written = re.findall(r"<!-- (.*) -->\s*<g [^>]*translate\(([\d.]+)", picture.decode())
    assert len(written) == len(words_of(picture))
    for text, left in written:
        font = FontProperties(family=pen.FONT, weight="normal" if text.startswith("£") else "bold")
        long = TextPath((0, 0), text, size=pen.SIZE, prop=font).get_extents().width
        assert (float(left) + long) / 72 <= width, text


def test_any_text_can_be_a_title() -> None:
    odd = "🙂 $x^2$ <b> & -- Śródmieście Ŵyn \\frac"
    [title, *_] = words_of(svg(replace(CHART, together=replace(ALL, title=odd))))
    assert title.startswith("□ $x^2$ &lt;b&gt; &amp; - - Śródmieście Ŵyn \\frac:")


def test_nothing_asked_and_nothing_awarded_can_be_drawn() -> None:
    nothing = Bars("No proposals", ZERO, ZERO, "")
    assert "£0.00 available" in words_of(svg(AskedAndAwarded(nothing, ZERO, ())))


def test_charts_drawn_at_once_come_out_right() -> None:
    wanted = [replace(CHART, available=Decimal(number)) for number in range(12)]
    alone = [svg(chart) for chart in wanted]
    svg.cache_clear()
    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(svg, wanted)) == alone


def test_importing_charts_does_not_import_matplotlib() -> None:
    program = "import sys, reports.charts; sys.exit('matplotlib' in sys.modules)"
    assert run([sys.executable, "-c", program], check=False).returncode == 0
    assert SVG in fromstring(svg(CHART).decode()).tag
