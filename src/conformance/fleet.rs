//! A file of many Sovereigns: TOML, a table `[[sovereign]]` for each. Tokens stand in variables or in files of their
//! own, never in it, and each is sent to its Sovereign only.

use std::collections::BTreeSet;
use std::path::Path;

use toml::{Table, Value};

use super::target::{Address, Sovereign, Token};

const FIELDS: [&str; 6] =
    ["url", "fqdn", "token_env", "token_file", "member_token_env", "member_token_file"];

/// Reads a file. Paths in it begin at its directory.
///
/// # Errors
/// What is wrong, with the field that it is about.
pub fn read(path: &Path) -> Result<Vec<Sovereign>, String> {
    let wrong = |detail: String| format!("{}: {detail}", path.display());
    let text = std::fs::read_to_string(path).map_err(|error| wrong(error.to_string()))?;
    let directory = path.parent().unwrap_or(Path::new(""));
    parse(&text, directory, &|name| std::env::var(name).ok()).map_err(wrong)
}

/// Where tokens are.
struct Tokens<'a> {
    directory: &'a Path,
    variable: &'a dyn Fn(&str) -> Option<String>,
}

fn parse(
    text: &str,
    directory: &Path,
    variable: &dyn Fn(&str) -> Option<String>,
) -> Result<Vec<Sovereign>, String> {
    let file: Table = text.parse().map_err(|error| not_toml(text, &error))?;
    if let Some(name) = file.keys().find(|name| *name != "sovereign") {
        return Err(format!("{name}: there is no such field; use [[sovereign]]"));
    }
    let listed = file.get("sovereign").and_then(Value::as_array);
    let listed = listed.filter(|listed| !listed.is_empty());
    let listed = listed.ok_or("sovereign: there must be at least one [[sovereign]]")?;
    let tokens = Tokens { directory, variable };
    let mut known = BTreeSet::new();
    let mut sovereigns = Vec::with_capacity(listed.len());
    for (place, entry) in listed.iter().enumerate() {
        let wrong = |detail: String| format!("[[sovereign]] number {}: {detail}", place + 1);
        let entry = entry.as_table().ok_or_else(|| wrong("must be a table".to_owned()))?;
        let sovereign = tokens.sovereign(entry).map_err(wrong)?;
        if !known.insert(sovereign.address.as_str().to_owned()) {
            return Err(wrong(format!("url: {} is there twice", sovereign.address)));
        }
        sovereigns.push(sovereign);
    }
    Ok(sovereigns)
}

impl Tokens<'_> {
    fn sovereign(&self, entry: &Table) -> Result<Sovereign, String> {
        if let Some(name) = entry.keys().find(|name| !FIELDS.contains(&name.as_str())) {
            return Err(format!("{name}: there is no such field; use {}", FIELDS.join(", ")));
        }
        let url = text(entry, "url")?.ok_or("url: is missing")?;
        Ok(Sovereign {
            address: Address::parse(url).map_err(|error| format!("url: {error}"))?,
            fqdn: text(entry, "fqdn")?.map(|name| name.trim().to_lowercase()),
            token: self.token(entry, ("token_env", "token_file"))?,
            member_token: self.token(entry, ("member_token_env", "member_token_file"))?,
        })
    }

    /// The token that one of two fields names.
    fn token(
        &self,
        entry: &Table,
        (env, file): (&'static str, &'static str),
    ) -> Result<Option<Token>, String> {
        let (field, found) = match (text(entry, env)?, text(entry, file)?) {
            (None, None) => return Ok(None),
            (Some(_), Some(_)) => return Err(format!("{env}: {file} is there as well; use one")),
            (Some(name), None) => {
                let found = (self.variable)(name);
                (env, found.ok_or_else(|| format!("{env}: the variable {name} is not set"))?)
            }
            (None, Some(name)) => {
                let path = self.directory.join(name);
                let found = std::fs::read_to_string(&path);
                (file, found.map_err(|error| format!("{file}: {}: {error}", path.display()))?)
            }
        };
        Token::parse(&found).map(Some).map_err(|error| format!("{field}: the token {error}"))
    }
}

fn text<'a>(entry: &'a Table, field: &str) -> Result<Option<&'a str>, String> {
    match entry.get(field) {
        None => Ok(None),
        Some(Value::String(text)) if !text.trim().is_empty() => Ok(Some(text)),
        Some(_) => Err(format!("{field}: must be a text that is not empty")),
    }
}

/// What is wrong and where. The line itself is not repeated: somebody may have written a token into it.
fn not_toml(text: &str, error: &toml::de::Error) -> String {
    let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
    format!("line {}: {}", before.matches('\n').count() + 1, error.message())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Result<Vec<Sovereign>, String> {
        let directory = std::env::temp_dir();
        parse(text, &directory, &|name| (name == "SET").then(|| "abc.def.ghi".to_owned()))
    }

    #[test]
    fn each_has_its_own_tokens() {
        let text = "
            [[sovereign]]
            url = 'https://one.example/'
            token_env = 'SET'
            [[sovereign]]
            url = 'https://two.example/api'
            fqdn = 'Two.sovereign.example'
        ";
        let [one, two]: [Sovereign; 2] = parsed(text).unwrap().try_into().unwrap();
        assert_eq!(one.address.as_str(), "https://one.example");
        assert!(one.token.is_some() && one.member_token.is_none());
        assert_eq!(two.address.as_str(), "https://two.example/api");
        assert!(two.token.is_none());
        assert_eq!((one.fqdn, two.fqdn.as_deref()), (None, Some("two.sovereign.example")));
    }

    #[test]
    fn what_is_wrong_names_the_field() {
        let one = |more: &str| format!("[[sovereign]]\nurl = 'https://one.example'\n{more}");
        for (text, said) in [
            (String::new(), "sovereign: there must be at least one"),
            ("sovereign = []".to_owned(), "sovereign: there must be at least one"),
            ("sovereign = 'https://one.example'".to_owned(), "sovereign: there must be"),
            ("[[sovereigns]]\nurl = 'x'".to_owned(), "sovereigns: there is no such field"),
            ("[[sovereign]]".to_owned(), "number 1: url: is missing"),
            ("[[sovereign]]\nurl = 1".to_owned(), "number 1: url: must be a text"),
            ("[[sovereign]]\nurl = 'one'".to_owned(), "number 1: url: one: must be an address"),
            (one("tokn_file = 'x'"), "number 1: tokn_file: there is no such field"),
            (one("token_env = ''"), "number 1: token_env: must be a text"),
            (one("token_env = 'UNSET'"), "token_env: the variable UNSET is not set"),
            (one("member_token_env = 'UNSET'"), "member_token_env: the variable UNSET"),
            (one("token_file = 'nowhere/at.all'"), "token_file: "),
            (one("token_env = 'SET'\ntoken_file = 'x'"), "token_env: token_file is there as well"),
            (
                format!("{}\n{}", one(""), one("")),
                "number 2: url: https://one.example is there twice",
            ),
            (one("token_env = secret"), "line 3: "),
        ] {
            let error = parsed(&text).unwrap_err();
            assert!(error.contains(said), "{text}: {error}");
            assert!(!error.contains("secret"), "{error}");
        }
    }
}
