"""The site as it is served, for tests and pictures: a real server in a thread, on a free port of this machine."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

from flask import Flask
from waitress.server import BaseWSGIServer

from portfolio.app import create_app
from portfolio.commands.listening import open_server
from portfolio.config import Config
from tests.compiled import COMPILED


@contextmanager
def served(config: Config) -> Iterator[str]:
    """The address of a site with these settings, which runs while the context is open."""
    site = create_app(config)
    site.jinja_env.bytecode_cache = COMPILED
    with serving(site) as address:
        yield address
    site.extensions["portfolio_postman"].shutdown()
    site.extensions["portfolio_database"].close()


@contextmanager
def serving(site: Flask) -> Iterator[str]:
    """The address of a site that runs while the context is open."""
    door = socket.create_server(("127.0.0.1", 0))
    server = open_server(site, sockets=[door])
    assert isinstance(server, BaseWSGIServer)
    thread = Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{door.getsockname()[1]}"
    finally:
        # In the server's own thread, which else would wait a second for a request. The stubs call the trigger a number.
        server.trigger.pull_trigger(server.close)  # type: ignore[attr-defined]
        thread.join(10)
