"""Every page on which a call is set up and heard, and a proposal is written. A proposal is read in the decisions room.

`calls`       calls for proposals: their list, what each says, the form that sets one up
`drafting`    a new proposal, its list of tasks, each step, the check before it is handed in
`documents`   the files that it comes with
"""

from portfolio.proposals.views import calls, documents, drafting
from portfolio.proposals.views.room import room

__all__ = ["calls", "documents", "drafting", "room"]
