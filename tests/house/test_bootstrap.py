"""A bare clone: what `python3 -m portfolio` does before there is an environment, on a network that is not there.

Most tests run the real command by the Python that the environment was made from, in a copy of the few files that
count, with a stand-in `uv` on the PATH: it writes down how it was called and makes a `.venv` whose Python says what
it was asked to run.
"""

import ast
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from portfolio import __main__ as command
from portfolio import environment

ROOT = Path(__file__).resolve().parents[2]
BASE_PYTHON = os.path.realpath(sys.executable)
FILES = ("pyproject.toml", *(f"portfolio/{name}" for name in ("__init__.py", "__main__.py", "environment.py")))
PINS = "portfolio/constraints.txt"

STAND_IN_UV = """#!/bin/sh
echo "$*" >> calls.txt
sleep "${UV_TAKES:-0}"
if [ "$1" = "$UV_FAILS" ]; then echo "error: as asked"; exit 2; fi
if [ "$1" = venv ]; then
  mkdir -p .venv/bin
  printf '#!/bin/sh\\n[ "$1" = -c ] || echo "in $PWD: $*"\\n[ "$3" != fail ]\\n' > .venv/bin/python
  chmod +x .venv/bin/python
fi
"""


class Clone:
    """A copy of the few files that the first run of a bare clone needs, and what happens in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "clone"
        self.programs = folder / "programs"
        self.programs.mkdir()
        (self.folder / "portfolio").mkdir(parents=True)
        (self.folder / "README.md").write_text("A copy.\n", encoding="utf-8")
        for name in (*FILES, PINS):
            shutil.copy(ROOT / name, self.folder / name)

    def surroundings(self, **more: str) -> dict[str, str]:
        kept = ("HOME", "LANG", "TMPDIR", "SYSTEMROOT")
        path = os.pathsep.join([str(self.programs), "/usr/bin", "/bin"])
        return {"PATH": path, **{key: os.environ[key] for key in kept if key in os.environ}, **more}

    def with_uv(self) -> "Clone":
        uv = self.programs / "uv"
        uv.write_text(STAND_IN_UV, encoding="ascii")
        uv.chmod(0o755)
        return self

    def start(self, *arguments: str, **more: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [BASE_PYTHON, "-m", "portfolio", *arguments],
            cwd=self.folder,
            env=self.surroundings(**more),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            # A suite that was started in the background ignores Ctrl-C, and what it starts would too.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )

    def run(self, *arguments: str, **more: str) -> "Ended":
        return Ended(self.start(*arguments, **more))

    def calls(self) -> list[str]:
        """How the installer was called since this was last asked."""
        written = self.folder / "calls.txt"
        lines = written.read_text(encoding="utf-8").splitlines() if written.exists() else []
        written.unlink(missing_ok=True)
        return [" ".join(line.split()[:2]).removesuffix(" --allow-existing") + " " + line.split()[-1] for line in lines]

    def stamp(self) -> list[str]:
        return (self.folder / ".venv" / environment.STAMP.name).read_text(encoding="ascii").split()


class Ended:
    """What a command printed and how it ended."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.out, self.err = process.communicate(timeout=60)
        self.code = process.returncode


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    return Clone(tmp_path)


@pytest.mark.parametrize("name", ["__init__.py", "__main__.py"])
def test_an_old_python_can_parse_what_it_meets_first(name: str) -> None:
    tree = ast.parse((ROOT / "portfolio" / name).read_text(encoding="utf-8"), feature_version=(3, 6))
    imports = [ast.unparse(node) for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
    assert imports == ([] if name == "__init__.py" else ["import sys"])


def test_an_old_python_is_refused_in_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 10, 13, "final", 0))
    assert command.main() == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err == "Portfolio needs Python 3.11 or newer; this is Python 3.10.13.\n"


@pytest.mark.parametrize("version", [(3, 11, 0), (3, 14, 1), (4, 0, 0)])
def test_a_new_python_is_welcome(version: tuple[int, ...]) -> None:
    assert command.refusal_of_python(version) == ""


def test_the_first_run_makes_the_environment_and_the_second_only_hands_over(clone: Clone) -> None:
    first = clone.with_uv().run("demo", "--no-serve")
    assert first.code == 0
    assert clone.calls() == ["venv " + str(clone.folder / ".venv"), "pip install ."]
    assert first.err.splitlines() == [
        "Making the environment in .venv …",
        "Installing the packages (once, about a minute) …",
        "Ready.",
    ]
    assert first.out == f"in {clone.folder}: -P -m portfolio demo --no-serve\n"
    second = clone.run("demo", "--no-serve")
    assert (second.code, second.out, second.err, clone.calls()) == (0, first.out, "", [])


