"""Reading a pretended Linear over real HTTP: cycles, listings, items, and what happens to them in between."""

from collections.abc import Generator, Iterator
from datetime import timedelta
from typing import Any

import orjson
import pytest

from align_sync.demo.faults import Fault, Rewrite, Status
from align_sync.errors import FatalError
from align_sync.trackers.linear import fetching
from align_sync.work import ItemKind, ItemRef, SprintState, WorkItem
from tests.trackers.linear_world import NOON, LinearWorld, change_data, linear_world, names_operation


@pytest.fixture
def world() -> Iterator[LinearWorld]:
    with linear_world() as world:
        yield world


def listed(pages: Iterator[tuple[str, ...]]) -> list[str]:
    return [name for page in pages for name in page]


class TestCheck:
    def test_the_account_and_the_workspace_are_told(self, world: LinearWorld) -> None:
        identity = world.tracker.check()
        assert (identity.account, identity.server) == ("demo.reader@example.com", "Linear workspace Demo")

    def test_personal_key_goes_out_as_it_is(self, world: LinearWorld) -> None:
        world.tracker.check()
        assert world.server.requests[0].headers["authorization"] == "lin_api_demo"

    def test_oauth_token_goes_out_as_bearer(self, world: LinearWorld) -> None:
        world.site.oauth_tokens.add("oauth-1")
        world.reopen(token="oauth-1\n", oauth=True).check()
        assert world.server.requests[-1].headers["authorization"] == "Bearer oauth-1"

    def test_an_address_with_a_path_is_taken_as_it_is(self, world: LinearWorld) -> None:
        assert world.reopen(url=f"{world.server.url}/graphql/").check().server == "Linear workspace Demo"

    def test_facts_are_handed_back(self, world: LinearWorld) -> None:
        assert world.tracker.facts() == {}


class TestSprints:
    def test_active_and_future_cycles_are_listed(self, world: LinearWorld) -> None:
        listing = world.tracker.fetch_sprints()
        assert {(sprint.name, sprint.state, sprint.team) for sprint in listing.sprints} == {
            ("Cycle 12", SprintState.ACTIVE, "Engineering"),
            ("Cycle 13", SprintState.FUTURE, "Engineering"),
        }
        assert (listing.complete, listing.problems, listing.server_at) == (True, (), NOON)

    def test_the_clock_of_the_server_is_that_of_each_listing(self, world: LinearWorld) -> None:
        world.tracker.fetch_sprints()
        world.clock.at += timedelta(hours=1)
        assert world.tracker.fetch_sprints().server_at == NOON + timedelta(hours=1)

    def test_only_configured_teams_under_their_configured_names(self, world: LinearWorld) -> None:
        (ops,) = (team for team in world.site.teams.values() if team.key == "OPS")
        world.site.add_cycle(ops, 1, starts_at=NOON)
        listing = world.reopen(teams=("ops",), team_names={"ops": "Night shift"}).fetch_sprints()
        assert [(sprint.team, sprint.board) for sprint in listing.sprints] == [("Night shift", "OPS")]

    def test_unknown_team_is_told_with_the_known_ones(self, world: LinearWorld) -> None:
        listing = world.reopen(teams=("ENG", "ENGG")).fetch_sprints()
        assert len(listing.sprints) == 2
        assert not listing.complete
        assert str(listing.problems[0]) == (
            "linear: linear.teams: Linear shows this token no team with the key 'ENGG'; it shows: ENG, OPS"
        )

    def test_no_known_team_asks_for_no_cycles_at_all(self, world: LinearWorld) -> None:
        listing = world.reopen(teams=("NOPE",)).fetch_sprints()
        assert (listing.sprints, listing.complete, world.asked("Cycles")) == ((), False, [])

    def test_many_known_teams_are_not_all_named(self, world: LinearWorld) -> None:
        for number in range(30):
            world.site.add_team(f"T{number:02}", "Team")
        (problem,) = world.reopen(teams=("NOPE",)).fetch_sprints().problems
        assert problem.advice.endswith("T17 and 12 more")

    def test_team_without_cycles_is_told(self, world: LinearWorld) -> None:
        world.site.add_team("HR", "People", cycles_enabled=False)
        listing = world.reopen(teams=("HR",)).fetch_sprints()
        assert listing.complete
        assert "works without cycles" in listing.problems[0].message

    def test_broken_cycle_leaves_the_others_and_the_listing_incomplete(self, world: LinearWorld) -> None:
        def break_one(told: Any) -> None:
            told["data"]["cycles"]["nodes"][0]["team"] = None

        world.server.faults.add(Fault(when=names_operation("Cycles"), action=Rewrite(change_data(break_one))))
        listing = world.tracker.fetch_sprints()
        assert (len(listing.sprints), len(listing.problems), listing.complete) == (1, 1, False)

    def test_closed_cycle_is_found_by_its_id_and_a_deleted_one_is_not(self, world: LinearWorld) -> None:
        closed = next(cycle for cycle in world.site.cycles.values() if cycle.number == 11)
        sprint = world.tracker.fetch_sprint(closed.id)
        assert sprint is not None
        assert (sprint.name, sprint.state) == ("Cycle 11", SprintState.CLOSED)
        assert world.tracker.fetch_sprint("gone") is None


