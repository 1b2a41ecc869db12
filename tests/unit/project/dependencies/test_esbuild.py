"""Functions made one file; esbuild is a stand-in that tells what it was asked."""

import json

import pytest

from maestro_cdk.project import scanner
from maestro_cdk.project.dependencies import esbuild, needs
from maestro_cdk.project.dependencies.failures import Failure
from maestro_cdk.project.dependencies.npm import Modules
from maestro_cdk.project.settings import Flags
from tests.fakes import esbuild as fake

DEFINITION = '{"StartAt": "A", "States": {"A": {"Type": "Pass", "End": true}}}'
HANDLER = "export const handler = async (event) => event;\n"


@pytest.fixture
def need(project, home):
    """What the function `f` of a folder with these files needs."""

    def of(files, settings="", *, installed=True):
        folder = project({"definition.asl.json": DEFINITION, "maestro.toml": settings, **files})
        if installed and not (folder / "node_modules").exists():
            fake.program(folder, esbuild._binary_name())
        read = scanner.load(folder, Flags(), environ={}, home=home)
        (function,) = [function for function in read.functions if function.name == "f"]
        return needs.of(function, read.shared, folder)

    return of


@pytest.fixture
def made(need, workbench, registry):
    """The one file that a function becomes: its name, what went into it, how it was asked for."""

    def of(files, settings=""):
        bundled = need(files, settings)
        at = workbench({**registry.environ, "NODE_PATH": "/elsewhere"})
        (file,) = at.get(bundled)
        inputs, words = json.loads(file.source.read_text())
        return file.name, inputs, words

    return of


# --- which functions are ---------------------------------------------------------------------


@pytest.mark.parametrize("file", ["lambdas/f.ts", "lambdas/f/index.ts", "lambdas/f/f.mts"])
def test_typescript_is_made_one_file(need, file):
    assert need({file: HANDLER}).entry.name == file.rpartition("/")[2]


@pytest.mark.parametrize(
    "files",
    [
        {"lambdas/f.mjs": HANDLER},
        {"lambdas/f.mjs": 'import { x } from "./_shared/x.mjs";\n' + HANDLER},
        {"lambdas/f.mjs": 'import fs from "node:fs";\n' + HANDLER, "package.json": "{}"},
        {"lambdas/f/index.mjs": 'import { x } from "./lib/x.mjs";\n' + HANDLER},
        {"lambdas/f.py": "def handler(event, context): pass\n"},
    ],
)
def test_javascript_whose_zip_holds_all_is_packed_as_it_is(need, files):
    assert need(files) is None


@pytest.mark.parametrize(
    "code",
    [
        'import { greet } from "greetings";\n',
        'import greet from "greetings/deep.js";\n',
        "const { greet } = require('greetings');\nexports.x = 1;\n",
        'const { greet } = await import("greetings");\n',
    ],
)
@pytest.mark.parametrize("place", ["", "lambdas/"])
def test_javascript_with_packages_from_above_is_made_one_file(need, registry, code, place):
    registry.add("greetings")
    files = {
        "lambdas/f.mjs": code + HANDLER,
        f"{place}package.json": registry.package("greetings"),
        f"{place}package-lock.json": registry.lock("greetings"),
    }
    found = need(files)
    assert isinstance(found, esbuild.Bundled)
    assert found.modules.lock.parent == found.outer


def test_javascript_that_imports_from_another_folder_is_made_one_file(need):
    code = 'import { word } from "../_shared/word.mjs";\n' + HANDLER
    found = need({"lambdas/f/index.mjs": code, "lambdas/_shared/word.mjs": ""})
    assert isinstance(found, esbuild.Bundled)


def test_javascript_with_packages_of_its_own_is_packed_with_them(need, registry):
    registry.add("greetings")
    files = {
        "lambdas/f/index.mjs": 'import { greet } from "greetings";\n' + HANDLER,
        "lambdas/f/package.json": registry.package("greetings"),
        "lambdas/f/package-lock.json": registry.lock("greetings"),
    }
    assert isinstance(need(files), Modules)


