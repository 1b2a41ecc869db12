"""Removing from the asset bucket what nothing of a project refers to any more."""

import json
from datetime import timedelta

from maestro_cdk.actions import records
from maestro_cdk.actions.wording import counted
from maestro_cdk.cloud import Cloud
from maestro_cdk.errors import CloudError
from maestro_cdk.model import JSON, Assembly
from maestro_cdk.ports import Clock, Note, Reporter

YOUNG = timedelta(days=1)
"""What was written later may be of a deployment that goes on beside this one, or of a plan."""


def clean(
    assembly: Assembly, before: JSON, *, cloud: Cloud, reporter: Reporter, clock: Clock
) -> None:
    """Delete the files of a stack that neither its template nor the one before refers to.

    What is kept of versions goes with them.

    The bucket keeps what is deleted for 30 days more. That it cannot be done is no failure of the
    deployment.

    Args:
        assembly: what is deployed now.
        before: the template that was deployed before: what a rollback goes back to.
        cloud: where.
        reporter: hears of it.
        clock: tells the time.
    """
    texts = (assembly.template, json.dumps(before))
    try:
        listed = cloud.assets.listed(f"{assembly.stack_name}/")
        stale = [
            key
            for key, written in listed.items()
            if clock.now() - written > YOUNG
            and not key.startswith(records.prefix(assembly.stack_name))
            and not any(key in text for text in texts)
        ]
        if stale:
            cloud.assets.discard(stale)
            reporter.emit(Note(f"removed {counted(len(stale), 'file')} that nothing refers to"))
    except CloudError as error:
        reporter.emit(Note(f"files that nothing refers to were left: {error.message}"))
