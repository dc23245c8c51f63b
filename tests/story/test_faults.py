"""Stories that cannot be loaded: every fault at once, each with its place and a way to put it right; no trace left."""

import json
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest

from portfolio.db import Database
from portfolio.errors import Refused
from portfolio.story.opening import NotAStory
from tests import stories
from tests.story import told

HERE = Path(__file__).parent
Case = tuple[dict[str, Any], list[str]]


def cases(name: str) -> list[Case]:
    """A file's cases: lines `place = JSON` or `place is gone`, then `> ` and what is said; blank lines between them."""
    lines = [line for line in (HERE / name).read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    return [_case(list(case)) for there, case in groupby(lines, key=bool) if there]


def _case(lines: list[str]) -> Case:
    changes: dict[str, Any] = {}
    for line in lines:
        place, equals, value = line.partition(" = ")
        if equals and not line.startswith("> "):
            changes[place] = json.loads(value)
        elif line.endswith(" is gone") and not line.startswith("> "):
            changes[line.removesuffix(" is gone")] = told.GONE
    return changes, [line.removeprefix("> ") for line in lines if line.startswith("> ")]


EVERY = [case for name in ("shape", "rules") for case in cases(f"faults_of_{name}.txt")] + cases("faults_at_once.txt")


@pytest.mark.parametrize(("changes", "faults"), EVERY, ids=[" ".join(changes)[:70] for changes, _ in EVERY])
def test_every_fault_is_told_with_its_place_and_leaves_no_trace(
    database: Database, tmp_path: Path, changes: dict[str, Any], faults: list[str]
) -> None:
    story = told.dorset()
    for place, value in changes.items():
        told.alter(story, place, value)
    assert told.faults(database, told.write(tmp_path, story)) == faults
    with database.reading() as session:
        assert told.rows(session) == {}


def test_the_corpus_is_read_in_full() -> None:
    assert len(EVERY) >= 150
    assert all(changes and faults for changes, faults in EVERY)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("", "is not JSON: line 1, column 1: Expecting value. Put it right there"),
        ("{", "is not JSON: line 1, column 2: Expecting property name enclosed in double quotes. Put it right there"),
        ('{"programme": {},\n "csps": [,]}', "is not JSON: line 2, column 11: Expecting value. Put it right there"),
        ("{} {}", "is not JSON: line 1, column 4: Extra data. Put it right there"),
        ('{"a": "\t"}', "is not JSON: line 1, column 8: Invalid control character at. Put it right there"),
        ('{"a": NaN}', "cannot be read as a story: NaN is no number. Enter one, or null where there is none"),
        ('{"a": [-Infinity]}', "cannot be read as a story: -Infinity is no number. Enter one, or null where there is"),
        (
            '{"a": 1, "b": 2, "a": 3}',
            "cannot be read as a story: the key “a” stands twice in one object, so one of its",
        ),
        ('{"a": ' + "9" * 5000 + "}", "cannot be read as a story: Exceeds the limit"),
        ("[" * 100_000, "cannot be read as a story: it is nested too deeply"),
        ('{"a":' * 100_000, "cannot be read as a story: it is nested too deeply"),
        ('{"a":\n "x\\u0000"}', "cannot be read as a story: \\u0000 in line 2 is no character. Take it out"),
        ('{"\\ud83d": 5}', "cannot be read as a story: \\ud83d in line 1 is no character. Take it out"),
        ('{"a": "\\uDE00\\ud83d"}', "cannot be read as a story: \\ude00 in line 1 is no character. Take it out"),
    ],
    ids=lambda value: value[:30],
)
def test_a_file_that_is_no_story_is_one_sentence(
    database: Database, tmp_path: Path, content: str, sentence: str
) -> None:
    file = told.write(tmp_path, content)
    with pytest.raises(NotAStory) as refused:
        told.tell(database, file)
    assert refused.value.sentence.startswith(f"{file} {sentence}")


@pytest.mark.parametrize("content", ["[]", "5", '"story"', "null", "true"])
def test_a_story_is_an_object(database: Database, tmp_path: Path, content: str) -> None:
    with pytest.raises(NotAStory, match="The file holds no story"):
        told.tell(database, told.write(tmp_path, content))


def test_an_empty_object_is_told_what_it_needs(database: Database, tmp_path: Path) -> None:
    assert told.faults(database, told.write(tmp_path, {})) == [
        "programme: is missing. Enter an object",
        "police_area: is missing. Enter an object",
        "csps: is missing. Enter a list",
        "years: is missing. Enter a list",
    ]


def test_a_file_that_cannot_be_read_is_one_sentence(database: Database, tmp_path: Path) -> None:
    (tmp_path / "latin.json").write_bytes('{"a": "£"}'.encode("latin-1"))
    (tmp_path / "utf16.json").write_bytes("{}".encode("utf-16"))
    for name, sentence in (
        ("missing.json", "cannot be read: No such file or directory. Check the path"),
        ("", "cannot be read: Is a directory. Check the path"),
        ("latin.json", "is not UTF-8 text. Save it as JSON in UTF-8"),
        ("utf16.json", "is not UTF-8 text. Save it as JSON in UTF-8"),
    ):
        with pytest.raises(NotAStory, match=sentence):
            told.tell(database, tmp_path / name)


def test_a_whole_pair_and_a_backslash_are_characters(database: Database, tmp_path: Path) -> None:
    story = json.dumps(told.small()).replace("Street wardens", "\\ud83d\\ude00 \\\\u0000")
    assert told.faults(database, told.write(tmp_path, story)) == []


def test_the_same_faults_are_found_after_the_first_are_put_right(database: Database, tmp_path: Path) -> None:
    story = told.dorset()
    told.alter(story, "claims[38].lines[0].amount", None)
    with pytest.raises(Refused) as refused:
        told.tell(database, told.write(tmp_path, story))
    assert refused.value.each()[0].field == "claims[38].lines[0].amount"
    assert told.faults(database, told.DORSET) == []


def test_a_name_too_long_to_keep_is_told_once(database: Database, tmp_path: Path) -> None:
    story = told.small()
    told.alter(story, "programme.categories", ["training", "x" * 81])
    told.alter(story, "organisations[0].type", "y" * 61)
    assert told.faults(database, told.write(tmp_path, story)) == [
        "programme.categories[1]: is 81 characters long. Enter 80 at most",
        "organisations[0].type: is 61 characters long. Enter 60 at most",
    ]


def test_thousands_of_faults_are_told_without_looking_for_each_ones_likely_name(
    database: Database, tmp_path: Path
) -> None:
    story = stories.story(csps=2, awards=500)
    for claim in story["claims"]:
        claim["proposal"] = claim["proposal"].lower()
        claim["lines"][0]["amount"] = "1"
    found = told.faults(database, told.write(tmp_path, story))
    assert len(found) == 2 * len(story["claims"])
    assert (
        found[0]
        == "claims[0].proposal: is “svd-25-0001”, which is no proposal of this story. Did you mean SVD-25-0001?"
    )
    assert found[-2] == "claims[999].proposal: is “svd-25-0500”, which is no proposal of this story."