# --- how they are made -----------------------------------------------------------------------


def test_what_is_imported_goes_in_by_the_names_that_it_has_in_the_project(made):
    name, inputs, _ = made(
        {
            "lambdas/f/index.ts": 'import { w } from "../_shared/w.ts";\n' + HANDLER,
            "lambdas/_shared/w.ts": "",
        }
    )
    assert name == "index.js"
    assert inputs == ["lambdas/f/index.ts", "lambdas/_shared/w.ts"]


def test_packages_are_those_of_the_lock_whatever_is_installed_here(made, registry, project):
    registry.add("greetings", files={"index.js": "// of the lock"})
    folder = project({"node_modules/greetings/index.js": "BROKEN what is installed here"})
    fake.program(folder, esbuild._binary_name())
    _, inputs, words = made(
        {
            "lambdas/f.ts": 'import { greet } from "greetings";\n' + HANDLER,
            "package.json": registry.package("greetings"),
            "package-lock.json": registry.lock("greetings"),
        }
    )
    assert inputs == ["lambdas/f.ts", "node_modules/greetings/index.js"]
    assert "--preserve-symlinks" in words


def test_without_a_lock_packages_are_those_that_are_installed(made, registry, project):
    registry.add("greetings")
    folder = project({"node_modules/greetings/index.js": ""})
    fake.program(folder, esbuild._binary_name())
    _, inputs, words = made(
        {
            "lambdas/f.ts": 'import { greet } from "greetings";\n' + HANDLER,
            "package.json": registry.package("greetings"),
        }
    )
    assert inputs == ["lambdas/f.ts", "node_modules/greetings/index.js"]
    assert "--preserve-symlinks" not in words


@pytest.mark.parametrize(
    ("file", "package", "name", "format_"),
    [
        ("f.ts", "{}", "f.js", "cjs"),
        ("f.ts", '{"type": "module"}', "f.mjs", "esm"),
        ("f.mts", "{}", "f.mjs", "esm"),
        ("f.cts", '{"type": "module"}', "f.js", "cjs"),
        ("f/src/api.ts", "{}", "src/api.js", "cjs"),
    ],
)
def test_the_kind_of_module_is_what_its_name_or_package_says(made, file, package, name, format_):
    settings = '[functions.f]\nhandler = "src/api.handler"\n' if "api" in file else ""
    found, _, words = made({f"lambdas/{file}": HANDLER, "package.json": package}, settings)
    assert found == name
    assert f"--format={format_}" in words
    assert any(word.startswith("--banner:js=") for word in words) == (format_ == "esm")


def test_the_target_is_the_functions_runtime(made):
    _, _, words = made({"lambdas/f.ts": HANDLER}, '[functions.f]\nruntime = "nodejs22.x"\n')
    assert "--target=node22" in words


@pytest.mark.parametrize(
    ("asked", "outside"),
    [
        ({}, ["@aws-sdk/*", "@smithy/*"]),
        ({"devDependencies": {"@aws-sdk/client-s3": "3"}}, ["@aws-sdk/*", "@smithy/*"]),
        ({"dependencies": {"@aws-sdk/client-s3": "3"}}, []),
        (
            {
                "dependencies": {"@aws-sdk/client-s3": "3"},
                "devDependencies": {"@aws-sdk/client-sqs": "3", "jest": "1"},
            },
            ["@aws-sdk/client-sqs"],
        ),
    ],
)
def test_what_the_runtime_brings_stays_outside_unless_it_is_asked_for(tmp_path, asked, outside):
    found = esbuild.options(tmp_path / "f.ts", "nodejs24.x", asked)
    assert [word for word in found if "external" in word] == [f"--external:{x}" for x in outside]


