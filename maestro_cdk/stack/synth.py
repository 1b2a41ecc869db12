"""A project to a cloud assembly: from the cache where that can be, else by CDK."""

import json
import re
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from maestro_cdk.errors import MaestroError, SynthesisError, UsageError
from maestro_cdk.model import Assembly, Asset, Bundle, Project
from maestro_cdk.project.bundle import WriteZip, write_zip
from maestro_cdk.project.zips import Zips
from maestro_cdk.stack import assembly, cache, deployable, extension, kernel, packing
from maestro_cdk.stack.cache import Kept

_MARK = "cdk.out"
"""The file by which CDK marks a folder as an assembly."""

_OURS = re.compile(r"asset\.[0-9a-f]{64}(\..+)?|.+\.(template|assets|metadata)\.json")
"""What an assembly is made of, besides its manifest and mark."""

_LOCKS = (".", "read.", "synth.")
"""How the files begin by which the CDK CLI keeps others from a folder while it reads or writes."""


class CachedSynthesizer:
    """Synthesizes, and remembers.

    Args:
        folder: where assemblies are kept between runs.
        bootstrapped: whether assets go to the bucket of CDK's bootstrap, as under the CDK CLI.
        environ: the environment's variables.
    """

    def __init__(
        self, folder: Path, *, bootstrapped: bool = False, environ: Mapping[str, str]
    ) -> None:
        self._folder, self._bootstrapped, self._environ = folder, bootstrapped, environ
        self._zips = Zips(folder / "zips")

    def synthesize(self, project: Project, bundles: Sequence[Bundle], out: Path, /) -> Assembly:
        """Write the assembly to `out`, in place of what an earlier one left there.

        Raises:
            UsageError: `out` holds other things than an assembly.
            SynthesisError: CDK could not make it.
        """
        _check_out(out)
        if project.infra is not None:  # it may ask anything: the environment, files, the network
            self._by_cdk(project, bundles, out)
            made = read(out, project.stack_name)
            return made if self._bootstrapped else packing.packed(made)
        name = cache.key(project, bootstrapped=self._bootstrapped, environ=self._environ)
        kept = cache.find(self._folder, name)
        assets = {item.function: cache.asset_name(item) for item in bundles}
        absent = [
            item for item in bundles if not (out / f"asset.{assets[item.function]}.zip").exists()
        ]
        self._zips.prepare(absent)
        if kept is None or set(kept.assets) != set(assets):
            texts = self._by_cdk(project, bundles, out)
            texts |= {path.name: path.read_text("utf-8") for path in out.glob("asset.*.json")}
            if all((out / f"asset.{asset}.zip").is_file() for asset in assets.values()):
                cache.keep(self._folder, name, Kept(files=texts, assets=assets))
            return read(out, project.stack_name)
        files = cache.retarget(kept, assets, project.stack_name)
        out.mkdir(parents=True, exist_ok=True)
        zips = {f"asset.{assets[item.function]}.zip": item for item in bundles}
        _remove_stale(out, {*files, *zips})
        for file, text in files.items():
            _write(out / file, text)
        for file, packed in zips.items():
            if not (out / file).exists():
                with tempfile.TemporaryDirectory(dir=out) as folder:
                    self._zips.write(packed, Path(folder) / file)
                    (Path(folder) / file).replace(out / file)
        return read(out, project.stack_name)

    def _by_cdk(self, project: Project, bundles: Sequence[Bundle], out: Path) -> dict[str, str]:
        """Have CDK write to `out`; return the texts of it."""
        out.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=out, prefix=".synth-") as folder:
            made = Path(folder)
            bootstrapped = self._bootstrapped
            run_cdk(project, bundles, made, bootstrapped=bootstrapped, write=self._zips.write)
            texts = tidied(made, project)
            if project.infra is not None:
                deployable.check(made, project.stack_name, images=bootstrapped)
            _remove_stale(out, {path.name for path in made.iterdir()})
            for path in made.iterdir():
                if path.is_dir() and (out / path.name).is_dir():  # named by what it holds
                    continue
                path.replace(out / path.name)
        return texts


