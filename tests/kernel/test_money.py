"""Money is exact: nothing is rounded unasked, nothing unknown becomes zero."""

from contextlib import suppress
from decimal import ROUND_CEILING, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, TypeAdapter, ValidationError
from sqlmodel import Field, SQLModel

from backend.kernel.money import (
    LARGEST,
    InvalidMoney,
    Money,
    PositiveMoney,
    Rounding,
    RoundingUnit,
    SignedMoney,
    parse_spreadsheet_money,
    round_money,
    to_chinese_capital,
    to_money,
)

cents = st.integers(-99_999_999_999_999, 99_999_999_999_999)
amounts = st.integers(0, 99_999_999_999_999).map(lambda n: Decimal(n) / 100)


def refusal(value: object) -> str:
    with pytest.raises(InvalidMoney) as caught:
        to_money(value)
    return str(caught.value)


@pytest.mark.parametrize(
    ("value", "amount"),
    [
        ("1356", "1356.00"),
        ("1356.5", "1356.50"),
        (789, "789.00"),
        (Decimal("0.1"), "0.10"),
        (Decimal("12.3400"), "12.34"),
        (Decimal("1E+3"), "1000.00"),
        ("-0", "0.00"),
        ("-5.05", "-5.05"),
        (LARGEST, "999999999999.99"),
    ],
)
def test_exact_values_get_two_places(value: object, amount: str) -> None:
    assert str(to_money(value)) == amount


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        (1356.0, "金额不得用浮点数表示，请用文本或十进制数"),
        (float("nan"), "金额不得用浮点数表示，请用文本或十进制数"),
        (True, "金额“True”不是数字，请按1356.00的样式填写"),
        (None, "金额为空，请填写"),
        ("", "金额为空，请填写"),
        ("NaN", "金额“NaN”不是数字，请按1356.00的样式填写"),
        (Decimal("NaN"), "金额“NaN”不是数字，请按1356.00的样式填写"),
        (Decimal("sNaN"), "金额“sNaN”不是数字，请按1356.00的样式填写"),
        (Decimal("-Infinity"), "金额“-Infinity”不是数字，请按1356.00的样式填写"),
        ("1e3", "金额“1e3”不是数字，请按1356.00的样式填写"),
        ("1,356", "金额“1,356”不是数字，请按1356.00的样式填写"),
        ("12.345", "金额12.345的小数超过两位，最小单位是分"),
        (Decimal("12.345"), "金额12.345的小数超过两位，最小单位是分"),
        ("1000000000000", "金额过大：不得超过999999999999.99元"),
        (10**40, "金额过大：不得超过999999999999.99元"),
        ("9" * 1_000_000, "金额过大：不得超过999999999999.99元"),
        (Decimal("1e-1000"), "金额1E-1000的小数超过两位，最小单位是分"),
        ("x" * 100, "金额“" + "x" * 40 + "…”不是数字，请按1356.00的样式填写"),
    ],
)
def test_what_is_not_exact_money_is_refused_in_words(value: object, sentence: str) -> None:
    assert refusal(value) == sentence


@given(cents)
def test_every_amount_in_cents_survives_being_written_and_read(number: int) -> None:
    amount = Decimal(number) / 100
    assert to_money(str(to_money(amount))) == amount


@given(st.text())
def test_any_text_is_money_or_refused(text: str) -> None:
    with suppress(InvalidMoney):
        assert to_money(text).as_tuple().exponent == -2