def test_the_suite_runs_in_the_project_and_its_result_is_the_answer(clone: Clone) -> None:
    passed = clone.with_uv().run("test", "-k", "money")
    assert (passed.code, passed.out) == (0, f"in {clone.folder}: -m pytest -k money\n")
    assert clone.calls()[-1] == "pip install .[dev,postgres]"
    assert clone.run("test", "fail").code == 1
    assert clone.calls() == []


def test_extras_are_added_once_and_kept(clone: Clone) -> None:
    on_postgresql = {"DATABASE_URL": "postgresql+psycopg://somewhere/portfolio"}
    clone.with_uv().run("check")
    assert clone.calls()[-1] == "pip install ."
    clone.run("check", **on_postgresql)
    assert clone.calls() == ["pip install .[postgres]"]
    clone.run("test")
    assert clone.calls() == ["pip install .[dev,postgres]"]
    clone.run("check")
    clone.run("test", **on_postgresql)
    assert clone.calls() == []
    assert clone.stamp()[1:] == ["dev", "postgres"]


def test_a_tools_setting_installs_nothing(clone: Clone) -> None:
    clone.with_uv().run("check")
    clone.calls()
    with (clone.folder / "pyproject.toml").open("a", encoding="utf-8") as project:
        project.write("\n[tool.something]\nnew = true\n")
    clone.run("check")
    assert clone.calls() == []


def test_a_changed_pin_installs_again_and_a_moved_folder_too(clone: Clone) -> None:
    clone.with_uv().run("check")
    clone.calls()
    with (clone.folder / PINS).open("a", encoding="utf-8") as pins:
        pins.write("extra-package==1.0\n")
    clone.run("check")
    assert clone.calls() == ["pip install ."]
    clone.folder = clone.folder.rename(clone.folder.with_name("moved"))
    clone.run("check")
    assert clone.calls() == ["pip install ."]


def test_a_half_made_environment_is_made_anew(clone: Clone) -> None:
    killed = clone.with_uv().start("check", UV_TAKES="30")
    wait_for(clone.folder / "calls.txt")
    killed.kill()
    killed.communicate()
    assert clone.stamp() == [environment.UNFINISHED]
    leftover = clone.folder / ".venv" / "leftover"
    leftover.touch()
    clone.calls()
    assert clone.run("check").err.endswith("Ready.\n")
    assert clone.calls() == ["venv " + str(clone.folder / ".venv"), "pip install ."]
    assert not leftover.exists()


def test_an_interrupted_installation_says_so_in_one_line(clone: Clone) -> None:
    process = clone.with_uv().start("check", UV_TAKES="30")
    wait_for(clone.folder / "calls.txt")
    process.send_signal(signal.SIGINT)
    ended = Ended(process)
    assert (ended.code, ended.err.splitlines()[-1]) == (130, "Stopped.")
    assert "Traceback" not in ended.err


def test_two_first_runs_at_once_install_once(clone: Clone) -> None:
    first = clone.with_uv().start("check", UV_TAKES="1")
    wait_for(clone.folder / "calls.txt")
    second = clone.run("check")
    assert Ended(first).code == second.code == 0
    assert second.err == "Another command is making the environment; waiting for it …\n"
    assert len(clone.calls()) == 2


def test_without_a_network_one_sentence_says_so(clone: Clone) -> None:
    started = time.monotonic()
    nowhere = {"PIP_CONFIG_FILE": os.devnull, "PIP_NO_CACHE_DIR": "1", "PIP_INDEX_URL": "http://127.0.0.1:9/simple"}
    ended = clone.run("demo", **nowhere, PATH=str(clone.programs))
    assert (ended.code, ended.out) == (1, "")
    assert ended.err.splitlines()[2:] == [
        "The packages could not be fetched: no connection to the package index. Check the network or the proxy "
        "settings (PIP_INDEX_URL, HTTPS_PROXY) and run the same command again; "
        f"details: {clone.folder / '.venv' / 'install.log'}"
    ]
    assert time.monotonic() - started < 40


def test_an_installation_that_failed_goes_on_from_what_is_there(clone: Clone) -> None:
    failed = clone.with_uv().run("check", UV_FAILS="pip")
    assert (failed.code, len(failed.err.splitlines())) == (1, 3)
    assert failed.err.splitlines()[-1].startswith("The packages could not be installed (error: as asked); details: ")
    clone.calls()
    assert clone.run("check").code == 0
    assert clone.calls() == ["pip install ."]


def test_a_folder_that_cannot_be_written_to_is_named(clone: Clone) -> None:
    (clone.folder / ".venv").write_text("in the way", encoding="ascii")
    ended = clone.with_uv().run("demo")
    assert ended.code == 1
    assert ended.err == (
        f"The environment cannot be made in {clone.folder / '.venv'}: Not a directory. "
        "The project's folder must be one that you may write to.\n"
    )