class TestListing:
    def test_members_come_in_pages_of_250(self, world: LinearWorld) -> None:
        past, active, _future = world.site.cycles.values()
        inside = [world.site.add_issue(f"ENG-{n}", cycle=active if n % 2 else past).id for n in range(1, 602)]
        world.site.add_issue("ENG-700")
        pages = list(world.tracker.list_members([past.id, active.id]))
        assert [len(page) for page in pages] == [250, 250, 101]
        assert sorted(name for page in pages for name in page) == sorted(inside)

    def test_archived_members_are_listed(self, world: LinearWorld) -> None:
        cycle = next(iter(world.site.cycles.values()))
        issue = world.site.add_issue("ENG-1", cycle=cycle, archived=True)
        assert listed(world.tracker.list_members([cycle.id])) == [issue.id]

    def test_many_sprints_are_asked_for_in_portions(self, world: LinearWorld) -> None:
        assert listed(world.tracker.list_members([f"c-{n}" for n in range(250)])) == []
        sizes = [len(sent["filter"]["cycle"]["id"]["in"]) for sent in world.asked("IssueIds")]
        assert sizes == [100, 100, 50]

    def test_no_sprints_are_no_request(self, world: LinearWorld) -> None:
        assert listed(world.tracker.list_members([])) == []
        assert len(world.server.requests) == 0

    def test_all_rows_of_a_bulk_edit_with_one_stamp_are_listed(self, world: LinearWorld) -> None:
        issues = [world.site.add_issue(f"ENG-{n}") for n in range(1, 301)]
        world.clock.at += timedelta(hours=1)
        for issue in issues[:280]:
            world.site.edit_issue(issue, priority=1)
        changed = listed(world.tracker.list_changed(world.clock.at))
        assert sorted(changed) == sorted(issue.id for issue in issues[:280])

    def test_archiving_is_seen_although_it_touches_no_stamp(self, world: LinearWorld) -> None:
        issue = world.site.add_issue("ENG-1")
        world.site.add_issue("ENG-2")
        world.clock.at += timedelta(hours=1)
        world.site.archive_issue(issue)
        assert issue.updated_at == NOON
        assert listed(world.tracker.list_changed(world.clock.at)) == [issue.id]

    def test_changed_containers_are_listed_below_the_issues(self, world: LinearWorld) -> None:
        old, new = world.site.add_project("Old"), world.site.add_project("New")
        above = world.site.add_initiative("Above")
        world.site.add_initiative("Untouched")
        world.clock.at += timedelta(hours=1)
        world.site.edit(old, name="Older")
        world.site.edit(above, status="Completed")
        assert listed(world.tracker.list_changed(world.clock.at)) == [f"project/{old.id}", f"initiative/{above.id}"]
        assert new.updated_at == NOON

    def test_project_put_into_an_initiative_is_listed_although_neither_was_touched(self, world: LinearWorld) -> None:
        first, second = world.site.add_project("One"), world.site.add_project("Two")
        above = world.site.add_initiative("Above")
        world.site.place(first, above)
        world.clock.at += timedelta(hours=1)
        world.site.place(second, above)
        assert listed(world.tracker.list_changed(world.clock.at)) == [f"project/{second.id}"]

    @pytest.mark.parametrize(("group", "label"), [("", "kr1"), ("okr", "kr1"), ("okr", "")])
    def test_renamed_label_or_group_lists_what_carries_it(self, world: LinearWorld, group: str, label: str) -> None:
        carried = [(group or None, label or "kr1")]
        issue = world.site.add_issue("ENG-1", labels=[(None, "bug"), *carried], archived=True)
        project = world.site.add_project("P", labels=carried)
        initiative = world.site.add_initiative("I", labels=carried)
        for other in ([(None, "bug")], [("area", "kr1")]):
            world.site.add_issue(f"OPS-{len(world.site.issues)}", labels=other)
            world.site.add_project("Other", labels=other)
            world.site.add_initiative("Other", labels=other)
        world.clock.at += timedelta(hours=1)
        for entity in (issue, project, initiative):
            renamed = entity.labels[-1] if label else entity.labels[-1].parent
            assert renamed is not None
            world.site.rename_label(renamed, "new")
        names = [f"project/{project.id}", f"initiative/{initiative.id}", issue.id]
        assert listed(world.tracker.list_changed(world.clock.at)) == names
        assert {entity.updated_at for entity in (issue, project, initiative)} == {NOON}
        expected = "/".join(part for part in (group and (group if label else "new"), "new" if label else "kr1") if part)
        assert all(expected in item.labels for item in world.fetch(*names).items)

    def test_labels_that_did_not_change_cost_one_request(self, world: LinearWorld) -> None:
        world.site.add_issue("ENG-1", labels=[("okr", "kr1")])
        world.clock.at += timedelta(hours=1)
        assert listed(world.tracker.list_changed(world.clock.at)) == []
        assert (len(world.asked("LabelIds")), len(world.server.requests)) == (1, 5)

    def test_issues_of_many_renamed_labels_are_asked_for_in_portions(self, world: LinearWorld) -> None:
        issues = [world.site.add_issue(f"ENG-{n}", labels=[("okr", f"kr{n}")]) for n in range(1, 261)]
        (group,) = {issue.labels[0].parent for issue in issues}
        assert group is not None
        world.clock.at += timedelta(hours=1)
        world.site.rename_label(group, "goals")
        assert sorted(listed(world.tracker.list_changed(world.clock.at))) == sorted(issue.id for issue in issues)
        portions = [sent["filter"]["labels"]["some"]["id"]["in"] for sent in world.asked("IssueIds")[1:]]
        assert [len(portion) for portion in portions] == [100, 100, 61]  # the group itself is one of them

    def test_no_null_is_ever_sent(self, world: LinearWorld) -> None:
        for number in range(1, 300):
            world.site.add_issue(f"ENG-{number}")
        listed(world.tracker.list_changed(NOON))
        world.tracker.fetch_sprints()
        assert not [entry for entry in world.server.requests if b"null" in entry.body]


