"""The fields that a site knows, as `GET /field` lists them."""

from align_sync.demo.fake_jira.model import FieldDefinition, FieldIds, Flavour

SPRINT_TYPE = "com.pyxis.greenhopper.jira:gh-sprint"
EPIC_LINK_TYPE = "com.pyxis.greenhopper.jira:gh-epic-link"
POINTS_ESTIMATE_TYPE = "com.pyxis.greenhopper.jira:jsw-story-points"
PARENT_LINK_TYPE = "com.atlassian.jpo:jpo-custom-field-parent"
NUMBER_TYPE = "com.atlassian.jira.plugin.system.customfieldtypes:float"
TEXT_TYPE = "com.atlassian.jira.plugin.system.customfieldtypes:textfield"

_SYSTEM = (
    ("summary", "Summary", "string", None),
    ("issuetype", "Issue Type", "issuetype", None),
    ("project", "Project", "project", None),
    ("status", "Status", "status", None),
    ("statusCategory", "Status Category", "statusCategory", None),
    ("statuscategorychangedate", "Status Category Changed", "datetime", None),
    ("priority", "Priority", "priority", None),
    ("resolution", "Resolution", "resolution", None),
    ("resolutiondate", "Resolved", "datetime", None),
    ("assignee", "Assignee", "user", None),
    ("reporter", "Reporter", "user", None),
    ("creator", "Creator", "user", None),
    ("labels", "Labels", "array", "string"),
    ("created", "Created", "datetime", None),
    ("updated", "Updated", "datetime", None),
    ("duedate", "Due date", "date", None),
    ("description", "Description", "string", None),
    ("environment", "Environment", "string", None),
    ("components", "Components", "array", "component"),
    ("fixVersions", "Fix versions", "array", "version"),
    ("versions", "Affects versions", "array", "version"),
    ("issuelinks", "Linked Issues", "array", "issuelinks"),
    ("subtasks", "Sub-tasks", "array", "issuelinks"),
    ("parent", "Parent", "issuelink", None),
    ("progress", "Progress", "progress", None),
    ("votes", "Votes", "votes", None),
    ("watches", "Watchers", "watches", None),
)

_CLOUD_ONLY = frozenset({"statusCategory", "statuscategorychangedate"})


def known_fields(flavour: Flavour, ids: FieldIds) -> tuple[FieldDefinition, ...]:
    """The system's own fields, and the special ones that Jira Software adds."""
    system = tuple(
        FieldDefinition(id=name, name=title, value_type=value_type, items=items)
        for name, title, value_type, items in _SYSTEM
        if flavour is Flavour.CLOUD or name not in _CLOUD_ONLY
    )
    return system + _special_fields(flavour, ids)


def _special_fields(flavour: Flavour, ids: FieldIds) -> tuple[FieldDefinition, ...]:
    on_cloud = flavour is Flavour.CLOUD
    sprint = FieldDefinition(
        id=ids.sprint,
        name="Sprint",
        value_type="array",
        items="json" if on_cloud else "string",
        custom_type=SPRINT_TYPE,
    )
    if on_cloud:
        return (sprint, *_points_on_cloud(ids))
    epic_link = FieldDefinition(id=ids.epic_link, name="Epic Link", value_type="any", custom_type=EPIC_LINK_TYPE)
    parent_link = FieldDefinition(
        id=ids.parent_link, name="Parent Link", value_type="any", custom_type=PARENT_LINK_TYPE
    )
    points = FieldDefinition(id=ids.points, name="Story Points", value_type="number", custom_type=NUMBER_TYPE)
    return (sprint, epic_link, parent_link, points)


def _points_on_cloud(ids: FieldIds) -> tuple[FieldDefinition, ...]:
    """Both: one of team-managed and one of company-managed projects, as most real sites have them."""
    estimate = FieldDefinition(
        id=ids.points, name="Story point estimate", value_type="number", custom_type=POINTS_ESTIMATE_TYPE
    )
    points = FieldDefinition(id=ids.other_points, name="Story Points", value_type="number", custom_type=NUMBER_TYPE)
    return (estimate, points)


def recorded_field(field_id: str, sample: object) -> FieldDefinition:
    """A definition for a custom field that only a recording names; its type is guessed from one value."""
    value_type = {bool: "string", int: "number", float: "number", list: "array", dict: "option"}.get(
        type(sample), "string"
    )
    number = field_id.removeprefix("customfield_")
    return FieldDefinition(
        id=field_id,
        name=f"Recorded field {number}",
        value_type=value_type,
        items="string" if value_type == "array" else None,
        custom_type=NUMBER_TYPE if value_type == "number" else TEXT_TYPE,
    )
