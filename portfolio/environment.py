"""The environment in `.venv`: made once from the pinned packages, kept current, repaired when it was left half-made.

Standard library only, and quick when there is nothing to do. A stamp in `.venv` says what the environment was made
from and with which extras: current, it costs two small reads; *unfinished* (killed half-way), all is made anew.
"""

import compileall
import contextlib
import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PROJECT = ROOT / "pyproject.toml"
CONSTRAINTS = ROOT / "portfolio" / "constraints.txt"
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
STAMP = VENV / "portfolio-stamp.txt"
LOG = VENV / "install.log"
UNFINISHED = "unfinished"
NETWORK_SIGNS = ("connection broken by", "max retries exceeded", "read timed out", "error sending request")


class CannotStart(SystemExit):
    """No environment can be had: ends the program with one sentence on stderr and the exit code 1."""


def wanted_extras(suite: bool) -> set[str]:
    """The optional packages a command needs: the suite's, which runs on either database, or the data's own."""
    extras = {"dev", "postgres"} if suite else set()
    if os.environ.get("DATABASE_URL", "").startswith("postgres"):
        extras.add("postgres")
    return extras


def suite_folder() -> Path:
    """The folder the suite runs in; the package as installed elsewhere brings no suite."""
    if not PROJECT.is_file():
        raise CannotStart("The suite is part of the project's repository: clone it and run this command there.")
    return ROOT


def stands_here(extras: set[str]) -> bool:
    """Whether the Python that runs this has all that the command needs, so that nothing is to be made."""
    if not PROJECT.is_file():
        return True  # installed as a package, not run from a clone: its installer brought what is needed
    if runs_inside():
        return is_current(extras)
    return sys.prefix != sys.base_prefix and has_packages(extras)


def runs_inside() -> bool:
    """Whether the Python that runs this is the one in `.venv`."""
    return Path(sys.prefix).resolve() == VENV.resolve()


def has_packages(extras: set[str]) -> bool:
    """Whether every package that the project names is installed in the Python that runs this."""
    import re
    import tomllib
    from importlib.metadata import PackageNotFoundError, version

    project = tomllib.loads(PROJECT.read_text(encoding="utf-8"))["project"]
    optional = project["optional-dependencies"]
    for needed in [*project["dependencies"], *(line for extra in extras for line in optional[extra])]:
        try:
            version(re.split(r"[^\w.-]", needed, maxsplit=1)[0])
        except PackageNotFoundError:
            return False
    return True


def made_from() -> str:
    """A fingerprint of what an environment depends on: the packages named, the folder, this Python's version."""
    packages = PROJECT.read_bytes().split(b"\n[tool.", 1)[0]  # the settings of ruff and the like need no new install
    parts = [packages, CONSTRAINTS.read_bytes(), bytes(ROOT), repr(sys.version_info[:2]).encode()]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def stamped() -> list[str]:
    """What the stamp says: the fingerprint, then the extras; empty where there is none."""
    return STAMP.read_text(encoding="ascii").split() if STAMP.is_file() else []


def is_current(extras: set[str]) -> bool:
    """Whether `.venv` is complete, made from the files as they are now, and has these extras."""
    stamp = stamped()
    return stamp[:1] == [made_from()] and extras <= set(stamp[1:]) and PYTHON.exists()


def ensure(extras: set[str]) -> str:
    """The path of the Python in `.venv`, which is made or brought up to date first where that is needed."""
    try:
        if not is_current(extras):
            with one_at_a_time():
                if not is_current(extras):
                    make(extras)
    except OSError as error:
        raise CannotStart(
            f"The environment cannot be made in {VENV}: {error.strerror}. "
            "The project's folder must be one that you may write to."
        ) from error
    return str(PYTHON)


