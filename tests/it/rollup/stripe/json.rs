//! Objects as Stripe writes them, with all the members that its own examples have.

use std::fmt::Write as _;

use sqlx::Row as _;
use sqlx::sqlite::SqliteRow;

/// Which objects stand in the place of their identifiers.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Expanded {
    pub(super) source: bool,
    pub(super) charge: bool,
}

fn number(row: &SqliteRow, name: &str) -> i64 {
    row.get(name)
}

fn text(row: &SqliteRow, name: &str) -> String {
    row.get(name)
}

fn maybe(row: &SqliteRow, name: &str) -> Option<String> {
    row.get(name)
}

fn quoted(text: &str) -> String {
    format!("\"{text}\"")
}

/// A balance transaction, of a row of `pages::TRANSACTIONS`.
pub(super) fn transaction(row: &SqliteRow, expanded: Expanded) -> String {
    let (amount, fee, currency) =
        (number(row, "amount"), number(row, "fee"), text(row, "currency"));
    let details = if fee == 0 {
        String::new()
    } else {
        format!(
            r#"{{"amount":{fee},"application":null,"currency":"{currency}",
            "description":"Stripe processing fees","type":"stripe_fee"}}"#
        )
    };
    let rate = if maybe(row, "charge_currency").is_some_and(|of| of != currency) {
        "2.65"
    } else {
        "null"
    };
    let created = number(row, "created");
    format!(
        r#"{{"id":"{id}","object":"balance_transaction","amount":{amount},"available_on":{available},
            "balance_type":"payments","created":{created},"currency":"{currency}","description":null,
            "exchange_rate":{rate},"fee":{fee},"fee_details":[{details}],"net":{net},
            "reporting_category":"{category}","source":{source},"status":"available","type":"{kind}"}}"#,
        id = text(row, "id"),
        available = created + 172_800,
        net = amount - fee,
        category = text(row, "category"),
        kind = text(row, "type"),
        source = source(row, expanded),
    )
}

fn source(row: &SqliteRow, expanded: Expanded) -> String {
    let Some(id) = maybe(row, "source") else { return "null".to_owned() };
    if !expanded.source {
        return quoted(&id);
    }
    match id.split('_').next() {
        Some("ch") => charge(row),
        Some("re") => refund(row, &id, expanded),
        Some("dp") => dispute(row, &id, expanded),
        _ => format!(
            r#"{{"id":"{id}","object":"payout","amount":{amount},"arrival_date":{created},"automatic":true,
            "created":{created},"currency":"omr","description":"STRIPE PAYOUT","livemode":false,
            "metadata":{{}},"method":"standard","status":"paid","type":"bank_account"}}"#,
            amount = number(row, "amount").abs(),
            created = number(row, "created"),
        ),
    }
}

fn charge_of(row: &SqliteRow, expanded: Expanded) -> String {
    if expanded.charge { charge(row) } else { quoted(&text(row, "charge_id")) }
}

