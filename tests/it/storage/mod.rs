//! The two databases: the same schema, the same refusals, the same values back.

mod constraints;
mod hot_voucher;
mod migrate;
mod moved_tables;
mod parity;
mod settings;
mod timestamps;
mod transactions;
mod upgrade;
