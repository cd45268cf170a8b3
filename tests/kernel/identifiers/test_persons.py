"""Numbers of persons: what is taken, what is refused, and with which words."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.kernel.identifiers import (
    IdNumber,
    InvalidIdentifier,
    NumberKind,
    Sex,
    TemporaryNumber,
    check_digit,
    make_temporary_number,
    parse_id_number,
    parse_person_number,
    parse_temporary_number,
    upgrade_15_digits,
)

TODAY = date(2026, 3, 1)
VECTOR = "11010519491231002X"


def complete(body: str) -> str:
    return body + check_digit(body)


def refusal(value: object) -> str:
    with pytest.raises(InvalidIdentifier) as caught:
        parse_id_number(value, today=TODAY)
    return str(caught.value)


@st.composite
def citizen_numbers(draw: st.DrawFn) -> str:
    born = draw(st.dates(date(1900, 1, 1), TODAY))
    sequence = draw(st.integers(0, 999))
    return complete(f"{draw(st.sampled_from(['371623', '372324', '110105', '810000']))}{born:%Y%m%d}{sequence:03d}")


def test_the_example_of_the_standard_is_a_woman_born_on_the_last_day_of_1949() -> None:
    assert parse_id_number(VECTOR, today=TODAY) == IdNumber(VECTOR, date(1949, 12, 31), Sex.FEMALE, NumberKind.CITIZEN)
    assert parse_id_number(VECTOR, today=TODAY).region_code == "110105"


@pytest.mark.parametrize(
    "typed",
    [
        "11010519491231002x",
        " 110105 19491231 002X ",
        "１１０１０５１９４９１２３１００２Ｘ",
        "'11010519491231002X",
        "\ufeff11010519491231002X\u00a0",
    ],
)
def test_spelling_does_not_matter(typed: str) -> None:
    assert parse_id_number(typed, today=TODAY).value == VECTOR


def test_an_older_prefix_than_the_countys_is_taken() -> None:
    assert parse_id_number(complete("37232419800229001"), today=TODAY).sex is Sex.MALE


@pytest.mark.parametrize("prefix", ["810000", "820000", "830000"])
def test_residence_permits_of_hong_kong_macao_and_taiwan_are_told_apart(prefix: str) -> None:
    number = parse_id_number(complete(prefix + "19900101" + "002"), today=TODAY)
    assert number.kind is NumberKind.RESIDENCE_PERMIT


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "身份证号为空，请填写"),
        ("   ", "身份证号为空，请填写"),
        ("1101051949123100", "身份证号应为15或18位，现为16位"),
        ("1101051949l231002X", "身份证号第11位是“L”，应为数字"),
        ("11010519491231００²X", "身份证号第17位是“²”，应为数字"),
        ("11010519491231002Y", "身份证号第18位是“Y”，应为数字或X"),
        ("110105194912310021", "身份证号校验码不符：按前17位计算第18位应为“X”，现为“1”，请核对是否有数字抄错"),
        ("99010519491231002X", "身份证号前两位“99”不是省级行政区划代码"),
        (complete("37162320230229001"), "身份证号第7至14位的出生日期“20230229”不是真实日期"),
        (complete("37162319901301001"), "身份证号第7至14位的出生日期“19901301”不是真实日期"),
        (complete("37162300000101001"), "身份证号第7至14位的出生日期“00000101”不是真实日期"),
        (complete("37162320260302001"), "身份证号第7至14位的出生日期2026-03-02晚于今天（2026-03-01）"),
        (complete("37162318500101001"), "身份证号第7至14位的出生日期1850-01-01距今超过150年，请核对"),
        ("3.71623E+17", "“3.71623E+17”是科学计数法，原号码的末几位已丢失，请以文本格式重新填写"),
        (371623199001010010, "号码须以文本填写：按数字保存会丢失末几位，请把该列设为“文本”格式后重新填写"),
        (3.7162319900101e17, "号码须以文本填写：按数字保存会丢失末几位，请把该列设为“文本”格式后重新填写"),
        (None, "号码须以文本填写：按数字保存会丢失末几位，请把该列设为“文本”格式后重新填写"),
    ],
)
def test_a_refusal_says_what_is_wrong_and_where(typed: object, sentence: str) -> None:
    assert refusal(typed) == sentence


def test_a_child_born_today_has_a_number() -> None:
    assert parse_id_number(complete("37162320260301001"), today=TODAY).birth_date == TODAY


def test_without_a_given_day_the_present_limits_birth_dates() -> None:
    tomorrow_at_the_latest = date.today() + timedelta(days=2)
    with pytest.raises(InvalidIdentifier, match="晚于今天"):
        parse_id_number(complete(f"371623{tomorrow_at_the_latest:%Y%m%d}001"))


@given(citizen_numbers())
def test_every_well_formed_number_gives_back_birth_and_sex(number: str) -> None:
    parsed = parse_id_number(number, today=TODAY)
    assert parsed.value == number
    assert f"{parsed.birth_date:%Y%m%d}" == number[6:14]
    assert (parsed.sex is Sex.MALE) == (number[16] in "13579")


@given(citizen_numbers(), st.integers(0, 16), st.integers(1, 9))
def test_one_wrong_digit_is_always_found(number: str, place: int, shift: int) -> None:
    wrong = str((int(number[place]) + shift) % 10)
    assert refusal(number[:place] + wrong + number[place + 1 :])


@given(citizen_numbers(), st.integers(0, 15))
def test_two_swapped_neighbours_are_always_found(number: str, place: int) -> None:
    swapped = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
    if swapped != number:
        assert refusal(swapped)


@given(st.text())
def test_any_text_is_taken_or_refused_in_words(text: str) -> None:
    try:
        parse_person_number(text, today=TODAY)
    except InvalidIdentifier as fault:
        assert fault.said("en") != str(fault)


def test_a_number_of_the_first_generation_gets_its_century_and_check_digit() -> None:
    assert upgrade_15_digits("110105491231002") == VECTOR
    assert parse_id_number("110105491231002", today=TODAY).value == VECTOR


def test_sequences_from_996_belonged_to_people_born_before_1900() -> None:
    assert upgrade_15_digits("110105991231996")[6:10] == "1899"
    assert upgrade_15_digits("110105991231995")[6:10] == "1999"


def test_a_letter_in_a_15_digit_number_is_named() -> None:
    assert refusal("11010549123100X") == "身份证号第15位是“X”，应为数字"


@given(
    st.sampled_from(["371623", "371623101", "371623101002", "371623101002201"]),
    st.dates(date(2000, 1, 1), TODAY),
    st.integers(1, 999),
)
def test_a_temporary_number_is_read_back_as_it_was_given(station: str, day: date, sequence: int) -> None:
    given_number = make_temporary_number(station, day, sequence)
    assert parse_person_number(given_number.value.lower(), today=TODAY) == given_number
    assert given_number.kind is NumberKind.TEMPORARY


def test_the_first_person_without_papers_of_the_day() -> None:
    assert make_temporary_number("371623", date(2026, 1, 5), 1) == TemporaryNumber(
        "T37162320260105001",
        "371623",
        date(2026, 1, 5),
        1,
    )


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("T123", "临时编号“T123”格式不符，应为T＋救助站区划代码＋8位日期＋3位序号"),
        ("T37162320261301001", "临时编号中的日期“20261301”不是真实日期"),
        ("T37162320260302001", "临时编号中的日期2026-03-02晚于今天（2026-03-01）"),
        ("T37162320260101000", "临时编号的当日序号应在1至999之间，现为0"),
        ("T371620260101001", "区划代码应为6位（县）、9位（镇街）、12位（社区）或15位（村居），现为4位"),
    ],
)
def test_a_faulty_temporary_number_is_refused_in_words(typed: str, sentence: str) -> None:
    with pytest.raises(InvalidIdentifier) as caught:
        parse_temporary_number(typed, today=TODAY)
    assert str(caught.value) == sentence


def test_no_more_than_999_numbers_a_day() -> None:
    with pytest.raises(InvalidIdentifier, match="1至999"):
        make_temporary_number("371623", TODAY, 1000)
