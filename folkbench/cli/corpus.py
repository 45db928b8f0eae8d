"""`folkbench corpus`: the human tunes on this bench."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from folkbench.cli.arguments import print_json, say
from folkbench.errors import Damaged, FolkbenchError

if TYPE_CHECKING:
    from folkbench.corpus import Corpus

app = typer.Typer(add_completion=False, no_args_is_help=True, help="The human tunes on this bench.")

_NAME = typer.Argument("session", help="A corpus; `folkbench corpus list` names them.")
_JSON = typer.Option(False, "--json", help="One JSON object instead.")


@app.command("list")
def list_corpora(as_json: bool = _JSON) -> None:
    """Name the corpora: the session corpus, and those added here.

    Example: folkbench corpus list
    """
    from folkbench.corpus import load, names

    rows: list[dict[str, Any]] = []
    for name in names():
        try:
            rows.append({**_head(load(name)), "damage": None})
        except Damaged as error:
            rows.append({"name": name, "tunes": None, "fingerprint": None, "damage": error.message})
    if as_json:
        print_json({"corpora": rows})
        return
    for row in rows:
        said = row["damage"] or f"{_tunes(row['tunes'], 6)}  {row['fingerprint']}"
        print(f"{row['name']:16} {said}")


@app.command()
def add(
    path: str = typer.Argument(..., help="ABC, a folder of it, TheSession's tunes.csv or .json, folk-rnn's data."),
    name: str = typer.Option("", help="The corpus to add to, or to make; without it, the name of the file."),
    as_json: bool = _JSON,
) -> None:
    """Add tunes of your own. Added again, nothing doubles; what can't be taken in is counted by reason.

    Example: folkbench corpus add ~/tunes --name ours
    """
    from folkbench.bench import slug
    from folkbench.corpus import add
    from folkbench.corpus.gather import REASONS

    corpus, new = add(Path(path), name or slug(Path(path).resolve().stem))
    if as_json:
        print_json({**_info(corpus, False), "new": new})
        return
    fresh = f"{new:,} new {'tune' if new == 1 else 'tunes'}"
    say(f"{corpus.name}: {fresh}, {len(corpus):,} in all, {len(corpus.left_out):,} left out")
    for reason, count in corpus.reasons.items():
        say(f"  {count:6,}  {reason}: {REASONS[reason]}")
    if corpus.left_out:
        say(f"each of these: folkbench corpus info {corpus.name} --left-out")
    print(corpus.name)


@app.command()
def remove(name: str = typer.Argument(..., help="A corpus that was added.")) -> None:
    """Take a corpus off this bench. The files that it was read from stay.

    Example: folkbench corpus remove ours
    """
    from folkbench.corpus import remove
    from folkbench.whence.index import forget

    remove(name)
    forget(name)
    say(f"{name} is removed")


@app.command()
def info(
    name: str = _NAME,
    left_out: bool = typer.Option(False, "--left-out", help="List every tune that was left out."),
    as_json: bool = _JSON,
) -> None:
    """Say how many tunes a corpus has, where they come from, and how many were left out and why.

    Example: folkbench corpus info
    """
    from folkbench.corpus import load

    corpus = load(name)
    if as_json:
        print_json(_info(corpus, left_out))
        return
    _print_info(corpus)
    if left_out:
        print()
        for tune in corpus.left_out:
            print(f"{tune.reason:14} {tune.source} {tune.index}: {tune.title}")


@app.command()
def export(
    name: str = _NAME,
    form: str = typer.Option("tokens", "--format", help="tokens (folk-rnn's v2 form, in root C) or abc."),
    out: str = typer.Option("", "--out", "-o", help="The file to write; without it, standard output."),
    force: bool = typer.Option(False, "--force", help="Write over a file that exists."),
) -> None:
    """Write a corpus out, as tokens or as a tunebook: the very tunes that whence searches, in their order.

    Example: folkbench corpus export --format abc -o session.abc
    """
    from folkbench.bench import check_place, write_whole
    from folkbench.corpus import load
    from folkbench.corpus.export import FORMATS
    from folkbench.corpus.store import progress

    if form not in FORMATS:
        raise FolkbenchError(f"there is no format {form!r}", f"take one of: {', '.join(FORMATS)}")
    if out:
        check_place(Path(out), force=force)
    corpus = load(name)
    if not out:
        sys.stdout.writelines(FORMATS[form](corpus))
        return
    with progress(f"Writing {corpus.name}", len(corpus), FORMATS[form](corpus)) as texts:
        write_whole(Path(out), "".join(texts), force=force)
    say(f"{out}: {_tunes(len(corpus))}")


def _head(corpus: Corpus) -> dict[str, Any]:
    return {"name": corpus.name, "tunes": len(corpus), "fingerprint": corpus.fingerprint}


def _tunes(count: int, width: int = 0) -> str:
    return f"{count:{width},} {'tune' if count == 1 else 'tunes'}"


def _info(corpus: Corpus, left_out: bool) -> dict[str, Any]:
    from folkbench.whence import index_of

    entries = corpus.entries
    kept = Counter(entry.source for entry in entries)
    away = Counter(tune.source for tune in corpus.left_out)
    answer = {
        **_head(corpus),
        "groups": len({entry.group for entry in entries}),
        "tokens": len(corpus.codes),
        "vocabulary": len(corpus.words),
        "sources": [
            {"source": source, "read": kept[source] + away[source], "kept": kept[source]}
            for source in dict.fromkeys((*kept, *away))
        ],
        "left_out": dict(Counter(tune.reason for tune in corpus.left_out).most_common()),
        "changes": dict(Counter(change for entry in entries for change in entry.changes).most_common()),
        "rhythms": dict(Counter(entry.rhythm for entry in entries).most_common()),
        "meters": dict(Counter(entry.meter.removeprefix("M:") for entry in entries).most_common()),
        "modes": dict(Counter(entry.mode.removeprefix("K:C") for entry in entries).most_common()),
        "longest_shared": index_of(corpus).longest,
    }
    if left_out:
        answer["tunes_left_out"] = [
            {"reason": tune.reason, "source": tune.source, "index": tune.index, "title": tune.title}
            for tune in corpus.left_out
        ]
    return answer


def _print_info(corpus: Corpus) -> None:
    from folkbench.corpus.gather import REASONS

    facts = _info(corpus, False)
    groups = f"{facts['groups']:,} {'group' if facts['groups'] == 1 else 'groups'}"
    print(f"{corpus.name}: {_tunes(len(corpus))} in {groups}, {facts['tokens']:,} tokens")
    print(f"fingerprint {corpus.fingerprint}, {facts['vocabulary']} different tokens")
    print("\nfrom")
    for row in facts["sources"]:
        print(f"  {row['kept']:6,} of {row['read']:6,}  {row['source']}")
    print(f"\nleft out: {len(corpus.left_out)}")
    for reason, count in facts["left_out"].items():
        print(f"  {count:6,}  {reason}: {REASONS[reason]}")
    if facts["changes"]:
        print("\nchanged as they came in")
    for change, count in facts["changes"].items():
        print(f"  {count:6,}  {change}")
    shared = facts["longest_shared"]
    print(
        f"\nlongest run shared with a tune of another group: half of the tunes up to {shared['median']} tokens, "
        f"99 % up to {shared['tokens']} (K of the guard) and {shared['bars']} whole bars"
    )
    for what in ("rhythms", "meters", "modes"):
        print(f"\n{what}: " + ", ".join(f"{name or 'unknown'} {count:,}" for name, count in facts[what].items()))
