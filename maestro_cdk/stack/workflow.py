"""The Workflow construct: a project's folder to the resources that run it."""

import os
import re
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from aws_cdk import (
    AssetHashType,
    RemovalPolicy,
    Size,
    Tags,
)
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from maestro_cdk.asl.arns import TOKEN
from maestro_cdk.asl.names import Promised
from maestro_cdk.model import (
    Bundle,
    Finding,
    Function,
    FunctionSettings,
    Policy,
    Project,
    Provided,
)
from maestro_cdk.project import bundle, caches, roles, scanner
from maestro_cdk.project.bundle import WriteZip
from maestro_cdk.project.dependencies.installer import Installer
from maestro_cdk.project.settings import Flags
from maestro_cdk.stack import extension, values
from maestro_cdk.stack.substitutions import Complete, Substitutions

INLINE_DEFINITION_LIMIT = 400_000
"""Bytes of a definition above which it stands in S3: a template has room for 1,000,000."""

ARNS_A_STATEMENT = 36
"""What outgrows an inline policy's 10,240 characters CDK moves into managed policies of at most
6,144, a whole statement at a time. So none may be large; but a role has ten at most, and CDK takes
an ARN that it does not know for 160 characters: these fill one policy."""


FUNCTION_PARTS = 7
"""The parts of a function's ARN without a version behind."""


_NAMED = re.compile(r"arn:[^$]*[:/]\$\{(?P<key>\w+)\}(?P<rest>[^$]*)")
"""The ARN of a resource whose name only CloudFormation knows."""


