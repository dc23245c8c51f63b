"""The site as it is served, for tests and pictures: a real server in a thread, on a free port of this machine."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Thread
from typing import cast

from flask import Flask
from waitress.server import BaseWSGIServer
from waitress.wasyncore import close_all

from portfolio.app import create_app
from portfolio.commands.listening import open_server
from portfolio.config import Config
from tests.compiled import COMPILED

WAKES = 0.05
"""How long a server of tests waits for requests before it looks whether it was closed, in seconds."""


@contextmanager
def served(config: Config) -> Iterator[str]:
    """The address of a site with these settings, which runs while the context is open."""
    with put_up(create_app(config)) as address:
        yield address


@contextmanager
def put_up(site: Flask) -> Iterator[str]:
    """The address of a site that is this context's own: at its end, all that belongs to it is given back."""
    site.jinja_env.bytecode_cache = COMPILED
    with serving(site) as address:
        yield address
    site.extensions["portfolio_postman"].shutdown()
    site.extensions["portfolio_database"].close()


@contextmanager
def serving(site: Flask) -> Iterator[str]:
    """The address of a site that runs while the context is open."""
    with running(site) as server:
        yield f"http://127.0.0.1:{port_of(server)}"


def port_of(server: BaseWSGIServer) -> int:
    """The port that it listens on."""
    assert server.socket is not None
    return int(server.socket.getsockname()[1])


@contextmanager
def running(site: Flask) -> Iterator[BaseWSGIServer]:
    """The server of a site, which runs while the context is open."""
    server = open_server(site, host="127.0.0.1", port=0)
    assert isinstance(server, BaseWSGIServer)
    server.adj.asyncore_loop_timeout = cast(int, WAKES)
    thread = Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.task_dispatcher.shutdown()
        # With the connections that browsers keep open, which the stubs know nothing of.
        close_all(server._map)  # type: ignore[attr-defined]
        thread.join(10)


def in_its_own_thread(server: BaseWSGIServer, deed: Callable[[], None]) -> None:
    """Have the thread that listens do something, at once."""
    server.trigger.pull_trigger(deed)  # type: ignore[attr-defined]  # the stubs call the trigger a number
