//! docs/events describes every type of event. That events are so is looked at when any test on a Sovereign in
//! its own process ends.

use std::collections::BTreeSet;

use serde_json::json;
use sovereign_domain::event::{
    AppRequested, EventData, InvoiceChanged, OrderPlaced, ProvisionChanged, RedemptionChanged,
    SubscriptionChanged, TenantChanged, UserChanged, UserLogin, VoucherChanged,
};
use sovereign_domain::ids::{
    CustomerId, InvoiceId, OrderId, OrganizationId, RedemptionId, SubscriptionId, UserId,
};
use sovereign_domain::timestamp::Timestamp;
use sovereign_domain::voucher::Code;
use uuid::Uuid;

use crate::harness::{assert_message, described_types};

const ID: Uuid = Uuid::from_u128(0x0199_7f53_a000_7000_8000_0000_0000_0001);

fn tenant() -> OrganizationId {
    "org-1".into()
}

fn order() -> OrderPlaced {
    OrderPlaced {
        id: OrderId(ID),
        customer_id: CustomerId(ID),
        tenant_id: tenant(),
        plan_id: "m".to_owned(),
        apps: vec!["wiki".to_owned()],
        addons: Vec::new(),
        amount_omr: 9,
        amount_baisa: 9_450,
        currency: "OMR",
        status: "completed",
        subdomain: "kestrel".to_owned(),
    }
}

fn voucher(active: bool) -> VoucherChanged {
    let code = Code::parse("half-25").unwrap();
    VoucherChanged { code, credit_minor: 25_000, currency: "OMR", active, max_redemptions: 0 }
}

fn redemption(order_id: Option<OrderId>) -> RedemptionChanged {
    RedemptionChanged {
        id: RedemptionId(ID),
        code: Code::parse("half-25").unwrap(),
        customer_id: CustomerId(ID),
        tenant_id: tenant(),
        order_id,
        credit_minor: 25_000,
        currency: "OMR",
    }
}

fn subscription(status: &'static str) -> SubscriptionChanged {
    SubscriptionChanged {
        id: SubscriptionId(ID),
        customer_id: CustomerId(ID),
        tenant_id: tenant(),
        plan_id: "m".to_owned(),
        status,
        current_period_start: Timestamp::from_seconds(1_803_902_400),
        current_period_end: Timestamp::from_micros(1_806_494_400_000_001),
    }
}

fn invoice(status: &'static str, order_id: Option<OrderId>) -> InvoiceChanged {
    InvoiceChanged {
        id: InvoiceId(ID),
        customer_id: CustomerId(ID),
        tenant_id: tenant(),
        order_id,
        amount_baisa: 9_450,
        currency: "OMR",
        status,
    }
}

fn organization(status: &'static str) -> TenantChanged {
    TenantChanged {
        id: tenant(),
        slug: "kestrel".to_owned(),
        name: "Kestrel".to_owned(),
        owner_id: UserId("user-1".into()),
        plan_id: String::new(),
        status,
    }
}

fn app() -> AppRequested {
    let dependencies = vec!["postgresql".to_owned()];
    AppRequested { tenant_id: tenant(), app_slug: "wiki".to_owned(), dependencies }
}

fn provision(status: &'static str, reason: Option<&str>) -> ProvisionChanged {
    ProvisionChanged { id: ID, tenant_id: tenant(), status, reason: reason.map(str::to_owned) }
}

/// At least one of each type; where a member may be absent, with and without it.
fn samples() -> Vec<EventData> {
    let email = || "ahmed@example.com".to_owned();
    let user = UserId("user-1".into());
    vec![
        EventData::OrderPlaced(order()),
        EventData::VoucherIssued(voucher(true)),
        EventData::VoucherRevoked(voucher(false)),
        EventData::VoucherRedeemed(redemption(None)),
        EventData::VoucherRedeemed(redemption(Some(OrderId(ID)))),
        EventData::VoucherReleased(redemption(Some(OrderId(ID)))),
        EventData::SubscriptionCreated(subscription("active")),
        EventData::SubscriptionRenewed(subscription("active")),
        EventData::SubscriptionUpdated(subscription("past_due")),
        EventData::SubscriptionCanceled(subscription("canceled")),
        EventData::InvoiceCreated(invoice("open", Some(OrderId(ID)))),
        EventData::InvoicePaid(invoice("paid", None)),
        EventData::InvoiceVoided(invoice("void", Some(OrderId(ID)))),
        EventData::TenantCreated(organization("provisioning")),
        EventData::TenantDeleted(organization("deleted")),
        EventData::AppInstallRequested(app()),
        EventData::AppUninstallRequested(app()),
        EventData::ProvisionStarted(provision("provisioning", None)),
        EventData::ProvisionCompleted(provision("completed", None)),
        EventData::ProvisionFailed(provision("failed", Some("the repository cannot be reached"))),
        EventData::UserCreated(UserChanged { id: user.clone(), email: email() }),
        EventData::UserLogin(UserLogin { id: user, email: email(), method: "email".to_owned() }),
    ]
}

/// Whom the event is about. A new variant has to be put here, and so among the samples above.
fn tenant_of(data: &EventData) -> Option<&str> {
    match data {
        EventData::VoucherIssued(_)
        | EventData::VoucherRevoked(_)
        | EventData::UserCreated(_)
        | EventData::UserLogin(_) => None,
        EventData::OrderPlaced(_)
        | EventData::VoucherRedeemed(_)
        | EventData::VoucherReleased(_)
        | EventData::SubscriptionCreated(_)
        | EventData::SubscriptionRenewed(_)
        | EventData::SubscriptionUpdated(_)
        | EventData::SubscriptionCanceled(_)
        | EventData::InvoiceCreated(_)
        | EventData::InvoicePaid(_)
        | EventData::InvoiceVoided(_)
        | EventData::TenantCreated(_)
        | EventData::TenantDeleted(_)
        | EventData::AppInstallRequested(_)
        | EventData::AppUninstallRequested(_)
        | EventData::ProvisionStarted(_)
        | EventData::ProvisionCompleted(_)
        | EventData::ProvisionFailed(_) => Some("org-1"),
    }
}

#[test]
fn every_type_is_described() {
    let mut kinds = BTreeSet::new();
    for data in samples() {
        kinds.insert(data.kind());
        assert_message(&json!({
            "id": ID, "type": data.kind(), "version": 1, "source": "omantel.example",
            "timestamp": Timestamp::from_seconds(1_803_902_400), "tenant_id": tenant_of(&data),
            "data": data,
        }));
    }
    assert_eq!(kinds.into_iter().collect::<Vec<_>>(), described_types());
}

#[test]
#[should_panic(expected = "currency")]
fn a_member_that_is_not_described_is_found() {
    let mut data = json!(voucher(true));
    data["currency"] = json!("rial");
    assert_message(&json!({
        "id": ID, "type": "voucher.issued", "version": 1, "source": "omantel.example",
        "timestamp": "2027-03-01T12:00:00Z", "tenant_id": null, "data": data,
    }));
}
