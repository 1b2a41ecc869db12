"""Versions of state machines as AWS publishes them, where MiniStack does otherwise.

https://docs.aws.amazon.com/step-functions/latest/dg/concepts-state-machine-version.html
"""

from collections.abc import Callable, Mapping
from typing import Any

from ministack.core.responses import json_response

from maestro_cdk.model import JSON

Answer = tuple[int, dict[str, str], bytes]


def publishing_once(machines: Any) -> Callable[[Mapping[str, JSON]], Answer]:
    """What publishes a version, made to do so once for a revision: then it gives that again.

    https://docs.aws.amazon.com/step-functions/latest/apireference/API_PublishStateMachineVersion.html
    """
    publish: Callable[[Mapping[str, JSON]], Answer] = machines._publish_state_machine_version  # noqa: SLF001

    def once(given: Mapping[str, JSON]) -> Answer:
        arn = given.get("stateMachineArn")
        revision = (machines._state_machines.get(arn) or {}).get("revisionId")  # noqa: SLF001
        found = [
            version
            for version in machines._state_machine_versions.values()  # noqa: SLF001
            if (version["stateMachineArn"], version["stateMachineRevisionId"]) == (arn, revision)
        ]
        if not found or given.get("revisionId") not in (None, revision):
            return publish(given)
        told = {key: found[0][key] for key in ("stateMachineVersionArn", "creationDate")}
        answered: Answer = json_response(told)
        return answered

    return once
