-- One household has one benefit of a project at a time, per beneficiary.
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_constraint WHERE conname = 'ex_entitlement_overlap') THEN
        ALTER TABLE entitlement ADD CONSTRAINT ex_entitlement_overlap EXCLUDE USING gist (
            household_id WITH =, project_code WITH =, coalesce(person_id, 0) WITH =,
            daterange(from_month, to_month, '[]') WITH &&
        ) WHERE (to_month IS NULL OR to_month >= from_month);
    END IF;
END
$$;

-- After approval a line keeps payee, account and amount; only the bank's answer may follow.
CREATE OR REPLACE FUNCTION payment_line_keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION '发放明细不能删除' USING ERRCODE = 'EJ201';
    END IF;
    IF (NEW.amount, NEW.batch_id, NEW.period, NEW.biz_no, NEW.payee_name, NEW.payee_person_id, NEW.account_id,
        NEW.entitlement_id, NEW.order_id) IS DISTINCT FROM
       (OLD.amount, OLD.batch_id, OLD.period, OLD.biz_no, OLD.payee_name, OLD.payee_person_id, OLD.account_id,
        OLD.entitlement_id, OLD.order_id) THEN
        RAISE EXCEPTION '发放明细的收款人、账户和金额在制单后不能修改，请作废批次后重新制单' USING ERRCODE = 'EJ202';
    END IF;
    IF OLD.status = 'paid' AND NEW.status <> 'paid' THEN
        RAISE EXCEPTION '已发放成功的明细不能改为其他状态' USING ERRCODE = 'EJ203';
    END IF;
    RETURN NEW;
END
$$;
CREATE OR REPLACE TRIGGER payment_line_keeps BEFORE UPDATE OR DELETE ON payment_line
FOR EACH ROW EXECUTE FUNCTION payment_line_keep();

CREATE SEQUENCE IF NOT EXISTS payment_batch_number;
