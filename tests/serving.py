"""The site as it is served, for tests and pictures: a real server in a thread, on a free port of this machine."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

from flask import Flask
from waitress.server import create_server

from portfolio.app import create_app
from portfolio.commands.serve import THREADS
from portfolio.config import Config


@contextmanager
def served(config: Config) -> Iterator[str]:
    """The address of a site with these settings, which runs while the context is open."""
    with serving(create_app(config)) as address:
        yield address


@contextmanager
def serving(site: Flask) -> Iterator[str]:
    """The address of a site that runs while the context is open."""
    door = socket.create_server(("127.0.0.1", 0))
    server = create_server(site, sockets=[door], threads=THREADS)
    thread = Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{door.getsockname()[1]}"
    finally:
        server.close()
        thread.join(5)
