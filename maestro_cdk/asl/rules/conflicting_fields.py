"""Of fields that mean the same there is one."""

from collections.abc import Iterator

from maestro_cdk.asl.rules import Rule, Subject
from maestro_cdk.model import Finding


def check(subject: Subject) -> Iterator[Finding]:
    """Findings about objects that have two fields for one thing."""
    for place in subject.places:
        for names in place.shape.exclusive:
            there = [name for name in place.value if name in names]
            if len(there) > 1:
                yield Finding(
                    rule=RULE.id,
                    severity="error",
                    message=f"{' and '.join(there)} exclude each other",
                    hint="keep one of them",
                    where=subject.document.where((*place.pointer, there[1]), key=True),
                    state=place.state,
                )


RULE = Rule(
    id="conflicting-fields",
    severity="error",
    summary="Of fields that mean the same there is one.",
    check=check,
    explanation="""
`TimeoutSeconds` says how long, `TimeoutSecondsPath` where in the input that stands: a state has
one of the two, as it has of `HeartbeatSeconds`, `MaxConcurrency`, `ToleratedFailureCount`,
`ToleratedFailurePercentage`, `Error`, `Cause`, `MaxItems` and their paths. A Wait has exactly one of
`Seconds`, `SecondsPath`, `Timestamp` and `TimestampPath`. A Map has one of `ItemProcessor` and
`Iterator`, which is its old name, and one of `ItemSelector` and `Parameters`, which was that. AWS
refuses both: `There should only be one of the following fields: [Error, ErrorPath]`.

https://docs.aws.amazon.com/step-functions/latest/dg/state-wait.html
""",
)