def tidied(out: Path, project: Project) -> dict[str, str]:
    """What CDK wrote to a folder but for assets, made tidy there."""
    written = {
        path.name: path.read_text("utf-8")
        for path in sorted(out.iterdir())
        if path.is_file() and not path.name.startswith("asset.")
    }
    texts = assembly.without_implied_dependencies(written, project.stack_name)
    if project.infra is not None:
        days = project.settings.defaults.log_retention
        texts = assembly.with_log_groups(texts, project.stack_name, days=days)
    for name, text in texts.items():
        (out / name).write_text(text, "utf-8")
    return texts


def read(out: Path, stack_name: str) -> Assembly:
    """The assembly that stands in a folder."""
    manifest = json.loads((out / f"{stack_name}.assets.json").read_bytes())
    template = out / f"{stack_name}.template.json"
    assets, template_key = [], ""
    for file in manifest["files"].values():
        (place,) = file["destinations"].values()
        path = out / file["source"]["path"]
        if path == template:
            template_key = place["objectKey"]
        else:
            assets.append(Asset(path=path, key=place["objectKey"]))
    return Assembly(
        directory=out,
        stack_name=stack_name,
        template=template.read_text("utf-8"),
        template_key=template_key,
        assets=tuple(assets),
    )


def run_cdk(
    project: Project,
    bundles: Sequence[Bundle],
    out: Path,
    *,
    bootstrapped: bool,
    validated: bool = False,
    write: WriteZip = write_zip,
) -> None:
    """Start CDK, which lives in Node, and have it write an assembly.

    Args:
        project: the project.
        bundles: what its functions are made of.
        out: the folder for the assembly.
        bootstrapped: whether assets go to the bucket of CDK's bootstrap, rather than maestro's.
        validated: whether CDK's validator is to look at the template, and to leave its report.
        write: writes functions' zips.

    Raises:
        SynthesisError: CDK could not make it.
        ProjectError: infra.py has gone wrong.
    """
    kernel.choose_node()
    kernel.end_quietly()
    from maestro_cdk.stack import app  # noqa: PLC0415 - half a second, spared by the cache

    try:
        app.write(
            project, bundles, out, bootstrapped=bootstrapped, validated=validated, write_zip=write
        )
        kernel.await_index()
    except MaestroError:
        raise
    except Exception as error:  # jsii raises errors of several kinds, RuntimeError among them
        if project.infra is not None:
            raise extension.told(error, project.infra) from error
        raise SynthesisError(f"CDK: {extension.said(error)}") from error


def _check_out(out: Path) -> None:
    """Refuse a folder of the user's: what is in it would be replaced."""
    if out.exists() and not out.is_dir():
        raise UsageError(f"{out} is not a folder", hint="name another with --out")
    if not out.is_dir() or (out / _MARK).is_file():
        return
    if any(not path.name.startswith(_LOCKS) for path in out.iterdir()):
        raise UsageError(
            f"{out} holds other things than a cloud assembly",
            hint="name an empty folder, or one that does not exist, with --out",
        )


def _remove_stale(out: Path, names: set[str]) -> None:
    """Remove what an earlier synthesis left; only what an assembly is made of."""
    for path in out.iterdir():
        if _OURS.fullmatch(path.name) and path.name not in names:
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink()


def _write(path: Path, text: str) -> None:
    """Write a file whole or not at all; one that is so already is left alone."""
    if path.is_file() and path.read_text("utf-8") == text:
        return
    with tempfile.NamedTemporaryFile(
        "w", dir=path.parent, prefix=".synth-", delete=False, encoding="utf-8"
    ) as part:
        part.write(text)
    Path(part.name).chmod(0o644)
    Path(part.name).replace(path)
