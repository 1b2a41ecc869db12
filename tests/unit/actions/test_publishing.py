"""Versions: what a deployment publishes, what a failure leaves, what is pruned, going back."""

import io
import json
import zipfile
from dataclasses import replace

import pytest

from maestro_cdk.actions import deploy as deploying
from maestro_cdk.actions import redeploy as redeploying
from maestro_cdk.actions import releasing, rollback, run, versions
from maestro_cdk.actions import status as standing
from maestro_cdk.actions.records import Origin
from maestro_cdk.errors import CloudError, DeploymentFailed, ReleaseUnderway, StackBusy
from maestro_cdk.model import ReleaseSettings
from tests.fakes.cloud import ACCOUNT, REGION
from tests.fakes.projects import project

MACHINE = f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:approval"
LIVE = f"{MACHINE}:live"
TWO = ("manager", "notifier")


def arn(name):
    return f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:approval_{name}"


def released(**release):
    return project(functions=TWO, release=ReleaseSettings(**release))


def folder(**files):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, text in files.items():
            archive.writestr(name.replace("__", "."), text)
    return made.getvalue()


@pytest.fixture
def publish(prepare, cloud, clock, reporter, synthesizer):
    """Deploy a project whose state machine calls both of its functions."""
    synthesizer.definition = {
        "StartAt": "A",
        "States": {
            "A": {"Type": "Task", "Resource": arn("manager"), "Next": "B"},
            "B": {"Type": "Task", "Resource": arn("notifier"), "End": True},
        },
    }

    def published(wanted=None, *, message=None, files=None, **more):
        origin = Origin(commit="abc", message=message, folder=folder(**(files or {"a": "1"})))
        return deploying.apply(
            prepare(wanted or released()),
            cloud=cloud,
            reporter=reporter,
            clock=clock,
            origin=lambda: origin,
            **more,
        )

    return published


@pytest.fixture
def twice(publish, synthesizer):
    """Two versions, the second with other code of one function."""
    publish(message="first")
    synthesizer.codes["manager"] = "2"
    publish(message="second")


@pytest.fixture
def roll_back(cloud):
    def rolled_back(wanted=None):
        stack = cloud.stacks.describe("approval")
        return rollback.roll_back(released(), stack, MACHINE, wanted, cloud=cloud)

    return rolled_back


def pins(cloud, number):
    states = json.loads(cloud.versions.describe(MACHINE, number).definition)["States"]
    return [state["Resource"].rpartition(":")[2] for state in states.values()]


def live(cloud):
    return dict(cloud.versions.alias(MACHINE).weights)


# --- what is published -------------------------------------------------------------------------


def test_a_deployment_publishes_what_it_deploys(publish, cloud):
    deployed = publish()
    assert (deployed.published.version, deployed.published.before) == (1, None)
    assert live(cloud) == {1: 100}
    assert pins(cloud, 1) == ["1", "1"]


def test_the_machine_itself_is_as_the_template_says_afterwards(publish, cloud, prepare):
    publish()
    states = json.loads(cloud.machines.live(MACHINE).definition)["States"]
    assert [state["Resource"] for state in states.values()] == [arn("manager"), arn("notifier")]
    assert not prepare(released()).changes


def test_what_did_not_change_is_not_published_again(twice, cloud):
    assert live(cloud) == {2: 100}
    assert pins(cloud, 2) == ["2", "1"]
    assert pins(cloud, 1) == ["1", "1"]


def test_nothing_to_do_publishes_nothing(publish, cloud):
    publish()
    cloud.calls.clear()
    assert not publish().published.fresh
    assert cloud.called("publish_function", "publish", "point") == []


def test_a_version_knows_where_it_comes_from(twice, cloud):
    newest, first = versions.history(released(), MACHINE, cloud=cloud).versions
    assert (newest.number, newest.weight, first.weight) == (2, 100, 0)
    record = newest.record
    assert (record.message, record.commit, record.by) == ("second", "abc", cloud.identity.arn)
    assert record.functions == {"approval_manager": 2, "approval_notifier": 1}


def test_no_versions_where_none_are_kept(publish, cloud):
    assert publish(released(keep=0)).published is None
    assert cloud.versions.machines == {}


def test_nobody_who_does_not_wait_publishes(publish, cloud):
    assert publish(wait=False).published is None
    assert cloud.versions.machines == {}


def test_functions_that_are_being_updated_are_waited_for(publish, cloud, synthesizer):
    publish()
    synthesizer.codes["manager"] = "2"
    cloud.functions._until["approval_manager"] = cloud.clock.monotonic() + 30
    assert publish().published.version == 2


