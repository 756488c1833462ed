//! Routes that cannot be registered without their description.
//!
//! A description is a function until somebody asks for the document: a start costs nothing for it.

use std::any::type_name;
use std::sync::Arc;

use axum::Router;
use axum::handler::Handler;
use axum::middleware::from_fn;
use axum::routing::{MethodFilter, on};
use utoipa::Path;
// Not part of utoipa's documented face, but what its own bindings for axum are built on.
use utoipa::__dev::{SchemaReferences, Tags};
use utoipa::openapi::path::{HttpMethod, Operation};
use utoipa::openapi::schema::Schema;
use utoipa::openapi::{Deprecated, OpenApi, RefOr};

use super::fields;
use crate::app::App;

/// What `#[utoipa::path]` makes beside a handler, by the name of `__path_` and the handler's.
pub(super) trait Description: Path + Tags<'static> + SchemaReferences {}

impl<D: Path + Tags<'static> + SchemaReferences> Description for D {}

pub(super) struct Described {
    path: String,
    methods: Vec<HttpMethod>,
    pub(super) operation: Operation,
    pub(super) schemas: Vec<(String, RefOr<Schema>)>,
}

/// Where a route answers that is described at another path.
#[derive(Clone, Copy)]
struct Older {
    path: &'static str,
    operation_id: &'static str,
}

type Entry = (fn() -> Described, Option<Older>);

/// What is being registered.
#[derive(Default)]
pub(super) struct Routes {
    router: Router<Arc<App>>,
    entries: Vec<Entry>,
}

impl Routes {
    /// Adds a handler where its description says that it answers.
    pub(super) fn add<D, H, T>(self, _: D, handler: H) -> Self
    where
        D: Description,
        H: Handler<T, Arc<App>>,
        T: 'static,
    {
        self.register::<D, H, T>(handler, None)
    }

    /// Adds a handler at an older path as well. Its description is the same, but for what tells the two
    /// apart, and says that it is deprecated.
    pub(super) fn add_older<D, H, T>(
        self,
        path: &'static str,
        operation_id: &'static str,
        _: D,
        handler: H,
    ) -> Self
    where
        D: Description,
        H: Handler<T, Arc<App>>,
        T: 'static,
    {
        self.register::<D, H, T>(handler, Some(Older { path, operation_id }))
    }

    fn register<D, H, T>(mut self, handler: H, older: Option<Older>) -> Self
    where
        D: Description,
        H: Handler<T, Arc<App>>,
        T: 'static,
    {
        debug_assert_eq!(
            type_name::<D>().replace("__path_", ""),
            type_name::<H>(),
            "a handler is registered with the description of another one"
        );
        let path = older.map_or_else(D::path, |older| older.path.to_owned());
        if let Some(methods) = D::methods().iter().map(filter).reduce(MethodFilter::or) {
            let mut route = on(methods, handler);
            if D::methods().contains(&HttpMethod::Get) {
                route = route
                    .layer(from_fn(|request, next| fields::pick(described::<D>, request, next)));
            }
            self.router = self.router.route(&path, route);
        }
        self.entries.push((described::<D>, older));
        self
    }

    pub(super) fn into_router(self) -> Router<Arc<App>> {
        self.router
    }

    /// Adds every route to the document; `complete` adds to each what is the same for many.
    pub(super) fn describe(self, document: &mut OpenApi, complete: fn(&mut Operation)) {
        let components = document.components.get_or_insert_default();
        for (described, older) in self.entries {
            let Described { mut path, methods, mut operation, schemas } = described();
            if let Some(older) = older {
                older.path.clone_into(&mut path);
                operation.operation_id = Some(older.operation_id.to_owned());
                operation.deprecated = Some(Deprecated::True);
            }
            if methods.contains(&HttpMethod::Get)
                && let Some(members) = fields::members(&operation, &schemas)
            {
                operation
                    .parameters
                    .get_or_insert_default()
                    .push(RefOr::T(fields::parameter(&members)));
            }
            complete(&mut operation);
            components.schemas.extend(schemas);
            document.paths.add_path_operation(path, methods, operation);
        }
    }
}

fn described<D: Description>() -> Described {
    let mut schemas = Vec::new();
    D::schemas(&mut schemas);
    let mut operation = D::operation();
    operation.tags = Some(D::tags().into_iter().map(str::to_owned).collect());
    Described { path: D::path(), methods: D::methods(), operation, schemas }
}

fn filter(method: &HttpMethod) -> MethodFilter {
    match method {
        HttpMethod::Get => MethodFilter::GET,
        HttpMethod::Put => MethodFilter::PUT,
        HttpMethod::Post => MethodFilter::POST,
        HttpMethod::Head => MethodFilter::HEAD,
        HttpMethod::Patch => MethodFilter::PATCH,
        HttpMethod::Trace => MethodFilter::TRACE,
        HttpMethod::Delete => MethodFilter::DELETE,
        HttpMethod::Options => MethodFilter::OPTIONS,
    }
}
