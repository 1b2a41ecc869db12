"""The AWS on this machine, with real processes."""

import io
import json
import os
import re
import select
import signal
import socket
import subprocess
import sys
import sysconfig
import time
import urllib.error
import urllib.parse
import urllib.request
import zipfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import boto3
import pytest
from botocore.config import Config

import maestro_cdk
from maestro_cdk.errors import LocalError
from maestro_cdk.local import lifecycle, processes
from maestro_cdk.local.environment import environment
from maestro_cdk.local.files import Files, is_locked

PYTHON = """
import os
def handler(event, context):
    return dict(os.environ)
"""
NODE = "exports.handler = async () => ({...process.env, version: process.version});"


@pytest.fixture(scope="module", autouse=True)
def _services_known():
    """Read what boto3 knows of these services now, not while a server's idle time runs."""
    for service in ("iam", "lambda", "s3", "stepfunctions"):
        boto3.client(service, region_name="us-east-1")


@pytest.fixture
def cache(tmp_path):
    yield tmp_path
    lifecycle.stop(tmp_path)
    assert processes.of(Files.under(tmp_path).scratch) == ()


def client(server, service):
    return boto3.client(
        service,
        endpoint_url=server.endpoint,
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(retries={"total_max_attempts": 1}, read_timeout=20),
    )


def zipped(**files):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, text in files.items():
            archive.writestr(name.replace("_", "."), text)
    return content.getvalue()


def role(server, name="any", **allowed):
    """The ARN of a role, made where there is none: it may do all, or what is `allowed`."""
    iam = client(server, "iam")
    statement = {"Effect": "Allow", "Action": "*", "Resource": "*"} | allowed
    trust = {"Service": ["lambda.amazonaws.com", "states.amazonaws.com"]}
    with suppress(iam.exceptions.EntityAlreadyExistsException):
        assume = {"Effect": "Allow", "Principal": trust, "Action": "sts:AssumeRole"}
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=policy(assume))
        iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=policy(statement))
    return f"arn:aws:iam::000000000000:role/{name}"


def policy(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def create_function(server, name, *, code=None, **settings):
    settings = {"Runtime": "python3.12", **settings}
    client(server, "lambda").create_function(
        FunctionName=name,
        Handler="index.handler",
        Role=role(server),
        Code={"ZipFile": code or zipped(index_py=PYTHON)},
        **settings,
    )


def invoke(server, name):
    answer = client(server, "lambda").invoke(FunctionName=name)
    return json.loads(answer["Payload"].read())


def run(server, machine, **execution):
    """Run a machine to its end; return the execution and the seconds that it took."""
    states = client(server, "stepfunctions")
    began = time.monotonic()
    arn = states.start_execution(stateMachineArn=machine, **execution)["executionArn"]
    return within(20, lambda: ended(states, arn)), time.monotonic() - began


def ended(states, arn):
    execution = states.describe_execution(executionArn=arn)
    return None if execution["status"] == "RUNNING" else execution


def create_machine(server, name, **states):
    answer = client(server, "stepfunctions").create_state_machine(
        name=name,
        roleArn=role(server),
        definition=json.dumps({"StartAt": next(iter(states)), "States": states}),
    )
    return answer["stateMachineArn"]


def within(seconds, attempt):
    """What `attempt` comes to, as soon as it is true."""
    deadline = time.monotonic() + seconds
    while not (result := attempt()):
        assert time.monotonic() < deadline, f"not within {seconds} seconds"
        time.sleep(0.02)
    return result


def kill(server, cache):
    """End the server as a crash would, once all is saved."""
    saved = Files.under(cache).state / "lambda.json"
    # The save that holds the first may have begun before all was done; the next one has not.
    for name in ("first", "second"):
        create_function(server, name)
        within(10, lambda name=name: saved.exists() and f'"{name}"' in saved.read_text())
    os.kill(server.pid, signal.SIGKILL)
    within(5, lambda: not is_locked(Files.under(cache).alive))


def exists(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    # Where nobody collects the dead (a container without an init), one stays listed.
    stat = Path(f"/proc/{pid}/stat")
    return not (stat.exists() and stat.read_text().rpartition(")")[2].split()[0] == "Z")


def listening(pids):
    """The addresses at which processes listen."""
    if not Path("/proc/net/tcp").exists():
        pytest.skip("there is no /proc here")
    sockets = set()
    for pid in pids:
        for descriptor in Path(f"/proc/{pid}/fd").iterdir():
            with suppress(OSError):
                sockets.add(str(descriptor.readlink()))
    found = []
    for table in ("tcp", "tcp6", "udp", "udp6"):
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if f"socket:[{fields[9]}]" in sockets and (table[:3] == "udp" or fields[3] == "0A"):
                address, port = fields[1].split(":")
                found.append((table, address, int(port, 16)))
    return found


# --- its life --------------------------------------------------------------------------------


def test_starts_says_so_and_stops(cache):
    assert lifecycle.status(cache) is None
    assert lifecycle.stop(cache) is False

    server = lifecycle.start(cache)

    assert lifecycle.status(cache) == server
    assert lifecycle.start(cache) == server
    assert client(server, "sts").get_caller_identity()["Account"] == "000000000000"
    assert os.getpgid(server.pid) == server.pid == os.getsid(server.pid)
    assert lifecycle.stop(cache) is True
    assert not exists(server.pid)
    assert lifecycle.status(cache) is None
    assert lifecycle.stop(cache) is False


def test_it_is_there_soon(cache):
    """The least of three times, for others use this machine too."""

    def seconds():
        began = time.monotonic()
        lifecycle.start(cache)
        took = time.monotonic() - began
        lifecycle.stop(cache)
        return took

    assert min(seconds() for _ in range(3)) < 1.2


def test_two_at_once_start_one(cache):
    script = (
        "import sys, pathlib; from maestro_cdk.local import lifecycle;"
        "print(lifecycle.start(pathlib.Path(sys.argv[1])).id)"
    )

    def start(_):
        return subprocess.run(
            [sys.executable, "-c", script, str(cache)], capture_output=True, text=True, check=True
        ).stdout

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(start, range(4)))) == 1
    assert len(processes.of(Files.under(cache).scratch)) == 1


