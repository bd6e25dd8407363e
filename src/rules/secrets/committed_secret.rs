//! Private keys, and keys in the form of a provider, in the tree.

use super::{draft, of};
use crate::project::{Project, SecretForm};
use crate::rule::Sink;

/// Reports each place of each.
pub(crate) fn check(project: &Project, sink: &mut Sink<'_>) {
    for secret in of(project, &[SecretForm::Key, SecretForm::Known]) {
        let what = &secret.what;
        let (message, help) = if secret.is_public {
            (
                format!("{what} stands in the code: it names the account, and changes with it"),
                "Read it from the environment, as what belongs to one deployment.".to_owned(),
            )
        } else {
            (
                format!(
                    "{what} stands in the tree: whoever can read the repository or the server's files can use it"
                ),
                format!(
                    "Revoke it where it was made and make a new one: git keeps this one in its history. Give the new one to the \
                     program through its environment, or as a file that only its user can read. Its fingerprint is {}.",
                    secret.fingerprint
                ),
            )
        };
        sink.report(draft(secret, message).help(help));
    }
}
