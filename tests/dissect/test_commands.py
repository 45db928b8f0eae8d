"""The network built by hand goes through every command, and the known answers come out."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from folkbench.cli import main
from folkbench.model.checkpoint import WEIGHTS, save
from tests.dissect.counter import ABC, HIDDEN, VOCABULARY, counter, half_way
from tests.model.networks import small

COMMANDS = {
    "softmax": [],
    "svd": [],
    "gates": [],
    "posterior": ["TUNE", "--token", "|", "--token", "pitch"],
    "units": ["TUNE"],
    "spectrum": ["TUNE", "--count", "6"],
    "gramian": ["TUNE"],
    "lobotomy": ["--count", "8"],
    "beam": ["TUNE"],
    "probe": ["--count", "12"],
}


@pytest.fixture
def tune(own_bench: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(sys, "argv", ["folkbench", "dissect"])
    path = own_bench / "scales.abc"
    path.write_text(ABC)
    for name, network in (("counter", counter()), ("half", half_way())):
        folder = own_bench / "models" / name
        folder.mkdir(parents=True)
        save(network, folder / WEIGHTS)
    return str(path)


def run(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    with pytest.raises(SystemExit) as left:
        main(["dissect", *words])
    assert left.value.code in (0, None)
    return capsys.readouterr().out


def answer(capsys: pytest.CaptureFixture[str], command: str, tune: str, *more: str, model: str = "counter") -> Any:
    words = [tune if word == "TUNE" else word for word in COMMANDS[command]]
    return json.loads(run(capsys, command, *words, *more, "--model", model, "--json"))


def test_softmax_finds_rank_two_and_the_bar_lines_own_unit(tune: str, capsys: pytest.CaptureFixture[str]) -> None:
    found = answer(capsys, "softmax", tune)["softmax"]["found"]
    assert found["rank"] == 2
    assert found["silent"] == HIDDEN - 2
    assert VOCABULARY[int(np.argmax(found["bias"]))] == "C"
    voice = answer(capsys, "softmax", tune, "--unit", "0", "--probability", "0.5")["voice"]["found"]
    assert voice["likes"][0] == {"token": "|", "value": 40.0}
    assert voice["factor_up"][VOCABULARY.index("|")] == pytest.approx(2)


def test_svd_finds_the_two_directions(tune: str, capsys: pytest.CaptureFixture[str]) -> None:
    found = answer(capsys, "svd", tune)["svd"]["found"]
    assert found["values"][:3] == [80, 40, 0]
    assert [one["up"][0]["token"] for one in found["directions"][:2]] == ["</s>", "|"]
    assert found["directions"][1]["drawn"]["1"] == ["|"] * 40


def test_gates_find_the_sign_that_changes_nothing(tune: str, capsys: pytest.CaptureFixture[str]) -> None:
    found = answer(capsys, "gates", tune)["gates"]["found"]
    cell = next(gate for gate in found if gate["layer"] == 1 and gate["gate"] == "c")
    assert cell["same_note"]["pairs"] == [["A", "=A"]]
    assert cell["same_note"]["mean"] == pytest.approx(1)
    opening = next(gate for gate in found if gate["layer"] == 1 and gate["gate"] == "i")
    assert opening["mean_value"] == [1] * len(VOCABULARY)


def test_posterior_expects_the_bar_line_after_eight_notes_only(tune: str, capsys: pytest.CaptureFixture[str]) -> None:
    found = answer(capsys, "posterior", tune)["posterior"]["found"]
    for step in found["steps"]:
        if step["token"] == "|":
            assert step["bits"] == pytest.approx(0, abs=1e-4)
            assert step["likeliest"][0]["token"] == "|"
    line, pitch = (one["probability"] for one in found["followed"])
    assert sum(p > 0.5 for p in line) == 16
    assert pitch[5] == pytest.approx(10 / 12, abs=0.2)
    assert found["steps"][-1]["token"] == "</s>"
    assert found["steps"][-1]["bits"] == pytest.approx(0, abs=1e-3)


def test_units_find_the_dead_and_the_saturated(tune: str, capsys: pytest.CaptureFixture[str]) -> None:
    first, second = answer(capsys, "units", tune)["units"]["found"]["layers"]
    assert first["dead"] == [3, 4, 5, 6, 7]
    assert second["dead"] == [2, 3, 4, 5, 6, 7]
    assert first["saturated"]["i open"] == list(range(HIDDEN))
    assert first["saturated"]["o shut"] == [4, 5, 6, 7]


def test_spectrum_finds_the_period_of_nine_and_its_units(tune: str, capsys: pytest.CaptureFixture[str]) -> None:
    found = answer(capsys, "spectrum", tune)
    one = found["spectrum"]["found"]
    assert one["period"] == 9
    assert {tuple(unit) for unit in one["units"]} == {(1, 0), (1, 1), (2, 0)}
    assert 1 in one["layers"][0]["trains"]
    over = found["many"]["found"]
    assert {tuple(unit) for unit in over["at_period"]} == {(1, 0), (1, 1), (2, 0)}
    assert over["overlap"] == pytest.approx(1)
    other = answer(capsys, "spectrum", tune, "--period", "7", "--count", "0")["spectrum"]["found"]
    assert not other["units"]


def test_gramian_finds_every_bar_again(tune: str, capsys: pytest.CaptureFixture[str]) -> None:
    found = answer(capsys, "gramian", tune)["gramian"]["found"]
    assert [(one["lag"], one["bars"]) for one in found["repeats"]] == [(9 * k, k) for k in range(1, 16)]
    assert all(echo["on"] > echo["off"] for echo in found["echoes"] if echo["name"][0] in "tph")


def test_lobotomy_of_the_units_that_beat_ends_the_counting(tune: str, capsys: pytest.CaptureFixture[str]) -> None:
    found = answer(capsys, "lobotomy", tune)["lobotomy"]["found"]
    before, after, others = (arm["effects"][0] for arm in found["arms"])
    assert before["name"] == "bars right"
    assert before["value"]["mean"] == 1
    assert after["change"]["high"] < 0
    assert others["value"]["mean"] == 1
    assert [tuple(unit) for unit in found["arms"][1]["held"]] == [(1, 0), (1, 1), (2, 0)]


def test_lobotomy_of_the_bar_counter_lets_tunes_end_anywhere(tune: str, capsys: pytest.CaptureFixture[str]) -> None:
    found = answer(capsys, "lobotomy", tune, "--cut", "2:1")["lobotomy"]["found"]
    effects = {effect["name"]: effect["value"]["mean"] for effect in found["arms"][1]["effects"]}
    assert effects["comes to an end"] == 1
    assert effects["tokens"] < 72


@pytest.mark.parametrize(
    ("words", "kept"),
    [(["--rank", "2"], True), (["--rank", "1"], False), (["--push", "|=-50"], False), (["--two-hot", "0.3"], False)],
)
def test_lobotomy_by_other_means(words: list[str], kept: bool, tune: str, capsys: pytest.CaptureFixture[str]) -> None:
    found = answer(capsys, "lobotomy", tune, *words)["lobotomy"]["found"]
    assert (found["arms"][1]["effects"][0]["value"]["mean"] == 1) == kept


def test_a_clamped_bar_line_unit_writes_nothing_else(tune: str, capsys: pytest.CaptureFixture[str]) -> None:
    found = answer(capsys, "lobotomy", tune, "--clamp", "2:0=1")["lobotomy"]["found"]
    assert set(found["arms"][1]["tunes"][0][2:-1]) == {"|"}


def test_a_swapped_memory_goes_on_counting_where_the_other_was(tune: str, capsys: pytest.CaptureFixture[str]) -> None:
    shorter = Path(tune).with_name("short.abc")
    shorter.write_text("X:1\nM:4/4\nL:1/8\nK:C\nCDEF GABc|CDEF\n")
    words = ["lobotomy", "--swap", str(shorter), "--into", tune, "--bars", "3", "--count", "4"]
    found = json.loads(run(capsys, *words, "--model", "counter", "--json"))["lobotomy"]["found"]
    own, other = (arm["tunes"][0] for arm in found["arms"])
    assert own[:29] == other[:29]  # the head and three bars of the tune that goes on
    assert own.count("|") == 16
    assert other.count("|") == 17  # the memory had heard a bar and a half: it is one behind


def test_ablation_finds_a_unit_without_which_it_cannot_count(tune: str, capsys: pytest.CaptureFixture[str]) -> None:
    found = answer(capsys, "lobotomy", tune, "--ablate", "2")["ablation"]["found"]
    assert found["cuts"][0]["unit"][1] == 0
    assert found["enough"] == 1
    assert found["counting"][0]["right"] == 1
    assert found["counting"][1]["right"] < 0.2


def test_beam_misses_what_it_must(tune: str, capsys: pytest.CaptureFixture[str]) -> None:
    found = answer(capsys, "beam", tune)["beam"]["found"]
    widths, missed = found["widths"], found["missed_by_width"]
    assert widths[-1] == len(VOCABULARY)
    assert missed[-1][0] == pytest.approx(0, abs=1e-4)
    assert all(row[k] <= row[k + 1] + 1e-6 for row in missed for k in range(len(row) - 1))
    assert all(len(one["tokens"]) == 3 for one in found["runs"])


def test_probes_read_what_is_there(tune: str, capsys: pytest.CaptureFixture[str]) -> None:
    rows = answer(capsys, "probe", tune)["probe"]["found"]["probes"]
    by = {(row["question"], row["layer"]): row for row in rows}
    assert by["position in the bar", 1]["accuracy"] > by["position in the bar", 1]["shuffled"]
    assert by["mode", 1]["accuracy"] == 1


def test_a_state_that_is_not_zero_counts(tune: str, capsys: pytest.CaptureFixture[str]) -> None:
    found = answer(capsys, "lobotomy", tune, "--cut", "1:3", model="half")["lobotomy"]["found"]
    assert found["arms"][0]["tunes"][0].count("|") == 8  # eight of the sixteen bars were there before the start


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_draws_all_its_pictures_of_any_network(command: str, tune: str, own_bench: Path) -> None:
    from folkbench.dissect.figures import PICTURES

    network = small(layers=1, hidden=16, vocabulary=(*VOCABULARY, "x:other"))
    folder = own_bench / "models" / "random"
    folder.mkdir()
    save(network, folder / WEIGHTS)
    words = [tune if word == "TUNE" else word for word in COMMANDS[command]]
    more = ["--cut", "1:3"] if command == "lobotomy" else []
    for ending in (".pdf", ".npz"):
        out = own_bench / f"out{ending}"
        with pytest.raises(SystemExit) as left:
            main(["dissect", command, *words, *more, "--model", "random", "-o", str(out)])
        assert left.value.code in (0, None)
        assert out.stat().st_size > 1000
    assert np.load(own_bench / "out.npz").files
    assert PICTURES[command]


def test_a_file_that_exists_is_refused_before_any_work(tune: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(["dissect", "probe", "--model", "nowhere", "-o", tune])
    assert left.value.code == 2
    assert "exists already" in capsys.readouterr().err


@pytest.mark.parametrize(
    "words",
    [
        ["softmax", "--unit", "8"],
        ["units", "TUNE", "--unit", "3:1"],
        ["units", "TUNE", "--unit", "three"],
        ["units", "TUNE", "--part", "q"],
        ["posterior", "TUNE", "--token", "nothing"],
        ["lobotomy", "--meter", "7/8"],
        ["lobotomy", "--push", "|"],
        ["lobotomy", "--swap", "TUNE"],
        ["svd", "-o", "x.jpg"],
        ["svd", "-o", "x.png", "--picture", "nothing"],
        ["report", "TUNE", "-o", "x.txt"],
    ],
)
def test_wrong_words_are_said_in_a_line(words: list[str], tune: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(["dissect", *(tune if word == "TUNE" else word for word in words), "--model", "counter"])
    assert left.value.code == 2
    assert len(capsys.readouterr().err.strip().splitlines()) == 1


def test_the_report_is_one_page_that_needs_no_other_and_no_torch(tune: str, own_bench: Path) -> None:
    page = own_bench / "report.html"
    words = ["folkbench", "dissect", "report", tune, "--model", "counter", "--json", "-o", str(page)]
    program = f"import sys; sys.modules['torch'] = None\nsys.argv = {words}\nfrom folkbench.cli import main\nmain()"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert set(answer) >= set(COMMANDS) | {"beside"}
    assert answer["beside"][0]["published"] == "5,599,881"
    text = page.read_text()
    assert text.count("data:image/png;base64,") == text.count("<img") > 15
    assert 'src="http' not in text


@pytest.mark.parametrize("command", [*COMMANDS, "report"])
def test_every_command_says_its_question_and_an_example(
    command: str, tune: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    text = run(capsys, command, "--help")
    assert "?" in text or command == "report"
    assert f"Example: folkbench dissect {command}" in text
    assert "--json" in text


def test_numbers_alone_load_neither_matplotlib_nor_an_engine(tune: str) -> None:
    program = (
        "import sys\n"
        f"sys.argv = ['folkbench', 'dissect', 'units', {tune!r}, '--model', 'counter']\n"
        "from folkbench.cli import main\n"
        "try:\n    main()\n"
        "finally:\n    print(*sorted({name.partition('.')[0] for name in sys.modules}), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    loaded = set(done.stderr.split())
    assert "numpy" in loaded
    assert not loaded & {"matplotlib", "onnxruntime", "torch", "music21"}
