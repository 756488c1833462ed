//! One Sovereign being checked: what was asked, what was found, and what has to be revoked in the end.

use std::time::Duration;

use super::client::{Answer, Client, Request, Who};
use super::codes::Codes;
use super::findings::Findings;
use super::report::{Ended, Identity, SovereignReport};
use super::target::{Sovereign, Token};
use super::{Options, Stop, fingerprints, gates, reads, smoke, vouchers};

/// What a step of a run comes to; it ends early where no answer comes, or the run is to stop.
pub(super) type Step<T = ()> = Result<T, Ended>;

/// A request, and its answer.
pub(super) struct Asked {
    /// Method and path.
    pub(super) request: String,
    pub(super) answer: Answer,
}

pub(super) struct Run<'a> {
    client: &'a Client,
    sovereign: &'a Sovereign,
    options: &'a Options,
    stop: &'a Stop,
    pub(super) codes: Codes,
    pub(super) findings: Findings,
    pub(super) identity: Identity,
}

impl<'a> Run<'a> {
    pub(super) fn new(
        client: &'a Client,
        sovereign: &'a Sovereign,
        options: &'a Options,
        stop: &'a Stop,
    ) -> Self {
        Self {
            client,
            sovereign,
            options,
            stop,
            codes: Codes::new(),
            findings: Findings::default(),
            identity: Identity::default(),
        }
    }

    /// Every check, as far as the tokens and the mode go.
    pub(super) async fn checks(&mut self) -> Step {
        // First, for it says whether anything answers.
        fingerprints::read(self).await?;
        vouchers::check(self).await?;
        gates::check(self).await?;
        reads::check(self).await
    }

    /// Revokes what may be live, however the checks ended.
    pub(super) async fn clean_up(&mut self) {
        for code in self.codes.left() {
            let request = Request::delete(smoke::revoke_path(&code), Who::Admin);
            let (address, token) = (&self.sovereign.address, self.token(Who::Admin));
            let said = match self.client.send_once(address, &request, token).await {
                Ok(answer) if answer.is_success() || answer.status == 404 => None,
                Ok(answer) => Some(answer.described()),
                Err(error) => Some(error),
            };
            let request = request.to_string();
            match said {
                None => self.findings.passed("cleanup", &request),
                Some(said) => {
                    let got = format!("{said}; {code} may be live still: revoke it by hand");
                    self.findings.drift("cleanup", &request, "200 or 404", got);
                }
            }
        }
    }

    pub(super) fn into_report(self, ended: Option<Ended>, duration: Duration) -> SovereignReport {
        SovereignReport {
            url: self.sovereign.address.as_str().to_owned(),
            identity: self.identity,
            ended,
            checks: self.findings.into_checks(),
            duration,
        }
    }

    pub(super) fn is_read_only(&self) -> bool {
        self.options.read_only
    }

    /// Whether no voucher can be issued: it could not be revoked.
    pub(super) fn changes_nothing(&self) -> bool {
        self.is_read_only() || !self.has(Who::Admin)
    }

    pub(super) fn is_under_api(&self) -> bool {
        self.sovereign.address.is_under_api()
    }

    fn token(&self, who: Who) -> Option<&'a Token> {
        match who {
            Who::Nobody => None,
            Who::Admin => self.sovereign.token.as_ref(),
            Who::Member => self.sovereign.member_token.as_ref(),
        }
    }

    pub(super) fn has(&self, who: Who) -> bool {
        self.token(who).is_some()
    }

    /// Somebody who is signed in, whatever their role.
    pub(super) fn anybody(&self) -> Option<Who> {
        [Who::Member, Who::Admin].into_iter().find(|who| self.has(*who))
    }

    pub(super) async fn ask(&self, request: Request) -> Step<Asked> {
        let (address, token) = (&self.sovereign.address, self.token(request.who));
        let answer = self.client.send(address, &request, token, self.stop).await?;
        Ok(Asked { request: request.to_string(), answer })
    }

    /// Skips checks for which nothing was sent.
    pub(super) fn skip<'n>(&mut self, names: impl IntoIterator<Item = &'n str>, why: &str) {
        for name in names {
            self.findings.skipped(name, None, why);
        }
    }
}
