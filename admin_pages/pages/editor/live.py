"""What answers while somebody writes: rule and formula in words, how many match, the amount of one household.

Each part asks the API again when what it speaks of has changed; numbers are asked for only while nothing is wrong.
"""

from typing import Any

from admin_pages.kernel import parts
from admin_pages.pages.matches import conditions

Json = dict[str, Any]
FAULTS = [parts.text("place", "位置"), parts.text("message", "说明")]
WRITTEN = {"unit": "${unit}", "rule": "${rule}", "formula": "${amount.formula}"}


def of_rule(version: Json) -> Json:
    """Return the rule as an outline, and how many in the reader's area fulfil it now."""
    lines = {
        "type": "each",
        "source": "${rule_said}",
        "items": {"type": "tpl", "tpl": "${text}", "className": "outline depth-${depth} heads-${heads}"},
        "placeholder": "还没有条件",
    }
    return _wording(
        "rule", [parts.panel("用文字说明", [lines, _faults()]), parts.panel("现在有多少符合", _count(version))]
    )


def of_formula(version: Json) -> Json:
    """Return the formula with names in the place of code words, and its result on a household."""
    said = {"type": "tpl", "tpl": "${formula_said|default:没有公式，逐件核定金额}", "className": "outline"}
    tried = parts.panel("在一户家庭上试算", _trial(version))
    return _wording("amount", [parts.panel("用文字说明", [said, _faults()]), tried])


def _wording(of: str, body: list[Json]) -> Json:
    return {
        "type": "service",
        "api": {
            "method": "post",
            "url": "/api/v1/vocabulary/wording",
            "data": WRITTEN,
            "responseData": {
                "rule_said": "${rule}",
                "formula_said": "${formula}",
                "faulty": "${faults.length}",
                "wrong": f"${{faults|filter:field:match:'{of}'}}",
            },
            "trackExpression": "${unit}${rule|json}${amount.formula}",
            "silent": True,
        },
        "body": body,
    }


def _faults() -> Json:
    return parts.table("wrong", FAULTS) | {"visibleOn": "${wrong.length}", "className": "faults"}


def _counted(when: str) -> list[Json]:
    said = "符合 ${count.eligible}，资料不足 ${count.undecided}，参与比对 ${count.examined}"
    body = [
        {"type": "tpl", "tpl": said, "className": "counted"},
        {"type": "tpl", "tpl": "按公式合计 ${count.amount} 元", "visibleOn": "${count.amount}", "className": "counted"},
    ]
    return [{"type": "wrapper", "size": "none", "visibleOn": when, "body": body}]


def _counting() -> Json:
    """Watch the job that counts a large area; a rule changed meanwhile begins another.

    What a service answers reaches the whole form, so the job's answer must not bear the name of what began it.
    """
    bar = [
        {"type": "tpl", "tpl": "${message|default:等待后台处理}", "className": "text-muted"},
        {"type": "progress", "value": "${progress}", "animate": True, "stripe": True},
    ]
    failed = "没有统计完，请修改条件后重试"
    return {
        "type": "service",
        "visibleOn": "${counted.job_id}",
        "api": {
            "method": "get",
            "url": "/api/v1/jobs/${counted.job_id}",
            "responseData": {
                "status": "${status}",
                "progress": "${progress}",
                "message": "${message}",
                "count": "${result}",
            },
            "trackExpression": "${counted.job_id}",
            "silent": True,
        },
        "interval": 1200,
        "silentPolling": True,
        "stopAutoRefreshWhen": "${status == 'done' || status == 'failed' || status == 'cancelled'}",
        "body": [
            {
                "type": "wrapper",
                "size": "none",
                "visibleOn": "${status == 'waiting' || status == 'running'}",
                "body": bar,
            },
            {"type": "tpl", "tpl": failed, "visibleOn": "${status == 'failed'}"},
            *_counted("${status == 'done'}"),
        ],
    }


def _count(version: Json) -> Json:
    return {
        "type": "service",
        "api": {
            "method": "post",
            "url": f"/api/v1/project-versions/{version['id']}/live-count",
            "data": {"rule": "${rule}", "formula": "${amount.formula}"},
            "responseData": {"counted": "$$", "count": "$$"},
            "silent": True,
            "sendOn": "${rule_said.length && !faulty}",
            "trackExpression": "${rule_said|json}${formula_said}${faulty}",
        },
        "body": [
            *_counted("${counted && !counted.job_id}"),
            _counting(),
            {"type": "tpl", "tpl": "条件完整后显示本辖区现在符合的户数或人数", "visibleOn": "${!counted}"},
        ],
    }


def _trial(version: Json) -> list[Json]:
    household = {
        "type": "select",
        "name": "tried_household",
        "label": "家庭",
        "searchable": True,
        "clearable": True,
        "disabled": False,
        "source": "get:/api/v1/households/options",
        "autoComplete": "get:/api/v1/households/options?term=$term",
        "placeholder": "按户主姓名或编号查找",
    }
    answer = {
        "type": "service",
        "api": {
            "method": "post",
            "url": f"/api/v1/project-versions/{version['id']}/trial",
            "data": {"household_id": "${tried_household}", "rule": "${rule}", "formula": "${amount.formula}"},
            "responseData": {"tried": "$$"},
            "sendOn": "${tried_household && rule_said.length && !faulty}",
            "trackExpression": "${tried_household}${rule_said|json}${formula_said}${faulty}",
        },
        "body": [
            {"type": "tpl", "tpl": AMOUNT, "className": "counted", "visibleOn": "${tried}"},
            {"type": "service", "data": "${tried}", "body": conditions()},
        ],
    }
    return [household, answer]


AMOUNT = "${tried.eligible ? '符合条件' : '不符合条件'}，金额 ${tried.amount|default:—} 元"
