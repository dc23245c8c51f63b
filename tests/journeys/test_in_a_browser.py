"""The demonstration in a real browser: every main page is accessible and fits; a claim goes from lead to finance."""

import pytest
from playwright.sync_api import Browser, Page, expect

from portfolio.commands.demo import PASSWORD
from tests.journeys.looking import faults_of

LEAD, OFFICER, FINANCE, CERTIFIER, OPCC, ADMINISTRATOR = (
    "dan@council.example",
    "olive@dorset.example",
    "frank@finance.example",
    "cora@finance.example",
    "owen@opcc.example",
    "ada@admin.example",
)
PAGES = (
    (LEAD, "/"),
    (LEAD, "/account"),
    (LEAD, "/spend"),
    (LEAD, "/spend/SVD-25-03/dorset"),
    (LEAD, "/spend/SVD-25-03/dorset/2025-26/q3"),
    (OFFICER, "/"),
    (OFFICER, "/proposals"),
    (OFFICER, "/proposals/SVD-25-04"),
    (OFFICER, "/proposals/SVD-25-05/decide/dorset"),
    (OFFICER, "/decisions/compare"),
    (OFFICER, "/scenarios/rounds/2/dorset/compare?scenario=1&scenario=2&scenario=3"),
    (OFFICER, "/measures"),
    (OFFICER, "/measures/2"),
    (OFFICER, "/actions"),
    (OFFICER, "/progress/2/2025-26/q2/dorset"),
    (FINANCE, "/"),
    (FINANCE, "/years/2025-26"),
    (FINANCE, "/spend"),
    (FINANCE, "/spend/SVD-25-21/bcp/2025-26/q1"),
    (FINANCE, "/match"),
    (FINANCE, "/match/years"),
    (FINANCE, "/awards/SVD-25-01/dorset/vary"),
    (FINANCE, "/returns"),
    (FINANCE, "/returns/3"),
    (FINANCE, "/returns/3/why/summary"),
    (FINANCE, "/returns/claims/SVD-25-03/dorset/2025-26/q1"),
    (FINANCE, "/returns/2/year-end"),
    (FINANCE, "/returns/2/pack"),
    (FINANCE, "/assets"),
    (FINANCE, "/forms/editions/1/sheets/1"),
    (FINANCE, "/open-data"),
    (FINANCE, "/open-data/years/2"),
    (FINANCE, "/open-data/awards/SVD-25-03/dorset"),
    (FINANCE, "/years/2/settings"),
    (FINANCE, "/returns/2/year-end"),
    (FINANCE, "/forms/editions/1/sheets/1"),
    (FINANCE, "/open-data/years/2"),
    (CERTIFIER, "/"),
    (OPCC, "/"),
    (OPCC, "/returns/3"),
    (OPCC, "/returns/3/withholding"),
    (OFFICER, "/people/new"),
    (OFFICER, "/people/3"),
    (OFFICER, "/people/3/edit"),
    (ADMINISTRATOR, "/people"),
    (ADMINISTRATOR, "/people/1"),
    (ADMINISTRATOR, "/people/1/roles/new"),
    (ADMINISTRATOR, "/people/1/roles/1/end"),
    (ADMINISTRATOR, "/people/roles"),
    (ADMINISTRATOR, "/people/new"),
    (ADMINISTRATOR, "/people/second-factor"),
    (ADMINISTRATOR, "/account/second-factor"),
    (ADMINISTRATOR, "/account"),
    (ADMINISTRATOR, "/account/passphrase"),
    (ADMINISTRATOR, "/history"),
    (ADMINISTRATOR, "/history/return/3"),
    (ADMINISTRATOR, "/history/sign-ins"),
    (ADMINISTRATOR, "/history/readings"),
    (ADMINISTRATOR, "/history/messages"),
    (ADMINISTRATOR, "/help"),
    (ADMINISTRATOR, "/privacy"),
    (ADMINISTRATOR, "/accessibility"),
    (ADMINISTRATOR, "/settings"),
    (ADMINISTRATOR, "/settings/privacy"),
    (ADMINISTRATOR, "/account/data"),
)


