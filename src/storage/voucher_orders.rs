//! The statements of the list of vouchers in its orders: each order with the condition of each status. A list of a tag is looked
//! for where its order begins (`…_near`), and if that is not enough among all that have the tag (`…_of_tag`).

/// The condition of a status on `p`, a voucher, and `c`, the campaign it is in, for a query of that name.
macro_rules! by_status {
    ($status:expr, $query:ident) => {
        match $status {
            None => $query!("p.deleted_at IS NULL"),
            Some(VoucherStatus::Revoked) => $query!("p.status = 'revoked'"),
            Some(VoucherStatus::Live) => $query!(
                "p.status = 'live' AND (c.id IS NULL OR (c.active AND (c.ends_at IS NULL OR c.ends_at > $5) \
                     AND (c.starts_at IS NULL OR c.starts_at <= $5) \
                     AND (c.budget_minor = 0 OR c.granted_minor + p.credit_minor <= c.budget_minor)))"
            ),
            Some(VoucherStatus::Paused) => {
                $query!("(p.status = 'paused' OR (p.status = 'live' AND c.id IS NOT NULL AND NOT c.active))")
            }
            Some(VoucherStatus::Ended) => {
                $query!("p.status = 'live' AND c.active AND c.ends_at <= $5")
            }
            Some(VoucherStatus::Scheduled) => $query!(
                "p.status = 'live' AND c.active AND (c.ends_at IS NULL OR c.ends_at > $5) AND c.starts_at > $5"
            ),
            Some(VoucherStatus::Exhausted) => $query!(
                "(p.status = 'exhausted' OR (p.status = 'live' AND c.active \
                     AND (c.ends_at IS NULL OR c.ends_at > $5) \
                     AND (c.starts_at IS NULL OR c.starts_at <= $5) AND c.budget_minor > 0 \
                     AND c.granted_minor + p.credit_minor > c.budget_minor))"
            ),
        }
    };
}

/// Codes with what they are sorted by, after a place.
macro_rules! sorted {
    ($value:literal, $from:literal, $after:literal, $order:literal, $standing:literal) => {
        concat!(
            "SELECT p.code, ",
            $value,
            " AS value FROM ",
            $from,
            " LEFT JOIN campaigns c ON c.id = p.campaign_id \
             WHERE ",
            $standing,
            " AND ",
            $after,
            " AND $5 = $5 AND ($4 = '%' OR p.code LIKE $4 ESCAPE '!') \
                 AND (CAST($6 AS uuid) IS NULL OR p.campaign_id = $6) \
                 AND (CAST($7 AS uuid) IS NULL OR p.bulk_id = $7) \
                 AND (CAST($8 AS text) IS NULL OR EXISTS \
                     (SELECT 1 FROM voucher_tags g WHERE g.code = p.code AND g.tag = $8)) \
             ORDER BY ",
            $order,
            " LIMIT $3"
        )
    };
}

macro_rules! from_a_to_z {
    ($standing:literal) => {
        from_a_to_z!("promo_codes p", $standing)
    };
    ($from:literal, $standing:literal) => {
        sorted!("p.created_at", $from, "p.code > $2 AND $1 = $1", "p.code", $standing)
    };
}

/// Of a tag that many of the first codes have: found among those.
macro_rules! from_a_to_z_near {
    ($standing:literal) => {
        from_a_to_z!(
            "(SELECT code FROM promo_codes WHERE code > $2 ORDER BY code LIMIT 5000) AS n \
              JOIN promo_codes p ON p.code = n.code",
            $standing
        )
    };
}

/// Of any tag: all that have it are put in order.
macro_rules! from_a_to_z_of_tag {
    ($standing:literal) => {
        from_a_to_z!(
            "(SELECT code FROM voucher_tags WHERE tag = $8) AS n \
              JOIN promo_codes p ON p.code = n.code",
            $standing
        )
    };
}

macro_rules! most_spent {
    ($standing:literal) => {
        most_spent!("voucher_totals t JOIN promo_codes p ON p.code = t.code", $standing)
    };
    ($from:literal, $standing:literal) => {
        sorted!(
            "t.spent_minor",
            $from,
            "t.spent_minor > 0 AND (t.spent_minor, t.code) < ($1, $2)",
            "t.spent_minor DESC, t.code DESC",
            $standing
        )
    };
}

