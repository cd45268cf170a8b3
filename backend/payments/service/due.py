"""What is due in a month, as statements: one each for making, comparing and counting a batch."""

from sqlalchemy import text

# What is due: benefits in force, and one-off orders, that no live line pays yet; those whose last payment failed only
# after the account was changed. The dead are left out and counted.
DUE = """
WITH failures AS MATERIALIZED (
    SELECT DISTINCT ON (l.entitlement_id, l.order_id) l.entitlement_id, l.order_id, l.id, l.account_id
    FROM payment_line l
    WHERE l.status = 'failed' AND (l.period = :period OR l.order_id IS NOT NULL) AND l.project_code = ANY (:codes)
    ORDER BY l.entitlement_id, l.order_id, l.id DESC
), due AS (
    SELECT e.id AS entitlement_id, NULL::bigint AS order_id, e.household_id, e.payee_person_id, e.payee_name,
           e.division_code, e.residence, e.project_code, e.monthly_amount AS amount, e.case_ref,
           e.expense_account, e.budget_subject, e.fund_book
    FROM entitlement e
    WHERE e.project_code = ANY (:codes) AND e.division_code >= :low AND e.division_code < :high
      AND e.status <> 'suspended' AND e.from_month <= :period AND (e.to_month IS NULL OR e.to_month >= :period)
      AND e.monthly_amount > 0
      AND NOT EXISTS (SELECT FROM payment_line l WHERE l.entitlement_id = e.id AND l.period = :period
                      AND l.status NOT IN ('failed', 'cancelled'))
    UNION ALL
    SELECT NULL, o.id, o.household_id, o.payee_person_id, o.payee_name, o.division_code, o.residence, o.project_code,
           o.amount, o.case_ref, o.expense_account, o.budget_subject, o.fund_book
    FROM payment_order o
    WHERE o.project_code = ANY (:codes) AND o.division_code >= :low AND o.division_code < :high
      AND o.channel = 'batch' AND o.status = 'waiting' AND o.from_month <= :period
      AND NOT EXISTS (SELECT FROM payment_line l WHERE l.order_id = o.id AND l.status NOT IN ('failed', 'cancelled'))
), joined AS (
    SELECT d.*, a.id AS account_id, failed.id AS reissue_of_id, failed.account_id AS failed_account_id,
           before.amount AS previous_amount,
           p.dead_on IS NOT NULL AND p.dead_on < :period AS is_dead
    FROM due d
    LEFT JOIN person p ON p.id = d.payee_person_id
    LEFT JOIN payment_account a ON a.person_id = d.payee_person_id AND a.status = 'active'
    LEFT JOIN failures failed ON failed.entitlement_id = d.entitlement_id OR failed.order_id = d.order_id
    LEFT JOIN LATERAL (
        SELECT l.amount FROM payment_line l
        WHERE l.household_id = d.household_id AND l.project_code = d.project_code AND l.entitlement_id IS NOT NULL
          AND l.period = :before AND l.status NOT IN ('failed', 'cancelled')
        ORDER BY l.id DESC LIMIT 1) before ON d.entitlement_id IS NOT NULL
), ready AS (
    SELECT * FROM joined
    WHERE NOT is_dead AND (reissue_of_id IS NULL OR account_id IS DISTINCT FROM failed_account_id)
)
"""
INSERT = (
    DUE
    + """
INSERT INTO payment_line (batch_id, seq, biz_no, entitlement_id, order_id, household_id, payee_person_id, payee_name,
    account_id, division_code, residence, project_code, period, amount, case_ref, difference, previous_amount,
    expense_account, budget_subject, reissue_of_id, status, created_at)
SELECT :batch, n.seq, :number || lpad(n.seq::text, 8, '0'), n.entitlement_id, n.order_id, n.household_id,
    n.payee_person_id, n.payee_name, n.account_id, n.division_code, n.residence, n.project_code, :period, n.amount,
    n.case_ref,
    CASE WHEN n.reissue_of_id IS NOT NULL THEN 'reissue' WHEN n.order_id IS NOT NULL THEN 'once'
         WHEN n.previous_amount IS NULL THEN 'new' WHEN n.previous_amount = n.amount THEN 'same' ELSE 'changed' END,
    n.previous_amount, n.expense_account, n.budget_subject, n.reissue_of_id, 'planned', now()
FROM (SELECT r.*, row_number() OVER (ORDER BY r.division_code, r.project_code, r.entitlement_id, r.order_id) AS seq
      FROM ready r) n
"""
)
LEFT_OUT = (
    DUE
    + """
SELECT count(*) FILTER (WHERE is_dead) AS dead, count(*) FILTER (WHERE NOT is_dead) AS failed_before
FROM joined WHERE is_dead OR (reissue_of_id IS NOT NULL AND account_id IS NOT DISTINCT FROM failed_account_id)
"""
)
SUMMARY = text("""
SELECT count(*) AS lines, coalesce(sum(amount), 0) AS amount,
       count(*) FILTER (WHERE difference = 'new') AS new, count(*) FILTER (WHERE difference = 'same') AS same,
       count(*) FILTER (WHERE difference = 'changed') AS changed, count(*) FILTER (WHERE difference = 'once') AS once,
       count(*) FILTER (WHERE difference = 'reissue') AS reissue,
       count(*) FILTER (WHERE account_id IS NULL) AS by_social_card,
       count(DISTINCT household_id) AS households
FROM payment_line WHERE batch_id = :batch
""")
STOPPED = text("""
SELECT count(*) AS lines, coalesce(sum(l.amount), 0) AS amount FROM payment_line l
WHERE l.project_code = ANY (:codes) AND l.division_code >= :low AND l.division_code < :high AND l.period = :before
  AND l.entitlement_id IS NOT NULL AND l.status NOT IN ('failed', 'cancelled')
  AND NOT EXISTS (SELECT FROM payment_line n WHERE n.household_id = l.household_id AND n.project_code = l.project_code
                  AND n.period = :period AND n.status NOT IN ('failed', 'cancelled'))
""")
CONTROL = text("""
SELECT count(*) AS lines, coalesce(sum(amount), 0) AS amount,
       coalesce(string_agg(biz_no || '|' || payee_name || '|' || coalesce(account_id, 0) || '|' || amount, E'\\n'
           ORDER BY seq), '') AS said
FROM payment_line WHERE batch_id = :batch
""")