class TestItems:
    def test_items_containers_and_keys_are_fetched_side_by_side(self, world: LinearWorld) -> None:
        above = world.site.add_initiative("Retention", parent=world.site.add_initiative("Company"))
        project = world.site.add_project("Checkout", initiatives=[above], labels=[("okr", "ret90")])
        epic = world.site.add_issue("ENG-1", project=project)
        part = world.site.add_issue("ENG-2", parent=epic, labels=[("okr", "ret90")], estimate=0)
        page = world.fetch(part.id, f"project/{project.id}", f"initiative/{above.id}")
        found = {item.key: item for item in page.items}
        assert set(found) == {"ENG-2", "Checkout", "Retention"}
        assert found["ENG-2"].labels == found["Checkout"].labels == ("okr/ret90",)
        assert found["ENG-2"].points == 0.0
        assert [str(parent.ref) for parent in found["ENG-2"].parents] == ["ENG-1"]
        assert [str(parent.ref) for parent in found["Checkout"].parents] == ["Retention"]
        assert [str(parent.ref) for parent in found["Retention"].parents] == ["Company"]
        assert found["Checkout"].kind is ItemKind.CONTAINER

    def test_reference_with_a_key_alone_is_found_by_team_and_number(self, world: LinearWorld) -> None:
        world.site.add_issue("ENG-12")
        world.site.add_issue("OPS-12")
        asked = [
            ItemRef(source="linear", external_id="", key=key) for key in ("ENG-12", "ops-12", "ENG-99", "free text")
        ]
        (page,) = world.tracker.fetch_items(asked)
        assert {item.key for item in page.items} == {"ENG-12", "OPS-12"}
        assert page.missing == ("ENG-99", "free text")

    def test_nothing_but_free_text_is_no_request(self, world: LinearWorld) -> None:
        (page,) = world.tracker.fetch_items([ItemRef(source="linear", external_id="", key="free text")])
        assert (page.missing, len(world.server.requests)) == (("free text",), 0)

    def test_deleted_items_are_missing(self, world: LinearWorld) -> None:
        kept, gone = world.site.add_issue("ENG-1"), world.site.add_issue("ENG-2")
        world.site.delete_issue(gone)
        page = world.fetch(kept.id, gone.id, "project/gone", "initiative/gone")
        assert [item.key for item in page.items] == ["ENG-1"]
        assert set(page.missing) == {gone.id, "project/gone", "initiative/gone"}

    def test_archived_and_trashed_items_are_there_and_say_so(self, world: LinearWorld) -> None:
        one, two = world.site.add_issue("ENG-1"), world.site.add_issue("ENG-2")
        world.site.archive_issue(one)
        world.site.archive_issue(two, trash=True)
        page = world.fetch(one.id, two.id)
        assert [item.archived_at for item in page.items] == [NOON, NOON]
        assert page.missing == ()

    def test_moved_issue_keeps_its_id_under_another_key(self, world: LinearWorld) -> None:
        issue = world.site.add_issue("ENG-7")
        ops = next(team for team in world.site.teams.values() if team.key == "OPS")
        assert world.fetch_one(issue.id).key == "ENG-7"
        world.site.move_issue(issue, ops)
        moved = world.fetch_one(issue.id)
        assert (moved.key, moved.ref.external_id) == ("OPS-1", issue.id)

    def test_description_is_asked_for_only_where_it_is_wanted(self, world: LinearWorld) -> None:
        issue = world.site.add_issue("ENG-1", description="KR: ret90\nhttps://kr.example/1")
        plain = world.fetch_one(issue.id)
        assert (plain.urls, plain.mentions) == ((), ())
        world.reopen(want_text=True)
        full = world.fetch_one(issue.id)
        assert (full.urls[0].place, full.mentions) == ("text", ("ret90",))

    def test_chunks_are_fetched_and_every_item_comes_once(self, world: LinearWorld) -> None:
        issues = [world.site.add_issue(f"ENG-{n}") for n in range(1, 451)]
        pages = list(world.tracker.fetch_items(ItemRef(source="linear", external_id=issue.id) for issue in issues))
        assert sorted(len(page.items) for page in pages) == [50, 100, 100, 100, 100]
        assert len({item.key for page in pages for item in page.items}) == 450

    def test_long_lists_of_references_are_not_swallowed_at_once(self, world: LinearWorld) -> None:
        world.reopen(concurrency=1)
        taken = 0

        def refs() -> Iterator[ItemRef]:
            nonlocal taken
            for number in range(50 * fetching.CHUNK):
                taken += 1
                yield ItemRef(source="linear", external_id=f"i-{number}")

        pages = world.tracker.fetch_items(refs())
        next(pages)
        assert taken <= 5 * fetching.CHUNK
        assert isinstance(pages, Generator)
        pages.close()


