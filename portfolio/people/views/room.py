"""The room's addresses, to which each of its pages is added."""

from flask import Blueprint

room = Blueprint("people", __name__)
