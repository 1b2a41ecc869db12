"""What must be so before anything is touched: the right account, a stack of this project."""

from maestro_cdk.cloud import Owner, Stack
from maestro_cdk.errors import CredentialsError, StackForeign
from maestro_cdk.model import Identity, Project


def check_account(project: Project, identity: Identity) -> None:
    """Refuse credentials of another account than the one that the settings name."""
    account = project.settings.target.account
    if account and account != identity.account:
        stage = f"stage {project.settings.stage!r}" if project.settings.stage else "this project"
        raise CredentialsError(
            f"{stage} belongs to account {account}; "
            f"these credentials are of {identity.account} ({identity.arn})",
            hint="choose other credentials with --profile, or another --stage",
        )


def check_owner(project: Project, stack: Stack) -> None:
    """Refuse a stack that this project did not make."""
    if stack.status == "REVIEW_IN_PROGRESS":  # nothing was ever made of it
        return
    settings = project.settings
    own = Owner(project=settings.workflow.name, stage=settings.stage)
    if stack.owner == own:
        return
    if stack.owner is None:
        message = f"there is a stack {stack.name} that maestro did not make"
    else:
        message = f"the stack {stack.name} belongs to {_said(stack.owner)}, not to {_said(own)}"
    raise StackForeign(
        f"{message}; it is left alone",
        hint="give the workflow another name: [workflow] name in maestro.toml",
    )


def _said(owner: Owner) -> str:
    stage = f" (stage {owner.stage})" if owner.stage else ""
    return f"the project {owner.project}{stage}"
