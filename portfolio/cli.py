"""The commands: how they are called, and what a mistake looks like. What they do is in `portfolio.commands`.

Only the standard library is imported before a command is known, so that `--help` answers at once.
"""

import argparse
import gc
import json
import os
import sys
from pathlib import Path

from portfolio import __version__
from portfolio.errors import PortfolioError

COLLECT_AFTER = 100_000
"""New objects between two runs of the garbage collector: commands make many rows and few cycles, and a run looks
at all of them; collecting less often takes a sixth off a large load."""
RETURNS = ("opcc", "home-office", "statement")


def main(argv: list[str]) -> int:
    """Run one command; a mistake of the user's is a sentence on stderr and the exit code 1."""
    given = _parser().parse_args(argv)
    gc.set_threshold(COLLECT_AFTER)
    os.umask(0o077)  # what commands write (the database, messages, returns, backups) is its owner's alone
    try:
        return _run(given)
    except PortfolioError as error:
        _tell(error, as_json=getattr(given, "json", False))
        return 1
    except BrokenPipeError:
        # The reader (head, less) has gone; there is nobody left to tell.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def _tell(error: PortfolioError, *, as_json: bool) -> None:
    if as_json:
        told = [{"place": each.field, "rule": each.code, "sentence": each.sentence} for each in error.each()]
        print(json.dumps({"errors": told}, ensure_ascii=False), file=sys.stderr)
        return
    for each in error.each():
        print(each.sentence, file=sys.stderr)


