"""How a pack names its files, and what it tells its reader."""

from portfolio.audit_pack import rules


def test_names_in_a_pack_are_plain() -> None:
    assert rules.plain_name("../\u00e9t\u00e9 1.pdf") == "t_1.pdf"
    assert rules.plain_name("\u2615") == "file"
    assert rules.file_name("SVD", "E23000039", "2025-26", with_evidence=True) == (
        "audit-pack_SVD_E23000039_2025-26_with-evidence.zip"
    )


def test_the_manifest_is_as_sha256sum_reads_it() -> None:
    assert rules.manifest_line("ab" * 32, "returns/index.csv") == f"{'ab' * 32}  returns/index.csv\n"


def test_its_reader_is_told_whether_the_evidence_is_in_it() -> None:
    assert "The files\n                        themselves were not asked for" in rules.readme("x", with_evidence=False)
    assert "which claim and line each file is for" in rules.readme("SVD, Dorset, 2025/26", with_evidence=True)
