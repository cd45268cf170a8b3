"""What the inbox answers."""

from datetime import datetime

from pydantic import BaseModel, Field

from backend.kernel.clocks import Light


class Task(BaseModel):
    """One thing that waits; `kind` and `id` name the record to open."""

    kind: str = Field(title="类别代码", json_schema_extra={"x-hidden": True})
    kind_name: str = Field(title="类别")
    id: int = Field(title="编号")
    title: str = Field(title="事项")
    step: str = Field(title="待办内容")
    division_code: str | None = Field(title="行政区划")
    since: datetime | None = Field(title="到达时间")
    due_at: datetime | None = Field(title="到期时间")
    light: Light | None = Field(title="时限状态")
    allowed_actions: list[str] = Field(default_factory=list, title="可用操作")


class TaskCount(BaseModel):
    """How many of one kind wait for one thing."""

    kind: str = Field(title="类别代码")
    kind_name: str = Field(title="类别")
    step: str = Field(title="待办内容")
    total: int = Field(title="件数")
    overdue: int = Field(title="超期")


class Tasks(BaseModel):
    """What waits for the posts of the signed-in person."""

    items: list[Task] = Field(title="待办")
    total: int = Field(title="件数")
    counts: dict[str, int] = Field(title="按时限状态")
    by_step: list[TaskCount] = Field(title="按事项")
    page: int
    page_size: int


class TaskKind(BaseModel):
    """One kind of waiting thing with how many there are."""

    value: str = Field(title="类别代码")
    label: str = Field(title="类别")


class TaskKinds(BaseModel):
    """The kinds of which something waits, as a picker shows them."""

    options: list[TaskKind] = Field(title="类别")
