"""Every table of the product, known to `Base.metadata` once this is imported (migrations and `check` need them all)."""

from portfolio import history, settings
from portfolio.assessment import models as assessment
from portfolio.decisions import models as decisions
from portfolio.funder_forms import models as funder_forms
from portfolio.funding_years import models as funding_years
from portfolio.ledger import models as ledger
from portfolio.mail import models as mail
from portfolio.match_funding import models as match_funding
from portfolio.measures import models as measures
from portfolio.meetings import models as meetings
from portfolio.open_data import models as open_data
from portfolio.people import models as people
from portfolio.proposals import models as proposals
from portfolio.returns import models as returns
from portfolio.scenarios import models as scenarios
from portfolio.spend import models as spend
from portfolio.year_end import models as year_end

ROOMS = (
    mail,
    people,
    funding_years,
    proposals,
    assessment,
    decisions,
    meetings,
    match_funding,
    spend,
    ledger,
    measures,
    scenarios,
    year_end,
    returns,
    funder_forms,
    open_data,
    settings,
    history,
)