class Workflow(Construct):
    """A state machine, and the functions of its folder.

    In an app of your own::

        workflow = Workflow(stack, "Approval", "workflows/approval")
        table.grant_read_data(workflow.functions["manager"])

    Args:
        scope: where in the app it stands.
        id: its id there.
        source: the project's folder, or a project that was read before.
        stage: the stage, as `--stage` would name it; for a folder only.
        bundles: what the functions are made of, where that is known already.
        write_zip: writes a function's zip.

    Raises:
        ProjectError: the folder cannot be deployed.

    The folder's infra.py, where there is one, is handed the construct when all else is made.

    Attributes:
        project: what was read from the folder.
        functions: the functions, by name.
        state_machine: the state machine.
        state_machine_role: the role that says what it may do.
        log_group: the state machine's log group, unless its logging is OFF.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,  # noqa: A002 - as every construct calls it
        source: str | Path | Project,
        *,
        stage: str | None = None,
        bundles: Sequence[Bundle] | None = None,
        write_zip: WriteZip = bundle.write_zip,
    ) -> None:
        super().__init__(scope, id)
        if not isinstance(source, Project):
            source = scanner.load(
                Path(source).absolute(),
                Flags(stage=stage),
                environ=os.environ,
                home=Path.home(),
                today=datetime.now(UTC).date(),
                promised=Promised(more=True),  # by whoever makes the app
            )
        self.project = source
        self._boundary = values.managed(
            self, "Boundary", source.settings.workflow.permissions_boundary
        )
        if bundles is None:
            kept = caches.dependencies(caches.folder())
            bundles = bundle.bundles(source, Installer(kept, environ=os.environ))
        self._write_zip = write_zip
        packed = {item.function: item for item in bundles}
        with tempfile.TemporaryDirectory() as folder:  # CDK copies what it finds there at once
            self.functions = {
                function.name: self._function(function, packed[function.name], Path(folder))
                for function in source.functions
            }
            self._arns = {name: made.function_arn for name, made in self.functions.items()}
            self._substitutions = Substitutions(
                source.definition,
                arns=self._arns,
                settings=source.settings.workflow.substitutions,
            )
            self._own = {
                f"arn:PARTITION:lambda:REGION:ACCOUNT_ID:function:{item.physical_name}": arn
                for item in source.functions
                for arn in [self._arns[item.name]]
            }
            self.state_machine_role = self._machine_role()
            self._wanted = list(source.permissions)
            self._permit()
            self.log_group = self._machine_logs()
            self.state_machine = self._machine(Path(folder))
        self._release()
        self._tag()
        if source.infra is not None:
            extension.extend(self, source.infra)
        if any(isinstance(each, Provided) for each in source.definition.substitutions.values()):
            self.node.add_validation(Complete(self._substitutions))

    def substitute(self, name: str, value: str) -> None:
        """Fill in `${name}` in the definition.

        Args:
            name: what stands there: letters, digits and underscores.
            value: what it becomes: a text, or what only CDK and CloudFormation know, such as
                `table.table_name`.

        Raises:
            SynthesisError: the name means something already, or the value is no text.
        """
        self._substitutions.give(name, value)
        self._permit()
        if name in self.project.definition.substitutions:
            _resource(self.state_machine).definition_substitutions = self._substitutions.filled()

    def missing(self) -> tuple[Finding, ...]:
        """What the definition needs and nobody has given by now."""
        return self._substitutions.missing()

    def paths(self) -> dict[str, tuple[str, ...]]:
        """Where each resource stands below this construct, by the name it has in maestro's stack."""
        names = ["StateMachine", "StateMachineRole"]
        if self.log_group is not None:
            names.append("StateMachineLogs")
        for function in self.project.functions:
            names += [f"{function.logical_id}Function{suffix}" for suffix in ("", "Role", "Logs")]
        names += _releasing_names(self.project)
        paths: dict[str, tuple[str, ...]] = {name: (name, "Resource") for name in names}
        if self.state_machine_role.node.try_find_child("DefaultPolicy") is not None:
            paths["StateMachinePolicy"] = ("StateMachineRole", "DefaultPolicy", "Resource")
        if self.project.infra is not None:  # which may have given the functions permissions
            for function in self.project.functions:
                role = f"{function.logical_id}FunctionRole"
                made = self.functions[function.name].role
                if made is not None and made.node.try_find_child("DefaultPolicy") is not None:
                    policy = f"{function.logical_id}FunctionPolicy"
                    paths[policy] = (role, "DefaultPolicy", "Resource")
        return paths

    # --- functions ---------------------------------------------------------------------------

    def _function(self, function: Function, packed: Bundle, folder: Path) -> lambda_.Function:
        settings = function.settings
        stem = f"{function.logical_id}Function"
        group = self._log_group(
            f"{stem}Logs", roles.log_group(self.project.name, function.name), settings.log_retention
        )
        role = self._function_role(f"{stem}Role", function, group)
        archive = folder / f"{function.name}.zip"
        self._write_zip(packed, archive)
        made = lambda_.Function(
            self,
            stem,
            function_name=function.physical_name,
            runtime=values.runtime(function.runtime),
            architecture=values.architecture(settings.architecture),
            handler=function.handler,
            code=lambda_.Code.from_asset(
                str(archive), asset_hash=packed.digest, asset_hash_type=AssetHashType.CUSTOM
            ),
            memory_size=settings.memory,
            timeout=values.seconds(settings.timeout),
            environment=dict(settings.environment) or None,
            ephemeral_storage_size=None
            if settings.ephemeral_storage == 512  # noqa: PLR2004 - Lambda's own default
            else Size.mebibytes(settings.ephemeral_storage),
            reserved_concurrent_executions=settings.reserved_concurrency,
            role=role,
            log_group=group,
            layers=[
                lambda_.LayerVersion.from_layer_version_arn(
                    self, f"{stem}Layer{n}", values.filled(arn)
                )
                for n, arn in enumerate(settings.layers)
            ]
            or None,
        )
        if settings.tracing or settings.vpc or settings.dead_letter:
            _configure(made, settings)
        return made

    def _function_role(self, id_: str, function: Function, group: logs.LogGroup) -> iam.Role:
        """A role that may do what the function's settings say, and write its own log."""
        allowed = [
            values.allowed(roles.logging(group.log_group_arn)),
            *map(values.allowed, roles.of(function)),
        ]
        return self._role(id_, "lambda.amazonaws.com", function.settings.policies, allowed)

    # --- the state machine -------------------------------------------------------------------

    def _machine_role(self) -> iam.Role:
        settings = self.project.settings.workflow
        return self._role("StateMachineRole", "states.amazonaws.com", settings.policies, [])

    def _permit(self) -> None:
        """Allow the state machine what it needs, as far as what it needs it on is known."""
        known = [each for each in self._wanted if not self._substitutions.lacks(each)]
        self._wanted = [each for each in self._wanted if each not in known]
        for statement in known:
            for start in range(0, len(statement.resources), ARNS_A_STATEMENT):
                part = statement.resources[start : start + ARNS_A_STATEMENT]
                allowed = values.allowed(replace(statement, resources=part), self._filled)
                self.state_machine_role.add_to_policy(allowed)

    def _machine_logs(self) -> logs.LogGroup | None:
        if self.project.settings.workflow.logging == "OFF":
            return None
        # Groups under this prefix share one resource policy of CloudWatch Logs, which would
        # overflow otherwise: https://docs.aws.amazon.com/step-functions/latest/dg/bp-cwl.html
        name = f"/aws/vendedlogs/states/{self.project.name}"
        return self._log_group(
            "StateMachineLogs", name, self.project.settings.defaults.log_retention
        )

    def _machine(self, folder: Path) -> sfn.StateMachine:
        settings = self.project.settings.workflow
        definition = self.project.definition
        if len(definition.text.encode()) > INLINE_DEFINITION_LIMIT:
            file = folder / "definition.asl.json"
            file.write_text(definition.text, "utf-8")
            body: sfn.DefinitionBody = sfn.DefinitionBody.from_file(str(file))
        else:
            body = sfn.DefinitionBody.from_string(definition.text)
        return sfn.StateMachine(
            self,
            "StateMachine",
            state_machine_name=self.project.name,
            state_machine_type=sfn.StateMachineType[settings.type],
            definition_body=body,
            definition_substitutions=self._substitutions.filled() or None,
            role=self.state_machine_role,
            tracing_enabled=settings.tracing or None,
            logs=sfn.LogOptions(
                destination=self.log_group,
                level=sfn.LogLevel[settings.logging],
                include_execution_data=settings.execution_data,
            )
            if self.log_group is not None
            else None,
        )

    def _release(self) -> None:
        """Add what moves `live` by steps, where the settings ask for it."""
        release = self.project.settings.workflow.release
        if not release.gradual:
            return
        from maestro_cdk.stack import releasing  # noqa: PLC0415 - CloudWatch's part of CDK

        machine = self.state_machine.state_machine_arn
        allowed = [*map(values.allowed, roles.of_release(self.project.name))]
        role = self._role(releasing.ROLE, "states.amazonaws.com", (), allowed)
        releasing.add(self, self.project.name, machine, role, release)

    def _filled(self, text: str) -> str:
        """A text of a statement's with what CloudFormation knows in place of names and words."""
        parts = text.split(":")
        own = self._own.get(":".join(parts[:FUNCTION_PARTS]))
        if own is not None:
            return ":".join([own, *parts[FUNCTION_PARTS:]])
        named = _NAMED.fullmatch(text)
        if named and values.is_arn(self, value := self._known(named["key"])):
            # Of a name, what stands behind it is a part of the name, or below what is named.
            below = named["rest"].startswith("/") or ":lambda:" in text
            return values.filled(f"{value}{named['rest'] if below else ''}")
        return values.filled(TOKEN.sub(lambda match: self._known(match.group(1)), text))

    def _known(self, key: str) -> str:
        """What stands for `${key}`, and what `${key:word}` makes of that."""
        name, _, word = key.partition(":")
        value = self._substitutions.value(name)
        if value is None:
            return f"${{{key}}}"
        return values.MADE_OF[word](value) if word else value

    # --- what both need ----------------------------------------------------------------------

    def _log_group(self, id_: str, name: str, days: int) -> logs.LogGroup:
        return logs.LogGroup(
            self,
            id_,
            log_group_name=name,
            retention=values.RETENTION[days],
            removal_policy=RemovalPolicy.DESTROY,
        )

    def _role(
        self,
        id_: str,
        service: str,
        policies: tuple[Policy, ...],
        statements: list[iam.PolicyStatement],
    ) -> iam.Role:
        managed = [
            policy
            for n, item in enumerate(policies)
            if isinstance(item, str) and (policy := values.managed(self, f"{id_}Policy{n}", item))
        ]
        statements += [values.allowed(item) for item in policies if not isinstance(item, str)]
        return iam.Role(
            self,
            id_,
            assumed_by=iam.ServicePrincipal(service),
            managed_policies=managed or None,
            permissions_boundary=self._boundary,
            inline_policies={"maestro": iam.PolicyDocument(statements=statements)}
            if statements
            else None,
        )

    def _tag(self) -> None:
        for key, value in self.project.tags.items():
            Tags.of(self).add(key, value)


