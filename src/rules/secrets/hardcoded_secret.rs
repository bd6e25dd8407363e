//! Passwords and tokens that a name or a header tells.

use super::{draft, of};
use crate::finding::DocumentId;
use crate::project::{Project, SecretForm};
use crate::rule::Sink;
use std::collections::BTreeSet;

/// Reports each place of each. What a file of variables holds is told of that file as a whole: its mend is another
/// one.
pub(crate) fn check(project: &Project, sink: &mut Sink<'_>) {
    let told: BTreeSet<DocumentId> = project.committed_environments().map(|(id, _)| id).collect();
    let secrets = of(project, &[SecretForm::Named]);
    for secret in secrets.filter(|secret| !told.contains(&secret.place.document)) {
        let message = format!(
            "{} is written into the file: whoever can read the tree has it, and the server cannot have another",
            secret.what
        );
        let help = "Read it from the environment (`os.environ[…]`), set it in a file that git ignores, and change it: git keeps \
                    this one in its history.";
        sink.report(draft(secret, message).help(help));
    }
}
