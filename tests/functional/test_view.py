"""The page's server, as a browser and as others meet it."""

import http.client
import json
import socket
import time
from contextlib import contextmanager
from threading import Thread
from urllib.parse import urlencode

import pytest

from maestro_cdk.errors import UsageError
from maestro_cdk.view.account import Account, Deployed
from maestro_cdk.view.board import Board
from maestro_cdk.view.folder import Folder
from maestro_cdk.view.server import Server
from maestro_cdk.view.site import Site
from tests.fakes import executions as fakes
from tests.fakes import projects
from tests.fakes.clock import FakeClock
from tests.fakes.executions import MACHINE, STARTED, entered, exited


@pytest.fixture
def cloud():
    return fakes.cloud()


@pytest.fixture
def server(cloud, tmp_path):
    """A page of a folder, whose executions run in a fake account."""
    board, server = Board(), Server(0)
    deployed = Deployed(project=projects.project(), cloud=cloud, machine=MACHINE, express=False)
    (tmp_path / "definition.asl.json").write_text(fakes.DEFINITION)
    folder = Folder(tmp_path, projects.project, board)
    folder.read()
    account = Account(lambda: deployed, board, FakeClock())
    account.look()
    facts = {"name": "flow", "mode": "live"}
    server.site = Site(facts, folder=folder, account=account, board=board)
    serving = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    serving.start()
    yield server
    board.close()
    server.shutdown()
    server.server_close()
    serving.join(10)


@contextmanager
def asking(server, method, path, body=None, **headers):
    named = {"Host": f"127.0.0.1:{server.guard.port}"}
    connection = http.client.HTTPConnection("127.0.0.1", server.guard.port, timeout=10)
    connection.request(method, path, body, {**named, **headers})
    answer = connection.getresponse()
    try:
        yield answer
    finally:
        answer.close()  # it holds the socket, too
        connection.close()


@pytest.fixture
def ask(server):
    """Ask for something behind the token."""

    def asked(path, method="GET", body=None, **headers):
        with asking(server, method, f"/{server.guard.token}/{path}", body, **headers) as answer:
            return answer.status, dict(answer.getheaders()), answer.read()

    return asked


@pytest.fixture
def post(ask, server):
    origin = f"http://127.0.0.1:{server.guard.port}"

    def posted(path, body, **headers):
        given = {"Origin": origin, "Content-Type": "application/json", **headers}
        return ask(path, "POST", body, **given)

    return posted


