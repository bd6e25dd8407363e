//! Passwords and tokens that a name or a header tells.

use super::{draft, of};
use crate::project::{Project, SecretForm};
use crate::rule::Sink;

/// Reports each place of each.
pub(crate) fn check(project: &Project, sink: &mut Sink<'_>) {
    for secret in of(project, &[SecretForm::Named]) {
        let message = format!(
            "{} is written into the file: whoever can read the tree has it, and the server cannot have another",
            secret.what
        );
        let help = "Read it from the environment (`os.environ[…]`), set it in a file that git ignores, and change it: git keeps \
                    this one in its history.";
        sink.report(draft(secret, message).help(help));
    }
}
