"""What CI runs for a project: a workflow of GitHub's, or a pipeline of GitLab's.

Both check every change, show a proposal's difference to what is deployed, and deploy the main branch.
They have credentials by OpenID Connect, and so keep no secret.
"""

from pathlib import Path, PurePosixPath

FILES = {
    "github": PurePosixPath(".github/workflows/maestro.yml"),
    "gitlab": PurePosixPath(".gitlab-ci.yml"),
}
"""Where each finds it, from the repository's root."""

PYTHON = "3.13"


def text(kind: str, *, version: str, folder: PurePosixPath) -> str:
    """A pipeline.

    Args:
        kind: "github" or "gitlab".
        version: of maestro, which the pipeline holds to.
        folder: the project's, from the repository's root.
    """
    shown = _GITHUB if kind == "github" else _GITLAB
    return (
        shown.replace("@VERSION@", version)
        .replace("@PYTHON@", PYTHON)
        .replace("@FOLDER@", str(folder))
    )


def write(project: Path, kind: str, *, version: str, folder: PurePosixPath) -> None:
    """Write a project's pipeline, unless it has one.

    Raises:
        OSError: it cannot be written.
    """
    path = project / FILES[kind]
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text(kind, version=version, folder=folder), "utf-8")


_GITHUB = """\
# Checks every change, shows what a pull request would change in AWS, and deploys the main branch.
#
# It needs two variables of the repository (Settings, Secrets and variables, Actions, Variables):
#   AWS_ROLE_ARN   a role that trusts GitHub's OpenID Connect provider, for this repository alone
#   AWS_REGION     the region
name: maestro

on:
  pull_request:
  push:
    branches: [main]

permissions:
  contents: read

defaults:
  run:
    working-directory: @FOLDER@

env:
  MAESTRO: maestro-cdk==@VERSION@

jobs:
  check:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v6
        with:
          persist-credentials: false
      - uses: actions/setup-python@v6
        with:
          python-version: "@PYTHON@"
      - run: pip install "$MAESTRO"
      - name: Find every problem, and show it beside the line
        run: maestro validate --strict --format github
      - name: Make the template, as it would be deployed
        run: maestro synth --quiet

  diff:
    # Not for forks: they get no credentials.
    if: >-
      github.event_name == 'pull_request'
      && github.event.pull_request.head.repo.full_name == github.repository
      && vars.AWS_ROLE_ARN != ''
    needs: check
    runs-on: ubuntu-latest
    permissions:
      contents: read
      id-token: write
    steps:
      - uses: actions/checkout@v6
        with:
          persist-credentials: false
      - uses: actions/setup-python@v6
        with:
          python-version: "@PYTHON@"
      - run: pip install "$MAESTRO"
      - uses: aws-actions/configure-aws-credentials@v6
        with:
          role-to-assume: ${{ vars.AWS_ROLE_ARN }}
          aws-region: ${{ vars.AWS_REGION }}
      - name: Show what deploying would change
        run: |
          { echo '```'; maestro diff; echo '```'; } | tee -a "$GITHUB_STEP_SUMMARY"
        shell: bash

  deploy:
    if: github.event_name == 'push' && vars.AWS_ROLE_ARN != ''
    needs: check
    runs-on: ubuntu-latest
    environment: production
    concurrency:
      group: maestro-deploy
      cancel-in-progress: false
    permissions:
      contents: read
      id-token: write
    steps:
      - uses: actions/checkout@v6
        with:
          persist-credentials: false
      - uses: actions/setup-python@v6
        with:
          python-version: "@PYTHON@"
      - run: pip install "$MAESTRO"
      - uses: aws-actions/configure-aws-credentials@v6
        with:
          role-to-assume: ${{ vars.AWS_ROLE_ARN }}
          aws-region: ${{ vars.AWS_REGION }}
      - run: maestro deploy --yes
"""

_GITLAB = """\
# Checks every change, shows what a merge request would change in AWS, and deploys the main branch.
#
# It needs two variables of the project (Settings, CI/CD, Variables):
#   AWS_ROLE_ARN         a role that trusts this GitLab's OpenID Connect provider, for this project alone
#   AWS_DEFAULT_REGION   the region
stages: [check, diff, deploy]

default:
  image: python:@PYTHON@-slim
  before_script:
    - pip install --quiet "$MAESTRO"
    - cd "@FOLDER@"

variables:
  MAESTRO: maestro-cdk==@VERSION@

.credentials:
  id_tokens:
    AWS_TOKEN:
      aud: sts.amazonaws.com
  variables:
    # Every AWS client exchanges the token for credentials of the role by itself.
    AWS_WEB_IDENTITY_TOKEN_FILE: $CI_BUILDS_DIR/aws-token-$CI_JOB_ID
    AWS_ROLE_SESSION_NAME: gitlab-$CI_PIPELINE_ID
  before_script:
    - pip install --quiet "$MAESTRO"
    - cd "@FOLDER@"
    - printf %s "$AWS_TOKEN" > "$AWS_WEB_IDENTITY_TOKEN_FILE"

check:
  stage: check
  rules:
    - if: $CI_PIPELINE_SOURCE == "merge_request_event"
    - if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH
  script:
    - maestro validate --strict
    - maestro synth --quiet

diff:
  extends: .credentials
  stage: diff
  rules:
    - if: $CI_PIPELINE_SOURCE == "merge_request_event" && $AWS_ROLE_ARN
  script:
    - maestro diff

deploy:
  extends: .credentials
  stage: deploy
  rules:
    - if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH && $AWS_ROLE_ARN
  environment: production
  resource_group: production
  script:
    - maestro deploy --yes
"""
