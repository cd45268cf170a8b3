"""Certificates of disability, organisations, accounts, phones, divisions, our own serial numbers."""

from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.kernel.identifiers import (
    DisabilityCategory,
    DivisionLevel,
    InvalidIdentifier,
    PhoneKind,
    ancestor_codes,
    check_digit,
    code_at,
    level_of,
    lies_within,
    luhn_digit,
    parent_code,
    parse_account_number,
    parse_bank_card,
    parse_checked,
    parse_cnaps,
    parse_credit_code,
    parse_disability_card,
    parse_id_number,
    parse_phone,
    with_check,
)

TODAY = date(2026, 3, 1)
PERSON = "11010519491231002X"
CREDIT_CODE = "91350100M000100Y43"
CARD = "6229990000000000019"


def refusal(parse: Callable[..., object], *arguments: object, **more: object) -> str:
    with pytest.raises(InvalidIdentifier) as caught:
        parse(*arguments, **more)
    return str(caught.value)


class TestCertificateOfDisability:
    def test_it_tells_holder_category_and_level(self) -> None:
        card = parse_disability_card(PERSON + "42")
        assert card.holder.value == PERSON
        assert (card.category, card.level, card.reissue) == (DisabilityCategory.PHYSICAL, 2, 0)

    def test_a_reissued_one_carries_its_count(self) -> None:
        card = parse_disability_card(PERSON.lower() + "71b2")
        assert (card.category, card.level, card.reissue) == (DisabilityCategory.MULTIPLE, 1, 2)
        assert card.value == PERSON + "71B2"

    def test_the_holders_own_number_agrees(self) -> None:
        assert parse_disability_card(PERSON + "11", holder=parse_id_number(PERSON)).level == 1

    @pytest.mark.parametrize(
        ("typed", "sentence"),
        [
            (PERSON + "4", "残疾人证号应为20或22位，现为19位"),
            (PERSON + "82", "残疾人证号第19位（残疾类别）是“8”，应为1至7"),
            (PERSON + "40", "残疾人证号第20位（残疾等级）是“0”，应为1至4"),
            (PERSON + "42C1", "残疾人证号末尾“C1”不是补换证标记，应为B1至B9"),
            (
                "11010519491231002142",
                "残疾人证号前18位有误：身份证号校验码不符：按前17位计算第18位应为“X”，现为“1”，请核对是否有数字抄错",
            ),
        ],
    )
    def test_a_refusal_says_which_part_is_wrong(self, typed: str, sentence: str) -> None:
        assert refusal(parse_disability_card, typed, today=TODAY) == sentence

    def test_somebody_elses_certificate_is_refused(self) -> None:
        other = "37162319800101001"
        holder = parse_id_number(other + check_digit(other))
        sentence = refusal(parse_disability_card, PERSON + "42", holder=holder)
        assert sentence == "残疾人证号前18位与本人身份证号不一致（第1位起不同）"


class TestCreditCode:
    def test_the_example_of_the_standard_is_taken_apart(self) -> None:
        code = parse_credit_code(" 91350100m000100y43 ")
        assert (code.value, code.prefix, code.region_code, code.body_code) == (
            CREDIT_CODE,
            "91",
            "350100",
            "M000100Y4",
        )

    @pytest.mark.parametrize(
        ("typed", "sentence"),
        [
            ("", "统一社会信用代码为空，请填写"),
            (CREDIT_CODE[:-1], "统一社会信用代码应为18位，现为17位"),
            (
                "9135010OM000100Y43",
                "统一社会信用代码第8位是“O”，只能是数字或除I、O、S、V、Z以外的大写字母",
            ),
            ("9135A100M000100Y43", "统一社会信用代码第5位是“A”，应为数字"),
            (
                "91350100M000100Y53",
                "统一社会信用代码校验码不符：第17位应为“4”，现为“5”，请核对是否有字符抄错",
            ),
            (
                "91350100M000100Y44",
                "统一社会信用代码校验码不符：第18位应为“3”，现为“4”，请核对是否有字符抄错",
            ),
        ],
    )
    def test_a_refusal_says_what_is_wrong_and_where(self, typed: str, sentence: str) -> None:
        assert refusal(parse_credit_code, typed) == sentence

    def test_the_body_counts_letters_by_gb_11714_not_by_gb_32100(self) -> None:
        # M=22 and A=10: 22·3 + 10·7 + 1·2 = 138, 11 − 138 mod 11 = 5; by the table of GB 32100 (M=21) it would be 8.
        # The example of the standard cannot tell the two tables apart.
        assert parse_credit_code("91371623MA0000015X").body_code == "MA0000015"
        assert "第17位应为“5”" in refusal(parse_credit_code, "91371623MA0000018X")

    @given(st.integers(0, 17), st.sampled_from("0123456789ABCDEFGHJKLMNPQRTUWXY"))
    def test_one_wrong_character_is_always_found(self, place: int, character: str) -> None:
        wrong = CREDIT_CODE[:place] + character + CREDIT_CODE[place + 1 :]
        if wrong != CREDIT_CODE:
            assert refusal(parse_credit_code, wrong)

    def test_the_check_digit_zero_stands_for_a_remainder_of_zero(self) -> None:
        found = []
        for serial in range(400):
            body = f"{serial:08d}"
            for check in "0123456789X":
                try:
                    found.append(parse_credit_code(f"12371623{body}{check}0").value)
                except InvalidIdentifier:
                    continue
        assert found
        assert all(value.endswith("0") for value in found)


