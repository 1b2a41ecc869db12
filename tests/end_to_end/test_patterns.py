"""The templates that show one pattern each, in each language: what every event of theirs does."""

import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs, urlparse

import pytest

from maestro_cdk.project import templates

pytestmark = pytest.mark.xdist_group("templates")

SHIPPED = {item.name: item for item in templates.available([templates.shipped()])}


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What an event leads to."""

    event: str
    path: tuple[str, ...]
    output: object = None
    error: str = ""
    inside: tuple[str, ...] = ()
    """States in a Parallel or a Map, in any order."""
    attempts: int = 0
    """Of tasks that failed."""


RUNS = {
    "choice": [
        Run(
            event="letter",
            path=("Weigh", "Which way?", "Letter", "Send"),
            output={"to": "Ada", "by": "letter", "cents": 180},
        ),
        Run(
            event="parcel",
            path=("Weigh", "Which way?", "Parcel", "Send"),
            output={"to": "Grace", "by": "parcel", "cents": 500},
        ),
        Run(
            event="too-heavy",
            path=("Weigh", "Which way?", "Too heavy"),
            error="TooHeavy: Nobody carries more than 20 kg.",
        ),
    ],
    "wait": [
        Run(
            event="tomorrow-long-ago",
            path=("Plan", "Until the day before", "Remind", "A moment", "Remind again"),
            output={"told": "Ada, again think of 2026-01-02T09:30:00Z"},
        ),
    ],
    "parallel": [
        Run(
            event="tea",
            path=("Find out", "Offer"),
            inside=("Price", "Ask the warehouse", "Stock"),
            output={"item": "tea", "offer": 1350, "at_once": True},
        ),
        Run(
            event="unknown-item",
            path=("Find out", "No offer"),
            inside=("Price", "Ask the warehouse", "Stock"),
            output={"item": "anchor", "offer": None},
        ),
    ],
    "map": [
        Run(
            event="order",
            path=("Each line", "Add up"),
            inside=("Price", "Price", "Price"),
            output={"customer": "Ada", "lines": [900, 1200, 2700], "cents": 4800},
        ),
        Run(
            event="nothing",
            path=("Each line", "Add up"),
            output={"customer": "Grace", "lines": [], "cents": 0},
        ),
    ],
    "retry": [
        Run(event="works", path=("Fetch",), output={"document": "charter", "attempts": 1}),
        Run(
            event="down-twice",
            path=("Fetch",),
            output={"document": "charter", "attempts": 3},
            attempts=2,
        ),
        Run(event="down", path=("Fetch",), error="ServiceUnavailable: no answer", attempts=4),
        Run(event="refused", path=("Fetch",), error="BadRequest: which document?", attempts=1),
    ],
    "catch": [
        Run(event="works", path=("Take", "Done"), output={"done": True, "left": 10}),
        Run(
            event="out-of-stock",
            path=("Take", "Order more"),
            output={"done": False, "because": "more has to be ordered", "error": "OutOfStock"},
            attempts=1,
        ),
        Run(
            event="unknown-item",
            path=("Take", "Ask again"),
            output={"done": False, "because": "somebody has to ask again", "error": "UnknownItem"},
            attempts=1,
        ),
        Run(
            event="nonsense",
            path=("Take", "Give up"),
            output={"done": False, "because": "somebody has to look into it", "error": "TypeError"},
            attempts=1,
        ),
    ],
    "saga": [
        Run(
            event="booked",
            path=("Book hotel", "Book flight", "Pay", "Booked"),
            output={
                "traveller": "Ada",
                "hotel": "room-turin-ada",
                "flight": "seat-trn-ada",
                "paid": 480,
            },
        ),
        Run(
            event="no-flight",
            path=("Book hotel", "Book flight", "Cancel hotel", "Not booked"),
            error="NotBooked: nobody flies to Atlantis",
        ),
        Run(
            event="no-money",
            path=(
                "Book hotel",
                "Book flight",
                "Pay",
                "Cancel flight",
                "Cancel hotel",
                "Not booked",
            ),
            error="NotBooked: the trip is 480, and there are 100",
        ),
    ],
    "scheduled": [
        Run(
            event="ten-o-clock",
            path=("Where were we?", "Been here?", "Collect", "Remember"),
            output={"since": None, "until": "2026-01-01T10:00:00Z", "collected": 48},
        ),
        Run(
            event="ten-o-clock",
            path=("Where were we?", "Been here?", "Nothing to do"),
            output={
                "since": "2026-01-01T10:00:00Z",
                "until": "2026-01-01T10:00:00Z",
                "collected": 0,
            },
        ),
        Run(
            event="noon",
            path=("Where were we?", "Been here?", "Collect", "Remember"),
            output={
                "since": "2026-01-01T10:00:00Z",
                "until": "2026-01-01T12:00:00Z",
                "collected": 4,
            },
        ),
    ],
    "nested": [
        Run(
            event="two-parcels",
            path=("Each parcel", "Tell"),
            inside=("Ship", "Ship"),
            output={"message": "2 parcels are on their way: 2026-0001-2500g, 2026-0001-800g"},
        ),
        Run(event="too-heavy", path=("Each parcel",), inside=("Ship", "Ship"), error="TooHeavy"),
    ],
}
QUICK = {("choice", "node")}
"""What `make test` deploys; the others are as slow as they are many."""


def each(names):
    """The templates in each of their languages."""
    return [
        pytest.param(name, language, marks=() if (name, language) in QUICK else pytest.mark.slow)
        for name in names
        for language in SHIPPED[name].languages
    ]


@pytest.fixture
def deployed(maestro, aws, tmp_path):
    """Make a project from a template and deploy it; afterwards nothing of it may be left."""
    projects = []

    def made(name, language, **substitutions):
        project = tmp_path / f"{name}-{language}"
        words = ("-t", name, "--language", language, "--no-git")
        assert maestro("new", project.name, *words, cwd=tmp_path).code == 0
        settings = (project / "maestro.toml").read_text()
        for old, new in substitutions.items():
            assert old in settings
            settings = settings.replace(old, new)
        (project / "maestro.toml").write_text(settings)
        assert maestro("validate", cwd=project).out == "no problems\n"
        projects.append(project)
        result = maestro("deploy", "--local", cwd=project)
        assert result.code == 0, result.err
        return project

    yield made
    for project in projects:
        assert maestro("teardown", "--local", "-f", cwd=project).code == 0
        assert aws.left_of(project.name) == []


def went(expected, result):
    """Hold a run to what is expected of it."""
    assert bool(result.code) == bool(expected.error), result.err
    assert [state for state in result.path if state not in expected.inside] == [*expected.path]
    assert set(result.path) - set(expected.path) <= set(expected.inside)
    if expected.attempts:
        assert result.err.count(" s  ✗ ") == expected.attempts
    assert expected.error in result.err
    if not expected.error:
        assert result.json == expected.output


@pytest.mark.parametrize("name", RUNS)
def test_every_event_of_a_template_is_tried(name):
    events = {path.stem for path in (SHIPPED[name].folder / "events").iterdir()}

    assert events == {run.event for run in RUNS[name]}


@pytest.mark.parametrize(("name", "language"), each(RUNS))
def test_a_template_shows_its_pattern(maestro, deployed, name, language):
    project = deployed(name, language)

    for expected in RUNS[name]:
        result = maestro("run", "--local", "-i", f"events/{expected.event}.json", cwd=project)
        went(expected, result)


@pytest.mark.slow
@pytest.mark.parametrize("language", SHIPPED["approval"].languages[1:])
def test_approval_does_the_same_in_another_language(maestro, deployed, language):
    project = deployed("approval", language)

    granted = maestro("run", "--local", "-i", "events/flaky-provisioning.json", cwd=project)
    denied = maestro("run", "--local", "-i", "events/denied.json", cwd=project)
    broken = maestro("run", "--local", "-i", "events/broken-provisioning.json", cwd=project)
    unread = maestro("run", "--local", cwd=project)

    assert granted.json["attempts"] == 3
    assert granted.json["message"] == "You have cluster/grace as editor for 7 days."
    assert denied.json["message"] == "Denied: 365 days are more than the limit of 90."
    assert denied.path == ["Requester", "Manager", "ManagerChoice", "Notifier"]
    assert broken.json["message"].endswith("no answer from the provisioning service, attempt 6.")
    assert unread.code == 1
    assert "the request lacks employee, resource, days" in unread.err


@pytest.mark.slow
def test_hello_and_orders_do_the_same_in_node(maestro, deployed):
    hello, orders = deployed("hello", "node"), deployed("orders", "node")

    ada = maestro("run", "--local", "-i", "events/ada.json", cwd=hello)
    nobody = maestro("run", "--local", "-i", "events/nobody.json", cwd=hello)
    tea = maestro("run", "--local", "-i", "events/tea.json", cwd=orders)
    unknown = maestro("run", "--local", "-i", "events/unknown-item.json", cwd=orders)

    assert ada.json == {"message": "Hello, Ada! This is Step Functions."}
    assert nobody.json == {"message": "Hello, World! This is Step Functions."}
    assert tea.json == {"id": "2026-0001", "customer": "Ada", "status": "PRICED", "total": 2100}
    assert "there is no price for anchor" in unknown.err


@pytest.mark.slow
def test_the_schedule_starts_the_state_machine_with_the_time_it_was_due(aws, deployed):
    deployed("scheduled", "python")

    schedules = aws.client("scheduler").list_schedules()["Schedules"]
    (summary,) = [item for item in schedules if "scheduled-python" in item["Target"]["Arn"]]
    schedule = aws.client("scheduler").get_schedule(Name=summary["Name"])
    assert schedule["ScheduleExpression"] == "rate(1 hour)"
    assert json.loads(schedule["Target"]["Input"]) == {"time": "<aws.scheduler.scheduled-time>"}


@pytest.mark.slow
@pytest.mark.parametrize("language", SHIPPED["express-api"].languages)
def test_an_express_workflow_answers_at_its_address(maestro, aws, deployed, language):
    project = deployed("express-api", language)
    name = f"{project.name}_web"
    url = aws.client("lambda").get_function_url_config(FunctionName=name)["FunctionUrl"]
    address = f"{aws.endpoint}/_aws/lambda-url/{urlparse(url).hostname.partition('.')[0]}/"

    run = maestro("run", "--local", "-i", "events/turin.json", cwd=project)
    with urllib.request.urlopen(f"{address}?city=Turin", timeout=30) as answer:
        turin = json.load(answer)
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(f"{address}?city=Atlantis", timeout=30)

    assert run.json == {"status": 200, "body": {"city": "Turin", "sky": "sun"}}
    assert turin == {"city": "Turin", "sky": "sun"}
    assert caught.value.code == 404
    assert json.load(caught.value) == {"message": "nobody forecasts the weather of Atlantis"}


# --- somebody's API, in this process ------------------------------------------------------------


class Rates(BaseHTTPRequestHandler):
    """Exchange rates; the first request finds the server overloaded."""

    asked: list

    def do_GET(self):
        query = parse_qs(urlparse(self.path).query)
        self.asked.append((self.headers["x-api-key"], query))
        known = query["symbols"] == ["USD"]
        status = 503 if len(self.asked) == 1 else 200 if known else 404
        body = json.dumps({"rates": {"USD": 1.174}} if known else {"message": "not found"}).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Say nothing."""


@pytest.fixture
def rates():
    """The address of an API, and what it was asked."""
    asked = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (Rates,), {"asked": asked}))
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/v1/latest", asked
    server.shutdown()
    server.server_close()


@pytest.mark.slow
@pytest.mark.parametrize("language", SHIPPED["http-api"].languages)
def test_an_api_is_asked_again_and_its_answer_worked_with(maestro, deployed, rates, language):
    address, asked = rates
    project = deployed("http-api", language, **{"https://api.frankfurter.dev/v1/latest": address})

    dollars = maestro("run", "--local", "-i", "events/dollars.json", cwd=project)
    unknown = maestro("run", "--local", "-i", "events/unknown-currency.json", cwd=project)

    assert dollars.json == {"amount": 117.4, "currency": "USD"}
    assert dollars.path == ["Ask", "Convert"]
    assert asked[:2] == [("none", {"base": ["EUR"], "symbols": ["USD"]})] * 2
    assert (unknown.code, unknown.path) == (1, ["Ask", "Unknown"])
    assert "UnknownCurrency" in unknown.err
