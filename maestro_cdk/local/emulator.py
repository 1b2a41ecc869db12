"""MiniStack, and everything that is known here of its insides.

It reads its settings from the environment while it is imported, so this module must not be
imported before they are there.
"""

import hashlib
import json
import logging
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ministack import app as ministack
from ministack.core import persistence

from maestro_cdk.local.middleware import App

logger = logging.getLogger(__name__)

ATTEMPTS = 5


_EMPTIES_BUCKETS = "Custom::S3AutoDeleteObjects"
"""What CDK adds for auto_delete_objects=True. Its function needs the AWS SDK for JavaScript, which
Lambda has and this machine has not; and MiniStack deletes a bucket with all that is in it."""


def application() -> App:
    """MiniStack as an ASGI application."""
    load, mended = ministack._get_module, set()  # noqa: SLF001

    def load_and_mend(name: str) -> Any:
        module = load(name)
        if name == "cloudformation" and name not in mended:
            mended.add(name)
            _mend_custom_resources()
        return module

    ministack._get_module = load_and_mend  # noqa: SLF001
    pin = ministack.pin_request_origin
    # Policies that ask for HTTPS (a bucket's with enforceSSL) mean the way to AWS, not to here.
    ministack.pin_request_origin = lambda address, _: pin(address, True)
    app: App = ministack.app
    return app


def _mend_custom_resources() -> None:
    """Have a custom resource whose function breaks down fail at once.

    MiniStack would wait for the function's answer for an hour, as AWS does.
    """
    from ministack.services import lambda_svc  # noqa: PLC0415 - a second, when first needed
    from ministack.services.cloudformation import custom_resource  # noqa: PLC0415

    invoke = custom_resource.invoke_custom_resource
    execute = lambda_svc._execute_function_with_config_scope  # noqa: SLF001

    def invoke_unless_known(request: str, logical_id: str, *given: Any, **named: Any) -> Any:
        kind = named.get("resource_type", given[3] if len(given) > 3 else None)  # noqa: PLR2004
        if kind == _EMPTIES_BUCKETS:
            return named.get("physical_id") or logical_id, {}
        return invoke(request, logical_id, *given, **named)

    def execute_and_tell(function: Any, event: Any) -> Any:
        result = execute(function, event)
        address = event.get("ResponseURL", "") if isinstance(event, dict) else ""
        token = str(address).rpartition("/cfn-response/")[2]
        if token and isinstance(result, dict) and result.get("error"):
            said = result.get("body")
            reason = said.get("errorMessage") if isinstance(said, dict) else said
            answer = {"Status": "FAILED", "Reason": f"its function failed: {reason}"}
            custom_resource.deliver_response(token, answer)
        return result

    custom_resource.invoke_custom_resource = invoke_unless_known
    lambda_svc._execute_function_with_config_scope = execute_and_tell  # noqa: SLF001


class State:
    """What MiniStack holds, written to the folder that it reads when it starts.

    MiniStack writes only at a clean end, all of it, and one service after the other. Here the
    services that changed are written, and put in place together, so that a crash leaves what was
    at one moment.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._written: dict[str, bytes] = {}
        self._unwritable: set[str] = set()

    def save(self) -> None:
        """Write the services that have changed since this was called last.

        Raises:
            OSError: the folder cannot be written to.
            RuntimeError: a service was being changed each time that it was looked at.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        prune = _put_off_pruning()
        fresh = []
        for name, state in ministack._build_persistence_save_dict().items():  # noqa: SLF001
            text = self._text(name, state)
            digest = hashlib.sha256(text or b"").digest()
            if text is None or self._written.get(name) == digest:
                continue
            path = self._folder / f"{name}.json.new"
            with path.open("wb") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            fresh.append((name, path, digest))
        for name, path, digest in fresh:
            path.replace(self._folder / f"{name}.json")
            self._written[name] = digest
        prune()

    def _text(self, name: str, state: Callable[[], Any]) -> bytes | None:
        """A service's state as persistence.save_state would write it; None: it has none."""
        for attempt in range(ATTEMPTS):
            try:
                payload = state()
                if payload is None:
                    return None
                version = persistence._state_format_version(name)  # noqa: SLF001
                return json.dumps(
                    {"__ministack_format__": version, "payload": payload},
                    default=persistence._json_default,  # noqa: SLF001
                ).encode()
            except RuntimeError:  # a dictionary changed while it was walked
                if attempt == ATTEMPTS - 1:
                    raise
            except Exception:
                # One service that cannot be written must not keep the others from being.
                if name not in self._unwritable:
                    self._unwritable.add(name)
                    logger.exception("The state of %s cannot be written", name)
                return None
        return None


def _put_off_pruning() -> Callable[[], None]:
    """Keep functions' code on disk until no state on disk names it; return what removes it then.

    MiniStack removes it when a function's state is asked for, which is before that is written.
    """
    functions = sys.modules.get("ministack.services.lambda_svc")
    if functions is None:
        return lambda: None
    # The one that MiniStack came with, or the one that an earlier call put in its place.
    current = functions._prune_orphan_code_blobs  # noqa: SLF001
    prune: Callable[[set[str]], None] = getattr(current, "in_earnest", current)
    wanted: list[set[str]] = []

    def note(referenced: set[str]) -> None:
        wanted.append(referenced)

    setattr(note, "in_earnest", prune)  # noqa: B010 - a function has no such attribute, to mypy
    setattr(functions, "_prune_orphan_code_blobs", note)  # noqa: B010 - nor the module
    return lambda: prune(wanted[-1]) if wanted else None
