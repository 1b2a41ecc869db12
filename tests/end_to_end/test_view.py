"""The page of `maestro view` in a real browser, with executions of the AWS on this machine."""

import json
import re
import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest

from maestro_cdk.project import node
from tests.end_to_end import browser as browsers

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("commands")]

AXE = "4.14.1"
NPMRC = Path.home() / ".npmrc"  # the user's: the tests have another home by the time they run
NASTY = '<b onclick="a()">it\'s</b> & ü \U0001f600'
PATIENCE = 20_000

WORK = """
import time
def handler(event, context):
    print("it was given", event)
    time.sleep(event.get("slow", 0))
    if event.get("bad"):
        raise ValueError("no <i>such</i> thing")
    return {"done": True}
"""
STATES = {
    "Begin": {"Type": "Pass"},
    NASTY: {"Type": "Task", "Resource": "${work}"},
    "Last": {"Type": "Pass"},
}


@pytest.fixture(scope="module")
def folder(maestro, write, local_aws, tmp_path_factory):
    """A project that has been run twice: badly, and well."""
    folder = write(tmp_path_factory.mktemp("view") / "viewed", STATES, work_py=WORK)
    (folder / "events").mkdir()
    (folder / "events" / "slow.json").write_text('{"slow": 1.5}')
    assert maestro("deploy", "--local", cwd=folder).code == 0
    words = ("run", "--local", "--no-logs", "--name")
    assert maestro(*words, "badly", "-i", '{"bad": 1}', cwd=folder).code == 1
    assert maestro(*words, "well", cwd=folder).code == 0
    yield folder
    assert maestro("teardown", "--local", "-f", cwd=folder).code == 0


@pytest.fixture(scope="module")
def chromium():
    if browsers.found() is None:
        pytest.skip(browsers.MISSING)
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - where there is a browser

    with sync_playwright() as playwright:
        browser = browsers.launch(playwright)
        yield browser
        browser.close()


@pytest.fixture
def opened(chromium):
    """Open an address in a page of its own; nothing may go wrong in it."""
    contexts, wrong, asked = [], [], []

    def opening(address, **wanted):
        context = chromium.new_context(viewport={"width": 1440, "height": 900}, **wanted)
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda said: said.type == "error" and wrong.append(said.text))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(address)
        return page

    opening.wrong, opening.asked = wrong, asked
    yield opening
    for context in contexts:
        context.close()
    assert wrong == []


@pytest.fixture(scope="module")
def viewed(maestro):
    """Serve a folder's page; gives its address and the process."""

    @contextmanager
    def serving(folder, *words):
        process = maestro.start(
            "view", "--no-open", "--local", *words, cwd=folder, stdout=subprocess.PIPE
        )
        try:
            yield process.stdout.readline().strip(), process
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGINT)
            code = process.wait(20)
            process.stdout.close()
        assert code == 0

    return serving


@pytest.fixture(scope="module")
def address(viewed, folder):
    with viewed(folder) as (address, _):
        yield address


def state(page, name, more=""):
    """The group of a state in the picture."""
    return page.locator(f"svg .state[data-state={json.dumps(name, ensure_ascii=False)}]{more}")


def fate(page, name, wanted):
    state(page, name, f"[data-fate={wanted}]").wait_for()


def tab(page, name):
    page.get_by_role("tab", name=name).click()
    return page.get_by_role("tabpanel")


def test_a_failed_execution_is_shown_down_to_the_line_that_failed(opened, address):
    page = opened(address)
    page.get_by_role("button", name="badly").click()
    fate(page, NASTY, "failed")
    fate(page, "Begin", "succeeded")
    fate(page, "Last", "unseen")
    ways = page.locator("svg path.edge.faded").evaluate_all("all => all.map((e) => e.dataset.to)")
    assert sorted(ways) == ["", "Last"]  # it did not come to the last state, nor to the end
    assert page.locator("#status").inner_text().startswith("failed")
    assert "ValueError: no <i>such</i> thing" in page.get_by_role("tabpanel").inner_text()
    state(page, NASTY).click()
    page.locator("#inspector h2").get_by_text(NASTY, exact=True).wait_for()
    assert '"bad": 1' in tab(page, "Input").inner_text()
    assert "ValueError: no <i>such</i> thing" in tab(page, "Output").inner_text()
    details = tab(page, "Details")
    assert "raise ValueError" in details.inner_text()
    assert "TaskStateEntered" in details.inner_text() or "LambdaFunction" in details.inner_text()
    tab(page, "Logs").get_by_text("it was given {'bad': 1}").wait_for()
    marked = page.locator(".code .row.marked").all_inner_texts()
    assert json.dumps(NASTY, ensure_ascii=True) in marked[0] or NASTY in marked[0]
    assert '"Resource": "${work}"' in "".join(marked)