def _run(given: argparse.Namespace) -> int:
    match given.command:
        case "init" | "load" | "backup" | "restore":
            from portfolio.commands import data

            match given.command:
                case "init":
                    return data.init()
                case "load":
                    return data.load(given.file, as_json=given.json, acting_as=given.acting_as)
                case "backup":
                    return data.backup(given.file, acting_as=given.acting_as)
                case _:
                    return data.restore(given.file, force=given.force, acting_as=given.acting_as)
        case "return":
            from portfolio.commands import returns

            return returns.write(given)
        case "pack":
            from portfolio.commands import pack

            return pack.write(given)
        case "check":
            from portfolio.commands import check

            return check.run(as_json=given.json, acting_as=given.acting_as)
        case "person":
            from portfolio.commands import people

            return people.run(given)
        case "retention":
            from portfolio.commands import retention

            return retention.run(given)
        case "deliver":
            from portfolio.commands import deliver

            return deliver.run(given)
        case "remind":
            from portfolio.commands import remind

            return remind.run(given)
        case "demo":
            from portfolio.commands import demo

            return demo.run(port=given.port, serve_it=not given.no_serve, reset=given.reset)
        case _:
            from portfolio.commands import serve

            return serve.run(given.host, given.port)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="portfolio",
        description="Follows a grant-funded intervention from proposal to Home Office return.",
        epilog="`portfolio test [pytest's arguments]` runs the test suite. PORTFOLIO_INSTANCE (a folder) and "
        "DATABASE_URL (PostgreSQL) say where the data is.",
    )
    parser.add_argument("--version", action="version", version=f"portfolio {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    demo = commands.add_parser("demo", help="tell the Dorset story: database, returns as files, and the running site")
    demo.add_argument("--no-serve", action="store_true", help="write the returns and stop; start no site")
    demo.add_argument("--port", type=int, default=8000, help="the site's port (default 8000)")
    demo.add_argument("--reset", action="store_true", help="start the demonstration again from the beginning")

    commands.add_parser("init", help="make the database, or bring it up to date")

    serve = commands.add_parser("serve", help="run the site")
    serve.add_argument("--host", default="127.0.0.1", help="the address to listen on (default 127.0.0.1)")
    serve.add_argument("--port", type=int, default=8000, help="the port (default 8000)")

    load = commands.add_parser("load", help="load a story's JSON file, all or nothing")
    load.add_argument("file", type=Path)

    returns = commands.add_parser("return", help="write a return as it stands now")
    _add_returns(returns)
    pack = commands.add_parser("pack", help="write a year's audit pack: one ZIP that proves itself")
    pack.add_argument("--evidence", action="store_true", help="with the evidence itself, not only its index")
    _add_year(pack, "FILE.zip")
    people = _add_people(
        commands.add_parser("person", help="add, invite, list or disable people, or let them in again")
    )
    deliver = commands.add_parser("deliver", help="send the mail that is due, or list what was not sent")
    _add_deliver(deliver)

    remind = commands.add_parser("remind", help="remind leads by mail of claims that are due; never of the same twice")
    remind.add_argument("--dry-run", action="store_true", help="say who would be reminded of what, and queue nothing")

    retention = commands.add_parser("retention", help="list what is kept no longer, or remove it")
    retention.add_argument("--remove", action="store_true", help="remove what is due")

    check = commands.add_parser("check", help="prove every sum, the history and every issued return")

    backup = commands.add_parser("backup", help="save the database to one file, also while the site is in use")
    backup.add_argument("file", type=Path)
    restore = commands.add_parser("restore", help="bring back a saved database")
    restore.add_argument("file", type=Path)
    restore.add_argument("--force", action="store_true", help="overwrite the data that is there")
    for answering in (load, remind, retention, check):
        answering.add_argument("--json", action="store_true", help="answer in JSON")
    for acting in (load, returns, pack, deliver, remind, retention, check, backup, restore, *people):
        acting.add_argument(
            "--as",
            dest="acting_as",
            metavar="EMAIL",
            default=os.environ.get("PORTFOLIO_AS") or None,
            help="act as this person: their roles decide what may be done, and the record names them",
        )
    return parser


def _add_returns(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", choices=RETURNS)
    parser.add_argument("--quarter", help="Q1 to Q4; a statement is always of Q4")
    parser.add_argument("--csp", metavar="KEY", help="one partnership's return instead of the combined one")
    _add_year(parser, "FILE.xlsx")


def _add_year(parser: argparse.ArgumentParser, file: str) -> None:
    parser.add_argument("--year", required=True, help="the financial year, like 2025/26")
    parser.add_argument("--programme", metavar="CODE", help="the programme, where there are several")
    parser.add_argument("--body", metavar="NAME", help="its administering body, where several have the programme")
    parser.add_argument("--area", metavar="CODE", help="the police area, where there are several")
    parser.add_argument("--out", type=Path, metavar=file, help="where to write it (default: its own name here)")
    parser.add_argument("--json", action="store_true", help="answer in JSON")


def _add_people(parser: argparse.ArgumentParser) -> list[argparse.ArgumentParser]:
    acts = parser.add_subparsers(dest="act", required=True, metavar="add|list|disable|reset")
    add = acts.add_parser("add", help="add somebody, or give them a role; asks for the passphrase, or invites them")
    add.add_argument("email")
    add.add_argument("--name", required=True)
    add.add_argument("--role", required=True, help="like 'finance officer' or 'administrator'")
    add.add_argument("--csp", metavar="KEY", help="the partnership, for a CSP officer or member, or a lead it invites")
    add.add_argument("--area", metavar="CODE", help="the police area, for finance, OPCC and certifier")
    add.add_argument("--invite", action="store_true", help="send an invitation instead of asking for a passphrase")
    listing = acts.add_parser("list", help="list everybody with their roles")
    listing.add_argument("--json", action="store_true", help="answer in JSON")
    disable = acts.add_parser("disable", help="let somebody in no longer")
    disable.add_argument("email")
    reset = acts.add_parser("reset", help="print a link, good once, with which somebody chooses a new passphrase")
    reset.add_argument("email")
    instead = reset.add_mutually_exclusive_group()
    instead.add_argument("--ask", action="store_true", help="ask for the new passphrase instead")
    instead.add_argument(
        "--second-factor", action="store_true", help="take away a lost authenticator app and its recovery codes instead"
    )
    return [add, listing, disable, reset]


def _add_deliver(parser: argparse.ArgumentParser) -> None:
    instead = parser.add_mutually_exclusive_group()
    instead.add_argument("--list", action="store_true", help="list what waits, is uncertain or was given up, and why")
    instead.add_argument(
        "--again", type=int, metavar="NUMBER", help="first queue a message again that is uncertain or given up"
    )
    parser.add_argument("--json", action="store_true", help="answer in JSON")