def test_two_that_start_it_while_it_is_being_stopped_get_one_that_stays(cache):
    server = lifecycle.start(cache)
    os.kill(server.pid, signal.SIGSTOP)  # so that its end takes as long as is wanted here
    with ThreadPoolExecutor(3) as pool:
        stopped = pool.submit(lifecycle.stop, cache)
        within(5, lambda: is_locked(Files.under(cache).starting))
        started = [pool.submit(lifecycle.start, cache) for _ in range(2)]
        time.sleep(0.2)
        early = [each for each in started if each.done()]
        os.kill(server.pid, signal.SIGCONT)

    first, second = (each.result() for each in started)

    assert early == []
    assert stopped.result() is True
    assert first == second == lifecycle.status(cache)
    assert first.id != server.id


def test_while_it_starts_nobody_is_told_that_it_runs(cache):
    with ThreadPoolExecutor(1) as pool:
        starting = pool.submit(lifecycle.start, cache)
        told = []
        while not starting.done():
            told.append(lifecycle.status(cache))

    assert told[0] is None
    assert set(told) <= {None, starting.result()}


def test_it_listens_on_the_loopback_address_and_nowhere_else(cache):
    server = lifecycle.start(cache)
    create_function(server, "f")
    invoke(server, "f")
    client(server, "iot").list_things()
    client(server, "transfer").create_server()

    found = listening(processes.of(Files.under(cache).scratch))

    assert found == [("tcp", "0100007F", server.port)]


def test_it_is_out_of_reach_of_the_terminal(cache):
    leader, follower = os.openpty()
    script = (
        "import sys, pathlib; from maestro_cdk.local import lifecycle;"
        "lifecycle.start(pathlib.Path(sys.argv[1])); print('up', flush=True); input()"
    )
    command = [sys.executable, "-c", script, str(cache)]
    terminal = {"stdin": follower, "stdout": follower, "stderr": follower}
    with subprocess.Popen(command, **terminal, start_new_session=True) as process:
        os.close(follower)
        assert select.select([leader], [], [], 30)[0]
        server = within(5, lambda: lifecycle.status(cache))
        os.killpg(process.pid, signal.SIGINT)
        process.wait(10)
        os.close(leader)

    assert lifecycle.status(cache) == server


