//! Sign-in with many requests at once: a code signs in once, a refresh token has one successor, and somebody
//! stays superadmin.

mod codes;
mod refresh_tokens;
mod roles;
