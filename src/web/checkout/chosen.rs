//! What somebody wants to order, as an address or a form has it.

use axum::http::Uri;

use super::super::page::address;

/// The most things of a kind; more than anybody chooses by hand.
const MOST: usize = 200;

/// For which Organization, by its address; and what, by slug or identifier.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in super::super) struct Chosen {
    pub(in super::super) organization: String,
    pub(in super::super) plan: String,
    pub(in super::super) apps: Vec<String>,
    pub(in super::super) addons: Vec<String>,
}

impl Chosen {
    pub(super) fn of_address(uri: &Uri) -> Self {
        Self::of_pairs(form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes()))
    }

    /// Lists may come as one member between commas, as several, or both.
    fn of_pairs<'a>(
        pairs: impl Iterator<Item = (std::borrow::Cow<'a, str>, std::borrow::Cow<'a, str>)>,
    ) -> Self {
        let mut chosen = Self::default();
        for (name, value) in pairs {
            let value = value.trim();
            match &*name {
                "organization" => value.clone_into(&mut chosen.organization),
                "plan" => value.clone_into(&mut chosen.plan),
                "apps" => add(&mut chosen.apps, value),
                "addons" => add(&mut chosen.addons, value),
                _ => {}
            }
        }
        chosen
    }

    /// What a form brought along, its lists between commas.
    pub(super) fn of_form(organization: &str, plan: &str, apps: &str, addons: &str) -> Self {
        let members =
            [("organization", organization), ("plan", plan), ("apps", apps), ("addons", addons)];
        Self::of_pairs(members.into_iter().map(|(name, value)| (name.into(), value.into())))
    }

    pub(super) fn apps_text(&self) -> String {
        self.apps.join(",")
    }

    pub(super) fn addons_text(&self) -> String {
        self.addons.join(",")
    }

    /// The page where this is ordered.
    pub(in super::super) fn path(&self) -> String {
        self.path_with(&[])
    }

    /// The same, also where another order waits for its payment.
    pub(in super::super) fn path_anew(&self) -> String {
        self.path_with(&[("anew", "1")])
    }

    fn path_with(&self, more: &[(&str, &str)]) -> String {
        let (apps, addons) = (self.apps_text(), self.addons_text());
        let all = [
            ("organization", self.organization.as_str()),
            ("plan", &self.plan),
            ("apps", &apps),
            ("addons", &addons),
        ];
        let given = all.into_iter().filter(|(_, value)| !value.is_empty());
        let given: Vec<_> = given.chain(more.iter().copied()).collect();
        address("/checkout", &given)
    }
}

fn add(list: &mut Vec<String>, value: &str) {
    for name in value.split(',').map(str::trim).filter(|name| !name.is_empty()) {
        if list.len() < MOST && !list.iter().any(|known| known == name) {
            list.push(name.to_owned());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_as_it_is_written() {
        let uri: Uri = "/checkout?organization=kestrel&plan=m&apps=ghost,matomo&apps=ghost&apps=odoo&addons=waf"
            .parse()
            .unwrap();
        let chosen = Chosen::of_address(&uri);
        assert_eq!(chosen.apps, ["ghost", "matomo", "odoo"]);
        let again: Uri = chosen.path().parse().unwrap();
        assert_eq!(Chosen::of_address(&again), chosen);
        let form = Chosen::of_form("kestrel", "m", " ghost, matomo,,odoo ", "waf");
        assert_eq!(form, chosen);
        assert_eq!(Chosen::default().path(), "/checkout");
    }
}
