"""The policy tables: known roles, reachable rights, and posts that never reach wider than their place."""

import csv
from datetime import date
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from backend import tables
from backend.identity.explanation import permission_labels
from backend.identity.models import Post
from backend.identity.rights import compile_rights, incompatible_pairs, permissions_of, roles
from backend.kernel.actor import Actor

POLICIES = Path(__file__).parent.parent.parent / "policies"


def granted() -> list[tuple[str, str]]:
    lines = (POLICIES / "permissions.csv").read_text("utf-8").splitlines()
    rows = [[cell.strip() for cell in line.split(",")] for line in lines if line.strip() and not line.startswith("#")]
    assert all(len(row) == 4 and row[0] == "p" for row in rows)
    return [(row[1], f"{row[2]}:{row[3]}") for row in rows]


GRANTED = frozenset(granted())
PERMISSIONS = frozenset(permission for _, permission in GRANTED)


def test_every_line_names_a_known_role_and_a_declared_permission() -> None:
    tables.parts("permissions")
    known = permission_labels()
    for role, permission in granted():
        assert role in roles(), role
        assert permission in known, f"{permission} is granted but no domain declares it"


def test_no_line_stands_twice() -> None:
    assert len(granted()) == len(set(granted()))


def test_every_declared_permission_is_somebodys() -> None:
    tables.parts("permissions")
    orphans = set(permission_labels()) - {permission for _, permission in granted()}
    assert not orphans


def test_casbin_answers_what_the_table_says() -> None:
    for role in roles():
        assert permissions_of(role) == {permission for r, permission in granted() if r == role}


def test_incompatible_roles_are_known_and_the_three_administrators_stand_alone() -> None:
    for pair in incompatible_pairs():
        assert len(pair) == 2
        assert pair <= set(roles())
    for admin in ("system_administrator", "security_administrator", "security_auditor"):
        for other in set(roles()) - {admin}:
            assert frozenset((admin, other)) in incompatible_pairs(), (admin, other)


def test_the_pairs_stand_once_each() -> None:
    with (POLICIES / "incompatible_roles.csv").open(encoding="utf-8") as file:
        assert len(list(csv.DictReader(file))) == len(incompatible_pairs())


codes = st.builds(
    lambda town, community, village, length: f"371623{town:03d}{community:03d}{village:03d}"[:length],
    st.integers(1, 3), st.integers(1, 3), st.integers(1, 3), st.sampled_from([6, 9, 12, 15]),
)  # fmt: skip
posts = st.builds(
    Post,
    user_id=st.just(1),
    role=st.sampled_from([*sorted(roles()), "unknown_role"]),
    division_code=st.one_of(st.just(""), codes),
    organization_id=st.one_of(st.none(), st.integers(1, 5)),
    department=st.one_of(st.none(), st.sampled_from(["education", "medical"])),
    valid_from=st.just(date(2026, 1, 1)),
)


def post_reaches(post: Post, permission: str, code: str) -> bool:
    role = roles().get(post.role)
    holds = role is not None and (post.role, permission) in GRANTED
    return holds and role.scope == "division" and bool(post.division_code) and code.startswith(post.division_code)


@settings(deadline=None)
@given(st.lists(posts, max_size=4), codes)
def test_rights_reach_exactly_as_far_as_one_of_the_posts(held, code) -> None:
    rights = compile_rights(held)
    for permission in PERMISSIONS:
        reach = rights.get(permission)
        covered = reach is not None and reach.covers(code)
        assert covered == any(post_reaches(post, permission, code) for post in held)


@given(st.lists(posts, max_size=4))
def test_organisations_and_departments_come_only_from_roles_of_that_scope(held) -> None:
    for permission, reach in compile_rights(held).items():
        givers = [p for p in held if (p.role, permission) in GRANTED]
        by_scope = {s: [p for p in givers if roles()[p.role].scope == s] for s in ("organization", "department")}
        assert set(reach.organizations) == {p.organization_id for p in by_scope["organization"] if p.organization_id}
        assert set(reach.departments) == {p.department for p in by_scope["department"] if p.department}


@given(st.lists(posts, max_size=4), codes)
def test_a_post_without_its_place_gives_nothing(held, code) -> None:
    for post in held:
        post.division_code, post.organization_id, post.department = "", None, None
    actor = Actor(user_id=1, username="x", name="x", rights=compile_rights(held))
    assert not actor.rights
    assert not actor.may("division:read", code)
