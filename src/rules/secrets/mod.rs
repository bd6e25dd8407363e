//! Rules about keys, tokens and passwords.

pub(super) mod committed_env_file;
pub(super) mod committed_secret;
pub(super) mod credentials_in_url;
pub(super) mod hardcoded_secret;

use crate::facts;
use crate::finding::{Confidence, Draft, Effect};
use crate::project::{Project, Secret, SecretForm};
use std::collections::BTreeSet;

/// The secrets of these forms. The password of a database is told as that, and not once more as a secret.
fn of<'a>(project: &'a Project, forms: &'a [SecretForm]) -> impl Iterator<Item = &'a Secret> {
    let mark = |document, password: &facts::Secret| (document, password.length(), password.fingerprint());
    let of_databases: BTreeSet<_> = project
        .passwords_of_databases()
        .map(|(link, _, password)| mark(link.document, password))
        .collect();
    let is_told = move |secret: &Secret| {
        let password = facts::Secret::of_literal(secret.text_to_cover());
        password.is_some_and(|password| of_databases.contains(&mark(secret.place.document, &password)))
    };
    let secrets = project.secrets().iter();
    secrets.filter(move |secret| forms.contains(&secret.form) && !is_told(secret))
}

/// A finding about a secret: one mend, a new secret, is one for all its places.
fn draft(secret: &Secret, message: String) -> Draft {
    let mark = format!("{} characters, fingerprint {}", secret.length, secret.fingerprint);
    let confidence = if secret.is_certain {
        Confidence::Certain
    } else {
        Confidence::Likely
    };
    Draft::new(secret.place, message)
        .subject(format!("{} {}", secret.what, secret.fingerprint))
        .label(mark)
        .effect(if secret.is_public {
            Effect::Advice
        } else {
            Effect::Use
        })
        .confidence(confidence)
}