# --- a failure between two steps ---------------------------------------------------------------


@pytest.mark.parametrize("step", ["publish_function", "publish", "point"])
def test_what_stopped_half_way_goes_on(publish, cloud, synthesizer, step):
    publish()
    synthesizer.codes["manager"] = "2"
    cloud.versions.failing[step] = CloudError("not now")
    with pytest.raises(DeploymentFailed, match="deployed, but not published: not now") as failed:
        publish()
    assert "live leads to version 1, as before" in failed.value.hint
    assert live(cloud) == {1: 100}
    assert publish().published.version == 2
    assert live(cloud) == {2: 100}
    assert list(cloud.versions.listed(MACHINE)) == [2, 1]
    assert versions.history(released(), MACHINE, cloud=cloud).versions[0].record


def test_a_version_whose_note_was_lost_gets_one(publish, cloud, synthesizer):
    publish()
    synthesizer.codes["manager"] = "2"
    keep = cloud.assets.write

    def lose(key, content):
        if key.endswith("/2.json"):
            raise CloudError("no bucket today")
        keep(key, content)

    cloud.assets.write = lose
    with pytest.raises(DeploymentFailed, match="no bucket today"):
        publish()
    cloud.assets.write = keep
    assert publish().published.version == 2
    assert list(cloud.versions.listed(MACHINE)) == [2, 1]
    assert versions.history(released(), MACHINE, cloud=cloud).versions[0].record


def test_a_machine_that_is_told_as_it_was_before_is_asked_again(publish, cloud, synthesizer):
    publish()
    synthesizer.definition["States"]["B"]["Comment"] = "new"
    told, describe = cloud.versions.describe(MACHINE), cloud.versions.describe
    stale = [told, told]

    def late(machine, /, number=None):
        return stale.pop() if number is None and stale else describe(machine, number)

    cloud.versions.describe = late
    assert publish().published.version == 2
    assert "new" in describe(MACHINE, 2).definition
    assert "new" in describe(MACHINE).definition


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"code": "another's"}, "the code of manager"),
        ({"properties": {"MemorySize": 1024}}, "the configuration of manager"),
    ],
)
def test_functions_that_another_deployment_changes_are_not_published(
    publish, cloud, synthesizer, change, named
):
    publish()
    synthesizer.codes["manager"] = "2"
    publish_function, functions = cloud.versions.publish_function, cloud.functions.live

    def change_before(name, /):
        if name == "approval_manager":
            functions[name] = replace(functions[name], **change)
        return publish_function(name)

    cloud.versions.publish_function = change_before
    with pytest.raises(DeploymentFailed, match=f"changed meanwhile, .*: {named}"):
        publish()
    assert live(cloud) == {1: 100}
    assert list(cloud.versions.listed(MACHINE)) == [1]


def test_a_machine_that_was_left_pinned_is_put_right(publish, cloud):
    publish()
    pinned = cloud.versions.describe(MACHINE, 1).definition
    cloud.machines.live_ones[MACHINE] = replace(cloud.machines.live(MACHINE), definition=pinned)
    deployed = publish()
    assert deployed.put_back == ("the definition",)
    assert arn("manager") + '"' in cloud.machines.live(MACHINE).definition


def test_a_note_of_an_earlier_machine_is_not_taken_for_this_ones(publish, cloud, clock):
    publish(message="of another life")
    clock.sleep(100_000)
    cloud.versions.times[MACHINE, 1] = clock.now()
    (version,) = versions.history(released(), MACHINE, cloud=cloud).versions
    assert version.record is None


# --- going back --------------------------------------------------------------------------------


def test_going_back_moves_live_alone(twice, roll_back, cloud):
    template = cloud.machines.live(MACHINE)
    done = roll_back()
    assert (done.before, done.after) == (2, 1)
    assert live(cloud) == {1: 100}
    assert cloud.machines.live(MACHINE) == template


def test_the_next_deployment_goes_on_from_there(twice, roll_back, publish, cloud, prepare):
    roll_back()
    plan = prepare(released())
    assert plan.difference.release == "live leads to version 1; it would lead to what is deployed"
    assert plan.changes
    published = publish().published
    assert (published.before, published.version, published.fresh) == (1, 2, False)
    assert live(cloud) == {2: 100}


def test_going_back_and_deploying_something_new(twice, roll_back, publish, cloud, synthesizer):
    roll_back()
    synthesizer.codes["manager"] = "3"
    assert publish().published.version == 3
    assert pins(cloud, 3) == ["3", "1"]


