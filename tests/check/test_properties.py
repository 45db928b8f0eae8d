"""What holds of every text, tune or none."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from folkbench.check import check, failed
from folkbench.check.portrait import portray
from folkbench.check.telling import portrait_text, problem_text
from folkbench.notation import read, write

PIECES = st.sampled_from([
    "A", "b'", "^c", "2", "3/2", "/", ">", "<<", "|", "|:", ":|", "::", "|1", ":|2", "[1,3", "|]", "(3", "(", ")", "-",
    "[CEG]", "[ce]2", "{g}", "z", "Z2", "y", "!trill!", "~", "H", "[K:Am]", "[M:3/4]", "&", "$", "[", "]", "{", "}",
    '"', "!", '"Gm"', "V:2", "P:B", "K:D", "w:la", "%", "\\",
])  # fmt: skip
TEXTS = st.text(max_size=60) | st.lists(PIECES | st.sampled_from(["\n", " "]), max_size=40).map("".join)


@settings(max_examples=120, deadline=None)
@given(text=TEXTS, header=st.sampled_from(["", "X:1\nM:6/8\nL:1/8\nK:D\n"]))
def test_any_text_is_judged_and_every_problem_stands_in_it(text: str, header: str) -> None:
    tune = read(header + text)
    lines = tune.source.split("\n")
    problems = check(tune, strict=True)
    for problem in problems:
        assert 1 <= problem.line <= len(lines)
        assert 1 <= problem.column <= len(lines[problem.line - 1]) + 1
        assert problem.column < problem.end_column
        assert problem.code in problem_text(problem, tune, "text")
    assert portrait_text(portray(tune), tune, problems)
    assert failed(check(tune)) <= failed(problems)


def test_a_printed_tune_has_the_same_bars_and_the_same_ones_wrong_when_it_is_written_anew(
    sample: tuple[str, ...],
) -> None:
    kinds = ("bar-too-long", "bar-too-short", "meter-mismatch", "pickup-not-made-up", "repeat-never-closed")
    for text in sample[::2]:
        tune = read(text)
        anew = read(write(tune))
        before, after = ([(p.code, p.part, p.bar) for p in check(one) if p.code in kinds] for one in (tune, anew))
        assert before == after
        assert [Fraction(bar.ticks, tune.whole) for bar in tune.bars] == [
            Fraction(bar.ticks, anew.whole) for bar in anew.bars
        ]
