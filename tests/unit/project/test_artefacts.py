"""Functions that something else builds: what they lack, and the way to it."""

import pytest

from maestro_cdk.project import artefacts


@pytest.fixture
def missing(tmp_path):
    def of(runtime, handler, *files):
        for name in files:
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text("")
        return artefacts.missing(runtime, handler, tmp_path)

    return of


@pytest.mark.parametrize(
    ("runtime", "handler", "files"),
    [
        ("provided.al2023", "bootstrap", ["bootstrap"]),
        ("java25", "a.B::c", ["lib/app.jar"]),
        ("java21", "a.B::c", ["a/B.class"]),
        ("dotnet10", "App::App.Function::Run", ["App.dll"]),
        ("dotnet10", "App", ["App.dll"]),
        ("ruby4.0", "function.handler", ["function.rb"]),
        ("ruby4.0", "lib/source.Functions::Handler.process", ["lib/source.rb"]),
        ("python3.13", "x.y", []),
    ],
)
def test_a_function_that_is_built_lacks_nothing(missing, runtime, handler, files):
    assert missing(runtime, handler, *files) is None


@pytest.mark.parametrize(
    ("runtime", "handler", "files", "message", "hint"),
    [
        ("provided.al2023", "bootstrap", ["main.go"], "it holds no bootstrap", "go build"),
        ("java25", "a.B::c", ["a/B.java"], "neither classes nor lib/*.jar", "into lib/"),
        ("java25", "a.B::c", ["app.jar"], "app.jar is not in lib/", "move it to lib/app.jar"),
        ("dotnet10", "App::App.F::Run", ["Other.dll"], "it holds no App.dll", "dotnet publish"),
        ("ruby4.0", "function.handler", ["other.rb"], "it holds no function.rb", ""),
    ],
)
def test_what_is_not_there_is_told_with_what_makes_it(
    missing, runtime, handler, files, message, hint
):
    found = missing(runtime, handler, *files)
    assert message in found.message
    assert hint in found.hint
