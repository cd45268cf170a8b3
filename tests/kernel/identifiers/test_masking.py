"""What people without the right to see the whole are shown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.kernel.identifiers import (
    mask_card,
    mask_id_number,
    mask_minor_name,
    mask_name,
    mask_phone,
    surname,
)


def test_of_an_id_number_the_first_four_and_last_two_are_shown() -> None:
    assert mask_id_number("371623199001010023") == "3716************23"


def test_of_phones_and_cards_the_last_four_are_shown() -> None:
    assert mask_phone("13800001234") == "*******1234"
    assert mask_card("6229990000000000019") == "***************0019"


@pytest.mark.parametrize(
    ("name", "masked", "child"),
    [
        ("张三", "张*", "张某"),
        ("张三丰", "张*", "张某"),
        ("欧阳修", "欧阳*", "欧阳某"),
        ("欧阳", "欧*", "欧某"),
        ("阿依古丽·买买提", "阿*", "阿某"),
        (" 李四 ", "李*", "李某"),
        ("王", "*", "某"),
        ("", "*", "某"),
    ],
)
def test_of_a_name_the_surname_is_shown(name: str, masked: str, child: str) -> None:
    assert mask_name(name) == masked
    assert mask_minor_name(name) == child


@given(st.text(max_size=30))
def test_a_mask_never_shows_more_than_its_ends(text: str) -> None:
    for mask, shown in ((mask_id_number, 6), (mask_phone, 4), (mask_card, 4)):
        masked = mask(text)
        assert len(masked) == len(text)
        assert masked.count("*") >= len(text) - shown
        if len(text) <= shown:
            assert set(masked) <= {"*"}


@given(st.text(min_size=1, max_size=10))
def test_a_masked_name_never_shows_the_whole(name: str) -> None:
    assert surname(name) != name
