//! Voucher codes: every spelling the earlier service kept, and the one form it has from now on.
//!
//! The rules are the domain's, which no SQL can say; the codes travel there and back in bulk.

use std::collections::BTreeMap;

use sovereign_domain::voucher::{Code, comparable};
use sqlx::PgConnection;

use super::report::Report;
use crate::storage::Result;

/// Spellings that are the same code, and whether each of them has a voucher.
type Spellings = BTreeMap<String, Vec<(String, bool)>>;

/// Fills `code_map`. Vouchers that would become one are refused, unless they may be merged.
pub(super) async fn map(
    connection: &mut PgConnection,
    merge: bool,
    report: &mut Report,
) -> Result<()> {
    let sql = "SELECT code, bool_or(voucher) FROM ( \
                   SELECT code, TRUE AS voucher FROM old_promo_codes \
                   UNION SELECT code, FALSE FROM old_promo_redemptions \
                   UNION SELECT promo_code, FALSE FROM old_orders) c \
               WHERE code IS NOT NULL GROUP BY code ORDER BY code COLLATE \"C\"";
    let found: Vec<(String, bool)> = sqlx::query_as(sql).fetch_all(&mut *connection).await?;
    let mut spellings = Spellings::new();
    for (code, voucher) in found {
        spellings.entry(comparable(&code)).or_default().push((code, voucher));
    }
    let (mut old, mut new) = (Vec::new(), Vec::new());
    for (form, codes) in spellings {
        let becomes = becomes(form, &codes);
        say(&becomes, &codes, merge, report);
        for (code, _) in codes {
            old.push(code);
            new.push(becomes.clone());
        }
    }
    let sql = "CREATE TEMP TABLE code_map (old text PRIMARY KEY, new text COLLATE \"C\" NOT NULL) \
               ON COMMIT DROP";
    sqlx::query(sql).execute(&mut *connection).await?;
    let sql = "INSERT INTO code_map SELECT * FROM UNNEST($1::text[], $2::text[])";
    sqlx::query(sql).bind(old).bind(new).execute(&mut *connection).await?;
    Ok(())
}

/// What nobody can type stays as it is written, where it is written in one way.
fn becomes(form: String, codes: &[(String, bool)]) -> String {
    match codes {
        [(only, _)] if Code::parse(only).is_err() => only.clone(),
        _ => form,
    }
}

fn say(becomes: &str, codes: &[(String, bool)], merge: bool, report: &mut Report) {
    let vouchers: Vec<&str> =
        codes.iter().filter(|(_, voucher)| *voucher).map(|(code, _)| code.as_str()).collect();
    if let Some(reason) = Code::parse(becomes).err().filter(|_| !vouchers.is_empty()) {
        let detail =
            format!("it {reason}: nobody can redeem it any more; issue another one instead");
        report.note("code-cannot-be-typed", becomes, &detail);
    }
    match vouchers.as_slice() {
        [] => {}
        [only] => {
            if *only != becomes {
                report.note("code-respelled", only, &format!("it becomes {becomes}"));
            }
        }
        several if merge => {
            let detail = format!(
                "{several:?} become one voucher: credit, description, active and cap are those of the \
                 newest that is not revoked (the newest, where all are), the counters are added up, \
                 the earliest created_at stays, and it is revoked only if all are"
            );
            report.note("codes-merged", becomes, &detail);
        }
        several => {
            let detail = format!(
                "{several:?} are the same code here; rename all but one of them in the earlier \
                 service, or run this with --merge-codes to make them one voucher"
            );
            report.refuse("codes-collide", becomes, &detail);
        }
    }
}
