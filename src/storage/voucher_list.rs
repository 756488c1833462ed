//! The list of vouchers: of each status, of a campaign, of those whose code has a part in it.

use sovereign_domain::campaign::Campaign;
use sovereign_domain::ids::CampaignId;
use sovereign_domain::tag::Tag;
use sovereign_domain::timestamp::Timestamp;
use sovereign_domain::voucher::{Code, Voucher, VoucherStatus};
use uuid::Uuid;

use super::campaigns;
use super::cursor::Cursor;
use super::voucher_tags;
use super::vouchers::{VoucherRow, columns};
use super::{Result, Ts, Tx, on_db};

/// Which vouchers are listed.
#[derive(Debug, Clone)]
pub(crate) struct Filter {
    /// Without one, all but the revoked ones.
    pub(crate) status: Option<VoucherStatus>,
    /// Without a status: those that are revoked, too.
    pub(crate) revoked_too: bool,
    /// What the code has in it, in capitals.
    pub(crate) part: Option<String>,
    pub(crate) campaign: Option<CampaignId>,
    /// The operation that issued them.
    pub(crate) bulk: Option<Uuid>,
    pub(crate) tag: Option<Tag>,
    /// When they stand so.
    pub(crate) now: Timestamp,
}

impl Filter {
    /// Whether they may be of any campaign, operation and tag.
    const fn is_of_all(&self) -> bool {
        self.campaign.is_none() && self.bulk.is_none() && self.tag.is_none()
    }

    /// Whether all vouchers pass it, or all that are not revoked.
    pub(super) const fn is_of_any(&self) -> bool {
        self.status.is_none() && self.part.is_none() && self.is_of_all()
    }

    /// Of codes that have the part in them.
    pub(super) fn pattern(&self) -> String {
        pattern(self.part.as_deref())
    }
}

/// Vouchers that are so by themselves, as far as a page goes: along an index of the list, whose entries have the
/// code, so that a part of it is looked for there and the table is read for the rows of the page only. Those of a tag are
/// read along the tag's own.
macro_rules! part {
    (all, $campaigns:literal, $which:expr, $more:literal) => {
        concat!(
            "SELECT code, created_at FROM (SELECT p.code, p.created_at FROM promo_codes p ",
            $campaigns,
            " WHERE ",
            $which,
            " AND (p.created_at, p.code) < ($1, $2) \
                 AND ($4 = '%' OR p.code LIKE $4 ESCAPE '!') AND $5 = $5 AND CAST($8 AS text) IS NULL AND ",
            $more,
            " ORDER BY p.created_at DESC, p.code DESC LIMIT $3) AS part"
        )
    };
    (tagged, $campaigns:literal, $which:expr, $more:literal) => {
        concat!(
            "SELECT code, created_at FROM (SELECT g.code, g.created_at \
                 FROM voucher_tags g JOIN promo_codes p ON p.code = g.code ",
            $campaigns,
            " WHERE ",
            $which,
            " AND g.tag = $8 AND (g.created_at, g.code) < ($1, $2) \
                 AND ($4 = '%' OR g.code LIKE $4 ESCAPE '!') AND $5 = $5 AND ",
            $more,
            " ORDER BY g.created_at DESC, g.code DESC LIMIT $3) AS part"
        )
    };
}

/// A page of what the parts have.
macro_rules! page {
    ($($part:expr),+) => {
        concat!(
            "SELECT ",
            columns!(),
            " FROM promo_codes WHERE code IN (SELECT code FROM (",
            page!(@parts $($part),+),
            ") AS page ORDER BY created_at DESC, code DESC LIMIT $3) \
             ORDER BY created_at DESC, code DESC"
        )
    };
    (@parts $part:expr) => { $part };
    (@parts $part:expr, $other:expr) => { concat!($part, " UNION ALL ", $other) };
}

