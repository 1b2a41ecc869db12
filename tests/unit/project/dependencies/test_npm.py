"""Packages for Node.js functions: installed by npm, from a registry on this machine."""

import json

import pytest

from maestro_cdk.project.dependencies import npm, targets
from maestro_cdk.project.dependencies.failures import Failure

ARM = targets.node_of_lambda("nodejs24.x", "arm64")
INTEL = targets.node_of_lambda("nodejs24.x", "x86_64")


@pytest.fixture
def modules(project):
    """What a function with these files asks for."""

    def of(files, target=ARM, *, installed=False):
        folder = project({f"lambdas/f/{name}": text for name, text in files.items()})
        return npm.find(folder / "lambdas" / "f", folder, target, installed=installed)

    return of


@pytest.fixture
def install(modules, registry, workbench):
    def into(files, target=ARM):
        return workbench(registry.environ).folder(modules(files, target))

    return into


def asking(registry, *names, dev=(), **more):
    return {
        "package.json": registry.package(*names, **more),
        "package-lock.json": registry.lock(*names, dev=dev),
    }


def names(folder):
    return sorted(
        path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()
    )


# --- what is installed -----------------------------------------------------------------------


def test_packages_are_installed_as_the_lock_says_and_nothing_else(registry, install):
    registry.add("greetings", files={"index.js": "exports.greet = () => 'hello';"})
    registry.add("@scope/inner")
    found = install(asking(registry, "greetings", "@scope/inner"))
    assert names(found) == [
        "node_modules/@scope/inner/package.json",
        "node_modules/greetings/index.js",
        "node_modules/greetings/package.json",
    ]


def test_what_is_for_developing_is_left_out(registry, install):
    registry.add("greetings")
    registry.add("linter")
    files = asking(registry, "greetings", dev=("linter",), devDependencies={"linter": "1.0.0"})
    assert names(install(files)) == ["node_modules/greetings/package.json"]


def test_aws_sdk_that_lambda_would_bring_is_installed_where_nobody_brings_it(
    registry, modules, install
):
    registry.add("@aws-sdk/client-s3")
    asked = asking(
        registry, dev=["@aws-sdk/client-s3"], devDependencies={"@aws-sdk/client-s3": "1.0.0"}
    )
    assert modules(asked) is None
    here = targets.node_here()
    found = names(install(asked, here))
    assert found == ["node_modules/@aws-sdk/client-s3/package.json"]


@pytest.mark.parametrize(("target", "wanted"), [(ARM, "arm64"), (INTEL, "x64")])
def test_parts_for_a_processor_are_those_of_the_target(registry, install, target, wanted):
    for processor in ("arm64", "x64"):
        registry.add(f"native-{processor}", os=["linux"], cpu=[processor])
    both = ("native-arm64", "native-x64")
    lock = json.loads(registry.lock(*both))
    for name in both:
        lock["packages"][f"node_modules/{name}"]["optional"] = True
    root = lock["packages"][""]
    root["optionalDependencies"] = root.pop("dependencies")
    package = {"name": "function", "optionalDependencies": root["optionalDependencies"]}
    files = {"package.json": json.dumps(package), "package-lock.json": json.dumps(lock)}
    assert names(install(files, target)) == [f"node_modules/native-{wanted}/package.json"]


def test_no_script_of_a_packages_is_run_and_that_is_told(registry, install, modules, tmp_path):
    mark = tmp_path / "ran"
    registry.add("eager", scripts={"install": f"touch {mark}"}, hasInstallScript=True)
    files = asking(registry, "eager")
    install(files)
    assert not mark.exists()
    (note,) = modules(files).notes
    assert note.startswith("eager has an install script, which is not run")


def test_programs_of_packages_and_records_of_npms_are_left_out(registry, install):
    registry.add("tool", files={"cli.js": "#!/usr/bin/env node\n"}, bin={"tool": "cli.js"})
    found = install(asking(registry, "tool"))
    assert names(found) == ["node_modules/tool/cli.js", "node_modules/tool/package.json"]


def test_settings_beside_the_function_lead_npm_to_its_registry(registry, install, project):
    registry.add("greetings")
    project({".npmrc": f"registry={registry.environ.pop('npm_config_registry')}\n"})
    found = install(asking(registry, "greetings"))
    assert names(found) == ["node_modules/greetings/package.json"]


# --- what it is called -----------------------------------------------------------------------


def test_the_same_lock_is_installed_once_whatever_else_is_told_of_the_function(registry, modules):
    registry.add("greetings")
    one = modules(asking(registry, "greetings"))
    two = modules(asking(registry, "greetings", version="9.9.9", scripts={"test": "x"}))
    assert one.name({}) == two.name({})


def test_a_name_changes_with_the_lock_and_the_target(registry, modules):
    registry.add("greetings")
    seen = {modules(asking(registry, "greetings")).name({})}
    seen.add(modules(asking(registry, "greetings"), INTEL).name({}))
    registry.add("greetings", "1.0.1")
    seen.add(modules(asking(registry, "greetings")).name({}))
    assert len(seen) == 3