def test_going_back_to_where_it_is(twice, roll_back, cloud):
    cloud.calls.clear()
    done = roll_back("2")
    assert done.before == done.after == 2
    assert cloud.called("point") == []


@pytest.mark.parametrize("wanted", ["9", "0", "latest", "-1"])
def test_a_version_that_is_not_there(twice, roll_back, wanted):
    with pytest.raises(CloudError, match=f"there is no version {wanted}; there are 1 to 2"):
        roll_back(wanted)


def test_nothing_before_the_first(publish, roll_back):
    publish()
    with pytest.raises(CloudError, match="there is none before it"):
        roll_back()


def test_nothing_is_published(publish, roll_back):
    publish(released(keep=0))
    with pytest.raises(CloudError, match="nothing is published"):
        roll_back()


def test_a_version_whose_function_was_deleted(twice, roll_back, cloud):
    del cloud.versions.functions["approval_manager"][1]
    with pytest.raises(CloudError, match="it needs approval_manager:1, which somebody deleted"):
        roll_back()
    assert live(cloud) == {2: 100}


def test_not_while_a_deployment_goes_on(twice, cloud):
    stack = replace(cloud.stacks.describe("approval"), status="UPDATE_IN_PROGRESS")
    with pytest.raises(StackBusy, match="a deployment goes on"):
        rollback.roll_back(released(), stack, MACHINE, None, cloud=cloud)
    assert live(cloud) == {2: 100}


# --- gradually ---------------------------------------------------------------------------------

CANARY = {"strategy": "canary", "percentage": 20, "interval": 5}


@pytest.fixture
def releasing_two(publish, synthesizer):
    publish(released(**CANARY))
    synthesizer.codes["manager"] = "2"
    return publish(released(**CANARY))


def test_the_first_version_gets_all(publish, cloud):
    assert publish(released(**CANARY)).published.percentage == 100
    assert live(cloud) == {1: 100}


def test_the_next_is_left_to_the_machine_that_releases(releasing_two, cloud):
    assert releasing_two.published.percentage == 20
    assert live(cloud) == {1: 100}
    (_, _, payload) = cloud.called("start")[-1]
    given = json.loads(payload)
    assert given["before"] == f"{MACHINE}:1"
    assert given["after"] == f"{MACHINE}:2"
    assert given["steps"] == [20, 100]
    assert given["wait"] * given["looks"] == 300
    assert given["alarms"] == ["approval-failed", "approval-timed_out", "approval-throttled"]


def test_no_deployment_comes_between(releasing_two, publish, cloud):
    cloud.versions.point(MACHINE, {1: 80, 2: 20}, "version 1, template x")
    with pytest.raises(ReleaseUnderway, match="80 % to version 1 and 20 % to version 2") as refused:
        publish(released(**CANARY))
    assert "maestro rollback 1" in refused.value.hint


def test_going_back_ends_a_release(releasing_two, roll_back, cloud):
    cloud.versions.point(MACHINE, {1: 80, 2: 20}, "version 1, template x")
    done = roll_back()
    assert (done.before, done.after, done.stopped) == (None, 1, 1)
    assert live(cloud) == {1: 100}
    assert cloud.machines.running(f"{MACHINE}-release") == ()


@pytest.mark.parametrize("wanted", [None, "1"])
def test_going_back_ends_a_release_before_its_first_step(releasing_two, roll_back, cloud, wanted):
    done = roll_back(wanted)
    assert (done.before, done.after, done.stopped) == (1, 1, 1)
    assert live(cloud) == {1: 100}
    assert cloud.machines.running(f"{MACHINE}-release") == ()


@pytest.mark.parametrize(
    ("strategy", "percentage", "steps"),
    [
        ("canary", 1, [1, 100]),
        ("linear", 30, [30, 60, 90, 100]),
        ("linear", 50, [50, 100]),
        ("linear", 99, [99, 100]),
    ],
)
def test_steps(strategy, percentage, steps):
    assert releasing.steps(ReleaseSettings(strategy=strategy, percentage=percentage)) == steps


@pytest.mark.parametrize("interval", [1, 7, 2100])
@pytest.mark.parametrize("percentage", [1, 10, 99])
def test_a_release_takes_its_time_within_the_events_of_an_execution(interval, percentage):
    release = ReleaseSettings(strategy="linear", percentage=percentage, interval=interval)
    wait, looks = releasing.pace(release)
    assert interval * 60 <= wait * looks < interval * 60 + wait
    assert wait >= 60
    assert len(releasing.steps(release)) * looks * 15 < 25_000


