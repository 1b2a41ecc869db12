"""The services as botocore's data files describe them, read without importing botocore.

A file is read when its service is first asked about: the largest takes 0.04 s, all 400 two
seconds, and importing botocore 0.2 s. So nothing has to be derived from them and kept current.
"""

import gzip
import json
import re
from collections.abc import Mapping
from functools import cache, cached_property
from importlib.util import find_spec
from pathlib import Path

from maestro_cdk.model import JSON
from maestro_cdk.ports import Operation, Service, Shape

_DIRECTORIES = {
    "applicationdiscovery": "discovery",
    "cloudwatchlogs": "logs",
    "cognitoidentityprovider": "cognito-idp",
    "costandusagereport": "cur",
    "costexplorer": "ce",
    "databasemigration": "dms",
    "directory": "ds",
    "directoryservicedata": "ds-data",
    "elasticloadbalancing": "elb",
    "elasticloadbalancingv2": "elbv2",
    "elasticsearch": "es",
    "eventbridge": "events",
    "iotdataplane": "iot-data",
    "iotjobsdataplane": "iot-jobs-data",
    "lexmodelbuilding": "lex-models",
    "lexmodelsv2": "lexv2-models",
    "lexruntime": "lex-runtime",
    "lexruntimev2": "lexv2-runtime",
    "marketplacemetering": "meteringmarketplace",
    "migrationhub": "mgh",
    "pinpointsmsvoice": "sms-voice",
    "serverlessapplicationrepository": "serverlessrepo",
    "sfn": "stepfunctions",
    "simpledb": "sdb",
}
"""Where a service's name in a definition is not that of its directory without hyphens."""


_ACRONYM = re.compile(r"^[A-Z]+(?=[A-Z][^A-Z]|$)")
"""The capitals at a name's beginning, without the one that begins the next word."""

_BOUNDARIES = tuple(
    (re.compile(pattern), parted)
    for pattern, parted in (
        (r"[^A-Za-z0-9]+", " "),
        (r"([^a-z]{2,})v([0-9]+)", r"\1 v\2 "),
        (r"([^A-Z]{2,})V([0-9]+)", r"\1 V\2 "),
        (r"(?<=[a-z])(?=[A-Z][a-zA-Z0-9])", " "),
        (r"([A-Z]+)([A-Z][a-z])", r"\1 \2"),
        (r"([0-9])([a-zA-Z])", r"\1 \2"),
    )
)
"""Where the SDK for Java parts a name into words, and how."""


class BotocoreModels:
    """The services that the installed botocore knows, by the names they have in a definition.

    https://docs.aws.amazon.com/step-functions/latest/dg/supported-services-awssdk.html
    """

    def names(self) -> tuple[str, ...]:
        """The names of all services, in order."""
        return tuple(sorted(_known()))

    def service(self, name: str) -> Service | None:
        """The service that `aws-sdk:<name>:...` calls; None where there is none of this name."""
        directory = _known().get(name)
        return _read(name, directory) if directory else None

    def client(self, name: str) -> Service | None:
        """The service that `boto3.client(name)` is of; None where there is none of this name."""
        return next(
            (
                _read(service, directory)
                for service, directory in _known().items()
                if directory.name == name
            ),
            None,
        )


class _Service:
    """A service, as its data file has it."""

    def __init__(self, name: str, client: str, data: Mapping[str, JSON]) -> None:
        metadata = data["metadata"]
        self.name, self.client = name, client
        self.signing_name: str = metadata.get("signingName") or metadata["endpointPrefix"]
        words = _pascal(metadata["serviceId"])
        self.prefix = words if words.lower() == name else words.removesuffix("Service")
        self.data = data
        self._made: dict[str, Operation] = {}

    @cached_property
    def _operations(self) -> dict[str, str]:
        return {_camel(name): name for name in self.data["operations"]}

    @property
    def actions(self) -> tuple[str, ...]:
        """The names of its actions."""
        return tuple(self._operations)

    @cached_property
    def codes(self) -> Mapping[str, str]:
        """The errors of all of its operations, by the API's codes."""
        shapes = self.data["shapes"]
        errors = [name for name, shape in shapes.items() if shape.get("exception")]
        return {_code(name, shapes): _error(name) for name in errors}

    def operation(self, action: str) -> Operation | None:
        """What an action does; made once, for a definition asks about the same ones again."""
        name = self._operations.get(action)
        if name is None:
            return None
        if action not in self._made:
            model = self.data["operations"][name]
            shapes = self.data["shapes"]
            self._made[action] = Operation(
                name=name,
                parameters=_Shape(shapes, model["input"]) if "input" in model else None,
                result=_Shape(shapes, model["output"]) if "output" in model else None,
                errors=tuple(_error(error["shape"]) for error in model.get("errors", ())),
                codes={
                    _code(error["shape"], shapes): _error(error["shape"])
                    for error in model.get("errors", ())
                },
                deprecated=model.get("deprecated", False),
                method=model.get("http", {}).get("method", "POST"),
                path=model.get("http", {}).get("requestUri", "/"),
            )
        return self._made[action]


