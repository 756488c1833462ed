//! Every limit there is.
//!
//! Behind one address there may be a building, a campus or a part of a mobile network: some hundreds of
//! people, who come together when a campaign begins. The bursts let them; the rates are what so many go on
//! to do by hand, and far below what a program tries. A limit of an account is one person's, and narrower.

use std::net::IpAddr;

use sha2::{Digest as _, Sha256};
use sovereign_domain::gcra::Rate;
use sovereign_domain::ids::UserId;
use uuid::{Builder, Uuid};

use super::address::network;

/// What is limited.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Quota {
    PreviewByAddress,
    SlugByAddress,
    SignInMailByAddress,
    /// To one mailbox, from all networks together that nobody has signed in to its account from.
    SignInMailByEmail,
    /// To one mailbox, from one of those.
    SignInMailFromNew,
    /// To one mailbox, from a network that somebody has signed in to its account from.
    SignInMailFromKnown,
    /// To one mailbox, for whoever has the right password.
    SignInMailByPassword,
    InvitationByUser,
    InvitationByEmail,
    VerifyByAddress,
    /// Codes that are compared for one account, from all networks together that nobody has signed in to it
    /// from.
    CodeFromUnknown,
    /// The same where the account has a role on the Sovereign.
    CodeOfAdministratorFromUnknown,
    /// The same from a network that somebody has signed in from.
    CodeFromKnown,
    /// Wrong codes of all accounts together, from networks that nobody has signed in to the account from.
    WrongSignInCode,
    PasswordByAddress,
    /// At one account, from all networks together that nobody has signed in to it from.
    PasswordFromUnknown,
    /// At one account, from one of those.
    PasswordFromNew,
    RefreshByAddress,
    /// Of an Organization's data.
    ExportByUser,
    CheckoutByAddress,
    CheckoutByUser,
    /// The pages of a payment, which may ask Stripe.
    PaymentByAddress,
    RedeemByAddress,
    RedeemByUser,
    /// Wrong voucher codes; see `guesses.rs` for these four.
    WrongCodeByAddress,
    /// The same, as they count while the breaker is open.
    RecentWrongCodeByAddress,
    WrongCode,
    BreakerOpens,
}

