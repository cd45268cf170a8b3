"""Money: the towns' reserves, batches and their failures, sources and their use."""

from backend.ledger.models import FundSource
from backend.ledger.permissions import LedgerPermission
from backend.payments.permissions import PaymentPermission
from backend.reports.definition import PROJECT, PROJECT_NAME, Column, Report, share

CASH = "('1001', '1002', '1011')"
# What a voucher does to the money of a book: a move between cash and bank nets to nothing.
_NET = """
    SELECT {dims} j.division_code, j.fund_id, f.name AS fund, j.id AS journal_id, j.occurred_on,
           coalesce(sum(l.debit - l.credit) FILTER (WHERE l.account_code <> '1222'), 0) AS net,
           coalesce(sum(l.debit - l.credit) FILTER (WHERE l.account_code = '1222'), 0) AS unclaimed,
           -coalesce(sum(l.debit - l.credit) FILTER (WHERE l.account_code = '1001'), 0) AS cash_out
    FROM journal j
    JOIN fund f ON f.id = j.fund_id
    JOIN journal_line l ON l.journal_id = j.id AND l.account_code IN ('1001', '1002', '1011', '1222')
    WHERE {{area:j.division_code}} AND j.occurred_on < :until {where}
    GROUP BY {dims} j.division_code, j.fund_id, f.name, j.id, j.occurred_on
"""
_FUND = Column("fund", "账套", "b.fund", "text", group=True)
_SOURCE = Column("fund_source", "资金来源", "b.fund_source", "text", group=True, labels=FundSource.labels())
_OPENING = "coalesce(sum(b.net) FILTER (WHERE b.occurred_on < :start), 0)"
_IN = "coalesce(sum(b.net) FILTER (WHERE b.occurred_on >= :start AND b.net > 0), 0)"
_OUT = "coalesce(-sum(b.net) FILTER (WHERE b.occurred_on >= :start AND b.net < 0), 0)"
_PAYMENTS = "count(b.journal_id) FILTER (WHERE b.occurred_on >= :start AND b.net < 0)"
_CASH = "coalesce(sum(b.cash_out) FILTER (WHERE b.occurred_on >= :start AND b.net < 0), 0)"
_FLOW = (
    Column("opening", "期初余额", _OPENING, "money"),
    Column("received", "本期拨入", _IN, "money"),
    Column("spent", "本期支出", _OUT, "money"),
    Column("closing", "期末余额", "coalesce(sum(b.net), 0)", "money"),
)


def _on(accounts: str, condition: str, sign: str = "") -> str:
    """Add up what moved on some accounts: debit less credit, or the other way round."""
    return f"coalesce({sign}sum(b.net) FILTER (WHERE b.account_code IN {accounts} AND {condition}), 0)"


