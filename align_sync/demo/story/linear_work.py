"""The Linear of Acme Pay: support and customer success in the middle of a cycle, with their projects."""

from align_sync.demo.fake_linear import LinearSite
from align_sync.demo.fake_linear.model import Initiative, Project
from align_sync.demo.story.tickets import SPRINT_LENGTH, Request, begin_sprint, written_at

# Keys of their own: CS and SUP are projects in Jira, and the OKR book names items by their keys alone.
TEAMS = (("CARE", "Support"), ("GROW", "Customer success"))
_PAST, _NOW, _NEXT = 17, 18, 19

# name, the initiative around it
INITIATIVES = (
    ("Grow with our customers", None),
    ("Italy first", "Grow with our customers"),
    ("New ledger", None),
)

_REFUNDS_PAGE = "https://wiki.acme.example/okr/refunds"
_RETENTION_PAGE = "https://wiki.acme.example/okr/ret90/"

_OMAR, _PIA, _RAVI, _SOFIA = "Omar Haddad", "Pia Lindqvist", "Ravi Iyer", "Sofia Greco"

REQUESTS = (
    Request("CARE-101", "Macros for the ten commonest questions", cycle=_NOW, project="Macros that answer",
            state="In Progress", points=3, who=_OMAR),
    Request("CARE-102", "Macro: where is my payout?", cycle=_NOW, above="CARE-101", state="Done", points=1, who=_OMAR),
    # `fcr` of the label group `okr` reads as okr/fcr.
    Request("CARE-103", "Give back full control of a payment to first-line support", cycle=_NOW,
            labels=(("okr", "fcr"),), points=3, who=_PIA),
    Request("CARE-104", "Refund answers that name the day", cycle=_NOW, urls=(_REFUNDS_PAGE,), points=2, who=_PIA),
    Request("CARE-105", "Night shift in two time zones", cycle=_NOW, labels=((None, "sla-first-reply"),),
            state="In Progress", points=5, who=_OMAR),
    Request("CARE-106", "Tidy up old tickets", cycle=_NOW, points=2),
    Request("CARE-107", "Screenshots of the new look", cycle=_NOW, project="Help centre", points=2, who=_PIA),
    Request("CARE-108", "Reply first, ask later", cycle=_NOW, labels=((None, "okr/first-replay"),), points=1,
            who=_OMAR),
    Request("CARE-109", "@here <@U012AB3CD> *urgent* | see `logs` & call\u200b me", cycle=_NOW, points=1),
    Request("CARE-110", "Explain retries to merchants", cycle=_NOW, project="Smart retries", points=2, who=_PIA),
    Request("CARE-111", "Chat opens with a person", cycle=_NOW, labels=((None, "okr:first-reply"),), points=3),
    Request("CARE-112", "Trace a refund without the bank", cycle=_NOW, project="Refund desk", state="In Review",
            points=3, who=_OMAR),
    Request("CARE-113", "Printed handbook", cycle=_NOW, state="Canceled", points=2),
    Request("CARE-114", "Answer about yesterday's outage", cycle=_NOW, points=1, new=True),
    Request("CARE-120", "Macros in Italian", cycle=_NEXT, project="Macros that answer", points=3),
    Request("CARE-121", "First reply from the phone", cycle=_NEXT, labels=((None, "sla-first-reply"),), points=3),
    Request("GROW-31", "Onboarding in four guided steps", cycle=_NOW, project="Onboarding guidato",
            state="In Progress", points=5, who=_SOFIA),
    Request("GROW-32", "Call every customer on day 30", cycle=_NOW, labels=(("okr", "retention"),), points=3,
            who=_RAVI),
    Request("GROW-33", "Price list for Milan", cycle=_NOW, project="Italian market", who=_SOFIA),
    Request("GROW-34", "Invite two more pilots to the new ledger", cycle=_NOW, project="Ledger for friends",
            state="In Progress", points=2, who=_RAVI),
    Request("GROW-35", "One dashboard for health and activation", cycle=_NOW,
            labels=((None, "okr/ret90=0.6"), (None, "okr/act7=0.4")), points=5, who=_SOFIA),
    Request("GROW-36", "Order new banners for the fair", cycle=_NOW, who=_RAVI),
    Request("GROW-37", "Playbook for customers at risk", cycle=_NOW, urls=(_RETENTION_PAGE,), state="Done", points=3,
            who=_SOFIA),
    Request("GROW-38", "First payment together on the call", cycle=_NOW, project="First payment in a day", points=2,
            who=_RAVI),
    # Blocking work does not pass its key result on.
    Request("GROW-39", "Choose a printer", cycle=_NOW, blocks="GROW-36", who=_RAVI),
    Request("GROW-40", "Survey after every chat", cycle=_NOW, labels=((None, "okr/chat-csat"),), points=2),
    Request("GROW-41", "Say thank you 💛 to beta customers", cycle=_NOW, labels=((None, "voice-of-customer"),),
            state="Done", points=1, who=_SOFIA),
    Request("GROW-42", "Second call in week two", cycle=_NOW, labels=((None, "customer-call"),), state="In Progress",
            who=_RAVI),
    # What was never right has no grace, however new it is.
    Request("GROW-43", "Reward for the second year", cycle=_NOW, labels=((None, "okr/ret-90"),), points=2, new=True),
    Request("GROW-50", "Plan the customer day", cycle=_NEXT, points=3),
    Request("GROW-51", "Fifth guided step", cycle=_NEXT, project="Onboarding guidato", points=3),
    Request("GROW-52", "Ask why at the second renewal", cycle=_NEXT, labels=((None, "voice-of-customer"),), points=2),
    Request("GROW-53", "Price list for Turin", cycle=_NEXT, project="Italian market", points=2),
)  # fmt: skip


