import multiprocessing

import pytest

from maestro_cdk.local.files import (
    Files,
    Server,
    is_locked,
    locked,
    locked_for_life,
    read_record,
    write_record,
)

SERVER = Server(id="abc", endpoint="e", pid=1, port=2, started="s", log="l", state="d", version="v")


def test_a_record_is_read_as_it_was_written(tmp_path):
    files = Files(tmp_path)
    assert read_record(files) is None
    write_record(files, SERVER)
    assert read_record(files) == SERVER
    assert [path.name for path in tmp_path.iterdir()] == ["server.json"]


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"id": "of an older maestro"}', b"\xff"])
def test_a_record_that_cannot_be_read_is_none(tmp_path, content):
    files = Files(tmp_path)
    files.record.write_bytes(content)
    assert read_record(files) is None


def test_a_lock_is_seen_while_it_is_held(tmp_path):
    path = tmp_path / "lock"
    assert not is_locked(path)
    with locked(path):
        assert is_locked(path)
        with pytest.raises(BlockingIOError), locked_for_life(path, patience=0):
            pass
    assert not is_locked(path)


def test_a_lock_ends_with_its_process(tmp_path):
    path = tmp_path / "lock"
    context = multiprocessing.get_context("spawn")
    process = context.Process(target=_hold, args=(path,))
    process.start()
    process.join()
    assert not is_locked(path)


def _hold(path):
    with locked_for_life(path):
        assert is_locked(path)
        import os  # noqa: PLC0415

        os._exit(0)
