"""The words in which the history is read, of every kind of record and of every column; and moments as they are typed.

Tables and columns have names that fit programs. Here each has the field's words, once; a new one that has none fails
the suite.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import product

from portfolio.clock import LONDON
from portfolio.errors import PortfolioError


@dataclass(frozen=True)
class Kind:
    """A kind of record: its words, and its columns that name one, say what it is part of, and find one."""

    words: str
    named_by: tuple[str, ...] = ()
    part_of: str | None = None
    found_by: str | None = None


RECORDS = {
    "person": Kind("person", ("name",), found_by="email"),
    "role_held": Kind("role", ("person_id", "role", "csp_id", "police_area_id"), "person_id"),
    "link": Kind("link by e-mail", ("person_id", "purpose"), "person_id"),
    "second_factor": Kind("authenticator app", ("person_id",), "person_id"),
    "recovery_code": Kind("recovery code", ("person_id",), "person_id"),
    "identity": Kind("directory account", ("person_id",), "person_id"),
    "personal_reading": Kind("reading of personal data", ("reader_id", "what")),
    "sent_again": Kind("message sent again", ("message_number",)),
    "setting": Kind("setting", ("name",), found_by="name"),
    "programme": Kind("programme", ("code",), found_by="code"),
    "stream": Kind("stream", ("name",), "programme_id"),
    "cost_category": Kind("cost category", ("name",), "programme_id"),
    "police_area": Kind("police area", ("name",), found_by="code"),
    "csp": Kind("partnership", ("name",), found_by="key"),
    "organisation": Kind("organisation", ("name",), found_by="name"),
    "funding_year": Kind("funding year", ("programme_id", "police_area_id", "year")),
    "stream_allocation": Kind("allocation", ("stream_id", "funding_year_id"), "funding_year_id"),
    "csp_allocation": Kind("share of an allocation", ("csp_id", "stream_allocation_id"), "stream_allocation_id"),
    "locked_quarter": Kind("locked quarter", ("csp_id", "quarter"), "funding_year_id"),
    "round": Kind("call for proposals", ("csp_id", "funding_year_id"), "funding_year_id"),
    "criterion": Kind("criterion", ("name", "round_id"), "round_id"),
    "gate": Kind("gate", ("name", "round_id"), "round_id"),
    "intervention": Kind("intervention", ("title",)),
    "proposal": Kind("proposal", ("reference",), found_by="reference"),
    "ask": Kind("amount asked for", ("proposal_id", "stream_id", "category_id", "quarter"), "proposal_id"),
    "asked_of": Kind("partnership asked", ("proposal_id", "csp_id"), "proposal_id"),
    "proposal_level": Kind("prevention level", ("proposal_id", "level"), "proposal_id"),
    "match_offer": Kind("match offered", ("proposal_id", "funder_id"), "proposal_id"),
    "proposal_document": Kind("document of a proposal", ("name", "proposal_id"), "proposal_id"),
    "interest": Kind("declaration of interest", ("person_id", "proposal_id"), "proposal_id"),
    "assessment": Kind("assessment", ("proposal_id", "csp_id", "assessor_id"), "proposal_id"),
    "score": Kind("score", ("criterion_id", "assessment_id"), "assessment_id"),
    "gate_answer": Kind("answer to a gate", ("gate_id", "assessment_id"), "assessment_id"),
    "moderation": Kind("moderation", ("proposal_id", "csp_id"), "proposal_id"),
    "moderated_score": Kind("moderated score", ("criterion_id", "moderation_id"), "moderation_id"),
    "panel_score": Kind("score of the panel", ("proposal_id", "csp_id"), "proposal_id"),
    "decision": Kind("decision", ("proposal_id", "csp_id"), "proposal_id"),
    "decision_amount": Kind("amount decided", ("decision_id", "stream_id"), "decision_id"),
    "decider": Kind("part in a decision", ("person_id", "decision_id"), "decision_id"),
    "award": Kind("award", ("proposal_id", "csp_id")),
    "award_line": Kind("award", ("award_id", "stream_id"), "award_id"),
    "profile_share": Kind("profile", ("award_line_id", "category_id", "quarter"), "award_line_id"),
    "variation": Kind("variation", ("reference",), found_by="reference"),
    "variation_share": Kind("profile moved", ("variation_id", "award_line_id", "quarter"), "variation_id"),
    "variation_request": Kind("variation asked for", ("from_award_id", "to_award_id", "amount")),
    "meeting_action": Kind("action of a meeting", ("text", "csp_id")),
    "scenario": Kind("scenario", ("name", "csp_id", "funding_year_id")),
    "scenario_ceiling": Kind("ceiling of a scenario", ("scenario_id", "stream_id"), "scenario_id"),
    "scenario_choice": Kind("choice of a scenario", ("scenario_id", "proposal_id", "stream_id"), "scenario_id"),
    "match": Kind("match", ("award_id", "funder_id"), "award_id"),
    "match_receipt": Kind("match received", ("match_id", "quarter"), "match_id"),
    "claim": Kind("claim", ("award_id", "quarter")),
    "claim_line": Kind("spend", ("claim_id", "stream_id", "category_id"), "claim_id"),
    "forecast": Kind("forecast", ("claim_id", "stream_id", "quarter"), "claim_id"),
    "claim_query": Kind("query of a claim", ("claim_id",), "claim_id"),
    "correction": Kind("correction", ("award_id", "stream_id", "corrects"), "award_id"),
    "correction_request": Kind("correction asked for", ("award_id", "stream_id", "corrects"), "award_id"),
    "evidence": Kind("evidence", ("name", "claim_id"), "claim_id"),
    "evidence_line": Kind("line that evidence is for", ("stream_id", "category_id"), "evidence_id"),
    "calendar_address": Kind("private calendar address", ("person_id",), "person_id"),
    "ledger_mapping": Kind("columns of a ledger", ("police_area_id", "headings")),
    "ledger_account": Kind("account of a ledger", ("code",)),
    "ledger_extract": Kind("extract of a ledger", ("name", "funding_year_id"), "funding_year_id"),
    "ledger_note": Kind("timing difference", ("award_id", "category_id", "quarter"), "award_id"),
    "measure": Kind("measure", ("code", "police_area_id"), found_by="code"),
    "measure_definition": Kind("definition of a measure", ("measure_id", "version"), "measure_id"),
    "observation": Kind("figure of a measure", ("definition_id", "quarter"), "definition_id"),
    "indicator": Kind("output or outcome", ("award_id", "name"), "award_id"),
    "indicator_result": Kind("result", ("indicator_id", "quarter"), "indicator_id"),
    "return": Kind("return", ("kind", "csp_id", "quarter", "version")),
    "return_amount": Kind("amount claimed", ("return_id", "stream_id"), "return_id"),
    "return_point": Kind("point found in a return", ("return_id", "about"), "return_id"),
    "return_query": Kind("query of a return", ("return_id",), "return_id"),
    "payment": Kind("payment", ("return_id", "stream_id"), "return_id"),
    "withholding": Kind("amount withheld", ("return_id", "stream_id"), "return_id"),
    "asset": Kind("asset", ("description", "award_id"), "award_id"),
    "assurance": Kind("independent assurance", ("reference", "funding_year_id"), "funding_year_id"),
    "funder_form": Kind("funder's form", ("name", "police_area_id")),
    "form_blank": Kind("blank of a form", ("form_id", "version"), "form_id"),
    "form_binding": Kind("binding of a form", ("blank_id", "version"), "blank_id"),
    "filled_form": Kind("filled form", ("binding_id", "return_id"), "return_id"),
    "exemption": Kind("exemption from publishing", ("award_id",), "award_id"),
    "publication": Kind("publication", ("funding_year_id", "version"), "funding_year_id"),
    "published_file": Kind("published file", ("name", "publication_id"), "publication_id"),
}
"""Every kind of record of which the history is kept, in the order in which money travels."""

COLUMNS = {
    "abandoned_because": "abandoned because",
    "about": "of whom",
    "return_point.about": "about",
    "above_because": "above the allocation because",
    "accepted_because": "accepted because",
    "account_column": "column of the account codes",
    "accrued": "of which accrued",
    "activity_type": "type of activity",
    "administering_body": "administering body",
    "agreement_signed_on": "agreement signed on",
    "amount": "amount",
    "ask.amount": "asked for",
    "award_line.amount": "award",
    "amount_column": "column of the amounts",
    "answer": "answer",
    "answered_at": "answered at",
    "answered_by": "answered by",
    "answered_by_id": "answered by",
    "approved_at": "approved at",
    "approved_by": "approved by",
    "approved_by_id": "approved by",
    "approved_on": "approved on",
    "area": "where it works",
    "asked_at": "asked at",
    "asked_by": "asked by",
    "asked_by_id": "asked by",
    "assessment_id": "assessment",
    "assessor_id": "assessor",
    "assessors": "assessors",
    "asset_threshold": "assets declared from",
    "attached_at": "attached at",
    "attached_by_id": "attached by",
    "authority": "authority",
    "award_id": "award",
    "award_line_id": "stream of the award",
    "basis": "how it was valued",
    "because": "because",
    "belongs_to": "quarter it belongs to",
    "binding_id": "binding",
    "blank_id": "blank",
    "body": "who decided",
    "bought_on": "bought on",
    "carry_over": "carry-over allowed",
    "category_id": "category",
    "centre_column": "column of the cost centres",
    "certificate": "certificate",
    "certified_by": "certified by",
    "certified_by_id": "certifier's account",
    "certified_on": "certified on",
    "certified_role": "certified as",
    "checked_at": "checked at",
    "checked_by": "checked by",
    "checked_by_id": "checker's account",
    "claim_deadlines": "claim deadlines",
    "claim_id": "claim",
    "closes_on": "closes on",
    "code": "code",
    "code_hash": "code",
    "comment": "comment",
    "conditions": "conditions",
    "confirmed_at": "confirmed at",
    "confirmed_by_id": "confirmed by",
    "confirmed_on": "confirmed on",
    "confirmed_reference": "reference of the confirmation",
    "content": "file",
    "form_binding.content": "what goes where",
    "continues_id": "continues",
    "correction_id": "correction",
    "corrects": "quarter corrected",
    "cost": "cost",
    "cost_centre": "cost centre",
    "credit_column": "column of the credits",
    "criterion_id": "criterion",
    "csp_id": "partnership",
    "date_column": "column of the dates",
    "days_late": "days late",
    "debit_column": "column of the debits",
    "decided_at": "decided at",
    "decided_by_id": "decided by",
    "decision_id": "decision",
    "declared_on": "declared on",
    "definition_id": "definition",
    "delivery_rag": "delivery rating",
    "description": "description",
    "description_column": "column of the descriptions",
    "directory_group": "directory group",
    "disabled_at": "disabled at",
    "discuss_from": "to discuss from, per cent",
    "disposed_because": "disposed of because",
    "disposed_by_id": "disposed of by",
    "disposed_on": "disposed of on",
    "dropped": "dropped",
    "due_on": "due on",
    "edition": "times saved",
    "email": "e-mail address",
    "ended_at": "ended at",
    "ended_by_id": "ended by",
    "ended_on": "ended on",
    "ends_on": "ends on",
    "entered_at": "entered at",
    "entered_by": "entered by",
    "entered_in": "quarter it counts in",
    "evidence_id": "evidence",
    "evidence_rating": "evidence",
    "expires_at": "good until",
    "figures": "digest of the figures",
    "file": "file",
    "file_name": "file name",
    "file_sha256": "digest of the file",
    "filled_at": "filled at",
    "filled_by_id": "filled by",
    "first_day": "first day",
    "first_quarter": "first quarter",
    "follows_id": "follows on",
    "form_id": "form",
    "forwarded_at": "forwarded at",
    "forwarded_by": "forwarded by",
    "forwarded_on": "forwarded on",
    "forwarded_to": "forwarded to",
    "found": "found",
    "from_award_id": "moved from",
    "from_line_id": "moved from",
    "from_stream_id": "moved from the stream",
    "funder": "funder",
    "funder_id": "funder",
    "funding_year_id": "funding year",
    "gate_id": "gate",
    "geography": "geography",
    "given_before": "what gave had before",
    "given_by": "given by",
    "given_on": "given on",
    "gss": "GSS code",
    "guidance": "guidance",
    "headings": "headings",
    "headings_sha256": "digest of the headings",
    "in_arrears": "paid in arrears",
    "indicator_id": "output or outcome",
    "intervention_id": "intervention",
    "issued_at": "issued at",
    "issued_by": "issued by",
    "issuer": "directory",
    "justification": "justification",
    "kept_at": "kept at",
    "key": "key",
    "key_hash": "key",
    "kind": "kind",
    "label": "edition of the form",
    "last_day": "last day",
    "last_quarter": "last quarter",
    "lead_organisation_id": "lead organisation",
    "lead_person_id": "lead person",
    "level": "level",
    "locked_at": "locked at",
    "made_at": "made at",
    "made_by_id": "made by",
    "match_base": "match is a share of",
    "match_id": "match",
    "match_in_kind_counts": "match in kind counts",
    "match_percent": "match wanted, per cent",
    "match_spent": "match spent",
    "measure_id": "measure",
    "media_type": "kind of file",
    "message_number": "number of the message",
    "met_on": "date of the meeting",
    "minute": "minute",
    "moderated": "moderated",
    "moderated_at": "moderated at",
    "moderated_by_id": "moderated by",
    "moderation_id": "moderation",
    "most_points": "most points",
    "name": "name",
    "narrative": "progress",
    "nature": "what the interest is",
    "need": "need",
    "needs_text": "needs a description",
    "nonce": "secret",
    "note": "note",
    "noted_at": "noted at",
    "noted_by_id": "noted by",
    "opens_on": "opens on",
    "opinion": "opinion",
    "org_id": "organisation identifier",
    "outcome": "outcome",
    "outcomes_promised": "outcomes promised",
    "outputs": "outputs",
    "over_percent": "planned above, per cent",
    "owner_id": "owner",
    "passed": "passed",
    "passes_gates": "passes the gates",
    "password_hash": "passphrase",
    "percent": "per cent",
    "person_id": "person",
    "pledged": "pledged",
    "points": "points",
    "police_area_id": "police area",
    "position": "place in the list",
    "prepared_at": "prepared at",
    "prepared_by": "prepared by",
    "prepared_by_id": "preparer's account",
    "proceeds": "proceeds",
    "programme_id": "programme",
    "proposal_id": "proposal",
    "provisional": "provisional",
    "regrants_to": "given on as grants to",
    "publication_id": "publication",
    "published_at": "published at",
    "published_by_id": "published by",
    "purpose": "purpose",
    "quarter": "quarter",
    "question": "question",
    "reader_id": "reader",
    "reason": "reason",
    "received_before": "what received had before",
    "received_on": "received on",
    "recommend_from": "to recommend from, per cent",
    "recorded_at": "recorded at",
    "recorded_by": "recorded by",
    "recorded_by_id": "recorded by",
    "reference": "reference",
    "reference_column": "column of the references",
    "refused_because": "refused because",
    "removed_at": "name and address removed at",
    "retention_years": "years kept",
    "return_id": "return",
    "revoked_at": "revoked at",
    "risks": "risks",
    "role": "role",
    "round_id": "call for proposals",
    "rounds_to": "rounded to pounds",
    "scenario_id": "scenario",
    "secured": "secured",
    "secured_on": "secured on",
    "serial": "serial number",
    "sha256": "digest of the file",
    "size": "size in bytes",
    "snapshot": "content",
    "snapshot_sha256": "digest of the content",
    "source": "source",
    "spend_rag": "spend rating",
    "spread": "spread, per cent",
    "starts_on": "starts on",
    "status": "status",
    "statutory_power": "statutory power",
    "stream_allocation_id": "allocation",
    "stream_id": "stream",
    "subject": "account",
    "submitted_at": "submitted at",
    "submitted_by_id": "submitted by",
    "summary": "summary",
    "supersedes_id": "takes the place of",
    "taken_at": "taken over at",
    "taken_by_id": "taken over by",
    "target": "target",
    "target_because": "target changed because",
    "text": "text",
    "title": "title",
    "to_award_id": "moved to",
    "to_line_id": "moved to",
    "to_stream_id": "moved to the stream",
    "told_on": "told on",
    "tolerance_percent": "tolerance, per cent",
    "toolkit_impact": "impact by the Toolkit",
    "total": "total",
    "transaction": "transaction",
    "transactions": "transactions",
    "transactions_sha256": "digest of the transactions",
    "type": "type",
    "unavailable": "not available because",
    "unit": "unit",
    "used_at": "used at",
    "value": "value",
    "variance_explanation": "explanation of the variance",
    "variance_floor": "variance to explain, more than",
    "variance_percent": "variance to explain, per cent",
    "variation_id": "variation",
    "version": "version",
    "was": "state before",
    "weight": "weight",
    "what": "what was read",
    "withdrawn_at": "withdrawn at",
    "withdrawn_because": "withdrawn because",
    "withdrawn_by_id": "withdrawn by",
    "year": "year",
}
"""The words of every column, by its name; where one table means something of its own by it, by `table.column`."""


def column_words(record: str, column: str) -> str:
    """What a column is called: `award: £28,000.00` is the amount of an award's line. One long gone has its old name."""
    return COLUMNS.get(f"{record}.{column}") or COLUMNS.get(column, column)