macro_rules! most_spent_near {
    ($standing:literal) => {
        most_spent!(
            "(SELECT code, spent_minor FROM voucher_totals \
              WHERE spent_minor > 0 AND (spent_minor, code) < ($1, $2) \
              ORDER BY spent_minor DESC, code DESC LIMIT 5000) AS t \
              JOIN promo_codes p ON p.code = t.code",
            $standing
        )
    };
}

macro_rules! most_spent_of_tag {
    ($standing:literal) => {
        most_spent!(
            "(WITH m AS MATERIALIZED (SELECT s.code, s.spent_minor \
                  FROM voucher_tags f JOIN voucher_totals s ON s.code = f.code \
                  WHERE f.tag = $8 AND s.spent_minor > 0) SELECT code, spent_minor FROM m) AS t \
              JOIN promo_codes p ON p.code = t.code",
            $standing
        )
    };
}

macro_rules! unspent {
    ($standing:literal) => {
        sorted!(
            "p.created_at",
            "promo_codes p",
            "(p.created_at, p.code) < ($1, $2) AND NOT EXISTS \
                 (SELECT 1 FROM voucher_totals t WHERE t.code = p.code AND t.spent_minor > 0)",
            "p.created_at DESC, p.code DESC",
            $standing
        )
    };
}

macro_rules! last_redeemed {
    ($standing:literal) => {
        last_redeemed!("voucher_totals t JOIN promo_codes p ON p.code = t.code", $standing)
    };
    ($from:literal, $standing:literal) => {
        sorted!(
            "t.last_redeemed_at",
            $from,
            "t.last_redeemed_at IS NOT NULL AND (t.last_redeemed_at, t.code) < ($1, $2)",
            "t.last_redeemed_at DESC, t.code DESC",
            $standing
        )
    };
}

macro_rules! last_redeemed_near {
    ($standing:literal) => {
        last_redeemed!(
            "(SELECT code, last_redeemed_at FROM voucher_totals \
              WHERE last_redeemed_at IS NOT NULL AND (last_redeemed_at, code) < ($1, $2) \
              ORDER BY last_redeemed_at DESC, code DESC LIMIT 5000) AS t \
              JOIN promo_codes p ON p.code = t.code",
            $standing
        )
    };
}

macro_rules! last_redeemed_of_tag {
    ($standing:literal) => {
        last_redeemed!(
            "(WITH m AS MATERIALIZED (SELECT s.code, s.last_redeemed_at \
                  FROM voucher_tags f JOIN voucher_totals s ON s.code = f.code \
                  WHERE f.tag = $8 AND s.last_redeemed_at IS NOT NULL) SELECT code, last_redeemed_at FROM m) AS t \
              JOIN promo_codes p ON p.code = t.code",
            $standing
        )
    };
}

macro_rules! never_redeemed {
    ($standing:literal) => {
        sorted!(
            "p.created_at",
            "promo_codes p",
            "(p.created_at, p.code) < ($1, $2) AND NOT EXISTS \
                 (SELECT 1 FROM voucher_totals t WHERE t.code = p.code AND t.last_redeemed_at IS NOT NULL)",
            "p.created_at DESC, p.code DESC",
            $standing
        )
    };
}

/// How many there are before a place.
macro_rules! counted {
    ($standing:literal) => {
        concat!(
            "SELECT COUNT(*) FROM promo_codes p LEFT JOIN campaigns c ON c.id = p.campaign_id WHERE ",
            $standing,
            " AND (p.created_at, p.code) < ($1, $2) AND $3 = $3 AND $5 = $5 \
             AND ($4 = '%' OR p.code LIKE $4 ESCAPE '!') \
             AND (CAST($6 AS uuid) IS NULL OR p.campaign_id = $6) \
             AND (CAST($7 AS uuid) IS NULL OR p.bulk_id = $7) AND CAST($8 AS text) IS NULL"
        )
    };
}

/// The same of those that have a tag, found by it.
macro_rules! counted_of_tag {
    ($standing:literal) => {
        concat!(
            "SELECT COUNT(*) FROM voucher_tags g JOIN promo_codes p ON p.code = g.code \
             LEFT JOIN campaigns c ON c.id = p.campaign_id WHERE ",
            $standing,
            " AND g.tag = $8 AND (g.created_at, g.code) < ($1, $2) AND $3 = $3 AND $5 = $5 \
             AND ($4 = '%' OR p.code LIKE $4 ESCAPE '!') \
             AND (CAST($6 AS uuid) IS NULL OR p.campaign_id = $6) \
             AND (CAST($7 AS uuid) IS NULL OR p.bulk_id = $7)"
        )
    };
}
