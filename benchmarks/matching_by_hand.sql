-- The findings of a county by hand: the nine shipped projects written out, over the same tables, into a table like `finding`.
-- It knows these projects and no other; a changed rule means a changed statement. Only the words of the reasons are left out.
INSERT INTO finding_by_hand (kind, cause, household_id, person_id, project_code, other_project_code, other_household_id,
    division_code, paid_amount, due_amount, as_of, status, first_run_id, last_run_id, version)
WITH number AS (
    SELECT r.residence AS place,
        max(value) FILTER (WHERE code = 'dibao_standard') AS s, max(value) FILTER (WHERE code = 'rounding_unit') AS unit,
        max(value) FILTER (WHERE code = 'min_payment') AS min_pay, max(value) FILTER (WHERE code = 'gradual_exit_limit') AS exit_limit,
        max(value) FILTER (WHERE code = 'gradual_exit_ratio') AS exit_ratio, max(value) FILTER (WHERE code = 'gradual_exit_share') AS exit_share,
        max(value) FILTER (WHERE code = 'single_insured_share') AS single, max(value) FILTER (WHERE code = 'margin_ratio') AS margin_ratio,
        max(value) FILTER (WHERE code = 'asset_multiple') AS assets_low, max(value) FILTER (WHERE code = 'asset_multiple_margin') AS assets_margin,
        max(value) FILTER (WHERE code = 'vehicle_limit') AS vehicles, max(value) FILTER (WHERE code = 'house_limit') AS houses,
        max(value) FILTER (WHERE code = 'adult_age') AS adult, max(value) FILTER (WHERE code = 'topup_elderly_age') AS elderly,
        max(value) FILTER (WHERE code = 'topup_rate_disabled') AS t_disabled, max(value) FILTER (WHERE code = 'topup_rate_ill') AS t_ill,
        max(value) FILTER (WHERE code = 'topup_rate_elderly') AS t_elderly, max(value) FILTER (WHERE code = 'topup_rate_minor') AS t_minor,
        max(value) FILTER (WHERE code = 'tekun_standard') AS tekun_standard, max(value) FILTER (WHERE code = 'tekun_basic_ratio') AS tekun_ratio,
        max(value) FILTER (WHERE code = 'tekun_elderly_age') AS tekun_old, max(value) FILTER (WHERE code = 'tekun_minor_age') AS tekun_young,
        max(value) FILTER (WHERE code = 'minimum_wage') AS wage, max(value) FILTER (WHERE code = 'care_self') AS care_self,
        max(value) FILTER (WHERE code = 'care_half') AS care_half, max(value) FILTER (WHERE code = 'care_full') AS care_full,
        max(value) FILTER (WHERE code = 'care_parts_self') AS parts_self, max(value) FILTER (WHERE code = 'care_parts_half') AS parts_half,
        max(value) FILTER (WHERE code = 'care_parts_full') AS parts_full,
        max(value) FILTER (WHERE code = 'disposable_income_per_capita') AS disposable,
        max(value) FILTER (WHERE code = 'spending_floor_recognised') AS floor_known, max(value) FILTER (WHERE code = 'spending_floor_other') AS floor_other,
        max(value) FILTER (WHERE code = 'spending_rate_dibao') AS rate_dibao, max(value) FILTER (WHERE code = 'spending_rate_margin') AS rate_margin,
        max(value) FILTER (WHERE code = 'spending_rate_other') AS rate_other, max(value) FILTER (WHERE code = 'spending_cap_multiple') AS cap
    FROM (VALUES ('rural'), ('urban')) r (residence)
    JOIN parameter p ON coalesce(p.residence, r.residence) = r.residence AND p.valid_from <= '{day}'
        AND (p.valid_to IS NULL OR p.valid_to > '{day}') AND p.division_code = left('{area}', length(p.division_code))
    GROUP BY r.residence
), standing AS (
    SELECT person_id, max(amount) FILTER (WHERE kind = 'dibao') AS dibao_amount, bool_or(kind = 'dibao') AS dibao,
        bool_or(kind = 'tekun') AS tekun, bool_or(kind = 'low_income') AS margin, bool_or(kind = 'rigid_expense') AS rigid,
        bool_or(kind = 'disabled') AS certified, bool_or(kind = 'serious_illness') AS ill
    FROM person_status WHERE valid_from <= '{day}' AND (valid_to IS NULL OR valid_to > '{day}') GROUP BY person_id
), own AS (
    SELECT household_id, person_id, sum(annual_amount) AS year,
        coalesce(sum(annual_amount) FILTER (WHERE category IN ('wage', 'business')), 0) AS earned
    FROM income_item WHERE NOT excluded AND person_id IS NOT NULL GROUP BY household_id, person_id
), member AS MATERIALIZED (
    SELECT m.household_id, m.person_id, m.insured AND NOT coalesce(s.tekun, false) AS insured, h.residence,
        date_part('year', age(date '{day}', p.birth_date))::int::numeric AS age,
        coalesce(s.dibao, false) AS dibao, coalesce(s.tekun, false) AS tekun, coalesce(s.margin, false) AS margin,
        coalesce(s.rigid, false) AS rigid, s.dibao_amount, d.disabled, p.disability_type AS kind, p.disability_level AS level,
        CASE WHEN p.disability_level <= 2 THEN true
            WHEN p.disability_level = 3 AND p.disability_type IN ('intellectual', 'mental') THEN true
            WHEN p.disability_level IS NOT NULL THEN false WHEN d.disabled THEN NULL ELSE false END AS severe,
        coalesce(p.health = 'serious_illness', false) OR coalesce(s.ill, false) AS ill,
        coalesce(p.is_student, false) AS student, p.student_stage AS stage, p.self_care,
        CASE WHEN h.income_declared THEN coalesce(o.earned, 0) = 0 AND NOT coalesce(p.is_student, false) END AS jobless,
        CASE WHEN h.income_declared THEN coalesce(o.year, 0) END / 12.0 AS own_month,
        p.has_support_obligor AS obligor, CASE WHEN p.has_support_obligor IS FALSE THEN false ELSE p.obligor_able END AS able,
        coalesce(p.in_institution, false) AS inside
    FROM household_member m
    JOIN person p ON p.id = m.person_id
    JOIN household h ON h.id = m.household_id
    LEFT JOIN standing s ON s.person_id = p.id
    LEFT JOIN own o ON o.person_id = p.id AND o.household_id = m.household_id
    CROSS JOIN LATERAL (SELECT p.disability_type IS NOT NULL OR p.disability_level IS NOT NULL
        OR coalesce(p.health = 'disabled', false) OR coalesce(s.certified, false) AS disabled) d
    WHERE m.included AND (m.left_on IS NULL OR m.left_on > '{day}') AND (p.dead_on IS NULL OR p.dead_on > '{day}')
        AND h.status = 'active' AND m.division_code >= '{area}' AND m.division_code < '{area}:'
), counted AS (
    SELECT household_id, count(*)::numeric AS n, (count(*) FILTER (WHERE insured))::numeric AS insured,
        bool_or(dibao) AS dibao, bool_or(tekun) AS tekun, bool_or(margin) AS margin, bool_or(rigid) AS rigid, max(dibao_amount) AS dibao_amount
    FROM member GROUP BY household_id
), holding AS (
    SELECT household_id,
        CASE WHEN bool_or(kind IN ('deposit', 'securities', 'insurance') AND value IS NULL) IS FALSE
            THEN coalesce(sum(value) FILTER (WHERE kind IN ('deposit', 'securities', 'insurance')), 0) END AS assets,
        coalesce(sum(coalesce(quantity, 1)) FILTER (WHERE kind = 'vehicle'), 0) AS vehicles,
        coalesce(sum(coalesce(quantity, 1)) FILTER (WHERE kind = 'house'), 0) AS houses,
        bool_or(kind = 'company') AS company, bool_or(kind IN ('shop', 'boat')) AS shop
    FROM property_item WHERE NOT exempt GROUP BY household_id
), spent AS (
    SELECT household_id,
        coalesce(sum(greatest(annual_amount - coalesce(insured_amount, 0), 0)) FILTER (WHERE kind = 'medical'), 0) AS medical,
        coalesce(sum(greatest(annual_amount - coalesce(insured_amount, 0), 0)) FILTER (WHERE kind = 'education'), 0) AS education
    FROM expense_item GROUP BY household_id
), home AS MATERIALIZED (
    SELECT h.id, h.division_code, h.residence, h.income_year, h.income_year / 12 AS month, h.income_year / 12 / c.n AS pc, h.income_year / c.n AS pc_year,
        coalesce(c.insured, 0) AS insured, c.dibao, c.tekun, c.margin AS is_margin, c.rigid, c.dibao_amount, coalesce(h.employment_rise, false) AS rise,
        coalesce(h.gradual_exit_months, 0)::numeric AS exit_months, k.*,
        CASE WHEN h.expense_declared THEN coalesce(e.medical, 0) END AS medical,
        CASE WHEN h.expense_declared THEN coalesce(e.education, 0) END AS education,
        (h.property_result IS NOT NULL AND h.property_result IN ('pass', 'exempted')) OR (h.property_result IS NULL AND w.assets / c.n <= k.s * k.assets_low
            AND w.vehicles <= k.vehicles AND w.houses <= k.houses AND NOT w.company AND NOT w.shop) AS in_order,
        (h.property_result IS NOT NULL AND h.property_result IN ('pass', 'exempted')) OR (h.property_result IS NULL AND w.assets / c.n <= k.s * k.assets_margin
            AND w.vehicles <= k.vehicles AND w.houses <= k.houses AND NOT w.company AND NOT w.shop) AS in_order_margin
    FROM household h
    LEFT JOIN counted c ON c.household_id = h.id
    LEFT JOIN number k ON k.place = h.residence
    LEFT JOIN spent e ON e.household_id = h.id
    LEFT JOIN holding p ON p.household_id = h.id
    CROSS JOIN LATERAL (SELECT
        CASE WHEN h.property_declared THEN CASE WHEN p.household_id IS NULL THEN 0 ELSE p.assets END END AS assets,
        CASE WHEN h.property_declared THEN CASE WHEN p.household_id IS NULL THEN 0 ELSE p.vehicles END END AS vehicles,
        CASE WHEN h.property_declared THEN CASE WHEN p.household_id IS NULL THEN 0 ELSE p.houses END END AS houses,
        CASE WHEN h.property_declared THEN CASE WHEN p.household_id IS NULL THEN false ELSE p.company END END AS company,
        CASE WHEN h.property_declared THEN CASE WHEN p.household_id IS NULL THEN false ELSE p.shop END END AS shop) w
    WHERE h.status = 'active' AND h.division_code >= '{area}' AND h.division_code < '{area}:'
), asked AS (
    SELECT m.household_id, count(*) AS everybody,
        count(*) FILTER (WHERE m.insured AND (severe OR ill OR age >= elderly OR age < adult)) AS weak,
        count(*) FILTER (WHERE (m.insured AND (severe OR ill OR age >= elderly OR age < adult)) IS NULL) AS unclear,
        count(*) FILTER (WHERE c.counts IS NULL OR (c.counts AND c.topup IS NULL)) AS doubtful,
        coalesce(sum(c.topup) FILTER (WHERE c.counts), 0) AS topup
    FROM member m JOIN home h ON h.id = m.household_id
    CROSS JOIN LATERAL (SELECT m.insured AND (m.dibao OR h.pc < h.s) AS counts,
        CASE WHEN num_nulls(m.severe, m.age, h.s) = 0 THEN h.s * greatest(
            CASE WHEN m.severe THEN t_disabled ELSE 0 END, CASE WHEN m.ill THEN t_ill ELSE 0 END,
            CASE WHEN m.age >= elderly THEN t_elderly ELSE 0 END, CASE WHEN m.age < adult THEN t_minor ELSE 0 END) END AS topup) c
    GROUP BY m.household_id
), low AS (
    SELECT h.*, a.topup, a.doubtful,
        h.insured >= 1 AND ((pc < s AND (NOT tekun OR month < s * h.insured))
            OR (dibao AND rise AND pc >= s AND pc < s * exit_ratio AND exit_months < exit_limit)) AND in_order AS low,
        CASE WHEN a.weak >= 1 THEN true WHEN a.weak + a.unclear < 1 THEN false END AS weak,
        CASE WHEN pc < s THEN greatest(ceil(round(least(greatest(s * insured - month, 0), s * insured) / unit, 8)) * unit, min_pay)
            WHEN pc >= s THEN dibao_amount * exit_share END AS difference,
        (((dibao OR tekun OR is_margin OR rigid) AND (NULL::bool OR medical > floor_known - coalesce(education, 0)))
            OR (pc_year < disposable AND in_order_margin AND (NULL::bool OR medical > floor_other - coalesce(education, 0)))) AS spends
    FROM home h LEFT JOIN asked a ON a.household_id = h.id
), judged AS MATERIALIZED (
    SELECT id AS household_id, NULL::bigint AS person_id, v.code, v.eligible, CASE WHEN v.eligible THEN round(v.amount, 2) END AS amount
    FROM low CROSS JOIN LATERAL (VALUES
        ('A01', residence = 'urban' AND low, difference), ('A02', residence = 'rural' AND low, difference),
        ('A07', (dibao OR (residence = 'urban' AND low) OR (residence = 'rural' AND low)) AND weak,
            CASE WHEN doubtful = 0 THEN ceil(round(topup / unit, 8)) * unit END),
        ('C01', NULL, NULL), ('C02', NULL, NULL),
        ('C03', spends, ceil(round(least((medical + coalesce(education, 0)
            - CASE WHEN dibao OR tekun OR is_margin OR rigid THEN floor_known ELSE floor_other END)
            * CASE WHEN dibao OR tekun THEN rate_dibao WHEN is_margin OR rigid THEN rate_margin ELSE rate_other END, s * cap) / unit, 8)) * unit)
    ) v (code, eligible, amount) WHERE v.eligible IS NOT FALSE
    UNION ALL
    SELECT m.household_id, m.person_id, v.code, v.eligible, CASE WHEN v.eligible THEN round(v.amount, 2) END
    FROM member m JOIN home h ON h.id = m.household_id
    CROSS JOIN LATERAL (SELECT (age >= tekun_old OR age < tekun_young
        OR (m.tekun AND (age < adult OR (student AND stage IN ('primary', 'junior', 'senior', 'vocational'))))
        OR (disabled AND kind IN ('intellectual', 'mental') AND level <= 3) OR (disabled AND kind = 'physical' AND level <= 2)
        OR (disabled AND kind = 'sight' AND level <= 1))
        AND own_month < s AND in_order AND (NOT obligor OR NOT able) AND NOT inside AS alone) t
    CROSS JOIN LATERAL (VALUES
        ('A03', pc >= s AND ((pc < s * margin_ratio AND (severe OR ill)) OR (severe AND age >= adult AND jobless AND own_month < s))
            AND in_order_margin AND NOT m.tekun, ceil(round(s * single / unit, 8)) * unit),
        ('A05', alone, greatest(h.tekun_standard, ceil(round(s * tekun_ratio / unit, 8)) * unit)),
        ('A06', (m.tekun OR alone) AND self_care IS NOT NULL, CASE self_care
            WHEN 'none' THEN coalesce(care_full, ceil(round(wage / parts_full / unit, 8)) * unit)
            WHEN 'partial' THEN coalesce(care_half, ceil(round(wage / parts_half / unit, 8)) * unit)
            ELSE coalesce(care_self, ceil(round(wage / parts_self / unit, 8)) * unit) END)
    ) v (code, eligible, amount) WHERE v.eligible IS NOT FALSE
), paid AS MATERIALIZED (
    SELECT b.household_id, b.person_id, b.project_code AS code, b.monthly_amount AS amount, b.once, h.division_code
    FROM benefit b JOIN household h ON h.id = b.household_id
    WHERE h.division_code >= '{area}' AND h.division_code < '{area}:' AND CASE WHEN b.once
        THEN b.from_month <= '{day}' AND b.from_month > date '{day}' - interval '1 year'
        ELSE b.status <> 'ended' AND b.from_month <= '{day}' AND (b.to_month IS NULL OR b.to_month > '{day}') END
), excluded AS (
    SELECT p.code, e ->> 'project' AS other, e ->> 'among' AS among
    FROM project p JOIN project_version v ON v.project_id = p.id, jsonb_array_elements(v.definition -> 'exclusions') e
    WHERE v.status IN ('published', 'retired') AND v.valid_from <= '{day}' AND (v.valid_to IS NULL OR v.valid_to > '{day}')
), exclusion AS (
    SELECT * FROM excluded UNION SELECT other, code, among FROM excluded
), found AS (
    SELECT 'wrong' AS kind, CASE WHEN j.household_id IS NULL THEN 'not_eligible' ELSE 'amount_differs' END AS cause, b.household_id, b.person_id,
        b.code, NULL AS other_code, NULL::bigint AS other_household, b.division_code, b.amount AS paid, j.amount AS due
    FROM paid b LEFT JOIN person p ON p.id = b.person_id
    LEFT JOIN judged j ON j.household_id = b.household_id AND j.code = b.code AND coalesce(j.person_id, 0) = coalesce(b.person_id, 0)
    WHERE NOT b.once AND p.dead_on IS NULL AND b.code IN ('A01', 'A02', 'A03', 'A05', 'A06', 'A07', 'C01', 'C02', 'C03')
        AND (j.household_id IS NULL OR (j.eligible AND j.amount <> b.amount AND b.code LIKE 'A%'))
    UNION ALL
    SELECT 'missed', 'eligible_unpaid', j.household_id, j.person_id, j.code, NULL, NULL, h.division_code, NULL, j.amount
    FROM judged j JOIN household h ON h.id = j.household_id
    WHERE j.eligible AND NOT EXISTS (SELECT FROM paid b WHERE b.household_id = j.household_id AND b.code = j.code
            AND coalesce(b.person_id, 0) = coalesce(j.person_id, 0))
        AND NOT EXISTS (SELECT FROM paid b JOIN exclusion x ON x.other = b.code WHERE x.code = j.code AND b.household_id = j.household_id
            AND (x.among = 'household' OR coalesce(b.person_id, 0) = coalesce(j.person_id, 0)
                OR (j.person_id IS NULL AND b.person_id IS NOT NULL AND NOT EXISTS (
                SELECT FROM household_member m WHERE m.household_id = j.household_id AND m.left_on IS NULL AND m.included AND m.insured
                    AND NOT EXISTS (SELECT FROM paid o JOIN exclusion y ON y.other = o.code WHERE y.code = j.code
                        AND o.household_id = m.household_id AND o.person_id = m.person_id)))
                OR (b.person_id IS NULL AND EXISTS (
                SELECT FROM household_member m WHERE m.household_id = j.household_id AND m.person_id = j.person_id AND m.left_on IS NULL
                    AND m.included AND m.insured))))
    UNION ALL
    SELECT 'duplicate', 'exclusive', b.household_id, coalesce(b.person_id, c.person_id), b.code, c.code, NULL, b.division_code, b.amount, NULL
    FROM paid b JOIN exclusion x ON x.code = b.code JOIN paid c ON c.household_id = b.household_id AND c.code = x.other
    WHERE b.code < c.code AND NOT b.once AND NOT c.once AND (x.among = 'household' OR coalesce(b.person_id, 0) = coalesce(c.person_id, 0)
        OR ((b.person_id IS NULL OR c.person_id IS NULL) AND EXISTS (SELECT FROM household_member m WHERE m.household_id = b.household_id
            AND m.person_id = coalesce(b.person_id, c.person_id) AND m.left_on IS NULL AND m.included AND m.insured)
            AND NOT (EXISTS (SELECT FROM standing s WHERE s.tekun AND NOT s.dibao AND s.person_id = coalesce(b.person_id, c.person_id))
                AND EXISTS (SELECT FROM judged j WHERE j.household_id = b.household_id AND j.person_id IS NULL AND j.eligible
                    AND ((b.person_id IS NULL AND j.code = b.code AND j.amount = b.amount)
                        OR (c.person_id IS NULL AND j.code = c.code AND j.amount = c.amount))))))
    UNION ALL
    SELECT * FROM (SELECT DISTINCT ON (m.household_id, m.person_id, n.household_id) 'duplicate', 'two_households', m.household_id,
        m.person_id, b.code, c.project_code, n.household_id, b.division_code, b.amount, NULL::numeric
    FROM paid b JOIN household_member m ON m.household_id = b.household_id AND (b.person_id IS NULL OR b.person_id = m.person_id)
    JOIN household_member n ON n.person_id = m.person_id AND n.household_id < m.household_id
    JOIN benefit c ON c.household_id = n.household_id AND (c.person_id IS NULL OR c.person_id = n.person_id)
    WHERE NOT b.once AND NOT c.once AND c.status <> 'ended' AND c.from_month <= '{day}' AND (c.to_month IS NULL OR c.to_month > '{day}')
        AND m.left_on IS NULL AND m.included AND n.left_on IS NULL AND n.included
    ORDER BY m.household_id, m.person_id, n.household_id, b.code, c.project_code) two
    UNION ALL
    SELECT 'duplicate', 'dead', b.household_id, p.id, b.code, NULL, NULL, b.division_code, b.amount, NULL
    FROM paid b JOIN person p ON p.id = b.person_id WHERE NOT b.once AND p.dead_on < date_trunc('month', date '{day}')
    UNION ALL
    SELECT 'duplicate', 'dead', b.household_id, p.id, b.code, NULL, NULL, b.division_code, b.amount, j.amount
    FROM paid b JOIN household_member m ON m.household_id = b.household_id AND b.person_id IS NULL JOIN person p ON p.id = m.person_id
    LEFT JOIN judged j ON j.household_id = b.household_id AND j.code = b.code AND j.person_id IS NULL
    WHERE NOT b.once AND m.left_on IS NULL AND m.included AND p.dead_on < date_trunc('month', date '{day}')
        AND (j.eligible AND j.amount = b.amount) IS NOT TRUE
)
SELECT DISTINCT ON (kind, cause, household_id, coalesce(person_id, 0), code, coalesce(other_code, ''), coalesce(other_household, 0))
    kind, cause, household_id, person_id, code, other_code, other_household, division_code, paid, due, '{day}', 'open', {run}, {run}, 1
FROM found
