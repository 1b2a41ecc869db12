"""The fields of the Amazon States Language: which object has which, and what each may hold.

https://docs.aws.amazon.com/step-functions/latest/dg/concepts-amazon-states-language.html and
https://states-language.net/spec.html say most of it. Which state has which field was measured
with ValidateStateMachineDefinition, as the ranges of numbers were, by
https://github.com/badmintoncryer/cdk-preflight (rules/stepfunctions, 2026-09-05) and
https://github.com/floci-io/floci/issues/2735, 2968 and 3733.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from maestro_cdk.asl import kinds
from maestro_cdk.asl.kinds import Kind
from maestro_cdk.asl.machines import Language


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A field: what it may hold, and the one query language that has it.

    `holds` is the shape of the objects in it. What is of kind ANY is seen to by rules of its own.
    """

    kind: Kind
    language: Language | None = None
    holds: str | None = None

    def speaks(self, language: Language | None) -> bool:
        """Whether a query language has it; any that is not known may."""
        return self.language is None or language is None or self.language == language


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What an object of the language looks like.

    Of each group in `exclusive` there is one at most, of each in `needed` one at least. A `lenient`
    shape may hold more than its fields.
    """

    title: str
    fields: Mapping[str, Field]
    exclusive: tuple[tuple[str, ...], ...] = ()
    needed: tuple[tuple[str, ...], ...] = ()
    lenient: bool = False


def _any(language: Language | None = None) -> Field:
    return Field(kind=kinds.ANY, language=language)


def _path(*, nullable: bool = False) -> Field:
    return Field(kind=kinds.TEXT_OR_NULL if nullable else kinds.TEXT, language="JSONPath")


def _of(kind: Kind, language: Language | None = None, *, holds: str | None = None) -> Field:
    return Field(kind=kind, language=language, holds=holds)


SECONDS = 99_999_999
DAY_LEAP_YEAR = 31_622_400

COMMENT = {"Comment": _of(kinds.TEXT)}
STATE = {**COMMENT, "Type": _any(), "QueryLanguage": _any()}
FLOW = {"Next": _any(), "End": _of(kinds.FLAG)}
IN_OUT = {
    "InputPath": _path(nullable=True),
    "OutputPath": _path(nullable=True),
    "Output": _any("JSONata"),
}
ASSIGN = {"Assign": _of(kinds.OBJECT)}
RESULT = {
    "Parameters": _any("JSONPath"),
    "ResultPath": _path(nullable=True),
}
WORK = {
    **RESULT,
    "ResultSelector": _any("JSONPath"),
    "Retry": _of(kinds.OBJECTS, holds="retrier"),
    "Catch": _of(kinds.OBJECTS, holds="catcher"),
}
MACHINE = {**COMMENT, "StartAt": _any(), "States": _any()}


def _both(name: str, kind: Kind) -> dict[str, Field]:
    """A field, and the one that says by a path where its value is."""
    return {name: _of(kind), f"{name}Path": _path()}


def _pairs(*names: str) -> tuple[tuple[str, ...], ...]:
    return tuple((name, f"{name}Path") for name in names)


COMPARISONS: Mapping[str, Kind] = {
    **{
        f"{kind}{comparison}": value
        for kind, value in (
            ("String", kinds.TEXT),
            ("Numeric", kinds.NUMBER),
            ("Timestamp", kinds.TIMESTAMP),
        )
        for comparison in (
            "Equals",
            "LessThan",
            "GreaterThan",
            "LessThanEquals",
            "GreaterThanEquals",
        )
    },
    "BooleanEquals": kinds.FLAG,
}
TESTS = ("IsNull", "IsPresent", "IsNumeric", "IsString", "IsBoolean", "IsTimestamp")

OPERATORS: Mapping[str, Field] = {
    **{name: _of(kind, "JSONPath") for name, kind in COMPARISONS.items()},
    **{f"{name}Path": _path() for name in COMPARISONS},
    **{name: _of(kinds.FLAG, "JSONPath") for name in TESTS},
    "StringMatches": _of(kinds.TEXT, "JSONPath"),
}
"""What a Choice rule compares with: https://states-language.net/spec.html#choice-state."""

NESTED_RULE: Mapping[str, Field] = {
    **COMMENT,
    **ASSIGN,
    **OPERATORS,
    "Variable": _path(),
    "And": _of(kinds.SOME_OBJECTS, "JSONPath", holds="nested rule"),
    "Or": _of(kinds.SOME_OBJECTS, "JSONPath", holds="nested rule"),
    "Not": _of(kinds.OBJECT, "JSONPath", holds="nested rule"),
}

