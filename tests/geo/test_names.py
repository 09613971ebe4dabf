"""Folding of unit names."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.records.place_names import alias_dict, fold, fold_series
from tests.examples import examples


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Bambari region", "BAMBARI"),
        ("Ombella-M'Poko province", "Ombella M\u2019Poko"),
        ("Mambéré-Kadéï", "Mambe\u0301re\u0301-Kade\u0301i\u0308"),
        ("Rafaï", "Rafai region"),
        ("Territoire de Walikale", "Walikale territory"),
        ("Walikale ", "walikale"),
        ("Masisi zone", "Masisi"),
        ("Malemba\u2011Nkulu", "Malemba Nkulu"),
        ("Sous-préfecture de la Nana", "Nana sub-prefecture"),
        ("province du Kasaï", "Kasaï province"),
        ("Département de l'Ouest", "Ouest"),
    ],
)
def test_spellings_of_one_unit_fold_to_the_same(one, other):
    assert fold(one) == fold(other) != ""


def test_a_word_that_only_begins_like_a_kind_is_kept():
    assert fold("Statesboro") == "statesboro"
    assert fold("Zoneville") == "zoneville"
    assert fold("Territory") == "territory"
    assert fold("Communes") == "communes"


def test_different_units_stay_different():
    assert fold("Haut-Mbomou") != fold("Mbomou")
    assert fold("Walungu et Kabare") not in {fold("Walungu"), fold("Kabare")}


def test_blank_and_foreign_scripts_are_kept():
    assert fold("") == fold("   ") == ""
    assert fold("بيراو") == "بيراو"


def test_folding_twice_changes_nothing():
    for name in ("Ouham-Pendé province", "Préfecture de l’Ouham", "M'Baïki region", "Bangui-Centre", "Kaga-Bandoro"):
        assert fold(fold(name)) == fold(name)


def test_series_keeps_index_and_uses_aliases():
    names = pd.Series(["Wlikale", "", "Masisi zone"], index=[5, 7, 9], dtype="str")
    out = fold_series(names, alias_dict([("Wlikale", "Walikale")]))
    assert out.index.tolist() == [5, 7, 9]
    assert out.tolist() == ["walikale", "", "masisi"]
    assert str(out.dtype) == "str"
    assert fold_series(names.iloc[:0]).tolist() == []


@settings(max_examples=examples(200), deadline=None, derandomize=True)
@given(st.text(alphabet=st.characters(max_codepoint=127), max_size=30))
def test_the_short_way_of_plain_letters_is_the_long_one(text):
    """An accent more takes the long way, and changes nothing else."""
    from geo.records.place_names import plain

    assert plain(text + "\u0301") == plain(text)