def test_nothing_is_asked_of_anybody_else(opened, address):
    page = opened(address)
    fate(page, "Last", "succeeded")
    origin = re.match(r"http://127\.0\.0\.1:\d+/", address)[0]
    assert opened.asked
    assert [url for url in opened.asked if not url.startswith((origin, "data:"))] == []


def test_an_execution_is_started_and_followed(opened, address):
    page = opened(address)
    page.get_by_role("button", name="Start execution").click()
    dialog = page.get_by_role("dialog")
    field = dialog.get_by_label("Input", exact=False)
    page.wait_for_function(
        "given => document.querySelector(given[0]).value === given[1]",
        arg=[f"#{field.get_attribute('id')}", '{"slow": 1.5}'],
    )  # the sample is asked for
    field.fill('{"a": }')
    assert "column 7" in dialog.get_by_role("alert").inner_text()
    dialog.get_by_role("button", name="Start execution").click()
    assert dialog.is_visible()
    field.fill('{"slow": 1.5}')
    dialog.get_by_label("Name").fill("from-the-page")
    dialog.get_by_role("button", name="Start execution").click()
    dialog.wait_for(state="hidden")
    fate(page, NASTY, "running")
    assert page.locator("#heading").inner_text() == "from-the-page"
    fate(page, "Last", "succeeded")
    page.locator("#status", has_text="succeeded").wait_for()
    assert "from-the-page succeeded" in page.locator("#said").inner_text()
    page.get_by_role("button", name="Start execution").click()
    dialog.get_by_label("Name").fill("from-the-page")
    dialog.get_by_role("button", name="Start execution").click()
    dialog.get_by_role("alert").get_by_text("from-the-page").wait_for()  # AWS refuses
    page.keyboard.press("Escape")
    dialog.wait_for(state="hidden")
    opened.wrong.clear()  # the browser tells of the refusal


def test_the_keyboard_alone_will_do(opened, address):
    page = opened(address)
    fate(page, "Last", "succeeded")
    for _ in range(30):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('svg .state')"):
            break
    focused = "document.activeElement.dataset.state"
    assert page.evaluate(focused) == "Begin"
    page.keyboard.press("ArrowDown")
    assert page.evaluate(focused) == NASTY
    assert re.search(
        r"Task · work .*, succeeded", page.evaluate("document.activeElement.ariaLabel")
    )
    page.keyboard.press("Enter")
    page.locator("#inspector h2", has_text="it's").wait_for()
    assert state(page, NASTY).get_attribute("aria-pressed") == "true"
    page.get_by_role("tab", name="Input").focus()
    page.keyboard.press("ArrowRight")
    assert page.get_by_role("tab", name="Output").get_attribute("aria-selected") == "true"
    page.keyboard.press("Escape")
    assert page.evaluate(focused) == NASTY
    assert state(page, NASTY).get_attribute("aria-pressed") == "false"
    page.keyboard.press("End")
    assert page.evaluate(focused) == "Last"
    page.get_by_role("button", name="badly").focus()
    page.keyboard.press("Home")
    assert "Workflow in the folder" in page.evaluate("document.activeElement.textContent")


def test_a_click_into_a_box_is_one_on_the_box(opened, viewed, write, tmp_path):
    inside = {"StartAt": "In", "States": {"In": {"Type": "Pass", "End": True}}}
    states = {"All": {"Type": "Map", "ItemProcessor": inside}, "After": {"Type": "Pass"}}
    with viewed(write(tmp_path / "boxes", states)) as (address, _):
        page = opened(address)
        box = page.locator("svg rect.inside").bounding_box()
        page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] - 3)
        page.locator("#inspector h2", has_text="All").wait_for()
        state(page, "In").click()
        page.locator("#inspector h2", has_text="In").wait_for()


def test_what_is_saved_is_shown_and_what_is_wrong_with_it(opened, viewed, write, tmp_path):
    folder = write(tmp_path / "saved", {"One": {"Type": "Pass"}})
    with viewed(folder) as (address, _):
        page = opened(address)
        state(page, "One").wait_for()
        banner = page.locator("#banner")
        banner.get_by_text("is not deployed here").wait_for()
        assert "maestro deploy --local" in banner.inner_text()
        assert page.get_by_role("button", name="Start execution").is_disabled()
        path = folder / "definition.asl.json"
        good = path.read_text()
        path.write_text(good.replace('"One"', '"Two"'))
        state(page, "Two").wait_for()
        page.locator("#toast", has_text="definition.asl.json changed").wait_for()
        path.write_text(good.replace('"StartAt": "One"', '"StartAt": "Nobody"'))
        page.locator("#findings", has_text="Nobody").wait_for()
        assert page.locator(".code .row.wrong").count() == 1
        path.write_text(good[:-4])
        page.locator("#findings", has_text="error").wait_for()
        assert state(page, "One").count() == 1  # the last that could be drawn
        path.write_text(good)
        page.locator("#findings").wait_for(state="hidden")


