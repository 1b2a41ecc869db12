"""What a function's role would have to allow for what its code calls: a suggestion, no more."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from itertools import chain
from pathlib import Path

from maestro_cdk.asl.permissions import covering, merging, roles, special
from maestro_cdk.asl.permissions.arguments import Arguments, Tree, Value
from maestro_cdk.asl.permissions.calls import Call, Need
from maestro_cdk.asl.permissions.merging import Needed
from maestro_cdk.model import Function, PolicyStatement, Project
from maestro_cdk.ports import Operation, Service
from maestro_cdk.project import files
from maestro_cdk.project.calls import SdkCall, javascript, plain, python
from maestro_cdk.project.ignoring import Ignoring
from maestro_cdk.services.authorization import IamReference
from maestro_cdk.services.models import BotocoreModels

_LANGUAGES: Mapping[str, Callable[[str, Mapping[str, str]], Iterable[SdkCall]]] = {
    ".py": python.find,
    **dict.fromkeys((".js", ".mjs", ".cjs", ".ts", ".mts", ".cts"), javascript.find),
}


def of(project: Project, function: Function) -> tuple[PolicyStatement, ...]:
    """The statements that a function's code seems to need, and its settings do not speak of.

    Their `states` are the places in the code.
    """
    own = function.settings.policies
    needed = [
        Needed(need=need, state=place)
        for place, call in _calls(project, function)
        for need in _needs(call)
        if not covering.allows(own, need.action)
    ]
    return merging.statements(needed)


def _calls(project: Project, function: Function) -> Iterator[tuple[str, SdkCall]]:
    """The calls in a function's files, and in those that are shared, each with its place."""
    ignoring = Ignoring(project.folder)
    environment = function.settings.environment
    for root in (function.root, *project.shared):
        for found in files.walk(root, root.name, project.folder, ignoring):
            find = _LANGUAGES.get(found.path.suffix)
            if find is None or found.problem or "node_modules" in found.path.parts:
                continue
            text = _text(found.path)
            place = found.path.relative_to(project.folder).as_posix()
            for call in find(text, environment):
                yield f"{place}:{call.line}", call


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8-sig", "replace")
    except OSError:
        return ""


def _needs(call: SdkCall) -> Iterator[Need]:
    service = _service(call.service)
    operation = _operation(service, call.operation) if service else None
    if service is None or operation is None:
        return
    meant = Call(
        service=service.name,
        action=operation.name[:1].lower() + operation.name[1:],
        pattern="",
        arguments=_arguments(call),
        services=BotocoreModels(),
        known=IamReference(),
    )
    found = chain(special.needs(meant), roles.handed(meant))
    yield from (need for need in found if isinstance(need, Need))


def _arguments(call: SdkCall) -> Arguments:
    """A call's arguments as those of a state are: parameters in PascalCase."""
    tree: dict[str, Tree] = {
        name[:1].upper() + name[1:]: Value(
            name=name[:1].upper() + name[1:],
            text="*" if text is None else text,
            computed=text is None,
        )
        for name, text in call.arguments.items()
    }
    if not call.whole and not tree:
        return Arguments(Value(name="", text="*", computed=True))
    return Arguments(tree)


@cache
def _service(name: str) -> Service | None:
    """A service by the name that an SDK has for it: that of boto3's client, or npm's package."""
    models = BotocoreModels()
    return models.client(name) or models.service(plain(name))


def _operation(service: Service, name: str) -> Operation | None:
    for action in service.actions:
        if plain(action) == plain(name):
            return service.operation(action)
    return None
