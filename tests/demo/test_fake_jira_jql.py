"""The query language of the fake Jira: what matches, in which order, and what is refused in which words."""

from datetime import UTC, datetime, timedelta

import pytest

from align_sync.demo.fake_jira import Flavour, IssueChanges, JiraSite
from align_sync.demo.fake_jira.jql.tokens import JqlError

NOW = datetime(2026, 11, 23, 10, 15, 30, tzinfo=UTC)


def make_site(flavour: Flavour = Flavour.CLOUD) -> JiraSite:
    """Six issues; TIS-1 is the epic of TIS-2 and TIS-3, TIS-4 a sub-task of TIS-3, TO-1 another project's."""
    site = JiraSite(flavour, clock=lambda: NOW, account_timezone="Europe/Rome")
    site.add_board(1, "Board", project_key="TIS")
    site.add_sprint(10, "Sprint 10", "closed", 1)
    site.add_sprint(11, "Sprint 11", "active", 1)
    site.add_sprint(12, "Sprint 12", "future", 1)
    rows: list[IssueChanges] = [
        {"issue_type": "Epic", "summary": "Faster checkout"},
        {"sprint_ids": (10, 11), "labels": ("KR-1", "web"), "points": 3, "parent_key": "TIS-1", "assignee": "Anna"},
        {"sprint_ids": (11,), "labels": ("web",), "parent_key": "TIS-1", "status": "In Progress", "points": 5},
        {"issue_type": "Sub-task", "parent_key": "TIS-3", "status": "Done"},
        {"sprint_ids": (12,), "summary": "Slow checkouts on 3G", "fields": {"priority": {"id": "1", "name": "High"}}},
    ]
    for number, row in enumerate(rows, start=1):
        row["updated_at"] = NOW - timedelta(hours=10 * number)
        site.add_issue(f"TIS-{number}", **row)
    site.add_issue("TO-1", updated_at=NOW - timedelta(days=30), summary="To do: checkout", description="see CSV file")
    return site


def keys_of(site: JiraSite, jql: str, *, strict: bool = True) -> str:
    return " ".join(site.truth[number].key for number in site.search(jql, strict=strict).ids)