STATES: Mapping[str, Shape] = {
    "Task": Shape(
        title="a Task",
        needed=(("Resource",),),
        fields={
            **STATE,
            **FLOW,
            **IN_OUT,
            **ASSIGN,
            **WORK,
            **_both("TimeoutSeconds", kinds.whole(1, SECONDS)),
            **_both("HeartbeatSeconds", kinds.whole(1, SECONDS)),
            "Resource": _of(kinds.TEXT),
            "Arguments": _of(kinds.ARGUMENTS, "JSONata"),
            "Credentials": _of(kinds.ARGUMENTS, holds="credentials"),
        },
        exclusive=_pairs("TimeoutSeconds", "HeartbeatSeconds"),
    ),
    "Pass": Shape(
        title="a Pass",
        fields={**STATE, **FLOW, **IN_OUT, **ASSIGN, **RESULT, "Result": _any("JSONPath")},
    ),
    "Choice": Shape(
        title="a Choice",
        needed=(("Choices",),),
        fields={
            **STATE,
            **IN_OUT,
            **ASSIGN,
            "Choices": _of(kinds.SOME_OBJECTS, holds="rule"),
            "Default": _any(),
        },
    ),
    "Wait": Shape(
        title="a Wait",
        fields={
            **STATE,
            **FLOW,
            **IN_OUT,
            **ASSIGN,
            **_both("Seconds", kinds.whole(0, SECONDS)),
            **_both("Timestamp", kinds.TIMESTAMP),
        },
        exclusive=(("Seconds", "SecondsPath", "Timestamp", "TimestampPath"),),
        needed=(("Seconds", "SecondsPath", "Timestamp", "TimestampPath"),),
    ),
    "Succeed": Shape(title="a Succeed", fields={**STATE, **IN_OUT}),
    "Fail": Shape(
        title="a Fail",
        fields={**STATE, **_both("Error", kinds.TEXT), **_both("Cause", kinds.TEXT)},
        exclusive=_pairs("Error", "Cause"),
    ),
    "Parallel": Shape(
        title="a Parallel",
        needed=(("Branches",),),
        fields={
            **STATE,
            **FLOW,
            **IN_OUT,
            **ASSIGN,
            **WORK,
            "Branches": _of(kinds.SOME_OBJECTS),
            "Arguments": _any("JSONata"),
        },
    ),
    "Map": Shape(
        title="a Map",
        fields={
            **STATE,
            **FLOW,
            **IN_OUT,
            **ASSIGN,
            **WORK,
            **_both("MaxConcurrency", kinds.whole(0)),
            **_both("ToleratedFailurePercentage", kinds.number(0, 100)),
            **_both("ToleratedFailureCount", kinds.whole(0)),
            "ItemProcessor": _of(kinds.OBJECT),
            "Iterator": _of(kinds.OBJECT),
            "Items": _of(kinds.ITEMS, "JSONata"),
            "ItemsPath": _path(),
            "ItemSelector": _any(),
            "ItemReader": _of(kinds.OBJECT, holds="reader"),
            "ItemBatcher": _of(kinds.OBJECT, holds="batcher"),
            "ResultWriter": _of(kinds.OBJECT, holds="writer"),
            "Label": _of(kinds.TEXT),
        },
        exclusive=(
            ("ItemProcessor", "Iterator"),
            ("ItemSelector", "Parameters"),
            *_pairs("MaxConcurrency", "ToleratedFailurePercentage", "ToleratedFailureCount"),
        ),
        needed=(("ItemProcessor", "Iterator"),),
    ),
}
"""The states by their Type."""

