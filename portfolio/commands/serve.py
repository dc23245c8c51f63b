"""The command that runs the site: one process, several threads; any number of them share a PostgreSQL database."""

import logging
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from importlib import import_module
from ipaddress import ip_address
from urllib.parse import urlsplit

from portfolio.commands.ground import ground, progress, say
from portfolio.config import HERE, Config
from portfolio.errors import PortfolioError


class PortTaken(PortfolioError):
    """An address that another program listens on."""


class Unsafe(PortfolioError):
    """Settings that contradict each other, or under which the site cannot keep people's data safe."""


def run(host: str, port: int) -> int:
    """Serve until it is stopped; raises Unsafe and PortTaken."""
    with ground(None) as here:
        refuse_unsafe(here.config, host)
        _refuse_taken_port(host, port)
        from portfolio.app import create_app
        from portfolio.commands.listening import open_server

        config = here.config
        if config.url == HERE:
            config = replace(config, url=_address(host, port))
        for doubt in doubts(config, host):
            progress(doubt)
        # A short queue of requests is no fault, and the library would report each of them.
        logging.getLogger("waitress.queue").setLevel(logging.ERROR)
        app = create_app(config)
        # Importing the drawing library takes seconds; the first chart should not wait for it.
        threading.Thread(target=import_module, args=("matplotlib.figure",), daemon=True).start()
        server = open_server(app, host=host, port=port)
        here_it_is = _address(host, port)
        behind = "" if config.url == here_it_is else f", for {config.url}"
        say(f"The site is at {here_it_is}/{behind}  (stop it with Ctrl-C)")
        try:
            server.run()
        finally:
            server.close()
            progress("Stopped.")
    return 0


def refuse_unsafe(config: Config, host: str) -> None:
    """Raise Unsafe for what must not be run so on an address to listen on."""
    set_it = "Set PORTFOLIO_URL to what people type, like https://grants.example.org"
    if is_this_machine(_host_of(config)):
        if not is_this_machine(host):
            raise Unsafe(f"On {host} other machines reach the site, but it does not know under which name. {set_it}")
        if config.proxies:
            raise Unsafe(
                f"PORTFOLIO_PROXIES says that people come through a web server, but not to which name. {set_it}"
            )
    if config.hsts_days and not config.is_https:
        raise Unsafe(
            "PORTFOLIO_HSTS_DAYS has browsers insist on https, which PORTFOLIO_URL does not say. "
            "Set PORTFOLIO_URL to the https address, or leave PORTFOLIO_HSTS_DAYS out"
        )


def doubts(config: Config, host: str) -> Iterator[str]:
    """What may be meant so, and is more often a mistake: a sentence each, for whoever starts the site."""
    if not config.is_https and not is_this_machine(_host_of(config)):
        yield (
            f"Passphrases travel readable to {config.url}. "
            "Put a web server with TLS before the site, and set PORTFOLIO_URL to its https address."
        )
    if config.is_https and not config.proxies:
        yield (
            "Everybody seems to come from the web server that does the TLS, so wrong passphrases of one slow down all. "
            "Set PORTFOLIO_PROXIES to how many web servers stand before the site, mostly 1."
        )
    if config.proxies and not is_this_machine(host):
        yield (
            f"The site believes where requests to {host} say that they come from. "
            "See that nothing but the web server before it can reach this address."
        )
    file = config.sqlite_file
    if os.name == "posix" and file is not None and file.exists() and file.stat().st_mode & 0o077:
        # Made before commands kept what they write to their owner, or copied here.
        yield f"Others than its owner may read {file}, with the data of everybody. Run: chmod 600 {file}*"


def is_this_machine(host: str) -> bool:
    """Whether an address to listen on, or a name, is reached from this machine alone."""
    with suppress(ValueError):
        return ip_address(host).is_loopback
    return host == "localhost"


def _host_of(config: Config) -> str:
    return urlsplit(config.url).hostname or ""


def _address(host: str, port: int) -> str:
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _refuse_taken_port(host: str, port: int) -> None:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except (OSError, OverflowError) as error:
            raise PortTaken(
                f"The site cannot listen on {_address(host, port)}: {error}. Choose another with --port"
            ) from error
