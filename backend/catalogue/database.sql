-- Repeatable: running it again is harmless.

-- Chinese has no spaces: index single characters and pairs, ask for all pairs of what was typed.
CREATE OR REPLACE FUNCTION catalogue_pieces(source text) RETURNS text[]
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT coalesce(array_agg(DISTINCT piece), '{}')
  FROM regexp_split_to_table(lower(left(source, 200000)), '[^[:alnum:]]+') AS run,
       generate_series(1, length(run)) AS at,
       LATERAL (VALUES (substr(run, at, 1)), (substr(run, at, 2))) AS part(piece)
  WHERE piece <> ''
$$;

CREATE OR REPLACE FUNCTION catalogue_vector(source text) RETURNS tsvector
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT array_to_tsvector(catalogue_pieces(source))
$$;

CREATE OR REPLACE FUNCTION catalogue_query(typed text) RETURNS tsquery
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT coalesce(string_agg(quote_literal(piece), ' & '), '')::tsquery
  FROM unnest(catalogue_pieces(typed)) AS piece
  WHERE length(piece) = 2 OR length(regexp_replace(typed, '[^[:alnum:]]', '', 'g')) = 1
$$;

CREATE OR REPLACE FUNCTION policy_document_search(document_id bigint) RETURNS tsvector
LANGUAGE sql STABLE AS $$
  SELECT catalogue_vector(concat_ws(' ', d.code, d.title, d.number, d.issuer, d.summary,
    (SELECT string_agg(c.label || ' ' || c.text, ' ') FROM policy_clause c WHERE c.document_id = d.id)))
  FROM policy_document d WHERE d.id = document_id
$$;

CREATE OR REPLACE FUNCTION policy_document_index() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_TABLE_NAME = 'policy_clause' THEN
    UPDATE policy_document SET search = policy_document_search(id)
    WHERE id = CASE WHEN TG_OP = 'DELETE' THEN OLD.document_id ELSE NEW.document_id END;
    RETURN NULL;
  END IF;
  UPDATE policy_document SET search = policy_document_search(id) WHERE id = NEW.id;
  RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER policy_document_indexed
AFTER INSERT OR UPDATE OF code, title, number, issuer, summary ON policy_document
FOR EACH ROW EXECUTE FUNCTION policy_document_index();

CREATE OR REPLACE TRIGGER policy_clause_indexed
AFTER INSERT OR UPDATE OR DELETE ON policy_clause
FOR EACH ROW EXECUTE FUNCTION policy_document_index();

-- A number that was in force stays readable for ever; only its end may be set, once.
CREATE OR REPLACE FUNCTION parameter_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    RAISE EXCEPTION '已生效的政策参数不能删除' USING ERRCODE = 'EJ001';
  END IF;
  IF (to_jsonb(NEW) - 'valid_to') IS DISTINCT FROM (to_jsonb(OLD) - 'valid_to')
     OR (OLD.valid_to IS NOT NULL AND NEW.valid_to IS DISTINCT FROM OLD.valid_to) THEN
    RAISE EXCEPTION '已生效的政策参数不能修改，请提出新的变更' USING ERRCODE = 'EJ001';
  END IF;
  RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER parameter_guarded BEFORE UPDATE OR DELETE ON parameter
FOR EACH ROW EXECUTE FUNCTION parameter_guard();

-- What was decided under a published version must be found unchanged years later.
CREATE OR REPLACE FUNCTION project_version_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  open_columns text[] := ARRAY['valid_to', 'status', 'version', 'updated_at'];
BEGIN
  IF OLD.status NOT IN ('published', 'retired') THEN
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
  END IF;
  IF TG_OP = 'DELETE' THEN
    RAISE EXCEPTION '已发布的项目版本不能删除' USING ERRCODE = 'EJ001';
  END IF;
  IF (to_jsonb(NEW) - open_columns) IS DISTINCT FROM (to_jsonb(OLD) - open_columns)
     OR NEW.status NOT IN ('published', 'retired')
     OR (OLD.status = 'retired' AND NEW.status <> 'retired') THEN
    RAISE EXCEPTION '已发布的项目版本不能修改，请建立新版本' USING ERRCODE = 'EJ001';
  END IF;
  RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER project_version_guarded BEFORE UPDATE OR DELETE ON project_version
FOR EACH ROW EXECUTE FUNCTION project_version_guard();
