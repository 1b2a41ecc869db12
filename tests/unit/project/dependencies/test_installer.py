"""Several needs at once: side by side, once each, and ended with whoever wanted them."""

import os
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from maestro_cdk.errors import MaestroError, ProjectError
from maestro_cdk.ports import Advanced, Note, Step
from maestro_cdk.project.dependencies.children import Children
from maestro_cdk.project.dependencies.failures import Failure
from maestro_cdk.project.dependencies.installer import Installer
from tests.fakes.reporter import FakeReporter


@dataclass
class Fake:
    """A need that is made by what the test says."""

    title: str
    work: object = None
    made: list = field(default_factory=list)

    @property
    def place(self):
        return Path("/p/lambdas") / self.title

    notes: tuple = ()

    def name(self, environ):
        return self.title

    def find(self, at):
        return at.store.find(self.title)

    def make(self, at):
        self.made.append(1)

        def fill(into):
            if self.work:
                self.work(into, at.children)
            (into / "made.py").write_text(self.title)

        return at.store.make(self.title, fill)


@pytest.fixture
def reporter():
    return FakeReporter()


@pytest.fixture
def installer(tmp_path, reporter):
    return Installer(tmp_path / "kept", environ=dict(os.environ), reporter=reporter)


def get(installer, needs):
    return installer.get(needs, Path("/p"))


def test_what_two_functions_need_is_made_once(installer):
    need = Fake("same")
    found = get(installer, {"a": need, "b": need})
    assert len(need.made) == 1
    assert found["a"] == found["b"]


def test_what_is_kept_is_not_made_again_and_nothing_is_told(installer, reporter):
    need = Fake("kept")
    first = get(installer, {"a": need})
    told = len(reporter.heard)
    assert get(installer, {"a": need}) == first
    assert len(need.made) == 1
    assert len(reporter.heard) == told


def test_one_does_not_wait_for_another(installer):
    meeting = threading.Barrier(3, timeout=10)
    needs = {name: Fake(name, lambda *_: meeting.wait()) for name in ("a", "b", "c")}
    assert set(get(installer, needs)) == {"a", "b", "c"}


def test_progress_is_told(installer, reporter):
    get(installer, {name: Fake(name) for name in ("a", "b")})
    assert reporter.heard[0] == Step("preparing what a, b need")
    assert {event.text for event in reporter.heard[1:]} == {"a", "b"}
    assert [(event.done, event.total) for event in reporter.heard[1:]] == [(1, 2), (2, 2)]
    assert all(isinstance(event, Advanced) for event in reporter.heard[1:])


def test_every_failure_is_told_and_what_succeeded_is_kept(installer):
    def fail(*_):
        raise Failure(Path("/p/lambdas/f/requirements.txt"), "no such package", "spell it right")

    good = Fake("good")
    with pytest.raises(ProjectError) as caught:
        get(installer, {"a": Fake("a", fail), "b": Fake("b", fail), "good": good})
    assert [(f.rule, f.message, f.hint) for f in caught.value.findings] == [
        ("dependencies", "no such package", "spell it right")
    ] * 2
    assert caught.value.where.file == "lambdas/f/requirements.txt"
    get(installer, {"good": good})
    assert len(good.made) == 1


def test_what_is_to_be_said_is_said_once_whatever_fails_beside_it(installer, reporter):
    def fail(*_):
        raise Failure(Path("/p/lambdas/f/requirements.txt"), "no such package")

    needs = {"a": Fake("a", notes=("a lacks a part",)), "b": Fake("b", fail)}
    with pytest.raises(ProjectError):
        get(installer, needs)
    assert Note("a lacks a part") in reporter.heard


def test_an_interruption_ends_what_runs_and_leaves_nothing(tmp_path):
    started = threading.Event()

    class Impatient:
        def emit(self, event):
            if isinstance(event, Advanced):
                assert started.wait(10)
                raise KeyboardInterrupt

    def sleep(into, children):
        (into / "half").write_text("")
        started.set()
        children.run(["sleep", "60"], cwd=into, environ=os.environ)

    installer = Installer(tmp_path / "kept", environ=dict(os.environ), reporter=Impatient())
    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        get(installer, {"slow": Fake("slow", sleep), "quick": Fake("quick")})
    assert time.monotonic() - began < 30
    assert [path.name for path in (tmp_path / "kept").iterdir()] == ["quick"]


def test_a_folder_that_cannot_be_written_is_told_with_the_way_out(tmp_path):
    (tmp_path / "file").write_text("")
    installer = Installer(tmp_path / "file" / "kept", environ={})
    with pytest.raises(MaestroError) as caught:
        get(installer, {"a": Fake("a")})
    assert "cannot be kept" in caught.value.message
    assert "XDG_CACHE_HOME" in caught.value.hint


def test_what_ended_says_how(tmp_path):
    ended = Children().run(
        ["sh", "-c", "echo out; echo said >&2; exit 3"], cwd=tmp_path, environ=os.environ
    )
    assert (ended.code, ended.out, ended.said) == (3, "out\n", "said\n")


def test_nothing_starts_after_the_end(tmp_path):
    children = Children()
    children.end()
    with pytest.raises(InterruptedError):
        children.run(["true"], cwd=tmp_path, environ=os.environ)
