//! Subscriptions that an earlier service made, and that this Sovereign bills from a date on.

use serde_json::{Value, json};
use sovereign::clock::{Clock as _, SystemClock};
use sovereign_domain::timestamp::Timestamp;

use crate::harness::{Customer, Engine, Reply, Setup, TestApp, Trouble, on_both};

const DAY: i64 = 86_400;
/// The first of next month, by the clock of the tests.
const APRIL: &str = "2027-04-01T00:00:00Z";
const BILLED_HERE: &str = "SELECT COUNT(*) FROM subscriptions WHERE billed_by = 'sovereign'";
const AUDITED: &str = "SELECT COUNT(*) FROM audit_log WHERE action = 'subscription.bill_here'";

/// An Organization with plan M (9 a month), by a subscription as adoption leaves it.
async fn adopted(app: &TestApp, name: &str, at_stripe: Option<&str>) -> Customer {
    let customer = app.customer(name).await;
    let (at_stripe, billed_by) =
        at_stripe.map_or(("NULL".into(), "none"), |id| (format!("'{id}'"), "stripe"));
    let now = match app.engine {
        Engine::Sqlite => (app.now_seconds() * 1_000_000).to_string(),
        Engine::Postgres => format!("to_timestamp({})", app.now_seconds()),
    };
    let sql = format!(
        "INSERT INTO subscriptions (id, customer_id, tenant_id, stripe_subscription_id, plan_id, status, \
             anchor_at, billed_by, created_at, updated_at) \
         SELECT id, id, tenant_id, {at_stripe}, 'm', 'active', {now}, '{billed_by}', {now}, {now} \
         FROM customers WHERE tenant_id = '{}'",
        customer.tenant_id
    );
    app.execute(&sql).await;
    customer
}

/// One that Stripe bills, in a period of 20 days from now; its identifier there, and the period's end.
async fn at_stripe(app: &TestApp, name: &str) -> (Customer, String, i64) {
    let payer = app.stripe().seed_customer(&format!("{name}@example.com"));
    let end = app.now_seconds() + 20 * DAY;
    let id = app.stripe().seed_subscription(&payer, "omr", 9_000, end);
    (adopted(app, name, Some(&id)).await, id, end)
}

async fn bill_here(app: &TestApp, tenant_id: &str, body: Value) -> Reply {
    let path = format!("/billing/admin/subscriptions/{tenant_id}/bill-here");
    app.superadmin().post(&path, &body).await
}

async fn subscription(customer: &Customer) -> Value {
    let path = format!("/billing/subscription/{}", customer.tenant_id);
    customer.client.get(&path).await.expect(200)
}

async fn invoices(customer: &Customer) -> Vec<Value> {
    let path = format!("/billing/invoices/{}", customer.tenant_id);
    customer.client.get(&path).await.expect(200).as_array().unwrap().clone()
}

/// The clock goes to a moment, and what is done about subscriptions is done.
async fn at(app: &TestApp, moment: &str) {
    app.clock.set(Timestamp::parse_rfc3339(moment).unwrap());
    for job in ["renew-subscriptions", "retry-payments", "look-after-orders"] {
        app.run_job(job).await;
    }
}

fn changes_at_stripe(app: &TestApp, id: &str) -> usize {
    app.stripe().count("POST", &format!("/v1/subscriptions/{id}"))
}

async fn alarms(app: &TestApp) -> i64 {
    app.number("SELECT COUNT(*) FROM alarms").await
}