SHAPES: Mapping[str, Shape] = {
    **STATES,
    "machine": Shape(
        title="a state machine",
        fields={
            **MACHINE,
            "QueryLanguage": _any(),
            "TimeoutSeconds": _of(kinds.whole(0, SECONDS, computed=False)),
            "Version": _of(kinds.one_of("1.0")),
        },
    ),
    "branch": Shape(title="a branch", fields=MACHINE),
    "processor": Shape(
        title="what a Map repeats",
        fields={**MACHINE, "ProcessorConfig": _of(kinds.OBJECT, holds="processor config")},
    ),
    "processor config": Shape(
        title="a ProcessorConfig",
        fields={
            "Mode": _of(kinds.one_of("INLINE", "DISTRIBUTED")),
            "ExecutionType": _of(kinds.one_of("STANDARD", "EXPRESS")),
        },
    ),
    "retrier": Shape(
        title="an entry of Retry",
        needed=(("ErrorEquals",),),
        fields={
            **COMMENT,
            "ErrorEquals": _of(kinds.SOME_TEXTS),
            "IntervalSeconds": _of(kinds.whole(0, SECONDS, computed=False)),
            "MaxAttempts": _of(kinds.whole(0, SECONDS, computed=False)),
            "BackoffRate": _of(kinds.number(1, computed=False)),
            "MaxDelaySeconds": _of(kinds.whole(1, DAY_LEAP_YEAR, computed=False)),
            "JitterStrategy": _of(kinds.one_of("FULL", "NONE")),
        },
    ),
    "catcher": Shape(
        title="an entry of Catch",
        needed=(("ErrorEquals",), ("Next",)),
        fields={
            **COMMENT,
            **ASSIGN,
            "ErrorEquals": _of(kinds.SOME_TEXTS),
            "Next": _any(),
            "ResultPath": _path(nullable=True),
            "Output": _any("JSONata"),
        },
    ),
    "rule": Shape(
        title="a Choice rule",
        needed=(("Next",),),
        fields={
            **NESTED_RULE,
            "Next": _any(),
            "Condition": _of(kinds.CONDITION, "JSONata"),
            "Output": _any("JSONata"),
        },
    ),
    "nested rule": Shape(title="a rule in And, Or or Not", fields=NESTED_RULE),
    "credentials": Shape(
        title="Credentials",
        fields={"RoleArn": _of(kinds.ROLE), "RoleArn.$": _path()},
        exclusive=(("RoleArn", "RoleArn.$"),),
        needed=(("RoleArn", "RoleArn.$"),),
        lenient=True,
    ),
    "reader": Shape(
        title="an ItemReader",
        needed=(("Resource",), ("Parameters", "Arguments")),
        fields={
            "Resource": _of(kinds.TEXT),
            "Parameters": _of(kinds.OBJECT, "JSONPath"),
            "Arguments": _of(kinds.ARGUMENTS, "JSONata"),
            "ReaderConfig": _of(kinds.OBJECT, holds="reader config"),
        },
    ),
    "reader config": Shape(
        title="a ReaderConfig",
        fields={
            **_both("MaxItems", kinds.whole(0, 100_000_000)),
            "InputType": _of(kinds.one_of("CSV", "JSON", "JSONL", "PARQUET", "MANIFEST")),
            "Transformation": _of(kinds.one_of("NONE", "LOAD_AND_FLATTEN")),
            "ManifestType": _of(kinds.one_of("ATHENA_DATA", "S3_INVENTORY")),
            "CSVDelimiter": _of(kinds.one_of("COMMA", "PIPE", "SEMICOLON", "SPACE", "TAB")),
            "CSVHeaderLocation": _of(kinds.one_of("FIRST_ROW", "GIVEN")),
            "CSVHeaders": _of(kinds.SOME_TEXTS),
            "ItemsPointer": _of(kinds.TEXT),
        },
        exclusive=_pairs("MaxItems"),
    ),
    "batcher": Shape(
        title="an ItemBatcher",
        fields={
            **_both("MaxItemsPerBatch", kinds.whole(0)),
            **_both("MaxInputBytesPerBatch", kinds.whole(0)),
            "BatchInput": _any(),
        },
        exclusive=_pairs("MaxItemsPerBatch", "MaxInputBytesPerBatch"),
        needed=(
            (
                "MaxItemsPerBatch",
                "MaxItemsPerBatchPath",
                "MaxInputBytesPerBatch",
                "MaxInputBytesPerBatchPath",
            ),
        ),
    ),
    "writer": Shape(
        title="a ResultWriter",
        fields={
            "Resource": _of(kinds.TEXT),
            "Parameters": _of(kinds.OBJECT, "JSONPath"),
            "Arguments": _of(kinds.ARGUMENTS, "JSONata"),
            "WriterConfig": _of(kinds.OBJECT, holds="writer config"),
        },
        needed=(("Resource", "WriterConfig"),),
    ),
    "writer config": Shape(
        title="a WriterConfig",
        needed=(("OutputType",),),
        fields={
            "Transformation": _of(kinds.one_of("NONE", "COMPACT", "FLATTEN")),
            "OutputType": _of(kinds.one_of("JSON", "JSONL")),
        },
    ),
}
"""Every object of the language by its name; those of states by their Type."""
