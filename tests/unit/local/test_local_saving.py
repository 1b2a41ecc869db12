import threading

from maestro_cdk.local.saving import Saver


class Saves:
    """Counts the saves, and fails at those that it is told to fail at."""

    def __init__(self, *, failing=()):
        self.count = 0
        self._failing = failing
        self._more = threading.Condition()

    def __call__(self):
        with self._more:
            self.count += 1
            self._more.notify_all()
        if self.count in self._failing:
            raise OSError(28, "No space left on device")

    def reach(self, count):
        with self._more:
            assert self._more.wait_for(lambda: self.count >= count, timeout=5)


def test_many_changes_are_one_save():
    saves = Saves()
    saver = Saver(saves, busy=lambda: False, delay=0.02)
    for _ in range(100):
        saver.changed()
    saves.reach(1)
    saver.changed()
    saves.reach(2)
    saver.close()
    assert saves.count <= 3


def test_it_saves_at_the_end_without_waiting():
    saves = Saves()
    saver = Saver(saves, busy=lambda: False, delay=60)
    saver.changed()
    saver.close()
    assert saves.count >= 1


def test_it_saves_what_changed_while_it_rested():
    saves = Saves()
    saver = Saver(saves, busy=lambda: True, delay=0, pace=60)
    saver.changed()
    saves.reach(1)
    saver.close()
    assert saves.count >= 2


def test_it_goes_on_while_something_runs():
    saves = Saves()
    running = iter([True, True, False])
    saver = Saver(saves, busy=lambda: next(running, False), delay=0, pace=0.001)
    saver.changed()
    saves.reach(3)
    saver.close()


def test_a_failure_is_tried_again(caplog):
    saves = Saves(failing={1})
    saver = Saver(saves, busy=lambda: False, delay=0, pace=0.001)
    saver.changed()
    saves.reach(2)
    saver.close()
    assert "could not be saved" in caplog.text
