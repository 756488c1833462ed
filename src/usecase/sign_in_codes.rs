//! Codes of sign-ins by mail that somebody tries: which are compared, and how many.
//!
//! Whoever asked for a code has five tries at it, and all other networks together have five more, so that
//! nobody elsewhere ends another's sign-in. How many codes are compared for an account in a day is limited
//! besides: for strangers together, and for each network that somebody has signed in from. A try counts
//! before the code is looked at, so that of a thousand at once no more are looked at than of one after another.
//!
//! Who tries a few codes at each of many accounts meets a limit of wrong ones for all accounts together. While
//! it is reached, codes count as wrong from every network that their account does not know: links still work.
//! It is asked within the transaction that tries the code, so that no more get past it at once than there are
//! connections to the database.

use std::collections::BTreeSet;
use std::net::IpAddr;

use uuid::Uuid;

use super::networks::{self, Seen};
use crate::app::App;
use crate::auth::secrets::{self, Purpose};
use crate::limits::{Key, Quota, network_name};
use crate::storage::sign_ins::{self as rows, SignInRow, WaitingRow};
use crate::storage::{self, Tx};

/// Wrong codes that one sign-in bears from whoever asked for it, and as many from all others together.
const MAX_TRIES: i16 = 5;
/// With how many sign-ins a code is compared that other networks asked for, one of each: as many networks as
/// strangers can have mails sent from while one is good, and one more. None of them hides another's.
const MAX_ELSEWHERE: usize = 18;

/// A try, in a transaction that has counted it; what it was right for.
pub(super) type Tried = (Tx, Option<SignInRow>);

/// A code counts for its own sign-in only.
pub(super) fn coded(id: Uuid, code: &str) -> Vec<u8> {
    [id.as_bytes().as_slice(), code.as_bytes()].concat()
}

/// Tries a code in the browser that asked for it. Another browser's tries are none.
pub(super) async fn in_browser(
    app: &App,
    (id, browser): (Uuid, &str),
    code: &str,
    address: IpAddr,
) -> storage::Result<Tried> {
    let now = app.clock.now();
    let mut read = app.store.read().await?;
    let found = rows::find_waiting(&mut read, id, MAX_TRIES, now).await?;
    drop(read);
    let digest = secrets::digest(browser);
    let asked = |row: &SignInRow| {
        row.browser_digest.as_ref().is_some_and(|stored| secrets::same(stored, &digest))
    };
    let Some(found) = found.filter(asked) else { return Ok((app.store.begin().await?, None)) };
    let seen = networks::seen(app, &found.email, address).await?;
    let mut tx = app.store.begin().await?;
    if !admits(app, &found.email, (address, seen.known), seen).await {
        return Ok((tx, None));
    }
    let row = rows::take_try(&mut tx, id, MAX_TRIES, now).await?;
    Ok((tx, right(app, row, code, seen.known).await))
}

/// Tries a code for what the API was asked for, of an address that is written as it is stored.
pub(super) async fn of_email(
    app: &App,
    email: &str,
    code: &str,
    address: IpAddr,
) -> storage::Result<Tried> {
    let (now, network) = (app.clock.now(), network_name(address));
    let mut read = app.store.read().await?;
    let waiting = rows::live_of_api(&mut read, email, &network, MAX_TRIES, now).await?;
    drop(read);
    let seen = networks::seen(app, email, address).await?;
    let mut tx = app.store.begin().await?;
    for one in compared(waiting, &network) {
        // Strangers do not know the password, and cannot come by such a sign-in of their own.
        let known = seen.known || (one.by_password && is_own(&one, &network));
        if !admits(app, email, (address, known), seen).await {
            continue;
        }
        let row = rows::take_try_from(&mut tx, one.id, &network, MAX_TRIES, now).await?;
        if let Some(row) = right(app, row, code, known).await {
            return Ok((tx, Some(row)));
        }
    }
    Ok((tx, None))
}

fn is_own(one: &WaitingRow, network: &str) -> bool {
    one.network.as_deref() == Some(network)
}

