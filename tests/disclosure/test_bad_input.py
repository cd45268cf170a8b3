"""What no keyboard types is refused in words, never a fault of ours."""

import pytest

from tests.disclosure.test_public import PHONE, application


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("get", "policies?q=%00", None),
        ("get", "policies/%00", None),
        ("get", "policies?q=%25_%27%22%3B--", None),
        ("post", "progress", {"number": "AB\x00CD", "last4": "1234"}),
        ("post", "progress", {"number": "ABCD", "last4": "１２３４"}),
        (
            "post",
            "notices/9223372036854775807/objections",
            {"content": "不符\x00合条件", "name": "王五", "phone": PHONE},
        ),
        ("post", "notices/1/objections", {"content": "不符合条件", "name": "王五", "phone": "\x00" * 8}),
        ("post", "applications", application(reason="火\x00灾火灾火灾")),
        ("post", "applications", application(applicant_name="赵\x00六")),
        ("post", "applications", application(id_number="\x00" * 18)),
    ],
)
async def test_strange_characters_never_break_the_public_site(public, projects, method, path, body) -> None:
    answer = await public.request(method, f"/api/v1/public/{path}", json=body)
    assert answer.status_code < 500, answer.text
    assert answer.status_code in {200, 404, 409, 422}


async def test_a_strange_purpose_of_an_upload_is_refused(sign_in) -> None:
    clerk = await sign_in("town109_clerk")
    answer = await clerk.post(
        "/api/v1/files", files={"file": ("a.pdf", b"%PDF-1.4\n%%EOF")}, data={"purpose": "户口\x00本"}
    )
    assert answer.status_code in {201, 422}, answer.text