class TestRounding:
    @pytest.mark.parametrize(
        ("value", "mode", "unit", "result"),
        [
            ("1356.01", Rounding.UP, RoundingUnit.YUAN, "1357.00"),
            ("1356.01", Rounding.UP, RoundingUnit.JIAO, "1356.10"),
            ("1356.00", Rounding.UP, RoundingUnit.JIAO, "1356.00"),
            ("1356.50", Rounding.HALF_UP, RoundingUnit.YUAN, "1357.00"),
            ("1355.50", Rounding.HALF_UP, RoundingUnit.YUAN, "1356.00"),
            ("1356.49", Rounding.HALF_UP, RoundingUnit.YUAN, "1356.00"),
            ("1356.99", Rounding.DOWN, RoundingUnit.YUAN, "1356.00"),
            ("0.005", Rounding.HALF_UP, RoundingUnit.FEN, "0.01"),
            ("0.0001", Rounding.UP, RoundingUnit.FEN, "0.01"),
            ("-1.25", Rounding.HALF_UP, RoundingUnit.JIAO, "-1.30"),
            ("-1.21", Rounding.UP, RoundingUnit.JIAO, "-1.30"),
            ("-1.29", Rounding.DOWN, RoundingUnit.JIAO, "-1.20"),
            ("-0.001", Rounding.DOWN, RoundingUnit.FEN, "0.00"),
        ],
    )
    def test_the_mode_and_unit_decide(self, value: str, mode: Rounding, unit: RoundingUnit, result: str) -> None:
        assert str(round_money(Decimal(value), mode, unit)) == result

    def test_rounding_once_at_the_end_differs_from_rounding_the_income_per_head(self) -> None:
        # 1,000 yuan income shared by three, standard 789: S×n − I, not (S − I/n)×n.
        assert round_money(Decimal(789) * 3 - 1000, Rounding.HALF_UP) == Decimal("1367.00")
        per_head = round_money(Decimal(789) - Decimal(1000) / 3, Rounding.HALF_UP)
        assert per_head * 3 == Decimal("1367.01")

    @given(st.decimals(min_value=0, max_value=10**9, places=6), st.sampled_from(RoundingUnit))
    def test_up_never_loses_down_never_gains_half_up_stays_within_half(
        self, value: Decimal, unit: RoundingUnit
    ) -> None:
        step = Decimal(unit.value)
        up, down = round_money(value, Rounding.UP, unit), round_money(value, Rounding.DOWN, unit)
        assert down <= value <= up
        assert up - down in (0, step)
        assert up == value.quantize(step, rounding=ROUND_CEILING)
        assert abs(round_money(value, Rounding.HALF_UP, unit) - value) <= step / 2

    @pytest.mark.parametrize("value", ["NaN", "Infinity", "1e12", "1e30"])
    def test_what_is_no_amount_cannot_be_rounded(self, value: str) -> None:
        with pytest.raises(InvalidMoney):
            round_money(Decimal(value), Rounding.UP)

    def test_rounding_up_past_the_largest_amount_is_refused(self) -> None:
        with pytest.raises(InvalidMoney, match="金额过大"):
            round_money(LARGEST, Rounding.UP, RoundingUnit.YUAN)


class TestSpreadsheetCells:
    @pytest.mark.parametrize(
        ("cell", "amount"),
        [
            (1356.0, "1356.00"),
            (0.1, "0.10"),
            (0.1 + 0.2, "0.30"),
            (1109, "1109.00"),
            ("1,356.00", "1356.00"),
            ("￥1,356.00元", "1356.00"),
            ("¥ 12", "12.00"),
            (" １３５６．５ ", "1356.50"),
            ("-1,000", "-1000.00"),
            (999999999999.99, "999999999999.99"),
        ],
    )
    def test_a_cell_is_read_as_people_see_it(self, cell: object, amount: str) -> None:
        assert str(parse_spreadsheet_money(cell)) == amount

    @pytest.mark.parametrize(
        "cell", ["", "  ", None, "无", "1元2", "1 356", "12,34", "1,356.", 12.345, float("nan"), float("inf"), True]
    )
    def test_what_is_not_plainly_an_amount_is_refused(self, cell: object) -> None:
        with pytest.raises(InvalidMoney):
            parse_spreadsheet_money(cell)

    @given(st.integers(0, 99_999_999_999_999))
    def test_every_amount_survives_the_spreadsheets_floats(self, number: int) -> None:
        amount = Decimal(number) / 100
        assert parse_spreadsheet_money(float(amount)) == amount


_VALUES = {digit: number for number, digit in enumerate("零壹贰叁肆伍陆柒捌玖")}


def spoken_value(words: str) -> Decimal:
    """Read capital numerals back, by another way than they were written."""
    sign = -1 if words.startswith("负") else 1
    words = words.removeprefix("负").removesuffix("整")
    whole, found, rest = words.partition("元")
    if not found:
        whole, rest = "", words
    total = group = digit = 0
    for character in whole:
        if character in _VALUES:
            digit = _VALUES[character]
        elif character in "仟佰拾":
            group += digit * {"仟": 1000, "佰": 100, "拾": 10}[character]
            digit = 0
        else:
            total += (group + digit) * {"亿": 10**8, "万": 10**4}[character]
            group = digit = 0
    amount = Decimal(total + group + digit)
    for value, unit in zip(rest.replace("零", "")[::2], rest.replace("零", "")[1::2], strict=True):
        amount += _VALUES[value] * Decimal({"角": "0.1", "分": "0.01"}[unit])
    return sign * amount