def test_it_ends_when_nobody_uses_it(cache):
    server = lifecycle.start(cache, idle=0.6)
    client(server, "s3").create_bucket(Bucket="kept")

    # Looking at it does not keep it alive.
    within(10, lambda: lifecycle.status(cache) is None)
    within(10, lambda: not exists(server.pid))

    assert not Files.under(cache).record.exists()
    assert not Files.under(cache).scratch.exists()
    again = lifecycle.start(cache)
    assert again.id != server.id
    assert [b["Name"] for b in client(again, "s3").list_buckets()["Buckets"]] == ["kept"]


def test_it_does_not_end_while_something_runs(cache):
    server = lifecycle.start(cache, idle=1)
    machine = create_machine(server, "m", Wait={"Type": "Wait", "Seconds": 3, "End": True})
    client(server, "stepfunctions").start_execution(stateMachineArn=machine)

    time.sleep(1.5)

    assert lifecycle.status(cache) == server
    within(10, lambda: lifecycle.status(cache) is None)


def test_it_does_not_end_while_a_request_is_answered(cache):
    server = lifecycle.start(cache, idle=1)
    slow = "import time\ndef handler(event, context):\n    time.sleep(2)\n    return 'done'\n"
    create_function(server, "slow", code=zipped(index_py=slow))

    assert invoke(server, "slow") == "done"


