//! Moves and plans of imports, in the reader's language.

use sovereign_domain::money::Currency;
use sovereign_domain::timestamp::Timestamp;
use uuid::Uuid;

use super::super::frame::of_move;
use crate::storage::move_pages::ListedRow;
use crate::storage::moves::{MoveRow, OUT};
use crate::text::unbroken;
use crate::usecase::moves::next::NextStep;
use crate::usecase::moves::plan::{Note, Plan};
use crate::web::page::Page;

/// A move.
pub(super) struct ShownMove {
    pub(super) id: Uuid,
    /// To whom, or from whom.
    pub(super) way: String,
    /// What colours the state.
    pub(super) tone: &'static str,
    pub(super) state: String,
    /// What is to be done next.
    pub(super) next: Option<String>,
    pub(super) begun: String,
    pub(super) credit: String,
    /// `None` where nothing is owed.
    pub(super) owed: Option<String>,
    pub(super) has_receipt: bool,
    pub(super) has_release: bool,
}

impl ShownMove {
    pub(super) fn of(page: &Page, row: &MoveRow) -> Self {
        let way = if row.direction == OUT {
            "superadmin-move-to-peer"
        } else {
            "superadmin-move-from-peer"
        };
        let next = NextStep::of(&row.state).map(|next| next.name().replace('_', "-"));
        Self {
            id: row.id,
            way: page.text_with(way, "fqdn", &page.language.isolated(&row.peer_fqdn)),
            tone: if matches!(row.state.as_str(), "moved" | "arrived") { "good" } else { "" },
            state: page.text(&format!("superadmin-move-is-{}", row.state)),
            next: next.map(|next| page.text(&format!("superadmin-move-next-{next}"))),
            begun: page.moment(row.started_at.0),
            credit: page.amount(row.balance_minor),
            owed: (row.owed_minor > 0).then(|| page.amount(row.owed_minor)),
            has_receipt: row.receipt.is_some(),
            has_release: row.release.is_some(),
        }
    }
}

/// A row of the list.
pub(super) struct Listed {
    /// Its name where it is here; else its identifier.
    pub(super) organization: String,
    /// The page of its move, where it is here.
    pub(super) address: Option<String>,
    pub(super) of: ShownMove,
}

impl Listed {
    pub(super) fn of(page: &Page, listed: ListedRow) -> Self {
        let id = &listed.row.tenant_id;
        Self {
            address: listed.name.is_some().then(|| of_move(id)),
            organization: listed.name.unwrap_or_else(|| id.clone()),
            of: ShownMove::of(page, &listed.row),
        }
    }
}

/// Something in the way, or to be known.
pub(super) struct ShownNote {
    pub(super) heading: String,
    /// In English, as the API says it.
    pub(super) detail: String,
    pub(super) remedy: String,
}

impl ShownNote {
    fn of(page: &Page, note: Note) -> Self {
        let heading = format!("superadmin-move-note-{}", note.kind.replace('_', "-"));
        let known = page.language.has(&heading);
        let heading = page.text(if known { &heading } else { "superadmin-move-note-other" });
        Self { heading, detail: note.detail, remedy: note.remedy }
    }
}

fn shown(page: &Page, notes: Vec<Note>) -> Vec<ShownNote> {
    notes.into_iter().map(|note| ShownNote::of(page, note)).collect()
}

/// What an import would do.
pub(super) struct ShownPlan {
    pub(super) name: String,
    pub(super) id: String,
    pub(super) slug: String,
    pub(super) from: String,
    pub(super) frozen: String,
    pub(super) state: String,
    pub(super) credit: String,
    pub(super) owed: Option<String>,
    pub(super) known: String,
    pub(super) new: String,
    pub(super) rows: String,
    pub(super) conflicts: Vec<ShownNote>,
    pub(super) warnings: Vec<ShownNote>,
}

impl ShownPlan {
    pub(super) fn of(page: &Page, plan: Plan) -> Self {
        let count = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
        let rows: u64 = plan.rows.values().sum();
        let frozen = Timestamp::parse_rfc3339(&plan.exported_at).map(|at| page.moment(at));
        let state = match (plan.state.as_deref(), plan.returns) {
            (Some("arriving"), _) => "superadmin-move-plan-arriving",
            (Some("arrived"), _) => "superadmin-move-plan-arrived",
            (_, true) => "superadmin-move-plan-returns",
            (_, false) => "superadmin-move-plan-new",
        };
        Self {
            frozen: frozen.unwrap_or_else(|| plan.exported_at.clone()),
            state: page.text(state),
            credit: money(page, &plan.currency, plan.balance_minor),
            owed: (plan.owed_minor > 0).then(|| money(page, &plan.currency, plan.owed_minor)),
            known: page.count("superadmin-move-known-people", count(plan.people_known)),
            new: page.count("superadmin-move-new-people", count(plan.people_new)),
            rows: page.digits.write(&rows.to_string()),
            conflicts: shown(page, plan.conflicts),
            warnings: shown(page, plan.warnings),
            name: plan.name,
            id: plan.organization_id,
            slug: plan.slug,
            from: plan.from,
        }
    }
}

/// An amount of a currency that may be another than here.
fn money(page: &Page, code: &str, amount_minor: i64) -> String {
    let text = match Currency::from_code(code) {
        Ok(currency) => unbroken(&currency.format(amount_minor)),
        Err(_) => format!("{amount_minor} {code}"),
    };
    page.digits.write(&text)
}