def test_it_is_made_again_only_when_something_in_it_changes(need, workbench, registry):
    files = {
        "lambdas/f/index.ts": 'import { w } from "../_shared/w.ts";\n' + HANDLER,
        "lambdas/_shared/w.ts": "1",
        "lambdas/g.ts": HANDLER,
    }
    at = workbench(registry.environ)
    assert need(files).find(at) is None
    first = at.get(need(files))
    files["lambdas/g.ts"] += "// another function's"
    assert need(files).find(at) == first
    files["lambdas/_shared/w.ts"] = "2"
    assert need(files).find(at) is None


@pytest.mark.parametrize(
    ("name", "left_out"),
    [
        ("index.ts", True),
        ("lib/deep.mjs", True),
        ("_shared/word.ts", True),
        ("node_modules/x/data.json", True),
        ("package.json", True),
        ("tsconfig.json", True),
        ("letter.txt", False),
        ("lib/words.json", False),
    ],
)
def test_code_is_left_out_beside_the_one_file_and_data_is_not(need, name, left_out):
    assert need({"lambdas/f.ts": HANDLER}).replaces(name) == left_out


# --- which esbuild ---------------------------------------------------------------------------


def test_the_projects_own_esbuild_counts(need, project):
    assert need({"lambdas/f.ts": HANDLER}).tool == project({})


def test_without_one_it_is_the_version_of_the_lock(need, registry):
    registry.add("esbuild", "0.9.9")
    files = {
        "lambdas/f.ts": HANDLER,
        "package.json": registry.package("esbuild"),
        "package-lock.json": registry.lock("esbuild"),
    }
    assert need(files, installed=False).tool.version == "0.9.9"


def test_without_either_it_is_fetched_once(need, registry, workbench):
    found = need({"lambdas/f.ts": HANDLER}, installed=False)
    assert found.tool.version == esbuild.VERSION
    name = esbuild._binary_name()
    registry.add(
        f"@esbuild/{name.split('/')[1]}", esbuild.VERSION, files={"bin/esbuild": fake.PROGRAM}
    )
    registry.add("esbuild", esbuild.VERSION, dependencies={f"@esbuild/{name.split('/')[1]}": "*"})
    at = workbench(registry.environ)
    folder = at.folder(found.tool)
    assert (folder / "node_modules" / name).is_file()
    asked = len(registry.asked)
    assert at.folder(found.tool) == folder
    assert len(registry.asked) == asked


# --- what goes wrong -------------------------------------------------------------------------


def failure(made, files):
    with pytest.raises(Failure) as caught:
        made(files)
    return caught.value


def test_an_error_is_told_at_its_line(made, project):
    found = failure(
        made,
        {
            "lambdas/f/index.ts": 'import { w } from "./w.ts";\n' + HANDLER,
            "lambdas/f/w.ts": "// BROKEN Unexpected end of file",
        },
    )
    assert found.message == "Unexpected end of file"
    assert (found.path, found.line, found.column) == (project({}) / "lambdas/f/w.ts", 1, 5)


def test_an_error_is_told_at_the_users_file_where_packages_are_of_a_lock(made, registry, project):
    registry.add("greetings", files={"index.js": ""})
    found = failure(
        made,
        {
            "lambdas/f.ts": '// from "greetings" BROKEN Could not resolve "@a/b/c"\n' + HANDLER,
            "package.json": registry.package("greetings"),
            "package-lock.json": registry.lock("greetings"),
        },
    )
    assert found.path == project({}) / "lambdas/f.ts"
    assert found.hint == "`npm install @a/b` adds it to package.json and its lock"


def test_what_is_outside_of_the_project_is_refused(made, tmp_path):
    (tmp_path / "secret.ts").write_text("")
    code = 'import { s } from "../../secret.ts";\n' + HANDLER
    found = failure(made, {"lambdas/f.ts": code})
    assert "which is outside of the project" in found.message
