//! What an Organization has and pays, and what the superadmin reads of all of them.

mod admin;
mod balance;
mod currencies;
mod entries;
mod invoice_pdf;
mod invoices;
mod ledger;
mod ledger_csv;
mod numbers;
mod orders;
mod organizations;
mod subscription;
mod wallet;
