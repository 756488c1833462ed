//! Stripe's API, as far as this program uses it: a file for each kind of object, with its calls.
//!
//! It knows Stripe's words and nothing of orders or books. Every call is made once; [`Stripe::resolve`] is
//! the one place that asks again. Amounts are Stripe's, which are our minor units: `amounts.rs` refuses the
//! currencies where that is not so.

mod account;
pub mod amounts;
mod balance_transactions;
mod charges;
mod checkout_sessions;
mod client;
mod customers;
mod disputes;
mod error;
mod expandable;
mod form;
mod invoices;
mod keys;
mod list;
mod metadata;
mod payment_intents;
mod payment_methods;
mod portal;
mod refunds;
mod resolve;
pub mod signature;
mod subscriptions;
mod transfers;
mod webhook_endpoints;
mod words;

pub use self::account::Account;
pub use self::balance_transactions::{
    BalanceTransaction, ReportingCategory, Source, SourceObject, TransactionType,
};
pub use self::charges::{Charge, ChargeStatus};
pub use self::checkout_sessions::{
    CheckoutSession, CreateSession, LineItem, PaymentStatus, SessionFilter, SessionStatus,
};
pub use self::client::{IdempotencyKey, Stripe, StripeOptions};
pub use self::customers::{CreateCustomer, Customer, UpdateCustomer};
pub use self::disputes::{Dispute, DisputeStatus};
pub use self::error::{Refusal, StripeError};
pub use self::expandable::Expandable;
pub use self::invoices::{Invoice, InvoiceOf, Period};
pub use self::keys::{Mode, NotAKey, PublicKey, SecretKey, WebhookSecret};
pub use self::list::{Created, List, Listed};
pub use self::metadata::{Metadata, Owner, Tags};
pub use self::payment_intents::{
    CreatePaymentIntent, PaymentError, PaymentIntent, PaymentIntentStatus,
};
pub use self::payment_methods::{Card, PaymentMethod};
pub use self::refunds::{CreateRefund, Refund, RefundOf, RefundStatus};
pub use self::subscriptions::{Subscription, SubscriptionItem, SubscriptionStatus};
pub use self::transfers::{CreateTransfer, Transfer};
pub use self::webhook_endpoints::{CreateEndpoint, UpdateEndpoint, WebhookEndpoint};

/// The version of the API that this client is written for: the one that Stripe's own npm package 23.1.0 has.
pub const API_VERSION: &str = "2026-10-28.endive";

pub const DEFAULT_API_URL: &str = "https://api.stripe.com";

pub type StripeResult<T> = Result<T, StripeError>;
