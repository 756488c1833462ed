//! Who somebody at the source is here. People are known by the e-mail addresses that they can read: whoever has a
//! verified one on both sides is one person. Others become new users, who sign in with their address and nothing else:
//! what a bundle says of issuers and subjects lets nobody into an account here.

use std::collections::{BTreeSet, HashMap, HashSet};

use serde::{Deserialize, Serialize};
use sovereign_domain::ids::IdSource;
use sovereign_domain::timestamp::Timestamp;
use uuid::Uuid;

use super::bounds::beyond;
use crate::mail;
use crate::storage::move_in::{self, IdentityRow};
use crate::storage::users::{self as rows, NewUser};
use crate::storage::{self, Tx};
use crate::text::Language;
use crate::usecase::users;

/// In the bundle.
pub(crate) const FILE: &str = "identities.jsonl";
/// Stands for the issuer of users who came with a bundle; their subject is the Sovereign and what they were there.
const ISSUER: &str = "moved";

/// Somebody whom the rows of an Organization name, as its Sovereign knows them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Identity {
    pub(crate) id: String,
    pub(crate) email: String,
    pub(crate) email_verified: bool,
    pub(crate) name: String,
    /// The tag of the language that they read, where it is known.
    pub(crate) language: Option<String>,
    /// By what else they are known there: for a person to look up.
    pub(crate) linked: Vec<Linked>,
}

/// By what an issuer knows somebody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Linked {
    pub(crate) issuer: String,
    pub(crate) subject: String,
}

/// Where people come from.
#[derive(Debug, Clone, Copy)]
pub(super) struct Origin<'a> {
    pub(super) fqdn: &'a str,
    pub(super) tenant_id: &'a str,
}

impl Origin<'_> {
    fn subject(self, id: &str) -> String {
        format!("{}/{id}", self.fqdn)
    }
}

/// Finds people who are here.
pub(super) struct Finder<'a> {
    from: Origin<'a>,
    /// From earlier times.
    former: HashMap<String, String>,
    /// Who stands for somebody already: two accounts there are two here.
    taken: HashSet<String>,
}

impl<'a> Finder<'a> {
    /// # Errors
    /// Where the database fails.
    pub(super) async fn new(tx: &mut Tx, from: Origin<'a>) -> storage::Result<Self> {
        let former = move_in::former_identities(tx, from.tenant_id, from.fqdn).await?;
        Ok(Self { from, former: former.into_iter().collect(), taken: HashSet::new() })
    }

    /// The user here who is this person, and nobody else of the bundle; `None` where there is none.
    ///
    /// # Errors
    /// Where the database fails.
    pub(super) async fn find(
        &mut self,
        tx: &mut Tx,
        person: &Identity,
    ) -> storage::Result<Option<String>> {
        for user_id in self.candidates(tx, person).await? {
            if self.taken.insert(user_id.clone()) {
                return Ok(Some(user_id));
            }
        }
        Ok(None)
    }

    /// In this order: who they were when the Organization came from there before; who came from there with another
    /// one; who was here before the Organization left; whose verified address it is.
    async fn candidates(&self, tx: &mut Tx, person: &Identity) -> storage::Result<Vec<String>> {
        let mut found = Vec::new();
        if let Some(former) = self.former.get(&person.id)
            && rows::profile(tx, former).await?.is_some()
        {
            found.push(former.clone());
        }
        let subject = self.from.subject(&person.id);
        let known = rows::find_by_subject(tx, ISSUER, &subject).await?;
        found.extend(known.map(|user| user.id));
        let same = rows::profile(tx, &person.id).await?;
        let same = same.filter(|user| user.email.eq_ignore_ascii_case(&person.email));
        found.extend(same.map(|user| user.id));
        if person.email_verified
            && let Some(email) = mail::usable_address(&person.email)
        {
            let verified = rows::find_by_verified_email(tx, &email).await?;
            found.extend(verified.into_iter().map(|user| user.id));
        }
        Ok(found)
    }
}

/// Who everybody is here, whom the rows of a bundle name.
pub(super) struct People {
    /// By their identifiers at the source.
    here: HashMap<String, String>,
    /// Names of no user: of parts of the program, and of people of an earlier service.
    others: BTreeSet<String>,
    /// Those who are noted.
    noted: Vec<(String, String)>,
    /// How many names of no user there are, and how long they are together.
    strangers: (u64, u64),
}

