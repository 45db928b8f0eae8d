"""Figures typed by a person, as tokens."""

import pytest

from folkbench.encoding import Unencodable, figure


def test_spaced_tokens_stay_as_they_are() -> None:
    assert figure("G, C C 2") == ("G,", "C", "C", "2")
    assert figure("| =B c |") == ("|", "=B", "c", "|")


def test_spaced_tokens_get_the_spelling_of_tunes() -> None:
    assert figure("^F G F | F 3/2 G /2 ::") == ("^F", "G", "^F", "|", "F", ">", "G", ":|", "|:")
    assert figure("z 3/2 G /2") == ("z", "3/2", "G", "/2")


def test_abc_is_brought_to_root_c() -> None:
    assert figure("dGGB", "G") == ("G", "C", "C", "E")
    assert figure("A2FA dAFA|", "D") == figure("e2ce aece|", "A")
    assert figure("DGG2", "G") == figure("G,CC2") == ("G,", "C", "C", "2")
    assert figure("A2FA", "D", octave=1) == ("g", "2", "e", "g")


def test_bar_lines_stand_only_where_they_were_typed() -> None:
    assert figure("|GABc|", "C") == ("|", "G", "A", "B", "c", "|")
    assert figure("GA|Bc", "C") == ("G", "A", "|", "B", "c")


def test_half_a_tuplet_is_no_figure() -> None:
    with pytest.raises(Unencodable):
        figure("(3AB", "C")
