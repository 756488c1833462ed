//! What statements should say, worked out in SQL over the tables of the stand-in for Stripe: nothing of the program's
//! code has a part in it.

use std::collections::BTreeMap;

use sqlx::Row as _;

use super::stripe::FakeStripe;

/// When the months begin in Muscat, and the last one ends.
const MONTHS: [(&str, i64, i64); 3] = [
    ("2025-10", 1_759_262_400, 1_761_940_800),
    ("2025-11", 1_761_940_800, 1_764_532_800),
    ("2025-12", 1_764_532_800, 1_767_211_200),
];

/// The agreements of `AGREEMENTS`: number, franchisee, Sovereign, currency, from, until before, tiers, who bears fees.
const AGREED: &str = "
CREATE TABLE agreed (
    number INTEGER, franchisee TEXT, sovereign TEXT, currency TEXT, begins INTEGER, ends INTEGER,
    end1 INTEGER, bp1 INTEGER, end2 INTEGER, bp2 INTEGER, bp3 INTEGER, fees TEXT
);
INSERT INTO agreed
SELECT n, 'omantel', s, 'omr', b, e, 4000000000000000, bp, 4000000000000000, 0, 0, 'publisher'
FROM (SELECT 'omantel.omani.works' AS s UNION ALL SELECT 'salalah.omani.works')
CROSS JOIN (SELECT 0 AS n, 1735675200 AS b, 1760558400 AS e, 2000 AS bp
            UNION ALL SELECT 1, 1760558400, 4000000000, 1750);
INSERT INTO agreed VALUES
    (2, 'acme', 'acme.example', 'omr', 1735675200, 4000000000, 4000000000000000, 1500, 4000000000000000, 0, 0,
     'franchisee'),
    (3, 'zain', 'zain.example', 'bhd', 1735675200, 4000000000, 5000000, 2500, 50000000, 2000, 1000, 'shared');
";

/// A fraction to the next whole number, half down, of any sign.
fn half_down(numerator: &str, denominator: &str) -> String {
    let (n, d) = (numerator, denominator);
    let rest = format!("((({n}) % ({d}) + ({d})) % ({d}))");
    format!("((({n}) - {rest}) / ({d}) + (2 * {rest} > ({d})))")
}

/// The same, half to even.
fn half_even(numerator: &str, denominator: &str) -> String {
    let (n, d) = (numerator, denominator);
    let rest = format!("((({n}) % ({d}) + ({d})) % ({d}))");
    let below = format!("((({n}) - {rest}) / ({d}))");
    format!("({below} + (2 * {rest} > ({d}) OR (2 * {rest} = ({d}) AND {below} % 2 <> 0)))")
}

/// The publisher's part of a volume under the terms of alias `a`: each tier of what is within it.
fn share_of(volume: &str) -> String {
    let exact = format!(
        "min({volume}, a.end1) * a.bp1 + max(min({volume}, a.end2) - a.end1, 0) * a.bp2 \
         + max({volume} - a.end2, 0) * a.bp3"
    );
    half_down(&exact, "10000")
}

/// Works out how each movement of these months is shared; the first of them begins the book.
pub(super) async fn work_out(fake: &FakeStripe, months: &[&str]) {
    let months = MONTHS.iter().filter(|(name, ..)| months.contains(name));
    let months: Vec<String> =
        months.map(|(name, begins, ends)| format!("('{name}', {begins}, {ends})")).collect();
    fake.execute(&format!(
        "CREATE TABLE months (month TEXT, begins INTEGER, ends INTEGER); INSERT INTO months VALUES {};",
        months.join(", ")
    ))
    .await;
    fake.execute(AGREED).await;
    fake.execute(&moved()).await;
    fake.execute(&parts()).await;
    fake.execute(&shared()).await;
}