/// Who is limited.
#[derive(Debug, Clone, Copy)]
pub enum Key<'a> {
    /// An IPv4 host, or the /64 of IPv6 that one household or host has.
    Address(IpAddr),
    User(&'a UserId),
    /// An e-mail address, in any case.
    Email(&'a str),
    /// The same, from one network.
    EmailFrom(&'a str, IpAddr),
    Everybody,
}

impl Quota {
    #[expect(clippy::match_same_arms, reason = "each has its own reason, and changes by itself")]
    pub(super) const fn rate(self) -> Rate {
        match self {
            // A page shows what a code is worth while it is typed in, once or twice a person.
            Self::PreviewByAddress => Rate::new(60, 1_000),
            // The form asks with every pause in typing.
            Self::SlugByAddress => Rate::new(120, 1_000),
            // Mail costs money and the sender's good name: an office that signs in at nine, and then six a
            // minute.
            Self::SignInMailByAddress => Rate::new(60, 10_000),
            // Five hundred a day, whoever sends them: nobody's mailbox is filled by strangers.
            Self::SignInMailByEmail => Rate::new(15, 180_000),
            // A third of that, and then six an hour: one network alone does not use up what all of them have.
            Self::SignInMailFromNew => Rate::new(5, 600_000),
            // Five in a quarter of an hour: a mail that is slow is asked for again.
            Self::SignInMailFromKnown => Rate::new(5, 180_000),
            // Strangers cannot reach it at all.
            Self::SignInMailByPassword => Rate::new(3, 300_000),
            // A new Organization invites its whole staff, and then somebody now and then.
            Self::InvitationByUser => Rate::new(100, 60_000),
            // Three, and then one in four hours: nobody's mailbox is filled by who invites.
            Self::InvitationByEmail => Rate::new(3, 14_400_000),
            // One for each mail and some typing errors. How often one code may be tried is its own rule.
            Self::VerifyByAddress => Rate::new(120, 5_000),
            // At most fifty in any 24 hours, of a million codes; see docs/SIGN-IN.md.
            Self::CodeFromUnknown | Self::CodeFromKnown => Rate::new(25, 3_456_000),
            // At most twenty.
            Self::CodeOfAdministratorFromUnknown => Rate::new(10, 8_640_000),
            // A launch with twenty thousand who are new, of whom each twentieth mistypes; and then thirty an
            // hour. See docs/SIGN-IN.md for what can be guessed by it.
            Self::WrongSignInCode => Rate::new(1_000, 120_000),
            // Checking a password costs a processor most of a second: 8,640 a day once the burst is gone.
            Self::PasswordByAddress => Rate::new(60, 10_000),
            // Ten, and then four an hour: of a strong password nothing is guessed in years. Beyond that no
            // answer tells whether a guess was right.
            Self::PasswordFromUnknown => Rate::new(10, 900_000),
            // Half of that: who guesses from one network leaves some to the others, and hashes little.
            Self::PasswordFromNew => Rate::new(5, 900_000),
            // Every open page does it every few minutes by itself: some thousand sessions.
            Self::RefreshByAddress => Rate::new(300, 200),
            // Everything, and each table by itself, twice; then one in two minutes. Each reads all there is.
            Self::ExportByUser => Rate::new(60, 120_000),
            // A hall at a launch: everybody at once, and five a second after that.
            Self::CheckoutByAddress | Self::RedeemByAddress => Rate::new(300, 200),
            // Whoever ordered comes back once, and loads the page again while the bank takes its time.
            Self::PaymentByAddress => Rate::new(300, 1_000),
            // An agency that orders for its customers, one after another.
            Self::CheckoutByUser | Self::RedeemByUser => Rate::new(60, 1_000),
            // Thirty an hour: a classroom that copies a code from a slide, with its typing errors.
            Self::WrongCodeByAddress => Rate::new(30, 120_000),
            // Five an hour.
            Self::RecentWrongCodeByAddress => Rate::new(5, 720_000),
            // Never more than 300 in a minute, nor more than 144,000 in a day for good. A campaign of
            // 10,000 visitors an hour, of whom each second one mistypes, has 83 a minute.
            Self::WrongCode => Rate::new(200, 600),
            // Once, and again when it has closed: it stays open for five minutes.
            Self::BreakerOpens => Rate::new(1, 300_000),
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::PreviewByAddress => "preview",
            Self::SlugByAddress => "slug",
            Self::SignInMailByAddress | Self::SignInMailByEmail => "sign-in mail",
            Self::SignInMailFromNew => "sign-in mail from new",
            Self::SignInMailFromKnown => "sign-in mail from known",
            Self::SignInMailByPassword => "sign-in mail by password",
            Self::InvitationByUser | Self::InvitationByEmail => "invitation",
            Self::VerifyByAddress => "verify",
            Self::CodeFromUnknown => "code from unknown",
            Self::CodeOfAdministratorFromUnknown => "administrator's code from unknown",
            Self::CodeFromKnown => "code from known",
            Self::WrongSignInCode => "wrong sign-in code",
            Self::PasswordByAddress => "password",
            Self::PasswordFromUnknown => "password from unknown",
            Self::PasswordFromNew => "password from new",
            Self::RefreshByAddress => "refresh",
            Self::ExportByUser => "export",
            Self::CheckoutByAddress | Self::CheckoutByUser => "checkout",
            Self::PaymentByAddress => "payment",
            Self::RedeemByAddress | Self::RedeemByUser => "redeem",
            Self::WrongCodeByAddress | Self::WrongCode => "wrong code",
            Self::RecentWrongCodeByAddress => "recent wrong code",
            Self::BreakerOpens => "breaker",
        }
    }

    /// The key under which it is kept: of one size whatever `key` is, and readable by nobody who sees the
    /// rows.
    pub(super) fn row(self, key: Key<'_>) -> Uuid {
        let mut hasher = Sha256::new();
        hasher.update(self.name());
        match key {
            Key::Address(address) => match network(address) {
                IpAddr::V4(v4) => hasher.update([&b"\0address"[..], &v4.octets()].concat()),
                IpAddr::V6(v6) => hasher.update([&b"\0network"[..], &v6.octets()].concat()),
            },
            Key::User(user) => hasher.update(format!("\0user{}", user.0)),
            Key::Email(email) => hasher.update(format!("\0email{}", email.trim().to_lowercase())),
            Key::EmailFrom(email, address) => {
                let email = email.trim().to_lowercase();
                hasher.update(format!("\0from{}\0{email}", network(address)));
            }
            Key::Everybody => hasher.update("\0everybody"),
        }
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&hasher.finalize()[..16]);
        Builder::from_custom_bytes(bytes).into_uuid()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_one_however_it_is_written() {
        let row = |key| Quota::SignInMailByEmail.row(key);
        assert_eq!(row(Key::Email("ahmed@example.com")), row(Key::Email(" Ahmed@Example.com")));
        let address = |text: &str| row(Key::Address(text.parse().unwrap()));
        assert_eq!(address("192.0.2.1"), address("::ffff:192.0.2.1"));
        assert_eq!(address("2001:db8:1:2::1"), address("2001:db8:1:2:ffff::9"));
        assert_ne!(address("2001:db8:1:2::1"), address("2001:db8:1:3::1"));
        assert_ne!(address("192.0.2.1"), address("192.0.2.2"));
        let from = |email, text: &str| row(Key::EmailFrom(email, text.parse().unwrap()));
        let here = from("ahmed@example.com", "2001:db8:1:2::1");
        assert_eq!(here, from("Ahmed@example.com", "2001:db8:1:2::2"));
        assert_ne!(here, from("ahmed@example.com", "2001:db8:1:3::1"));
        assert_ne!(here, from("maryam@example.com", "2001:db8:1:2::1"));
    }

    #[test]
    fn limits_do_not_share_a_row() {
        let address = Key::Address("192.0.2.1".parse().unwrap());
        let user = UserId("192.0.2.1".into());
        let rows = [
            Quota::CheckoutByAddress.row(address),
            Quota::CheckoutByUser.row(Key::User(&user)),
            Quota::PaymentByAddress.row(address),
            Quota::RedeemByUser.row(Key::User(&user)),
            Quota::SignInMailByEmail.row(Key::Email("192.0.2.1")),
            Quota::SignInMailFromNew.row(address),
            Quota::SignInMailFromKnown.row(address),
            Quota::SignInMailByPassword.row(address),
            Quota::CodeFromUnknown.row(address),
            Quota::CodeOfAdministratorFromUnknown.row(address),
            Quota::CodeFromKnown.row(address),
            Quota::PasswordFromUnknown.row(address),
            Quota::PasswordFromNew.row(address),
            Quota::WrongCodeByAddress.row(address),
            Quota::RecentWrongCodeByAddress.row(address),
            Quota::WrongCode.row(Key::Everybody),
            Quota::WrongSignInCode.row(Key::Everybody),
            Quota::BreakerOpens.row(Key::Everybody),
        ];
        let mut distinct = rows.to_vec();
        distinct.sort_unstable();
        distinct.dedup();
        assert_eq!(distinct.len(), rows.len());
    }
}
