from shared_ecr.review.worlds.parts import WorldParts


def test_a_part_of_several_worlds_is_there_once() -> None:
    found = WorldParts[str]()
    found.add([0], ["a", "b"])
    found.add([1, 2], ["b"])
    assert list(found) == [("a", frozenset({0})), ("b", frozenset({0, 1, 2}))]


def test_numbers_that_can_be_read_once_count_for_every_part() -> None:
    found = WorldParts[str]()
    found.add(iter([3, 4]), ["a", "b"])
    assert [numbers for _, numbers in found] == [frozenset({3, 4})] * 2
