"""The server that takes requests from the network: how much it takes, for how long, and what it refuses to read."""

import select
from typing import Any, cast

from flask import Flask
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser, ParsingError
from waitress.server import BaseWSGIServer, MultiSocketServer, create_server

from portfolio.config import Config
from portfolio.web.arrival import MOST_SENT

THREADS = 8
MOST_CONNECTIONS = 500
"""Browsers keep some open each, and whoever opens many and says nothing should not keep the others out."""
SILENT_SECONDS = 30
"""How long a connection may say nothing before it is closed."""
MOST_HEADERS = 32 * 1024
"""Addresses and headers of one request, in bytes; a browser's are one or two thousand."""


class _OneLength(HTTPRequestParser):
    """Requests that say their length once.

    Two lengths, one of them perhaps in chunks, are how a request is hidden inside another from a proxy that reads the
    other one. The library refuses some of it, and takes some by one of its lengths.
    """

    def parse_header(self, header_plus: bytes) -> None:
        """Read the header; raises ParsingError, which is answered with 400."""
        super().parse_header(header_plus)
        names = [line.partition(b":")[0].lower() for line in header_plus.split(b"\r\n")]
        told = [name for name in names if name in (b"content-length", b"transfer-encoding")]
        if len(told) > 1 or (self.version == "1.0" and b"transfer-encoding" in told):
            raise ParsingError("The length of the request is not clear")


class _Channel(HTTPChannel):
    parser_class = _OneLength


def open_server(site: Flask, **where: Any) -> BaseWSGIServer | MultiSocketServer:
    """A server for a site, not yet running, at a `host` and `port` or on open `sockets`; raises OSError.

    It says nothing of itself. What proxies say of a request passes only where the settings say that there are some.
    """
    config = cast(Config, site.extensions["portfolio_config"])
    listeners: dict[int, Any] = {}
    server = create_server(
        site,
        map=listeners,
        threads=THREADS,
        ident=None,
        clear_untrusted_proxy_headers=not config.proxies,
        connection_limit=MOST_CONNECTIONS,
        asyncore_use_poll=hasattr(select, "poll"),
        channel_timeout=SILENT_SECONDS,
        max_request_header_size=MOST_HEADERS,
        max_request_body_size=MOST_SENT,
        **where,
    )
    for listener in listeners.values():
        if isinstance(listener, BaseWSGIServer):
            listener.channel_class = _Channel
    return server
