-- The books guard themselves. Everything is repeatable; SQLSTATE EJ*** carries a sentence for the person at the desk.

-- A line as the chain sees it: a JSON array, whose order and spelling PostgreSQL fixes whatever the session's settings.
CREATE OR REPLACE FUNCTION ledger_line_text(
    line_no integer, account_code text, debit numeric, credit numeric, fund_source text, counter_fund_id bigint,
    budget_subject text, item_code text, division_code text, case_ref text, batch_ref text, doc_no text
) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT jsonb_build_array(line_no, account_code, debit::numeric(14,2), credit::numeric(14,2), fund_source,
        counter_fund_id, budget_subject, item_code, division_code, case_ref, batch_ref, doc_no)::text
$$;

-- Everything a voucher says, the key and body of its posting, and its lines.
CREATE OR REPLACE FUNCTION ledger_journal_hash(
    j journal, posting_key text, posting_body bytea, posting_by bigint, reverses_sequence bigint, lines text
) RETURNS bytea LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT sha256(j.previous_hash || convert_to(jsonb_build_array(
        j.fund_id, j.sequence, j.id, j.posting_id, j.division_code, j.organization_id, j.year, j.number, j.template,
        j.occurred_on, j.memo, j.amount, j.line_count, reverses_sequence, j.created_by,
        (extract(epoch FROM j.created_at) * 1000000)::bigint, posting_key, encode(posting_body, 'hex'), posting_by
    )::text || lines, 'UTF8'))
$$;

CREATE OR REPLACE FUNCTION ledger_first_hash(fund_id bigint) RETURNS bytea LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT sha256(convert_to('ledger fund ' || fund_id, 'UTF8'))
$$;

-- Every book has a head from its first moment: no head, no posting. The head is the one row that a posting locks, and
-- tells it all it must know of the book; `open_month` is the month last found open, forgotten when anything changes.
CREATE OR REPLACE FUNCTION fund_begin_chain() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO fund_head (fund_id, division_code, organization_id, sequence, hash, year, number)
    VALUES (NEW.id, NEW.division_code, NEW.organization_id, 0, ledger_first_hash(NEW.id), 0, 0);
    RETURN NULL;
END
$$;
CREATE OR REPLACE TRIGGER fund_begins_chain AFTER INSERT ON fund
FOR EACH ROW EXECUTE FUNCTION fund_begin_chain();

CREATE OR REPLACE FUNCTION fund_tell_head() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE fund_head SET division_code = NEW.division_code, organization_id = NEW.organization_id, open_month = NULL
    WHERE fund_id = NEW.id;
    RETURN NULL;
END
$$;
CREATE OR REPLACE TRIGGER fund_tells_head AFTER UPDATE OF status, division_code, organization_id ON fund
FOR EACH ROW EXECUTE FUNCTION fund_tell_head();

CREATE OR REPLACE FUNCTION ledger_period_tell_head() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE fund_head SET open_month = NULL WHERE fund_id = NEW.fund_id;
    RETURN NULL;
END
$$;
CREATE OR REPLACE TRIGGER ledger_period_tells_head AFTER UPDATE OF status ON ledger_period
FOR EACH ROW EXECUTE FUNCTION ledger_period_tell_head();

