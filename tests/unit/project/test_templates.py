"""Templates: which there are, what each is for, and in which languages."""

import json

import pytest

from maestro_cdk.errors import TemplateError
from maestro_cdk.project import beginnings, templates

SHIPPED = templates.available([templates.shipped()])


def template(folder, name, readme="# Title\n\nWhat it is\nabout.\n", **functions):
    """Write a template, its functions named by file: greet_py="..."."""
    root = folder / name
    (root / "lambdas").mkdir(parents=True)
    (root / "definition.asl.json").write_text(json.dumps(beginnings.DEFINITION))
    (root / "README.md").write_text(readme)
    for file, text in functions.items():
        (root / "lambdas" / file.replace("_", ".")).write_text(text)
    return root


def test_what_ships_is_found_with_a_summary():
    assert {"approval", "hello"} <= {item.name for item in SHIPPED}
    assert all(item.summary.endswith(".") for item in SHIPPED)


def test_a_users_template_counts_above_one_of_the_same_name_that_ships(tmp_path):
    template(tmp_path / "mine", "hello", "# Mine\n\n![badge](x)\n\nMy own.\n")
    (tmp_path / "mine" / "no-template").mkdir()
    found = templates.available([tmp_path / "mine", tmp_path / "missing", templates.shipped()])
    (hello,) = [item for item in found if item.name == "hello"]
    assert hello.summary == "My own."
    assert [item.name for item in found] == sorted(item.name for item in found)
    assert "no-template" not in {item.name for item in found}


def test_a_misspelt_template_is_told_the_nearest():
    with pytest.raises(TemplateError) as caught:
        templates.choose(SHIPPED, "aproval")
    assert caught.value.hint == "did you mean 'approval'?"


@pytest.mark.parametrize("original", templates.ORIGINALS)
def test_the_originals_names_lead_to_ours(original):
    assert templates.choose(SHIPPED, original).name == templates.ORIGINALS[original]


def test_a_template_that_has_an_originals_name_is_that(tmp_path):
    template(tmp_path, "helloWorld")
    found = templates.available([tmp_path, templates.shipped()])
    assert templates.choose(found, "helloWorld").folder == tmp_path / "helloWorld"


def test_the_eight_of_the_original_are_there_in_two_languages():
    eight = {"hello", "choice", "wait", "parallel", "map", "retry", "catch", "approval"}
    languages = {item.name: item.languages for item in SHIPPED if item.name in eight}
    assert languages == dict.fromkeys(eight, ("python", "node"))


def test_a_templates_own_language_is_that_of_most_of_its_functions(tmp_path):
    root = template(tmp_path, "mixed", a_mjs="", b_js="", c_py="")
    (root / "languages" / "python").mkdir(parents=True)
    (root / "languages" / "cobol").mkdir()
    template(tmp_path, "none")
    mixed, none = templates.available([tmp_path])
    assert mixed.languages == ("node", "python")
    assert none.languages == ()


def test_a_language_that_a_template_is_not_in_is_told(tmp_path):
    template(tmp_path, "own", a_py="")
    (own,) = templates.available([tmp_path])
    assert templates.overlay(own, None) is None
    assert templates.overlay(own, "python") is None
    with pytest.raises(TemplateError, match="not there in node") as caught:
        templates.overlay(own, "node")
    assert caught.value.hint == "it is in python"


def test_without_functions_any_language_will_do(tmp_path):
    template(tmp_path, "own")
    (own,) = templates.available([tmp_path])
    assert templates.overlay(own, "node") is None