class TestCapitalAmounts:
    @pytest.mark.parametrize(
        ("amount", "words"),
        [
            ("1356.00", "壹仟叁佰伍拾陆元整"),
            # The examples of 支付结算办法 附一.
            ("1409.50", "壹仟肆佰零玖元伍角整"),
            ("6007.14", "陆仟零柒元壹角肆分"),
            ("1680.32", "壹仟陆佰捌拾元零叁角贰分"),
            ("107000.53", "壹拾万柒仟元零伍角叁分"),
            ("16409.02", "壹万陆仟肆佰零玖元零贰分"),
            ("325.04", "叁佰贰拾伍元零肆分"),
            ("0", "零元整"),
            ("0.05", "伍分"),
            ("0.50", "伍角整"),
            ("10", "壹拾元整"),
            ("100050000", "壹亿零伍万元整"),
            ("100000001", "壹亿零壹元整"),
            ("100001000", "壹亿零壹仟元整"),
            ("20000100", "贰仟万零壹佰元整"),
            ("1010101.01", "壹佰零壹万零壹佰零壹元零壹分"),
            ("-50.5", "负伍拾元零伍角整"),
            ("999999999999.99", "玖仟玖佰玖拾玖亿玖仟玖佰玖拾玖万玖仟玖佰玖拾玖元玖角玖分"),
        ],
    )
    def test_amounts_are_written_as_vouchers_demand(self, amount: str, words: str) -> None:
        assert to_chinese_capital(Decimal(amount)) == words

    @given(cents)
    def test_the_words_say_the_same_amount(self, number: int) -> None:
        amount = Decimal(number) / 100
        words = to_chinese_capital(amount)
        assert spoken_value(words) == amount
        assert "零零" not in words
        assert words.endswith("整") == (number % 10 == 0)

    def test_a_fraction_of_a_cent_cannot_be_written(self) -> None:
        with pytest.raises(InvalidMoney, match="超过两位"):
            to_chinese_capital(Decimal("0.001"))


class Payment(BaseModel):
    amount: Money
    difference: SignedMoney = Decimal(0)


class PaymentRow(SQLModel, table=True):
    __tablename__ = "test_money_payment"

    id: int = Field(primary_key=True)
    amount: Money
    difference: SignedMoney


class TestInRequestsAndAnswers:
    @pytest.mark.parametrize("sent", ['"1356.5"', "1356.5", '"1356.50"'])
    def test_text_and_numbers_are_taken_and_given_back_as_text(self, sent: str) -> None:
        payment = Payment.model_validate_json(f'{{"amount": {sent}, "difference": "-3"}}')
        assert payment.amount == Decimal("1356.50")
        assert payment.model_dump_json() == '{"amount":"1356.50","difference":"-3.00"}'

    @pytest.mark.parametrize(("sent", "sentence"), [("0", "金额应大于0"), ("-0.01", "不得为负数"), ("0.00", "应大于0")])
    def test_what_is_given_is_more_than_nothing(self, sent: str, sentence: str) -> None:
        with pytest.raises(ValidationError, match=sentence):
            TypeAdapter(PositiveMoney).validate_python(sent)

    def test_inside_the_program_it_stays_a_decimal(self) -> None:
        assert Payment(amount=Decimal(5)).model_dump()["amount"] == Decimal("5.00")

    @pytest.mark.parametrize(
        ("sent", "sentence"),
        [
            ("12.345", "金额12.345的小数超过两位，最小单位是分"),
            ("1e400", "金额“Infinity”不是数字，请按1356.00的样式填写"),
            ("-1", "金额-1.00不得为负数"),
            ('"abc{x}"', "金额“abc{x}”不是数字，请按1356.00的样式填写"),
            ("null", "金额为空，请填写"),
            ("true", "金额“True”不是数字，请按1356.00的样式填写"),
            ("[1]", "金额“[1]”不是数字，请按1356.00的样式填写"),
            ("99999999999999999999", "金额过大：不得超过999999999999.99元"),
        ],
    )
    def test_a_refusal_is_a_plain_sentence(self, sent: str, sentence: str) -> None:
        with pytest.raises(ValidationError) as caught:
            Payment.model_validate_json(f'{{"amount": {sent}}}')
        assert [fault["msg"] for fault in caught.value.errors()] == [sentence]

    def test_a_difference_may_be_negative(self) -> None:
        assert Payment(amount=Decimal(0), difference=Decimal("-0.01")).difference == Decimal("-0.01")

    @pytest.mark.parametrize("mode", ["validation", "serialization"])
    def test_the_document_says_text_with_a_pattern_and_our_hint(self, mode: str) -> None:
        schema = Payment.model_json_schema(mode=mode)["properties"]["amount"]  # type: ignore[arg-type]
        assert (schema["type"], schema["x-format"]) == ("string", "money")
        assert schema["pattern"] == r"^[0-9]{1,12}(\.[0-9]{1,2})?$"

    def test_a_table_stores_it_as_numeric_with_two_places(self) -> None:
        column = PaymentRow.__table__.c.amount  # type: ignore[attr-defined]
        assert (column.type.precision, column.type.scale) == (14, 2)