def test_an_open_connection_does_not_hold_up_the_end(cache):
    server = lifecycle.start(cache)
    with socket.create_connection(("127.0.0.1", server.port)) as connection:
        connection.sendall(b"GET /_maestro/health HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert connection.recv(100)
        began = time.monotonic()
        lifecycle.stop(cache)

    assert time.monotonic() - began < 3


def test_a_function_that_runs_does_not_hold_up_the_end(cache):
    server = lifecycle.start(cache)
    slow = "import time\ndef handler(event, context):\n    time.sleep(60)\n"
    create_function(server, "slow", code=zipped(index_py=slow), Timeout=100)
    client(server, "lambda").invoke(FunctionName="slow", InvocationType="Event")
    scratch = Files.under(cache).scratch
    within(10, lambda: len(processes.of(scratch)) > 1)
    began = time.monotonic()

    lifecycle.stop(cache)

    assert time.monotonic() - began < 5
    assert processes.of(scratch) == ()


def test_what_keeps_it_from_starting_is_said(cache):
    Files.under(cache).port.mkdir(parents=True)

    with pytest.raises(LocalError, match=r"(?s)did not come up.*Is a directory") as caught:
        lifecycle.start(cache)

    assert str(Files.under(cache).log) in caught.value.hint


# --- what survives ---------------------------------------------------------------------------


def test_a_crash_loses_nothing_and_leaves_nothing(cache):
    server = lifecycle.start(cache)
    s3 = client(server, "s3")
    s3.create_bucket(Bucket="bucket")
    s3.put_object(Bucket="bucket", Key="deep/k", Body=b"content")
    # It leaves the group, as what daemonizes does, and outlives its function.
    spawns = (
        "import subprocess\ndef handler(event, context):\n"
        "    return subprocess.Popen(['sleep', '600'], start_new_session=True).pid\n"
    )
    create_function(server, "spawns", code=zipped(index_py=spawns))
    create_function(server, "f")
    task = {"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:000000000000:function:f"}
    machine = create_machine(server, "m", Call={**task, "End": True})
    spawned = invoke(server, "spawns")
    before, _ = run(server, machine)
    scratch = Files.under(cache).scratch
    kill(server, cache)
    assert exists(spawned)
    assert lifecycle.status(cache) is None

    again = lifecycle.start(cache)

    assert again.id != server.id
    assert not exists(spawned)
    assert len(list(scratch.iterdir())) == 1
    assert again.port == server.port
    assert (
        client(again, "s3").get_object(Bucket="bucket", Key="deep/k")["Body"].read() == b"content"
    )
    assert invoke(again, "f")["AWS_LAMBDA_FUNCTION_NAME"] == "f"
    execution, _ = run(again, machine)
    assert execution["status"] == "SUCCEEDED"
    states = client(again, "stepfunctions")
    assert states.describe_execution(executionArn=before["executionArn"])["status"] == "SUCCEEDED"


def test_an_execution_that_ended_unwatched_is_saved(cache):
    server = lifecycle.start(cache)
    machine = create_machine(server, "m", Wait={"Type": "Wait", "Seconds": 1, "End": True})
    client(server, "stepfunctions").start_execution(stateMachineArn=machine)
    time.sleep(2)
    kill(server, cache)

    states = client(lifecycle.start(cache), "stepfunctions")

    (found,) = states.list_executions(stateMachineArn=machine)["executions"]
    assert found["status"] == "SUCCEEDED"
    history = states.get_execution_history(executionArn=found["executionArn"])["events"]
    assert history[-1]["type"] == "ExecutionSucceeded"


def test_an_execution_that_the_server_died_under_is_aborted_and_can_go_on(cache):
    server = lifecycle.start(cache)
    machine = create_machine(server, "m", Wait={"Type": "Wait", "Seconds": 2, "End": True})
    states = client(server, "stepfunctions")
    arn = states.start_execution(stateMachineArn=machine, input="7")["executionArn"]
    kill(server, cache)

    states = client(lifecycle.start(cache, time_scale=0), "stepfunctions")

    found = states.describe_execution(executionArn=arn)
    assert (found["status"], found["redriveStatus"]) == ("ABORTED", "REDRIVABLE")
    states.redrive_execution(executionArn=arn)
    assert within(10, lambda: ended(states, arn))["output"] == "7"


@pytest.mark.slow
def test_killed_at_any_moment_it_comes_up_clean(cache):
    server = lifecycle.start(cache)
    each = {"Type": "Pass", "Next": "Wait"}
    wait = {"Type": "Wait", "Seconds": 1, "End": True}
    machine = create_machine(server, "m", Each=each, Wait=wait)
    kill(server, cache)  # which waits until the machine is saved

    for moment in (0.0, 0.1, 0.3, 0.7, 1.1, 1.5):
        server = lifecycle.start(cache)
        states = client(server, "stepfunctions")
        for n in range(20):
            states.start_execution(stateMachineArn=machine, input=str(n))
        time.sleep(moment)
        os.kill(server.pid, signal.SIGKILL)
        within(5, lambda: not is_locked(Files.under(cache).alive))

    states = client(lifecycle.start(cache), "stepfunctions")
    found = states.list_executions(stateMachineArn=machine, maxResults=1000)["executions"]
    assert {execution["status"] for execution in found} == {"SUCCEEDED", "ABORTED"}
    for execution in found:
        arn = execution["executionArn"]
        events = states.get_execution_history(executionArn=arn)["events"]
        assert [event["id"] for event in events] == list(range(1, len(events) + 1))
        kind = "ExecutionSucceeded" if execution["status"] == "SUCCEEDED" else "ExecutionAborted"
        assert events[-1]["type"] == kind


def test_code_on_disk_is_that_of_the_functions(cache):
    server = lifecycle.start(cache)
    blobs = Files.under(cache).state / "lambda-blobs"
    create_function(server, "f")
    within(5, lambda: len(list(blobs.glob("*.zip"))) == 1)
    (first,) = blobs.glob("*.zip")
    functions = client(server, "lambda")
    functions.update_function_code(FunctionName="f", ZipFile=zipped(index_py="handler = dict"))

    within(5, lambda: first not in blobs.glob("*.zip") and list(blobs.glob("*.zip")))


def test_a_server_that_hangs_is_replaced(cache, monkeypatch):
    monkeypatch.setattr(lifecycle, "END_PATIENCE", 0.2)
    monkeypatch.setattr(lifecycle, "ask", lambda *_: None)
    server = lifecycle.start(cache)
    os.kill(server.pid, signal.SIGSTOP)

    again = lifecycle.start(cache)

    assert again.id != server.id
    assert not exists(server.pid)


def test_a_server_of_another_version_is_replaced(cache, monkeypatch):
    server = lifecycle.start(cache)
    client(server, "s3").create_bucket(Bucket="bucket")
    monkeypatch.setattr(maestro_cdk, "__version__", "99")

    again = lifecycle.start(cache)

    assert again.id != server.id
    assert client(again, "s3").list_buckets()["Buckets"]


def test_a_starter_that_gave_up_leaves_a_server_that_is_found(cache):
    script = (
        "import os, pathlib, select, sys; from maestro_cdk.local import lifecycle;"
        "lifecycle.select.select = lambda *_: os._exit(9);"
        "lifecycle.start(pathlib.Path(sys.argv[1]))"
    )
    assert subprocess.run([sys.executable, "-c", script, str(cache)], check=False).returncode == 9

    server = within(10, lambda: lifecycle.status(cache))

    assert lifecycle.start(cache) == server


def test_another_server_at_its_port_is_not_taken_for_it(cache):
    server = lifecycle.start(cache)
    lifecycle.stop(cache)
    with socket.create_server(("127.0.0.1", server.port)):
        again = lifecycle.start(cache)

    assert again.port != server.port


def test_a_pid_that_passed_to_another_is_left_alone(cache):
    server = lifecycle.start(cache)
    record = Files.under(cache).record
    with subprocess.Popen(["sleep", "60"], start_new_session=True) as bystander:
        stale = record.read_text().replace(f'"pid": {server.pid}', f'"pid": {bystander.pid}')
        os.kill(server.pid, signal.SIGKILL)
        within(5, lambda: not is_locked(Files.under(cache).alive))
        record.write_text(stale)

        stopped = lifecycle.stop(cache)
        untouched = bystander.poll() is None
        bystander.kill()
    assert (stopped, untouched) == (False, True)


def test_reset_forgets(cache):
    client(lifecycle.start(cache), "s3").create_bucket(Bucket="bucket")
    lifecycle.stop(cache)
    assert client(lifecycle.start(cache), "s3").list_buckets()["Buckets"]

    lifecycle.stop(cache, reset=True)

    assert client(lifecycle.start(cache), "s3").list_buckets()["Buckets"] == []


def test_reset_forgets_although_nothing_runs(cache):
    client(lifecycle.start(cache), "s3").create_bucket(Bucket="bucket")
    lifecycle.stop(cache)

    assert lifecycle.stop(cache, reset=True) is False

    assert not Files.under(cache).state.exists()


# --- what it sees ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("runtime", "code"), [("python3.12", {"index_py": PYTHON}), ("nodejs22.x", {"index_js": NODE})]
)
def test_functions_get_nothing_of_the_users(cache, monkeypatch, runtime, code):
    users = ("ACCESS_KEY_ID", "SECRET_ACCESS_KEY", "SESSION_TOKEN", "PROFILE", "CA_BUNDLE")
    with monkeypatch.context() as patch:
        for name in (*(f"AWS_{name}" for name in users), "GITHUB_TOKEN"):
            patch.setenv(name, "secret of the user's")
        patch.setenv("LAMBDA_EXECUTOR", "docker")
        patch.setenv("AWS_ENDPOINT_URL", "http://elsewhere.example")
        server = lifecycle.start(cache)
    create_function(server, "f", code=zipped(**code), Runtime=runtime)

    seen = invoke(server, "f")

    assert "secret of the user's" not in seen.values()
    assert seen["AWS_ENDPOINT_URL"] == server.endpoint
    assert seen["AWS_ACCESS_KEY_ID"].startswith("ASIA")  # its role's
    assert seen["AWS_REGION"] == "us-east-1"
    assert Path(seen["HOME"]).is_relative_to(cache)
    assert "PYTHONPATH" not in seen
    assert "LAMBDA_EXECUTOR" not in seen
    if "version" in seen:
        assert seen["version"].startswith("v24.")