def _releasing_names(project: Project) -> list[str]:
    release = project.settings.workflow.release
    if not release.gradual:
        return []
    from maestro_cdk.stack import releasing  # noqa: PLC0415 - CloudWatch's part of CDK

    return releasing.names(release)


def _resource(machine: sfn.StateMachine) -> sfn.CfnStateMachine:
    """What CDK writes of a state machine."""
    resource = machine.node.default_child
    if not isinstance(resource, sfn.CfnStateMachine):
        raise TypeError("CDK gave a state machine no resource")
    return resource


def _configure(made: lambda_.Function, settings: FunctionSettings) -> None:
    """Set what CDK would add permissions of its own for, in words other than ours."""
    resource = made.node.default_child
    if not isinstance(resource, lambda_.CfnFunction):
        raise TypeError("CDK gave a function no resource")
    if settings.tracing:
        resource.tracing_config = lambda_.CfnFunction.TracingConfigProperty(mode="Active")
    if settings.vpc:
        resource.vpc_config = lambda_.CfnFunction.VpcConfigProperty(
            subnet_ids=list(settings.vpc.subnets),
            security_group_ids=list(settings.vpc.security_groups),
        )
    if settings.dead_letter:
        resource.dead_letter_config = lambda_.CfnFunction.DeadLetterConfigProperty(
            target_arn=values.filled(settings.dead_letter)
        )
