"""The parts of a case file: application, numbers, papers, inquiry, and what was done."""

from datetime import datetime
from typing import Any

from admin_pages.kernel import parts
from admin_pages.pages.case_outcome import decisions, money, referrals
from backend.kernel.clocks import CHINA
from backend.kernel.i18n import say

Json = dict[str, Any]
SIGNED = {"handwritten": "手写签名", "electronic": "电子签名", "guardian": "监护人代签", "oral": "口头承诺并记录"}
OBTAINED = {"share": "数据共享获取，无需提供", "promise": "申请人书面承诺", "applicant": "申请人提供"}
SOURCES = {
    "PS": "公安户籍",
    "HY": "婚姻登记",
    "SW": "死亡与殡葬",
    "SB": "社保与养老",
    "TX": "税务",
    "MV": "车辆",
    "RE": "不动产",
    "MK": "市场主体登记",
    "GJ": "公积金",
    "BK": "银行",
    "IN": "保险",
    "SC": "证券",
    "PP": "非银行支付",
    "CL": "残联",
    "YB": "医保",
    "JY": "学籍",
    "XJ": "监所",
    "NY": "农业补贴与土地",
    "FP": "防返贫监测",
    "ML": "本系统救助记录",
}
VERDICTS = {"true": "符合", "false": "不符合", "unknown": "待核实", "aside": "不影响结论"}
RELATIONS = {
    "head": "户主",
    "spouse": "配偶",
    "child": "子女",
    "parent": "父母",
    "sibling": "兄弟姐妹",
    "grandparent": "祖父母",
    "grandchild": "孙子女",
    "other": "其他",
}


def day(moment: str | None) -> str:
    """Return a moment as the county's clock shows it."""
    return f"{datetime.fromisoformat(moment).astimezone(CHINA):%Y-%m-%d %H:%M}" if moment else "—"


def file_target(case: Json) -> Json:
    """Let uploads belong to the place and the case, so that everybody who works on it may open them."""
    return {"division_code": case["division_code"], "subject_kind": "case", "subject_id": case["id"]}


def tabs(case: Json, data: Json, words: dict[str, dict[str, str]]) -> list[Json]:
    """Return every tab of the file."""
    tabs = [
        ("申请与家庭", _application(case, data, words)),
        ("条件与金额", _appraisal(case)),
        ("材料与授权", _papers(case)),
        ("调查与公示", _inquiry(case)),
        ("决定与文书", [*decisions(case, data["deliver"]), *referrals(data)]),
        ("资金", money(data)),
        ("办理过程", {"type": "timeline", "source": "${acts}", "mode": "right", "className": "case-acts"}),
    ]
    return [{"title": title, "body": body} for title, body in tabs]


def _sheet(lines: list[tuple[str, str]]) -> Json:
    items = [{"label": label, "content": {"type": "tpl", "tpl": f"${{{name}|default:—}}"}} for label, name in lines]
    return {"type": "property", "column": 2, "mode": "table", "items": items}


def _application(case: Json, data: Json, words: dict[str, dict[str, str]]) -> list[Json]:
    """Return what is asked for and why, and the household as it stands."""
    channel = say(words["channel"].get(case["channel"], case["channel"]))
    rows = [
        {"label": "申请事由", "content": "${case.reason}", "span": 2},
        {"label": "申请渠道", "content": channel},
        {"label": "提交时间", "content": day(case["submitted_at"])},
        {"label": "审批层级", "content": say(words["decision_level"].get(case["decision_level"], ""))},
        {"label": "已用小时" if case["urgent"] else "已用工作日", "content": str(case["used_net"] or 0)},
    ]
    answers = [
        {"label": f"${{case.form_answers[{at}].label}}", "content": f"${{case.form_answers[{at}].value}}"}
        for at in range(len(case["form_answers"]))
    ]
    shown: list[Json] = [{"type": "property", "column": 2, "mode": "table", "items": [*rows, *answers]}]
    if data["household"] is None:
        return [*shown, {"type": "tpl", "tpl": "没有家庭档案，或者您无权查看该家庭"}]
    lines = [
        ("户主", "household.head_name"),
        ("家庭编号", "household.number"),
        ("家庭人口", "household.member_count"),
        ("人均月收入", "household.income_per_capita_month"),
        ("收入档次", "household.income_band"),
        ("联系电话", "household.phone"),
        ("住址", "household.address"),
        ("待遇分类", "household.review_class"),
    ]
    members = [
        parts.text("name", "姓名"),
        parts.words("relation", "与户主关系", RELATIONS),
        parts.text("id_number", "证件号码"),
        parts.text("birth_date", "出生日期"),
        parts.words("health", "健康状况", words.get("health", {})),
        parts.words("labor_capacity", "劳动能力", words.get("labor_capacity", {})),
        parts.truth("included", "计入共同生活", yes="计入", no="不计入", unknown="—"),
    ]
    incomes = [
        parts.text("name", "姓名"),
        parts.text("source", "收入来源"),
        {**parts.text("annual_amount", "年金额（元）"), "align": "right", "className": "money"},
        parts.truth("excluded", "计入收入", yes="不计入", no="计入"),
    ]
    open_file = parts.link("打开家庭档案", f"/page/HouseholdFilePage?id={data['household']['id']}")
    return [
        *shown,
        parts.panel("家庭情况", [_sheet(lines), open_file]),
        parts.panel("家庭成员", parts.table("household.members", members)),
        parts.panel("收入", parts.table("household.incomes", incomes, "没有登记收入")),
    ]


