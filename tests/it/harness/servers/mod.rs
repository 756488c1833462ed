//! Servers that Sovereign talks to, as processes of their own: real mail and real OpenID, on the loopback
//! interface only. Their programs are in `tests/servers`, and end when what is here is dropped.

mod certificate;
mod git;
mod helper;
mod issuer;
mod kubernetes;
mod mail;
mod nats;
mod ports;
mod provider;
mod tokens;

pub(crate) use self::git::GitServer;
pub(crate) use self::issuer::{Endpoint, Mode};
pub(crate) use self::kubernetes::Namespace;
pub(crate) use self::mail::{Behaviour, MailSink, Security, SinkOptions};
pub(crate) use self::nats::{Message as NatsMessage, NatsServer};
use self::ports::{free_port, listening};
pub(crate) use self::provider::{Account, IdToken, Provider, ProviderOptions};
pub(crate) use self::tokens::TokenServer;