/// The charge of a row that has one in its columns `charge_…`.
pub(super) fn charge(row: &SqliteRow) -> String {
    let (id, amount) = (text(row, "charge_id"), number(row, "charge_amount"));
    let mut metadata = String::new();
    if let Some(sovereign) = maybe(row, "charge_sovereign") {
        let (organization, order) = (text(row, "charge_organization"), text(row, "charge_order"));
        let _ = write!(
            metadata,
            r#""sovereign":"{sovereign}","organization":"{organization}","order_id":"{order}""#
        );
    }
    format!(
        r#"{{"id":"{id}","object":"charge","amount":{amount},"amount_captured":{amount},
            "amount_refunded":0,"application":null,"application_fee":null,"application_fee_amount":null,
            "balance_transaction":{moved},"billing_details":{{"address":{{"city":null,"country":null,
            "line1":null,"line2":null,"postal_code":null,"state":null}},"email":null,
            "name":"Jenny Rosen","phone":null,"tax_id":null}},"calculated_statement_descriptor":null,
            "captured":true,"created":{created},"currency":"{currency}","customer":null,
            "description":"Plan M, one month","disputed":false,"failure_balance_transaction":null,
            "failure_code":null,"failure_message":null,"fraud_details":{{}},"livemode":false,
            "metadata":{{{metadata}}},"on_behalf_of":null,"outcome":{{"advice_code":null,
            "network_advice_code":null,"network_decline_code":null,
            "network_status":"approved_by_network","reason":null,"seller_message":"Payment complete.",
            "type":"authorized"}},"paid":true,"payment_intent":"pi_{tail}","payment_method":"pm_{tail}",
            "payment_method_details":{{"card":{{"amount_authorized":{amount},"authorization_code":null,
            "brand":"visa","checks":{{"address_line1_check":null,"address_postal_code_check":null,
            "cvc_check":"pass"}},"country":"OM","exp_month":8,"exp_year":2030,
            "extended_authorization":{{"status":"disabled"}},"fingerprint":"AOB934RVNwzk6xtn",
            "funding":"credit","incremental_authorization":{{"status":"unavailable"}},
            "installments":null,"last4":"4242","mandate":null,"multicapture":{{"status":"unavailable"}},
            "network":"visa","network_token":{{"used":false}},"network_transaction_id":null,
            "overcapture":{{"maximum_amount_capturable":{amount},"status":"unavailable"}},
            "regulated_status":null,"three_d_secure":null,"transaction_link_id":null,"wallet":null}},
            "type":"card"}},"receipt_email":null,"receipt_number":null,
            "receipt_url":"https://pay.stripe.com/receipts/{id}","refunded":false,"refunds":{{"data":[],
            "has_more":false,"object":"list","url":"/v1/charges/{id}/refunds"}},"review":null,
            "shipping":null,"source":null,"source_transfer":null,"statement_descriptor":null,
            "statement_descriptor_suffix":null,"status":"succeeded","transfer_data":null,
            "transfer_group":null}}"#,
        moved = maybe(row, "charge_moved").map_or("null".to_owned(), |id| quoted(&id)),
        created = number(row, "charge_created"),
        currency = text(row, "charge_currency"),
        tail = id.trim_start_matches("ch_"),
    )
}

fn refund(row: &SqliteRow, id: &str, expanded: Expanded) -> String {
    format!(
        r#"{{"id":"{id}","object":"refund","amount":{amount},"balance_transaction":null,
            "charge":{charge},"created":{created},"currency":"{currency}","customer":null,
            "customer_account":null,"destination_details":{{"card":{{"type":"refund"}},"type":"card"}},
            "metadata":{{}},"payment_intent":null,"payment_method":null,"reason":null,
            "receipt_number":null,"source_transfer_reversal":null,"status":"succeeded",
            "transfer_reversal":null}}"#,
        amount = number(row, "refund_amount"),
        charge = charge_of(row, expanded),
        created = number(row, "refund_created"),
        currency = text(row, "refund_currency"),
    )
}

fn dispute(row: &SqliteRow, id: &str, expanded: Expanded) -> String {
    format!(
        r#"{{"id":"{id}","object":"dispute","amount":{amount},"balance_transactions":[],
            "charge":{charge},"created":{created},"currency":"{currency}",
            "enhanced_eligibility_types":[],"evidence":{{}},"evidence_details":{{"due_by":null,
            "enhanced_eligibility":{{}},"has_evidence":false,"past_due":false,"submission_count":0}},
            "is_charge_refundable":false,"livemode":false,"metadata":{{}},"payment_intent":null,
            "payment_method_details":{{"card":{{"brand":"visa","case_type":"chargeback",
            "network":"visa","network_reason_code":"10.4"}},"type":"card"}},"reason":"fraudulent",
            "status":"needs_response"}}"#,
        amount = number(row, "dispute_amount"),
        charge = charge_of(row, expanded),
        created = number(row, "dispute_created"),
        currency = text(row, "dispute_currency"),
    )
}
