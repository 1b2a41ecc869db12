import asyncio
import json
from types import SimpleNamespace

import pytest

from maestro_cdk.local import middleware


class Inner:
    """An application that reads its request and answers 204."""

    def __init__(self):
        self.paths = []

    async def __call__(self, scope, receive, send):
        self.paths.append(scope.get("path"))
        await receive()
        await send({"type": "http.response.start", "status": 204, "headers": []})


def scope(method="POST", path="/", *, query="", kind="http", **headers):
    pairs = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    request = {"type": kind, "path": path, "query_string": query.encode(), "headers": pairs}
    return request if kind == "websocket" else {**request, "method": method}


def call(app, request, body=b""):
    """What an application sends in answer to a request."""
    sent = []

    async def receive():
        return {"type": "http.request", "body": body}

    async def send(message):
        sent.append(message)

    asyncio.run(app(request, receive, send))
    return sent


@pytest.fixture
def clock():
    return SimpleNamespace(now=100.0)


@pytest.fixture
def use(clock):
    return middleware.Use(lambda: clock.now)


def test_idle_time_runs_from_the_last_answer_on(clock, use):
    clock.now += 5
    assert use.idle() == 5
    use.begin()
    clock.now += 5
    assert use.idle() == 0
    use.end()
    clock.now += 2
    assert use.idle() == 2


def test_requests_count_as_use_also_where_they_fail(clock, use):
    async def fail(*_):
        assert use.idle() == 0
        raise ValueError

    clock.now += 5
    with pytest.raises(ValueError):  # noqa: PT011
        call(middleware.counted(fail, use), scope())
    assert use.idle() == 0


@pytest.mark.parametrize(("path", "idle"), [("/_maestro/health", 5), ("/_maestro/use", 0)])
def test_it_says_who_it_is(clock, use, path, idle):
    inner = Inner()
    app = middleware.identified(inner, {"id": "abc"}, use)
    clock.now += 5

    start, body = call(app, scope("GET", path))

    assert start["status"] == 200
    assert json.loads(body["body"]) == {"id": "abc"}
    assert use.idle() == idle
    assert inner.paths == []
    call(app, scope("GET", "/other"))
    assert inner.paths == ["/other"]


@pytest.mark.parametrize(
    ("origin", "passes"),
    [
        (None, True),
        ("http://localhost:3000", True),
        ("http://127.0.0.1", True),
        ("http://app.localhost", True),
        ("http://[::1]:80", True),
        ("https://evil.example", False),
        ("https://localhost.evil.example", False),
        ("null", False),
        ("http://[evil", False),
    ],
)
def test_only_pages_of_this_machine_pass(origin, passes):
    inner = Inner()
    headers = {"origin": origin} if origin else {}

    call(middleware.guarded(inner), scope(**headers))
    call(middleware.guarded(inner), scope(kind="websocket", **headers))

    assert inner.paths == (["/", "/"] if passes else [])


@pytest.mark.parametrize(
    ("host", "passes"),
    [
        ("127.0.0.1:5000", True),
        ("localhost", True),
        ("bucket.localhost:5000", True),
        ("bucket.s3.us-east-1.localhost:5000", True),
        ("[::1]:5000", True),
        ("evil.example:5000", False),
        ("127.0.0.1.evil.example:5000", False),
        ("localhost.evil.example", False),
        ("0.0.0.0:5000", False),
        ("bucket.s3.amazonaws.com", False),
        ("[evil", False),
    ],
)
def test_no_name_that_leads_here_makes_a_page_of_this_machine(host, passes):
    inner = Inner()

    call(middleware.guarded(inner), scope("GET", host=host))
    call(middleware.guarded(inner), scope(kind="websocket", host=host))

    assert inner.paths == (["/", "/"] if passes else [])


@pytest.mark.parametrize(
    ("headers", "passes"),
    [
        ({}, True),
        ({"sec_fetch_site": "none"}, True),
        ({"sec_fetch_site": "same-origin"}, True),
        ({"sec_fetch_site": "same-site"}, False),
        ({"sec_fetch_site": "cross-site"}, False),
        # It names itself, and is of this machine.
        ({"sec_fetch_site": "cross-site", "origin": "http://localhost:3000"}, True),
        ({"sec_fetch_site": "none", "origin": "https://evil.example"}, False),
    ],
)
def test_what_a_page_loads_without_naming_itself_is_refused(headers, passes):
    inner = Inner()

    (answer, *_) = call(middleware.guarded(inner), scope("GET", "/bucket/key", **headers))

    assert answer["status"] == (204 if passes else 403)
    assert bool(inner.paths) is passes