# --- somebody else moved it ---------------------------------------------------------------------


def test_moved_by_hand_is_told(twice, cloud):
    cloud.versions.point(MACHINE, {1: 100}, cloud.versions.alias(MACHINE).description)
    assert versions.history(released(), MACHINE, cloud=cloud).by_hand


def test_moved_by_hand_is_moved_on(twice, cloud, publish):
    cloud.versions.point(MACHINE, {1: 100}, "mine")
    assert publish().published.version == 2
    assert live(cloud) == {2: 100}


# --- what a deployment takes from what runs --------------------------------------------------------


def test_a_function_that_goes_is_told_to_those_who_run(twice, cloud, prepare, reporter):
    cloud.versions.held = {1: 2, 2: 1}
    reporter.heard.clear()
    prepare(project(functions=("manager",), release=ReleaseSettings()))
    (said,) = [text for text in reporter.texts if "earlier versions" in text]
    assert said.startswith("3 executions of earlier versions run: they fail where they still call ")
    assert "notifier, which is deleted with all its versions" in said


def test_a_function_that_goes_while_nothing_runs(twice, prepare, reporter):
    prepare(project(functions=("manager",), release=ReleaseSettings()))
    assert not any("earlier versions" in text for text in reporter.texts)


# --- redeployed --------------------------------------------------------------------------------


@pytest.fixture
def redeploy(tmp_path, cloud, synthesizer, reporter, clock):
    def redeployed():
        ready = redeploying.prepare(
            released(), (), tmp_path / "re", cloud=cloud, synthesizer=synthesizer, reporter=reporter
        )
        assert ready.reason is None
        redeploying.apply(ready, cloud=cloud, reporter=reporter, clock=clock)

    return redeployed


def test_a_run_starts_live(twice, cloud):
    target = run.target(MACHINE, None, released(), cloud=cloud)
    assert (target.arn, target.version, target.named) == (LIVE, 2, "live, version 2")


def test_what_was_redeployed_runs_at_once(twice, redeploy, cloud, synthesizer):
    synthesizer.codes["manager"] = "3"
    redeploy()
    assert live(cloud) == {2: 100}
    target = run.target(MACHINE, None, released(), cloud=cloud)
    assert (target.arn, target.named) == (MACHINE, "what was redeployed, unpublished")
    assert run.target(MACHINE, "live", released(), cloud=cloud).arn == LIVE


def test_the_next_deployment_publishes_what_was_redeployed(
    twice, redeploy, publish, cloud, synthesizer
):
    synthesizer.codes["manager"] = "3"
    redeploy()
    assert publish().published.version == 3
    assert run.target(MACHINE, None, released(), cloud=cloud).arn == LIVE
    assert pins(cloud, 3) == ["3", "1"]


def test_redeployed_and_taken_back_is_the_version_before(
    twice, redeploy, publish, cloud, synthesizer
):
    synthesizer.codes["manager"] = "3"
    redeploy()
    synthesizer.codes["manager"] = "2"
    assert publish().put_back == ("the code of manager",)
    assert live(cloud) == {2: 100}
    assert run.target(MACHINE, None, released(), cloud=cloud).arn == LIVE


def test_a_version_can_be_run(twice, cloud):
    assert run.target(MACHINE, "1", released(), cloud=cloud).arn == f"{MACHINE}:1"
    assert run.target(MACHINE, "unpublished", released(), cloud=cloud).arn == MACHINE
    with pytest.raises(CloudError, match="there is no version 7; there are 1 to 2"):
        run.target(MACHINE, "7", released(), cloud=cloud)


def test_a_run_during_a_release_tells_both(releasing_two, cloud):
    cloud.versions.point(MACHINE, {1: 80, 2: 20}, "version 1, template x")
    target = run.target(MACHINE, None, released(), cloud=cloud)
    assert (target.arn, target.named) == (LIVE, "live: 80 % version 1, 20 % version 2")


# --- pruning -----------------------------------------------------------------------------------


@pytest.fixture
def many(publish, synthesizer):
    def made(count, keep=3):
        for n in range(count):
            synthesizer.codes["manager"] = f"code {n}"
            publish(released(keep=keep), files={"a": f"{n}"})

    return made


def test_the_last_ones_are_kept(many, cloud):
    many(5)
    assert list(cloud.versions.listed(MACHINE)) == [5, 4, 3]
    assert sorted(cloud.versions.functions["approval_manager"]) == [3, 4, 5]
    assert sorted(cloud.versions.functions["approval_notifier"]) == [1]


