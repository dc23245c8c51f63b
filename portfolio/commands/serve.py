"""The command that runs the site: one process, several threads; any number of them share a PostgreSQL database."""

import logging
import socket
import threading
from importlib import import_module

from portfolio.commands.ground import ground, progress, say
from portfolio.errors import PortfolioError

THREADS = 8


class PortTaken(PortfolioError):
    """An address that another program listens on."""


def run(host: str, port: int) -> int:
    """Serve until it is stopped."""
    with ground() as here:
        from waitress.server import create_server

        from portfolio.app import create_app

        _refuse_taken_port(host, port)
        # A short queue of requests is no fault, and the library would report each of them.
        logging.getLogger("waitress.queue").setLevel(logging.ERROR)
        app = create_app(here.config)
        # Importing the drawing library takes seconds; the first chart should not wait for it.
        threading.Thread(target=import_module, args=("matplotlib.figure",), daemon=True).start()
        server = create_server(app, host=host, port=port, threads=THREADS, ident=None)
        say(f"The site is at http://{host}:{port}/  (stop it with Ctrl-C)")
        try:
            server.run()
        finally:
            server.close()
            progress("Stopped.")
    return 0


def _refuse_taken_port(host: str, port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except (OSError, OverflowError) as error:
            raise PortTaken(f"The site cannot listen on {host}:{port}: {error}. Choose another with --port") from error