/// The page of a status. Of vouchers that are live by themselves it is their campaign that tells, as the domain has
/// it.
macro_rules! of_status {
    ($kind:ident, $status:expr, $more:literal) => {
        match $status {
            None => page!(part!($kind, "", "p.deleted_at IS NULL", $more)),
            Some(VoucherStatus::Revoked) => page!(part!($kind, "", "p.status = 'revoked'", $more)),
            Some(VoucherStatus::Live) => page!(part!(
                $kind,
                "LEFT JOIN campaigns c ON c.id = p.campaign_id",
                "p.status = 'live' AND (c.id IS NULL OR (c.active \
                     AND (c.ends_at IS NULL OR c.ends_at > $5) \
                     AND (c.starts_at IS NULL OR c.starts_at <= $5) \
                     AND (c.budget_minor = 0 \
                         OR c.granted_minor + p.credit_minor <= c.budget_minor)))",
                $more
            )),
            Some(VoucherStatus::Paused) => page!(
                part!($kind, "", "p.status = 'paused'", $more),
                part!(
                    $kind,
                    "JOIN campaigns c ON c.id = p.campaign_id",
                    "p.status = 'live' AND NOT c.active",
                    $more
                )
            ),
            Some(VoucherStatus::Ended) => page!(part!(
                $kind,
                "JOIN campaigns c ON c.id = p.campaign_id",
                "p.status = 'live' AND c.active AND c.ends_at <= $5",
                $more
            )),
            Some(VoucherStatus::Scheduled) => page!(part!(
                $kind,
                "JOIN campaigns c ON c.id = p.campaign_id",
                "p.status = 'live' AND c.active AND (c.ends_at IS NULL OR c.ends_at > $5) \
                     AND c.starts_at > $5",
                $more
            )),
            Some(VoucherStatus::Exhausted) => page!(
                part!($kind, "", "p.status = 'exhausted'", $more),
                part!(
                    $kind,
                    "JOIN campaigns c ON c.id = p.campaign_id",
                    "p.status = 'live' AND c.active AND (c.ends_at IS NULL OR c.ends_at > $5) \
                         AND (c.starts_at IS NULL OR c.starts_at <= $5) AND c.budget_minor > 0 \
                         AND c.granted_minor + p.credit_minor > c.budget_minor",
                    $more
                )
            ),
        }
    };
}

/// The most campaigns whose vouchers are read one campaign after another.
const FEW_CAMPAIGNS: i64 = 50;
/// The most vouchers whose tags are looked at one after another.
const FEW: i64 = 1_000;

/// Vouchers, newest first, after a cursor.
///
/// Where the status is asked for of all campaigns, and few stand so, the vouchers of each of them are found by an index of
/// their own: a walk along all vouchers that are live by themselves could meet a million of others first.
pub(crate) async fn list(
    tx: &mut Tx,
    filter: &Filter,
    after: &Cursor,
    limit: i64,
) -> Result<Vec<Voucher>> {
    let of_campaigns = match filter.status {
        None | Some(VoucherStatus::Revoked) => None,
        Some(status) if filter.is_of_all() => Some(status),
        Some(_) => None,
    };
    if let Some(few) = few_of_tag(tx, filter, after, limit).await? {
        return Ok(few);
    }
    let Some(status) = of_campaigns else { return walk(tx, filter, after, limit).await };
    let campaigns = campaigns::standing(tx, status, filter.now, FEW_CAMPAIGNS + 1).await?;
    if campaigns.len() > usize::try_from(FEW_CAMPAIGNS).unwrap_or(0) {
        return walk(tx, filter, after, limit).await;
    }
    let mut found = alone(tx, (status, filter), after, limit).await?;
    for campaign in &campaigns {
        found.extend(inside(tx, (status, filter), campaign, (after, limit)).await?);
    }
    found.sort_by(|a, b| (b.created_at, &b.code).cmp(&(a.created_at, &a.code)));
    found.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    Ok(found)
}