/// What moved, of which charge, and under which agreement that is.
fn moved() -> String {
    "CREATE TABLE own AS SELECT source AS charge, MIN(created) AS moved FROM balance_transactions \
         WHERE type IN ('charge', 'payment') GROUP BY source; \
     CREATE INDEX own_charge ON own (charge); \
     CREATE TABLE moved AS \
     SELECT b.id, b.created, m.month, c.id AS charge, c.created AS charge_created, c.sovereign, c.currency, \
         CASE WHEN b.category = 'dispute' THEN 'dispute' WHEN b.category = 'dispute_reversal' THEN 'dispute_won' \
              WHEN b.type IN ('charge', 'payment') THEN 'charge' \
              WHEN b.type = 'refund_failure' THEN 'refund_failed' ELSE 'refund' END AS kind, \
         COALESCE(r.amount, d.amount, c.amount) AS amount, c.amount AS charge_amount, b.fee, \
         abs(b.amount) AS settled, b.currency AS balance, o.moved AS charge_moved \
     FROM balance_transactions b \
     LEFT JOIN refunds r ON r.id = b.source LEFT JOIN disputes d ON d.id = b.source \
     JOIN charges c ON c.id = COALESCE(r.charge, d.charge, b.source) JOIN own o ON o.charge = c.id \
     JOIN months m ON b.created >= m.begins AND b.created < m.ends; \
     CREATE TABLE assigned AS \
     SELECT v.*, a.number AS agreement, a.franchisee, a.fees, \
         v.charge_moved >= (SELECT MIN(begins) FROM months) AS in_book \
     FROM moved v LEFT JOIN agreed a ON a.sovereign = v.sovereign AND a.currency = v.currency \
         AND (CASE WHEN v.charge_moved >= (SELECT MIN(begins) FROM months) THEN v.charge_moved \
              ELSE v.charge_created END) BETWEEN a.begins AND a.ends - 1; \
     CREATE INDEX assigned_charge ON assigned (charge);"
        .to_owned()
}

/// The publisher's part of each charge: what it adds to that of its agreement's month so far. Of a charge from before
/// the book it is that of the first of a month.
fn parts() -> String {
    let (after, before) = (share_of("volume"), share_of("(volume - amount)"));
    let first = share_of("s.charge_amount");
    format!(
        "CREATE TABLE parts AS \
         SELECT charge, amount, {after} - {before} AS publisher \
         FROM (SELECT s.charge, s.amount, s.agreement, s.sovereign, \
                   SUM(s.amount) OVER (PARTITION BY s.month, s.agreement ORDER BY s.created, s.id \
                       ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS volume \
               FROM assigned s WHERE s.kind = 'charge' AND s.agreement IS NOT NULL) AS v \
         JOIN agreed a ON a.number = v.agreement AND a.sovereign = v.sovereign; \
         INSERT INTO parts \
         SELECT DISTINCT s.charge, s.charge_amount, {first} FROM assigned s \
         JOIN agreed a ON a.number = s.agreement AND a.sovereign = s.sovereign WHERE NOT s.in_book; \
         CREATE UNIQUE INDEX parts_charge ON parts (charge);"
    )
}

/// All of it, line by line, as it is on statements.
fn shared() -> String {
    let after = half_down("p.publisher * v.gone", "p.amount");
    let before = half_down("p.publisher * (v.gone - v.reversed)", "p.amount");
    let fee = half_even("v.fee * v.amount", "v.settled");
    let borne = half_even("l.fee * (p.amount - p.publisher)", "p.amount");
    format!(
        "CREATE TABLE lines AS \
         SELECT v.id, v.month, v.franchisee, v.agreement, v.fees, v.charge, upper(v.currency) AS currency, v.kind, \
             CASE WHEN v.kind IN ('refund', 'dispute') THEN -v.amount ELSE v.amount END AS amount, \
             CASE WHEN v.agreement IS NULL THEN 0 WHEN v.kind = 'charge' THEN p.publisher \
                  ELSE -({after} - {before}) END AS publisher, \
             CASE WHEN v.balance = v.currency THEN v.fee ELSE {fee} END AS fee, 0 AS borne \
         FROM (SELECT s.*, SUM(s.reversed) OVER (PARTITION BY s.charge ORDER BY s.created, s.id \
                   ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS gone \
               FROM (SELECT *, CASE kind WHEN 'charge' THEN 0 WHEN 'refund' THEN amount WHEN 'dispute' THEN amount \
                         ELSE -amount END AS reversed FROM assigned) AS s) AS v \
         LEFT JOIN parts p ON p.charge = v.charge; \
         UPDATE lines AS l SET borne = CASE l.fees WHEN 'franchisee' THEN l.fee WHEN 'shared' THEN {borne} ELSE 0 END \
         FROM parts AS p WHERE p.charge = l.charge; \
         CREATE INDEX lines_month ON lines (month, franchisee, currency);"
    )
}

