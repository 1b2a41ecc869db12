"""What is kept of executions."""

import sqlite3

from maestro_cdk.local.states.store import Store

MACHINE = "arn:aws:states:us-east-1:000000000000:stateMachine:m"


def execution(name, *, started=1.0, status="SUCCEEDED", **more):
    arn = f"arn:aws:states:us-east-1:000000000000:execution:m:{name}"
    row = {"executionArn": arn, "stateMachineArn": MACHINE, "status": status}
    return row | {"name": name, "startDate": started} | more


def test_what_was_written_is_there_at_the_next_start(tmp_path):
    store = Store(tmp_path / "deep" / "executions.db")
    row = execution("one", input="{}")
    store.write_execution(row)
    store.write_event(row["executionArn"], {"id": 1, "type": "ExecutionStarted"})
    store.write_definition("d", "text")
    store.close()

    again = Store(tmp_path / "deep" / "executions.db")

    assert again.execution(row["executionArn"]) == row
    assert again.events(row["executionArn"]).rows == [{"id": 1, "type": "ExecutionStarted"}]
    assert again.definition("d") == "text"
    again.close()


def test_what_stands_otherwise_is_written_over():
    store = Store()
    store.write_execution(execution("one", status="RUNNING"))
    assert [row["name"] for row in store.running()] == ["one"]
    store.write_execution(execution("one"))
    assert store.running() == []
    assert store.executions(machine=MACHINE).rows == [execution("one")]


def test_executions_come_in_pages_the_youngest_first():
    store = Store()
    for n in range(5):
        store.write_execution(execution(str(n), started=float(n)))

    first = store.executions(machine=MACHINE, most=2)
    second = store.executions(machine=MACHINE, most=2, begin=first.next)
    third = store.executions(machine=MACHINE, most=2, begin=second.next)

    names = [[row["name"] for row in page.rows] for page in (first, second, third)]
    assert names == [["4", "3"], ["2", "1"], ["0"]]
    assert third.next is None


def test_executions_of_an_earlier_machine_and_of_a_map_are_not_listed():
    store = Store()
    store.write_execution(execution("before", started=1.0))
    store.write_execution(execution("child", started=3.0, mapRunArn="run", itemCount=2))
    store.write_execution(execution("own", started=3.0))

    assert [row["name"] for row in store.executions(machine=MACHINE, since=2.0).rows] == ["own"]
    assert [row["name"] for row in store.executions(map_run="run").rows] == ["child"]
    assert store.counts("run") == ({"SUCCEEDED": 1}, {"SUCCEEDED": 2})


def test_only_executions_that_stand_so_are_listed():
    store = Store()
    for status in ("RUNNING", "FAILED", "SUCCEEDED"):
        store.write_execution(execution(status.lower(), status=status))
    found = store.executions(machine=MACHINE, status="FAILED").rows
    assert [row["status"] for row in found] == ["FAILED"]


def test_pages_hold_as_many_executions_of_a_version_as_they_can():
    store = Store()
    for n in range(6):
        by = {"stateMachineVersionArn": "v"} if n % 2 else {"stateMachineAliasArn": "a"}
        store.write_execution(execution(str(n), **by))
    page = store.executions(machine=MACHINE, named="v", most=2)
    assert ([row["name"] for row in page.rows], page.next) == (["5", "3"], 2)
    assert len(store.executions(machine=MACHINE, named="a").rows) == 3


def test_what_is_old_is_forgotten_but_not_what_runs():
    store = Store()
    for name, started, status in (
        ("old", 1.0, "FAILED"),
        ("running", 1.0, "RUNNING"),
        ("new", 9.0, "FAILED"),
    ):
        row = execution(name, started=started, status=status)
        store.write_execution(row)
        store.write_event(row["executionArn"], {"id": 1})

    store.forget_before(5.0)

    left = {row["name"]: row["executionArn"] for row in store.executions(machine=MACHINE).rows}
    assert left.keys() == {"running", "new"}
    assert len(store.events(left["new"]).rows) == 1
    assert store.events(execution("old")["executionArn"]).rows == []


def test_a_file_that_cannot_be_read_is_put_aside(tmp_path, caplog):
    path = tmp_path / "executions.db"
    path.write_bytes(b"this is no database" * 100)

    store = Store(path)
    store.write_execution(execution("one"))

    assert store.executions(machine=MACHINE).rows == [execution("one")]
    assert (tmp_path / "executions.db.unreadable").exists()
    assert "put aside" in caplog.text
    store.close()


def test_what_is_waiting_is_written_when_it_ends(tmp_path):
    path = tmp_path / "executions.db"
    store = Store(path)
    store.write_execution(execution("one"))
    store.close()
    base = sqlite3.connect(path)
    assert base.execute("SELECT COUNT(*) FROM executions").fetchone() == (1,)
    base.close()
