//! `POST /billing/checkout` and what it leaves behind.

mod paid_by_credit;
