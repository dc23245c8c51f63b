"""The pages of funders' forms.

`listing` the forms, their editions, and what was filled
`editions` one edition, its sheets and its binding as a file
`pointing` what goes into a cell, into a list, and what the labels suggest
`trying` the dry run, and filling
"""

from portfolio.funder_forms.views import editions, listing, pointing, trying
from portfolio.funder_forms.views.room import room

__all__ = ["editions", "listing", "pointing", "room", "trying"]
