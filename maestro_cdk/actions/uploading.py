"""Bringing to the asset bucket what a template refers to."""

from collections.abc import Collection

from maestro_cdk.actions.threads import threads
from maestro_cdk.actions.wording import counted, size
from maestro_cdk.cloud import Cloud
from maestro_cdk.model import Assembly
from maestro_cdk.ports import Reporter, Step


def upload(
    assembly: Assembly,
    *,
    cloud: Cloud,
    reporter: Reporter,
    only: Collection[str] | None = None,
) -> None:
    """Upload the assembly's files that the bucket does not hold yet; of these keys, if any."""
    paths = {
        asset.key: asset.path for asset in assembly.assets if only is None or asset.key in only
    }
    if not paths:
        return
    with threads(2) as pool:  # a bucket that is not there yet holds none of them
        looked = pool.submit(cloud.assets.absent, tuple(paths))
        cloud.assets.prepare()
        absent = looked.result()
    if not absent:
        return
    total = sum(paths[key].stat().st_size for key in absent)
    reporter.emit(Step(f"uploading {counted(len(absent), 'file')}, {size(total)}"))
    with threads(8) as pool:
        for sent in [pool.submit(cloud.assets.put, key, paths[key]) for key in absent]:
            sent.result()


def template_url(assembly: Assembly, cloud: Cloud) -> str:
    """Upload a template, and return the address by which CloudFormation reads it."""
    cloud.assets.prepare()
    path = assembly.directory / f"{assembly.stack_name}.template.json"
    cloud.assets.put(assembly.template_key, path)
    return cloud.assets.url(assembly.template_key)
