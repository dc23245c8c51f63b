"""How much evidence a claim may have, and that one file proves one claim."""

from portfolio.spend.evidence import (
    MOST_TOGETHER,
    AttachedAlready,
    Elsewhere,
    also_in_drafts,
    claimed_elsewhere,
    no_room,
)
from portfolio.words import MEGABYTE


def test_a_claim_has_room_for_thirty_files_of_a_hundred_megabytes_together() -> None:
    assert no_room([], MOST_TOGETHER) == []
    assert no_room([MEGABYTE] * 29, MEGABYTE) == []
    assert [error.sentence for error in no_room([1] * 30, 1)] == [
        "A claim can have 30 files, and this one has them. Put several into one PDF, or remove one that is not needed"
    ]
    assert [(error.sentence, error.field) for error in no_room([10 * MEGABYTE] * 9, 10 * MEGABYTE + 1)] == [
        (
            "All files of a claim may come to 100 MB, and 10 MB is left. "
            "Send a smaller file, or remove one that is not needed",
            "file",
        )
    ]
    assert len(no_room([4 * MEGABYTE] * 30, 1)) == 2, "also where more is there than may be"


SENT, OUT_OF_SIGHT = Elsewhere("1", "SVD-25-01 (Dorset CSP), Q1 2025/26", True), Elsewhere("2", None, True)
DRAFT, SECOND = Elsewhere("1", "SVD-25-02 (Dorset CSP), Q2 2025/26", False), Elsewhere("1", "the other", False)


def test_a_file_that_proves_another_claim_is_refused_and_named() -> None:
    refused = claimed_elsewhere({"1": "a.pdf", "2": "b.pdf", "3": "c.pdf"}, [SENT, DRAFT, OUT_OF_SIGHT, SENT])
    assert [error.sentence.partition(". ")[0] for error in refused] == [
        "a.pdf is evidence of SVD-25-01 (Dorset CSP), Q1 2025/26, which was sent",
        "b.pdf is evidence of another project’s claim, which was sent",
    ]
    assert {(error.code, error.field) for error in refused} == {("E7", "file")}
    assert claimed_elsewhere({"1": "a.pdf"}, [DRAFT]) == []
    assert (
        AttachedAlready("a.pdf").sentence
        == "This very file is attached to this claim already, as a.pdf. Choose another one"
    )


def test_the_same_file_in_a_draft_is_worth_knowing() -> None:
    assert also_in_drafts([SENT, OUT_OF_SIGHT, Elsewhere("1", None, False)]) is None
    assert also_in_drafts([DRAFT, SECOND]) == (
        "This very file is also attached to the draft of SVD-25-02 (Dorset CSP), Q2 2025/26 and of the other. "
        "Only one of them can be sent with it"
    )
