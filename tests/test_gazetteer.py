"""From what people call a place to the place."""

from __future__ import annotations

import pytest

from karvan.corridor import Corridor
from karvan.corridor.gazetteer import Gazetteer
from karvan.corridor.package import Description
from karvan.ground.errors import InputError
from karvan.testing.draw import row


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    places = [
        ("XIAN", "Xi'an", "CN", "CNXIA"),
        ("XIANYANG", "Xianyang", "CN", ""),
        ("ISTANBUL", "İstanbul", "TR", "TRIST"),
        ("POTI", "Poti", "GE", "GEPTI"),
        ("KHORGOS_CN", "Khorgos", "CN", "CNHRG"),
        ("KHORGOS_KZ", "Khorgos", "KZ", ""),
        ("POTSDAM", "Potsdam", "DE", ""),
        ("TRIST", "Port of Trist", "ZZ", ""),
    ]
    names = [
        ("XIAN", "西安", "zh"),
        ("XIAN", "Сиань", "ru"),
        ("ISTANBUL", "Стамбул", "ru"),
        ("POTI", "ფოთი", "ka"),
        ("POTI", "Poti", "en"),
        ("POTI", "Phasis", ""),
    ]
    return Gazetteer(
        Corridor(
            Description("names"),
            {
                "place": tuple(row("place", id=i, name=n, country=c, unlocode=u, kind="city") for i, n, c, u in places),
                "place_name": tuple(row("place_name", place=p, name=n, language=la) for p, n, la in names),
            },
        )
    )


@pytest.mark.parametrize(
    "text",
    ["Xi'an", "xian", "XI AN", "Xi’an", "Xī'ān", " xi-an ", "xi'an\n", "XIAN", "cnxia", "西安", "Сиань", "СИАНЬ"],
)
def test_a01_any_usual_spelling(gazetteer: Gazetteer, text: str) -> None:
    assert gazetteer.place(text).id == "XIAN"


@pytest.mark.parametrize("text", ["Istanbul", "İstanbul", "ISTANBUL", "ıstanbul", "istanbul", "Стамбул"])
def test_a02_the_turkish_i_with_and_without_its_dot(gazetteer: Gazetteer, text: str) -> None:
    assert gazetteer.place(text).id == "ISTANBUL"


@pytest.mark.parametrize("text", ["Poti", "ფოთი", "phasis"])
def test_a03_other_names_in_any_script(gazetteer: Gazetteer, text: str) -> None:
    assert gazetteer.place(text).id == "POTI"


def test_a04_an_id_is_meant_before_a_code(gazetteer: Gazetteer) -> None:
    assert gazetteer.place("TRIST").id == "TRIST"


def test_b01_a_name_that_two_places_have(gazetteer: Gazetteer) -> None:
    with pytest.raises(InputError) as error:
        gazetteer.place("khorgos", "origin")
    assert str(error.value.problems[0]) == (
        "origin | found 'khorgos' | it may be KHORGOS_CN (Khorgos, CN), KHORGOS_KZ (Khorgos, KZ): give the id"
    )
    assert [place.id for place in gazetteer.find_places("khorgos")] == ["KHORGOS_CN", "KHORGOS_KZ"]


def test_b02_the_id_tells_them_apart(gazetteer: Gazetteer) -> None:
    assert gazetteer.place("khorgos_kz").country == "KZ"


def test_c01_an_unknown_name_gives_the_nearest_three(gazetteer: Gazetteer) -> None:
    with pytest.raises(InputError) as error:
        gazetteer.place("Potti", "destination")
    (problem,) = error.value.problems
    assert (problem.address, problem.found) == ("destination", "'Potti'")
    assert problem.remedy == "nearest: Poti (POTI), Port of Trist (TRIST), Potsdam (POTSDAM)"


def test_c02_the_beginning_of_a_name_counts_for_more(gazetteer: Gazetteer) -> None:
    assert gazetteer.nearest("istan")[0].id == "ISTANBUL"


@pytest.mark.parametrize("text", ["", "   ", "'", "?!", "x" * 10_000, "西" * 10_000, "nul\0byte", "\ud800"])
def test_c03_what_is_no_name_is_told_so(gazetteer: Gazetteer, text: str) -> None:
    assert not gazetteer.find_places(text)
    with pytest.raises(InputError) as error:
        gazetteer.place(text)
    assert len(str(error.value)) < 400


def test_c04_an_empty_gazetteer_has_nothing_near() -> None:
    with pytest.raises(InputError, match="give a place's name"):
        Gazetteer(Corridor(Description("nothing"), {})).place("Poti")
