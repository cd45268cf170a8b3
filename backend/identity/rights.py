"""Compile posts to rights: Casbin's tables say what a role may do, the post says where."""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

import casbin

import policies
from backend.identity.models import Post
from backend.kernel.actor import NOWHERE, Reach

HERE = Path(policies.__file__).parent


@dataclass(frozen=True, slots=True)
class Role:
    """A role of DOMAIN §7.1 and how far it reaches."""

    code: str
    label: str
    english: str
    letter: str
    scope: str
    level: str


@cache
def roles() -> MappingProxyType[str, Role]:
    """Return every role by its code."""
    with (HERE / "roles.csv").open(encoding="utf-8") as file:
        rows = csv.DictReader(file)
        found = {
            r["code"]: Role(r["code"], r["label"], r["english"], r["letter"], r["scope"], r["levels"]) for r in rows
        }
    return MappingProxyType(found)


@cache
def incompatible_pairs() -> MappingProxyType[frozenset[str], str]:
    """Return the pairs of roles one person may never hold at the same time, with the reason (DOMAIN §7.3)."""
    with (HERE / "incompatible_roles.csv").open(encoding="utf-8") as file:
        rows = csv.DictReader(file)
        return MappingProxyType({frozenset((row["role"], row["other"])): row["reason"] for row in rows})


def incompatibility(role: str, other: str) -> str | None:
    """Return why one person may not hold both roles; None when they may."""
    return incompatible_pairs().get(frozenset((role, other)))


@cache
def second_factor_permissions() -> frozenset[str]:
    """Return the rights that approve, pay or give rights: the county may demand a second factor for them."""
    with (HERE / "second_factor.csv").open(encoding="utf-8") as file:
        return frozenset(row["permission"] for row in csv.DictReader(file))


@cache
def permissions_of(role: str) -> frozenset[str]:
    """Ask Casbin once what a role may do; the answer is kept, since `enforce` costs 100 µs."""
    return frozenset(f"{resource}:{action}" for _, resource, action in _enforcer().get_permissions_for_user(role))


@cache
def _enforcer() -> casbin.Enforcer:
    return casbin.Enforcer(str(HERE / "model.conf"), str(HERE / "permissions.csv"))


def reach_of(post: Post) -> Reach:
    """Return where a post's rights hold; a post without its place reaches nowhere."""
    role = roles().get(post.role)
    match role.scope if role else None:
        case "division":
            return Reach(prefixes=(post.division_code,) if post.division_code else ())
        case "organization":
            return Reach(organizations=(post.organization_id,) if post.organization_id else ())
        case "department":
            return Reach(departments=(post.department,) if post.department else ())
    return Reach()


def compile_rights(posts: Iterable[Post]) -> dict[str, Reach]:
    """Add up what all posts allow, each where it holds."""
    found: dict[str, Reach] = {}
    for post in posts:
        reach = reach_of(post)
        if reach == NOWHERE:
            continue
        for permission in permissions_of(post.role):
            found[permission] = _join(found.get(permission), reach)
    return found


def _join(known: Reach | None, more: Reach) -> Reach:
    if known is None:
        return more
    prefixes = sorted({*known.prefixes, *more.prefixes})
    outermost = tuple(p for p in prefixes if not any(p != q and p.startswith(q) for q in prefixes))
    return Reach(
        outermost,
        tuple(sorted({*known.organizations, *more.organizations})),
        tuple(sorted({*known.departments, *more.departments})),
    )