/// Those of a tag, where few pass the filter without it: a walk along the tag's could meet many others first. `None` where
/// there may be more than few.
async fn few_of_tag(
    tx: &mut Tx,
    filter: &Filter,
    after: &Cursor,
    limit: i64,
) -> Result<Option<Vec<Voucher>>> {
    let is_narrow = filter.status.is_some() || filter.campaign.is_some() || filter.bulk.is_some();
    let Some(tag) = filter.tag.as_ref().filter(|_| is_narrow && filter.part.is_none()) else {
        return Ok(None);
    };
    let broad = Filter { tag: None, ..filter.clone() };
    let mut found = Box::pin(list(tx, &broad, after, FEW.saturating_add(1))).await?;
    if i64::try_from(found.len()).is_ok_and(|count| count > FEW) {
        return Ok(None);
    }
    let codes: Vec<Code> = found.iter().map(|voucher| voucher.code.clone()).collect();
    let tags = voucher_tags::of(tx, &codes).await?;
    found.retain(|voucher| tags.get(&voucher.code).is_some_and(|tags| tags.contains(tag)));
    found.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    Ok(Some(found))
}

/// Those that stand so whatever their campaign does: of the live ones, those that are in none.
async fn alone(
    tx: &mut Tx,
    (status, filter): (VoucherStatus, &Filter),
    after: &Cursor,
    limit: i64,
) -> Result<Vec<Voucher>> {
    macro_rules! own {
        ($which:literal) => {
            concat!(
                "SELECT ",
                columns!(),
                " FROM promo_codes WHERE code IN (SELECT code FROM promo_codes WHERE ",
                $which,
                " AND (created_at, code) < ($1, $2) AND ($4 = '%' OR code LIKE $4 ESCAPE '!') \
                 ORDER BY created_at DESC, code DESC LIMIT $3)"
            )
        };
    }
    let sql = match status {
        VoucherStatus::Live => own!("status = 'live' AND campaign_id IS NULL"),
        VoucherStatus::Paused => own!("status = 'paused'"),
        VoucherStatus::Exhausted => own!("status = 'exhausted'"),
        _ => return Ok(Vec::new()),
    };
    let rows: Vec<VoucherRow> = on_db!(tx, c => sqlx::query_as(sql)
        .bind(Ts(after.created_at))
        .bind(after.key.as_str())
        .bind(limit)
        .bind(filter.pattern())
        .fetch_all(c)
        .await)?;
    Ok(rows.into_iter().map(Voucher::from).collect())
}

/// Those of a campaign that are live by themselves and stand so because of it. A budget that has something left has room
/// for some of them.
async fn inside(
    tx: &mut Tx,
    (status, filter): (VoucherStatus, &Filter),
    campaign: &Campaign,
    (after, limit): (&Cursor, i64),
) -> Result<Vec<Voucher>> {
    const SQL: &str = concat!(
        "SELECT ",
        columns!(),
        " FROM promo_codes WHERE code IN (SELECT code FROM promo_codes \
             WHERE campaign_id = $5 AND status = 'live' AND credit_minor BETWEEN $6 AND $7 \
                 AND (created_at, code) < ($1, $2) AND ($4 = '%' OR code LIKE $4 ESCAPE '!') \
             ORDER BY created_at DESC, code DESC LIMIT $3)"
    );
    let (least, most) = match (status, campaign.remaining_minor()) {
        (VoucherStatus::Live, Some(left)) => (0, left),
        (VoucherStatus::Exhausted, Some(left)) => (left.saturating_add(1), i64::MAX),
        _ => (0, i64::MAX),
    };
    let rows: Vec<VoucherRow> = on_db!(tx, c => sqlx::query_as(SQL)
        .bind(Ts(after.created_at))
        .bind(after.key.as_str())
        .bind(limit)
        .bind(filter.pattern())
        .bind(campaign.id.0)
        .bind(least)
        .bind(most)
        .fetch_all(c)
        .await)?;
    Ok(rows.into_iter().map(Voucher::from).collect())
}

