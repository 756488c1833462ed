//! Lists, page by page (docs.stripe.com/api/pagination).

use std::collections::VecDeque;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use sovereign_domain::timestamp::Timestamp;

use super::StripeResult;
use super::client::Stripe;
use super::error::StripeError;
use super::form::Form;

/// The most that Stripe puts on a page.
const PER_PAGE: i64 = 100;

/// A page of a list, or of the results of a search.
#[derive(Deserialize)]
struct Page<T> {
    data: Vec<T>,
    has_more: bool,
    /// Of a search.
    #[serde(rename = "next_page")]
    token: Option<String>,
}

/// What has an identifier that a list can go on from.
pub trait Listed {
    fn id(&self) -> &str;
}

/// From when on and until before when an object was made.
#[derive(Debug, Clone, Copy, Default)]
pub struct Created {
    pub from: Option<Timestamp>,
    pub before: Option<Timestamp>,
}

impl Form {
    pub(super) fn created(self, created: Created) -> Self {
        let form = match created.from {
            Some(from) => self.moment("created[gte]", from),
            None => self,
        };
        match created.before {
            Some(before) => form.moment("created[lt]", before),
            None => form,
        }
    }
}

enum Next {
    First,
    After(String),
    /// Of a search.
    Token(String),
    Nothing,
}

/// A list that is read page by page, newest first.
pub struct List<'a, T> {
    stripe: &'a Stripe,
    path: &'static [&'static str],
    query: Form,
    next: Next,
    page: VecDeque<T>,
}

impl<'a, T: DeserializeOwned + Listed> List<'a, T> {
    pub(super) fn new(stripe: &'a Stripe, path: &'static [&'static str], query: Form) -> Self {
        Self { stripe, path, query, next: Next::First, page: VecDeque::new() }
    }

    /// Goes on behind an object that was read before.
    pub(super) fn after(mut self, id: Option<&str>) -> Self {
        if let Some(id) = id {
            self.next = Next::After(id.to_owned());
        }
        self
    }

    /// The next object; `None` at the end. Pages are asked for with [`Stripe::resolve`]. After an error the
    /// list can be asked again: it goes on where it was.
    ///
    /// # Errors
    /// [`StripeError`].
    pub async fn next(&mut self) -> StripeResult<Option<T>> {
        while self.page.is_empty() && !matches!(self.next, Next::Nothing) {
            self.turn().await?;
        }
        Ok(self.page.pop_front())
    }

    /// The objects of the next page; none at the end.
    ///
    /// # Errors
    /// As [`List::next`].
    pub async fn page(&mut self) -> StripeResult<Vec<T>> {
        while self.page.is_empty() && !matches!(self.next, Next::Nothing) {
            self.turn().await?;
        }
        Ok(std::mem::take(&mut self.page).into())
    }

    /// All that is left.
    ///
    /// # Errors
    /// [`StripeError`].
    pub async fn all(mut self) -> StripeResult<Vec<T>> {
        let mut all = Vec::new();
        while let Some(object) = self.next().await? {
            all.push(object);
        }
        Ok(all)
    }

    async fn turn(&mut self) -> StripeResult<()> {
        let query = self.query.clone().number("limit", PER_PAGE);
        let query = match &self.next {
            Next::After(id) => query.text("starting_after", id),
            Next::Token(token) => query.text("page", token),
            Next::First | Next::Nothing => query,
        };
        let (stripe, path) = (self.stripe, self.path);
        let page: Page<T> = stripe.resolve(|| stripe.get(path, &query)).await?;
        self.next = match (page.has_more, page.token, page.data.last()) {
            (false, ..) => Next::Nothing,
            (true, Some(token), _) => Next::Token(token),
            (true, None, Some(last)) => Next::After(last.id().to_owned()),
            (true, None, None) => {
                return Err(StripeError::Unknown(
                    "an empty page is said to have more behind it".into(),
                ));
            }
        };
        self.page = page.data.into();
        Ok(())
    }
}
