//! `GET /metrics`, in the text format of Prometheus. It says how business goes: it is answered on a listener
//! of its own, never where the routes are.

use std::fmt::{self, Write as _};
use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;

use crate::app::App;
use crate::usecase::measure::{self, Family};

/// Prometheus, "Exposition formats", "Text-based format".
const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// What the listener of `metrics.listen` answers.
pub fn router(app: Arc<App>) -> Router {
    Router::new().route("/metrics", get(serve)).with_state(app)
}

async fn serve(State(app): State<Arc<App>>) -> Response {
    match measure::measure(&app).await {
        Ok(families) => {
            ([(header::CONTENT_TYPE, CONTENT_TYPE)], Page(&families).to_string()).into_response()
        }
        Err(error) => {
            tracing::error!(%error, "the measures cannot be read");
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
    }
}

struct Page<'a>(&'a [Family]);

impl fmt::Display for Page<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for family in self.0 {
            let name = family.name;
            writeln!(f, "# HELP {name} {}", family.help)?;
            writeln!(f, "# TYPE {name} gauge")?;
            for (value, of) in &family.values {
                match family.label {
                    Some(label) => writeln!(f, "{name}{{{label}=\"{}\"}} {value}", Quoted(of))?,
                    None => writeln!(f, "{name} {value}")?,
                }
            }
        }
        Ok(())
    }
}

/// A label's value.
struct Quoted<'a>(&'a str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for c in self.0.chars() {
            match c {
                '\\' => f.write_str("\\\\")?,
                '"' => f.write_str("\\\"")?,
                '\n' => f.write_str("\\n")?,
                c => f.write_char(c)?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn families_are_written_as_prometheus_reads_them() {
        let alone = Family {
            name: "sovereign_orders_pending",
            help: "Orders that wait",
            label: None,
            values: vec![(3, String::new())],
        };
        let labelled = Family {
            name: "sovereign_alarms_open",
            help: "Open alarms",
            label: Some("kind"),
            values: vec![(1, "dispute".into()), (-2, "a\"b\\c\nd".into())],
        };
        let expected = "# HELP sovereign_orders_pending Orders that wait\n\
            # TYPE sovereign_orders_pending gauge\n\
            sovereign_orders_pending 3\n\
            # HELP sovereign_alarms_open Open alarms\n\
            # TYPE sovereign_alarms_open gauge\n\
            sovereign_alarms_open{kind=\"dispute\"} 1\n\
            sovereign_alarms_open{kind=\"a\\\"b\\\\c\\nd\"} -2\n";
        assert_eq!(Page(&[alone, labelled]).to_string(), expected);
    }
}