/// The page of all vouchers, revoked or not. Those that are have an index of their own, but in a campaign, an operation or a
/// tag.
const fn with_revoked(filter: &Filter) -> &'static str {
    match (filter.campaign, filter.bulk, &filter.tag) {
        (.., Some(_)) => page!(part!(
            tagged,
            "",
            "TRUE",
            "(CAST($6 AS uuid) IS NULL OR p.campaign_id = $6) AND (CAST($7 AS uuid) IS NULL OR p.bulk_id = $7)"
        )),
        (None, None, None) => page!(
            part!(
                all,
                "",
                "p.deleted_at IS NULL",
                "CAST($6 AS uuid) IS NULL AND CAST($7 AS uuid) IS NULL"
            ),
            part!(
                all,
                "",
                "p.status = 'revoked'",
                "CAST($6 AS uuid) IS NULL AND CAST($7 AS uuid) IS NULL"
            )
        ),
        (Some(_), None, None) => {
            page!(part!(all, "", "TRUE", "p.campaign_id = $6 AND CAST($7 AS uuid) IS NULL"))
        }
        (None, Some(_), None) => {
            page!(part!(all, "", "TRUE", "CAST($6 AS uuid) IS NULL AND p.bulk_id = $7"))
        }
        (Some(_), Some(_), None) => {
            page!(part!(all, "", "TRUE", "p.campaign_id = $6 AND p.bulk_id = $7"))
        }
    }
}

/// The same along the index of the list.
async fn walk(tx: &mut Tx, filter: &Filter, after: &Cursor, limit: i64) -> Result<Vec<Voucher>> {
    let sql = match (filter.campaign, filter.bulk, &filter.tag) {
        _ if filter.status.is_none() && filter.revoked_too => with_revoked(filter),
        (.., Some(_)) => of_status!(
            tagged,
            filter.status,
            "(CAST($6 AS uuid) IS NULL OR p.campaign_id = $6) AND (CAST($7 AS uuid) IS NULL OR p.bulk_id = $7)"
        ),
        (None, None, None) => {
            of_status!(all, filter.status, "CAST($6 AS uuid) IS NULL AND CAST($7 AS uuid) IS NULL")
        }
        (Some(_), None, None) => {
            of_status!(all, filter.status, "p.campaign_id = $6 AND CAST($7 AS uuid) IS NULL")
        }
        (None, Some(_), None) => {
            of_status!(all, filter.status, "CAST($6 AS uuid) IS NULL AND p.bulk_id = $7")
        }
        (Some(_), Some(_), None) => {
            of_status!(all, filter.status, "p.campaign_id = $6 AND p.bulk_id = $7")
        }
    };
    let rows: Vec<VoucherRow> = on_db!(tx, c => sqlx::query_as(sql)
        .bind(Ts(after.created_at))
        .bind(after.key.as_str())
        .bind(limit)
        .bind(filter.pattern())
        .bind(Ts(filter.now))
        .bind(filter.campaign.map(|id| id.0))
        .bind(filter.bulk)
        .bind(filter.tag.as_ref().map(Tag::as_str))
        .fetch_all(c)
        .await)?;
    Ok(rows.into_iter().map(Voucher::from).collect())
}

/// The pattern of texts that have a part in them, in which `!` takes the meaning of a character away.
pub(super) fn pattern(part: Option<&str>) -> String {
    match part {
        Some(part) => format!("%{}%", literally(part)),
        None => "%".to_owned(),
    }
}

/// A text for the inside of a pattern, where `!` takes the meaning of the character after it away.
fn literally(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len());
    for character in text.chars() {
        if matches!(character, '%' | '_' | '!') {
            pattern.push('!');
        }
        pattern.push(character);
    }
    pattern
}