def test_a_page_whose_command_has_ended_says_so(opened, viewed, folder):
    with viewed(folder) as (address, process):
        page = opened(address)
        page.locator("#link", has_text="live").wait_for()
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 0
        page.locator("#banner", has_text="does not answer").wait_for()
        page.locator("#link", has_text="not connected").wait_for()
    opened.wrong.clear()  # the browser tells that it cannot connect


def test_an_exported_execution_needs_no_network(opened, maestro, folder, tmp_path):
    file = tmp_path / "failed.html"
    written = maestro("view", "--local", "--export", file, "badly", cwd=folder)
    assert written.code == 0, written.err
    assert str(file) in written.err
    page = opened(file.as_uri(), offline=True)
    fate(page, NASTY, "failed")
    state(page, NASTY).click()
    assert '"bad": 1' in tab(page, "Input").inner_text()
    assert "it was given {'bad': 1}" in tab(page, "Logs").inner_text()
    assert page.get_by_role("button", name="Start execution").count() == 0
    assert {url for url in opened.asked if not url.startswith("data:")} == {file.as_uri()}


def test_an_execution_that_is_not_there_is_not_exported(maestro, folder, tmp_path):
    file = tmp_path / "x.html"
    written = maestro("view", "--local", "--export", file, "nobody", cwd=folder)
    assert (written.code, "nobody" in written.err, file.exists()) == (1, True, False)


def test_an_execution_can_be_named_that_is_shown_first(opened, viewed, folder):
    with viewed(folder, "badly") as (address, _):
        page = opened(address)
        fate(page, NASTY, "failed")
        assert page.locator("#heading").inner_text() == "badly"


GROUND = "getComputedStyle(document.body).backgroundColor"


def test_it_is_dark_where_the_system_is_and_still_where_that_is_wished(opened, address):
    light = opened(address).evaluate(GROUND)
    page = opened(address, color_scheme="dark", reduced_motion="reduce")
    assert page.evaluate(GROUND) != light
    page.evaluate("document.querySelector('svg .state').dataset.running = ''")
    moving = "getComputedStyle(document.querySelector('svg .state .body')).animationName"
    assert page.evaluate(moving) == "none"


@pytest.fixture(scope="session")
def axe(request):
    """The source of axe-core, which finds what keeps people from using a page; by npm, once."""
    place = request.config.cache.mkdir("axe")
    file = place / "node_modules" / "axe-core" / "axe.min.js"
    command = node.npm()
    if not file.exists():
        assert command is not None
        words = ["install", "--prefix", place, "--no-save", "--silent", f"axe-core@{AXE}"]
        config = ["--userconfig", NPMRC] if NPMRC.exists() else []
        subprocess.run([*command, *map(str, [*words, *config])], check=True, timeout=120)
    return file.read_text("utf-8")


def violations(page, axe):
    page.evaluate(axe)
    found = page.evaluate("axe.run(document, { resultTypes: ['violations'] })")["violations"]
    return [
        (each["id"], item["html"][:200], item["failureSummary"])
        for each in found
        for item in each["nodes"]
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_keeps_anybody_from_using_it(opened, address, axe, scheme):
    page = opened(address, color_scheme=scheme)
    page.get_by_role("button", name="badly").click()
    fate(page, NASTY, "failed")
    assert violations(page, axe) == []
    state(page, NASTY).click()
    for name in ("Input", "Output", "Details", "Logs"):
        tab(page, name)
        page.wait_for_timeout(300)
        assert violations(page, axe) == [], name
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Start execution").click()
    page.get_by_role("dialog").wait_for()
    assert violations(page, axe) == []


def test_a_browser_that_is_not_there_is_told(maestro, folder, tmp_path):
    process = maestro.start("view", "--local", cwd=folder, stderr=subprocess.PIPE)
    try:
        said = [process.stderr.readline() for _ in range(2)]
    finally:
        process.send_signal(signal.SIGINT)
        _, rest = process.communicate(timeout=20)
    assert process.returncode == 0
    assert "no display" in "".join(said)
    assert rest.strip() == "ended"


if sys.platform == "darwin":  # there is always one
    del test_a_browser_that_is_not_there_is_told
