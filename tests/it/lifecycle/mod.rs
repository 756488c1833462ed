//! A running Sovereign from outside: how it ends, what it says when its database has gone, its log.

mod database_gone;
mod first_start;
mod logs;
mod shutdown;
