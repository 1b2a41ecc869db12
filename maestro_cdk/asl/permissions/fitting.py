"""What a role holds: its inline policies, and the managed policies that the rest goes to.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
"""

from collections.abc import Iterable
from dataclasses import replace

from maestro_cdk.model import PolicyStatement

INLINE, MANAGED, POLICIES = 10_000, 6_000, 10
"""Characters of a role's inline policies and of a managed policy, and how many of these it has;
CDK fills them no further."""

_RESOURCE, _ACTION = 120, 20
"""The characters that CDK takes one for that it does not know."""

_FILLED = 0.8
"""A statement goes whole into one policy or another, so that none of them is full."""


def fits(statements: Iterable[PolicyStatement], attached: int) -> bool:
    """Whether a role with so many managed policies holds these statements too."""
    size = sum(_RESOURCE * len(item.resources) + _ACTION * len(item.actions) for item in statements)
    return size <= _FILLED * (INLINE + MANAGED * max(0, POLICIES - attached))


def shortened(statements: Iterable[PolicyStatement], workflow: str) -> tuple[PolicyStatement, ...]:
    """The statements with all functions of the workflow in place of each."""
    every = f"arn:PARTITION:lambda:REGION:ACCOUNT_ID:function:{workflow}_"
    return tuple(
        replace(
            item,
            resources=tuple(
                dict.fromkeys(
                    f"{every}*" if arn.startswith(every) else arn for arn in item.resources
                )
            ),
        )
        for item in statements
    )
