"""Titles of real books, databases and networks, and what a printer makes of them."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from folkbench.notation.dances import dance
from folkbench.notation.titles import LETTERS, clean, plain
from tests.conftest import printed_tunes

# what stands in the files of O'Neill, Ryan and Aird, in databases, and what the network writes
TITLES = {
    "LITTLE BROTHER OF MY HEART": "Little Brother Of My Heart",
    "McLEAN'S LAMENTATION": "McLean's Lamentation",
    "A'WILLIE, WE HAVE MISS'D YOU -- STRATHSPEY": "A'Willie, We Have Miss'd You",
    "I'LL MEND YOUR POTS AND KETTLES": "I'll Mend Your Pots And Kettles",
    "I'M O'ER YOUNG TO MARRY YET -- STRATHSPEY": "I'm O'er Young To Marry Yet",
    "MY LADY'S GOON HAS GAIRS ON'T -- STRATHSPEY": "My Lady's Goon Has Gairs On't",
    "THE COOLIN. With Variations": "The Coolin. With Variations",
    "THE WHITE-MOUNTAIN MAID": "The White-Mountain Maid",
    "SWEET KATHLEEN MACHREE": "Sweet Kathleen Machree",
    "ALISTAIR MACLALASTAIR -- STRATHSPEY": "Alistair MacLalastair",
    "VAUGHAN's FAVORITE -- JIG.": "Vaughan's Favorite",
    "FLOWERS OF ST. PETERSBURG -- REEL": "Flowers Of St. Petersburg",
    "'NEATH THE MOONLIGHT -- REEL": "'Neath The Moonlight",
    '"POP GOES THE WEASEL."': '"Pop Goes The Weasel"',
    "NAPOLEON II": "Napoleon II",
    "The Little Girl of my Heart": "The Little Girl of my Heart",
    "the Boys of Carrigallen": "The Boys of Carrigallen",
    "For a' that and a' that.": "For a' that and a' that",
    "Major Jas. Campbell's Quick Step W.F.R.": "Major Jas. Campbell's Quick Step W.F.R.",
    "Quick Step 25th Regt.": "Quick Step 25th Regt.",
    "The Hare in the Corn. No. 2.": "The Hare in the Corn. No. 2",
    "Marquis of Granby - Shambuy.": "Marquis of Granby - Shambuy",
    "Kesh, The": "The Kesh",
    "Bashful Lover., The": "The Bashful Lover",
    "Hills of Ireland. The": "The Hills of Ireland",
    '"GOOD GIRL", THE': 'The "Good Girl"',
    "Wat:erloo -- Reel": "Waterloo",
    "Dorset=Shire March.": "Dorset-Shire March",
    "La Nov\\'ell\\'e": "La Novéllé",
    "Port na bP&uacute;ca": "Port na bPúca",
    "O’Neill’s  Fancy =20": "O'Neill's Fancy",
    "the rakes of mallow": "The Rakes of Mallow",
    "o'neill's march": "O'Neill's March",
    "mcleod's": "McLeod's",
    "macdonald's farewell to macroom": "MacDonald's Farewell to Macroom",
    "jackson's fancy, no. ii": "Jackson's Fancy, No. II",
    "jack-of-all-trades": "Jack-of-All-Trades",
    "o'er the hills and far awa'": "O'er the Hills and Far Awa'",
    "where did you come from": "Where Did You Come From",
    "the day i met father o'flynn": "The Day I Met Father O'Flynn",
    "": "",
    "1880": "1880",
}

DANCES = {
    "Acacia -- Reel": ("Acacia", "reel"),
    "FISHER'S -- HORNPIPE": ("Fisher's Hornpipe", "hornpipe"),
    "THE BOSTON BOYS' -- REEL": ("The Boston Boys' Reel", "reel"),
    "Drunken Ganger's The -- Jig": ("The Drunken Ganger's Jig", "jig"),
    "BLACK-EYED LASSIE -- REEL., THE": ("The Black-Eyed Lassie", "reel"),
    "CLYDE-SIDE LASSIES, -- REEL.": ("Clyde-Side Lassies", "reel"),
    "CAMP-MEETING -- JIG No.2.": ("Camp-Meeting No. 2", "jig"),
    "The Gobby O -- Jig (or Jefferson and Liberty)": ("The Gobby O (or Jefferson and Liberty)", "jig"),
    "Avalanche (Lancashire) -- Clog": ("Avalanche (Lancashire)", "clog"),
    "HUMOUR OF GLEN- JIG": ("Humour Of Glen", "jig"),
    "A Drop of Whiskey -- slipjig": ("A Drop of Whiskey", "slip jig"),
    "MUGBY JIM'S -- HIGHLAND FLING.": ("Mugby Jim's Highland Fling", "fling"),
    'WALK AROUND. -- "CARVE DAT POSSUM."': ('"Carve Dat Possum"', "walkaround"),
    "H -- ' on the Wabash -- Jig": ("H -- ' on the Wabash", "jig"),
    "The Jolly Tinker's Reel": ("The Jolly Tinker's Reel", ""),
}


@pytest.mark.parametrize(("typed", "printed"), TITLES.items())
def test_a_title_is_set_as_a_printer_would(typed: str, printed: str) -> None:
    assert clean(typed).text == printed


@pytest.mark.parametrize(("typed", "expected"), DANCES.items())
def test_the_dance_behind_a_dash_leaves_the_title(typed: str, expected: tuple[str, str]) -> None:
    assert clean(typed) == expected


@pytest.mark.parametrize("typed", [*TITLES, *DANCES])
def test_a_clean_title_stays_as_it_is(typed: str) -> None:
    once = clean(typed).text
    assert clean(once).text == once


@pytest.mark.parametrize(
    ("title", "letters", "left_out"),
    [
        ("Cailín Óg", "cailin og", ""),
        ("Ærø’s Straße, № 2", "aero's strasse, no 2", ""),
        ("Łódź — Þórr", "lodz - thorr", ""),
        ('"The Boss" #1', "the boss 1", '"#'),
        ("Катюша kolo", "kolo", "Катюш"),
        ("A\tB\n\nC", "a b c", ""),
        ("", "", ""),
    ],
)
def test_a_title_in_the_networks_letters_is_its_nearest(title: str, letters: str, left_out: str) -> None:
    assert plain(title) == (letters, left_out)


@given(st.text(max_size=80))
def test_any_text_has_a_plain_form_and_a_clean_one(text: str) -> None:
    letters, left_out = plain(text)
    assert set(letters) <= set(LETTERS)
    assert plain(letters) == (letters, "")
    assert not set(left_out) & set(LETTERS)
    assert "  " not in clean(text).text


@pytest.fixture(scope="module")
def printed_titles() -> list[str]:
    """The titles of the three printed books, some 4,400."""
    return [title.strip() for abc in printed_tunes() for title in re.findall(r"(?m)^T:([^%\n]*)", abc)]


def test_every_printed_title_is_clean_after_one_cleaning(printed_titles: list[str]) -> None:
    for typed in printed_titles:
        text, rhythm = clean(typed)
        assert clean(text) == (text, ""), typed
        assert text == text.strip(" ,;:"), typed
        assert text[:1] == text[:1].upper(), typed
        assert "  " not in text, typed
        assert "=" not in text, typed
        assert bool(typed) == bool(text)
        assert not rhythm or dance(rhythm)


def test_hardly_a_printed_title_loses_a_character_to_the_network(printed_titles: list[str]) -> None:
    left_out = {c for typed in printed_titles for c in plain(clean(typed).text).left_out}
    assert left_out <= {'"'}