class TestAccounts:
    def test_a_card_that_passes_luhn_is_taken_without_its_blanks_and_hyphens(self) -> None:
        assert parse_bank_card("6229-9900 0000 0000 019") == CARD

    @pytest.mark.parametrize(
        ("typed", "sentence"),
        [
            ("6229990000000000010", "银行卡号校验码不符：最后一位应为“9”，现为“0”，请核对是否有数字抄错"),
            ("622999000000019", "银行卡号应为16至19位，现为15位"),
            ("62299900000000000A9", "银行卡号第18位是“A”，应为数字"),
            (6229990000000000019, "号码须以文本填写：按数字保存会丢失末几位，请把该列设为“文本”格式后重新填写"),
        ],
    )
    def test_a_faulty_card_is_refused_in_words(self, typed: object, sentence: str) -> None:
        assert refusal(parse_bank_card, typed) == sentence

    @given(st.text("0123456789", min_size=15, max_size=18), st.data())
    def test_one_wrong_digit_of_a_card_is_always_found(self, body: str, data: st.DataObject) -> None:
        card = body + luhn_digit(body)
        assert parse_bank_card(card) == card
        place = data.draw(st.integers(0, len(card) - 1))
        wrong = str((int(card[place]) + data.draw(st.integers(1, 9))) % 10)
        assert refusal(parse_bank_card, card[:place] + wrong + card[place + 1 :])

    def test_a_passbook_need_not_pass_luhn(self) -> None:
        assert parse_account_number("9130 1010 0201 0000 12345") == "913010100201000012345"

    def test_an_account_has_a_sensible_length(self) -> None:
        assert refusal(parse_account_number, "12345") == "银行账号应为6至32位，现为5位"
        assert refusal(parse_account_number, "") == "银行账号为空，请填写"

    def test_a_bank_has_twelve_digits_in_the_payment_system(self) -> None:
        assert parse_cnaps("402466012345") == "402466012345"
        assert refusal(parse_cnaps, "40246601234") == "支付系统行号应为12位，现为11位"


class TestPhones:
    @pytest.mark.parametrize(
        ("typed", "value", "kind"),
        [
            ("13800001234", "13800001234", PhoneKind.MOBILE),
            ("138-0000-1234", "13800001234", PhoneKind.MOBILE),
            ("+86 138 0000 1234", "13800001234", PhoneKind.MOBILE),
            ("008613800001234", "13800001234", PhoneKind.MOBILE),
            ("8613800001234", "13800001234", PhoneKind.MOBILE),
            ("１９９００００１２３４", "19900001234", PhoneKind.MOBILE),
            ("0543-6321001", "0543-6321001", PhoneKind.LANDLINE),
            ("05436321001", "0543-6321001", PhoneKind.LANDLINE),
            ("（0543）6321001", "0543-6321001", PhoneKind.LANDLINE),
            ("0543-6321001-8", "0543-6321001-8", PhoneKind.LANDLINE),
            ("0543-6321001转802", "0543-6321001-802", PhoneKind.LANDLINE),
            ("010-65861234", "010-65861234", PhoneKind.LANDLINE),
            ("02165861234", "021-65861234", PhoneKind.LANDLINE),
        ],
    )
    def test_the_usual_spellings_come_out_as_one(self, typed: str, value: str, kind: PhoneKind) -> None:
        phone = parse_phone(typed)
        assert (phone.value, phone.kind) == (value, kind)

    @pytest.mark.parametrize(
        ("typed", "sentence"),
        [
            ("", "电话号码为空，请填写"),
            ("1380000123", "手机号码应为11位，现为10位"),
            ("138000012345", "手机号码应为11位，现为12位"),
            ("12800001234", "手机号码前两位“12”不存在，应为13至19"),
            ("6321001", "固定电话“6321001”缺少区号，请写成“区号-号码”，如0543-6321001"),
            ("0543-1321001", "电话号码“0543-1321001”既不是11位手机号码，也不是带区号的固定电话"),
            ("010-6586123", "电话号码“010-6586123”既不是11位手机号码，也不是带区号的固定电话"),
            ("无", "电话号码“无”既不是11位手机号码，也不是带区号的固定电话"),
        ],
    )
    def test_a_faulty_phone_is_refused_in_words(self, typed: str, sentence: str) -> None:
        assert refusal(parse_phone, typed) == sentence


