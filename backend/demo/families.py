"""Families that nobody is: drawn by a fixed seed with the shares of DOMAIN §10.2, and faults sown on purpose."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from backend.demo.divisions import COMMUNITIES_PER_TOWN, COUNTY, TOWNS, VILLAGES_PER_COMMUNITY
from backend.demo.months import HISTORY, month_ago, this_month
from backend.kernel.identifiers import check_digit

SEED = 20260701
# Not assigned by GB/T 2260: a number under it belongs to nobody.
REGION = "371699"
SURNAMES = (
    "王" * 9 + "李" * 8 + "张" * 8 + "刘" * 6 + "赵" * 4 + "孙" * 3 + "杨杨马马高高郭郭韩韩于于田田徐胡周吴郑冯程路"
)
MALE = (
    "建国 志强 大勇 长顺 树林 文军 守田 玉堂 新民 广才 永福 春生 立本 保全 兴旺 德山 庆余 世平 学礼 金锁 "
    "浩然 子涵 宇轩 博文"
)
FEMALE = (
    "秀英 桂兰 玉梅 春香 淑芳 爱华 凤霞 翠花 月娥 素珍 红梅 金环 小燕 丽娜 雪芹 兰芝 巧云 改娣 雨桐 欣怡 诗涵 梓萱 若兰"
)
GIVEN = {"1": MALE.split(), "2": FEMALE.split()}
# Kind of household, how many (a quarter of DOMAIN §10.2), share in towns' urban communities. `risen` receives 低保 but
# earns too much today (错), `unhelped` could receive it but does not (漏), `former` received it once, `applicant` lives
# where the demo begins and asks for it.
KINDS = (
    ("dibao", 1200, 0.05),
    ("tekun", 420, 0.02),
    ("low_income", 170, 0.08),
    ("rigid_expense", 60, 0.15),
    ("monitored", 80, 0.0),
    ("unhelped", 60, 0.2),
    ("risen", 18, 0.1),
    ("former", 150, 0.06),
    ("applicant", 110, 0.0),
)
POOR = frozenset({"dibao", "tekun", "unhelped", "applicant"})
# How a benefit ended (DOMAIN §10.2, monthly churn).
ENDINGS = ("death",) * 45 + ("income",) * 25 + ("moved",) * 8 + ("given_up",) * 22
# How many applications a month sees: winter and spring are busy (DOMAIN §10.2).
SEASON = (14, 12, 10, 7, 6, 6, 6, 7, 8, 8, 11, 13)
SIZES = ((1, 58), (2, 22), (3, 11), (4, 6), (5, 3))
STANDARD = {"rural": Decimal(862), "urban": Decimal(1094)}


@dataclass(slots=True)
class DemoPerson:
    """A person as drawn; `number` is None for people without papers."""

    name: str
    sex: str
    born: date
    number: str | None
    facts: dict[str, object] = field(default_factory=dict)
    phone: str | None = None
    dead_on: date | None = None
    division: str | None = None


@dataclass(slots=True)
class DemoMember:
    """A person in a household."""

    person: DemoPerson
    relation: str
    included: bool = True
    insured: bool = True
    exclude_reason: str | None = None
    statuses: list[tuple[str, date, date | None, Decimal | None, str]] = field(default_factory=list)
    incomes: list[tuple[str, Decimal, str, str, str | None]] = field(default_factory=list)
    left: tuple[date, str] | None = None


@dataclass(slots=True)
class DemoFamily:
    """A household as drawn, with the rules of DOMAIN §6.5 that it breaks on purpose."""

    kind: str
    division: str
    residence: str
    address: str
    members: list[DemoMember]
    phone: str | None
    review_class: str | None = None
    next_review_on: date | None = None
    declared: bool = True
    cause: str = "low_income"
    status: str = "active"
    properties: list[tuple[str, Decimal | None, Decimal | None]] = field(default_factory=list)
    expenses: list[tuple[str, Decimal, Decimal]] = field(default_factory=list)
    anomalies: list[str] = field(default_factory=list)


class Draw:
    """Draws families one after the other; the same seed gives the same county."""

    def __init__(self, seed: int = SEED, on: date | None = None) -> None:
        self.on = on or this_month()
        self.random = Random(seed)  # noqa: S311  (a demo must be repeatable)
        self._numbers: set[str] = set()
        self._phones = 0
        self._towns = [code for code, _, people in TOWNS for _ in range(people // 500)]

    def families(self) -> Iterator[DemoFamily]:
        """Yield every family of the demo county."""
        for kind, count, urban in KINDS:
            for _ in range(count):
                yield self.family(kind, "urban" if self.random.random() < urban else "rural")

    def place(self) -> str:
        """Return a village, drawn by the towns' population."""
        town = self.random.choice(self._towns)
        community = self.random.randint(1, COMMUNITIES_PER_TOWN)
        return f"{COUNTY[0]}{town}{community:03d}{self.random.randint(1, VILLAGES_PER_COMMUNITY):03d}"

    def place_of_applicant(self) -> str:
        """Return a village of the town in which most accounts work, every third time of the first community."""
        first = self.random.random() < 0.35  # noqa: PLR2004
        community = 1 if first else self.random.randint(1, COMMUNITIES_PER_TOWN)
        return f"{COUNTY[0]}109{community:03d}{self.random.randint(1, 3 if first else VILLAGES_PER_COMMUNITY):03d}"

    def phone(self) -> str:
        """Return a telephone of the fixed fake pattern."""
        self._phones += 1
        return f"1990000{self._phones:04d}"

    def number(self, born: date, sex: str) -> str:
        """Return a number with a valid check digit under the unassigned region."""
        while True:
            order = self.random.randint(0, 499) * 2 + (1 if sex == "1" else 0)
            body = f"{REGION}{born:%Y%m%d}{order:03d}"
            number = body + check_digit(body)
            if number not in self._numbers:
                self._numbers.add(number)
                return number

    def person(self, age: int, sex: str, surname: str | None = None) -> DemoPerson:
        """Draw a person of this age."""
        born = self.on - timedelta(days=age * 365 + age // 4 + self.random.randint(0, 364))
        surname = surname or self.random.choice(SURNAMES)
        name = surname + self.random.choice(GIVEN[sex])
        person = DemoPerson(name, sex, born, self.number(born, sex))
        person.facts = self._facts(age)
        if age >= 16:  # noqa: PLR2004
            person.phone = self.phone() if self.random.random() < 0.8 else None  # noqa: PLR2004
        return person

    def _facts(self, age: int) -> dict[str, object]:
        r = self.random
        facts: dict[str, object] = {"nation": "汉族", "health": "healthy", "self_care": "full"}
        if 6 <= age < 19:  # noqa: PLR2004
            stage = "primary" if age < 12 else "junior" if age < 15 else r.choice(("senior", "vocational"))  # noqa: PLR2004
            facts |= {"is_student": True, "student_stage": stage, "labor_capacity": "student" if age >= 16 else "none"}  # noqa: PLR2004
        elif age < 6 or age >= 70:  # noqa: PLR2004
            facts["labor_capacity"] = "none"
        else:
            facts["labor_capacity"] = "partial" if age >= 60 else "full"  # noqa: PLR2004
        chance = r.random()
        if chance < 0.36:  # noqa: PLR2004
            level = r.choice((1, 2, 3, 4))
            kind = r.choice(("physical", "physical", "intellectual", "mental", "sight", "hearing", "multiple"))
            facts |= {"health": "disabled", "disability_type": kind, "disability_level": level}
            if level <= 2:  # noqa: PLR2004
                facts |= {"labor_capacity": "lost", "self_care": r.choice(("full", "partial", "none"))}
        elif chance < 0.55:  # noqa: PLR2004
            facts["health"] = "serious_illness"
            facts["labor_capacity"] = "lost" if age >= 18 else facts["labor_capacity"]  # noqa: PLR2004
        elif chance < 0.75:  # noqa: PLR2004
            facts["health"] = "chronic"
        return facts

    def family(self, kind: str, residence: str) -> DemoFamily:
        """Draw a household of this kind."""
        r = self.random
        size = 1 if kind == "tekun" else r.choices([s for s, _ in SIZES], [w for _, w in SIZES])[0]
        division = self.place_of_applicant() if kind == "applicant" else self.place()
        head = self.person(r.choice(range(60, 90)) if size == 1 else r.randint(28, 68), r.choice("1112"))
        members = [DemoMember(head, "head"), *(self._relative(head, i) for i in range(1, size))]
        family = DemoFamily(
            kind, division, residence, f"{r.randint(1, 180)}号", members, head.phone, cause=r.choice(_CAUSES)
        )
        self._means(family)
        self._recognise(family)
        return family

    def _relative(self, head: DemoPerson, place: int) -> DemoMember:
        age = (self.on - head.born).days // 365
        if place == 1 and self.random.random() < 0.6:  # noqa: PLR2004
            sex = "2" if head.sex == "1" else "1"
            return DemoMember(self.person(max(22, age + self.random.randint(-5, 3)), sex), "spouse")
        if place == 1 and age < 62 and self.random.random() < 0.3:  # noqa: PLR2004
            return DemoMember(self.person(min(92, age + self.random.randint(22, 30)), "2"), "parent")
        child = max(1, age - self.random.randint(22, 36))
        return DemoMember(self.person(min(child, 30), self.random.choice("12"), head.name[0]), "child")

    def per_head(self, kind: str, standard: Decimal) -> Decimal:
        """Draw a monthly income per head that fits the kind."""
        r = self.random
        if kind in POOR:
            share = r.random()
            if share < 0.25:  # noqa: PLR2004
                amount = r.uniform(0, 100)
            elif share < 0.75:  # noqa: PLR2004
                amount = min(r.lognormvariate(5.8, 0.35), float(standard) * 0.95)
            else:
                amount = r.uniform(500, float(standard) * 0.98)
        else:
            low, high = {"rigid_expense": (1.3, 1.9), "risen": (1.05, 1.4)}.get(kind, (1.0, 1.49))
            amount = float(standard) * r.uniform(low, high)
        return Decimal(int(amount))

    def _means(self, family: DemoFamily) -> None:
        r = self.random
        left = self.per_head(family.kind, STANDARD[family.residence]) * len(family.members) * 12
        adults = [m for m in family.members if (self.on - m.person.born).days > 16 * 365] or family.members
        category = r.choices(("transfer", "wage", "business", "property"), (55, 20, 20, 5))[0]
        evidence = r.choices(("verified", "receipt", "promise", "imputed"), (45, 25, 20, 10))[0]
        adults[0].incomes.append(
            (category, left, evidence, "子女赡养费" if category == "transfer" else "本人申报", None)
        )
        for member in adults:
            if (self.on - member.person.born).days >= 60 * 365:
                pension = Decimal(r.randint(170, 230) * 12)
                member.incomes.append(("transfer", pension, "verified", "城乡居民基础养老金", "basic_pension"))
        family.properties.append(("house", Decimal(1), None))
        family.properties.append(("deposit", None, Decimal(r.randint(0, 80) * 100)))
        if any(m.person.facts.get("health") == "serious_illness" for m in family.members):
            total = Decimal(int(r.lognormvariate(8.4, 0.6)) // 100 * 100 + 500)
            family.expenses.append(("medical", total, (total * Decimal("0.6")).quantize(Decimal("0.01"))))
        if any(m.person.facts.get("is_student") for m in family.members):
            family.expenses.append(("education", Decimal(r.randint(5, 60) * 100), Decimal(0)))
        if family.kind == "rigid_expense":
            family.expenses.append(("medical", left * 2, left / 2))

    def since(self) -> date:
        """Draw the month from which a benefit runs: most are older than the history, the rest came with the seasons."""
        r = self.random
        if r.random() < 0.7:  # noqa: PLR2004
            return month_ago(r.randint(HISTORY, HISTORY + 48), self.on)
        months = [month_ago(back, self.on) for back in range(HISTORY)]
        return r.choices(months, [SEASON[(month.month - 2) % 12] for month in months])[0]

    def _recognise(self, family: DemoFamily) -> None:
        r = self.random
        since = self.since()
        kind = "dibao" if family.kind in {"risen", "former"} else family.kind
        until = None
        if family.kind == "former":
            until = month_ago(r.randint(0, HISTORY - 2), self.on)
            since = min(since, month_ago(6, until))
        elif kind in {"low_income", "rigid_expense"}:
            until = month_ago(-r.randint(0, 11), self.on)
        for member in family.members:
            if member.person.facts.get("disability_level"):
                member.statuses.append(("disabled", since, None, None, "残疾人证"))
            if kind in {"dibao", "tekun", "low_income", "rigid_expense", "monitored"}:
                member.statuses.append((kind, since, until, None, "历史台账"))
        if kind == "tekun":
            head = family.members[0].person
            head.facts |= {"has_support_obligor": False, "labor_capacity": "none"}
            head.facts["self_care"] = r.choices(("full", "partial", "none"), (68, 19, 13))[0]
            head.facts["in_institution"] = r.random() < 0.14  # noqa: PLR2004
        if kind == "dibao" and until is None:
            family.review_class = r.choices("ABC", (46, 41, 13))[0]
            months = {"A": 12, "B": 6, "C": 3}[family.review_class]
            # Nearly all that are due this month were looked at already.
            ahead = r.choices(range(months + 1), [0.15] + [1.0] * months)[0]
            family.next_review_on = month_ago(-ahead, self.on) + timedelta(days=r.randint(0, 27))
        if until is not None and family.kind == "former":
            self._end(family, until)

    def _end(self, family: DemoFamily, until: date) -> None:
        """End a benefit: somebody who lived alone died, earned more, moved away or gave it up."""
        ending = self.random.choice(ENDINGS)
        if ending == "death" and len(family.members) == 1:
            family.members[0].person.dead_on = until - timedelta(days=self.random.randint(1, 27))
            family.status = "closed"
        elif ending == "moved":
            family.status = "moved"


_CAUSES = ("illness", "illness", "disability", "disability", "no_labor", "unemployment", "schooling", "low_income")