/// With which of the sign-ins a code is compared, the likeliest first: where this network has asked itself
/// with those alone, though it has no tries left, so that nobody who asks elsewhere makes a try here cost more;
/// else with the newest of each network that asked.
fn compared(waiting: Vec<WaitingRow>, network: &str) -> Vec<WaitingRow> {
    // Its own are in front.
    let own = waiting.iter().take_while(|one| is_own(one, network)).count();
    if own > 0 {
        let own = waiting.into_iter().take(own);
        return own.filter(|one| one.tries < MAX_TRIES).collect();
    }
    let mut networks = BTreeSet::new();
    let newest = waiting.into_iter().filter(|one| networks.insert(one.network.clone()));
    newest.take(MAX_ELSEWHERE).collect()
}

/// Whether one more code may be compared for the account today. Whoever is refused is told that the code is
/// wrong: another answer would say who has a role here.
async fn admits(app: &App, email: &str, (address, known): (IpAddr, bool), seen: Seen) -> bool {
    let (quota, key) = if known {
        (Quota::CodeFromKnown, Key::EmailFrom(email, address))
    } else if seen.administers {
        (Quota::CodeOfAdministratorFromUnknown, Key::Email(email))
    } else {
        (Quota::CodeFromUnknown, Key::Email(email))
    };
    let anybody = known || app.limits.admits(Quota::WrongSignInCode, Key::Everybody).await;
    anybody && app.limits.check(quota, key).await.is_ok()
}

/// The sign-in whose code it is. A wrong one from an unknown network counts for everybody.
async fn right(app: &App, row: Option<SignInRow>, code: &str, known: bool) -> Option<SignInRow> {
    let row = row?;
    if is_right(app, &row, code) {
        return Some(row);
    }
    if !known && app.limits.uses_up(Quota::WrongSignInCode, Key::Everybody).await {
        tracing::warn!(
            "too many wrong sign-in codes: from unknown networks only links work for now"
        );
    }
    None
}

fn is_right(app: &App, row: &SignInRow, code: &str) -> bool {
    let coded = coded(row.id, &digits(code));
    app.tokens.secrets().is_mac(Purpose::SignInCode, &coded, &row.code_digest)
}

/// A code as it may be typed or pasted: with spaces, in Arabic-Indic digits.
fn digits(code: &str) -> String {
    code.chars()
        .filter(|c| !c.is_whitespace() && *c != '-')
        .map(|c| match c {
            '\u{660}'..='\u{669}' | '\u{6f0}'..='\u{6f9}' => {
                char::from_digit(u32::from(c) & 0xf, 10).unwrap_or(c)
            }
            c => c,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::{MAX_TRIES, WaitingRow, compared, digits};

    fn waiting(id: u128, network: &str, tries: i16) -> WaitingRow {
        let (id, network) = (Uuid::from_u128(id), Some(network.to_owned()));
        WaitingRow { id, network, by_password: false, tries }
    }

    /// From a network that has not asked itself.
    #[test]
    fn of_each_network_that_asked_the_newest_is_compared() {
        let mut all: Vec<_> = (2..50).rev().map(|n| waiting(n, "198.51.100.1", 0)).collect();
        all.push(waiting(1, "192.0.2.1", 0));
        let ids = compared(all, "203.0.113.1").into_iter().map(|one| one.id.as_u128());
        assert_eq!(ids.collect::<Vec<_>>(), [49, 1]);
    }

    #[test]
    fn whoever_has_asked_gets_at_nobody_elses() {
        let all = |tries| vec![waiting(1, "192.0.2.1", tries), waiting(2, "198.51.100.1", 0)];
        let ids = |tries| compared(all(tries), "192.0.2.1").into_iter().map(|one| one.id.as_u128());
        assert_eq!(ids(MAX_TRIES - 1).collect::<Vec<_>>(), [1]);
        assert_eq!(ids(MAX_TRIES).count(), 0);
    }

    #[test]
    fn codes_are_read_as_people_write_them() {
        for written in ["012345", " 012 345 ", "012-345", "٠١٢٣٤٥", "۰۱۲۳۴۵"] {
            assert_eq!(digits(written), "012345", "{written}");
        }
        assert_eq!(digits("01234x"), "01234x");
    }
}