def kind_of(record: str) -> Kind:
    """What is said of a kind of record; one long gone has its old name."""
    return RECORDS.get(record, Kind(record))


class NoKind(PortfolioError):
    """One record asked for, without saying of what kind."""

    def __init__(self) -> None:
        super().__init__("Select what kind of record it is", "record")


class NoSuchRecord(PortfolioError):
    """A record asked for that is not there."""

    def __init__(self, record: str, typed: str) -> None:
        super().__init__(f"There is no {RECORDS[record].words} “{typed}”. Check what you typed", "which")


class NotAMoment(PortfolioError):
    """A text that is no day, with or without a time."""

    def __init__(self, field: str) -> None:
        super().__init__("Enter a day, like 20 10 2025, with a time if you like, like 20 10 2025 14:30", field)


class EndsBeforeItStarts(PortfolioError):
    """A stretch of time the wrong way round."""

    def __init__(self) -> None:
        super().__init__("Enter a time that is not before the one you typed under From", "end")


_DAYS = ("%d %m %Y", "%d %B %Y", "%d %b %Y", "%d/%m/%Y", "%d.%m.%Y", "%Y-%m-%d")
_TIMES = ("", " %H:%M", " %I:%M%p", " %I%p")


@dataclass(frozen=True)
class Stretch:
    """From when to when, half-open; None where it has no end on that side."""

    start: datetime | None = None
    end: datetime | None = None


ALWAYS = Stretch()


def read_stretch(start: str, end: str) -> Stretch:
    """What was typed as from and to, London time; a day alone is meant whole. Raises NotAMoment, EndsBeforeItStarts."""
    first, last = _read(start, "start"), _read(end, "end")
    if first and last and last[1] <= first[0]:
        raise EndsBeforeItStarts
    return Stretch(first[0] if first else None, last[1] if last else None)


def _read(typed: str, field: str) -> tuple[datetime, datetime] | None:
    """The first moment that was meant, and the first after it."""
    if not typed.strip():
        return None
    tidied = " ".join(typed.replace(",", " ").split())
    for day, time in product(_DAYS, _TIMES):
        try:
            local = datetime.strptime(tidied, day + time).replace(tzinfo=LONDON)
            after = local + (timedelta(minutes=1) if time else timedelta(days=1))
            return local.astimezone(UTC), after.astimezone(UTC)
        except (ValueError, OverflowError):
            continue
    raise NotAMoment(field)
