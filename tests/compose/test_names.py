from folkbench.compose.names import made_name
from folkbench.notation.titles import clean


def test_a_name_follows_from_the_seed_and_is_a_printers_title() -> None:
    names = [made_name(1, k, "slip jig") for k in range(1, 301)]
    assert names == [made_name(1, k, "slip jig") for k in range(1, 301)]
    assert len(set(names)) > 150
    assert any("Slip Jig" in name for name in names)
    assert all(name and "{" not in name and "  " not in name for name in names)
    assert all(clean(name).text in (name, "") or clean(name).rhythm for name in names)
