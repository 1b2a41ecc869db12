"""Folders among an assembly's assets, as the zips that they are uploaded as."""

import zipfile
from dataclasses import replace
from pathlib import Path

from maestro_cdk.model import Assembly, Asset

_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest time that a zip can hold

_CACHE = ".cache"
"""Where the CDK CLI, too, keeps zips of an assembly's folders."""


def packed(assembly: Assembly) -> Assembly:
    """The assembly with a zip in place of each folder."""
    return replace(
        assembly, assets=tuple(_packed(asset, assembly.directory) for asset in assembly.assets)
    )


def _packed(asset: Asset, out: Path) -> Asset:
    if not asset.path.is_dir():
        return asset
    archive = out / _CACHE / Path(asset.key).name
    if not archive.exists():
        archive.parent.mkdir(exist_ok=True)
        part = archive.with_suffix(".part")
        _zip(asset.path, part)
        part.replace(archive)
    return replace(asset, path=archive)


def _zip(folder: Path, archive: Path) -> None:
    """Write what a folder holds: sorted, with fixed times, executable or not as it is there."""
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as file:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                entry = zipfile.ZipInfo(path.relative_to(folder).as_posix(), _EPOCH)
                entry.create_system = 3  # Unix, whatever this machine is: the modes are Unix's
                entry.external_attr = (0o755 if path.stat().st_mode & 0o111 else 0o644) << 16
                entry.compress_type = zipfile.ZIP_DEFLATED
                file.writestr(entry, path.read_bytes())
