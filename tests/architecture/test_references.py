"""A code or key in the document says where its name is found, so that no list shows a bare number."""

from backend import references


def test_every_picker_named_in_the_document_is_a_route_of_it(app) -> None:
    document = app.openapi()
    hinted = {field["x-options"] for _, field in references._fields(document) if "x-options" in field}
    assert hinted <= set(document["paths"])
    assert set(references.OPTIONS.values()) <= set(document["paths"])


def test_the_division_of_a_case_and_the_fund_of_a_journal_say_where_their_names_are(app) -> None:
    schemas = app.openapi()["components"]["schemas"]
    division = schemas["CaseRow"]["properties"]["division_code"]
    assert division["x-options"] == "/api/v1/divisions/options"
    assert division["x-options-permission"] == "division:read"
    assert schemas["JournalRead"]["properties"]["fund_id"]["x-options"] == "/api/v1/funds/options"