on_both! {
    /// Nothing before its date; from then on month after month, on the date's anniversaries.
    async fn it_is_billed_from_its_date_on(app: &TestApp, Setup::with_stripe()) {
        let customer = adopted(app, "ahmed", None).await;
        app.issue("TWENTY", 20, 0).await;
        customer.redeem("TWENTY").await.expect(200);
        let told = bill_here(app, &customer.tenant_id, json!({ "from": "2027-04-01" })).await.expect(200);
        assert_eq!(told["from"], APRIL);
        assert_eq!((&told["price_minor"], &told["first_charge_minor"]), (&json!(9_000), &json!(9_000)));
        assert_eq!((&told["billed_by"], &told["already"]), (&json!("none"), &json!(false)));
        let before = subscription(&customer).await;
        assert_eq!(before["current_period_start"], "2027-03-01T12:00:00Z");
        assert_eq!((&before["current_period_end"], &before["status"]), (&json!(APRIL), &json!("active")));
        app.verify().await;

        at(app, "2027-03-31T23:59:59Z").await;
        assert_eq!(customer.available_minor().await, 20_000);
        at(app, APRIL).await;
        assert_eq!(customer.available_minor().await, 11_000);
        let invoices = invoices(&customer).await;
        assert_eq!(invoices.len(), 1, "{invoices:?}");
        assert_eq!((&invoices[0]["status"], &invoices[0]["amount_baisa"]), (&json!("paid"), &json!(9_000)));
        assert_eq!(invoices[0]["period_start"], APRIL);
        assert_eq!(invoices[0]["period_end"], "2027-05-01T00:00:00Z");
        at(app, APRIL).await;
        assert_eq!(customer.available_minor().await, 11_000);
        at(app, "2027-05-01T00:00:00Z").await;
        assert_eq!(customer.available_minor().await, 2_000);
        assert_eq!(subscription(&customer).await["current_period_end"], "2027-06-01T00:00:00Z");
        let revenue = app.superadmin().get("/billing/admin/revenue").await.expect(200);
        assert_eq!(revenue["total_mrr"], 9);
        let again = bill_here(app, &customer.tenant_id, json!({ "from": "2027-07-01" })).await;
        again.expect_problem(409, "already_billed_here");
    }

    /// Neither credit nor a card: the customer has a letter with the link to pay by.
    async fn who_has_nothing_gets_a_letter(app: &TestApp, Setup::with_stripe()) {
        let customer = adopted(app, "ahmed", None).await;
        bill_here(app, &customer.tenant_id, json!({ "from": "2027-04-01" })).await.expect(200);
        at(app, APRIL).await;
        let due = subscription(&customer).await;
        assert_eq!(due["status"], "past_due");
        assert!(due["due_order_id"].is_string(), "{due}");
        assert_eq!(app.texts("SELECT kind FROM letters").await, ["payment_due"]);
        let again = bill_here(app, &customer.tenant_id, json!({ "from": "2027-07-01" })).await;
        again.expect_problem(409, "already_billed_here");
        app.issue("NINE", 9, 0).await;
        customer.redeem("NINE").await.expect(200);
        assert_eq!(subscription(&customer).await["status"], "active");
        assert_eq!(invoices(&customer).await[0]["status"], "paid");
    }

    /// A dry run changes nothing, and so does asking twice; another date moves it.
    async fn asked_twice_it_is_done_once(app: &TestApp) {
        let customer = adopted(app, "ahmed", None).await;
        let april = json!({ "from": "2027-04-01" });
        let dry = json!({ "from": "2027-04-01", "dry_run": true });
        bill_here(app, &customer.tenant_id, dry).await.expect(200);
        assert_eq!(app.number(BILLED_HERE).await, 0);
        bill_here(app, &customer.tenant_id, april.clone()).await.expect(200);
        let again = bill_here(app, &customer.tenant_id, april).await.expect(200);
        assert_eq!((&again["already"], &again["billed_by"]), (&json!(true), &json!("sovereign")));
        assert_eq!(app.number(AUDITED).await, 1);
        let events = "SELECT COUNT(*) FROM outbox WHERE type = 'subscription.updated'";
        assert_eq!(app.number(events).await, 1);
        bill_here(app, &customer.tenant_id, json!({ "from": "2027-04-10" })).await.expect(200);
        assert_eq!(subscription(&customer).await["current_period_end"], "2027-04-10T00:00:00Z");
        assert_eq!(app.number(AUDITED).await, 2);
    }

    /// What an earlier service was paid for is not billed again.
    async fn what_is_refused_changes_nothing(app: &TestApp) {
        let customer = adopted(app, "ahmed", None).await;
        let id = customer.tenant_id.as_str();
        for (from, says) in [
            ("2027-02-28", "future"), ("2027-03-01", "future"), ("2030-01-01", "400 days"),
            ("soon", "2027-02-01"), ("period_end", "a date"),
        ] {
            let refused = bill_here(app, id, json!({ "from": from })).await;
            let problem = refused.expect_problem(400, "invalid_request");
            assert_eq!(problem["field"], "from", "{problem}");
            assert!(problem["detail"].as_str().unwrap().contains(says), "{problem}");
        }
        let april = json!({ "from": "2027-04-01" });
        bill_here(app, "nobody", april.clone()).await.expect_problem(404, "not_found");
        let none = app.customer("badr").await;
        bill_here(app, &none.tenant_id, april.clone()).await.expect_problem(409, "not_subscribed");
        app.issue("NINE", 9, 0).await;
        none.checkout("m", "NINE").await.expect(200);
        let refused = bill_here(app, &none.tenant_id, april.clone()).await;
        refused.expect_problem(409, "already_billed_here");

        app.execute("UPDATE organizations SET plan_id = 'price_999' WHERE slug = 'ahmed'").await;
        let problem = bill_here(app, id, april.clone()).await.expect_problem(409, "no_price");
        assert!(problem["detail"].as_str().unwrap().contains("price_999"), "{problem}");
        assert_eq!(app.number(AUDITED).await, 0);
        assert_eq!(app.number(BILLED_HERE).await, 1, "badr's own");
        let other = bill_here(app, id, json!({ "from": "2027-04-01", "plan_id": "s" })).await.expect(200);
        assert_eq!(other["price_minor"], 5_000);
        assert_eq!(subscription(&customer).await["plan_id"], other["plan_id"]);
        at(app, APRIL).await;
        assert_eq!(invoices(&customer).await[0]["amount_baisa"], 5_000);
    }

    /// Stripe bills it to the end of its period, and never again; then it is billed here.
    async fn stripe_ends_it_first(app: &TestApp, Setup::with_stripe()) {
        let (customer, id, end) = at_stripe(app, "ahmed").await;
        let early = bill_here(app, &customer.tenant_id, json!({ "from": "2027-03-20" })).await;
        let problem = early.expect_problem(400, "invalid_request");
        assert!(problem["detail"].as_str().unwrap().contains("2027-03-21T12:00:00Z"), "{problem}");
        let body = json!({ "from": "period_end", "dry_run": true });
        bill_here(app, &customer.tenant_id, body).await.expect(200);
        assert_eq!(changes_at_stripe(app, &id), 0);

        let body = json!({ "from": "period_end" });
        let told = bill_here(app, &customer.tenant_id, body.clone()).await.expect(200);
        let end = Timestamp::from_seconds(end).to_rfc3339();
        assert_eq!((&told["from"], &told["ends_at_stripe"]), (&json!(end), &json!(true)));
        let there = app.stripe().object(&id);
        assert_eq!(there["cancel_at_period_end"], true);
        assert_eq!(there["metadata"]["organization"], customer.tenant_id.as_str());
        bill_here(app, &customer.tenant_id, body).await.expect(200);
        assert_eq!((changes_at_stripe(app, &id), app.number(AUDITED).await), (1, 1));
        app.stripe().deliver_all(2).await;
        assert_eq!(alarms(app).await, 0);

        app.stripe().set_subscription_status(&id, "canceled");
        app.stripe().deliver_all(2).await;
        let here = subscription(&customer).await;
        assert_eq!((&here["status"], &here["cancel_at_period_end"]), (&json!("active"), &json!(false)));
        app.issue("NINE", 9, 0).await;
        customer.redeem("NINE").await.expect(200);
        at(app, &end).await;
        assert_eq!(customer.available_minor().await, 0);
        assert_eq!(invoices(&customer).await.len(), 1);
        assert_eq!((app.stripe().all("charge").len(), alarms(app).await), (0, 0));
    }

    /// Stripe cannot be asked, or has done it without an answer: nothing is lost, nothing is done twice.
    async fn trouble_at_stripe_leaves_it_as_it_was(app: &TestApp, Setup::with_stripe()) {
        let (customer, id, _) = at_stripe(app, "ahmed").await;
        let body = json!({ "from": "2027-04-01" });
        app.stripe().refuse_connections().await;
        let refused = bill_here(app, &customer.tenant_id, body.clone()).await;
        refused.expect_problem(503, "payment_unresolved");
        app.stripe().accept_connections().await;
        app.stripe().trouble("POST /v1/subscriptions/:id", Trouble::CutAfter, 4);
        let refused = bill_here(app, &customer.tenant_id, body.clone()).await;
        refused.expect_problem(503, "payment_unresolved");
        assert_eq!(app.number(BILLED_HERE).await, 0);
        // Its event comes before it is done again.
        app.stripe().deliver_all(1).await;
        assert_eq!(subscription(&customer).await["cancel_at_period_end"], true);
        let calls = changes_at_stripe(app, &id);
        bill_here(app, &customer.tenant_id, body).await.expect(200);
        assert_eq!(changes_at_stripe(app, &id), calls);
        assert_eq!(subscription(&customer).await["cancel_at_period_end"], false);
    }

    /// An invoice that Stripe still asks for is settled there.
    async fn what_is_not_settled_at_stripe_stays_there(app: &TestApp, Setup::with_stripe()) {
        let (customer, id, _) = at_stripe(app, "ahmed").await;
        let body = json!({ "from": "2027-04-01" });
        for status in ["past_due", "unpaid", "paused"] {
            app.stripe().set_subscription_status(&id, status);
            let refused = bill_here(app, &customer.tenant_id, body.clone()).await;
            refused.expect_problem(409, "unsettled_at_stripe");
        }
        app.stripe().forget(&id);
        let refused = bill_here(app, &customer.tenant_id, body).await;
        refused.expect_problem(409, "not_at_stripe");
        assert_eq!(app.number(BILLED_HERE).await, 0);
    }

    /// Somebody has it go on at Stripe after all: both would bill it, and a person is told.
    async fn one_that_goes_on_at_stripe_raises_an_alarm(app: &TestApp, Setup::with_stripe()) {
        let (customer, id, _) = at_stripe(app, "ahmed").await;
        bill_here(app, &customer.tenant_id, json!({ "from": "2027-04-01" })).await.expect(200);
        app.stripe().set_cancel_at_period_end(&id, false);
        app.stripe().deliver_all(2).await;
        assert_eq!(app.texts("SELECT kind FROM alarms").await, ["reconcile"]);
        assert_eq!(subscription(&customer).await["status"], "active");
        // Done again, it ends there again.
        bill_here(app, &customer.tenant_id, json!({ "from": "2027-04-01" })).await.expect(200);
        assert_eq!(app.stripe().object(&id)["cancel_at_period_end"], true);
    }

    /// By the command: a plan first; then all, but what is refused.
    async fn the_command_bills_all(app: &TestApp) {
        for name in ["ahmed", "badr", "salma"] {
            adopted(app, name, None).await;
        }
        app.execute("UPDATE organizations SET plan_id = 'price_999' WHERE slug = 'salma'").await;
        let database = app.database();
        let from = SystemClock.now().plus_days(30).to_rfc3339();
        let all = ["subscription", "bill-here", "--all", "--from", &from];
        let shown = database.run(&all).expect(1);
        assert!(shown.stdout.contains("9.000") && shown.stderr.contains("price_999"), "{shown:?}");
        assert_eq!(app.number(BILLED_HERE).await, 0);
        let apply = [&all[..], &["--apply", "--json"]].concat();
        for already in [false, true] {
            let ended = database.run(&apply).expect(1);
            let told: Value = serde_json::from_str(&ended.stdout).unwrap();
            assert_eq!((&told["applied"], &told["refused"]), (&json!(true), &json!(1)));
            let plans = told["subscriptions"].as_array().unwrap();
            let done = plans.iter().filter(|plan| plan["already"] == already).count();
            assert_eq!((plans.len(), done), (3, 2), "{told}");
            assert_eq!(app.number(BILLED_HERE).await, 2);
        }
        assert_eq!(app.number(AUDITED).await, 2);
        let one = ["subscription", "bill-here", "nobody", "--from", &from];
        let said = database.run(&one).expect_failure(1);
        assert!(said.contains("no such Organization"), "{said}");
        let past = ["subscription", "bill-here", "--all", "--from", "yesterday"];
        database.run(&past).expect_failure(2);
    }

    /// What somebody has ended at Stripe, perhaps the customer, is billed here only by its name.
    async fn all_leaves_alone_what_somebody_ended(app: &TestApp, Setup::with_stripe()) {
        let (customer, id, _) = at_stripe(app, "ahmed").await;
        app.stripe().set_cancel_at_period_end(&id, true);
        let (url, from) = (app.stripe().url().to_owned(), SystemClock.now().plus_days(150).to_rfc3339());
        let run = async |who: &str| {
            let arguments = ["subscription", "bill-here", who, "--from", &from];
            let program = app.database().program(&arguments).env("SOVEREIGN_STRIPE_API_URL", &url);
            tokio::task::spawn_blocking(move || program.run()).await.unwrap()
        };
        let said = run("--all").await.expect(1).stderr;
        assert!(said.contains("perhaps the customer"), "{said}");
        assert_eq!(app.number(BILLED_HERE).await, 0);
        let shown = run(&customer.tenant_id).await.expect(0).stdout;
        assert!(shown.contains("ends at Stripe, then billed here"), "{shown}");
        let by_name = json!({ "from": "2027-04-01" });
        bill_here(app, &customer.tenant_id, by_name).await.expect(200);
        assert_eq!((app.number(BILLED_HERE).await, changes_at_stripe(app, &id)), (1, 0));
    }
}
