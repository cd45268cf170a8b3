"""Numbers that people, organisations, accounts and places stand under: checked, taken apart, masked. Pure."""

from backend.kernel.identifiers.accounts import luhn_digit, parse_account_number, parse_bank_card, parse_cnaps
from backend.kernel.identifiers.disability import DisabilityCard, DisabilityCategory, parse_disability_card
from backend.kernel.identifiers.divisions import (
    DivisionLevel,
    ancestor_codes,
    code_at,
    level_of,
    lies_within,
    parent_code,
)
from backend.kernel.identifiers.masking import (
    mask_card,
    mask_id_number,
    mask_minor_name,
    mask_name,
    mask_phone,
    surname,
)
from backend.kernel.identifiers.organisations import CreditCode, parse_credit_code
from backend.kernel.identifiers.persons import (
    IdNumber,
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
from backend.kernel.identifiers.phones import Phone, PhoneKind, parse_phone
from backend.kernel.identifiers.serials import parse_checked, with_check
from backend.kernel.identifiers.text import InvalidIdentifier, normalise

__all__ = [
    "CreditCode",
    "DisabilityCard",
    "DisabilityCategory",
    "DivisionLevel",
    "IdNumber",
    "InvalidIdentifier",
    "NumberKind",
    "Phone",
    "PhoneKind",
    "Sex",
    "TemporaryNumber",
    "ancestor_codes",
    "check_digit",
    "code_at",
    "level_of",
    "lies_within",
    "luhn_digit",
    "make_temporary_number",
    "mask_card",
    "mask_id_number",
    "mask_minor_name",
    "mask_name",
    "mask_phone",
    "normalise",
    "parent_code",
    "parse_account_number",
    "parse_bank_card",
    "parse_checked",
    "parse_cnaps",
    "parse_credit_code",
    "parse_disability_card",
    "parse_id_number",
    "parse_person_number",
    "parse_phone",
    "parse_temporary_number",
    "surname",
    "upgrade_15_digits",
    "with_check",
]
