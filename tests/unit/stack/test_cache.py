"""An assembly from the cache is the one that CDK would write, to the byte."""

import json
from dataclasses import replace

import pytest

from maestro_cdk.errors import UsageError
from maestro_cdk.model import Target
from maestro_cdk.stack import cache
from maestro_cdk.stack.synth import CachedSynthesizer
from tests.fakes.bundles import bundles
from tests.unit.stack.conftest import PYTHON

LARGE = {
    **{
        f"State{n}": {"Type": "Pass", "Comment": "x" * 900, "Next": f"State{n + 1}"}
        for n in range(499)
    },
    "State499": {"Type": "Pass", "End": True},
}


@pytest.fixture
def synthesize(tmp_path):
    """Synthesize a project; `cold` without what earlier syntheses left."""
    runs = iter(range(100))

    def synthesized(project, *, cold=False, bootstrapped=False, out=None):
        n = next(runs)
        folder = tmp_path / ("nothing" if cold else "cache") / (str(n) if cold else "")
        synthesizer = CachedSynthesizer(folder, bootstrapped=bootstrapped, environ={})
        out = out or tmp_path / f"out-{n}"
        return synthesizer.synthesize(project, bundles(project), out)

    return synthesized


def files(assembly):
    return {path.name: path.read_bytes() for path in assembly.directory.iterdir()}


def entries(tmp_path):
    return sorted((tmp_path / "cache").glob("*.json"))


@pytest.fixture
def by_cdk_only_once(tmp_path):
    """That CDK made no second entry: what came was from the cache."""
    yield
    assert len(entries(tmp_path)) == 1


@pytest.mark.usefixtures("by_cdk_only_once")
@pytest.mark.parametrize("bootstrapped", [False, True])
@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"a": "1"}, {"a": "1"}),
        ({"a": "1"}, {"a": "2"}),
        ({"a": "1", "b": "1", "c": "1"}, {"a": "2", "b": "1", "c": "3"}),
        ({"a": "1", "b": "2"}, {"a": "2", "b": "1"}),
    ],
)
def test_changed_code_gives_what_cdk_would_write(load, synthesize, before, after, bootstrapped):
    def project(codes):
        return load({name: f"{PYTHON}X = {code}\n" for name, code in codes.items()})

    synthesize(project(before), bootstrapped=bootstrapped)
    changed = project(after)
    warm = synthesize(changed, bootstrapped=bootstrapped)
    cold = synthesize(changed, cold=True, bootstrapped=bootstrapped)
    assert files(warm) == files(cold)
    assert warm.template_key == cold.template_key
    assert [asset.key for asset in warm.assets] == [asset.key for asset in cold.assets]


@pytest.mark.usefixtures("by_cdk_only_once")
def test_a_definition_in_a_file_of_its_own_is_kept_too(load, synthesize):
    one = load({"f": PYTHON}, states=LARGE)
    synthesize(one)
    two = load({"f": f"{PYTHON}X = 1\n"}, states=LARGE)
    warm, cold = synthesize(two), synthesize(two, cold=True)
    assert files(warm) == files(cold)
    assert len(warm.assets) == 2


@pytest.mark.usefixtures("by_cdk_only_once")
def test_a_project_without_functions_is_kept_too(load, synthesize):
    synthesize(load({}))
    warm, cold = synthesize(load({})), synthesize(load({}), cold=True)
    assert files(warm) == files(cold)


def test_settings_in_another_order_give_what_cdk_would_write(load, synthesize):
    for order in ("AB", "BA"):
        pairs = ", ".join(f'{name} = "1"' for name in order)
        settings = f"[workflow]\ntags = {{ {pairs} }}\n[functions]\nenvironment = {{ {pairs} }}\n"
        project = load({"f": PYTHON}, settings=settings)
        assert files(synthesize(project)) == files(synthesize(project, cold=True))


def test_texts_of_all_kinds_are_the_same_from_the_cache(load, synthesize):
    text = 'ü\u2028\u2029😀 </script> "\\ \t'
    states = {"A": {"Type": "Pass", "Result": text, "End": True}}
    settings = f"[workflow]\ntags = {{ t = {json.dumps('é☃', ensure_ascii=False)} }}"
    synthesize(load({"f": PYTHON}, states=states, settings=settings))
    project = load({"f": f"{PYTHON}X = 1\n"}, states=states, settings=settings)
    warm, cold = synthesize(project), synthesize(project, cold=True)
    assert files(warm) == files(cold)


# --- entries ---------------------------------------------------------------------------------


