"""Which of other answers is nearest to each of some."""

from warehouse.nearest import nearest


def test_alike_answers_are_pairs_the_nearest_first() -> None:
    own = ["ships sail at sea", "the owl hunts at night"]
    others = ["an owl hunts at night", "nothing at all", "ships sail at sea"]
    pairs = nearest(own, others)
    assert [(one, other) for one, other, _ in pairs] == [(0, 2), (1, 0)]
    assert pairs[0][2] > 0.99 > pairs[1][2] > 0.4


def test_none_is_taken_twice() -> None:
    pairs = nearest(["a b", "a b", "a b"], ["a b", "c"])
    assert len(pairs) == 2
    assert {other for _, other, _ in pairs} == {0, 1}


def test_empty_answers_are_taken_in_order() -> None:
    assert nearest(["", ""], ["x"]) == [(0, 0, 0.0)]
