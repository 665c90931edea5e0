"""The rules that hold whatever hands the runs over: each done once, none lost, none twice at a time."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from align_sync.app import App, name_process
from align_sync.errors import (
    AlignSyncError,
    AlreadyRunningError,
    AuthError,
    FatalError,
    InterruptedPullError,
    RetriableError,
    UserError,
)
from align_sync.flows import runs
from align_sync.jobs import execute
from align_sync.scheduling.backoff import MOST_ATTEMPTS
from align_sync.scheduling.run import Run, RunKind, RunState
from tests.engine.conformance import DIGEST, ENGINES, JIRA, LINEAR, PATIENCE, SECRET, EngineWorld, Gate, engine_world

LEASE = timedelta(seconds=60)
MOMENT = timedelta(seconds=1)


@pytest.fixture(
    params=[pytest.param(name, marks=[pytest.mark.postgres] if "postgres" in name else []) for name in ENGINES]
)
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[EngineWorld]:
    with engine_world(ENGINES[request.param], request, tmp_path) as opened:
        yield opened


def failing(error: Exception) -> Callable[[App, Run], str]:
    def fail(_app: App, _run: Run) -> str:
        raise error

    return fail


def test_a_slot_is_one_row_and_is_done_once_however_many_tick(world: EngineWorld) -> None:
    apps = [world.open_app(f"host{number}:1:0") for number in range(3)]
    with ThreadPoolExecutor(9) as pool:
        ticked = list(pool.map(lambda app: world.tick(app=app), apps * 4))
    world.settle()
    assert sum(run is not None for run in ticked) == 1
    (run,) = world.all()
    assert (run.state, run.outcome, run.dedupe_key) == (RunState.DONE, "well", "sync:jira@2026-11-23T12:00:00Z")
    assert world.worked == [run.id]


def test_while_one_waits_another_of_its_kind_and_subject_is_covered_by_it(world: EngineWorld) -> None:
    gate = Gate()
    world.behave = gate
    world.ask()
    gate.wait_for(1)
    waiting, covered, other = world.ask(), world.ask(), world.ask("source:linear")
    assert (covered.state, covered.outcome) == (RunState.SKIPPED, f"covered by run {waiting.id}")
    assert (waiting.state, other.state) == (RunState.QUEUED, RunState.QUEUED)
    gate.let_go()
    world.settle()
    world.reconcile()
    assert [run.state for run in world.all()] == [RunState.DONE, RunState.DONE, RunState.SKIPPED, RunState.DONE]


def test_of_one_subject_one_is_done_at_a_time(world: EngineWorld) -> None:
    inside, most, lock = set[str](), list[int](), threading.Lock()

    def look(_app: App, run: Run) -> str:
        with lock:
            most.append(run.subject in inside)
            inside.add(run.subject)
        threading.Event().wait(0.05)
        with lock:
            inside.discard(run.subject)
        return ""

    world.behave = look
    for kind in (RunKind.SYNC, RunKind.PRUNE, RunKind.READ):
        world.ask("store", kind)
    world.settle()
    assert most == [False, False, False]
    assert {run.state for run in world.all()} == {RunState.DONE}


def test_a_subject_that_another_host_works_on_is_left_to_it_and_done_later(world: EngineWorld) -> None:
    elsewhere = world.open_app("elsewhere:1:0")
    held = runs.claim(elsewhere, world.lost(kind=RunKind.READ).id)
    assert held
    run = world.ask()
    world.settle()
    assert (world.run(run).state, world.run(run).attempt) == (RunState.QUEUED, 0)
    runs.finish(elsewhere, held, runs.end_well("done"))
    world.reconcile()
    assert world.run(run).state is RunState.DONE


def test_a_slow_source_holds_up_no_other(world: EngineWorld) -> None:
    gate = Gate()
    world.behave = lambda app, run: gate(app, run) if run.subject == "source:jira" else "quick"
    slow = [world.ask(kind=kind) for kind in (RunKind.SYNC, RunKind.READ, RunKind.PRUNE)]
    gate.wait_for(1)
    quick = world.ask("source:linear")
    deadline = threading.Event()
    for _ in range(200):
        if world.run(quick).state is RunState.DONE:
            break
        deadline.wait(0.05)
    assert world.run(quick).state is RunState.DONE
    assert sum(world.run(run).state is RunState.RUNNING for run in slow) == 1
    gate.let_go()
    world.settle()


def test_what_fails_is_tried_again_after_a_while_and_not_before(world: EngineWorld) -> None:
    world.behave = failing(RetriableError("no answer", where="jira"))
    run = world.ask()
    world.settle()
    failed = world.run(run)
    assert (failed.state, failed.attempt, failed.error_class) == (RunState.FAILED, 1, "RetriableError")
    assert failed.next_attempt_at == world.clock() + timedelta(seconds=8)
    world.behave = lambda _app, _run: "well"
    assert world.reconcile() == (0, 0)
    assert execute(world.app, run.id, work=world.work()) is None
    world.clock.tick(timedelta(seconds=9))
    assert world.reconcile() == (0, 1)
    done = world.run(run)
    assert (done.state, done.attempt, done.error, done.next_attempt_at) == (RunState.DONE, 2, "", None)


def test_after_the_last_attempt_it_is_dead_until_a_person_retries_it(world: EngineWorld) -> None:
    world.behave = failing(RetriableError("no answer", where="jira"))
    run = world.ask()
    world.settle()
    for _ in range(MOST_ATTEMPTS + 2):
        world.clock.tick(timedelta(minutes=6))
        world.reconcile()
    dead = world.run(run)
    assert (dead.state, dead.attempt, dead.error) == (RunState.DEAD, MOST_ATTEMPTS, "jira: no answer")
    assert len(world.worked) == MOST_ATTEMPTS
    world.behave = lambda _app, _run: "well"
    runs.retry(world.app, run.id, world.dispatcher.enlist)
    world.reconcile()
    assert (world.run(run).state, world.run(run).attempt) == (RunState.DONE, 1)


@pytest.mark.parametrize("error", [UserError("no such board"), FatalError("the address was removed")])
def test_what_no_attempt_can_mend_is_dead_at_once(world: EngineWorld, error: AlignSyncError) -> None:
    world.behave = failing(error)
    run = world.ask()
    world.settle()
    assert (world.run(run).state, world.run(run).error_class) == (RunState.DEAD, type(error).__name__)


def test_errors_are_kept_in_one_line_without_secrets_and_without_words_of_strangers(world: EngineWorld) -> None:
    world.behave = failing(UserError(f"refused:\n  {SECRET}\n"))
    told = world.ask()
    world.settle()
    world.behave = failing(KeyError("the title of an item"))
    broken = world.ask("source:linear")
    world.settle()
    assert world.run(told).error == "refused: ****"
    assert world.run(broken).error == "a fault of ours (KeyError); the log of the service has the rest"
    assert world.run(broken).state is RunState.FAILED


def test_a_source_that_names_a_time_is_not_asked_before(world: EngineWorld) -> None:
    retry_at = world.clock() + timedelta(minutes=40)
    world.behave = failing(RetriableError("too many requests", retry_at=retry_at))
    run = world.ask()
    world.settle()
    assert world.run(run).next_attempt_at == retry_at


def test_a_lease_that_ran_out_is_taken_over_and_the_first_holder_can_write_nothing(world: EngineWorld) -> None:
    zombie = world.open_app("elsewhere:1:0")
    run = world.lost()
    claimed = runs.claim(zombie, run.id)
    assert claimed
    world.clock.tick(LEASE - MOMENT)
    assert world.reconcile() == (0, 0)
    world.clock.tick(2 * MOMENT)
    assert world.reconcile() == (0, 1)
    assert runs.renew(zombie, claimed) is False
    assert runs.finish(zombie, claimed, runs.end_well("too late")) is None
    done = world.run(run)
    assert (done.state, done.outcome, done.attempt, done.fence) == (RunState.DONE, "well", 2, 2)


def test_a_zombie_that_wakes_up_while_another_works_frees_nothing(world: EngineWorld) -> None:
    zombie = world.open_app("elsewhere:1:0")
    claimed = runs.claim(zombie, world.lost().id)
    assert claimed
    world.clock.tick(2 * LEASE)
    heir = world.open_app("third:1:0")
    inherited = runs.claim(heir, claimed.run.id)
    assert inherited
    assert runs.finish(zombie, claimed, runs.end_well("too late")) is None
    assert runs.claim(world.app, world.lost(kind=RunKind.READ).id) is None, "the subject is the heir's"
    assert runs.finish(heir, inherited, runs.end_well("well"))


def test_a_claim_lasts_as_long_as_it_is_renewed(world: EngineWorld) -> None:
    elsewhere = world.open_app("elsewhere:1:0")
    claimed = runs.claim(elsewhere, world.lost().id)
    assert claimed
    for _ in range(4):
        world.clock.tick(LEASE * 0.7)
        assert runs.renew(elsewhere, claimed)
    assert world.reconcile() == (0, 0)
    assert runs.claim(world.app, world.lost(kind=RunKind.READ).id) is None


def test_the_run_of_a_process_that_is_certainly_dead_is_taken_over_at_once(world: EngineWorld) -> None:
    host = name_process().partition(":")[0]
    dead = world.open_app(f"{host}:{2**22 + 1}:1")
    run = world.lost()
    assert runs.claim(dead, run.id)
    assert world.reconcile() == (0, 1)
    assert world.run(run).state is RunState.DONE


def test_work_that_ends_its_process_again_and_again_is_given_up(world: EngineWorld) -> None:
    run = world.lost()
    for number in range(MOST_ATTEMPTS):
        assert runs.claim(world.open_app(f"host{number}:1:0"), run.id)
        world.clock.tick(2 * LEASE)
    world.reconcile()
    assert (world.run(run).state, world.run(run).error_class) == (RunState.DEAD, "LostWorker")
    assert world.worked == []


def test_a_source_to_be_left_alone_puts_its_runs_off_without_an_attempt(world: EngineWorld) -> None:
    until = world.clock() + timedelta(minutes=20)
    runs.note_source(world.app, "jira", RetriableError("slow down", retry_at=until, throttled=True))
    run, other = world.ask(), world.ask("source:linear")
    world.settle()
    put_off = world.run(run)
    assert (put_off.state, put_off.attempt, put_off.next_attempt_at) == (RunState.QUEUED, 0, until)
    assert world.run(other).state is RunState.DONE
    assert runs.health_of(world.app, "jira").failures == 0, "to ask for patience is no failure"
    world.clock.tick(timedelta(minutes=21))
    world.reconcile()
    assert (world.run(run).state, world.run(run).attempt) == (RunState.DONE, 1)


def test_what_a_dead_worker_left_behind_is_put_off_too_while_its_source_is_left_alone(world: EngineWorld) -> None:
    run = world.lost()
    assert runs.claim(world.open_app("elsewhere:1:0"), run.id)
    until = world.clock() + timedelta(minutes=20)
    runs.note_source(world.app, "jira", RetriableError("slow down", retry_at=until, throttled=True))
    world.clock.tick(2 * LEASE)
    world.reconcile()
    assert world.worked == []
    world.clock.tick(timedelta(minutes=20))
    world.reconcile()
    assert (world.run(run).state, world.run(run).attempt) == (RunState.DONE, 2)


def refuse(app: App, run: Run) -> str:
    """What a pull does whose credentials are refused."""
    error = AuthError("the credentials are refused")
    runs.note_source(app, runs.source_of(run), error)
    raise error


def test_refused_credentials_block_the_source_at_once_for_all_and_ever_longer(world: EngineWorld) -> None:
    world.behave = refuse
    run = world.ask()
    world.settle()
    blocks = []
    for _ in range(3):
        until = runs.health_of(world.open_app("elsewhere:1:0"), "jira").blocked_at(world.clock())
        assert until
        assert world.run(run).next_attempt_at == until
        blocks.append(until - world.clock())
        world.clock.tick(until - world.clock() + MOMENT)
        world.reconcile()
    assert blocks == [timedelta(minutes=5), timedelta(minutes=15), timedelta(minutes=60)]


def test_when_the_source_answers_again_what_was_put_off_comes_at_once(world: EngineWorld) -> None:
    runs.note_source(world.app, "jira", AuthError("the credentials are refused"))
    run = world.ask()
    world.settle()
    runs.note_source(world.app, "jira", None)
    world.reconcile()
    assert world.run(run).state is RunState.DONE
    assert runs.health_of(world.app, "jira").error == ""


def test_five_failures_in_a_row_block_a_source_and_what_other_processes_hold_counts_nothing(world: EngineWorld) -> None:
    def blocked_after(error: AlignSyncError, times: int) -> datetime | None:
        for _ in range(times):
            runs.note_source(world.app, "jira", error)
        return runs.health_of(world.app, "jira").blocked_at(world.clock())

    assert blocked_after(AlreadyRunningError("another process works on it"), 9) is None
    assert blocked_after(RetriableError("no answer"), 4) is None
    assert blocked_after(RetriableError("no answer"), 1) == world.clock() + timedelta(minutes=5)


def test_work_that_is_interrupted_waits_again_as_if_it_had_not_begun(world: EngineWorld) -> None:
    world.behave = failing(InterruptedPullError())
    run = world.ask()
    world.settle()
    put_back = world.run(run)
    assert (put_back.state, put_back.attempt, put_back.owner, put_back.error) == (RunState.QUEUED, 0, None, "")
    world.behave = lambda _app, _run: "well"
    world.reconcile()
    assert world.run(run).state is RunState.DONE


def test_work_that_is_interrupted_while_another_waits_is_covered_by_it(world: EngineWorld) -> None:
    claimed = runs.claim(world.app, world.lost().id)
    assert claimed
    later = world.lost()
    ended = runs.finish(world.app, claimed, runs.end_badly(world.app, claimed.run, InterruptedPullError(), None))
    assert ended
    assert (ended.state, ended.outcome) == (RunState.SKIPPED, f"covered by run {later.id}")


def test_a_source_that_a_person_is_pulling_is_no_failure(world: EngineWorld) -> None:
    world.behave = failing(AlreadyRunningError("another process works on it"))
    run = world.ask()
    world.settle()
    assert (world.run(run).state, world.run(run).attempt) == (RunState.QUEUED, 0)
    assert world.run(run).next_attempt_at == world.clock() + LEASE


def test_a_run_that_nobody_was_told_of_is_found(world: EngineWorld) -> None:
    run = world.lost()
    assert world.reconcile() == (0, 1)
    assert world.run(run).state is RunState.DONE
    assert world.reconcile() == (0, 0)


def test_a_run_that_is_handed_over_twice_is_done_once(world: EngineWorld) -> None:
    gate = Gate()
    world.behave = gate
    run = world.ask()
    gate.wait_for(1)
    world.dispatcher.wake(run)
    assert execute(world.app, run.id, work=world.work()) is None
    gate.let_go()
    world.settle()
    assert execute(world.app, run.id, work=world.work()) is None
    assert execute(world.app, 4711, work=world.work()) is None
    assert world.worked == [run.id]


def test_of_all_slots_that_were_missed_the_newest_is_made_up_for_unless_it_is_too_old(world: EngineWorld) -> None:
    world.clock.tick(timedelta(hours=5, minutes=7))
    assert world.reconcile(JIRA, LINEAR) == (2, 0)
    assert world.reconcile(JIRA, LINEAR) == (0, 0)
    assert [run.dedupe_key for run in world.all()] == [
        "sync:jira@2026-11-23T17:00:00Z",
        "sync:linear@2026-11-23T17:00:00Z",
    ]
    world.clock.at = datetime.fromisoformat("2026-11-28T00:00:00Z")  # slots of seven days fall on Thursdays
    assert world.reconcile(DIGEST) == (1, 0)
    world.clock.at = datetime.fromisoformat("2026-12-05T00:00:01Z")
    assert world.reconcile(DIGEST) == (0, 0)


def test_what_was_due_before_the_first_sign_of_life_is_made_up_for_but_for_digests(world: EngineWorld) -> None:
    world.clock.at = datetime.fromisoformat("2026-11-26T09:00:00Z")  # slots of seven days fall on Thursdays
    assert world.reconcile(DIGEST) == (0, 0), "nothing is known yet"
    runs.begin_service(world.app, started_at=world.clock(), is_alone=False)
    assert world.reconcile(DIGEST, JIRA) == (1, 0)
    assert world.reconcile(DIGEST, JIRA) == (0, 0)
    assert [run.kind for run in world.all()] == [RunKind.SYNC]
    world.clock.at = datetime.fromisoformat("2026-12-04T09:00:00Z")
    assert world.reconcile(DIGEST) == (1, 0), "of a week later it is, also after a day's pause"


def test_what_tells_of_the_work_waits_for_pulls_but_not_for_ever(world: EngineWorld) -> None:
    pull = runs.claim(world.open_app("elsewhere:1:0"), world.lost().id)
    assert pull
    digest = world.ask("team:Payments", RunKind.DIGEST)
    world.settle()
    assert (world.run(digest).state, world.run(digest).attempt) == (RunState.QUEUED, 0)
    runs.finish(world.app, pull, runs.end_well("well"))
    world.clock.tick(timedelta(seconds=10))
    world.reconcile()
    assert world.run(digest).state is RunState.DONE
    late = world.lost("team:Search", RunKind.DIGEST)
    world.clock.tick(timedelta(minutes=31))
    assert runs.claim(world.open_app("elsewhere:1:0"), world.lost().id)
    world.reconcile()
    assert world.run(late).state is RunState.DONE


def test_a_run_whose_hand_over_fails_is_not_written_down(world: EngineWorld) -> None:
    def refuse_it(_connection: object, _run: Run) -> None:
        raise FatalError("the queue is gone")

    with pytest.raises(FatalError):
        runs.tick(world.app, JIRA, world.clock(), refuse_it)
    assert world.all() == ()


def test_a_dispatcher_that_stops_lets_what_is_under_way_end_and_leaves_the_rest(world: EngineWorld) -> None:
    gate = Gate()
    world.behave = gate
    under_way = world.ask()
    gate.wait_for(1)
    stopping = threading.Thread(target=world.dispatcher.stop, args=[PATIENCE])
    stopping.start()
    threading.Event().wait(0.1)
    late = world.ask("source:linear")
    gate.let_go()
    stopping.join(PATIENCE.total_seconds())
    assert not stopping.is_alive()
    assert (world.run(under_way).state, world.run(late).state) == (RunState.DONE, RunState.QUEUED)
