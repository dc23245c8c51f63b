"""`python3 -m portfolio COMMAND …`, and the `portfolio` script: has the environment stand, then runs the command.

`portfolio test [pytest's arguments]` runs the suite in the project's folder, from wherever it is called; every other
command is `portfolio.cli`'s. This file keeps to what Python 3.6 can parse, so that an old Python is answered with a
sentence and not with a SyntaxError; all else is imported once the version is known to do.
"""

import sys

WHOLE_SUITE = ["-n", "auto", "--dist", "loadfile", "--no-loadscope-reorder"]
"""How pytest runs everything: a file at a time on every core, in their order: files of few tests, which take the
longest, would come last otherwise, and one core wait for the other."""


def refusal_of_python(version: "tuple[int, ...]") -> str:
    """The sentence that refuses a Python older than 3.11; empty for one that will do."""
    if tuple(version[:2]) >= (3, 11):
        return ""
    return "Portfolio needs Python 3.11 or newer; this is Python {}.{}.{}.".format(*version[:3])


def run(arguments: "list[str]") -> int:
    """Run one command where its packages are: in this Python when it has them, else in the one of `.venv`."""
    from portfolio.environment import ensure, hand_over, stands_here, suite_folder, wanted_extras

    suite = arguments[:1] == ["test"]
    extras = wanted_extras(suite)
    if suite:
        folder = suite_folder()
        python = sys.executable if stands_here(extras) else ensure(extras)
        return hand_over([python, "-m", "pytest", *(arguments[1:] or WHOLE_SUITE)], folder)
    asks_for_help = arguments in (["--help"], ["-h"])  # answered by the standard library alone
    if not asks_for_help and not stands_here(extras):
        return hand_over([ensure(extras), "-P", "-m", "portfolio", *arguments])
    from portfolio.cli import main as run_command

    return run_command(arguments)


def main() -> int:
    """Run the command that was typed; what cannot be started is one sentence on stderr and the exit code 1."""
    reason = refusal_of_python(sys.version_info[:3])
    if reason:
        print(reason, file=sys.stderr)
        return 1
    try:
        return run(sys.argv[1:])
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
