"""The packages that a Python function asks for, as wheels for its runtime, installed by uv."""

import hashlib
import json
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from maestro_cdk.project.dependencies import indexes, locks, requirements
from maestro_cdk.project.dependencies.children import Children
from maestro_cdk.project.dependencies.failures import Failure
from maestro_cdk.project.dependencies.locks import Manifest
from maestro_cdk.project.dependencies.targets import PythonTarget
from maestro_cdk.project.dependencies.workbench import Files, Workbench

FORMAT = "python 1"
"""Part of the name of what is kept; another one where something else is made of the same."""

_RECORDS = {"RECORD", "INSTALLER", "REQUESTED", "direct_url.json", "uv_cache.json", "uv_build.json"}
"""What installers note of a package: paths and times of the machine that they ran on."""


_LOOKING = Lock()
"""Python's sysconfig, which uv asks, fails two threads that are its first to ask."""


def _program() -> str:
    """Where uv is, which came with its wheel."""
    from uv import find_uv_bin  # noqa: PLC0415 - only where something is installed

    with _LOOKING:
        return find_uv_bin()


@dataclass(frozen=True, slots=True, kw_only=True)
class Packages:
    """Packages to be installed: what names them, the function's own first."""

    manifests: tuple[Manifest, ...]
    target: PythonTarget

    @property
    def place(self) -> Path:
        """The file that asks for them."""
        return self.manifests[0].path

    @property
    def notes(self) -> tuple[str, ...]:
        """Nothing: what could be missing is an error."""
        return ()

    def name(self, environ: Mapping[str, str]) -> str:
        """The same for the same packages on the same target."""
        said = [manifest.said for manifest in self.manifests]
        target = [self.target.version, self.target.platform or self.target.interpreter]
        chosen = indexes.choice(environ, self.place.parent)
        facts = json.dumps([FORMAT, said, target, chosen])
        return hashlib.sha256(facts.encode()).hexdigest()

    def find(self, at: Workbench) -> Files | None:
        """The packages' files, if they were installed before."""
        return at.store.find(self.name(at.environ))

    def make(self, at: Workbench) -> Files:
        """Install the packages.

        Raises:
            Failure: uv cannot.
        """
        return at.store.make(self.name(at.environ), lambda into: self._install(into, at))

    def replaces(self, name: str) -> bool:
        """The files that name the packages: nothing reads them any more."""
        manifests = [manifest.path for manifest in self.manifests[:1]]
        locks_ = [manifest.lock for manifest in self.manifests[:1] if manifest.lock]
        return name in {path.name for path in [*manifests, *locks_]}

    def _install(self, into: Path, at: Workbench) -> None:
        environ = indexes.environment(at.environ)
        with tempfile.TemporaryDirectory() as folder:
            named = []
            for n, manifest in enumerate(self.manifests):
                (Path(folder) / f"{n}").mkdir()
                named.append(self._readable(manifest, Path(folder) / f"{n}", at.children, environ))
            command = [
                *self._uv("pip", "install"),
                *("--python-version", self.target.version),
                *(("--python-platform", self.target.platform) if self.target.platform else ()),
                *("--only-binary", ":all:", "--no-compile-bytecode", "--target", str(into)),
                *indexes.flags(environ),
                *(word for path in named for word in ("--requirements", str(path))),
            ]
            self._run(command, at.children, environ)
        _clean(into)
        if self.target.platform:
            self._check_built(into, self.target.platform.partition("-")[0])

    def _readable(
        self, manifest: Manifest, folder: Path, children: Children, environ: Mapping[str, str]
    ) -> Path:
        """A file that uv installs from, whatever Python runs here."""
        if manifest.lock is not None:
            exported = self._exported(manifest, children, environ)
            copy = folder / "requirements.txt"
            copy.write_text(exported, "utf-8")
            return copy
        if manifest.path.name.startswith("pylock"):
            # uv holds `requires-python` against the interpreter, not the version to install for.
            text = manifest.path.read_text("utf-8-sig")
            copy = folder / manifest.path.name
            copy.write_text(re.sub(r"(?m)^requires-python\s*=.*$", "", text), "utf-8")
            return copy
        return manifest.path

    def _exported(self, manifest: Manifest, children: Children, environ: Mapping[str, str]) -> str:
        """What a uv.lock pins, as requirements; nothing is fetched for it."""
        command = [
            *self._uv("export"),
            *("--project", str(manifest.path.parent), "--frozen", "--no-default-groups"),
            *("--no-emit-project", "--no-header", "--no-annotate"),
        ]
        exported = self._run(command, children, environ)
        for line in requirements.lines(exported):
            if line.startswith(("-e", ".", "/")):
                raise Failure(
                    manifest.path,
                    f"{line.removeprefix('-e ')} is a folder, or is to be built: it is not installed",
                    requirements.FOLDERS,
                )
        return exported

    def _uv(self, *words: str) -> list[str]:
        options = ["--quiet", "--no-python-downloads", "--python", self.target.interpreter]
        return [_program(), *words, *options]

    def _run(self, command: Sequence[str], children: Children, environ: Mapping[str, str]) -> str:
        ended = children.run(command, cwd=self.place.parent, environ=environ)
        if ended.code:
            raise _told(self.place, ended.said, self.target)
        return ended.out

    def _check_built(self, into: Path, processor: str) -> None:
        """Refuse what was built here, at the user's word, and came out for this machine alone."""
        for wheel in sorted(into.glob("*.dist-info/WHEEL")):
            tags = re.findall(r"(?m)^Tag:\s*(\S+)", wheel.read_text("utf-8", "replace"))
            if tags and not any(tag.endswith(("-any", processor)) for tag in tags):
                name = wheel.parent.name.removesuffix(".dist-info").replace("-", " ")
                raise Failure(
                    self.place,
                    f"{name} was built for {tags[0]}, which {self.target.name} does not load",
                    _WAYS_OUT,
                )