impl People {
    /// Finds everybody, and makes users of those who are not here.
    ///
    /// # Errors
    /// Where the database fails.
    pub(super) async fn settle(
        tx: &mut Tx,
        from: Origin<'_>,
        people: &[Identity],
        (ids, now): (&mut (dyn IdSource + Send), Timestamp),
    ) -> storage::Result<Self> {
        let mut finder = Finder::new(tx, from).await?;
        let mut settled = Self {
            here: HashMap::new(),
            others: BTreeSet::new(),
            noted: Vec::new(),
            strangers: (0, 0),
        };
        for person in people {
            let found = finder.find(tx, person).await?;
            let user_id = match found {
                Some(user_id) => user_id,
                None => create(tx, from, person, (&mut *ids, now)).await?,
            };
            finder.taken.insert(user_id.clone());
            settled.note(&person.id, user_id);
        }
        Ok(settled)
    }

    fn note(&mut self, source: &str, user_id: String) {
        self.noted.push((source.to_owned(), user_id.clone()));
        self.here.insert(source.to_owned(), user_id);
    }

    /// Who a row names. One who is no user there is nobody here either: where somebody is called so here, they get
    /// another identifier, which is nobody's.
    ///
    /// # Errors
    /// Where the database fails.
    pub(super) async fn of(
        &mut self,
        tx: &mut Tx,
        id: &str,
        ids: &mut (dyn IdSource + Send),
    ) -> storage::Result<String> {
        if let Some(user_id) = self.here.get(id) {
            return Ok(user_id.clone());
        }
        if self.others.contains(id) {
            return Ok(id.to_owned());
        }
        let length = u64::try_from(id.len()).unwrap_or(u64::MAX);
        let (count, bytes) = self.strangers;
        self.strangers = (count.saturating_add(1), bytes.saturating_add(length));
        if rows::profile(tx, id).await?.is_none() {
            self.others.insert(id.to_owned());
            return Ok(id.to_owned());
        }
        let user_id = ids.next_id().to_string();
        self.note(id, user_id.clone());
        Ok(user_id)
    }

    /// What the limit is, where the rows name more than it who are no users there.
    pub(super) fn beyond(&self) -> Option<String> {
        let (count, bytes) = self.strangers;
        beyond("names of no user", count, bytes)
    }

    /// What is to be kept of who is who.
    pub(super) fn rows(&self, move_id: Uuid) -> Vec<IdentityRow> {
        let rows = self.noted.iter().map(|(source, user_id)| IdentityRow {
            move_id,
            source_user: source.clone(),
            user_id: user_id.clone(),
        });
        rows.collect()
    }
}

/// Makes a user of somebody who is not here, under the same identifier where nobody has it.
async fn create(
    tx: &mut Tx,
    from: Origin<'_>,
    person: &Identity,
    (ids, now): (&mut (dyn IdSource + Send), Timestamp),
) -> storage::Result<String> {
    // Not every name is one of a person, and those that sort first are found first.
    let is_free =
        Uuid::parse_str(&person.id).is_ok() && rows::profile(tx, &person.id).await?.is_none();
    let id = if is_free { person.id.clone() } else { ids.next_id().to_string() };
    let address = mail::usable_address(&person.email);
    // An address that is somebody's here leads to them alone.
    let is_nobodys = match &address {
        Some(email) => rows::find_by_verified_email(tx, email).await?.is_empty(),
        None => false,
    };
    // Where an account of the same person was merged with another one, its subject has a user already.
    let subject = match rows::find_by_subject(tx, ISSUER, &from.subject(&person.id)).await? {
        None => from.subject(&person.id),
        Some(_) => format!("{}#{id}", from.subject(&person.id)),
    };
    let new = NewUser {
        id: id.as_str().into(),
        issuer: ISSUER.to_owned(),
        subject,
        email_verified: person.email_verified && is_nobodys,
        email: address.unwrap_or_else(|| person.email.clone()),
    };
    if !users::create(tx, &new, ids.next_id(), now).await? {
        return Err(storage::Error::Conflict("users: somebody has this subject already".into()));
    }
    rows::note_profile(tx, &id, false, &person.name, "", now).await?;
    if let Some(language) = person.language.as_deref().and_then(Language::of_tag) {
        rows::note_language(tx, &id, language.tag()).await?;
    }
    Ok(id)
}
