"""The page as one document."""

import base64
import hashlib
import json
import re
import subprocess
from html.parser import HTMLParser
from importlib import resources

import pytest

from maestro_cdk.asl import document
from maestro_cdk.picture import chart as charts
from maestro_cdk.project import node
from maestro_cdk.view import pages
from maestro_cdk.view.scene import scene

NASTY = "</script><script>alert(1)</script><!--<script>\u2028 ü \U0001f600 {{style}}"


class Page(HTMLParser):
    """The texts of the elements that matter."""

    def __init__(self, text):
        super().__init__()
        self.found, self.loads, self._in = {}, [], None
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        self.loads += [given[key] for key in ("src", "href") if key in given]
        self.loads += [key for key in given if key.startswith("on")]
        if tag in ("script", "style"):
            self._in = given.get("id") or tag
            assert self._in not in self.found
            self.found[self._in] = ""

    def handle_endtag(self, tag):
        if tag in ("script", "style"):
            self._in = None

    def handle_data(self, data):
        if self._in:
            self.found[self._in] += data


def digest(text):
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def test_what_is_put_in_cannot_break_out():
    data = {"name": NASTY, NASTY: [NASTY]}
    found = Page(pages.document(data)).found
    assert set(found) == {"style", "data", "script"}
    assert json.loads(found["data"]) == data


def test_the_picture_stands_in_the_page_whatever_states_are_called():
    name = "\"><script>alert(1)</script>'&amp;\r\n ü"
    value = {"StartAt": name, "States": {name: {"Type": "Pass", "End": True}}}
    picture = scene(charts.chart(document.parse(json.dumps(value), file="d")))
    text = pages.document({"folder": {"tree": picture.tree}, "mode": "live"})
    assert json.loads(Page(text).found["data"])["folder"] == {"tree": "drawn"}
    states = []

    class Names(HTMLParser):
        def handle_starttag(self, tag, attributes):
            states.extend(value for key, value in attributes if key == "data-state")

    Names(convert_charrefs=True).feed(text)
    assert states == [name]


def test_the_policy_names_this_style_and_this_script():
    found = Page(pages.document({})).found
    assert f"script-src '{digest(found['script'])}'" in pages.policy()
    assert f"style-src '{digest(found['style'])}'" in pages.policy()
    assert "unsafe" not in pages.policy()
    assert "default-src 'none'" in pages.policy()


def test_nothing_is_loaded_from_elsewhere():
    page = Page(pages.document({}))
    assert set(page.loads) == {"#picture", "data:,"}
    assert "url(" not in page.found["style"]
    assert "@import" not in page.found["style"]
    assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)", page.found["script"])


@pytest.mark.parametrize(
    "sink", ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "DOMParser"]
)
def test_the_script_reads_no_markup(sink):
    assert sink not in pages.script()


def test_every_module_is_in_the_script_once_and_imports_nothing():
    folder = resources.files("maestro_cdk.view").joinpath("page")
    modules = [path for path in folder.iterdir() if path.name.endswith(".js")]
    assert len(modules) > 5
    for path in modules:
        first = path.read_text("utf-8").splitlines()[0]
        assert pages.script().count(first) == 1, path.name
    assert not re.search(r"^(import|export) ", pages.script(), re.MULTILINE)


def run(script):
    """What a script of the page's modules prints, by the Node.js that comes along."""
    done = subprocess.run(
        [node.binary(), "--input-type=module", "-e", script],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def module(name):
    path = resources.files("maestro_cdk.view").joinpath("page", name)
    return f"file://{path}"


def test_the_script_is_one_that_can_be_read(tmp_path):
    path = tmp_path / "page.mjs"
    path.write_text(pages.script())
    done = subprocess.run([node.binary(), "--check", path], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr


def test_json_is_laid_out_as_it_was_written():
    given = (
        '{"a":[1,{"b":"x\\"}{,:"}],"n":12345678901234567890,"e":{},"f":[ ],"g":-1.50e+3,"h":null}'
    )
    asked = f"""
        import {{ pretty }} from "{module("data.js")}";
        console.log(JSON.stringify([pretty({json.dumps(given)}), pretty("no JSON {{"), pretty("1")]));
    """
    shown, other, number = run(asked)
    assert json.loads(shown) == json.loads(given)
    assert "12345678901234567890" in shown
    assert "-1.50e+3" in shown
    assert shown.splitlines()[:3] == ["{", '  "a": [', "    1,"]
    assert '  "e": {},' in shown
    assert (other, number) == ("no JSON {", "1")


def test_an_arrow_key_goes_to_the_nearest_in_its_direction():
    boxes = [[0, 0, 10, 10], [0, 20, 10, 30], [30, 20, 40, 30], [0, 40, 10, 50]]
    asked = f"""
        import {{ nearest }} from "{module("picture.js")}";
        const go = (from, key) => nearest({json.dumps(boxes)}, from, key);
        console.log(JSON.stringify([go(0, "ArrowDown"), go(1, "ArrowRight"), go(2, "ArrowLeft"),
            go(3, "ArrowUp"), go(0, "ArrowUp"), go(1, "ArrowLeft")]));
    """
    assert run(asked) == [1, 2, 1, 1, None, None]


@pytest.mark.parametrize(
    ("given", "place"),
    [
        ('{\n "a": }', (2, 7)),
        ("", (1, 1)),
        ("[1,", (1, 4)),
        ("[1,]", (1, 4)),
        ('{"a" 1}', (1, 6)),
        ("{a: 1}", (1, 2)),
        ('{"a": 1,}', (1, 9)),
        ("[01]", (1, 2)),
        ('["a\tb"]', (1, 2)),
        ("{} {}", (1, 4)),
        ("nulll", (1, 1)),
        ("NaN", (1, 1)),
        ("[1 2]", (1, 4)),
        ('"\\x"', (1, 1)),
        ("'a'", (1, 1)),
    ],
)
def test_what_is_wrong_with_an_input_is_told_with_its_place(given, place):
    asked = f"""
        import {{ wrongJson }} from "{module("starting.js")}";
        console.log(JSON.stringify(wrongJson({json.dumps(given)})));
    """
    line, column = place
    assert run(asked).startswith(f"Line {line}, column {column}: ")


def test_an_input_that_is_json_is_let_through():
    given = ["{}", ' [1, -0.5e3, "a\\u00e9", {"b": [null, true]}] ', "1", '""']
    asked = f"""
        import {{ wrongJson }} from "{module("starting.js")}";
        console.log(JSON.stringify({json.dumps(given)}.map(wrongJson)));
    """
    assert run(asked) == [None] * len(given)


def test_a_state_says_how_often_how_long_and_how_often_again():
    asked = f"""
        import {{ standing, duration, told }} from "{module("words.js")}";
        const cause = JSON.stringify({{ errorMessage: "no", stackTrace: ["at a\\n"] }});
        console.log(JSON.stringify([
            standing({{ times: 3, spent: 500, running: 1, since: 1000, retries: 2 }}, 3000),
            standing(undefined, 0),
            [999, 1000, 59949, 59950, 3599999, 90000000, 999999999].map(duration),
            told(cause), told("{{}}"), told(""),
        ]));
    """
    said, nothing, durations, of_function, other, empty = run(asked)
    assert (said, nothing) == ("3× · 2.5 s · 2 retries", "")
    assert durations == [
        "999 ms",
        "1.0 s",
        "59.9 s",
        "1 min 0 s",
        "1 h 0 min",
        "25 h 0 min",
        "11 d 13 h",
    ]
    assert of_function == {"message": "no", "trace": ["at a"]}
    assert (other["message"], empty["message"]) == ("{}", "")