@contextlib.contextmanager
def one_at_a_time() -> Iterator[None]:
    """Keep two first runs apart by a lock on the folder, which goes with its process, however that ends."""
    try:
        import fcntl
    except ImportError:  # Windows has no such lock
        yield
        return
    folder = os.open(ROOT, os.O_RDONLY)
    try:
        with contextlib.suppress(OSError):  # a network drive may know no locks
            try:
                fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                say("Another command is making the environment; waiting for it …")
                fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def make(extras: set[str]) -> None:
    """Make `.venv`, or bring it up to date: with uv where it is on the PATH, else with venv and pip."""
    if VENV.is_symlink():
        say(f"{VENV} is a link to {VENV.resolve()}. That stays as it is, and this folder gets one of its own.")
        VENV.unlink()
    uv = shutil.which("uv")
    fingerprint = made_from()
    fresh = not is_usable(with_pip=not uv)
    if fresh:
        # Asked before the folder goes: the Python that runs this may be a link inside it.
        base = os.path.realpath(sys.executable) if runs_inside() else sys.executable
        if VENV.exists():
            shutil.rmtree(VENV)
        VENV.mkdir()
    else:
        extras = extras | set(stamped()[1:])
    STAMP.write_text(UNFINISHED, encoding="ascii")
    LOG.write_bytes(b"")
    if fresh:
        maker = [uv, "venv", "--allow-existing", "--python", base] if uv else [base, "-m", "venv"]
        take_step("Making the environment in .venv", [*maker, str(VENV)])
    installer = [uv, "pip", "install", "--python", str(PYTHON)] if uv else [str(PYTHON), "-m", "pip", "install"]
    project = f".[{','.join(sorted(extras))}]" if extras else "."
    try:
        take_step("Installing the packages (once, about a minute)", [*installer, "-c", str(CONSTRAINTS), "-e", project])
    except CannotStart:
        STAMP.unlink()  # the installer gave up in good order: the next run can build on what is there
        raise
    # An installer compiles what it installs, but not what stays in its own folder: every command would do it again
    # where Python is told to keep no compiled files.
    for part in ("portfolio", "reports"):
        compileall.compile_dir(ROOT / part, quiet=2)
    STAMP.write_text(" ".join([fingerprint, *sorted(extras)]), encoding="ascii")
    say("Ready.")


def is_usable(with_pip: bool) -> bool:
    """Whether `.venv` can be built upon: not left unfinished, and its Python of this version, with pip if asked."""
    if stamped() == [UNFINISHED] or not PYTHON.exists():
        return False
    probe = f"import sys{', pip' if with_pip else ''}; sys.exit(sys.version_info[:2] != {sys.version_info[:2]})"
    return subprocess.run([PYTHON, "-c", probe], check=False, capture_output=True).returncode == 0


def take_step(what: str, command: list[str]) -> None:
    """Run one slow step with its output in the log; a terminal sees the seconds go by. Raises `CannotStart`."""
    started = time.monotonic()
    watched = sys.stderr.isatty()
    say(f"{what} …", end="" if watched else "\n")
    with LOG.open("ab") as log:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=ROOT, env=installer_settings()
        )
        try:
            while process.poll() is None:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(timeout=1)
                if watched:
                    say(f"\r{what} … {time.monotonic() - started:.0f} s", end="")
        finally:
            process.kill()
            process.wait()
            if watched:
                say("")
    if process.returncode:
        raise CannotStart(why_it_failed())


def installer_settings() -> dict[str, str]:
    """The surroundings of pip and uv: the user's, with few retries, and pip's package index told to uv as well."""
    settings = {
        "PIP_RETRIES": "2",
        "PIP_DEFAULT_TIMEOUT": "15",
        "UV_HTTP_RETRIES": "2",
        "UV_COMPILE_BYTECODE": "1",
        **os.environ,
    }
    if "PIP_INDEX_URL" in settings:
        settings.setdefault("UV_DEFAULT_INDEX", settings["PIP_INDEX_URL"])
    return settings


def why_it_failed() -> str:
    """One sentence for what the log of a failed installation shows."""
    lines = LOG.read_text(encoding="utf-8", errors="replace").splitlines()
    text = "\n".join(lines).lower()
    again = f"and run the same command again; details: {LOG}"
    if any(sign in text for sign in NETWORK_SIGNS):
        return (
            "The packages could not be fetched: no connection to the package index. Check the network or the "
            f"proxy settings (PIP_INDEX_URL, HTTPS_PROXY) {again}"
        )
    if "no space left" in text:
        return f"The disk is full. Make room (the packages take about 500 MB) {again}"
    if "no module named venv" in text or "ensurepip" in text:
        return (
            "This Python cannot make an environment, because its venv module is not complete. Install it "
            f"(on Debian and Ubuntu: apt install python3-venv) {again}"
        )
    faults = [line.strip() for line in lines if line.strip().startswith(("ERROR:", "error:"))]
    # pip's own last word ("error: subprocess-exited-with-error") says less than the "ERROR:" before it.
    telling = [fault for fault in faults if fault.startswith("ERROR:")] or faults or ["no reason was given"]
    return f"The packages could not be installed ({telling[-1]}); details: {LOG}"


def say(text: str, end: str = "\n") -> None:
    """Tell the user on stderr what is being done; stdout is left to the command."""
    print(text, end=end, file=sys.stderr, flush=True)


def hand_over(command: list[str], folder: Path | None = None) -> int:
    """Become the given program; where a program cannot be replaced (Windows), run it and return its code."""
    if os.name == "nt":
        return subprocess.run(command, check=False, cwd=folder).returncode
    if folder:
        os.chdir(folder)
    return os.execv(command[0], command)
