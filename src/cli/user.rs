//! `sovereign user`

use std::io::Read as _;

use clap::{Args, Subcommand};
use serde_json::{Value, json};
use sovereign_domain::ids::IdSource as _;

use super::output::{Failure, answer, answer_json, say, table};
use super::{Common, clock};
use crate::app::command_line_actor;
use crate::auth::Role;
use crate::ids::RandomIds;
use crate::lifecycle::open_existing;
use crate::mail::usable_address;
use crate::storage::users::ProfileRow;
use crate::usecase::passwords::{self, PasswordError};
use crate::usecase::roles::{self, Grantor, RoleError};
use crate::usecase::start;

/// Who administers this Sovereign
#[derive(Debug, Subcommand)]
#[command(after_help = "\
Examples:
  sovereign user grant aisha@omantel.om --role sovereign-admin
  sovereign user list
  sovereign user revoke aisha@omantel.om")]
pub(super) enum User {
    Grant(Grant),
    Revoke(Revoke),
    List(List),
    Password(Password),
}

/// Give somebody a role
///
/// Whoever has signed in before has it at once; somebody new has it when they first sign in by mail.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  sovereign user grant aisha@omantel.om --role sovereign-admin
  sovereign user grant root@omantel.om --role superadmin --json")]
pub(super) struct Grant {
    #[command(flatten)]
    common: Common,
    /// E-mail address
    email: String,
    /// superadmin or sovereign-admin
    #[arg(long, value_parser = granted_role)]
    role: Role,
}

/// Take somebody's role away
///
/// They stay a user, and are signed out everywhere.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  sovereign user revoke aisha@omantel.om")]
pub(super) struct Revoke {
    #[command(flatten)]
    common: Common,
    /// E-mail address
    email: String,
}

/// List everybody who has a role
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  sovereign user list
  sovereign user list --json")]
pub(super) struct List {
    #[command(flatten)]
    common: Common,
}

/// Set an administrator's password, read from standard input
///
/// Only for /auth/login, which older administration apps use; everybody can sign in by mail.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  sovereign user password aisha@omantel.om < password.txt")]
pub(super) struct Password {
    #[command(flatten)]
    common: Common,
    /// E-mail address
    email: String,
}

fn granted_role(text: &str) -> Result<Role, String> {
    let role = Role::parse(text).filter(|role| *role != Role::Member);
    role.ok_or_else(|| "use superadmin or sovereign-admin".to_owned())
}

fn address(text: &str) -> Result<String, Failure> {
    usable_address(text).ok_or_else(|| Failure::usage("EMAIL must be an e-mail address"))
}

impl User {
    pub(super) async fn run(self) -> Result<(), Failure> {
        match self {
            Self::Grant(grant) => change(&grant.common, &grant.email, grant.role).await,
            Self::Revoke(revoke) => change(&revoke.common, &revoke.email, Role::Member).await,
            Self::List(list) => list.run().await,
            Self::Password(password) => password.run().await,
        }
    }
}

async fn change(common: &Common, email: &str, role: Role) -> Result<(), Failure> {
    let email = address(email)?;
    let config = common.config()?;
    let store = open_existing(&config.location()).await?;
    let facts = start::facts(&store).await?;
    let mut ids = RandomIds::new(clock());
    let actor = command_line_actor(ids.next_id());
    let mut grantor = Grantor { now: clock().now(), actor: &actor, ids: &mut ids };
    let changed = roles::grant(&store, &facts.fqdn, &email, role, &mut grantor).await;
    store.close().await;
    let user = changed?;
    if common.json {
        answer_json(&as_json(&user));
    } else {
        answer(format_args!("{} is {}", user.email, user.role));
    }
    Ok(())
}

fn as_json(user: &ProfileRow) -> Value {
    json!({ "id": user.id, "email": user.email, "role": user.role })
}

impl List {
    async fn run(self) -> Result<(), Failure> {
        let config = self.common.config()?;
        let store = open_existing(&config.location()).await?;
        let found = roles::administrators(&store).await;
        store.close().await;
        let users = found?;
        if self.common.json {
            answer_json(&users.iter().map(as_json).collect());
            return Ok(());
        }
        if users.is_empty() {
            say("nobody has a role yet; `sovereign user grant` gives one");
            return Ok(());
        }
        let head = vec!["E-MAIL".to_owned(), "ROLE".to_owned(), "SINCE".to_owned()];
        let row = |user: &ProfileRow| {
            vec![user.email.clone(), user.role.clone(), user.updated_at.0.to_rfc3339()]
        };
        let rows: Vec<_> = std::iter::once(head).chain(users.iter().map(row)).collect();
        answer(table(&rows));
        Ok(())
    }
}

impl Password {
    async fn run(self) -> Result<(), Failure> {
        let email = address(&self.email)?;
        let config = self.common.config()?;
        let mut password = String::new();
        let read = std::io::stdin().read_to_string(&mut password);
        read.map_err(|error| Failure::usage(format!("standard input: {error}")))?;
        let password = password.trim_end_matches(['\r', '\n']);
        let store = open_existing(&config.location()).await?;
        let mut ids = RandomIds::new(clock());
        let actor = command_line_actor(ids.next_id());
        let mut grantor = Grantor { now: clock().now(), actor: &actor, ids: &mut ids };
        let set = passwords::set(&store, &email, password, &mut grantor).await;
        store.close().await;
        set?;
        if self.common.json {
            answer_json(&json!({ "ok": true }));
        } else {
            answer(format_args!("{email} has a password now"));
        }
        Ok(())
    }
}

impl From<RoleError> for Failure {
    fn from(error: RoleError) -> Self {
        match error {
            RoleError::UnknownUser => Self::refused("nobody has this e-mail address"),
            RoleError::Ambiguous(ids) => Self::refused(format!(
                "several users have this e-mail address ({}); a superadmin can change the role of \
                 each: PUT /auth/admin/users/{{id}}/role",
                ids.join(", ")
            )),
            RoleError::Changed(_) => {
                Self::refused("somebody has given this user another role since")
            }
            RoleError::LastSuperadmin => Self::refused(
                "nobody would be superadmin any more; give somebody else the role first",
            ),
            RoleError::Storage(error) => error.into(),
        }
    }
}

impl From<PasswordError> for Failure {
    fn from(error: PasswordError) -> Self {
        match error {
            PasswordError::Length => Self::refused(format!(
                "the password must have {} to 1024 characters",
                passwords::MIN_CHARS
            )),
            PasswordError::UnknownUser => Self::refused(
                "nobody with this e-mail address has a role; `sovereign user grant` gives one",
            ),
            PasswordError::Storage(error) => error.into(),
        }
    }
}
