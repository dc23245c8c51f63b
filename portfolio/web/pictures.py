"""Pictures at addresses of their own, drawn for a wide screen or for a telephone."""

from flask import Response, request


def picture(svg: bytes) -> Response:
    """A drawing as an image."""
    return Response(svg, mimetype="image/svg+xml")


def is_narrow() -> bool:
    """Whether the address asks for a picture for a telephone: `width=narrow`."""
    return request.args.get("width") == "narrow"