class TestDivisions:
    VILLAGE = "371623101002201"

    def test_the_length_of_a_code_is_its_level(self) -> None:
        assert [level_of(self.VILLAGE[:n]) for n in (6, 9, 12, 15)] == list(DivisionLevel)

    def test_each_level_stands_in_the_one_above_up_to_the_county(self) -> None:
        assert parent_code(self.VILLAGE) == "371623101002"
        assert parent_code("371623101") == "371623"
        assert parent_code("371623") is None
        assert ancestor_codes(self.VILLAGE) == ("371623", "371623101", "371623101002")
        assert ancestor_codes("371623") == ()

    def test_a_village_knows_its_town(self) -> None:
        assert code_at(self.VILLAGE, DivisionLevel.TOWN) == "371623101"
        assert code_at("371623101", DivisionLevel.TOWN) == "371623101"

    def test_a_county_lies_in_no_town(self) -> None:
        assert refusal(code_at, "371623", DivisionLevel.TOWN) == "区划代码371623高于镇街，没有所属的镇街"

    def test_missing_scope_contains_nothing(self) -> None:
        assert lies_within(self.VILLAGE, "371623101")
        assert lies_within("371623101", "371623101")
        assert not lies_within("371623102001", "371623101")
        assert not lies_within("371623", "371623101")
        assert not lies_within(self.VILLAGE, "")

    @pytest.mark.parametrize("code", ["", "3716", "37162310", "3716231010022011"])
    def test_any_other_length_is_refused(self, code: str) -> None:
        assert refusal(level_of, code).endswith(f"现为{len(code)}位")

    def test_a_letter_in_a_code_is_named(self) -> None:
        assert refusal(level_of, "37162A") == "区划代码第6位是“A”，应为数字"
        assert refusal(lies_within, self.VILLAGE, "37162%") == "区划代码第6位是“%”，应为数字"


class TestSerialNumbers:
    def test_two_check_digits_follow_the_body(self) -> None:
        # ISO/IEC 7064: the whole number leaves a remainder of 1 by 97.
        assert int(with_check("37162320260105")) % 97 == 1

    @given(st.text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=1, max_size=24), st.data())
    def test_one_wrong_digit_is_always_found(self, body: str, data: st.DataObject) -> None:
        number = with_check(body)
        assert parse_checked("申请编号", number.lower()) == number
        place = data.draw(st.integers(0, len(number) - 1))
        if number[place].isdigit():
            wrong = str((int(number[place]) + data.draw(st.integers(1, 9))) % 10)
            assert refusal(parse_checked, "申请编号", number[:place] + wrong + number[place + 1 :])

    def test_an_e_between_digits_is_not_taken_for_scientific_notation(self) -> None:
        assert parse_checked("申请编号", with_check("0E0")) == with_check("0E0")

    def test_a_refusal_names_the_number(self) -> None:
        good = with_check("371623C0120260105")
        bad = good[:-2] + f"{(int(good[-2:]) + 1) % 100:02d}"
        assert refusal(parse_checked, "申请编号", bad).startswith("申请编号校验码不符：最后两位应为")
        assert refusal(parse_checked, "申请编号", "无") == "申请编号“无”只能由数字和字母组成"


def test_the_country_code_is_dropped_only_at_the_beginning():
    assert parse_phone("13500861234").value == "13500861234"
    assert parse_phone("0086-13500861234").value == "13500861234"
