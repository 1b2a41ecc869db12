"""What the known messages of AWS mean to who deploys a workflow, and what to do about each.

The messages are those that the services give, as they are seen in events of CloudFormation's. Where
a text differs from one region or year to the next, only what stays is looked for.
"""

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Remedy:
    """A message of a service's, and what to do about it; `hint` may name the groups of `says`.

    `says` is a pattern, compiled when it is first looked for: most commands never fail. `passes`
    says of a message that it goes away by itself: IAM tells a new role, or a new policy, to the
    other services one by one.
    """

    service: str
    says: str
    hint: str
    passes: bool = False

    def match(self, reason: str) -> re.Match[str] | None:
        """Where a reason says this."""
        return re.search(self.says, reason, re.IGNORECASE | re.DOTALL)

    def told(self, match: re.Match[str]) -> str:
        """The hint for what was said."""
        return self.hint.format(**{key: value or "" for key, value in match.groupdict().items()})


def _remedy(service: str, says: str, hint: str, *, passes: bool = False) -> Remedy:
    return Remedy(service=service, says=says, hint=hint, passes=passes)


_PROPAGATES = "IAM had not told {0} of the new role yet: the same command again does"

REMEDIES = (
    # --- IAM tells the services of a role one by one -------------------------------------------
    _remedy(
        "Lambda",
        r"role defined for the function cannot be assumed by Lambda",
        _PROPAGATES.format("Lambda"),
        passes=True,
    ),
    _remedy(
        "Step Functions",
        r"Neither the global service principal states\.amazonaws\.com, nor the regional one is "
        r"authorized to assume the provided role",
        _PROPAGATES.format("Step Functions"),
        passes=True,
    ),
    _remedy(
        "Step Functions",
        r"IAM Role is not authorized to access the Log Destination",
        _PROPAGATES.format("CloudWatch Logs"),
        passes=True,
    ),
    # --- IAM -----------------------------------------------------------------------------------
    _remedy(
        "IAM",
        r"(?P<who>arn:aws[^ ]+) is not authorized to perform: (?P<action>[\w-]+:\w+)"
        r"(?: on resource: (?P<on>[^ ]+))?.*?with an explicit deny in a (?P<kind>[\w ]+) policy",
        "a {kind} policy of your organization denies {action}: its administrator can tell what it "
        "wants; a boundary goes into [workflow] permissions_boundary",
    ),
    _remedy(
        "IAM",
        r"(?P<who>arn:aws[^ ]+) is not authorized to perform: (?P<action>[\w-]+:\w+)",
        "allow {action} to {who}, which CloudFormation works as; another role may be named by "
        "[workflow] cloudformation_role",
    ),
    _remedy(
        "IAM",
        r"no permissions boundary allows|permissions boundary",
        "name the boundary that your organization wants as [workflow] permissions_boundary",
    ),
    _remedy(
        "IAM",
        r"Policy statement must contain resources|MalformedPolicyDocument|Syntax errors? in policy",
        "a statement of `policies` in maestro.toml is not one that IAM takes: look at its actions "
        "and resources",
    ),
    _remedy(
        "IAM",
        r"Policy arn:aws[^ ]* does not exist or is not attachable|Policy (?P<arn>arn:[^ ]+) does not",
        "there is no managed policy of that name: look at `policies` in maestro.toml",
    ),
    _remedy(
        "IAM",
        r"Maximum policy size of (?P<size>\d+) bytes exceeded",
        "the role's policies are too long: fewer statements in `policies`, or wider resources",
    ),
    _remedy(
        "IAM",
        r"Cannot exceed quota for (?P<what>PoliciesPerRole|RolesPerAccount|\w+)",
        "the account has a quota of {what}: have it raised, or delete what nobody needs",
    ),
    # --- Lambda --------------------------------------------------------------------------------
    _remedy(
        "Lambda",
        r"runtime parameter of (?P<runtime>[\w.]+) is (?:no longer supported|not supported)",
        "set another `runtime` in maestro.toml: AWS does not create functions for {runtime} any "
        "more; `maestro validate` names those that it does",
    ),
    _remedy(
        "Lambda",
        r"Value (?P<runtime>\S+) at 'runtime' failed to satisfy constraint",
        "there is no runtime {runtime}: set another in maestro.toml",
    ),
    _remedy(
        "Lambda",
        r"Unzipped size must be smaller than (?P<size>\d+) bytes",
        "the function and its packages are too large: leave out what it does not need, or move some "
        "into a layer",
    ),
    _remedy(
        "Lambda",
        r"'MemorySize' value failed to satisfy constraint",
        "this account's functions may not have so much memory (new accounts have 3,008 MB at most): "
        "set a lower `memory`, or have the quota raised",
    ),
    _remedy(
        "Lambda",
        r"decreases account's UnreservedConcurrentExecution below its minimum",
        "the account has too few concurrent executions left to reserve so many: set a lower "
        "`reserved_concurrency`, or none, or have the quota raised",
    ),
    _remedy(
        "Lambda",
        r"Environment variables? .*?(?:exceeded|too large|4 ?KB)|measure exceeds the 4KB limit",
        "environment variables may have 4 KB together: put large values elsewhere",
    ),
    _remedy(
        "Lambda",
        r"environment variables you have provided contains reserved keys.*?request: (?P<keys>[\w, ]+)",
        "Lambda sets {keys} itself: name that variable otherwise",
    ),
    _remedy(
        "Lambda",
        r"(?:execution role|role) does not have permissions to call CreateNetworkInterface",
        "the function's role may not make network interfaces: add the managed policy "
        "AWSLambdaVPCAccessExecutionRole to its `policies`",
    ),
    _remedy(
        "Lambda",
        r"(?:Layer version|layer) (?P<arn>arn:\S+) does not exist|lambda:GetLayerVersion",
        "a layer in `layers` is not there, is of another region, or is not shared with this account",
    ),
    _remedy(
        "Lambda",
        r"Error occurred while GetObject\. S3 Error Code: (?P<code>\w+)",
        "the function's code is not in the asset bucket ({code}): the same command again uploads it",
    ),
    _remedy(
        "Lambda",
        r"update is in progress for resource|function is currently in the following state: Pending",
        "Lambda was still busy with the function: the same command again does",
        passes=True,
    ),
    _remedy(
        "Lambda",
        r"Code storage limit exceeded",
        "the account's storage for functions' code is full: delete functions or old versions of them",
    ),
    # --- Step Functions ------------------------------------------------------------------------
    _remedy(
        "Step Functions",
        r"StateMachineDeleting|State Machine is being deleted",
        "a state machine of that name is still being deleted: the same command again, in a minute",
        passes=True,
    ),
    _remedy(
        "Step Functions",
        r"Value is not a valid resource ARN",
        "a Task's Resource is no ARN that Step Functions knows: often a `${{name}}` that nothing "
        "fills in; `maestro compile` shows what is sent",
    ),
    _remedy(
        "Step Functions",
        r"not authorized to create managed-rule",
        "the role lacks events:PutTargets, events:PutRule and events:DescribeRule for a .sync Task: "
        "add them to [workflow] policies",
    ),
    _remedy(
        "Step Functions",
        r"Invalid State Machine Definition|SCHEMA_VALIDATION_FAILED|MISSING_TRANSITION_TARGET",
        "Step Functions does not take the definition: `maestro validate --online` asks it without a "
        "deployment",
    ),
    _remedy(
        "Step Functions",
        r"already exists.*?(?:stateMachine|State Machine)|StateMachineAlreadyExists",
        "a state machine of that name is there already, outside of this stack: delete it, or give "
        "the workflow another name",
    ),
    # --- CloudWatch Logs -----------------------------------------------------------------------
    _remedy(
        "CloudWatch Logs",
        r"Logs Resource Policy size was exceeded|LimitExceededException.*?resource polic",
        "the region has as many log resource policies as it may: `aws logs "
        "describe-resource-policies` lists them; delete those of workflows that are gone",
    ),
    _remedy(
        "CloudWatch Logs",
        r"(?:log group|LogGroup)\b.*?already exists|(?P<name>/\S+) already exists",
        "a log group of that name was left by something else: delete it by `aws logs "
        "delete-log-group`, then deploy again",
    ),
    # --- CloudFormation ------------------------------------------------------------------------
    _remedy(
        "CloudFormation",
        r"custom-named resource requires replacing",
        "its name is in use by the one that is there: give the workflow another name, or tear it "
        "down first",
    ),
    _remedy(
        "CloudFormation",
        r"Replacement type updates not supported on stack with disable-rollback",
        "the stack was left without a rollback, and what is wanted now would replace a resource: "
        "deploy what was there before, then this",
    ),
    _remedy(
        "CloudFormation",
        r"already exists(?: in stack (?P<stack>\S+))?",
        "something of that name is there already, outside of this stack: delete it, or give the "
        "workflow another name",
    ),
    _remedy(
        "CloudFormation",
        r"Rate exceeded|Throttling",
        "AWS was asked too often by all who use this account: the same command again does",
        passes=True,
    ),
    _remedy(
        "CloudFormation",
        r"Exceeded attempts to wait|failed to stabilize|NotStabilized",
        "AWS did not get done in time: the same command again, and its status page if that fails too",
    ),
    _remedy(
        "CloudFormation",
        r"Limit(?:s)? exceeded for resource of type '(?P<type>[^']+)'",
        "the account may have no more of {type}: have the quota raised, or delete what nobody needs",
    ),
    _remedy(
        "S3",
        r"bucket you tried to delete is not empty|BucketNotEmpty",
        "empty the bucket first, then tear down again",
    ),
)
"""The first that fits is told."""

PROPAGATION = REMEDIES[:3]
"""The errors by which services tell that IAM has not told them yet: the only ones to try again."""


def propagates(reason: str) -> bool:
    """Whether it is a known error of IAM's propagation, which goes away by itself."""
    return any(remedy.match(reason) for remedy in PROPAGATION)