MATCHES = [
    # sprint membership counts closed sprints too
    ("sprint = 10", "TIS-2"),
    ("sprint = 11", "TIS-3 TIS-2"),
    ("sprint = 'sprint 11' ORDER BY id", "TIS-2 TIS-3"),
    ("sprint in (10, 12) ORDER BY id", "TIS-2 TIS-5"),
    ("sprint in openSprints() ORDER BY key", "TIS-2 TIS-3"),
    ("sprint in (closedSprints(), futureSprints()) ORDER BY key", "TIS-2 TIS-5"),
    ("sprint is empty ORDER BY key", "TIS-1 TIS-4 TO-1"),
    ("Sprint is not EMPTY ORDER BY key DESC", "TIS-5 TIS-3 TIS-2"),
    ("sprint != 10 ORDER BY key", "TIS-3 TIS-5"),
    ("cf[10020] = 12", "TIS-5"),
    # projects, keys, identifiers
    ("project = tis AND issuetype = Epic", "TIS-1"),
    ('project = "TO"', "TO-1"),
    ("key in (TIS-2, tis-3) order by key", "TIS-2 TIS-3"),
    ("issuekey = TIS-2", "TIS-2"),
    ("id in (10000, 10001) ORDER BY id ASC", "TIS-1 TIS-2"),
    ("id > 10003 ORDER BY id", "TIS-5 TO-1"),
    # labels: equal in any case, and what is empty is not different
    ("labels = kr-1", "TIS-2"),
    ("labels != KR-1", "TIS-3"),
    ("labels not in (KR-1)", "TIS-3"),
    ("labels != KR-1 OR labels is EMPTY ORDER BY key", "TIS-1 TIS-3 TIS-4 TIS-5 TO-1"),
    ("labels in (KR-1, EMPTY) ORDER BY key", "TIS-1 TIS-2 TIS-4 TIS-5 TO-1"),
    # the rest of the fields
    ("status = 'in progress'", "TIS-3"),
    ("statusCategory = Done", "TIS-4"),
    ("statusCategory != 'To Do' ORDER BY key", "TIS-3 TIS-4"),
    ("issuetype in subTaskIssueTypes()", "TIS-4"),
    ("parent = TIS-1 ORDER BY key", "TIS-2 TIS-3"),
    ("parent in (TIS-3)", "TIS-4"),
    ("assignee = anna", "TIS-2"),
    ("assignee is EMPTY AND sprint = 11", "TIS-3"),
    ("reporter = currentUser() AND labels = KR-1", "TIS-2"),
    ("priority = high", "TIS-5"),
    ('"Story point estimate" >= 4', "TIS-3"),
    ("cf[10016] in (3, 8)", "TIS-2"),
    ("'Story point estimate' is not EMPTY ORDER BY key", "TIS-2 TIS-3"),
    ("summary ~ checkout ORDER BY key", "TIS-1 TO-1"),
    ("summary ~ 'check*' ORDER BY key", "TIS-1 TIS-5 TO-1"),
    ("summary !~ 'check*' AND project = TIS AND sprint = 10", "TIS-2"),
    ("text ~ 'csv file'", "TO-1"),
    ("text ~ '\"file csv\"'", ""),
    # moments: TIS-1 was updated at 00:15:30 UTC, which is 01:15:30 in Rome
    ("updated >= 1795392930000", "TIS-1"),
    ("updated > 1795392930000", ""),
    ('updated >= "2026-11-23 01:15"', "TIS-1"),
    ("updated >= '2026/11/23 01:16'", ""),
    ("updated >= -599m", ""),
    ("updated >= -601m", "TIS-1"),
    ("updated >= '-21h' AND updated <= now() ORDER BY updated", "TIS-2 TIS-1"),
    ("updated >= -1d AND updated < -15h", "TIS-2"),
    ("updated >= startOfDay()", "TIS-1"),
    ("updated < -4w", "TO-1"),
    ("created >= 2026-11-23", "TIS-1"),
    ("assignee in (anna, EMPTY) AND sprint = 11 ORDER BY key", "TIS-2 TIS-3"),
    ("key >= TIS-5 ORDER BY key", "TIS-5 TO-1"),
    ("'Story point estimate' is EMPTY AND sprint is not EMPTY", "TIS-5"),
    ("cf[10016] not in (3)", "TIS-3"),
    ("issuetype in standardIssueTypes() AND sprint is EMPTY ORDER BY key", "TIS-1 TO-1"),
    ("updated is not EMPTY AND sprint = 10", "TIS-2"),
    ("updated is EMPTY", ""),
    ("updated >= startOfDay('-1d') AND project = TIS ORDER BY key", "TIS-1 TIS-2 TIS-3"),
    ("sprint is not EMPTY ORDER BY assignee, priority DESC, reporter", "TIS-2 TIS-5 TIS-3"),
    ('summary ~ "to do: check\\u006fut"', "TO-1"),
    # binding: NOT before AND before OR
    ("labels = KR-1 OR labels = web AND status = 'In Progress' ORDER BY key", "TIS-2 TIS-3"),
    ("(labels = KR-1 OR labels = web) AND status = 'In Progress'", "TIS-3"),
    ("NOT labels = web AND sprint is not EMPTY", "TIS-5"),
    ("NOT (sprint = 11 or project = 'TO') AND !issuetype = Epic ORDER BY key", "TIS-4 TIS-5"),
    ("project = TIS && sprint = 12 || sprint = 10 ORDER BY id", "TIS-2 TIS-5"),
    # order
    ("sprint is not EMPTY ORDER BY project ASC, updated DESC", "TIS-2 TIS-3 TIS-5"),
    ("project = TIS ORDER BY status, key DESC", "TIS-4 TIS-3 TIS-5 TIS-2 TIS-1"),
    ("ORDER BY key ASC", "TIS-1 TIS-2 TIS-3 TIS-4 TIS-5 TO-1"),
    ("", "TO-1 TIS-5 TIS-4 TIS-3 TIS-2 TIS-1"),
]


@pytest.mark.parametrize(("jql", "keys"), MATCHES)
def test_a_query_finds_exactly_these_in_this_order(jql: str, keys: str) -> None:
    assert keys_of(make_site(), jql) == keys


