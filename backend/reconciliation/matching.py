"""The rules by which lines find each other (DOMAIN §5.6), one statement each, over all that stands open."""

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.kernel.actor import Actor
from backend.reconciliation.models import BankAccount, MatchRule, MatchStatus

DAYS = 3
# A rule yields (grp, bank_line_id, journal_id, line_no, confidence): the lines of one group are one match.
RULES: dict[MatchRule, str] = {
    # A voucher and its reversal cancel each other; the bank knows of neither.
    MatchRule.REVERSAL: """
open AS MATERIALIZED (SELECT * FROM bank_open_book_lines(:account)),
pairs AS (SELECT o.journal_id AS origin, r.journal_id AS reversal FROM (SELECT DISTINCT journal_id FROM open) o
          JOIN (SELECT DISTINCT journal_id, reverses_id FROM open) r ON r.reverses_id = o.journal_id),
whole AS (SELECT p.* FROM pairs p JOIN open l ON l.journal_id IN (p.origin, p.reversal)
          GROUP BY 1, 2 HAVING sum(l.amount) = 0),
found AS (SELECT w.origin AS grp, NULL::bigint AS bank_line_id, l.journal_id, l.line_no, 100 AS confidence
          FROM whole w JOIN open l ON l.journal_id IN (w.origin, w.reversal))""",
    # The same number and amount; several of the same are paired in the order of their days.
    MatchRule.EXACT: """
bank AS (SELECT b.id, b.amount, r.ref, row_number() OVER (PARTITION BY r.ref, b.amount ORDER BY b.booked_on, b.id) AS n
         FROM bank_open_lines(:account) b
         CROSS JOIN LATERAL (SELECT DISTINCT ref FROM (VALUES (b.serial), (b.reference)) v (ref)) r
         WHERE r.ref IS NOT NULL),
book AS (SELECT k.journal_id, k.line_no, k.amount, r.ref,
                row_number() OVER (PARTITION BY r.ref, k.amount ORDER BY k.occurred_on, k.journal_id, k.line_no) AS n
         FROM bank_open_book_lines(:account) k
         CROSS JOIN LATERAL (SELECT DISTINCT ref FROM (VALUES (k.doc_no), (k.batch_ref), (k.case_ref)) v (ref)) r
         WHERE r.ref IS NOT NULL),
first AS (SELECT DISTINCT ON (b.id) b.id, k.journal_id, k.line_no
          FROM bank b JOIN book k USING (ref, amount, n) ORDER BY b.id, k.journal_id, k.line_no),
pairs AS (SELECT DISTINCT ON (journal_id, line_no) * FROM first ORDER BY journal_id, line_no, id),
found AS (SELECT id AS grp, id AS bank_line_id, NULL::bigint AS journal_id, NULL::integer AS line_no,
                 100 AS confidence FROM pairs
          UNION ALL SELECT id, NULL, journal_id, line_no, 100 FROM pairs)""",
    # All lines of one number, one to many or many to one, when both sides come to the same.
    MatchRule.GROUP: """
bank AS MATERIALIZED (SELECT id, amount, coalesce(reference, serial) AS ref FROM bank_open_lines(:account)),
book AS MATERIALIZED (SELECT journal_id, line_no, amount, coalesce(batch_ref, doc_no, case_ref) AS ref
                      FROM bank_open_book_lines(:account)),
sums AS (SELECT b.ref, row_number() OVER () AS grp
         FROM (SELECT ref, sum(amount) AS amount FROM bank WHERE ref IS NOT NULL GROUP BY ref) b
         JOIN (SELECT ref, sum(amount) AS amount FROM book WHERE ref IS NOT NULL GROUP BY ref) k USING (ref, amount)),
found AS (SELECT s.grp, b.id AS bank_line_id, NULL::bigint AS journal_id, NULL::integer AS line_no, 95 AS confidence
          FROM sums s JOIN bank b USING (ref)
          UNION ALL SELECT s.grp, NULL, k.journal_id, k.line_no, 95 FROM sums s JOIN book k USING (ref))""",
    # The payee of the case, by name and end of the card, or a name that the voucher says; one candidate on each side.
    MatchRule.PARTY: """
bank AS (SELECT * FROM bank_open_lines(:account) WHERE length(counter_name) > 1),
book AS (SELECT k.*, o.payee_name, right(a.number_masked, 4) AS tail
         FROM bank_open_book_lines(:account) k
         LEFT JOIN LATERAL (SELECT p.payee_name, p.payee_person_id FROM payment_order p
                            WHERE p.case_ref = k.case_ref AND p.amount = abs(k.amount) LIMIT 1) o ON true
         LEFT JOIN payment_account a ON a.person_id = o.payee_person_id AND a.status = 'active'),
candidates AS (
    SELECT b.id, k.journal_id, k.line_no, count(*) OVER (PARTITION BY b.id) AS of_bank,
           count(*) OVER (PARTITION BY k.journal_id, k.line_no) AS of_book
    FROM bank b JOIN book k ON k.amount = b.amount AND abs(k.occurred_on - b.booked_on) <= :days
        AND (strpos(k.memo, b.counter_name) > 0 OR (k.payee_name = b.counter_name
             AND (b.counter_tail IS NULL OR k.tail IS NULL OR b.counter_tail = k.tail)))),
pairs AS (SELECT * FROM candidates WHERE of_bank = 1 AND of_book = 1),
found AS (SELECT id AS grp, id AS bank_line_id, NULL::bigint AS journal_id, NULL::integer AS line_no, 90 AS confidence
          FROM pairs UNION ALL SELECT id, NULL, journal_id, line_no, 90 FROM pairs)""",
    # Only amount and day agree, with one candidate on each side: somebody has to look. A voucher counts as a whole.
    MatchRule.LIKELY: """
book AS MATERIALIZED (SELECT * FROM bank_open_book_lines(:account)),
vouchers AS (SELECT journal_id, min(occurred_on) AS day, sum(amount) AS amount FROM book GROUP BY journal_id),
candidates AS (
    SELECT b.id, v.journal_id, abs(v.day - b.booked_on) AS apart, count(*) OVER (PARTITION BY b.id) AS of_bank,
           count(*) OVER (PARTITION BY v.journal_id) AS of_book
    FROM bank_open_lines(:account) b
    JOIN vouchers v ON v.amount = b.amount AND abs(v.day - b.booked_on) <= :days),
pairs AS (SELECT *, 80 - 10 * apart AS confidence FROM candidates WHERE of_bank = 1 AND of_book = 1),
found AS (SELECT id AS grp, id AS bank_line_id, NULL::bigint AS journal_id, NULL::integer AS line_no, confidence
          FROM pairs
          UNION ALL SELECT p.id, NULL, k.journal_id, k.line_no, p.confidence
          FROM pairs p JOIN book k USING (journal_id))""",
}
_WRITE = """
WITH {rule},
named AS MATERIALIZED (
    SELECT f.grp, nextval('bank_match_id_seq') AS id, max(f.confidence) AS confidence, sum(b.amount) AS amount,
           count(f.bank_line_id) AS bank, count(f.journal_id) AS book
    FROM found f LEFT JOIN bank_line b ON b.id = f.bank_line_id GROUP BY f.grp),
made AS (
    INSERT INTO bank_match (id, bank_account_id, division_code, organization_id, rule, confidence, status, amount,
        bank_count, book_count, made_by, created_at)
    SELECT id, :account, :division, :organization, :code, confidence, :status, coalesce(amount, 0), bank, book,
        :actor, now() FROM named),
items AS (
    INSERT INTO bank_match_item (match_id, bank_line_id, journal_id, line_no, held, created_at)
    SELECT n.id, f.bank_line_id, f.journal_id, f.line_no, true, now() FROM found f JOIN named n USING (grp))
SELECT count(*) AS matches FROM named
"""


async def run(session: AsyncSession, actor: Actor, account: BankAccount) -> dict[MatchRule, int]:
    """Apply every rule in its order to an account that the caller has locked; return how many matches each made."""
    made: dict[MatchRule, int] = {}
    for rule, found in RULES.items():
        values = {
            "account": account.id,
            "division": account.division_code,
            "organization": account.organization_id,
            "code": rule,
            "status": MatchStatus.SUGGESTED if rule is MatchRule.LIKELY else MatchStatus.MATCHED,
            "actor": actor.user_id,
        } | ({"days": DAYS} if ":days" in found else {})
        made[rule] = await session.scalar(text(_WRITE.format(rule=found)), values) or 0
    return made