def _appraisal(case: Json) -> list[Json]:
    """Return every condition with what is required and what is, and the amount the formula gives."""
    verdict = {True: ("符合条件", "success"), False: ("不符合条件", "danger"), None: ("有情况待核实", "warning")}
    found = case["appraisal"]
    if not found["trace"]:
        return [{"type": "alert", "level": "info", "body": "本案没有可以测算的条件，或者还没有家庭档案"}]
    said, level = verdict[found["eligible"]]
    amount = say("测算金额 {amount} 元", amount=found["amount"]) if found["amount"] else say("金额无法测算")
    headline = f"{say(said)}　{amount}　" + say("（依据 {day} 的资料和标准）", day=found["as_of"])
    columns = [
        parts.text("text", "条件"),
        parts.text("required", "要求"),
        {**parts.text("actual", "实际"), "placeholder": "未知或已隐去"},
        parts.words("verdict", "结论", VERDICTS),
    ]
    for reason in found["trace"]:
        reason["verdict"] = _verdict(reason)
    return [
        {"type": "alert", "level": level, "showIcon": True, "body": headline},
        parts.table("case.appraisal.trace", columns),
    ]


def _verdict(reason: Json) -> str:
    """Return what a condition says; one whose alternatives hold, or that nothing hangs on, decides nothing."""
    if reason["passed"] is not True and not reason.get("decides", True):
        return "aside"
    return {True: "true", False: "false", None: "unknown"}[reason["passed"]]


def _papers(case: Json) -> list[Json]:
    """Return who has signed and which papers are there; files open with one click."""
    signers = [
        parts.text("name", "成年家庭成员"),
        parts.text("id_number", "证件号码"),
        parts.truth("signed", "承诺书和核对授权书", yes="已签署", no="未签署"),
        parts.words("method", "签署方式", SIGNED),
        {**parts.text("signed_at", "签署时间"), "type": "datetime", "format": "YYYY-MM-DD HH:mm"},
    ]
    if "submit" in case["allowed_actions"] or "supplied" in case["allowed_actions"]:
        signers.append({"type": "operation", "label": "操作", "buttons": [_sign_button(case)]})
    papers = [
        parts.text("name", "材料"),
        parts.words("obtain_mode", "取得方式", OBTAINED),
        parts.truth("required", "必需", yes="是", no="否", unknown="—"),
        _files_column("file_ids", case),
        parts.text("note", "说明"),
    ]
    return [
        parts.panel("承诺和授权（全体成年家庭成员）", parts.table("case.signers", signers, "没有家庭档案")),
        parts.panel("材料", parts.table("case.papers", papers, "本项目没有材料清单")),
    ]


def _sign_button(case: Json) -> Json:
    options = [{"label": label, "value": value} for value, label in SIGNED.items()]
    upload = parts.upload("file_id", "签名页照片", file_target(case), many=False)
    form = {
        "type": "form",
        "api": {
            "method": "post",
            "url": f"/api/v1/cases/{case['id']}/consents",
            "data": {"person_id": "${person_id}", "method": "${method}", "file_id": "${file_id}"},
        },
        "body": [
            {"type": "select", "name": "method", "label": "签署方式", "options": options, "value": "handwritten"},
            upload,
        ],
        "reload": "drawn",
    }
    dialog = {"title": "登记签署：${name}", "body": form}
    return {
        "type": "button",
        "label": "登记签署",
        "level": "link",
        "actionType": "dialog",
        "visibleOn": "${!signed}",
        "dialog": dialog,
    }


def _files_column(name: str, case: Json) -> Json:
    """Return a column of the files a row points to, each opened through a link of its own."""
    return {
        "name": name,
        "label": "文件",
        "type": "each",
        "source": f"${{ARRAYMAP({name}, id => ARRAYFIND(case.files, file => file.id === id))}}",
        "placeholder": "—",
        "items": parts.open_file("${name}", "${id}"),
    } | ({} if case["files"] else {"type": "tpl", "tpl": "—"})


