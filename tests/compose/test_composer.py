"""A wish and what comes of it: title, key, prefix and form stand in the tune; the same seed gives the same bytes."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from folkbench.check import check, failed
from folkbench.compose import ANY, Composer, Made, Taste, Wish, parse_form
from folkbench.compose.composer import with_openings
from folkbench.compose.request import Request
from folkbench.compose.sampling import sample
from folkbench.errors import Damaged, FolkbenchError, NotFound
from folkbench.notation import form, read, structure


@pytest.fixture(scope="module")
def composer(untrained: Path) -> Composer:
    return Composer(str(untrained), threads=1)


def one(composer: Composer, wish: Wish, seed: int = 1) -> Made:
    return next(composer.make(wish, seed))


def test_a_title_stands_as_it_was_typed_and_the_network_reads_it_in_its_own_letters(untrained: Path) -> None:
    said: list[str] = []
    composer = Composer(str(untrained), threads=1)
    made = next(composer.make(Wish(title="Bàá 100% ♫"), 1, say=said.append))
    assert read(made.abc).title.startswith("Bàá 100")
    assert made.tokens[:6] == ("T:", "t:b", "t:a", "t:a", "R:reel", "M:4/4") or made.tokens[0] == "T:"
    assert len(said) == 1
    assert "♫" in said[0]


def test_with_no_title_given_the_network_writes_one_behind_the_music(composer: Composer) -> None:
    made = one(composer, Wish())
    assert "T:" in made.tokens
    assert made.tokens[0] != "T:"
    assert read(made.abc).title == made.title != ""


def test_what_is_asked_for_stands_in_the_tune(composer: Composer) -> None:
    tune = read(one(composer, Wish(title="A", rhythm="Slip Jigs", meter="9/8", key="Edor")).abc)
    assert (tune.title, tune.rhythm, tune.meter.text) == ("A", "slip jig", "9/8")
    assert (tune.key.tonic, tune.key.mode) == ("E", "dor")


def test_without_a_meter_the_dance_decides_and_without_a_dance_the_meter(composer: Composer) -> None:
    assert {read(one(composer, Wish(rhythm="slip jig"), seed).abc).meter.text for seed in range(4)} == {"9/8"}
    assert {read(one(composer, Wish(meter="9/8"), seed).abc).rhythm for seed in range(4)} == {"slip jig"}


@pytest.mark.parametrize(
    "wish", [Wish(rhythm=ANY), Wish(rhythm=ANY, title="A", meter="6/8", key="C", prefix="C C C E C E")]
)
def test_a_tune_may_be_left_without_a_dance_and_is_then_the_same_alone_and_among_others(
    composer: Composer, wish: Wish
) -> None:
    many = list(composer.make(wish, 3, count=12))
    named = [any(token.startswith("R:") for token in made.tokens) for made in many]
    assert set(named) == {True, False}
    assert [bool(read(made.abc).rhythm) for made in many] == named
    for made in many:
        assert sum(token.startswith("M:") for token in made.tokens) == 1
        assert not failed(check(read(made.abc), strict=True))
        assert next(composer.make(wish, 3, first=made.k)).tokens == made.tokens
        assert not wish.prefix or " ".join(made.tokens).count("K:Cmaj " + wish.prefix) == 1


def test_the_tonic_is_drawn_from_the_seed_as_the_corpus_has_it(composer: Composer) -> None:
    tonics = [made.tune.key.tonic for made in composer.make(Wish(rhythm="slip jig", meter="9/8"), 5, count=10)]
    assert set(tonics) <= {"G", "D", "E", "A"}
    assert len(set(tonics)) > 1
    again = [made.tune.key.tonic for made in composer.make(Wish(rhythm="slip jig", meter="9/8"), 5, count=10)]
    assert tonics == again


def test_a_prefix_in_spaced_tokens_stands_exactly_in_root_c(composer: Composer) -> None:
    words = ("G,", "C", "C", "2", "G,")
    for seed in range(5):
        made = one(composer, Wish(prefix=" ".join(words), meter="4/4", key="C"), seed)
        key = made.tokens.index("K:Cmaj")
        assert made.tokens[key + 1 : key + 6] == words
        assert made.tokens[key + 6] not in ("2", ">", "-", "/2")
        assert not failed(check(read(made.abc), strict=True))


@pytest.mark.parametrize(
    ("prefix", "key"), [("GABc d2", "G"), ("A | d2 fd", "D"), ("EBBA B2EB", "Edor"), ("[Ac] e2", "Am")]
)
def test_a_prefix_in_plain_abc_stands_exactly_in_its_key(composer: Composer, prefix: str, key: str) -> None:
    made = one(composer, Wish(prefix=prefix, key=key, meter="4/4"))
    music = re.sub(r"\s", "", made.abc.split("\nK:")[1].split("\n", 1)[1])
    assert music.startswith(re.sub(r"\s", "", prefix))


def test_what_is_given_in_plain_abc_keeps_its_bytes_bar_by_bar(composer: Composer) -> None:
    wish = Wish(prefix="{c}GA Bc d>e fd | ... ~g2 fe", ending="(3ABc d2 G3 z", key="G", meter="4/4")
    for seed in range(4):
        abc = one(composer, wish, seed).abc
        assert "{c}GA Bc d>e fd |" in abc
        assert " ~g2 fe" in abc
        assert "(3ABc d2 G3 z" in abc
        assert not failed(check(read(abc), strict=True))


def test_the_same_request_gives_the_same_bytes_alone_and_among_others(untrained: Path) -> None:
    wish = Wish(rhythm="reel")
    many = [made.abc for made in Composer(str(untrained), threads=1).make(wish, 9, count=6)]
    assert many == [made.abc for made in Composer(str(untrained), threads=2).make(wish, 9, count=6)]
    alone = next(Composer(str(untrained), threads=2).make(wish, 9, first=5)).abc
    assert alone.replace("X:1\n", "X:5\n", 1) == many[4]


def test_a_stream_is_the_same_alone_in_any_batch_after_any_refill_with_one_thread_or_two(untrained: Path) -> None:
    def tokens(threads: int, streams: int, numbers: range) -> dict[int, tuple[int, ...]]:
        composer = Composer(str(untrained), threads=threads)
        drawn = sample(composer.network, composer.masks, [Request(4, k) for k in numbers], streams=streams, longest=120)
        return {d.request.k: d.tokens for d in drawn}

    everything = tokens(2, 16, range(1, 17))
    assert tokens(1, 16, range(1, 17)) == everything
    assert tokens(2, 3, range(1, 17)) == everything
    assert tokens(1, 1, range(7, 8))[7] == everything[7]


def test_the_note_in_a_tune_is_the_command_that_makes_it_again(composer: Composer) -> None:
    wish = Wish(title="A B", key="Ador", form=parse_form("AABB", 4, pickup=True, endings=False))
    made = list(composer.make(wish, 11, count=3, taste=Taste(0.8, 0.95)))[2]
    words = shlex.split(made.tune.texts("N")[0])
    assert words[:4] == ["folkbench", "new", "--seed", "11:3"]
    for option, value in (("--title", "A B"), ("--key", "Ador"), ("--temperature", "0.8"), ("--bars", "4")):
        assert words[words.index(option) + 1] == value
    assert {"--pickup", "--no-endings"} <= set(words)
    assert composer.hash in made.tune.texts("N")[1]


@pytest.mark.parametrize("letters", ["AB", "AABB", "AAB", "ABB", "AABBCC"])
def test_the_form_that_is_asked_for_is_the_form_of_the_tune(composer: Composer, letters: str) -> None:
    asked = parse_form(letters, 4)
    for made in composer.make(Wish(form=asked), 2, count=4):
        tune = read(made.abc)
        assert structure(form(tune)) == letters
        assert [part.bars for part in form(tune)] == [4] * len(asked.parts)
        assert not failed(check(tune, strict=True))


def test_without_the_grammar_the_network_is_left_alone(untrained: Path) -> None:
    made = list(Composer(str(untrained), grammar=False, threads=1).make(Wish(), 1, count=10))
    assert any(failed(check(read(m.abc), strict=True)) for m in made)
    assert all("--no-grammar" in m.tune.texts("N")[0] for m in made)


@pytest.mark.parametrize(
    "wish",
    [
        Wish(title="x" * 121),
        Wish(title="  "),
        Wish(title="a\nK:D"),
        Wish(rhythm="tarantella"),
        Wish(rhythm="polka"),  # there is one, but this network doesn't know it
        Wish(meter="7/0"),
        Wish(meter="none"),
        Wish(meter="5/4"),
        Wish(key="H"),
        Wish(key="Dlyd"),
        Wish(key="D =c"),
        Wish(prefix="hello there"),
        Wish(prefix="%PDF-1.7 \x00"),
        Wish(prefix="GABc d2"),  # in which key?
        Wish(prefix="C C C C C | C", meter="4/4"),
        Wish(prefix="C 8", meter="9/8", form=parse_form("AABB", 8, pickup=True)),
        Wish(prefix="  "),
    ],
)
def test_a_wish_that_cannot_be_met_is_refused_before_anything_is_made(composer: Composer, wish: Wish) -> None:
    with pytest.raises(FolkbenchError) as refusal:
        composer.make(wish, 1)
    assert "\n" not in refusal.value.message


def test_a_missing_or_damaged_network_is_said(tmp_path: Path, untrained: Path) -> None:
    with pytest.raises(NotFound):
        Composer(str(tmp_path / "nothing"))
    (tmp_path / "model.onnx").write_bytes((untrained / "model.onnx").read_bytes()[:5000])
    with pytest.raises(Damaged):
        Composer(str(tmp_path))


def test_later_parts_get_the_opening_that_the_network_left_out() -> None:
    assert with_openings(["C", ":|", "D", ":|"]) == ["C", ":|", "|:", "D", ":|"]
    assert with_openings(["C", "|1", "D", ":|", "|2", "E", ":|", "F", "|1", "G", ":|", "|2", "A", "|"]) == (
        ["C", "|1", "D", ":|", "|2", "E", ":|", "|:", "F", "|1", "G", ":|", "|2", "A", "|"]
    )
    assert with_openings(["|:", "C", ":|", "|:", "D", ":|"]) == ["|:", "C", ":|", "|:", "D", ":|"]
    assert with_openings(["C", ":|", "D", "|"]) == ["C", ":|", "D", "|"]
    assert with_openings(["C", "||", "D", ":|", "E", "||", "F", "|"]) == [
        "C",
        "||",
        "|:",
        "D",
        ":|",
        "E",
        "||",
        "F",
        "|",
    ]
    assert with_openings(["|:", "C", "||", "D", ":|"]) == ["|:", "C", "||", "D", ":|"]
    assert with_openings(["C", ":|", "|2", "D", "||", "E", ":|"]) == ["C", ":|", "|2", "D", "||", "|:", "E", ":|"]
    after_second = ["C", ":|", "|2", "D", "|:", "E", "||", "F", ":|"]
    assert with_openings(after_second) == after_second
