//! Sign-in with fifty requests at once: a code signs in once, and a refresh token has one successor.

mod codes;
mod refresh_tokens;
