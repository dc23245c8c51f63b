"""What personal data is held, where, why and how long: the one table that the privacy page shows.

Every column marked as personal and every table that may lose rows stands in it; one that does not fails the suite.
"""

from dataclasses import dataclass

from portfolio.privacy.rules import Kind

PUBLIC_TASK = "Public task, UK GDPR Article 6(1)(e): the Serious Violence Duty and the accounts of its money"
LEGAL_OBLIGATION = "Legal obligation, UK GDPR Article 6(1)(c): accounts of public money must be kept"
SECURITY = "Legal obligation, UK GDPR Articles 6(1)(c) and 32: what is held must be kept secure"


@dataclass(frozen=True)
class Held:
    """One sort of personal data: `places` are tables or `table.column`; `goes` says when it goes, or why it stays."""

    what: str
    places: tuple[str, ...]
    why: str
    basis: str
    goes: Kind | str


HELD = (
    Held(
        "Name and e-mail address of people who sign in or lead a project",
        ("person.name", "person.email", "personal_value"),
        "To know who may do what, and who did it; to write to them",
        PUBLIC_TASK,
        Kind.PEOPLE,
    ),
    Held(
        "Roles held, with their places and dates",
        ("role_held",),
        "To show each person only what their work needs",
        PUBLIC_TASK,
        "Stays under the number of a person, without the name once the person is removed",
    ),
    Held(
        "Declarations of interest",
        ("interest.nature",),
        "So that nobody scores or decides where they have an interest of their own",
        PUBLIC_TASK,
        Kind.PEOPLE,
    ),
    Held(
        "Passphrase and second factor, kept so that neither can be read back; which app codes were used",
        ("person.password_hash", "second_factor", "recovery_code", "used_code"),
        "To let in the right person, and nobody else",
        SECURITY,
        Kind.PEOPLE,
    ),
    Held(
        "The number by which your organisation’s directory knows you, where you sign in with it",
        ("identity.subject",),
        "To let in the right person, and nobody else",
        SECURITY,
        Kind.PEOPLE,
    ),
    Held(
        "Where you are signed in: browser, network address, times",
        ("web_session",),
        "To keep you signed in, and to let you end it elsewhere",
        SECURITY,
        Kind.SESSIONS,
    ),
    Held(
        "Attempts to sign in: e-mail address as typed, browser, network address, time",
        ("sign_in_attempt",),
        "To slow down whoever guesses passphrases, and to show you your last sign-ins",
        SECURITY,
        Kind.ATTEMPTS,
    ),
    Held(
        "Links for joining and for a new passphrase: to whom, when, whether used",
        ("link",),
        "So that each is good once, and for a short time",
        SECURITY,
        Kind.LINKS,
    ),
    Held(
        "Messages sent by e-mail: address, subject, text",
        ("message",),
        "To send them, and to know that they were sent",
        PUBLIC_TASK,
        Kind.MESSAGES,
    ),
    Held(
        "Private calendar address, kept so that it cannot be read back: when it was made, when revoked",
        ("calendar_address",),
        "So that your calendar program can fetch your deadlines, and nobody else’s",
        PUBLIC_TASK,
        Kind.PEOPLE,
    ),
    Held(
        "Which reminders of claims you were sent, and when",
        ("reminder",),
        "So that no reminder is sent twice",
        PUBLIC_TASK,
        "Stays under the number of a person, without the name once the person is removed",
    ),
    Held(
        "Workbooks that you uploaded and have not confirmed",
        ("workbook_upload",),
        "So that you see what an upload changes before it does",
        PUBLIC_TASK,
        "Goes when you confirm it or upload another, with your name, or once it is a week old and anybody uploads one",
    ),
    Held(
        "Transactions of the council’s ledger, whose descriptions can name who was paid",
        ("ledger_entry",),
        "To hold what was claimed of public money against what was paid",
        LEGAL_OBLIGATION,
        "Stays, as the proof of what was claimed. Leave the column of descriptions out if it names people",
    ),
    Held(
        "Extracts of the ledger that you uploaded and have not taken over",
        ("ledger_upload",),
        "So that you see what an extract says before it counts",
        PUBLIC_TASK,
        "Goes when you take it over, give it up or upload another, with your name, or once it is a week old and "
        "anybody uploads one",
    ),
    Held(
        "Files that leads attach to claims as evidence: a payslip or an invoice may name staff and suppliers",
        ("evidence.name", "evidence.content"),
        "To prove what public money was spent on. Who opened somebody else’s file is on record",
        LEGAL_OBLIGATION,
        "Goes when its lead removes it while the claim is open. In a claim that was sent it stays with the accounts",
    ),
    Held(
        "Files that come with proposals: a letter of support or an accounts page may name staff",
        ("proposal_document.name", "proposal_document.content"),
        "So that a panel decides on all that it was sent. Who opened somebody else’s file is on record",
        PUBLIC_TASK,
        "Goes when its lead removes it while the proposal is a draft. With a proposal that was handed in it stays",
    ),
    Held(
        "What each person did here, and whose personal data they were shown, by their number",
        (
            "history_entry",
            "personal_reading",
            "decision",
            "decider",
            "claim",
            "claim_query",
            "variation",
            "correction",
            "correction_request",
            "variation_request",
            "assessment",
            "moderation",
            "meeting_action",
            "scenario",
            "evidence",
            "ledger_extract",
            "ledger_note",
            "asset",
            "assurance",
            "form_binding",
            "form_blank",
            "filled_form",
            "exemption",
            "publication",
        ),
        "So that every change to public money can be traced, and cannot be hidden",
        LEGAL_OBLIGATION,
        "Stays. Once the person is removed, the number leads to no name",
    ),
    Held(
        "Name and office of who prepared, certified and issued a return, and who approved a variation printed in it",
        (
            "return.prepared_by",
            "return.checked_by",
            "return.certified_by",
            "return.certified_role",
            "return.issued_by",
            "return.file",
        ),
        "A return is signed for, and sent to the funder with those names printed in it",
        LEGAL_OBLIGATION,
        "Stays as long as the return: an issued return never changes, and who signed for public money is answerable",
    ),
)
"""Every sort, in the order of the page."""

REMAINS = (
    "Texts that people write (reasons, explanations, minutes) are kept as part of the record. They should name nobody.",
    "Files attached to claims are kept as they were sent. Leads are told to black out whoever they work with first.",
    "The record of what was done before names were kept apart from it still has names and addresses in words, and so "
    "have the few columns that named who recorded something. What is recorded is sealed: nobody can take them out.",
    "Backups hold what was there when they were made. They go when whoever runs the site replaces them.",
    "Without a mail server, messages are files in a folder of the server. They go when they are deleted there.",
)
"""What removing somebody does not reach."""
