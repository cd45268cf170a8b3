"""Persons: one row per human being, however many households name them."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Index, LargeBinary, String, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from backend.kernel.identifiers import Sex
from backend.kernel.labels import enum_column
from backend.kernel.models import AWARE, DIVISION_CODE, Record, Versioned, division_field, money_field, now
from backend.kernel.money import Money
from backend.registry.codes import (
    DisabilityType,
    Education,
    Health,
    HukouType,
    IdType,
    LaborCapacity,
    Marital,
    Occupation,
    Political,
    SelfCare,
    StatusKind,
    StudentStage,
)
from backend.registry.spellings import DisabilityIn, HealthIn, LaborIn, SelfCareIn

PINYIN: Any = String(300, collation="C")


class PersonFacts(SQLModel):
    """What is known about a person beside the numbers; forms, imports and the table share it. Null is unknown."""

    nation: str | None = Field(default=None, max_length=20, title="民族")
    marital: Marital | None = Field(default=None, sa_type=enum_column(Marital), title="婚姻状况")
    education: Education | None = Field(default=None, sa_type=enum_column(Education), title="文化程度")
    political: Political | None = Field(default=None, sa_type=enum_column(Political), title="政治面貌")
    occupation: Occupation | None = Field(default=None, sa_type=enum_column(Occupation), title="从业状况")
    health: HealthIn = Field(default=None, sa_type=enum_column(Health), title="健康状况")
    disability_type: DisabilityIn = Field(default=None, sa_type=enum_column(DisabilityType), title="残疾类别")
    disability_level: int | None = Field(default=None, ge=1, le=4, title="残疾等级")
    labor_capacity: LaborIn = Field(default=None, sa_type=enum_column(LaborCapacity), title="劳动能力")
    self_care: SelfCareIn = Field(default=None, sa_type=enum_column(SelfCare), title="自理能力")
    is_student: bool | None = Field(default=None, title="是否在读")
    student_stage: StudentStage | None = Field(default=None, sa_type=enum_column(StudentStage), title="就读阶段")
    has_support_obligor: bool | None = Field(default=None, title="有法定义务人")
    obligor_able: bool | None = Field(default=None, title="义务人有履行能力")
    in_institution: bool | None = Field(default=None, title="在供养机构居住")
    job_refusals: int | None = Field(default=None, ge=0, le=99, title="拒绝介绍工作次数")
    hukou_type: HukouType | None = Field(default=None, sa_type=enum_column(HukouType), title="户口性质")
    hukou_division: str | None = Field(default=None, sa_type=DIVISION_CODE, max_length=15, title="户籍所在地")


class PersonBase(PersonFacts):
    """A person as the registry names them."""

    name: str = Field(max_length=50, title="姓名")
    id_type: IdType = Field(default=IdType.CITIZEN, sa_type=enum_column(IdType), title="证件类型")
    sex: Sex = Field(default=Sex.UNKNOWN, sa_type=enum_column(Sex), title="性别")
    birth_date: date | None = Field(default=None, title="出生日期")
    dead_on: date | None = Field(default=None, title="死亡日期")


class Person(Versioned, PersonBase, table=True):
    """A human being. Numbers are encrypted; the blind index finds them, the masked form is what lists show."""

    __tablename__ = "person"
    __table_args__ = (
        # Two clerks entering one person at once: the second finds the first's row.
        Index(
            "uq_person_id_number",
            "id_number_index",
            unique=True,
            postgresql_where=text("merged_into_id IS NULL AND id_number_index IS NOT NULL"),
        ),
        Index("ix_person_phone", "phone_index", postgresql_where=text("phone_index IS NOT NULL")),
        Index(
            "ix_person_card", "disability_holder_index", postgresql_where=text("disability_holder_index IS NOT NULL")
        ),
        Index("ix_person_area_name", "division_code", "name_pinyin", "id"),
        Index("ix_person_area", "division_code", "id"),
        Index("ix_person_birth", "birth_date"),
        # Those whose number does not tell them apart from others: where looking for duplicates begins.
        Index(
            "ix_person_uncertain",
            "division_code",
            postgresql_where=text("merged_into_id IS NULL AND (id_number_index IS NULL OR id_type <> 'citizen')"),
        ),
        Index("ix_person_name_parts", "name", postgresql_using="gin", postgresql_ops={"name": "gin_trgm_ops"}),
    )

    division_code: str = division_field("所在区划")
    name_pinyin: str = Field(default="", sa_type=PINYIN, title="姓名拼音")
    id_number_cipher: bytes | None = Field(default=None, sa_type=LargeBinary, title="证件号码密文")
    id_number_index: bytes | None = Field(default=None, sa_type=LargeBinary, title="证件号码索引")
    id_number_masked: str | None = Field(default=None, max_length=40, title="证件号码")
    phone_cipher: bytes | None = Field(default=None, sa_type=LargeBinary, title="电话密文")
    phone_index: bytes | None = Field(default=None, sa_type=LargeBinary, title="电话索引")
    phone_masked: str | None = Field(default=None, max_length=40, title="联系电话")
    disability_card_cipher: bytes | None = Field(default=None, sa_type=LargeBinary, title="残疾人证号密文")
    # The index of the ID number inside the certificate: it finds a person registered without an ID card.
    disability_holder_index: bytes | None = Field(default=None, sa_type=LargeBinary, title="残疾人证持证人索引")
    disability_card_masked: str | None = Field(default=None, max_length=40, title="残疾人证号")
    merged_into_id: int | None = Field(
        default=None, sa_type=BigInteger, foreign_key="person.id", index=True, title="已合并到"
    )


class PersonStatusBase(SQLModel):
    """A status that holds for a time."""

    kind: StatusKind = Field(sa_type=enum_column(StatusKind), title="身份类别")
    valid_from: date = Field(title="起始日期")
    valid_to: date | None = Field(default=None, title="终止日期", description="当日起不再有效；长期有效时不填")
    amount: Money | None = money_field("月金额", default=None)
    source: str | None = Field(default=None, max_length=100, title="来源")
    document: str | None = Field(default=None, max_length=200, title="依据文书")


class PersonStatus(Versioned, PersonStatusBase, table=True):
    """低保, 特困, 残疾 …: who recognised it, from when, until when. `valid_to` is the first day without it."""

    __tablename__ = "person_status"
    __table_args__ = (
        Index("ix_person_status_person", "person_id", "kind", "valid_from"),
        Index("ix_person_status_area", "division_code", "kind"),
    )

    person_id: int = Field(sa_type=BigInteger, foreign_key="person.id", title="人员")
    household_id: int | None = Field(
        default=None, sa_type=BigInteger, foreign_key="household.id", index=True, title="家庭"
    )
    division_code: str = division_field()


class PersonMerge(Record, table=True):
    """Two rows of one human being became one; what moved is kept, so that it can be taken back."""

    __tablename__ = "person_merge"

    kept_id: int = Field(sa_type=BigInteger, foreign_key="person.id", index=True, title="保留人员")
    merged_id: int = Field(sa_type=BigInteger, foreign_key="person.id", index=True, title="并入人员")
    division_code: str = division_field()
    moved: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB, title="移动的记录")
    reason: str = Field(max_length=300, title="理由")
    user_id: int = Field(sa_type=BigInteger, title="办理人")
    undone_on: date | None = Field(default=None, title="撤销日期")
    undone_by: int | None = Field(default=None, sa_type=BigInteger, title="撤销人")


class DuplicateDenial(SQLModel, table=True):
    """Somebody looked and said that these two are two people; the lower number first."""

    __tablename__ = "duplicate_denial"

    first_id: int = Field(primary_key=True, sa_type=BigInteger, foreign_key="person.id")
    second_id: int = Field(primary_key=True, sa_type=BigInteger, foreign_key="person.id")
    reason: str = Field(max_length=300, title="理由")
    user_id: int = Field(sa_type=BigInteger, title="办理人")
    created_at: datetime = Field(
        default_factory=now, sa_type=AWARE, sa_column_kwargs={"server_default": func.now()}, title="时间"
    )