def test_what_is_noted_of_a_version_goes_with_it(many, cloud):
    many(5)
    kept = cloud.assets.listed("approval/versions/")
    assert sorted(key for key in kept if key.endswith(".json")) == [
        f"approval/versions/{n}.json" for n in (3, 4, 5)
    ]
    assert len([key for key in kept if key.endswith(".zip")]) == 3


def test_what_runs_keeps_its_version_and_its_functions(many, cloud):
    many(2)
    cloud.versions.held = {1: 4}
    many(6)
    assert list(cloud.versions.listed(MACHINE))[-1] == 1
    assert 1 in cloud.versions.functions["approval_manager"]
    assert len(cloud.versions.listed(MACHINE)) == 4


def test_what_live_leads_to_is_kept(many, roll_back, cloud, publish, synthesizer):
    many(3)
    roll_back("1")
    cloud.versions.failing["point"] = CloudError("not now")
    synthesizer.codes["manager"] = "new"
    with pytest.raises(DeploymentFailed):
        publish(released(keep=3))
    assert list(cloud.versions.listed(MACHINE)) == [4, 3, 2, 1]


def test_that_nothing_can_be_pruned_is_no_failure(many, cloud, reporter):
    many(3)
    cloud.versions.failing["delete_function"] = CloudError("no rights")
    many(4)
    assert any("no rights" in text for text in reporter.texts)


def test_what_another_alias_needs_is_left(many, cloud):
    many(2)
    cloud.versions.put_alias(MACHINE, {1: 100}, "theirs", "stable")
    many(5)
    assert list(cloud.versions.listed(MACHINE))[-1] == 1
    assert 1 in cloud.versions.functions["approval_manager"]


def test_versions_of_functions_of_others_are_left(many, cloud, synthesizer):
    states = synthesizer.definition["States"]
    for number in (3, 4, 5, 6, 7):
        theirs = arn("manager").replace("approval_manager", "payments")
        states["B"] = {"Type": "Task", "Resource": f"{theirs}:{number}", "End": True}
        many(1)
    deleted = [name for name, *_ in cloud.called("delete_function")]
    assert deleted == []
    assert list(cloud.versions.listed(MACHINE)) == [5, 4, 3]


def test_an_old_version_of_a_function_that_a_newer_one_names_is_left(many, cloud, synthesizer):
    many(3)
    states = synthesizer.definition["States"]
    for again in range(4):
        states["A"]["Resource"] = f"{arn('manager')}:1"
        states["A"]["Comment"] = f"{again}"
        states["B"]["Resource"] = arn("manager")
        many(1, keep=3)
        synthesizer.codes["manager"] = f"other {again}"
    assert 1 in cloud.versions.functions["approval_manager"]


# --- differences and folders -------------------------------------------------------------------


def test_what_changed_between_two(publish, cloud, synthesizer):
    publish(files={"a__py": "x = 1\n", "gone": "", "pic": "\n"})
    synthesizer.codes["manager"] = "2"
    synthesizer.definition["States"]["A"]["Comment"] = "checks"
    publish(files={"a__py": "x = 2\ny = 3\n", "pic": "\n", "new": "1\n2\n"})
    found = versions.between(released(), MACHINE, 1, 2, cloud=cloud)
    (state,) = found.states
    assert (state.name, state.verb, [each.name for each in state.settings]) == (
        "A",
        "changed",
        ["Comment"],
    )
    assert found.functions == {"approval_manager": (1, 2)}
    assert [(each.path, each.verb, each.added, each.removed) for each in found.files] == [
        ("a.py", "changed", 2, 1),
        ("gone", "removed", 0, 0),
        ("new", "added", 2, 0),
    ]


def test_the_folder_of_a_version(publish, cloud):
    publish(files={"definition__asl__json": "{}"})
    assert versions.folder(released(), MACHINE, 1, cloud=cloud) == {
        "definition.asl.json": (b"{}", False)
    }
    with pytest.raises(CloudError, match="there is no version 2; there are 1"):
        versions.folder(released(), MACHINE, 2, cloud=cloud)


def test_a_folder_that_leads_out_is_not_followed(publish, cloud):
    publish(files={"../../etc/passwd": "no", "/abs": "no", "fine": "yes"})
    assert list(versions.folder(released(), MACHINE, 1, cloud=cloud)) == ["fine"]


def test_status_tells_where_live_leads(twice, tmp_path, cloud, synthesizer, reporter):
    found = standing.look(
        released(), (), tmp_path / "s", cloud=cloud, synthesizer=synthesizer, reporter=reporter
    )
    assert found.alias.version == 2
    assert found.difference.empty
