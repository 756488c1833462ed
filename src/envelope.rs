//! What an event travels in, to NATS and to whoever else hears of it: docs/EVENTS.md.

use serde_json::{Value, json};

use crate::storage::outbox::OutboxEvent;

/// Of each type of event there is: members may be added to a version, and none changes.
const VERSION: u32 = 1;

/// The event as JSON. `source` is the Sovereign's name.
#[must_use]
pub fn envelope(source: &str, event: &OutboxEvent) -> String {
    // It was written as JSON by the transaction that it tells about.
    let data: Value = serde_json::from_str(&event.data).unwrap_or_default();
    let envelope = json!({
        "id": event.id,
        "type": event.kind,
        "version": VERSION,
        "source": source,
        "timestamp": event.created_at.0.to_rfc3339(),
        "tenant_id": event.tenant_id,
        "data": data,
    });
    envelope.to_string()
}

#[cfg(test)]
mod tests {
    use sovereign_domain::timestamp::Timestamp;
    use uuid::Uuid;

    use super::*;
    use crate::storage::Ts;

    #[test]
    fn an_event_is_wrapped() {
        let mut event = OutboxEvent {
            position: 7,
            id: Uuid::from_u128(0x0199_7f53_a000_7000_8000_0000_0000_0001),
            kind: "order.placed".to_owned(),
            tenant_id: Some("org-1".to_owned()),
            data: r#"{"b": 1, "a": [2]}"#.to_owned(),
            created_at: Ts(Timestamp::from_micros(1_803_902_400_123_456)),
        };
        let start = r#"{"id":"01997f53-a000-7000-8000-000000000001","type":"order.placed","#;
        let rest = r#""version":1,"source":"omantel.example","timestamp":"#;
        let end = r#""2027-03-01T12:00:00.123456Z","tenant_id":"org-1","data":{"b":1,"a":[2]}}"#;
        assert_eq!(envelope("omantel.example", &event), format!("{start}{rest}{end}"));
        event.tenant_id = None;
        assert!(envelope("omantel.example", &event).contains(r#""tenant_id":null,"#));
    }
}
