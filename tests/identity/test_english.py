"""Every Chinese text of identity, audit and the policies that a person may read has its English."""

import ast
import csv
import re
from pathlib import Path

from backend.identity.rights import roles
from backend.kernel.i18n import english
from tests.identity.people import make_person, stranger, token_of

ROOT = Path(__file__).parent.parent.parent
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def texts(path: Path) -> set[str]:
    tree = ast.parse(path.read_text("utf-8"))
    parts = {id(v) for n in ast.walk(tree) if isinstance(n, ast.JoinedStr) for v in n.values}
    found = {n.value for n in ast.walk(tree) if isinstance(n, ast.Constant) and id(n) not in parts}
    # A Chinese word inside an English docstring quotes the law; it is nobody's label.
    return {t for t in found if isinstance(t, str) and CHINESE.search(t) and not re.match(r"[A-Z][a-z]+ ", t)}


def test_every_text_has_its_english() -> None:
    paths = [p for name in ("identity", "audit") for p in (ROOT / "backend" / name).rglob("*.py")]
    product_name = {"e家大救助"}
    missing = {text for path in paths for text in texts(path)} - set(english()) - product_name
    assert not missing


def test_every_role_and_reason_has_its_english() -> None:
    with (ROOT / "policies" / "incompatible_roles.csv").open(encoding="utf-8") as file:
        reasons = {row["reason"] for row in csv.DictReader(file)}
    assert not ({role.label for role in roles().values()} | reasons) - set(english())


async def test_a_refusal_speaks_english_when_asked(app) -> None:
    user = await make_person()
    async with stranger(app) as client:
        client.headers["Accept-Language"] = "en"
        assert (await token_of(client, user.username, "wrong")).json()["detail"] == "Wrong username or password"