def find(
    folder: Path, shared: Iterable[Path], project: Path, target: PythonTarget
) -> Packages | None:
    """What a Python function asks for; None: nothing.

    Args:
        folder: the function's, or the one that its file stands in.
        shared: what is packed with every function, which may ask for packages too.
        project: the project's folder.
        target: what they are for.

    Raises:
        Failure: a file cannot be read, or asks for what cannot be had.
    """
    found = [locks.find(place, project) for place in (folder, *shared)]
    manifests = tuple(manifest for manifest in found if manifest is not None)
    return Packages(manifests=manifests, target=target) if manifests else None


def _clean(root: Path) -> None:
    """Remove what tells of this machine: scripts with its Python's path, installers' records."""
    shutil.rmtree(root / "bin", ignore_errors=True)
    for path in root.glob("*.dist-info/*"):
        if path.name in _RECORDS:
            path.unlink()
    for path in list(root.rglob("__pycache__")):
        shutil.rmtree(path)
    (root / ".lock").unlink(missing_ok=True)


# --- what uv says ----------------------------------------------------------------------------


_WAYS_OUT = (
    "name a version that has one; or set another architecture or runtime for the function; or "
    "build a wheel on such a system, and name its file. A package in Python alone may be built "
    "here: add a line `--no-binary NAME`"
)

_NO_WHEEL = re.compile(r"(\S+?)(?:==\S+)? has no (?:usable )?wheels")
_UNKNOWN = re.compile(r"(\S+) was not found in the (?:package registry|provided package)")
_NO_VERSION = re.compile(r"there (?:is no version|are no versions) of (\S+)")
_NO_NETWORK = ("Failed to fetch", "error sending request", "network was disabled", "dns error")


def _told(place: Path, said: str, target: PythonTarget) -> Failure:
    """What uv says, in a line, and what to do."""
    text = " ".join(said.split())
    offered = re.search(r"hint: (Wheels are available for .*|You require .*)", text)
    if found := _NO_WHEEL.search(text):
        package = found.group(1).rpartition("==")[0] or found.group(1)
        hint = f"{offered.group(1).rstrip('.')}. {_WAYS_OUT}" if offered else _WAYS_OUT
        return Failure(place, f"{package} has no wheel for {target.name}", hint)
    if any(word in text for word in _NO_NETWORK):
        return Failure(
            place,
            f"its packages could not be fetched: {_last_cause(said)}",
            "what was installed once needs no network; UV_DEFAULT_INDEX or PIP_INDEX_URL names "
            "another index",
        )
    if found := _UNKNOWN.search(text):
        return Failure(place, f"no package {found.group(1)} is to be found")
    if found := _NO_VERSION.search(text):
        return Failure(place, f"there is no version {found.group(1)}")
    return Failure(place, f"uv: {_last_cause(said)}")


def _last_cause(said: str) -> str:
    """What lies at the bottom of an error, on one line."""
    told = [line.strip() for line in _causes(said)]
    return told[-1] if told else said.strip()[-200:]


def _causes(said: str) -> Iterator[str]:
    for block in re.split(r"(?m)^(?:error|\s+cause):\s*", said)[1:]:
        yield " ".join(re.split(r"\n\s*\n|\nhint:", block)[0].split())
