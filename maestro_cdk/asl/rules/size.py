"""A definition keeps some distance from the size that AWS takes."""

from collections.abc import Iterator

from maestro_cdk.asl.rules import Rule, Subject
from maestro_cdk.model import Finding

LIMIT = 1_048_576
"""https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html"""

NEAR = LIMIT * 9 // 10


def check(subject: Subject) -> Iterator[Finding]:
    """A finding about a definition that is nearly as large as AWS takes, or larger.

    In a folder, what is larger is refused anyway.
    """
    size = len(subject.document.text)
    if size > NEAR and (size <= LIMIT or subject.functions is None):
        yield Finding(
            rule=RULE.id,
            severity="warning" if size <= LIMIT else "error",
            message=f"the definition has {size:,} characters; AWS takes {LIMIT:,}",
            hint="white space counts; a part can become a workflow of its own",
            where=subject.document.where(()),
        )


RULE = Rule(
    id="size",
    severity="error",
    summary="A definition keeps some distance from the size that AWS takes.",
    check=check,
    explanation="""
AWS takes 1,048,576 characters, with the values of its substitutions in it. Nine tenths of that are
worth a warning.

https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
""",
)