def test_a_name_changes_with_a_lock_as_npm_once_wrote_it(registry, modules):
    registry.add("greetings")
    asked = registry.package("greetings")
    seen = set()
    for version in ("1.0.0", "1.0.1"):
        lock = {"lockfileVersion": 1, "dependencies": {"greetings": {"version": version}}}
        files = {"package.json": asked, "package-lock.json": json.dumps(lock)}
        seen.add(modules(files).name({}))
    assert len(seen) == 2


def test_a_password_in_settings_changes_no_name(registry, modules, project):
    registry.add("greetings")
    found = set()
    for password in ("one", "two"):
        project({".npmrc": f"//h/:_authToken={password}\nregistry=http://h/\n"})
        found.add(modules(asking(registry, "greetings")).name({}))
    assert len(found) == 1


# --- what needs nothing ----------------------------------------------------------------------


@pytest.mark.parametrize("text", ["{}", '{"type": "module"}', '{"dependencies": {}}'])
def test_a_package_that_asks_for_nothing_needs_nothing(modules, text):
    assert modules({"package.json": text}) is None


def test_what_is_installed_already_serves_where_there_is_no_lock(registry, modules):
    registry.add("greetings")
    files = {"package.json": registry.package("greetings")}
    assert modules(files, installed=True) is None


# --- what goes wrong -------------------------------------------------------------------------


def failure(of, files):
    with pytest.raises(Failure) as caught:
        of(files)
    return caught.value


def test_packages_without_a_lock_are_refused_with_the_way_out(registry, modules):
    registry.add("greetings")
    found = failure(modules, {"package.json": registry.package("greetings")})
    assert found.message == "what it asks for is not pinned by a lock"
    assert "npm install --package-lock-only" in found.hint


@pytest.mark.parametrize("lock", ["yarn.lock", "pnpm-lock.yaml", "bun.lock"])
def test_a_lock_of_another_tool_is_told(registry, modules, lock):
    registry.add("greetings")
    found = failure(modules, {"package.json": registry.package("greetings"), lock: ""})
    assert found.message == f"{lock} is of a tool that maestro does not run"
    assert found.path.name == lock


def test_a_folder_as_a_package_is_refused(registry, modules):
    registry.add("lib")
    files = asking(registry, "lib")
    lock = json.loads(files["package-lock.json"])
    lock["packages"]["node_modules/lib"] = {"resolved": "../lib", "link": True}
    found = failure(modules, {**files, "package-lock.json": json.dumps(lock)})
    assert found.message == "lib is a file or folder here (../lib): it is not installed"


def test_a_lock_that_is_behind_is_told(registry, install):
    registry.add("greetings")
    registry.add("more")
    files = asking(registry, "greetings")
    found = failure(install, {**files, "package.json": registry.package("greetings", "more")})
    assert found.message == "the lock does not hold what it asks for"
    assert found.path.name == "package.json"


def test_a_package_that_is_not_there_is_named(registry, install):
    registry.add("greetings")
    files = asking(registry, "greetings")
    registry.packages.clear()
    assert "greetings" in failure(install, files).message


def test_another_content_than_the_locks_is_refused(registry, install):
    registry.add("greetings")
    files = asking(registry, "greetings")
    registry.add("greetings", files={"evil.js": ""})
    assert failure(install, files).message.startswith("npm: ")


def test_a_registry_that_does_not_answer_is_told(registry, install):
    registry.add("greetings")
    registry.environ["npm_config_registry"] = "http://127.0.0.1:9/"
    found = failure(install, asking(registry, "greetings"))
    assert found.message.startswith("its packages could not be fetched")


def test_a_package_for_another_system_is_named(registry, install):
    registry.add("only-here", os=["darwin"])
    found = failure(install, asking(registry, "only-here"))
    assert found.message == "only-here@1.0.0 is not for the function's system"


@pytest.mark.parametrize(("text", "message"), [("{", "it is not JSON"), ("[]", "no JSON object")])
def test_a_file_that_cannot_be_read_is_told(modules, text, message):
    assert message in failure(modules, {"package.json": text}).message


@pytest.mark.parametrize("wrong", [1, "x", [1], True])
@pytest.mark.parametrize(
    ("file", "make"),
    [
        ("package.json", lambda wrong: {"dependencies": wrong}),
        ("package-lock.json", lambda wrong: {"packages": wrong}),
        ("package-lock.json", lambda wrong: {"packages": {"node_modules/greetings": wrong}}),
    ],
    ids=["dependencies", "packages", "package"],
)
def test_a_file_of_another_form_is_told(registry, modules, file, make, wrong):
    registry.add("greetings")
    files = {**asking(registry, "greetings"), file: json.dumps(make(wrong))}
    assert failure(modules, files).message.endswith("no JSON object")