def signed_in(browser: Browser, site: str, email: str) -> Page:
    """A page of a browser of their own, signed in."""
    page = browser.new_page()
    page.goto(f"{site}/sign-in")
    page.fill("[name=email]", email)
    page.fill("[name=password]", PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{site}/")
    return page


@pytest.mark.parametrize("email", dict.fromkeys(email for email, _ in PAGES))
def test_every_page_is_accessible_and_fits(browser: Browser, site: str, email: str) -> None:
    page = signed_in(browser, site, email)
    faults = {}
    for address in (address for of, address in PAGES if of == email):
        answer = page.goto(site + address)
        assert answer is not None
        assert answer.status == 200, address
        if found := faults_of(page):
            faults[address] = found
    page.close()
    assert faults == {}


def test_a_claim_goes_from_its_lead_to_finance(browser: Browser, site: str) -> None:
    lead = signed_in(browser, site, LEAD)
    address, go_on = f"{site}/spend/SVD-25-03/dorset/2025-26/q3", lead.get_by_role("button", name="Save and continue")
    lead.goto(f"{address}/spend")
    boxes = lead.locator("input[inputmode=decimal]")
    boxes.nth(0).fill("4,900.10")
    boxes.nth(4).fill("£68.73")
    expect(lead.get_by_role("row", name="Total").first).to_contain_text("£4,968.83")
    go_on.click()
    lead.get_by_label("Match spent this quarter").fill("0")
    go_on.click()
    go_on.click()
    lead.get_by_label("What was done this quarter").fill("All groups ran.")
    for question in ("How delivery is going", "How spending is going"):
        lead.get_by_role("group", name=question).get_by_label("Green", exact=True).check()
    go_on.click()
    lead.goto(f"{address}/check")
    expect(lead.get_by_role("main")).to_contain_text("£4,968.83")
    lead.get_by_role("button", name="Send claim").click()
    expect(lead.get_by_role("main")).to_contain_text("SVD-25-03")
    lead.close()

    finance = signed_in(browser, site, FINANCE)
    finance.goto(address)
    expect(finance.get_by_role("main")).to_contain_text("Submitted")
    finance.get_by_role("button", name="Approve").first.click()
    finance.goto(f"{site}/years/2025-26?quarter=q3")
    expect(finance.get_by_role("main")).to_contain_text("£141,039.93")
    finance.close()


def test_a_correction_goes_from_who_asks_to_who_approves(browser: Browser, site: str) -> None:
    lead = signed_in(browser, site, LEAD)
    lead.goto(f"{site}/spend/SVD-25-03/dorset/2025-26/q1/correct")
    lead.get_by_label("Stream").select_option("non-labour")
    lead.get_by_label("Cost category").select_option("equipment and materials")
    lead.get_by_label("Difference").fill("−73.11")
    lead.get_by_label("Reason").fill("A laptop was returned.")
    faults = {"ask": faults_of(lead)}
    lead.get_by_role("button", name="Ask for the correction").click()
    expect(lead.get_by_text("waits for somebody else to approve it")).to_be_visible()
    lead.close()
    certifier = signed_in(browser, site, CERTIFIER)
    certifier.get_by_role("link", name="Decide on 1 correction").click()
    faults["list"] = faults_of(certifier)
    certifier.get_by_role("link", name="SVD-25-03, Q1 2025/26").click()
    faults["decide"] = faults_of(certifier)
    certifier.get_by_role("button", name="Approve −£73.11").click()
    expect(certifier.get_by_text("It counts in Q2 2025/26 from now on")).to_be_visible()
    certifier.goto(f"{site}/spend/SVD-25-03/dorset/2025-26/q1")
    expect(certifier.get_by_text("Claimed £412.98, corrected by −£73.11 in Q2")).to_be_visible()
    certifier.close()
    assert faults == {"ask": [], "list": [], "decide": []}