def test_what_the_user_installed_for_the_user_alone_is_found(cache, tmp_path):
    """As after `pip install --user`, whose folder Python finds from HOME."""
    home = tmp_path / "home"
    environ = {"HOME": str(home), "PATH": os.environ["PATH"]}
    python = sys._base_executable
    where = [python, "-c", "import site; print(site.getusersitepackages())"]
    users = Path(subprocess.check_output(where, env=environ, text=True).strip())
    users.mkdir(parents=True)
    ours = Path(maestro_cdk.__file__).parents[1]
    (users / "ours.pth").write_text(f"{sysconfig.get_path('purelib')}\n{ours}\n")
    script = (
        "import sys, pathlib; from maestro_cdk.local import lifecycle;"
        "lifecycle.start(pathlib.Path(sys.argv[1]))"
    )
    subprocess.run([python, "-c", script, str(cache)], env=environ, check=True)
    server = lifecycle.status(cache)
    code = "import boto3, os\n"
    code += "def handler(event, context):\n    return os.path.realpath(boto3.__file__)\n"
    create_function(server, "f", code=zipped(index_py=code), Timeout=20)

    assert invoke(server, "f") == str(Path(boto3.__file__).resolve())


def test_functions_reach_it(cache):
    code = "import boto3\ndef handler(event, context):\n    return boto3.client('sts')"
    code += ".get_caller_identity()['Account']\n"
    server = lifecycle.start(cache)
    create_function(server, "f", code=zipped(index_py=code), Timeout=20)

    assert invoke(server, "f") == "000000000000"