def crowded(world: LinearWorld) -> str:
    """An issue with more labels, attachments and relations than a page of issues brings along."""
    others = [world.site.add_issue(f"OPS-{n}") for n in range(1, 12)]
    issue = world.site.add_issue(
        "ENG-1",
        labels=[("okr", f"kr-{n:03}") for n in range(260)],
        attachments=[(f"https://x.example/{n}", "x") for n in range(9)],
        relations=[("blocks", other) for other in others[:6]],
    )
    for other in others[6:]:
        world.site.relate(other, "duplicate", issue)
    return issue.id


class TestLongLists:
    def test_lists_inside_an_issue_are_read_to_their_end(self, world: LinearWorld) -> None:
        item = world.fetch_one(crowded(world))
        assert len(set(item.labels)) == 260
        assert len({url.address for url in item.urls}) == 9
        assert sorted(relation.verb for relation in item.relations) == ["blocks"] * 6 + ["duplicated by"] * 5
        assert len(world.asked("IssueLabels")) == 2

    def test_lists_inside_containers_are_read_to_their_end(self, world: LinearWorld) -> None:
        above = [world.site.add_initiative(f"I{n}") for n in range(12)]
        many = [(None, f"l{n:02}") for n in range(12)]
        links = [(f"https://x.example/{n}", "x") for n in range(12)]
        project = world.site.add_project("P", initiatives=above, labels=many, links=links)
        top = world.site.add_initiative("Top", labels=many, links=links)
        items: dict[str, WorkItem] = {
            item.key: item for item in world.fetch(f"project/{project.id}", f"initiative/{top.id}").items
        }
        assert len(items["P"].parents) == 12
        assert len(items["P"].labels) == len(items["P"].urls) == 12
        assert len(items["Top"].labels) == len(items["Top"].urls) == 12

    def test_issue_that_vanishes_while_its_lists_are_read_is_unread(self, world: LinearWorld) -> None:
        name = crowded(world)

        def empty(told: Any) -> None:
            told["data"]["issues"]["nodes"] = []

        world.server.faults.add(Fault(when=names_operation("IssueRelations"), action=Rewrite(change_data(empty))))
        page = world.fetch(name)
        assert (page.items, page.missing, page.unread) == ((), (), (name,))
        assert "vanished" in page.problems[0].message

    def test_list_inside_that_does_not_move_on_is_fatal(self, world: LinearWorld) -> None:
        name = crowded(world)

        stuck = {"nodes": [], "pageInfo": {"hasNextPage": True, "endCursor": "same"}}
        body = orjson.dumps({"data": {"issues": {"nodes": [{"id": name, "labels": stuck}]}}})
        action = Status(200, body, {"Content-Type": "application/json"})
        world.server.faults.add(Fault(when=names_operation("IssueLabels"), action=action, times=None))
        with pytest.raises(FatalError, match="the list labels does not end"):
            world.fetch(name)