def test_the_page_is_one_document_that_loads_nothing_and_is_kept_nowhere(ask):
    status, headers, body = ask("")
    assert (status, headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["Cache-Control"] == "no-store"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert not [name for name in headers if name.startswith("Access-Control")]
    assert b'data-state="A"' in body  # the picture is in it


def test_what_the_page_knows_of_the_folder_is_not_told_again(server, ask):
    _, _, body = ask("")
    version = json.loads(body.partition(b'id="data">')[2].partition(b"</script>")[0])["version"]
    stream = server.site.stream(None, version)
    first = [next(stream) for _ in range(3)]
    assert not [piece for piece in first if piece.startswith(b"event: folder")]
    stream.close()
    stream = server.site.stream(None)
    assert [piece for piece in (next(stream), next(stream)) if piece.startswith(b"event: folder")]
    stream.close()


def test_it_listens_to_this_machine_alone(server):
    assert server.server_address[0] == "127.0.0.1"


@pytest.mark.parametrize("path", ["/", "/x/", "/x/visits", "/open/x", "/%2e%2e/", "//", "/x"])
def test_without_the_token_there_is_nothing(server, path):
    with asking(server, "GET", path) as answer:
        assert (answer.status, b"flow" in answer.read()) == (404, False)


def test_by_another_name_there_is_nothing_even_with_the_token(server, ask):
    for host in ("evil.example", f"evil.example:{server.guard.port}", "127.0.0.1"):
        assert ask("", Host=host)[0] == 421
        assert ask("stream", Host=host)[0] == 421


def test_another_page_may_ask_for_nothing(server, ask, post, cloud):
    assert ask("sample?name=x", Origin="https://evil.example")[0] == 403
    assert ask("stream", **{"Sec-Fetch-Site": "cross-site"})[0] == 403
    assert post("start", b'{"input": "{}"}', Origin="https://evil.example")[0] == 403
    assert post("start", b'{"input": "{}"}', **{"Content-Type": "text/plain"})[0] == 403
    assert ask("start", "POST", b'{"input": "{}"}')[0] == 403
    assert "start" not in cloud.machines.asked


def test_a_preflight_is_not_answered(server):
    with asking(server, "OPTIONS", f"/{server.guard.token}/start") as answer:
        assert answer.status == 501


def test_a_ticket_leads_to_the_page_once(server):
    path = server.guard.ticket.removeprefix(f"http://127.0.0.1:{server.guard.port}")
    with asking(server, "GET", path) as answer:
        assert (answer.status, answer.getheader("Location")) == (303, server.guard.address)
    with asking(server, "GET", path) as answer:
        assert answer.status == 404


@pytest.mark.parametrize("body", [b"", b"{", b"[1]", b'{"input": "{\\"a\\": }"}', b"\x00\xff"])
def test_bad_json_starts_nothing_and_says_why(post, body, cloud):
    status, _, answer = post("start", body)
    assert (status, bool(json.loads(answer)["message"])) == (400, True)
    assert "start" not in cloud.machines.asked


def test_what_is_too_long_is_not_read(post, server):
    assert post("start", b"x" * 600_001)[0] == 413
    assert post("start", b"", **{"Content-Length": "-1"})[0] == 413


NAMES = ["it's", '"quoted"', "<img src=x onerror=alert(1)>", "ü \U0001f600", "a&b=c?d#e%00", "\n\t"]


@pytest.mark.parametrize("name", NAMES)
def test_a_state_of_any_name_is_asked_for_and_one_that_is_not_there_is_told(
    ask, stream, cloud, name
):
    arn = cloud.machines.begin("x", STARTED, entered(name), exited(name))
    with stream(arn) as answer:
        assert [state["name"] for state in said(answer, "states")["states"]] == [name]
    query = urlencode({"execution": arn, "name": name, "number": 0})
    status, headers, body = ask(f"visit?{query}")
    assert (status, json.loads(body)["name"]) == (200, name)
    assert headers["Content-Type"] == "application/json; charset=utf-8"
    query = urlencode({"execution": arn, "name": f"no {name}", "number": 0})
    assert ask(f"visit?{query}")[0] == 400


@pytest.fixture
def stream(server):
    """The lines of a stream, as they come."""

    @contextmanager
    def streaming(arn):
        path = f"/{server.guard.token}/stream?execution={arn}"
        with asking(server, "GET", path) as answer:
            assert answer.status == 200
            assert answer.getheader("Content-Type") == "text/event-stream; charset=utf-8"
            yield answer

    return streaming


def said(answer, name):
    """The next event of this name."""
    for line in answer:
        if line.strip() == f"event: {name}".encode():
            answer.readline()  # its id
            return json.loads(answer.readline().removeprefix(b"data: "))
    raise AssertionError(f"no {name}")


def test_an_execution_is_told_of_as_it_happens(stream, cloud):
    arn = cloud.machines.begin("x", STARTED, entered("A"))
    with stream(arn) as answer:
        assert said(answer, "states")["states"][0]["fate"] == "running"
        began = time.monotonic()
        cloud.machines.happen("x", exited("A"))
        assert said(answer, "states")["states"][0]["fate"] == "succeeded"
        assert time.monotonic() - began < 1


def test_a_browser_that_goes_is_forgotten_and_says_nothing(stream, server, cloud, capfd):
    arn = cloud.machines.begin("x", STARTED, entered("A"))
    with stream(arn) as answer:
        said(answer, "states")
        board = server.site._board
        assert board.heard(f"states:{arn}")
    deadline = time.monotonic() + 20
    while board.heard(f"states:{arn}"):
        assert time.monotonic() < deadline, "it is still listened to"
        cloud.machines.happen("x", exited("A"), entered("A"))
        time.sleep(0.1)
    assert capfd.readouterr().err == ""


def test_half_a_request_hurts_nobody(server, ask, capfd):
    with socket.create_connection(("127.0.0.1", server.guard.port)) as half:
        half.sendall(b"GET /")
    with socket.create_connection(("127.0.0.1", server.guard.port)) as wild:
        wild.sendall(b"\x16\x03\x01\x00\xff\r\n\r\n")
        wild.recv(1000)
    assert ask("")[0] == 200
    assert "Traceback" not in capfd.readouterr().err


def test_a_port_that_is_taken_is_told(server):
    with pytest.raises(UsageError, match=f"port {server.guard.port} is taken"):
        Server(server.guard.port)


# --- the command -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "said_of"),
    [
        (("--port", "0"), "--port"),
        (("--export", "x.html", "--port", "8000"), "leave --port out"),
    ],
)
def test_what_is_asked_wrongly_is_told(maestro, project, words, said_of):
    project()
    result = maestro("view", *words)
    assert (result.code, said_of in result.err) == (2, True)
