"""The composition root: where commands get their project, their cloud and their reporter from."""

import os
import shlex
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from time import monotonic, sleep
from typing import TYPE_CHECKING

from maestro_cdk.cli.findings import rebased
from maestro_cdk.cli.output import Reporter, reporter_for
from maestro_cdk.cli.streams import spared
from maestro_cdk.cloud import Cloud
from maestro_cdk.errors import ProjectError, UsageError
from maestro_cdk.model import Assembly, Bundle, Project, Target
from maestro_cdk.ports import Note, Noticed, Synthesizer
from maestro_cdk.project import caches, outline
from maestro_cdk.project.settings import Flags

if TYPE_CHECKING:
    from maestro_cdk.local.files import Server

LOCAL_REGION = "us-east-1"


class SystemClock:
    """The time of this machine."""

    def now(self) -> datetime:
        """The time of day, in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds that only grow."""
        return monotonic()

    def sleep(self, seconds: float, /) -> None:
        """Let time pass."""
        sleep(seconds)


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """The shared flags, as they were given."""

    project: Path | None = None
    stage: str | None = None
    profile: str | None = None
    region: str | None = None
    local: bool = False
    output: str = "text"
    yes: bool = False


class Context:
    """What a command works with.

    Args:
        options: the shared flags.
        verbose: whether more is told.
    """

    def __init__(self, options: Options, *, verbose: bool = False) -> None:
        self.options = options
        self.environ: Mapping[str, str] = os.environ
        self.clock = SystemClock()
        self.reporter: Reporter = reporter_for(sys.stderr, verbose=verbose)

    @property
    def json(self) -> bool:
        """Whether the result is to be a JSON document."""
        return self.options.output == "json"

    def folder(self) -> Path:
        """The project's folder.

        Raises:
            UsageError: there is none.
        """
        if self.options.project is not None:
            # Without "..", but by the name that it was given: a link's own is the workflow's.
            return Path(os.path.normpath(self.options.project.absolute()))  # noqa: TID251
        return outline.find(Path.cwd())

    def project(self) -> Project:
        """The project, read.

        Raises:
            ProjectError: every problem of its folder, files named as seen from the current one.
        """
        from maestro_cdk.project import scanner  # noqa: PLC0415 - many commands need no more than an outline

        project = self._read(partial(scanner.load, today=self.clock.now().date()))
        return replace(project, notes=rebased(project.notes, project.folder))

    def outline(self) -> Project:
        """The project's name and target, for what is deployed: its folder may be broken by now.

        Raises:
            ProjectError: its settings cannot be read.
        """
        return self._read(outline.of)

    def _read(self, reader: Callable[..., Project]) -> Project:
        folder = self.folder()
        try:
            project = reader(folder, self._flags(), environ=self.environ, home=Path.home())
        except ProjectError as error:
            raise ProjectError(rebased(error.findings, folder)) from error
        if self.options.local:  # it is of no account and needs no profile
            project = replace(project, settings=replace(project.settings, target=Target()))
        return project

    def _flags(self) -> Flags:
        return Flags(
            stage=self.options.stage or stage_of_cdk(self.environ),
            region=self.options.region,
            profile=self.options.profile,
        )

    def notice(self, project: Project) -> None:
        """Tell of what is worth mending in a project, though it can be deployed."""
        for finding in project.notes:
            if finding.severity != "info":
                self.reporter.emit(Noticed(finding))

    def bundles(self, project: Project) -> tuple[Bundle, ...]:
        """What the functions are made of, what they need installed where it is not yet."""
        from maestro_cdk.project import bundle  # noqa: PLC0415 - spares its imports
        from maestro_cdk.project.dependencies.installer import Installer  # noqa: PLC0415

        folder = caches.dependencies(caches.folder())
        installer = Installer(folder, environ=self.environ, reporter=self.reporter)
        if not self.options.local:
            return bundle.bundles(project, installer)
        from maestro_cdk.cli import here  # noqa: PLC0415 - for --local only
        from maestro_cdk.local import functions  # noqa: PLC0415
        from maestro_cdk.local.files import Files  # noqa: PLC0415

        machine = here.of(project, self.environ, Path.home())
        for note in here.notes(project, machine):
            self.reporter.emit(Note(note))
        pythons = {name: found.interpreter for name, found in machine.pythons.items()}
        functions.note_interpreters(Files.under(caches.folder()), pythons)
        return bundle.bundles(project, installer, machine)

    def synthesizer(self, *, bootstrapped: bool = False) -> Synthesizer:
        """Makes cloud assemblies, for maestro's bucket or for that of CDK's bootstrap."""
        from maestro_cdk.stack.synth import CachedSynthesizer  # noqa: PLC0415 - spares its imports

        return _WithUsersCode(
            CachedSynthesizer(
                caches.folder() / "synth",
                bootstrapped=bootstrapped,
                environ=self.environ,
            )
        )

    def cloud(self, project: Project) -> Cloud:
        """AWS as the settings say, or the AWS on this machine, started if it does not run."""
        from maestro_cdk.aws.session import connect  # noqa: PLC0415 - boto3 takes 0.2 s

        if self.options.local:
            return connect(
                region=self.options.region or LOCAL_REGION,
                profile=None,
                endpoint=self.server().endpoint,
                access_key="test",
                secret_key="test",  # noqa: S106 - what the local AWS takes
                environ={},
                clock=self.clock,
            )
        target = project.settings.target
        if target.outranked:
            said = f"{project.settings.origins['region']} says {target.region}, and stands above it"
            stage = f"the stage {project.settings.stage} names the region {target.outranked}"
            self.reporter.emit(Note(f"{stage}, but {said}; --region chooses"))
        return connect(
            region=target.region, profile=target.profile, environ=self.environ, clock=self.clock
        )

    def server(self) -> "Server":
        """The AWS on this machine, started if it does not run."""
        from maestro_cdk.local import lifecycle  # noqa: PLC0415 - most commands do without

        return lifecycle.start(caches.folder())

    def again(self, command: str) -> str:
        """A command of maestro's with the shared flags that this one was given."""
        given = self.options
        flags = [("--stage", given.stage), ("--profile", given.profile), ("--region", given.region)]
        if given.project is not None:
            flags.insert(0, ("--project", str(given.project)))
        words = [word for flag, value in flags if value for word in (flag, shlex.quote(value))]
        return " ".join(["maestro", command, *(["--local"] if given.local else []), *words])

    @contextmanager
    def interruptible(self, told: Callable[[], str]) -> Iterator[None]:
        """Say what goes on elsewhere where the user ends the wait for it."""
        try:
            yield
        except KeyboardInterrupt:
            self.reporter.close()
            self.reporter.line(told())
            raise

    def confirm(self, question: str, *, flag: str = "-y") -> bool:
        """Ask, unless `-y` was given; `flag` is what stands for a yes.

        Raises:
            UsageError: nobody can be asked.
        """
        if self.options.yes:
            return True
        if not (sys.stdin.isatty() and sys.stderr.isatty()):
            raise UsageError(
                "this needs a yes, and there is no terminal to ask at", hint=f"add {flag}"
            )
        import click  # noqa: PLC0415 - at hand by now

        return click.confirm(question, default=False, err=True)

    def confirm_by_name(self, name: str) -> bool:
        """Ask for a name to be typed; no flag answers for the user.

        Raises:
            UsageError: nobody can be asked.
        """
        if not (sys.stdin.isatty() and sys.stderr.isatty()):
            raise UsageError(
                f"{name} is protected, and there is no terminal to ask for its name at",
                hint="set protected = false in maestro.toml and deploy, then tear down",
            )
        import click  # noqa: PLC0415 - at hand by now

        prompt = f"{name} is protected. Type its name to delete it"
        return str(click.prompt(prompt, default="", show_default=False, err=True)) == name


@contextmanager
def users_code(project: Project) -> Iterator[None]:
    """Let infra.py run: what it prints is no result, and its errors name files as seen from here.

    Raises:
        ProjectError: what went wrong in it.
    """
    try:
        with spared() if project.infra is not None else nullcontext():
            yield
    except ProjectError as error:
        raise ProjectError(rebased(error.findings, project.folder)) from error


@dataclass(frozen=True, slots=True)
class _WithUsersCode:
    """A synthesizer that runs code of the user's."""

    inner: Synthesizer

    def synthesize(self, project: Project, bundles: Sequence[Bundle], out: Path, /) -> Assembly:
        with users_code(project):
            return self.inner.synthesize(project, bundles, out)


def stage_of_cdk(environ: Mapping[str, str]) -> str | None:
    """The stage that `cdk -c stage=NAME` picks, where the CDK CLI runs us."""
    import json  # noqa: PLC0415 - only then

    try:
        stage = json.loads(environ.get("CDK_CONTEXT_JSON", "{}")).get("stage")
    except (ValueError, AttributeError):
        return None
    return stage if isinstance(stage, str) and stage else None
