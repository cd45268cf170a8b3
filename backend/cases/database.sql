-- What a case has recorded stays as it was: acts, decisions and letters are added, never changed.
CREATE OR REPLACE FUNCTION case_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '办理记录、决定和已发出的文书不能修改或删除，如有错误请办理更正事项' USING ERRCODE = 'EJ001';
END
$$;
DO $$
DECLARE name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['case_step', 'case_decision', 'case_letter', 'case_letter_delivery'] LOOP
        EXECUTE format('CREATE OR REPLACE TRIGGER %1$s_append_only BEFORE UPDATE OR DELETE ON %1$s
            FOR EACH ROW EXECUTE FUNCTION case_refuse_change()', name);
        EXECUTE format('ALTER TABLE %1$s ENABLE ALWAYS TRIGGER %1$s_append_only', name);
    END LOOP;
END
$$;
