from folkbench.encoding.timing import EIGHTH, clock


def counted(music: str, meter: str = "M:4/4") -> list[tuple[float, int]]:
    """Eighths since the bar line and bars since the part began, behind each token."""
    return [(count.at / EIGHTH, count.bar) for count in clock(music.split(), meter)]


def test_a_note_is_counted_when_its_length_has_come() -> None:
    assert counted("C 2 D E > F") == [(0, 0), (2, 0), (2, 0), (3, 0), (4.5, 0), (4.5, 0)]


def test_a_triplet_takes_the_time_of_two_and_a_chord_that_of_one_note() -> None:
    assert counted("(3 C D E [ G B ] 2 F") == [
        (0, 0), (0, 0), (2 / 3, 0), (4 / 3, 0), (2, 0), (2, 0), (2, 0), (2, 0), (4, 0), (4, 0),
    ]  # fmt: skip


def test_a_pickup_and_the_bar_behind_it_are_bar_0_and_a_repeat_begins_a_part() -> None:
    bars = [bar for _, bar in counted("C | C 8 | D 8 | E 8 :| |: F 8 | G 8 :|")]
    assert bars == [0, 0, 0, 0, 1, 1, 1, 2, 2, 2, 0, 0, 0, 0, 1, 1, 1, 0]


def test_a_double_bar_begins_a_part_and_an_ending_does_not() -> None:
    bars = [bar for _, bar in counted("C 8 | D 8 || E 8 | F 8 |1 G 8 :| |2 A 8 |")]
    assert bars == [0, 0, 1, 1, 1, 0, 0, 0, 1, 1, 1, 2, 2, 2, 0, 0, 0, 0, 1]


def test_an_open_repeat_and_the_pickup_of_a_part_are_remembered() -> None:
    counts = clock(["C", "2", "|", "C", "8", "|", "D", "8", ":|", "|:", "z", "|", "F", "8", "|", "G", "7", ":|"])
    assert [count.opened for count in counts] == [False] * 9 + [True] * 8 + [False]
    assert [count.pickup / EIGHTH for count in counts] == [0, 0, 2, 2, 2, 2, 2, 2, 0, 0, 0, 1, 1, 1, 1, 1, 1, 0]


def test_a_double_bar_leaves_a_repeat_open() -> None:
    assert [count.opened for count in clock(["|:", "C", "8", "||", "D", "8", "|", "E", "8", ":|"])] == [True] * 9 + [
        False
    ]