def test_an_entry_that_was_tampered_with_is_a_miss(load, synthesize, tmp_path):
    project = load()
    good = files(synthesize(project))
    (entry,) = entries(tmp_path)
    text = entry.read_text()
    assert "python3.13" in text
    broken = [
        text.replace("python3.13", "python3.12"),
        text[: len(text) // 2],
        "",
        "[]",
        "null",
        "{}",
        '{"files": {}, "assets": {}, "checksum": ""}',
        "\udcff",
    ]
    for content in broken:
        entry.write_bytes(content.encode("utf-8", "surrogateescape"))
        assert cache.find(entry.parent, entry.stem) is None
        assert files(synthesize(project)) == good
        assert cache.find(entry.parent, entry.stem) is not None


def test_an_entry_of_other_functions_is_a_miss(load, synthesize, tmp_path):
    project = load()
    good = files(synthesize(project))
    (entry,) = entries(tmp_path)
    kept = cache.find(entry.parent, entry.stem)
    cache.keep(entry.parent, entry.stem, replace(kept, assets={"other": "x"}))
    assert files(synthesize(project)) == good


def test_without_a_place_for_the_cache_all_goes_on(load, tmp_path):
    (tmp_path / "file").write_text("x")
    synthesizer = CachedSynthesizer(tmp_path / "file", environ={})
    project = load()
    for n in range(2):
        assembly = synthesizer.synthesize(project, bundles(project), tmp_path / f"o{n}")
        assert assembly.assets


def test_the_longest_unused_entries_are_dropped(tmp_path):
    kept = cache.Kept(files={"a": "1"}, assets={})
    for n in range(cache.KEPT + 5):
        cache.keep(tmp_path, f"{n:04}", kept)
        cache.find(tmp_path, "0000")
    assert len(list(tmp_path.iterdir())) == cache.KEPT
    assert cache.find(tmp_path, "0000") == kept


# --- what names an entry ---------------------------------------------------------------------


def key(project, *, bootstrapped=False, context=None):
    environ = {"CDK_CONTEXT_JSON": context} if context else {}
    return cache.key(project, bootstrapped=bootstrapped, environ=environ)


CHANGES = {
    "another name": {"name": "other"},
    "a stage": {"stage": "prod"},
    "another function": {"functions": {"manager": PYTHON, "other": PYTHON}},
    "another definition": {"states": {"Z": {"Type": "Pass", "End": True}}},
    **{
        setting: {"settings": f"[{table}]\n{setting}"}
        for table, settings in {
            "workflow": (
                'type = "EXPRESS"',
                'logging = "ALL"',
                "execution_data = true",
                "tracing = true",
                "timeout = 60",
                'tags = { a = "1" }',
                "protected = true",
                'policies = ["X"]',
                'permissions_boundary = "arn:x"',
                "substitutions = { a = 1 }",
            ),
            "functions": (
                'runtime = "python3.12"',
                "memory = 512",
                "timeout = 60",
                'architecture = "x86_64"',
                'environment = { A = "1" }',
                "log_retention = 30",
                "ephemeral_storage = 1024",
                "tracing = true",
                "reserved_concurrency = 1",
                'vpc = { subnets = ["s"], security_groups = ["g"] }',
                'dead_letter = "arn:x"',
                'policies = ["X"]',
                'layers = ["arn:x"]',
            ),
        }.items()
        for setting in settings
    },
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_the_template_depends_on_changes_the_key(load, change):
    before = key(load())
    assert key(load(**CHANGES[change])) != before


def test_kinds_of_substitutions_are_told_apart(load):
    def of(value):
        states = {"A": {"Type": "Pass", "Result": "${a}", "End": True}}
        return key(load(settings=f"[workflow.substitutions]\na = {value}", states=states))

    assert len({of(value) for value in ("1", "1.0", "true", '"1"', '"true"')}) == 5


def test_the_cdk_clis_bucket_and_context_change_the_key(load):
    project = load()
    keys = {
        key(project),
        key(project, bootstrapped=True),
        key(project, bootstrapped=True, context='{"a": 1}'),
        key(project, bootstrapped=True, context='{"a": 2}'),
    }
    assert len(keys) == 4
    assert key(project, context='{"a": 1}') != key(project)  # CDK reads it whoever runs it


def test_code_and_the_target_do_not_change_the_key(load):
    before = key(load())
    after = load({"manager": f"{PYTHON}X = 1\n"})
    target = Target(account="123456789012", region="eu-west-1", profile="p")
    assert key(after) == before
    assert key(replace(after, settings=replace(after.settings, target=target))) == before


# --- the folder ------------------------------------------------------------------------------


def test_a_folder_of_other_things_is_left_alone(load, synthesize, tmp_path):
    out = tmp_path / "mine"
    out.mkdir()
    (out / "thesis.txt").write_text("x")
    with pytest.raises(UsageError):
        synthesize(load(), out=out)
    assert [path.name for path in out.iterdir()] == ["thesis.txt"]


def test_an_earlier_assembly_is_replaced_without_leftovers(load, synthesize, tmp_path):
    out = tmp_path / "cdk.out"
    synthesize(load({"a": PYTHON, "b": PYTHON}), out=out)
    for wanted in (load({"a": "handler = 1\n"}), load({"a": "handler = 2\n"})):
        again = synthesize(wanted, out=out)
        assert files(again) == files(synthesize(wanted, cold=True))
