//! Users and passwords inside URLs.

use super::{draft, of};
use crate::project::{Project, SecretForm};
use crate::rule::Sink;

/// Reports each place of each.
pub(crate) fn check(project: &Project, sink: &mut Sink<'_>) {
    for secret in of(project, &[SecretForm::Url]) {
        let message = format!(
            "{} stands in the file, and in every log and process list that shows the address",
            secret.what
        );
        let help = "Take user and password out of the address, read them from the environment, and change the password: git keeps \
                    this one in its history.";
        sink.report(draft(secret, message).help(help));
    }
}
