//! Rules about keys, tokens and passwords.

pub(super) mod committed_secret;
pub(super) mod credentials_in_url;
pub(super) mod hardcoded_secret;

use crate::finding::{Confidence, Draft, Effect};
use crate::project::{Project, Secret, SecretForm};

/// The secrets of these forms.
fn of<'a>(project: &'a Project, forms: &'a [SecretForm]) -> impl Iterator<Item = &'a Secret> {
    let secrets = project.secrets().iter();
    secrets.filter(|secret| forms.contains(&secret.form))
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
