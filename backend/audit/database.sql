-- The audit trail guards itself: whoever writes, by whatever way, gets a linked row that nobody changes.

-- Canonical text of a row: a JSON array, whose order and spelling PostgreSQL fixes whatever the session's settings.
CREATE OR REPLACE FUNCTION audit_entry_text(entry audit_entry) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT jsonb_build_array(
        entry.chain, entry.sequence, entry.id, (extract(epoch FROM entry.occurred_at) * 1000000)::bigint,
        entry.kind, entry.action, entry.user_id, entry.username, entry.user_name, entry.session_id,
        entry.subject_kind, entry.subject_id, entry.division_code, entry.purpose, entry.details
    )::text
$$;

CREATE OR REPLACE FUNCTION audit_entry_hash(entry audit_entry) RETURNS bytea
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT sha256(entry.previous_hash || convert_to(audit_entry_text(entry), 'UTF8'))
$$;

INSERT INTO audit_chain (chain, sequence, hash)
SELECT chain, 0, sha256(convert_to('audit chain ' || chain, 'UTF8')) FROM generate_series(0, 63) AS chain
ON CONFLICT (chain) DO NOTHING;

-- A writer takes a chain that is free, its own first, so that writers neither queue nor deadlock on heads.
CREATE OR REPLACE FUNCTION audit_entry_link() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    own smallint := pg_backend_pid() % 64;
    head audit_chain;
BEGIN
    SELECT * INTO head FROM audit_chain WHERE chain = own FOR UPDATE SKIP LOCKED;
    IF NOT FOUND THEN
        SELECT * INTO head FROM audit_chain ORDER BY (chain - own + 64) % 64 LIMIT 1 FOR UPDATE SKIP LOCKED;
    END IF;
    IF head.chain IS NULL THEN
        SELECT * INTO STRICT head FROM audit_chain WHERE chain = own FOR UPDATE;
    END IF;
    NEW.occurred_at := clock_timestamp();
    NEW.chain := head.chain;
    NEW.sequence := head.sequence + 1;
    NEW.previous_hash := head.hash;
    NEW.hash := audit_entry_hash(NEW);
    UPDATE audit_chain SET sequence = NEW.sequence, hash = NEW.hash WHERE chain = head.chain;
    RETURN NEW;
END
$$;

CREATE OR REPLACE TRIGGER audit_entry_link BEFORE INSERT ON audit_entry
FOR EACH ROW EXECUTE FUNCTION audit_entry_link();

CREATE OR REPLACE FUNCTION audit_refuse_change() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '审计记录只能追加，不能修改或删除' USING ERRCODE = 'EJ001';
END
$$;

CREATE OR REPLACE TRIGGER audit_entry_append_only BEFORE UPDATE OR DELETE ON audit_entry
FOR EACH ROW EXECUTE FUNCTION audit_refuse_change();
CREATE OR REPLACE TRIGGER audit_entry_no_truncate BEFORE TRUNCATE ON audit_entry
FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();

-- Only the link above, which runs inside another trigger, may move a head.
CREATE OR REPLACE TRIGGER audit_chain_moves_by_link BEFORE UPDATE OR DELETE ON audit_chain
FOR EACH ROW WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION audit_refuse_change();
CREATE OR REPLACE TRIGGER audit_chain_no_truncate BEFORE TRUNCATE ON audit_chain
FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();

CREATE OR REPLACE TRIGGER access_record_append_only BEFORE UPDATE OR DELETE ON access_record
FOR EACH ROW EXECUTE FUNCTION audit_refuse_change();
CREATE OR REPLACE TRIGGER access_record_no_truncate BEFORE TRUNCATE ON access_record
FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();
