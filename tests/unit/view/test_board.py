"""What is told, and to whom."""

from threading import Thread
from time import monotonic

import pytest

from maestro_cdk.view.board import Board


@pytest.fixture
def board():
    return Board()


def test_the_newest_value_counts_and_what_is_known_is_not_told_again(board):
    board.put("a", 1)
    board.put("a", 2)
    board.put("b", 3)
    assert board.wait(["a"], {}, 0) == [("a", 2, 2)]
    assert board.wait(["a"], {"a": 2}, 0) == []
    board.put("a", 2)
    assert board.wait(["a"], {"a": 2}, 0) == []
    assert (board.get("b"), board.get("c")) == (3, None)


def test_nothing_can_be_said_too(board):
    board.put("a", None)
    assert board.wait(["a"], {}, 0) == [("a", 1, None)]


def test_whoever_waits_is_woken(board):
    found = []
    waiting = Thread(target=lambda: found.extend(board.wait(["a"], {}, 30)))
    waiting.start()
    board.put("a", 1)
    waiting.join(10)
    assert found == [("a", 1, 1)]


def test_who_listens_counts_as_long_as_he_does(board):
    with board.listening(["a"]), board.listening(["a", "b"]):
        assert (board.heard("a"), board.heard("b")) == (True, True)
    assert not board.heard("a")


def test_without_listeners_nobody_goes_on_and_the_first_one_wakes(board):
    went_on = []
    resting = Thread(target=lambda: went_on.append(board.rest(0.01, "a")))
    resting.start()
    resting.join(0.2)
    assert resting.is_alive()
    with board.listening(["a"]):
        resting.join(10)
    assert went_on == [True]


def test_a_closed_board_keeps_nobody(board):
    began = monotonic()
    board.close()
    assert board.rest(30) is False
    assert board.rest(30, "a") is False
    assert board.wait(["a"], {}, 30) == []
    assert monotonic() - began < 5
