"""What CI runs for a project, held to the schemas of GitHub and GitLab."""

import re
import subprocess
import sys
from pathlib import PurePosixPath

import pytest
import yaml

from maestro_cdk import __version__
from maestro_cdk.cli.root import maestro
from maestro_cdk.project import creating, pipelines

SCHEMAS = {"github": "vendor.github-workflows", "gitlab": "vendor.gitlab-ci"}


def written(kind, folder="."):
    return pipelines.text(kind, version="1.2.3", folder=PurePosixPath(folder))


@pytest.mark.parametrize("kind", pipelines.FILES)
@pytest.mark.parametrize("folder", [".", "workflows/two words"])
def test_a_pipeline_is_what_its_service_takes(tmp_path, kind, folder):
    file = tmp_path / "pipeline.yml"
    file.write_text(written(kind, folder))
    words = ("-m", "check_jsonschema", "--builtin-schema", SCHEMAS[kind], file)
    done = subprocess.run([sys.executable, *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert folder in file.read_text()
    assert "@" not in re.sub(r"@v\d+", "", file.read_text())


@pytest.mark.parametrize("kind", pipelines.FILES)
def test_a_pipeline_validates_synthesizes_shows_and_deploys(kind):
    text = written(kind)
    used = re.findall(r"maestro ([a-z]+)((?: --[a-z]+)*)", text)
    assert [name for name, _ in used] == ["validate", "synth", "diff", "deploy"]
    for name, flags in used:
        command = maestro.get_command(None, name)
        known = {option for parameter in command.params for option in parameter.opts}
        assert set(flags.split()) <= known
    assert "maestro-cdk==1.2.3" in text


def test_githubs_jobs_have_no_more_rights_than_they_need():
    flow = yaml.safe_load(written("github"))
    assert flow["permissions"] == {"contents": "read"}
    rights = {name: job.get("permissions") for name, job in flow["jobs"].items()}
    both = {"contents": "read", "id-token": "write"}
    assert rights == {"check": None, "diff": both, "deploy": both}
    assert flow["jobs"]["deploy"]["needs"] == "check"
    assert "head.repo.full_name == github.repository" in flow["jobs"]["diff"]["if"]


def test_gitlabs_credentials_come_of_a_token():
    flow = yaml.safe_load(written("gitlab"))
    assert flow[".credentials"]["id_tokens"] == {"AWS_TOKEN": {"aud": "sts.amazonaws.com"}}
    assert {flow[name]["extends"] for name in ("diff", "deploy")} == {".credentials"}
    assert "extends" not in flow["check"]


@pytest.mark.parametrize("kind", pipelines.FILES)
def test_a_project_has_it_where_it_is_looked_for(tmp_path, kind):
    made = creating.create(tmp_path / "p", None, git=True, ci=kind)
    text = (tmp_path / "p" / pipelines.FILES[kind]).read_text()
    assert text == pipelines.text(kind, version=__version__, folder=PurePosixPath())
    assert made.within is None


def test_within_a_repository_it_names_the_projects_folder(tmp_path):
    subprocess.run(["git", "init", "--quiet", tmp_path], check=True)
    made = creating.create(tmp_path / "flows" / "p", None, git=True, ci="github")
    flow = yaml.safe_load((tmp_path / "flows" / "p" / pipelines.FILES["github"]).read_text())
    assert flow["defaults"]["run"]["working-directory"] == "flows/p"
    assert (made.repository, made.within) == (False, tmp_path)


def test_a_pipeline_that_a_template_brings_stays(tmp_path):
    file = tmp_path / pipelines.FILES["gitlab"]
    file.write_text("theirs")
    pipelines.write(tmp_path, "gitlab", version="1", folder=PurePosixPath())
    assert file.read_text() == "theirs"
