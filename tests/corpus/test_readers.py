"""The ways in: small samples in each real format, written here, whole and damaged."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from folkbench.corpus import LeftOut, add, load, names, remove
from folkbench.corpus.arrival import Arrival
from folkbench.corpus.readers import arrivals
from folkbench.errors import FolkbenchError, NotFound

A_BODY = "|:GABc dBGB|cBAG FGAF|!\nGABc dBGB|1 AGFA G4:|2 AGFA G2g2||"
B_BODY = "DFA d2A|BGB AFD|EFE GEA,|1 D3 D3:|2 D3 D2 e||"

CSV = (
    "tune_id,setting_id,name,type,meter,mode,abc,date,username,composer\n"
    f'11,101,"Sample, The",reel,4/4,Gmajor,"{A_BODY}",2001-01-01 00:00:00,someone,\n'
    f'11,102,"Sample, The",reel,4/4,Amajor,"{A_BODY.replace("dBGB", "d2GB")}",2001-01-01 00:00:00,someone,\n'
    f'12,103,"The ""Other"" Jig",jig,6/8,Dmajor,"{B_BODY}",2001-01-01 00:00:00,someone,A. Maker\n'
)


def write(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def tunes(path: Path) -> list[Arrival]:
    return [arrival for arrival in arrivals(path) if isinstance(arrival, Arrival)]


def damaged(path: Path) -> list[LeftOut]:
    return [arrival for arrival in arrivals(path) if isinstance(arrival, LeftOut)]


def test_settings_of_a_tune_in_thesession_csv_are_one_group(tmp_path: Path) -> None:
    corpus, new = add(write(tmp_path, "tunes.csv", CSV), "theirs")
    assert new == 3
    first, second, third = corpus.entries
    assert (first.title, first.rhythm, first.index, first.tonic) == ("The Sample", "reel", 101, "G")
    assert first.group == second.group != third.group
    assert third.title == 'The "Other" Jig'
    assert first.music[-1] == "|"


def test_the_older_csv_has_other_names_for_its_numbers(tmp_path: Path) -> None:
    old = (
        CSV.replace("tune_id,setting_id", "tune,setting").replace(",composer", "").replace(",someone,\n", ",someone\n")
    )
    old = old.replace(",someone,A. Maker\n", ",someone\n").replace("\n", "\r\n")
    found = tunes(write(tmp_path, "tunes.csv", old))
    assert [(arrival.number, arrival.family) for arrival in found] == [(101, "11"), (102, "11"), (103, "12")]


def test_json_in_both_layouts(tmp_path: Path) -> None:
    row = {
        "name": "Kesh, The",
        "type": "jig",
        "meter": "6/8",
        "mode": "Dmajor",
        "abc": B_BODY,
        "date": "",
        "username": "",
    }
    new = json.dumps([{"tune_id": "12", "setting_id": "103", **row, "composer": ""}])
    old = json.dumps([{"tune": "12", "setting": "103", **row}], indent=1)
    for text in (new, old):
        (found,) = tunes(write(tmp_path, "tunes.json", text))
        assert (found.number, found.family, found.tune.title, found.tune.rhythm) == (103, "12", "Kesh, The", "jig")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (
            "data_v1",
            f"X: 1\nT: Sample, The\nM: 4/4\nL: 1/8\nK: Gmaj\n{A_BODY}\n\nX: 2\nT: Other\nM: 6/8\nK: Dmaj\n{B_BODY}\n",
        ),
        ("data_v2", "M:4/4\nK:Cmaj\nG, C C 2 G, C E C | G, 8 :|\n\nM:6/8\nK:Cdor\nC E G c 2 G | C 6 |\n"),
        (
            "data_v2_withtitles",
            "T:Sample, The\nM:4/4\nK:Cmaj\nG, C C 2 G, C E C | G, 8 :|\n\nT:Other\nM:6/8\nK:Cdor\nC 6 |\n",
        ),
    ],
)
def test_folk_rnn_data(tmp_path: Path, name: str, text: str) -> None:
    corpus, new = add(write(tmp_path, name, text), "rnn")
    assert new == 2
    assert [entry.meter for entry in corpus.entries] == ["M:4/4", "M:6/8"]


def test_folk_rnn_data_without_names_of_keys_is_taken_once_of_two(tmp_path: Path) -> None:
    text = "M:4/4\nK:dor\n=G, =C =C 2 _E =F 2 |\n\nM:4/4\nK:dor\n^G, ^C ^C 2 =E ^F 2 |\n"
    corpus, new = add(write(tmp_path, "data_v3", text), "rnn")
    assert new == 1
    assert corpus.entries[0].mode == "K:Cdor"
    assert corpus.entries[0].music == ("G", "c", "c", "2", "e", "f", "2", "|")
    assert corpus.reasons == {"twin": 1}


def test_a_folder_is_read_with_all_below_it(tmp_path: Path) -> None:
    write(tmp_path, "mine/a.abc", f"X:1\nT:One\nM:4/4\nL:1/8\nK:G\n{A_BODY}\n")
    write(tmp_path, "mine/deep/b.abc", f"X:1\nT:Two\nM:6/8\nL:1/8\nK:D\n{B_BODY}\n")
    write(tmp_path, "mine/tunes.csv", CSV)
    write(tmp_path, "mine/picture.png", b"\x89PNG\0\0")
    write(tmp_path, "mine/notes.abc", b"%PDF-1.4 ...")
    corpus, new = add(tmp_path / "mine", "mine")
    assert [entry.source for entry in corpus.entries] == ["a.abc", "tunes.csv", "tunes.csv"]
    assert corpus.reasons == {"identical": 2, "damaged": 1}
    assert new == 3


def test_what_is_added_again_is_not_doubled(tmp_path: Path) -> None:
    path = write(tmp_path, "tunes.csv", CSV + '14,105,"Free",air,,Gmajor,"GAB",2001,x,\n')
    first, _ = add(path, "theirs")
    again, new = add(path, "theirs")
    assert new == 0
    assert again.entries == first.entries == load("theirs").entries
    assert again.left_out == first.left_out
    more, new = add(write(tmp_path, "b.abc", "X:1\nT:Three\nM:4/4\nK:D\nd8|\n"), "theirs")
    assert new == 1
    assert more.entries[-1].title == "Three"


def test_a_csv_cut_in_half_gives_its_whole_rows(tmp_path: Path) -> None:
    path = write(tmp_path, "tunes.csv", CSV[: CSV.index("EFE GEA")])
    assert len(tunes(path)) == 2
    assert [(tune.reason, tune.index) for tune in damaged(path)] == [("damaged", 3)]


def test_a_wrong_quote_harms_one_row(tmp_path: Path) -> None:
    path = write(tmp_path, "tunes.csv", CSV.replace('d2GB|1 AGFA G4:|2 AGFA G2g2||"', 'd2GB|1 AGFA "G4:|2 AGFA G2g2||'))
    assert [arrival.number for arrival in tunes(path)] == [101, 103]
    assert [tune.index for tune in damaged(path)] == [2]


def test_mixed_encodings_and_nul_bytes_are_told_apart(tmp_path: Path) -> None:
    data = (
        "X:1\nT:Café\nM:4/4\nK:G\nG8|\n\n".encode()
        + "X:2\nT:Señor\nM:4/4\nK:G\nA8|\n\n".encode("latin-1")
        + b"%" + b"x" * 5000 + b"\n\nX:3\nT:Nul\nM:4/4\nK:G\nB\0 8|\n\nX:4\nT:Last\nM:4/4\nK:G\nc8|\n"
    )  # fmt: skip
    path = write(tmp_path, "mixed.abc", data)
    assert [arrival.tune.title for arrival in tunes(path)] == ["Café", "Señor", "Last"]
    assert [tune.title for tune in damaged(path)] == ["Nul"]


def test_json_cut_in_half_or_nested_without_end_gives_the_rest(tmp_path: Path) -> None:
    row = {
        "tune_id": "1",
        "setting_id": "2",
        "name": "One",
        "type": "reel",
        "meter": "4/4",
        "mode": "Gmajor",
        "abc": A_BODY,
    }
    good = json.dumps(row)
    cut = write(tmp_path, "cut.json", f"[{good},\n{good[:60]}")
    assert (len(tunes(cut)), len(damaged(cut))) == (1, 1)
    deep = write(tmp_path, "deep.json", "[" + '{"a":' * 100_000 + f'}} , {{"x": 1}},\n{good}]')
    assert len(tunes(deep)) == 1
    assert damaged(deep)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty.abc", ""),
        ("prose.abc", "Nothing but words.\n"),
        ("no.csv", "a,b\n1,2\n"),
        ("no.json", "[]"),
        ("a.abc", b"%PDF-1.7"),
    ],
)
def test_a_file_without_tunes_is_refused_and_leaves_no_corpus(tmp_path: Path, name: str, content: str | bytes) -> None:
    with pytest.raises(FolkbenchError):
        add(write(tmp_path, name, content), "nothing")
    assert names() == ("session",)


def test_a_corpus_is_removed_and_the_session_corpus_stays(tmp_path: Path) -> None:
    add(write(tmp_path, "tunes.csv", CSV), "theirs")
    assert names() == ("session", "theirs")
    remove("theirs")
    assert names() == ("session",)
    with pytest.raises(NotFound):
        remove("theirs")
    with pytest.raises(FolkbenchError):
        remove("session")
    with pytest.raises(FolkbenchError):
        add(tmp_path / "tunes.csv", "../theirs")
