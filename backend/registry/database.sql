CREATE SEQUENCE IF NOT EXISTS household_number_seq;

-- Next number of a household: county, eight digits, two check digits (ISO/IEC 7064 MOD 97-10).
CREATE OR REPLACE FUNCTION household_number(county text) RETURNS text LANGUAGE sql VOLATILE AS $$
    SELECT body || lpad((98 - (body::numeric * 100 % 97))::text, 2, '0')
    FROM (SELECT county || lpad(nextval('household_number_seq')::text, 8, '0') AS body) AS made
$$;

-- Part of a tagged search ("id:…", "tel:…") as the bytes of a blind index; null for another tag.
CREATE OR REPLACE FUNCTION tagged_index(q text, tag text) RETURNS bytea LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN starts_with(q, tag || ':') THEN decode(substr(q, length(tag) + 2), 'hex') END
$$;

-- Households found by a number of theirs or of a member; names are matched by the index of `member_names`.
CREATE OR REPLACE FUNCTION households_by_number(q text) RETURNS bigint[] LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
    IF starts_with(q, 'id:') THEN
        RETURN ARRAY(SELECT m.household_id FROM household_member m JOIN person p ON p.id = m.person_id
                     WHERE p.id_number_index = tagged_index(q, 'id') AND m.left_on IS NULL LIMIT 1000);
    ELSIF starts_with(q, 'tel:') THEN
        RETURN ARRAY(SELECT h.id FROM household h WHERE h.phone_index = tagged_index(q, 'tel')
                     UNION
                     SELECT m.household_id FROM household_member m JOIN person p ON p.id = m.person_id
                     WHERE p.phone_index = tagged_index(q, 'tel') AND m.left_on IS NULL LIMIT 1000);
    ELSIF starts_with(q, 'no:') THEN
        RETURN ARRAY(SELECT h.id FROM household h
                     WHERE h.number >= substr(q, 4) AND h.number < substr(q, 4) || ':' LIMIT 1000);
    END IF;
    RETURN '{}';
END
$$;

-- Recompute what a household's row keeps of its members and incomes. Unknown income stays null.
CREATE OR REPLACE FUNCTION registry_refresh(households bigint[]) RETURNS void LANGUAGE sql AS $$
    WITH member AS (
        SELECT m.household_id, m.person_id, m.relation, m.included AND p.dead_on IS NULL AS counted, p.name, p.name_pinyin,
               m.id
        FROM household_member m JOIN person p ON p.id = m.person_id
        WHERE m.household_id = ANY(households) AND m.left_on IS NULL
    ), counted AS (
        SELECT household_id, count(*) FILTER (WHERE counted) AS n,
               ' ' || string_agg(name, ' ' ORDER BY relation <> 'head', id) || ' ' AS names,
               (array_agg(person_id ORDER BY relation <> 'head', id))[1] AS head_id,
               (array_agg(name ORDER BY relation <> 'head', id))[1] AS head_name,
               (array_agg(name_pinyin ORDER BY relation <> 'head', id))[1] AS head_pinyin
        FROM member GROUP BY household_id
    ), earned AS (
        SELECT i.household_id, sum(i.annual_amount) AS total
        FROM income_item i LEFT JOIN member m ON m.household_id = i.household_id AND m.person_id = i.person_id
        WHERE i.household_id = ANY(households) AND NOT i.excluded AND (i.person_id IS NULL OR m.counted)
        GROUP BY i.household_id
    ), deducted AS (
        SELECT d.household_id, sum(d.annual_amount) AS total
        FROM deduction_item d LEFT JOIN member m ON m.household_id = d.household_id AND m.person_id = d.person_id
        WHERE d.household_id = ANY(households) AND (d.person_id IS NULL OR m.counted)
        GROUP BY d.household_id
    ), figures AS (
        SELECT h.id, coalesce(c.n, 0) AS n, coalesce(c.names, '') AS names, c.head_id,
               coalesce(c.head_name, '') AS head_name, coalesce(c.head_pinyin, '') AS head_pinyin,
               CASE WHEN h.income_declared THEN greatest(coalesce(e.total, 0) - coalesce(d.total, 0), 0) END AS year
        FROM household h
        LEFT JOIN counted c ON c.household_id = h.id
        LEFT JOIN earned e ON e.household_id = h.id
        LEFT JOIN deducted d ON d.household_id = h.id
        WHERE h.id = ANY(households)
    )
    UPDATE household h SET
        member_count = f.n, member_names = f.names, head_person_id = f.head_id, head_name = f.head_name,
        head_pinyin = f.head_pinyin, income_year = f.year, income_month = round(f.year / 12, 2),
        income_per_capita_month = CASE WHEN f.n > 0 THEN round(f.year / 12 / f.n, 2) END
    FROM figures f
    WHERE h.id = f.id AND (h.member_count, h.member_names, h.head_person_id, h.head_name, h.head_pinyin, h.income_year,
                           h.income_month, h.income_per_capita_month)
        IS DISTINCT FROM (f.n::int, f.names, f.head_id, f.head_name, f.head_pinyin, f.year::numeric(14, 2),
                          round(f.year / 12, 2), CASE WHEN f.n > 0 THEN round(f.year / 12 / f.n, 2) END)
$$;

-- Where a person lives now, as text to compare: the divisions and addresses of their households.
CREATE OR REPLACE FUNCTION person_address(person bigint) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT coalesce(string_agg(h.division_code || ' ' || coalesce(h.address, ''), '|' ORDER BY h.id), '')
    FROM household_member m JOIN household h ON h.id = m.household_id WHERE m.person_id = person AND m.left_on IS NULL
$$;