def test_functions_log_to_the_group_that_is_theirs(cache):
    server = lifecycle.start(cache)
    logs = client(server, "logs")
    logs.create_log_group(logGroupName="/mine")
    create_function(server, "f", LoggingConfig={"LogGroup": "/mine"})
    invoke(server, "f")

    events = within(5, lambda: logs.filter_log_events(logGroupName="/mine")["events"])

    assert any(event["message"].startswith("START") for event in events)


def test_time_can_be_made_to_pass_at_once(cache):
    server = lifecycle.start(cache, time_scale=0)
    machine = create_machine(server, "m", Wait={"Type": "Wait", "Seconds": 60, "End": True})
    execution, seconds = run(server, machine)
    assert execution["status"] == "SUCCEEDED"
    assert seconds < 3


def test_time_can_be_scaled_while_it_runs(cache):
    server = lifecycle.start(cache)
    assert lifecycle.start(cache, time_scale=0) == server
    machine = create_machine(server, "m", Wait={"Type": "Wait", "Seconds": 60, "End": True})
    assert run(server, machine)[1] < 3
    with pytest.raises(LocalError, match="-1"):
        lifecycle.start(cache, time_scale=-1)


def test_clients_find_it_by_their_environment(cache):
    users = {
        **os.environ,
        "AWS_PROFILE": "of-the-user",
        "AWS_SESSION_TOKEN": "of the user's",
        "AWS_ENDPOINT_URL_S3": "http://elsewhere.example",
        "HTTP_PROXY": "http://127.0.0.1:9",
    }
    server = lifecycle.start(cache)
    client(server, "s3").create_bucket(Bucket="bucket")
    script = (
        "import boto3; print([b['Name'] for b in boto3.client('s3').list_buckets()['Buckets']])"
    )

    said = subprocess.run(
        [sys.executable, "-c", script],
        env=users | environment(server, users),
        capture_output=True,
        text=True,
        check=False,
    )

    assert (said.stdout, said.stderr) == ("['bucket']\n", "")


def status_of(url, **headers):
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers)) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        with error:
            return error.code


@pytest.mark.parametrize(
    ("origin", "status"),
    [("http://evil.example", 403), ("null", 403), ("http://localhost:3000", 200)],
)
def test_pages_from_elsewhere_are_refused(cache, origin, status):
    server = lifecycle.start(cache)

    assert status_of(f"{server.endpoint}/_ministack/ready", Origin=origin) == status


def test_no_page_makes_a_stack_by_what_it_loads_or_links_to(cache):
    server = lifecycle.start(cache)
    bucket = {"Resources": {"Bucket": {"Type": "AWS::S3::Bucket"}}}
    asked = {"Action": "CreateStack", "StackName": "evil", "TemplateBody": json.dumps(bucket)}
    url = f"{server.endpoint}/?{urllib.parse.urlencode(asked)}"

    image = status_of(url, **{"Sec-Fetch-Site": "cross-site"})
    link = status_of(url, **{"Sec-Fetch-Site": "none"})
    rebound = status_of(url, Host=f"evil.example:{server.port}")

    assert (image, link, rebound) == (403, 403, 403)
    assert client(server, "cloudformation").list_stacks()["StackSummaries"] == []
    assert status_of(f"{server.endpoint}/_maestro/use", Host="evil.example") == 403
    signature = "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/cloudformation/aws4_request"
    assert status_of(url, Authorization=signature) == 200
    assert client(server, "s3").list_buckets()["Buckets"]


def test_its_log_begins_anew_at_each_start(cache):
    log = Files.under(cache).log
    lifecycle.start(cache)
    lifecycle.stop(cache)
    log.write_text("old")
    lifecycle.start(cache)

    assert log.read_text() != "old"
    assert re.sub(r"\.log$", ".log.1", str(log)) in map(str, log.parent.iterdir())
