//! What an error says with all that is behind it: the first alone says little.

/// The error, and what caused it.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    causes(error).join(": ")
}

/// The same of errors that may repeat their cause in their own words: each is said once.
#[cfg(feature = "kubernetes")]
pub(crate) fn chain_once(error: &dyn std::error::Error) -> String {
    causes(error).into_iter().fold(String::new(), |text, cause| match text.as_str() {
        "" => cause,
        said if said.contains(&cause) => text,
        said => format!("{said}: {cause}"),
    })
}

fn causes(error: &dyn std::error::Error) -> Vec<String> {
    let all = std::iter::successors(Some(error), |error| error.source());
    all.map(ToString::to_string).collect()
}
