"""Large zips are made once, and are the same as if they were made each time."""

import hashlib
import zipfile

import pytest

from maestro_cdk.errors import ProjectError
from maestro_cdk.model import Bundle, PackedFile
from maestro_cdk.project import bundle
from maestro_cdk.project.zips import WORTH_KEEPING, Zips


@pytest.fixture
def bundled(tmp_path):
    """A bundle of one file of this size, and the file."""

    def of(name, size):
        path = tmp_path / name
        content = name.encode() * (size // len(name) + 1)
        path.write_bytes(content)
        digest = hashlib.sha256(content).hexdigest()
        file = PackedFile(name="a", root=tmp_path, path=name, digest=digest, size=len(content))
        return Bundle(function=name, digest=digest, files=(file,)), path

    return of


@pytest.fixture
def zips(tmp_path):
    return Zips(tmp_path / "kept")


@pytest.mark.parametrize("size", [10, WORTH_KEEPING])
def test_a_zip_is_the_same_each_time(zips, bundled, tmp_path, size):
    item, _ = bundled("f", size)
    bundle.write_zip(item, tmp_path / "plain.zip")
    for n in range(2):
        zips.write(item, tmp_path / f"{n}.zip")
        assert (tmp_path / f"{n}.zip").read_bytes() == (tmp_path / "plain.zip").read_bytes()


def test_a_large_one_is_compressed_once(zips, bundled, tmp_path):
    item, path = bundled("f", WORTH_KEEPING)
    zips.write(item, tmp_path / "1.zip")
    path.unlink()
    zips.write(item, tmp_path / "2.zip")
    assert zipfile.ZipFile(tmp_path / "2.zip").testzip() is None


def test_a_small_one_is_not_kept(zips, bundled, tmp_path):
    zips.write(bundled("f", 10)[0], tmp_path / "1.zip")
    assert not (tmp_path / "kept").exists()


def test_several_are_made_before_they_are_wanted(zips, bundled, tmp_path):
    made = [bundled(name, WORTH_KEEPING) for name in ("f", "g")]
    zips.prepare([item for item, _ in made])
    for item, path in made:
        path.unlink()
        zips.write(item, tmp_path / f"{item.function}.zip")


def test_what_changed_meanwhile_is_not_kept(zips, bundled, tmp_path):
    item, path = bundled("f", WORTH_KEEPING)
    path.write_text("another")
    with pytest.raises(ProjectError, match="changed while it was packed"):
        zips.write(item, tmp_path / "1.zip")
    assert list((tmp_path / "kept").iterdir()) == []


def test_where_nothing_can_be_kept_zips_are_written_all_the_same(bundled, tmp_path):
    (tmp_path / "file").write_text("")
    item, _ = bundled("f", WORTH_KEEPING)
    Zips(tmp_path / "file" / "kept").write(item, tmp_path / "1.zip")
    assert zipfile.ZipFile(tmp_path / "1.zip").testzip() is None
