"""Projects and assemblies as values, for tests that need no folder and no CDK."""

import hashlib
import json
from dataclasses import replace
from pathlib import Path

from maestro_cdk.model import (
    Assembly,
    Asset,
    Definition,
    Function,
    FunctionSettings,
    Project,
    ReleaseSettings,
    Settings,
    Target,
    WorkflowSettings,
)

UNPUBLISHED = ReleaseSettings(keep=0)
"""Versions are what their own tests look at."""


def project(name="approval", *, functions=("manager",), stage=None, account=None, **workflow):
    """A project of these functions."""
    full = f"{name}-{stage}" if stage else name
    folder = Path("/projects") / name
    return Project(
        folder=folder,
        definition=Definition(text="{}", substitutions={}),
        functions=tuple(
            Function(
                name=function,
                root=folder / "lambdas" / f"{function}.py",
                handler=f"{function}.handler",
                runtime="python3.13",
                settings=FunctionSettings(),
                logical_id=logical,
                physical_name=f"{full}_{function}",
            )
            for function in functions
            for logical in ["".join(part.capitalize() for part in function.split("-"))]
        ),
        shared=(),
        settings=Settings(
            workflow=WorkflowSettings(name=name, **{"release": UNPUBLISHED, **workflow}),
            defaults=FunctionSettings(),
            functions={},
            target=Target(account=account),
            stage=stage,
        ),
        name=full,
        stack_name=full,
    )


class FakeSynthesizer:
    """Writes a template of each function and the state machine, and a file for each function."""

    def __init__(self, *, code="1", padding=0):
        self.code, self.padding = code, padding
        self.roles = ""
        self.codes = {}  # by function, where it is not `code`
        self.substitutions = {}
        self.definition = {"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}
        self.properties = {}  # of each function
        self.machine = {}  # more properties of the state machine
        self.policy = None  # what the state machine may do
        self.error = None
        self.retained = ()  # the logical ids of what a teardown leaves alone

    def synthesize(self, project, bundles, out, /):
        if self.error:
            raise self.error
        out.mkdir(parents=True)
        assets, resources = [], {}
        for function in project.functions:
            content = f"{function.name} {self.codes.get(function.name, self.code)}"
            digest = hashlib.sha256(content.encode()).hexdigest()
            path = out / f"asset.{digest}.zip"
            path.write_text(content)
            assets.append(Asset(path=path, key=f"{project.stack_name}/{digest}.zip"))
            stem = f"{function.logical_id}Function"
            resources[f"{stem}Role"] = {
                "Type": "AWS::IAM::Role",
                "Properties": {"Path": self.roles},
            }
            resources[stem] = {
                "Type": "AWS::Lambda::Function",
                "Properties": {
                    "Code": {"S3Bucket": "assets", "S3Key": assets[-1].key},
                    "FunctionName": function.physical_name,
                    **self.properties,
                },
            }
        resources["StateMachine"] = {
            "Type": "AWS::StepFunctions::StateMachine",
            "Properties": {
                "StateMachineName": project.name,
                "StateMachineType": project.settings.workflow.type,
                "DefinitionString": json.dumps(self.definition),
                "DefinitionSubstitutions": dict(self.substitutions),
                **self.machine,
            },
        }
        if self.policy is not None:
            resources["StateMachinePolicy"] = {
                "Type": "AWS::IAM::Policy",
                "Properties": {
                    "PolicyName": "StateMachinePolicy",
                    "Roles": [{"Ref": "StateMachineRole"}],
                    "PolicyDocument": self.policy,
                },
            }
        for key in self.retained:
            resources[key]["DeletionPolicy"] = "Retain"
        owner = {"project": project.settings.workflow.name}
        if project.settings.stage:
            owner["stage"] = project.settings.stage
        template = {
            "Metadata": {"Maestro": owner, "Padding": "x" * self.padding},
            "Resources": resources,
            "Outputs": {"StateMachineArn": {"Value": {"Ref": "StateMachine"}}},
        }
        text = json.dumps(template)
        (out / f"{project.stack_name}.template.json").write_text(text)
        digest = hashlib.sha256(text.encode()).hexdigest()
        return Assembly(
            directory=out,
            stack_name=project.stack_name,
            template=text,
            template_key=f"{project.stack_name}/{digest}.json",
            assets=tuple(assets),
        )


def without_functions(project):
    """The same project without any function."""
    return replace(project, functions=())
