"""Every action a path can hold: its words, its right, its form, its guards by name."""

from dataclasses import dataclass

from backend.cases.path import forms
from backend.cases.path.forms import ActionData
from backend.cases.permissions import CasePermission as P


@dataclass(frozen=True, slots=True)
class Action:
    """One thing that can be done. `permission` None takes the step's own."""

    code: str
    label: str
    form: type[ActionData] = forms.NoData
    permission: P | None = None
    guards: tuple[str, ...] = ()
    opinion: bool = False


_TEAM = ("not_kin", "two_investigators", "investigator_apart")
_ALL = (
    Action("submit", "提交申请", permission=P.SUBMIT, guards=("commitments_signed",)),
    Action("withdraw", "撤回申请", permission=P.SUBMIT, opinion=True),
    Action(
        "review",
        "审核",
        forms.ReviewData,
        guards=("not_kin", "commitments_signed", "reviewer_apart", "verification_finished"),
    ),
    Action("return", "退回", opinion=True, guards=("not_kin",)),
    Action("supplement", "告知补正", forms.SupplementData, guards=("supplement_once", "shared_not_demanded")),
    Action("supplied", "补正完成", forms.SuppliedData, permission=P.SUBMIT),
    Action("accept", "受理", guards=("not_kin", "commitments_signed")),
    Action("refuse", "不予受理", forms.ReasonsData, guards=("not_kin",)),
    Action("refer", "转介", forms.ReferData),
    Action("investigate_start", "启动调查", forms.InvestigationStart, guards=_TEAM),
    Action("investigate_done", "完成调查", forms.InvestigationData, guards=_TEAM),
    Action(
        "verification_request",
        "提请核对",
        forms.VerificationAskData,
        permission=P.INVESTIGATE,
        guards=("not_kin", "commitments_signed", "verification_finished"),
    ),
    Action(
        "verification_object",
        "登记核对异议",
        forms.ObjectionData,
        permission=P.ACCEPT,
        guards=("verification_objectable",),
    ),
    Action("deliberate", "完成评议", forms.DeliberationData, guards=("representatives_enough",)),
    Action("publicity_start", "开始公示", forms.NoticeData, permission=P.PUBLICISE, guards=("posted_not_ahead",)),
    Action("publicity_end", "公示期满", permission=P.PUBLICISE, guards=("notice_elapsed", "no_open_objection")),
    Action("object", "登记异议", forms.ObjectionData, permission=P.OBJECT, guards=("notice_running",)),
    Action("objection_answer", "异议答复", forms.ObjectionAnswer, permission=P.OPINE, guards=("not_kin",)),
    Action(
        "approve",
        "批准",
        forms.ApprovalData,
        guards=(
            "not_kin",
            "commitments_signed",
            "approver_apart",
            "verification_finished",
            "kin_visited",
            "notice_elapsed",
            "no_open_objection",
        ),
    ),
    Action("reject", "不予批准", forms.ReasonsData, guards=("not_kin", "approver_apart")),
    Action("extend", "延期办理", forms.ExtendData, permission=P.EXTEND, guards=("extend_once",)),
    Action("terminate", "终止程序", permission=P.ACCEPT, opinion=True),
    Action("kin_register", "近亲属备案", forms.KinData, permission=P.ACCEPT),
    Action("kin_visit", "县级入户", forms.KinVisitData, permission=P.KIN_VISIT, guards=("kin_recorded",)),
    Action("quick_check", "快速核实", forms.QuickCheckData, guards=("two_checkers", "investigator_apart")),
    Action("request_authority", "请求县级授权", forms.AuthorityAsked, permission=P.PAY_FIRST),
    Action("county_authorize", "县级授权", forms.AuthorityGiven, permission=P.AUTHORIZE, guards=("approver_apart",)),
    Action("pay_first", "先行救助", forms.PayFirstData, guards=("not_kin", "approver_apart", "within_cap")),
    Action("supplement_papers", "补齐手续", forms.PapersData),
    Action("county_record", "县级备案", forms.CountyRecordData),
    Action("close", "办结", guards=("papers_complete",)),
    Action("propose", "提出变更", forms.ProposalData),
    Action("hear", "听取意见", forms.HearingData, guards=("hearing_due",)),
    Action("decide", "作出变更决定", guards=("hearing_held", "proposer_apart")),
    Action("maintain", "维持原待遇", opinion=True),
)

ACTIONS: dict[str, Action] = {action.code: action for action in _ALL}
