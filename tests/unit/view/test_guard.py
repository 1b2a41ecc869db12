"""Who is let in."""

import pytest

from maestro_cdk.view import guard as guards
from maestro_cdk.view.guard import Guard


@pytest.fixture
def guard():
    return Guard(port=8000)


def test_the_address_holds_a_token_that_nobody_guesses(guard):
    assert guard.address == f"http://127.0.0.1:8000/{guard.token}/"
    assert len(guard.token) >= 43
    assert guard.token != Guard(port=8000).token


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "localhost:8000"])
def test_this_machine_is_known_by_its_own_name(guard, host):
    assert guard.known(host)


@pytest.mark.parametrize(
    "host", [None, "", "127.0.0.1", "127.0.0.1:8001", "evil.example:8000", "127.0.0.1:8000.evil"]
)
def test_by_any_other_name_it_is_not(guard, host):
    assert not guard.known(host)


def test_behind_the_token_stands_what_is_asked_for(guard):
    assert guard.within(f"/{guard.token}/") == ""
    assert guard.within(f"/{guard.token}/visits") == "visits"


@pytest.mark.parametrize("path", ["/", "", "/x/", "/{}x/", "/{}", "//{}/", "/ü/", "/{}%2F"])
def test_another_path_leads_nowhere(guard, path):
    assert guard.within(path.format(guard.token)) is None


def test_a_ticket_serves_once_and_no_other_does(guard):
    path = guard.ticket.removeprefix("http://127.0.0.1:8000")
    assert not guard.redeemed(f"{path}x")
    assert guard.redeemed(path)
    assert not guard.redeemed(path)
    assert guard.token not in guard.ticket


def test_a_ticket_serves_soon(monkeypatch, guard):
    path = guard.ticket.removeprefix("http://127.0.0.1:8000")
    now = guards.monotonic()
    monkeypatch.setattr(guards, "monotonic", lambda: now + guards.TICKET_SECONDS + 1)
    assert not guard.redeemed(path)


PAGE = {"Origin": "http://127.0.0.1:8000", "Content-Type": "application/json"}


@pytest.mark.parametrize(
    ("method", "headers", "let_in"),
    [
        ("GET", {}, True),
        ("GET", {"Sec-Fetch-Site": "same-origin"}, True),
        ("GET", {"Sec-Fetch-Site": "none"}, True),
        ("GET", {"Sec-Fetch-Site": "cross-site"}, False),
        ("GET", {"Sec-Fetch-Site": "same-site"}, False),
        ("GET", {"Origin": "https://evil.example"}, False),
        ("POST", PAGE, True),
        ("POST", {**PAGE, "Content-Type": "application/json; charset=utf-8"}, True),
        ("POST", {**PAGE, "Content-Type": "text/plain"}, False),
        ("POST", {**PAGE, "Origin": "null"}, False),
        ("POST", {**PAGE, "Origin": "http://127.0.0.1:8001"}, False),
        ("POST", {"Content-Type": "application/json"}, False),
    ],
)
def test_only_the_page_itself_may_ask(guard, method, headers, let_in):
    assert guard.from_page(method, headers) is let_in