-- What is written stays written, even for the owner and under session_replication_role = replica.
CREATE OR REPLACE FUNCTION ledger_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '已入账的凭证不能修改或删除，如有错误请用红字冲销后重新编制' USING ERRCODE = 'EJ101';
END
$$;
DO $$
DECLARE name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['journal', 'journal_line', 'ledger_posting'] LOOP
        EXECUTE format('CREATE OR REPLACE TRIGGER %1$s_append_only BEFORE UPDATE OR DELETE ON %1$s
            FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change()', name);
        EXECUTE format('CREATE OR REPLACE TRIGGER %1$s_no_truncate BEFORE TRUNCATE ON %1$s
            FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change()', name);
        EXECUTE format('ALTER TABLE %1$s ENABLE ALWAYS TRIGGER %1$s_append_only', name);
        EXECUTE format('ALTER TABLE %1$s ENABLE ALWAYS TRIGGER %1$s_no_truncate', name);
    END LOOP;
END
$$;

CREATE OR REPLACE FUNCTION ledger_refuse_balance_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'TRUNCATE' AND pg_trigger_depth() > 1 THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION '科目余额由凭证自动登记，不能直接修改' USING ERRCODE = 'EJ102';
END
$$;
CREATE OR REPLACE TRIGGER account_balance_follows_lines BEFORE UPDATE OR DELETE ON account_balance
FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_balance_change();
CREATE OR REPLACE TRIGGER account_balance_no_truncate BEFORE TRUNCATE ON account_balance
FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_balance_change();
ALTER TABLE account_balance ENABLE ALWAYS TRIGGER account_balance_follows_lines;
ALTER TABLE account_balance ENABLE ALWAYS TRIGGER account_balance_no_truncate;

-- Lines move the balances, whoever inserts them, one statement at a time however many lines it has. The same statement
-- vouches for the lines' voucher, book and account (a balance points to both), so that no foreign key asks once a line.
CREATE OR REPLACE FUNCTION journal_line_keep_balances() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    found record;
    short record;
BEGIN
    -- In order of their keys, so that writers who pass ledger_post by cannot deadlock either.
    WITH moved AS (
        INSERT INTO account_balance AS b
            (fund_id, account_code, fund_source, counter_fund_id, debit_total, credit_total)
        SELECT fund_id, account_code, fund_source, coalesce(counter_fund_id, 0), sum(debit), sum(credit)
        FROM added GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
        ON CONFLICT (fund_id, account_code, fund_source, counter_fund_id) DO UPDATE SET
            debit_total = b.debit_total + excluded.debit_total, credit_total = b.credit_total + excluded.credit_total
        RETURNING b.*
    )
    SELECT (SELECT bool_or(j.id IS NULL OR l.line_no NOT BETWEEN 1 AND j.line_count)
            FROM added l LEFT JOIN journal j ON j.id = l.journal_id AND j.fund_id = l.fund_id) AS is_strange,
           (SELECT min(m.id) FROM moved m JOIN ledger_account a ON a.code = m.account_code
            WHERE NOT a.may_be_negative AND CASE a.side WHEN 'debit' THEN m.debit_total - m.credit_total
                                                        ELSE m.credit_total - m.debit_total END < 0) AS short
    INTO found;
    IF found.is_strange THEN
        RAISE EXCEPTION '凭证已经完整，不能再追加分录' USING ERRCODE = 'EJ103';
    END IF;
    IF found.short IS NOT NULL THEN
        SELECT f.name AS fund, a.code, a.name, b.fund_source,
               CASE a.side WHEN 'debit' THEN b.debit_total - b.credit_total ELSE b.credit_total - b.debit_total END
                   AS balance,
               (SELECT abs(sum(l.debit) - sum(l.credit)) FROM added l
                WHERE (l.fund_id, l.account_code, l.fund_source, coalesce(l.counter_fund_id, 0))
                    = (b.fund_id, b.account_code, b.fund_source, b.counter_fund_id)) AS moved
        INTO short FROM account_balance b
        JOIN ledger_account a ON a.code = b.account_code JOIN fund f ON f.id = b.fund_id WHERE b.id = found.short;
        RAISE EXCEPTION '“%”的%（%，资金来源：%）余额不足：现有 % 元，本次需要 % 元',
            short.fund, short.name, short.code, ledger_source_label(short.fund_source),
            short.balance + short.moved, short.moved USING ERRCODE = 'EJ104';
    END IF;
    RETURN NULL;
END
$$;
CREATE OR REPLACE FUNCTION ledger_source_label(source text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE source WHEN 'central' THEN '中央' WHEN 'province' THEN '省级' WHEN 'city' THEN '市级'
        WHEN 'county' THEN '县级' WHEN 'donation' THEN '捐赠（非定向）'
        WHEN 'donation_restricted' THEN '捐赠（定向）' WHEN 'interest' THEN '利息' ELSE source END
$$;
CREATE OR REPLACE TRIGGER journal_line_keeps_balances AFTER INSERT ON journal_line
REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION journal_line_keep_balances();
ALTER TABLE journal_line ENABLE ALWAYS TRIGGER journal_line_keeps_balances;

-- At commit every voucher must be whole and balanced, per fund source. Since a whole voucher has no free line number,
-- one check per voucher is enough: nobody can add a line behind its back.
CREATE OR REPLACE FUNCTION journal_check_whole() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    said record;
    uneven record;
BEGIN
    SELECT count(*) AS lines, coalesce(sum(debit), 0) AS debit, coalesce(sum(credit), 0) AS credit,
           min(fund_source) <> max(fund_source) AS is_mixed
    INTO said FROM journal_line WHERE journal_id = NEW.id;
    IF said.debit <> said.credit OR said.is_mixed THEN
        SELECT fund_source, sum(debit) AS debit, sum(credit) AS credit INTO uneven
        FROM journal_line WHERE journal_id = NEW.id GROUP BY fund_source HAVING sum(debit) <> sum(credit) LIMIT 1;
        IF FOUND THEN
            RAISE EXCEPTION '第 % 号凭证借贷不平（资金来源：%）：借方 % 元，贷方 % 元', NEW.number,
                ledger_source_label(uneven.fund_source), uneven.debit, uneven.credit USING ERRCODE = 'EJ105';
        END IF;
    END IF;
    IF said.lines <> NEW.line_count OR said.debit <> NEW.amount OR said.lines < 2 THEN
        RAISE EXCEPTION '第 % 号凭证不完整：应有 % 条分录共 % 元，实有 % 条共 % 元',
            NEW.number, NEW.line_count, NEW.amount, said.lines, said.debit USING ERRCODE = 'EJ106';
    END IF;
    RETURN NULL;
END
$$;
DROP TRIGGER IF EXISTS journal_is_whole ON journal;
CREATE CONSTRAINT TRIGGER journal_is_whole AFTER INSERT ON journal
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION journal_check_whole();
ALTER TABLE journal ENABLE ALWAYS TRIGGER journal_is_whole;

-- A book that is frozen, a month that is closed or lies before a closed one, a day to come: nothing is posted there.
CREATE OR REPLACE FUNCTION ledger_require_month(book bigint, day date) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    own fund;
    closed date;
BEGIN
    SELECT * INTO STRICT own FROM fund WHERE id = book;
    IF own.status <> 'active' THEN
        RAISE EXCEPTION '账套“%”已冻结或结账，不能入账', own.name USING ERRCODE = 'EJ107';
    END IF;
    IF day > (now() AT TIME ZONE 'Asia/Shanghai')::date THEN
        RAISE EXCEPTION '业务日期 % 晚于今天，不能提前入账', day USING ERRCODE = 'EJ108';
    END IF;
    SELECT max(month) INTO closed FROM ledger_period WHERE fund_id = book AND status = 'closed';
    IF date_trunc('month', day::timestamp) <= closed THEN
        RAISE EXCEPTION '“%”的 % 已经结账，请把业务日期改到未结账的月份', own.name, to_char(day, 'YYYY-MM')
            USING ERRCODE = 'EJ109';
    END IF;
    INSERT INTO ledger_period (fund_id, division_code, organization_id, month, status, version, created_at, updated_at)
    VALUES (book, own.division_code, own.organization_id, date_trunc('month', day::timestamp)::date, 'open', 1, now(),
        now())
    ON CONFLICT (fund_id, month) DO NOTHING;
END
$$;

-- The lines of a posting's body.
CREATE OR REPLACE FUNCTION ledger_lines_of(body jsonb) RETURNS TABLE (
    journal integer, line_no integer, account text, debit numeric, credit numeric, fund_source text,
    counter_fund_id bigint, budget_subject text, item_code text, division_code text, case_ref text,
    batch_ref text, doc_no text
) LANGUAGE sql STABLE AS $$
    SELECT l.journal, l.line_no, l.account, coalesce(l.debit, 0), coalesce(l.credit, 0), l.fund_source,
           l.counter_fund_id, l.budget_subject, l.item_code, l.division_code, l.case_ref, l.batch_ref, l.doc_no
    FROM jsonb_to_recordset(body->'lines') AS l (
        journal integer, line_no integer, account text, debit numeric, credit numeric, fund_source text,
        counter_fund_id bigint, budget_subject text, item_code text, division_code text, case_ref text,
        batch_ref text, doc_no text)
$$;

-- One voucher of a posting as it shall stand: counted and spelled out before any book is locked.
CREATE OR REPLACE FUNCTION ledger_read_voucher(
    body jsonb, place integer, OUT lines integer, OUT amount numeric, OUT said text
) LANGUAGE plpgsql STABLE AS $$
DECLARE is_inexact boolean;
BEGIN
    SELECT count(*), sum(l.debit), bool_or(l.debit <> round(l.debit, 2) OR l.credit <> round(l.credit, 2)),
           string_agg(ledger_line_text(l.line_no, l.account, l.debit, l.credit, l.fund_source, l.counter_fund_id,
               l.budget_subject, l.item_code, l.division_code, l.case_ref, l.batch_ref, l.doc_no), E'\n'
               ORDER BY l.line_no)
    INTO lines, amount, is_inexact, said FROM ledger_lines_of(body) l WHERE l.journal = place;
    IF is_inexact THEN
        RAISE EXCEPTION '金额的小数超过两位，最小单位是分' USING ERRCODE = 'EJ111';
    END IF;
    IF lines = 0 THEN
        RAISE EXCEPTION '每张凭证都必须有分录，每条分录都必须属于一张凭证' USING ERRCODE = 'EJ112';
    END IF;
END
$$;

-- Post vouchers into one or more books, all or none.
-- {"key", "actor_id", "reverses"?, "journals": [{"fund_id", "template", "occurred_on", "memo", "reverses"?}],
--  "lines": [{"journal": 0-based, "line_no": 1-based within it, "account", "debit" | "credit", "fund_source",
--             dimensions…}]}
-- Returns {"posting_id", "replayed", "journals": [{"id", "fund_id", "number"}]}.
CREATE OR REPLACE FUNCTION ledger_post(body jsonb) RETURNS jsonb LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    digest bytea := sha256(convert_to((body - 'key' - 'actor_id')::text, 'UTF8'));
    actor bigint := (body->>'actor_id')::bigint;
    new_posting bigint;
    old_posting record;
    vouchers journal[] := '{}';
    texts text[] := '{}';
    ids bigint[] := '{}';
    books bigint[] := '{}';
    written integer := 0;
    entry jsonb;
    voucher journal;
    said record;
    head fund_head;
    reversed bigint;
    posted jsonb := '[]';
BEGIN
    INSERT INTO ledger_posting (idempotency_key, body_hash, reverses_id, created_by, created_at)
    VALUES (body->>'key', digest, (body->>'reverses')::bigint, actor, now())
    ON CONFLICT (idempotency_key) DO NOTHING RETURNING id INTO new_posting;
    IF new_posting IS NULL THEN
        SELECT id, body_hash INTO old_posting FROM ledger_posting WHERE idempotency_key = body->>'key';
        IF old_posting.body_hash <> digest THEN
            RAISE EXCEPTION '防重编号“%”已用于内容不同的入账，请换一个新的编号', body->>'key' USING ERRCODE = 'EJ110';
        END IF;
        RETURN ledger_posted(old_posting.id, true);
    END IF;

    FOR place IN 0..jsonb_array_length(body->'journals') - 1 LOOP
        entry := body->'journals'->place;
        said := ledger_read_voucher(body, place);
        voucher.id := nextval('journal_id_seq');
        voucher.posting_id := new_posting;
        voucher.fund_id := (entry->>'fund_id')::bigint;
        voucher.template := entry->>'template';
        voucher.occurred_on := (entry->>'occurred_on')::date;
        voucher.year := extract(year FROM voucher.occurred_on);
        voucher.memo := entry->>'memo';
        voucher.amount := said.amount;
        voucher.line_count := said.lines;
        voucher.reverses_id := (entry->>'reverses')::bigint;
        voucher.created_by := actor;
        voucher.created_at := now();
        written := written + said.lines;
        vouchers := vouchers || voucher;
        texts := texts || said.said;
        ids := ids || voucher.id;
        books := books || voucher.fund_id;
    END LOOP;
    IF written <> jsonb_array_length(body->'lines') THEN
        RAISE EXCEPTION '每张凭证都必须有分录，每条分录都必须属于一张凭证' USING ERRCODE = 'EJ112';
    END IF;

    -- The heads in id order: one lock per book orders numbers, chain and balances together, and cannot deadlock.
    PERFORM 1 FROM fund_head WHERE fund_id = ANY (books) ORDER BY fund_id FOR UPDATE;
    FOREACH voucher IN ARRAY vouchers LOOP
        SELECT * INTO STRICT head FROM fund_head WHERE fund_id = voucher.fund_id;
        IF date_trunc('month', voucher.occurred_on::timestamp)::date IS DISTINCT FROM head.open_month
           OR voucher.occurred_on > (now() AT TIME ZONE 'Asia/Shanghai')::date THEN
            PERFORM ledger_require_month(head.fund_id, voucher.occurred_on);
        END IF;
        IF voucher.year <> head.year THEN
            SELECT coalesce(max(number), 0) INTO head.number FROM journal
            WHERE fund_id = head.fund_id AND year = voucher.year;
        END IF;
        IF voucher.reverses_id IS NOT NULL THEN
            SELECT sequence INTO reversed FROM journal WHERE id = voucher.reverses_id;
        END IF;
        voucher.division_code := head.division_code;
        voucher.organization_id := head.organization_id;
        voucher.number := head.number + 1;
        voucher.sequence := head.sequence + 1;
        voucher.previous_hash := head.hash;
        voucher.hash := ledger_journal_hash(voucher, body->>'key', digest, actor, reversed,
            texts[array_position(ids, voucher.id)]);
        INSERT INTO journal SELECT voucher.*;
        UPDATE fund_head SET sequence = voucher.sequence, hash = voucher.hash, year = voucher.year,
            number = voucher.number, open_month = date_trunc('month', voucher.occurred_on::timestamp)::date
        WHERE fund_id = voucher.fund_id;
        posted := posted || jsonb_build_object('id', voucher.id, 'fund_id', voucher.fund_id, 'number', voucher.number);
    END LOOP;

    INSERT INTO journal_line (journal_id, line_no, fund_id, account_code, debit, credit, fund_source, counter_fund_id,
        budget_subject, item_code, division_code, case_ref, batch_ref, doc_no)
    SELECT ids[l.journal + 1], l.line_no, books[l.journal + 1], l.account, l.debit, l.credit, l.fund_source,
        l.counter_fund_id, l.budget_subject, l.item_code, l.division_code, l.case_ref, l.batch_ref, l.doc_no
    FROM ledger_lines_of(body) l;
    RETURN jsonb_build_object('posting_id', new_posting, 'replayed', false, 'journals', posted);
END
$$;

CREATE OR REPLACE FUNCTION ledger_posted(posting bigint, replayed boolean) RETURNS jsonb LANGUAGE sql STABLE AS $$
    SELECT jsonb_build_object('posting_id', posting, 'replayed', replayed, 'journals',
        coalesce(jsonb_agg(jsonb_build_object('id', id, 'fund_id', fund_id, 'number', number) ORDER BY id), '[]'))
    FROM journal WHERE posting_id = posting
$$;

-- Prove the books, all or some: every fault as (fund, sequence, journal, reason), in the order of the chain.
CREATE OR REPLACE FUNCTION ledger_faults(books bigint[]) RETURNS TABLE (
    fund_id bigint, sequence bigint, journal_id bigint, number bigint, reason text
) LANGUAGE sql STABLE AS $$
    WITH chosen AS (SELECT f.* FROM fund f WHERE books IS NULL OR f.id = ANY (books)),
    said AS (
        SELECT l.journal_id, count(*) AS lines, sum(l.debit) AS debit, sum(l.credit) AS credit,
               string_agg(ledger_line_text(l.line_no, l.account_code, l.debit, l.credit, l.fund_source,
                   l.counter_fund_id, l.budget_subject, l.item_code, l.division_code, l.case_ref, l.batch_ref,
                   l.doc_no), E'\n' ORDER BY l.line_no) AS texts
        FROM journal_line l WHERE l.fund_id IN (SELECT id FROM chosen) GROUP BY l.journal_id
    ), uneven AS (
        SELECT DISTINCT s.journal_id FROM (
            SELECT l.journal_id FROM journal_line l WHERE l.fund_id IN (SELECT id FROM chosen)
            GROUP BY l.journal_id, l.fund_source HAVING sum(l.debit) <> sum(l.credit)) s
    ), walked AS (
        SELECT j.fund_id, j.sequence, j.id, j.number, j.line_count, j.amount, j.hash, j.previous_hash, j.year,
               j.template,
               lag(j.hash) OVER chain AS before_hash, row_number() OVER chain AS place,
               row_number() OVER (PARTITION BY j.fund_id, j.year ORDER BY j.number) AS place_in_year,
               s.lines, s.debit, u.journal_id IS NOT NULL AS is_uneven,
               ledger_journal_hash(j, p.idempotency_key, p.body_hash, p.created_by, r.sequence, coalesce(s.texts, ''))
                   AS new_hash
        FROM journal j
        JOIN ledger_posting p ON p.id = j.posting_id
        LEFT JOIN journal r ON r.id = j.reverses_id
        LEFT JOIN said s ON s.journal_id = j.id
        LEFT JOIN uneven u ON u.journal_id = j.id
        WHERE j.fund_id IN (SELECT id FROM chosen)
        WINDOW chain AS (PARTITION BY j.fund_id ORDER BY j.sequence)
    ), sums AS (
        SELECT l.fund_id, l.account_code, l.fund_source, coalesce(l.counter_fund_id, 0) AS counter,
               sum(l.debit) AS debit, sum(l.credit) AS credit
        FROM journal_line l WHERE l.fund_id IN (SELECT id FROM chosen) GROUP BY 1, 2, 3, 4
    ), totals AS (
        SELECT f.id AS fund_id, f.kind,
               coalesce(sum(b.debit_total - b.credit_total) FILTER (WHERE b.account_code IN ('1001', '1002', '1222')),
                   0) AS held,
               coalesce(sum(b.credit_total - b.debit_total) FILTER (WHERE b.account_code IN ('2111', '2112')), 0)
                   AS owed,
               coalesce(sum(b.credit_total - b.debit_total) FILTER (WHERE b.account_code = '2111'), 0) AS imprest
        FROM chosen f LEFT JOIN account_balance b ON b.fund_id = f.id GROUP BY f.id, f.kind
    )
    SELECT w.fund_id, w.sequence, w.id, w.number, '内容与其摘要不符：入账后被改动'
        FROM walked w WHERE w.new_hash <> w.hash
    UNION ALL SELECT w.fund_id, w.sequence, w.id, w.number, '与前一张凭证接不上：之前有凭证被删除或改动'
        FROM walked w WHERE w.previous_hash <> coalesce(w.before_hash, ledger_first_hash(w.fund_id))
           OR w.sequence <> w.place
    UNION ALL SELECT w.fund_id, w.sequence, w.id, w.number, '凭证号不连续'
        FROM walked w WHERE w.number <> w.place_in_year
    UNION ALL SELECT w.fund_id, w.sequence, w.id, w.number, '分录不完整或借贷不平'
        FROM walked w WHERE w.is_uneven OR w.lines IS DISTINCT FROM w.line_count OR w.debit IS DISTINCT FROM w.amount
    UNION ALL SELECT h.fund_id, h.sequence, NULL, NULL, '账套末尾的凭证与登记的链尾不符：末尾有凭证被删除或链尾被改动'
        FROM fund_head h JOIN chosen f ON f.id = h.fund_id
        LEFT JOIN LATERAL (SELECT w.sequence, w.hash FROM walked w WHERE w.fund_id = h.fund_id
                           ORDER BY w.sequence DESC LIMIT 1) l ON true
        WHERE h.sequence <> coalesce(l.sequence, 0) OR h.hash <> coalesce(l.hash, ledger_first_hash(h.fund_id))
    UNION ALL SELECT h.fund_id, NULL, NULL, h.number, '登记的最后凭证号与实有凭证不符'
        FROM fund_head h JOIN chosen f ON f.id = h.fund_id
        WHERE h.number <> (SELECT count(*) FROM walked w WHERE w.fund_id = h.fund_id AND w.year = h.year)
    UNION ALL SELECT w.fund_id, w.sequence, w.id, w.number, '记账事项不存在'
        FROM walked w WHERE NOT EXISTS (SELECT FROM posting_template t WHERE t.code = w.template)
    UNION ALL SELECT b.fund_id, NULL, NULL, NULL, '科目 ' || b.account_code || ' 的余额与分录合计不符'
        FROM account_balance b JOIN chosen f ON f.id = b.fund_id
        LEFT JOIN sums s ON (s.fund_id, s.account_code, s.fund_source, s.counter)
                          = (b.fund_id, b.account_code, b.fund_source, b.counter_fund_id)
        WHERE b.debit_total <> coalesce(s.debit, 0) OR b.credit_total <> coalesce(s.credit, 0)
    UNION ALL SELECT s.fund_id, NULL, NULL, NULL, '科目 ' || s.account_code || ' 有分录而没有余额登记'
        FROM sums s LEFT JOIN account_balance b ON (s.fund_id, s.account_code, s.fund_source, s.counter)
                                               = (b.fund_id, b.account_code, b.fund_source, b.counter_fund_id)
        WHERE b.id IS NULL
    UNION ALL SELECT b.fund_id, NULL, NULL, NULL, '科目 ' || b.account_code || ' 的余额为负'
        FROM account_balance b JOIN chosen f ON f.id = b.fund_id JOIN ledger_account a ON a.code = b.account_code
        WHERE NOT a.may_be_negative
          AND CASE a.side WHEN 'debit' THEN b.debit_total - b.credit_total ELSE b.credit_total - b.debit_total END < 0
    UNION ALL SELECT t.fund_id, NULL, NULL, NULL,
            '备用金不平：货币资金与待报销款共 ' || t.held || ' 元，应付县级与救助基金共 ' || t.owed || ' 元'
        FROM totals t WHERE t.kind = 'town_reserve' AND t.held <> t.owed
    UNION ALL SELECT t.fund_id, NULL, NULL, NULL,
            '备用金 ' || t.imprest || ' 元与县级账上拨付的 ' || coalesce(c.given, 0) || ' 元不符'
        FROM totals t LEFT JOIN LATERAL (
            SELECT sum(b.debit_total - b.credit_total) AS given FROM account_balance b
            WHERE b.account_code = '1211' AND b.counter_fund_id = t.fund_id) c ON true
        WHERE t.kind = 'town_reserve' AND t.imprest <> coalesce(c.given, 0)
    UNION ALL SELECT NULL, NULL, NULL, NULL, '保护触发器被停用：' || g.tgname
        FROM pg_trigger g WHERE g.tgenabled = 'D' AND NOT g.tgisinternal
          AND g.tgrelid IN ('journal'::regclass, 'journal_line'::regclass, 'ledger_posting'::regclass,
                            'account_balance'::regclass)
$$;