REFUSALS = [
    ("project = TO", "'TO' is a reserved JQL word. You must surround it in quotation marks"),
    ("project in (TIS, AND)", "'AND' is a reserved JQL word"),
    ("summary ~ a*", r"The character '*' is a reserved JQL character"),
    ("nonsense = 1", "Field 'nonsense' does not exist or you do not have permission to view it."),
    ("project = NOPE", "The value 'NOPE' does not exist for the field 'project'."),
    ("status = Nope", "The value 'Nope' does not exist for the field 'status'."),
    ("sprint = 99", "Sprint with id '99' does not exist or you do not have permission to view it."),
    ("sprint = Foo", "Sprint with name 'Foo' does not exist"),
    ("sprint in strangeSprints()", "Unable to find JQL function 'strangeSprints()'."),
    ("key in (TIS-1, TIS-99)", "An issue with key 'TIS-99' does not exist for field 'key'."),
    ("id in (10000, 99)", "A value with ID '99' does not exist for the field 'id'."),
    ("updated >= '2026-11-23T01:15'", "Date value '2026-11-23T01:15' for field 'updated' is invalid."),
    ("updated >= '2026-11-23 01:15:30'", "is invalid. Valid formats include"),
    ("labels > a", "The operator '>' is not supported by the 'labels' field."),
    ("assignee ~ anna", "The operator '~' is not supported by the 'assignee' field."),
    ("labels is web", "can only be used with 'EMPTY' or 'NULL'"),
    ("project = TIS AND", "Expecting a field name but got the end of the query. (line 1, character 18)"),
    ("project = TIS sprint = 1", "Expecting either 'OR' or 'AND' but got 'sprint'. (line 1, character 15)"),
    ("(project = TIS", "Expecting ')' but got the end of the query"),
    ("project 'TIS'", "Expecting an operator"),
    ("sprint in 11", "Expecting '('"),
    ('summary ~ "open', "The quoted string 'open' has not been completed. (line 1, character 11)"),
    ("summary ~ 'a\\q'", "is an illegal JQL escape sequence"),
    ("ORDER BY a, b, c, d, e, f, g, h", "The maximum number of fields allowed in the ORDER BY clause is 7."),
    ("project = TIS ORDER BY nonsense", "Field 'nonsense' does not exist"),
    ("'Story point estimate' > many", "is not a number"),
    ("statusCategory = Later", "The value 'Later' does not exist for the field 'statusCategory'."),
    ("issuetype = Saga", "The value 'Saga' does not exist for the field 'issuetype'."),
    ("issuetype in oddTypes()", "Unable to find JQL function 'oddTypes()'."),
    ("assignee = nobody", "The value 'nobody' does not exist for the field 'assignee'."),
    ("assignee = membersOf(team)", "Unable to find JQL function 'membersOf()'."),
    ("project = leadOf()", "Unable to find JQL function 'leadOf()'."),
    ("updated >= lastLogin()", "Unable to find JQL function 'lastLogin()'."),
    ("updated ~ 2026", "The operator '~' is not supported by the 'updated' field."),
    ("key > EMPTY", "is not supported with 'EMPTY'"),
    ("project not TIS", "Expecting 'IN' but got 'TIS'"),
    ("ORDER id", "Expecting 'BY' but got 'id'"),
]


@pytest.mark.parametrize(("jql", "words"), REFUSALS)
def test_a_wrong_query_is_refused_in_the_words_of_jira(jql: str, words: str) -> None:
    with pytest.raises(JqlError) as refusal:
        keys_of(make_site(), jql)
    assert words in " ".join(refusal.value.messages)


def test_all_that_is_wrong_with_a_query_is_said_at_once() -> None:
    with pytest.raises(JqlError) as refusal:
        keys_of(make_site(), "nonsense = 1 OR project in (NOPE, TIS) OR key = TIS-99")
    assert len(refusal.value.messages) == 3


def test_a_lenient_query_drops_unknown_values_and_says_so() -> None:
    site = make_site(Flavour.DATACENTER)
    found = site.search("id in (10000, 99)", strict=False)
    assert found.ids == (10000,)
    assert found.warnings == ("A value with ID '99' does not exist for the field 'id'.",)
    assert site.search("nonsense = 1", strict=False).ids == ()


def test_a_query_without_restriction_is_unbounded_on_cloud() -> None:
    site = make_site()
    with pytest.raises(JqlError, match="Unbounded JQL queries are not allowed here"):
        site.search("ORDER BY id", bounded=True)


@pytest.mark.parametrize(
    ("jql", "keys"),
    [
        ("parent = TIS-1", ""),
        ("parent = TIS-3", "TIS-4"),
        ("'Epic Link' = TIS-1 ORDER BY key", "TIS-2 TIS-3"),
        ("'Epic Link' is EMPTY AND project = TIS ORDER BY key", "TIS-1 TIS-4 TIS-5"),
    ],
)
def test_on_data_center_epics_are_reached_by_epic_link_and_only_sub_tasks_have_parents(jql: str, keys: str) -> None:
    assert keys_of(make_site(Flavour.DATACENTER), jql) == keys


def test_the_minute_form_is_read_in_the_zone_of_the_account() -> None:
    for zone, first_minute in (("America/Los_Angeles", "2026-11-22 16:15"), ("Asia/Tokyo", "2026-11-23 09:15")):
        site = JiraSite(clock=lambda: NOW, account_timezone=zone)
        site.add_issue("TIS-1", updated_at=NOW - timedelta(hours=10))
        assert keys_of(site, f'updated >= "{first_minute}"') == "TIS-1"
        assert keys_of(site, f'updated > "{first_minute[:-2]}16"') == ""


def test_a_relative_moment_moves_with_the_clock() -> None:
    times = [NOW]
    site = JiraSite(clock=lambda: times[-1])
    site.add_issue("TIS-1", updated_at=NOW)
    assert keys_of(site, "updated >= -5m") == "TIS-1"
    times.append(NOW + timedelta(minutes=6))
    assert keys_of(site, "updated >= -5m") == ""


def test_two_sprints_of_one_name_are_both_meant() -> None:
    site = make_site()
    site.add_sprint(20, "Sprint 11", "closed", 1)
    site.edit_issue("TIS-4", sprint_ids=(20,))
    assert keys_of(site, "sprint = 'Sprint 11' ORDER BY key") == "TIS-2 TIS-3 TIS-4"
