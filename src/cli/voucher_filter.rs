//! Which vouchers a command is about, as its options say it.

use clap::Args;

use crate::usecase::list_vouchers::Wanted;

#[derive(Debug, Args)]
pub(super) struct FilterArgs {
    /// What the code has in it
    #[arg(long, value_name = "TEXT")]
    pub(super) search: Option<String>,
    /// How they stand: live, scheduled, paused, exhausted, ended, revoked or all
    #[arg(long, value_name = "STATUS")]
    pub(super) status: Option<String>,
    /// The campaign they are in, by name or identifier
    #[arg(long, value_name = "CAMPAIGN")]
    pub(super) campaign: Option<String>,
    /// The operation that issued them, by identifier
    #[arg(long, value_name = "ID")]
    pub(super) bulk: Option<String>,
    /// A tag that they have
    #[arg(long, value_name = "TAG")]
    pub(super) tag: Option<String>,
}

impl FilterArgs {
    /// From the first one on, the newest first.
    pub(super) fn wanted(&self) -> Wanted<'_> {
        Wanted {
            part: self.search.as_deref(),
            status: self.status.as_deref(),
            campaign: self.campaign.as_deref(),
            bulk: self.bulk.as_deref(),
            tag: self.tag.as_deref(),
            ..Wanted::default()
        }
    }
}
