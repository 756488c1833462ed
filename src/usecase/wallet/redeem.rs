//! A further voucher, straight into the wallet.

use std::net::IpAddr;

use sovereign_domain::book::{Answer, Command, Outcome, Refusal};
use sovereign_domain::event::Actor;
use sovereign_domain::voucher::{Voucher, VoucherRefusal};

use crate::app::App;
use crate::engine::EngineError;
use crate::limits::{Key, Quota, TooMany};
use crate::storage;
use crate::usecase::checkout::RedeemRequest;
use crate::usecase::payments;
use crate::usecase::previews::code_to_look_at;
use crate::usecase::voucher_codes;

/// Why a voucher was not looked at or not redeemed.
#[derive(Debug)]
pub(crate) enum RedeemError {
    /// Nothing was entered.
    Blank,
    TooMany(TooMany),
    Engine(EngineError),
    Storage(storage::Error),
}

impl From<TooMany> for RedeemError {
    fn from(too_many: TooMany) -> Self {
        Self::TooMany(too_many)
    }
}

/// The voucher of a code as it was typed, within the limits of a preview. One that nobody may redeem is refused
/// as its redemption would be.
///
/// # Errors
/// [`RedeemError`].
pub(crate) async fn look(app: &App, from: IpAddr, text: &str) -> Result<Voucher, RedeemError> {
    let code = code_to_look_at(&voucher_codes::as_typed(text)).map_err(|_| RedeemError::Blank)?;
    let by_address = [(Quota::PreviewByAddress, Key::Address(from))];
    let attempt = app.limits.attempt(from, &by_address).await?;
    let refused = |refusal| RedeemError::Engine(EngineError::Refused(Refusal::Voucher(refusal)));
    let Some(known) = app.previews.find(code).await.map_err(RedeemError::Storage)? else {
        attempt.wrong().await?;
        return Err(refused(VoucherRefusal::Unknown));
    };
    match known.issued.refusal(app.clock.now()) {
        Some(refusal) => Err(refused(refusal)),
        None => Ok(known.issued.voucher.clone()),
    }
}

/// Redeems a voucher, and pays from it what is due; answers how much it gave. Asked twice with the same key, it is
/// redeemed once and has the first answer.
///
/// # Errors
/// [`RedeemError`].
pub(crate) async fn redeem(
    app: &App,
    actor: Actor,
    from: IpAddr,
    request: RedeemRequest,
) -> Result<i64, RedeemError> {
    let quotas = [
        (Quota::RedeemByAddress, Key::Address(from)),
        (Quota::RedeemByUser, Key::User(&actor.user_id)),
    ];
    let attempt = app.limits.attempt(from, &quotas).await?;
    let tenant_id = request.tenant_id.clone();
    let command = Command::RedeemVoucher(request.into_command(actor.clone()));
    match app.engine.submit(command).await {
        Ok(outcome) => {
            payments::due::pay_from_credit(app, &tenant_id).await;
            let Outcome::Answered { answer: Answer::Redeem(answer), .. } = outcome else {
                return Err(RedeemError::Engine(EngineError::Broken));
            };
            Ok(answer.credit_minor)
        }
        Err(error) => {
            let unknown = Refusal::Voucher(VoucherRefusal::Unknown);
            if matches!(&error, EngineError::Refused(refusal) if *refusal == unknown) {
                attempt.wrong().await?;
            }
            Err(RedeemError::Engine(error))
        }
    }
}