class _Shape:
    """A shape of a data file; those inside it are made when asked for, for some hold themselves."""

    def __init__(self, shapes: Mapping[str, JSON], reference: Mapping[str, JSON]) -> None:
        self._shapes = shapes
        self._model = shapes[reference["shape"]]
        free = self._model.get("document") or reference.get("jsonvalue")
        self.type: str = "document" if free else self._model["type"]
        self.streaming = bool(self._model.get("streaming") or reference.get("streaming"))
        self.enum: tuple[str, ...] = tuple(self._model.get("enum", ()))
        self.range = (self._model.get("min"), self._model.get("max"))

    @cached_property
    def required(self) -> tuple[str, ...]:
        """The members that a structure must have, but for tokens that the caller makes up."""
        members = self._model.get("members", {})
        return tuple(
            _parameter(name)
            for name in self._model.get("required", ())
            if not members[name].get("idempotencyToken")
        )

    @cached_property
    def members(self) -> Mapping[str, Shape]:
        """The members of a structure."""
        members = self._model.get("members", {})
        return {_parameter(name): _Shape(self._shapes, member) for name, member in members.items()}

    @cached_property
    def wire(self) -> Mapping[str, str]:
        """What the API itself calls each member."""
        return {_parameter(name): name for name in self._model.get("members", {})}

    @cached_property
    def element(self) -> Shape | None:
        """What a list or the values of a map hold."""
        inner = self._model.get("member") or self._model.get("value")
        return _Shape(self._shapes, inner) if inner else None


def _parameter(name: str) -> str:
    """A parameter's name as a definition writes it: DBInstance is DbInstance, ETag stays.

    Step Functions calls the services by AWS's SDK for Java, in which a name begins with a small
    letter: of a leading acronym, all letters but the one that begins the next word are small.
    """
    if name.lower() == "equals":
        return "EqualsValue"
    name = name[:1].upper() + name[1:]
    return _ACRONYM.sub(lambda acronym: acronym.group().capitalize(), name, count=1)


def _pascal(name: str) -> str:
    """A name in words of one capital each, as the SDK for Java writes them: DynamoDB is DynamoDb."""
    for pattern, parted in _BOUNDARIES:
        name = pattern.sub(parted, name)
    return "".join(word.capitalize() for word in name.split())


def _error(shape: str) -> str:
    """An error's name as a definition writes it behind the service's: it ends in Exception."""
    return _pascal(re.sub("(Fault|Exception)$", "", shape)) + "Exception"


def _code(shape: str, shapes: Mapping[str, JSON]) -> str:
    """What the API answers where it raises an error of this shape."""
    code: str = (shapes[shape].get("error") or {}).get("code", shape)
    return code


def _camel(name: str) -> str:
    """An action's name as a definition writes it."""
    return name[:1].lower() + name[1:]


def _root() -> Path:
    spec = find_spec("botocore")
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError("botocore")
    return Path(spec.submodule_search_locations[0]) / "data"


@cache
def _known() -> dict[str, Path]:
    """The directory of each service, by its name in a definition."""
    named = {directory: name for name, directory in _DIRECTORIES.items()}
    return {
        named.get(path.name) or re.sub(r"[^a-z0-9]", "", path.name): path
        for path in _root().iterdir()
        if path.is_dir() and any(path.glob("*/service-2.json*"))
    }


@cache
def _read(name: str, directory: Path) -> Service:
    newest = max(directory.glob("*/service-2.json*"))
    content = newest.read_bytes()
    data = json.loads(gzip.decompress(content) if newest.suffix == ".gz" else content)
    return _Service(name, directory.name, data)