/// What a statement's lines come to, by the names of its sums.
pub(super) async fn sums(
    fake: &FakeStripe,
    (month, franchisee, currency): (&str, &str, &str),
) -> BTreeMap<&'static str, i64> {
    let of = |column: &str, kinds: &str, sign: &str| {
        format!("COALESCE(SUM(CASE WHEN kind IN ({kinds}) THEN {sign}{column} ELSE 0 END), 0)")
    };
    let count = |kind: &str| format!("COUNT(CASE WHEN kind = '{kind}' THEN 1 END)");
    let (charges, refunds) = ("'charge'", "'refund', 'refund_failed'");
    let disputes = "'dispute', 'dispute_won'";
    let columns = [
        ("charged_minor", of("amount", charges, "")),
        ("publisher_of_charged_minor", of("publisher", charges, "")),
        ("refunded_minor", of("amount", refunds, "-")),
        ("publisher_of_refunded_minor", of("publisher", refunds, "-")),
        ("disputed_minor", of("amount", disputes, "-")),
        ("publisher_of_disputed_minor", of("publisher", disputes, "-")),
        ("fees_minor", "COALESCE(SUM(fee), 0)".to_owned()),
        ("franchisee_of_fees_minor", "COALESCE(SUM(borne), 0)".to_owned()),
        ("charges", count("charge")),
        ("refunds", count("refund")),
        ("refunds_failed", count("refund_failed")),
        ("disputes", count("dispute")),
        ("disputes_won", count("dispute_won")),
    ];
    let selected: Vec<String> =
        columns.iter().map(|(name, sql)| format!("{sql} AS {name}")).collect();
    let sql = format!(
        "SELECT {} FROM lines WHERE month = '{month}' AND franchisee = '{franchisee}' AND currency = '{currency}'",
        selected.join(", ")
    );
    let row = sqlx::query(sqlx::AssertSqlSafe(sql)).fetch_one(&fake.pool).await.unwrap();
    columns.iter().map(|(name, _)| (*name, row.get::<i64, _>(*name))).collect()
}

/// Each line of a statement: amount, the publisher's part, fee, and what of it the franchisee bears.
pub(super) async fn lines(
    fake: &FakeStripe,
    (month, franchisee, currency): (&str, &str, &str),
) -> BTreeMap<String, [i64; 4]> {
    let sql = "SELECT id, amount, publisher, fee, borne FROM lines \
               WHERE month = $1 AND franchisee = $2 AND currency = $3";
    let rows: Vec<(String, i64, i64, i64, i64)> = sqlx::query_as(sql)
        .bind(month)
        .bind(franchisee)
        .bind(currency)
        .fetch_all(&fake.pool)
        .await
        .unwrap();
    rows.into_iter()
        .map(|(id, amount, part, fee, borne)| (id, [amount, part, fee, borne]))
        .collect()
}

/// All that moved in a month, by currency; and the part of it that is nobody's.
pub(super) async fn whole(fake: &FakeStripe, month: &str) -> BTreeMap<String, [i64; 2]> {
    let sql = "SELECT currency, SUM(amount), SUM(CASE WHEN franchisee IS NULL THEN amount ELSE 0 END) \
               FROM lines WHERE month = $1 GROUP BY currency";
    let rows: Vec<(String, i64, i64)> =
        sqlx::query_as(sql).bind(month).fetch_all(&fake.pool).await.unwrap();
    rows.into_iter().map(|(currency, all, nobodys)| (currency, [all, nobodys])).collect()
}
