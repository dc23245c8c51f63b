"""What a request tells of where it comes from: its address, its browser, and who signed in on that browser before."""

import re
from ipaddress import ip_address, ip_network

from flask import Response, after_this_request, current_app, request
from itsdangerous import BadSignature, URLSafeSerializer

from portfolio.people.signing_in import Caller
from portfolio.words import tidy

MOST_OF_BROWSER = 300
KNOWN_PEOPLE = "portfolio_known"
"""The cookie by which a browser is known again: the numbers of those who signed in on it, sealed. It opens nothing."""
KNOWN_SECONDS = 180 * 24 * 3600
MOST_KNOWN = 10


def caller() -> Caller:
    """Where this request comes from."""
    return Caller(remote_address(), browser_line(), known_people())


def remote_address() -> str:
    """An IPv4 address, or the network of an IPv6 one: whoever has one of those has all of them.

    Some proxies tell the port as well.
    """
    said = request.remote_addr or ""
    told = re.fullmatch(r"(?:\[(?P<six>.+)\]|(?P<four>[\d.]+))(?::\d+)?", said)
    try:
        address = ip_address((told["six"] or told["four"]) if told else said)
    except ValueError:
        return "unknown"
    if address.version == 6:
        return str(address.ipv4_mapped or ip_network((int(address), 64), strict=False))
    return str(address)


def browser_line() -> str:
    """What the browser says it is, as far as that is kept."""
    return tidy(request.user_agent.string)[:MOST_OF_BROWSER]


def known_people() -> list[int]:
    """Who signed in on this browser before."""
    try:
        people: list[int] = _seal().loads(request.cookies.get(KNOWN_PEOPLE, ""))
    except BadSignature:
        return []
    return people


def remember(person_id: int) -> None:
    """Have this browser known again as one that somebody signed in on."""
    people = [person_id, *(known for known in known_people() if known != person_id)][:MOST_KNOWN]

    @after_this_request
    def keep(response: Response) -> Response:
        response.set_cookie(
            KNOWN_PEOPLE,
            str(_seal().dumps(people)),
            max_age=KNOWN_SECONDS,
            secure=current_app.config["SESSION_COOKIE_SECURE"],
            httponly=True,
            samesite="Lax",
            path="/sign-in",
        )
        return response


def _seal() -> URLSafeSerializer:
    return URLSafeSerializer(str(current_app.secret_key), salt="people known on a browser")