@pytest.mark.parametrize(
    ("query", "headers", "passes"),
    [
        ("Action=CreateStack&TemplateBody=%7B%7D", {}, False),
        ("Action=CreateStack", {"sec_fetch_site": "none"}, False),
        ("%41ction=CreateStack", {}, False),
        ("Action=DescribeStacks&Action=CreateStack", {}, False),
        ("Action=CreateStack", {"authorization": "AWS4-HMAC-SHA256 Credential=test"}, True),
        ("Action=GetCallerIdentity&X-Amz-Signature=0", {}, True),
        ("X-Amz-Signature=0", {}, True),
    ],
)
def test_no_link_changes_anything(query, headers, passes):
    inner = Inner()

    for method in ("GET", "HEAD"):
        call(middleware.guarded(inner), scope(method, query=query, **headers))

    assert bool(inner.paths) is passes


@pytest.mark.parametrize(
    ("request_", "body", "saves"),
    [
        (scope("GET"), b"", False),
        (scope("HEAD"), b"", False),
        (scope("GET", query="Action=DescribeStacks"), b"", False),
        (scope("GET", query="Action=CreateStack"), b"", True),
        (scope("GET", query="Action=DescribeStacks&Action=CreateStack"), b"", True),
        (
            scope(query="Action=CreateStack", content_type="application/x-www-form-urlencoded"),
            b"Action=DescribeStacks",
            True,
        ),
        (scope("PUT", "/bucket/key"), b"Action=DescribeStacks", True),
        (scope(x_amz_target="AWSStepFunctions.DescribeExecution"), b"{}", False),
        (scope(x_amz_target="AWSStepFunctions.StartExecution"), b"{}", True),
        (
            scope(content_type="application/x-www-form-urlencoded; charset=utf-8"),
            b"Action=DescribeStackEvents&Version=2010-05-15",
            False,
        ),
        (scope(content_type="application/x-www-form-urlencoded"), b"Action=CreateStack", True),
        (scope(content_type="application/x-www-form-urlencoded"), b"", True),
        (scope("POST", "/2015-03-31/functions"), b"{}", True),
    ],
)
def test_what_may_change_something_is_saved(request_, body, saves):
    changes = []
    saver = SimpleNamespace(changed=lambda: changes.append(1))

    call(middleware.saved(Inner(), saver), request_, body)

    assert bool(changes) is saves


def test_the_last_is_saved_before_the_application_ends():
    order = []
    saver = SimpleNamespace(close=lambda: order.append("saved"))

    async def inner(scope, receive, send):
        assert (await receive())["type"] == "lifespan.shutdown"
        order.append("ended")

    async def receive():
        return {"type": "lifespan.shutdown"}

    async def run():
        await middleware.saved(inner, saver)({"type": "lifespan"}, receive, None)

    asyncio.run(run())
    assert order == ["saved", "ended"]


class Worker:
    """A client that sends a request in two parts, and may then hang up."""

    def __init__(self):
        self.parts = [
            {"type": "http.request", "body": b"{", "more_body": True},
            {"type": "http.request", "body": b"}", "more_body": False},
        ]
        self.gone, self.sent = asyncio.Event(), []

    async def receive(self):
        if self.parts:
            return self.parts.pop(0)
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def send(self, message):
        self.sent.append(message)


def asked_for_a_task(hangs_up):
    """A worker asks for a task: what it is sent, whether the waiting went on."""
    bodies, went_on = [], asyncio.Event()

    async def inner(_, receive, send):
        bodies.extend([(await receive())["body"], (await receive())["body"]])
        await asyncio.sleep(0.05)
        went_on.set()
        await send({"type": "http.response.start", "status": 200, "headers": []})

    async def ask():
        worker = Worker()
        request = scope(x_amz_target="AWSStepFunctions.GetActivityTask")
        work = middleware.abandoned(inner)(request, worker.receive, worker.send)
        if hangs_up:
            asyncio.get_running_loop().call_later(0.01, worker.gone.set)
        await work
        await asyncio.sleep(0.1)
        assert bodies == [b"{", b"}"]
        return worker.sent, went_on.is_set()

    return asyncio.run(ask())


def test_who_hangs_up_waits_no_longer_for_an_activity():
    sent, went_on = asked_for_a_task(hangs_up=False)
    assert ([message["status"] for message in sent], went_on) == ([200], True)
    assert asked_for_a_task(hangs_up=True) == ([], False)


def test_readiness_is_announced_once_the_application_has_started():
    order = []

    async def inner(scope, receive, send):
        order.append("starts")
        await send({"type": "lifespan.startup.complete"})

    async def send(message):
        order.append(message["type"])

    async def run():
        app = middleware.announced(inner, lambda: order.append("ready"))
        await app({"type": "lifespan"}, None, send)

    asyncio.run(run())
    assert order == ["starts", "lifespan.startup.complete", "ready"]