R07 = Report(
    code="R07",
    title="备用金使用",
    note="镇街临时救助备用金的期初、拨入、支出和期末余额；使用率＝本期支出÷（期初＋拨入）",
    needs=LedgerPermission.FUND_READ,
    base=_NET.format(dims="", where="AND f.kind = 'town_reserve'"),
    columns=(
        _FUND,
        *_FLOW,
        Column("unclaimed", "待报销余额", "coalesce(sum(b.unclaimed), 0)", "money"),
        Column("payments", "支付笔数", _PAYMENTS),
        Column("mean", "笔均金额", f"round({_OUT} / nullif({_PAYMENTS}, 0), 2)", "money"),
        Column("usage", "使用率", share(_OUT, f"{_OPENING} + {_IN}"), "percent"),
        Column("cash_share", "现金支付占比", share(_CASH, _OUT), "percent"),
    ),
)
# Income accounts run in credit; money lent to another book stands in 1231, borrowed money in 2111 and 2112. The
# carry-over of a year (E24) is left out: no money is used by it.
_DURING = "b.occurred_on >= :start"
R08 = Report(
    code="R08",
    title="特困家庭救助基金",
    note="基金按资金来源的期初、收入、使用和余额；垫付为借给镇街备用金的款项，未归还垫付以期末为准",
    needs=LedgerPermission.FUND_READ,
    base="""
        SELECT j.division_code, f.name AS fund, l.fund_source, l.account_code, j.id AS journal_id, j.occurred_on,
               l.debit - l.credit AS net
        FROM journal j
        JOIN fund f ON f.id = j.fund_id AND f.kind = 'charity_relief'
        JOIN journal_line l ON l.journal_id = j.id
        WHERE {area:j.division_code} AND j.occurred_on < :until AND j.template <> 'E24'
    """,
    columns=(
        _FUND,
        _SOURCE,
        Column("opening", "期初余额", _on(CASH, "b.occurred_on < :start"), "money"),
        Column("granted", "财政拨款", _on("('4001')", _DURING, "-"), "money"),
        Column("donated", "捐赠收入", _on("('4101', '2141')", _DURING, "-"), "money"),
        Column("interest", "利息收入", _on("('4201')", _DURING, "-"), "money"),
        Column("recovered", "追缴及退回", _on("('4301')", _DURING, "-"), "money"),
        Column("spent", "救助支出", _on("('5201')", _DURING), "money"),
        Column(
            "payments",
            "支出凭证",
            f"count(DISTINCT b.journal_id) FILTER (WHERE b.account_code = '5201' AND b.net > 0 AND {_DURING})",
        ),
        Column("lent", "本期垫付", _on("('1231')", f"{_DURING} AND b.net > 0"), "money"),
        Column("returned", "本期归还", _on("('1231')", f"{_DURING} AND b.net < 0", "-"), "money"),
        Column("owed", "未归还垫付", _on("('1231')", "true"), "money"),
        Column("closing", "期末余额", _on(CASH, "true"), "money"),
    ),
)
R10 = Report(
    code="R10",
    title="资金来源与使用",
    note="各账套按资金来源的期初、拨入、使用和余额",
    needs=LedgerPermission.FUND_READ,
    base=_NET.format(dims="l.fund_source,", where=""),
    columns=(
        _FUND,
        _SOURCE,
        *_FLOW,
        Column("usage", "使用率", share(_OUT, f"{_OPENING} + {_IN}"), "percent"),
    ),
)

_SENT = "b.status IN ('sent', 'paid', 'failed', 'exception')"
_FAILED = "b.status = 'failed'"
R09 = Report(
    code="R09",
    title="发放汇总与失败",
    note="所属月份在本期的发放明细；成功率＝成功笔数÷已发送笔数；三十日未补发为失败超过三十日仍未更正重发",
    by_month=True,
    needs=PaymentPermission.BATCH_READ,
    base="""
        SELECT l.division_code, l.project_code, l.batch_id, l.id, l.amount, l.status, l.created_at,
               EXISTS (
                   SELECT 1 FROM payment_line n WHERE n.reissue_of_id = l.id AND n.status <> 'cancelled'
               ) AS reissued
        FROM payment_line l
        WHERE {area:l.division_code} AND l.period >= :start AND l.period < :until AND l.status <> 'cancelled'
    """,
    columns=(
        PROJECT,
        PROJECT_NAME,
        Column("batches", "批次", "count(DISTINCT b.batch_id)"),
        Column("lines", "笔数", "count(b.id)"),
        Column("amount", "应发金额", "coalesce(sum(b.amount), 0)", "money"),
        Column("paid", "成功笔数", "count(b.id) FILTER (WHERE b.status = 'paid')"),
        Column("paid_amount", "实发金额", "coalesce(sum(b.amount) FILTER (WHERE b.status = 'paid'), 0)", "money"),
        Column("failed", "失败笔数", f"count(b.id) FILTER (WHERE {_FAILED})"),
        Column("failed_amount", "失败金额", f"coalesce(sum(b.amount) FILTER (WHERE {_FAILED}), 0)", "money"),
        Column(
            "success_rate",
            "成功率",
            share("count(b.id) FILTER (WHERE b.status = 'paid')", f"count(b.id) FILTER (WHERE {_SENT})"),
            "percent",
        ),
        Column("reissued", "已更正重发", f"count(b.id) FILTER (WHERE {_FAILED} AND b.reissued)"),
        Column(
            "stale",
            "三十日未补发",
            f"count(b.id) FILTER (WHERE {_FAILED} AND NOT b.reissued AND b.created_at < now() - interval '30 days')",
        ),
    ),
)