def _inquiry(case: Json) -> list[Json]:
    records = case["records"]
    when = {"type": "date", "format": "YYYY-MM-DD"}
    surveys = [
        {**parts.text("visited_on", "调查日期"), **when},
        {**parts.text("investigators", "调查人员"), "type": "tpl", "tpl": "${investigators|join:、}"},
        parts.text("findings", "调查情况"),
        parts.words("conclusion", "与申报", {"true": "一致", "different": "不一致"}),
        _files_column("file_ids", case),
    ]
    notices = [
        parts.text("place", "公示地点"),
        {**parts.text("posted_at", "张贴时间"), "type": "datetime", "format": "YYYY-MM-DD HH:mm"},
        {**parts.text("ends_at", "公示截止"), **when},
        {**parts.text("closed_at", "结束时间"), **when},
        parts.text("phone", "异议电话"),
    ]
    objections = [
        parts.text("content", "异议内容"),
        {**parts.text("raised_at", "提出时间"), **when},
        parts.truth("upheld", "复查结论", yes="成立", no="不成立", unknown="待答复"),
        parts.text("answer", "答复"),
    ]
    kin = [
        parts.text("staff_name", "工作人员或村居委会成员"),
        parts.text("member_name", "家庭成员"),
        {**parts.text("visited_on", "县级入户日期"), **when, "placeholder": "待入户"},
        parts.text("visit_findings", "县级入户情况"),
    ]
    hearings = [
        {**parts.text("told_at", "告知时间"), **when},
        {**parts.text("answer_until", "陈述意见截止"), **when},
        {**parts.text("statement", "陈述意见"), "placeholder": "尚未陈述"},
    ]
    parts_shown = [
        ("入户调查和快速核实", "surveys", surveys, True),
        ("公示", "notices", notices, True),
        ("异议", "objections", objections, False),
        ("近亲属备案", "kin", kin, False),
        ("听取意见", "hearings", hearings, False),
    ]
    return _verification(case) + [
        parts.panel(title, parts.table(f"case.records.{name}", columns, "还没有记录"))
        for title, name, columns, always in parts_shown
        if always or records[name]
    ]


def _verification(case: Json) -> list[Json]:
    """Return each report of the verification centre with what its sources answered."""
    conclusions = {"pass": "符合规定", "diff": "与申报有差异", "fail": "不符合规定"}
    outcomes = {
        "matches": "与申报一致",
        "differs": "与申报不一致",
        "breaches": "超过规定",
        "zero": "查询为零",
        "no_data": "未取得数据",
    }
    when = {"type": "datetime", "format": "YYYY-MM-DD HH:mm"}
    reports = [
        {**parts.text("asked_at", "提请时间"), **when},
        {**parts.text("due_at", "应出报告时间"), **when},
        parts.words("conclusion", "核对结论", conclusions) | {"placeholder": "待出报告"},
        parts.text("summary", "报告说明"),
        {**parts.text("valid_until", "报告有效期至"), "type": "date", "format": "YYYY-MM-DD"},
        parts.text("verifier", "核对人"),
    ]
    results = [
        parts.words("source", "来源", SOURCES),
        {**parts.text("person_name", "被核对人"), "placeholder": "全家"},
        parts.words("outcome", "结果", outcomes),
        {**parts.text("queried_on", "查询日期"), "type": "date", "format": "YYYY-MM-DD"},
    ]
    if not case["verifications"]:
        return []
    last = len(case["verifications"]) - 1
    return [
        parts.panel("信息核对", parts.table("case.verifications", reports)),
        parts.panel("各来源结果", parts.table(f"case.verifications[{last}].results", results, "尚未登记结果")),
    ]


def act(step: Json) -> Json:
    """Return one act as the timeline shows it: when, what, who, and the words."""
    used = step["working_days_used_net"]
    said = [f"{step['actor']}（{step['division'] or ''}）" if step["division"] else step["actor"]]
    if used is not None:
        said.append(say("累计用时 {days} 个工作日", days=used))
    if step["late"]:
        said.append(say("超期办理"))
    if step["opinion"]:
        said.append(step["opinion"])
    if step["data"].get("letter_number"):
        said.append(step["data"]["letter_number"])
    title = f"{say(step['step_name'])} · {say(step['action_name'])}"
    return {
        "time": day(step["at"]),
        "title": title,
        "detail": "　".join(said),
        "color": "danger" if step["late"] else "",
    }
