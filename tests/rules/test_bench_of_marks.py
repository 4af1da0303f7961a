"""The bench of wrong marks keeps its promise: all caught, no false alarm, by several checks."""

import random

from bench.bench_marks import SEED, Found, sit


def test_every_wrong_mark_is_caught_and_no_right_one_is_called_wrong() -> None:
    found = Found()
    for number in range(10):
        sit(random.Random(SEED + number), found)
    assert found.errors == 80 and all(found.kinds.values())
    assert found.left == 0 and found.false_alarms == 0
    assert 0 < found.by_range < found.by_second < found.errors
    assert found.by_sum < found.errors
