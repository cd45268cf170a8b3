"""Chinese sorts as in a dictionary, by bytes alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.kernel.pinyin import sort_key


def by_key(names: list[str]) -> list[str]:
    return sorted(names, key=lambda name: sort_key(name).encode())


def test_names_stand_by_syllable_then_tone() -> None:
    assert by_key(["张三", "李四", "王五", "赵六", "安宁", "王芳"]) == ["安宁", "李四", "王芳", "王五", "张三", "赵六"]
    assert by_key(["马丽", "麻丽"]) == ["麻丽", "马丽"]


def test_a_shorter_syllable_stands_before_a_longer_one() -> None:
    assert by_key(["方明", "范伟", "范"]) == ["范", "范伟", "方明"]


def test_one_surname_stays_together_though_another_sounds_alike() -> None:
    names = by_key(["张伟", "章丽", "张丽", "章伟"])
    assert [name[0] for name in names] in (["张", "张", "章", "章"], ["章", "章", "张", "张"])


@pytest.mark.parametrize(
    ("name", "start"),
    [
        ("曾国藩", "zeng1"),
        ("单雄信", "shan4"),
        ("仇英", "qiu2"),
        ("区小明", "ou1"),
        ("解缙", "xie4"),
        ("单于丹", "chan2"),
        ("尉迟恭", "yu4"),
    ],
)
def test_a_surname_has_its_own_reading(name: str, start: str) -> None:
    assert sort_key(name).startswith(start)


def test_a_place_is_not_read_as_a_surname() -> None:
    assert sort_key("单位", is_person=False).startswith("dan1")
    assert sort_key("区政府", is_person=False).startswith("qu1")


def test_a_toneless_syllable_stands_after_its_tones_and_before_the_longer_syllable() -> None:
    keys = [sort_key(character, is_person=False).encode() for character in "骂吗满"]
    assert keys == sorted(keys)


def test_spelling_does_not_matter() -> None:
    assert sort_key(" 王  五 ") == sort_key("王五")
    assert sort_key("ＡＢＣ") == sort_key("abc")


def test_a_rare_character_and_an_empty_name_have_a_key_too() -> None:
    assert sort_key("𠮷田") == "𠮷 tian2田"
    assert sort_key("") == ""


@given(st.text(max_size=20), st.booleans())
def test_every_text_has_a_key(text: str, is_person: bool) -> None:
    assert isinstance(sort_key(text, is_person=is_person), str)
