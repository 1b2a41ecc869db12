"""The settings that there are: what each is about, what it takes, and an example of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from maestro_cdk.asl import arns
from maestro_cdk.project import forms
from maestro_cdk.project.forms import Form


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A setting."""

    doc: str
    """What it is about, in a line."""
    form: Form
    example: str
    """A value as TOML writes it: the default, where there is one."""
    default: str = ""
    """What holds without it; empty where that is the example."""

    @property
    def read(self) -> Callable[[Any], Any]:
        """What reads a value of it."""
        return self.form.read


_ACCOUNT = "123456789012"

WORKFLOW: Mapping[str, Key] = {
    "name": Key(
        doc="the workflow's and the stack's name; what is no letter, digit or hyphen becomes a hyphen",
        form=forms.TEXT,
        example='"approval"',
        default="the folder's name",
    ),
    "type": Key(
        doc="STANDARD, or EXPRESS: short and cheap, its history in the log alone",
        form=forms.one_of("STANDARD", "EXPRESS"),
        example='"STANDARD"',
    ),
    "logging": Key(
        doc="what the state machine logs: OFF, ERROR, FATAL or ALL",
        form=forms.one_of("OFF", "ERROR", "FATAL", "ALL"),
        example='"ERROR"',
        default="ERROR; ALL for EXPRESS",
    ),
    "execution_data": Key(
        doc="inputs and outputs in the log",
        form=forms.SWITCH,
        example="false",
        default="false; true for EXPRESS",
    ),
    "tracing": Key(doc="X-Ray", form=forms.SWITCH, example="false"),
    "timeout": Key(
        doc="seconds after which an execution is ended",
        form=forms.number(1, 99_999_999, " of seconds"),
        example="3600",
        default="no limit",
    ),
    "tags": Key(
        doc="on the stack and all that is in it",
        form=forms.TABLE,
        example='{ team = "payments" }',
        default="none",
    ),
    "protected": Key(
        doc="termination protection, no short cuts, and teardown asks for the name",
        form=forms.SWITCH,
        example="false",
    ),
    "express": Key(
        doc="CloudFormation's express mode for deploy and teardown",
        form=forms.SWITCH,
        example="false",
    ),
    "policies": Key(
        doc="what else the state machine may do: statements, and managed policies by name or ARN",
        form=forms.POLICIES,
        example='["AmazonS3ReadOnlyAccess"]',
        default="what the definition needs",
    ),
    "permissions_boundary": Key(
        doc="the ARN of a managed policy that bounds every role",
        form=forms.ARN,
        example=f'"arn:aws:iam::{_ACCOUNT}:policy/boundary"',
        default="none",
    ),
    "cloudformation_role": Key(
        doc="the ARN of the role that CloudFormation assumes",
        form=forms.ARN,
        example=f'"arn:aws:iam::{_ACCOUNT}:role/cloudformation"',
        default="your own credentials",
    ),
    "disable_rules": Key(
        doc="validation rules switched off, by id: `maestro validate --rules`",
        form=forms.RULES,
        example='["wide-permission"]',
        default="none",
    ),
    "substitutions": Key(
        doc="values for ${name} in the definition",
        form=forms.SCALARS,
        example='{ OrdersTable = "orders" }',
        default="none",
    ),
    "release": Key(
        doc="how `live` goes over to a new version: strategy (all, canary, linear), percentage, "
        "minutes of each interval, alarms (failed, timed_out, throttled, or names of others), and "
        "how many versions to keep, 0 for none",
        form=forms.RELEASE,
        example='{ strategy = "canary", percentage = 10, interval = 5, keep = 20 }',
        default="all at once, the last 20 kept",
    ),
}

FUNCTION: Mapping[str, Key] = {
    "runtime": Key(
        doc="Lambda's name of the runtime",
        form=forms.matching(
            r"(python|nodejs|java|dotnet|ruby|provided)[a-z0-9.]*",
            'Lambda\'s name of a runtime, like "python3.13" or "nodejs24.x"',
        ),
        example='"python3.13"',
        default="by the file's ending: python3.13, nodejs24.x",
    ),
    "handler": Key(
        doc="the file and the function in it, as Lambda writes it",
        form=forms.matching(r"\S+", "file.function"),
        example='"index.handler"',
        default="the handler file's `handler`",
    ),
    "memory": Key(
        doc="MB; processors grow with it", form=forms.number(128, 10_240, " of MB"), example="256"
    ),
    "timeout": Key(
        doc="seconds that a call may take", form=forms.number(1, 900, " of seconds"), example="30"
    ),
    "architecture": Key(
        doc="arm64 or x86_64", form=forms.one_of("arm64", "x86_64"), example='"arm64"'
    ),
    "environment": Key(
        doc="environment variables",
        form=forms.VARIABLES,
        example='{ LOG_LEVEL = "INFO" }',
        default="none",
    ),
    "log_retention": Key(doc="days that log lines are kept", form=forms.RETENTION, example="14"),
    "ephemeral_storage": Key(
        doc="MB of /tmp", form=forms.number(512, 10_240, " of MB"), example="512"
    ),
    "tracing": Key(doc="X-Ray", form=forms.SWITCH, example="false"),
    "reserved_concurrency": Key(
        doc="how many run at once at most",
        form=forms.number(0, 1_000_000),
        example="10",
        default="the account's",
    ),
    "vpc": Key(
        doc="the network that it stands in",
        form=forms.VPC,
        example='{ subnets = ["subnet-1"], security_groups = ["sg-1"] }',
        default="none",
    ),
    "dead_letter": Key(
        doc="the ARN of the queue or topic for failed events",
        form=forms.ARN,
        example='"arn:aws:sqs:REGION:ACCOUNT_ID:failed"',
        default="none",
    ),
    "policies": Key(
        doc="what the function may do: statements, and managed policies by name or ARN",
        form=forms.POLICIES,
        example='["AmazonS3ReadOnlyAccess"]',
        default="writing its log",
    ),
    "layers": Key(
        doc="ARNs of at most five layers",
        form=forms.at_most(5),
        example=f'["arn:aws:lambda:eu-west-1:{_ACCOUNT}:layer:tools:3"]',
        default="none",
    ),
}

TARGET: Mapping[str, Key] = {
    "account": Key(
        doc="the account that it belongs to: other credentials stop everything",
        form=forms.matching(r"[0-9]{12}", 'twelve digits in "..."'),
        example=f'"{_ACCOUNT}"',
        default="any",
    ),
    "region": Key(
        doc="where it is deployed",
        form=forms.matching(arns.REGION.pattern, 'a region like "eu-west-1"'),
        example='"eu-west-1"',
        default="that of the AWS configuration",
    ),
    "profile": Key(
        doc="a profile of the AWS configuration",
        form=forms.TEXT,
        example='"prod"',
        default="the default one",
    ),
}
