-- What the bank wrote and what was matched stays as it is; a correction is a new step.
CREATE OR REPLACE FUNCTION bank_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND pg_trigger_depth() > 1 THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION '银行对账单和对账记录不能修改或删除，如有差错请撤销对账后重新办理' USING ERRCODE = 'EJ201';
END
$$;
DO $$
DECLARE name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['bank_statement', 'bank_line', 'bank_match', 'bank_match_item', 'bank_match_step'] LOOP
        EXECUTE format('CREATE OR REPLACE TRIGGER %1$s_append_only BEFORE UPDATE OR DELETE ON %1$s
            FOR EACH STATEMENT EXECUTE FUNCTION bank_refuse_change()', name);
        EXECUTE format('CREATE OR REPLACE TRIGGER %1$s_no_truncate BEFORE TRUNCATE ON %1$s
            FOR EACH STATEMENT EXECUTE FUNCTION bank_refuse_change()', name);
        EXECUTE format('ALTER TABLE %1$s ENABLE ALWAYS TRIGGER %1$s_append_only', name);
        EXECUTE format('ALTER TABLE %1$s ENABLE ALWAYS TRIGGER %1$s_no_truncate', name);
    END LOOP;
END
$$;

-- The lines of the book that a bank account should show, from the day its reconciliation began.
CREATE OR REPLACE FUNCTION bank_book_lines(account bigint) RETURNS TABLE (
    journal_id bigint, line_no integer, occurred_on date, amount numeric, reverses_id bigint, memo text, year smallint,
    number bigint, doc_no text, batch_ref text, case_ref text
) LANGUAGE sql STABLE AS $$
    SELECT l.journal_id, l.line_no, j.occurred_on, l.debit - l.credit, j.reverses_id, j.memo, j.year, j.number,
           l.doc_no, l.batch_ref, l.case_ref
    FROM bank_account a
    JOIN journal_line l ON l.fund_id = a.fund_id AND l.account_code = a.account_code
    JOIN journal j ON j.id = l.journal_id AND j.occurred_on >= a.opened_on
    WHERE a.id = account
$$;

-- Both sides of what no match holds.
CREATE OR REPLACE FUNCTION bank_open_lines(account bigint) RETURNS SETOF bank_line LANGUAGE sql STABLE AS $$
    SELECT b.* FROM bank_line b WHERE b.bank_account_id = account
    AND NOT EXISTS (SELECT FROM bank_match_item i WHERE i.bank_line_id = b.id AND i.held)
$$;
CREATE OR REPLACE FUNCTION bank_open_book_lines(account bigint) RETURNS TABLE (
    journal_id bigint, line_no integer, occurred_on date, amount numeric, reverses_id bigint, memo text, year smallint,
    number bigint, doc_no text, batch_ref text, case_ref text
) LANGUAGE sql STABLE AS $$
    SELECT k.* FROM bank_book_lines(account) k
    WHERE NOT EXISTS (SELECT FROM bank_match_item i WHERE i.held AND i.journal_id = k.journal_id
                                                      AND i.line_no = k.line_no)
$$;

-- A match is the same money on both sides, whoever wrote it: checked once a statement.
CREATE OR REPLACE FUNCTION bank_match_check_sums() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE uneven record;
BEGIN
    SELECT i.match_id, coalesce(sum(b.amount), 0) AS bank, coalesce(sum(l.debit - l.credit), 0) AS book INTO uneven
    FROM added i
    JOIN bank_match m ON m.id = i.match_id
    JOIN bank_account a ON a.id = m.bank_account_id
    LEFT JOIN bank_line b ON b.id = i.bank_line_id AND b.bank_account_id = a.id
    LEFT JOIN journal_line l ON l.journal_id = i.journal_id AND l.line_no = i.line_no AND l.fund_id = a.fund_id
                            AND l.account_code = a.account_code
    GROUP BY i.match_id
    HAVING coalesce(sum(b.amount), 0) <> coalesce(sum(l.debit - l.credit), 0) OR count(*) < 2
        OR count(*) <> count(b.id) + count(l.journal_id) LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION '对账两边不符：银行流水合计 % 元，账面分录合计 % 元', uneven.bank, uneven.book
            USING ERRCODE = 'EJ202';
    END IF;
    RETURN NULL;
END
$$;
CREATE OR REPLACE TRIGGER bank_match_item_sums AFTER INSERT ON bank_match_item
REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION bank_match_check_sums();

-- A step moves its match; what is rejected or undone gives its lines free.
CREATE OR REPLACE FUNCTION bank_match_follow_step() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE bank_match SET status = CASE NEW.kind WHEN 'confirm' THEN 'matched' WHEN 'reject' THEN 'rejected'
                                                 ELSE 'undone' END
    WHERE id = NEW.match_id
      AND status = ANY (CASE NEW.kind WHEN 'undo' THEN ARRAY['matched'] ELSE ARRAY['suggested', 'proposed'] END);
    IF NOT FOUND THEN
        RAISE EXCEPTION '该对账记录已经办理过，请刷新后重试' USING ERRCODE = 'EJ203';
    END IF;
    IF NEW.kind <> 'confirm' THEN
        UPDATE bank_match_item SET held = false WHERE match_id = NEW.match_id;
    END IF;
    RETURN NULL;
END
$$;
CREATE OR REPLACE TRIGGER bank_match_step_moves AFTER INSERT ON bank_match_step
FOR EACH ROW EXECUTE FUNCTION bank_match_follow_step();

-- Both sides of what stood open at the end of a day: a match closes what it holds once its lines up to that day agree.
CREATE OR REPLACE FUNCTION bank_open_items(account bigint, as_of date) RETURNS TABLE (
    side text, bank_line_id bigint, journal_id bigint, line_no integer, day date, amount numeric, refs text[],
    memo text, counter_name text, number bigint
) LANGUAGE sql STABLE AS $$
    WITH lines AS (
        SELECT 'bank' AS side, b.id AS bank_line_id, NULL::bigint AS journal_id, NULL::integer AS line_no,
               b.booked_on AS day, b.amount, ARRAY[b.serial, b.reference]::text[] AS refs, b.memo, b.counter_name,
               NULL::bigint AS number, i.match_id
        FROM bank_line b
        LEFT JOIN (bank_match_item i JOIN bank_match m ON m.id = i.match_id AND m.status = 'matched')
            ON i.bank_line_id = b.id AND i.held
        WHERE b.bank_account_id = account AND b.booked_on <= as_of
        UNION ALL
        SELECT 'book', NULL, k.journal_id, k.line_no, k.occurred_on, k.amount,
               ARRAY[k.doc_no, k.batch_ref, k.case_ref], k.memo, NULL, k.number, i.match_id
        FROM bank_book_lines(account) k
        LEFT JOIN (bank_match_item i JOIN bank_match m ON m.id = i.match_id AND m.status = 'matched')
            ON i.journal_id = k.journal_id AND i.line_no = k.line_no AND i.held
        WHERE k.occurred_on <= as_of
    ), uneven AS (
        SELECT match_id FROM lines WHERE match_id IS NOT NULL GROUP BY match_id
        HAVING sum(CASE side WHEN 'bank' THEN amount ELSE -amount END) <> 0
    )
    SELECT side, bank_line_id, journal_id, line_no, day, amount, refs, memo, counter_name, number
    FROM lines WHERE match_id IS NULL OR match_id IN (SELECT match_id FROM uneven)
$$;
