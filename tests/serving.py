"""The site as it is served, for tests and pictures: a real server in a thread, on a free port of this machine."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from threading import Thread

from flask import Flask

from portfolio.app import create_app
from portfolio.commands.listening import open_server
from portfolio.config import HERE, Config


@contextmanager
def served(config: Config) -> Iterator[str]:
    """The address of a site with these settings, which runs while the context is open, and knows its address."""
    door = _open_door()
    known = replace(config, url=_address_of(door)) if config.url == HERE else config
    with serving(create_app(known), door) as address:
        yield address


@contextmanager
def serving(site: Flask, door: socket.socket | None = None) -> Iterator[str]:
    """The address of a site that runs while the context is open."""
    door = door or _open_door()
    server = open_server(site, sockets=[door])
    thread = Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield _address_of(door)
    finally:
        server.close()
        thread.join(5)


def _open_door() -> socket.socket:
    return socket.create_server(("127.0.0.1", 0))


def _address_of(door: socket.socket) -> str:
    return f"http://127.0.0.1:{door.getsockname()[1]}"
