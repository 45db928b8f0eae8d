"""A name for a tune whose network writes none: drawn from a table in the manner of the old ones."""

from __future__ import annotations

from folkbench.compose.drawing import dice

_USE = 2
"""The use of a tune's random numbers that draws its name; 0 draws its tokens, 1 its tonic."""

_KINDS = (
    "The {adjective} {noun}",
    "The {noun} of {place}",
    "{person}'s {noun}",
    "{person}'s {rhythm}",
    "The {place} {rhythm}",
)
_WORDS = {
    "adjective": (
        *("Merry", "Windy", "Crooked", "Lonesome", "Silver", "Early", "Weary", "Rambling", "Laughing", "Hasty", "Grey"),
        *("Idle", "Frosty", "Red-Haired", "Barefoot", "Honest", "Humming", "Wandering", "Bright", "Last", "Lame"),
    ),
    "noun": (
        *("Lantern", "Ferryman", "Milestone", "Blackthorn", "Piper", "Kettle", "Haycock", "Weaver", "Gander", "Bridge"),
        *("Tinker", "Harvest", "Lark", "Turnpike", "Cobbler", "Heather", "Fiddle", "Hearth", "Swallow", "Miller"),
    ),
    "place": (
        *("Ballymore", "Kilbride", "Dunmore", "Clonard", "Rathmore", "Glenbeg", "Carrick", "Lisnagh", "Killard"),
        *("Drumbeg", "Ardmore", "Inishbeg", "Corrig", "Templemore"),
    ),
    "person": (
        *("Nora", "Biddy", "Old Tom", "Kitty", "Peter", "Molly", "Con", "Sally", "Widow Byrne", "Father Mac", "Jim"),
        *("Nell", "Andy", "Peggy", "Hugh", "Rose"),
    ),
}


def made_name(seed: int, k: int, rhythm: str = "") -> str:
    """A name for tune k of a seed, always the same; `rhythm` ("slip jig", "" unknown) may stand in it."""
    draw = dice(seed, k, _USE)

    def one(words: tuple[str, ...]) -> str:
        return words[int(draw.integers(len(words)))]

    chosen = {what: one(words) for what, words in _WORDS.items()}
    return one(_KINDS).format(rhythm=(rhythm or "fancy").title(), **chosen)