def fill_linear(site: LinearSite) -> None:
    """Put the story into an empty workspace, with dates relative to its clock."""
    now = site.now
    began_at = begin_sprint(now)
    cycles = {}
    for key, name in TEAMS:
        team = site.add_team(key, name)
        for number in (_PAST, _NOW, _NEXT):
            starts_at = began_at + (number - _NOW) * SPRINT_LENGTH
            ended_at = starts_at + SPRINT_LENGTH if number == _PAST else None
            cycles[key, number] = site.add_cycle(team, number, starts_at=starts_at, completed_at=ended_at)
    projects = _add_projects(site)
    for place, request in enumerate(REQUESTS):
        created_at, updated_at = written_at(now, place, is_new=request.new)
        issue = site.add_issue(
            request.key,
            request.title,
            cycle=cycles[request.key.partition("-")[0], request.cycle] if request.cycle else None,
            state=request.state,
            labels=request.labels,
            parent=site.issue(request.above) if request.above else None,
            project=projects[request.project] if request.project else None,
            estimate=request.points,
            assignee=request.who,
            attachments=[(url, "Wiki") for url in request.urls],
            relations=[("blocks", site.issue(request.blocks))] if request.blocks else (),
            created_at=created_at,
        )
        site.edit_issue(issue, touch=False, updated_at=updated_at)


def _add_projects(site: LinearSite) -> dict[str, Project]:
    initiatives: dict[str, Initiative] = {}
    for name, around in INITIATIVES:
        initiatives[name] = site.add_initiative(name, parent=initiatives[around] if around else None)
    return {
        project.name: project
        for project in (
            site.add_project("Smart retries", lead=_PIA),
            site.add_project("Onboarding guidato", lead=_SOFIA),
            site.add_project("First payment in a day", lead=_RAVI),
            site.add_project("Italian market", initiatives=[initiatives["Italy first"]], lead=_SOFIA),
            site.add_project("Ledger for friends", initiatives=[initiatives["New ledger"]], lead=_RAVI),
            site.add_project("Macros that answer", labels=[("okr", "fcr")], lead=_OMAR),
            site.add_project("Refund desk", links=[(_REFUNDS_PAGE, "Goal")], lead=_OMAR),
            site.add_project("Help centre", lead=_PIA),
        )
    }