def test_an_environment_that_belongs_to_another_folder_is_left_alone(clone: Clone, tmp_path: Path) -> None:
    others = tmp_path / "others"
    others.mkdir()
    (clone.folder / ".venv").symlink_to(others)
    ended = clone.with_uv().run("demo")
    assert ended.code == 0
    assert f"{clone.folder / '.venv'} is a link to {others}. That stays as it is" in ended.err
    assert clone.calls() == [f"venv {clone.folder}/.venv", "pip install ."]
    assert list(others.iterdir()) == []


@pytest.mark.parametrize(
    ("log", "sentence"),
    [
        ("error sending request for url (…)", "no connection to the package index"),
        ("ReadTimeoutError: Read timed out.", "no connection to the package index"),
        ("Error: Command '[…, '-m', 'ensurepip']' returned 1", "apt install python3-venv"),
        ("No module named venv", "apt install python3-venv"),
        ("OSError: [Errno 28] No space left on device", "The disk is full."),
        ("  ERROR: No matching distribution found for flask\nerror: subprocess-exited", "found for flask); details"),
        ("error: Failed to build `portfolio`\n  cause: …", "(error: Failed to build `portfolio`); details"),
        ("", "(no reason was given); details"),
    ],
)
def test_the_log_of_a_failed_installation_becomes_a_sentence(
    log: str, sentence: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(environment, "LOG", tmp_path / "install.log")
    (tmp_path / "install.log").write_text(log, encoding="utf-8")
    assert sentence in environment.why_it_failed()
    assert "\n" not in environment.why_it_failed()


def test_the_users_package_index_is_told_to_uv_and_the_users_own_settings_win(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", "https://packages.council.example/simple")
    monkeypatch.setenv("PIP_RETRIES", "9")
    monkeypatch.delenv("UV_DEFAULT_INDEX", raising=False)
    settings = environment.installer_settings()
    assert settings["UV_DEFAULT_INDEX"] == "https://packages.council.example/simple"
    assert settings["PIP_RETRIES"] == "9"


def test_another_environment_will_do_when_it_has_every_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environment, "VENV", tmp_path / ".venv")
    assert environment.stands_here({"dev"})
    project = tmp_path / "pyproject.toml"
    monkeypatch.setattr(environment, "PROJECT", project)
    project.write_text('[project]\ndependencies = ["no-such-package>=1"]\noptional-dependencies = {}\n', "utf-8")
    assert not environment.stands_here(set())
    project.unlink()
    assert environment.stands_here(set()), "installed as a package, there is nothing to make"
    with pytest.raises(environment.CannotStart, match="part of the project's repository"):
        environment.suite_folder()


def test_every_package_is_pinned() -> None:
    """An unpinned package could bring a warning tomorrow, and a warning fails the suite."""
    lines = (ROOT / PINS).read_text(encoding="utf-8").splitlines()
    pins = [line for line in lines if line and not line.startswith("#")]
    assert all(re.fullmatch(r"[\w.-]+==[\w.]+", line) for line in pins)
    assert needed_packages() - {canonicalize_name(line.split("==")[0]) for line in pins} == set()


def needed_packages() -> set[str]:
    """Every package that the project and its extras ask for, and what those ask for in turn."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = [*project["dependencies"], *(line for extra in project["optional-dependencies"].values() for line in extra)]
    found: set[tuple[str, frozenset[str]]] = set()
    while asked:
        requirement = Requirement(asked.pop())
        entry = (canonicalize_name(requirement.name), frozenset(requirement.extras))
        if entry in found:
            continue
        found.add(entry)
        for line in metadata.requires(requirement.name) or []:
            marker = Requirement(line).marker
            if marker is None or any(marker.evaluate({"extra": extra}) for extra in ("", *requirement.extras)):
                asked.append(line)
    return {name for name, _ in found}


def test_help_needs_no_package_at_all() -> None:
    """Help answers at once, even before there is an environment; Flask and the like wait for those who use them."""
    without_packages = [BASE_PYTHON, "-S", "-m", "portfolio", "--help"]
    answer = subprocess.run(without_packages, capture_output=True, text=True, check=False, cwd=ROOT)
    assert (answer.returncode, answer.stderr) == (0, "")
    assert "demo" in answer.stdout


def wait_for(file: Path) -> None:
    """Wait until a command that was started has come so far as to write this file."""
    for _ in range(200):
        if file.exists():
            return
        time.sleep(0.05)
    raise AssertionError(f"{file} was not written within ten seconds")
