//! The keys, tokens and passwords of the tree.

mod likeness;

use super::Project;
use super::environment::is_sample;
use crate::document::Document;
use crate::facts::{Token, TokenForm};
use crate::finding::{DocumentId, Place, Scope};
use crate::formats::Format;
use crate::knowledge::secrets;
use data_encoding::BASE64;
use std::fmt;

/// A secret that stands in the tree. Its text leaves this module only to be covered.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret {
    /// Where.
    pub place: Place,
    /// What it is, with its article: `a GitHub token`, `the value of API_KEY`.
    pub what: String,
    /// How it is known.
    pub form: SecretForm,
    /// Its length in characters.
    pub length: usize,
    /// Tells it apart from others.
    pub fingerprint: String,
    /// Whether its form alone proves what it is.
    pub is_certain: bool,
    /// Whether its provider means it to be public.
    pub is_public: bool,
    text: String,
}

/// How a secret is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SecretForm {
    /// It is a private key.
    Key,
    /// It has the form that a provider gives to its keys.
    Known,
    /// It stands in a URL.
    Url,
    /// It is bound to a name, or stands in a header, that says so.
    Named,
}

impl Secret {
    /// The text itself, for whoever makes sure that nobody sees it.
    pub fn text_to_cover(&self) -> &str {
        &self.text
    }
}

/// Nothing prints the text by accident.
impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "Secret({}, {}, {:?})",
            self.what, self.fingerprint, self.place
        )
    }
}

/// Those of all documents, by document and place.
pub(super) fn collect(project: &Project) -> Vec<Secret> {
    let mut found: Vec<Secret> = Vec::new();
    for (id, document) in project.documents() {
        let ground = Ground::of(project, id, document);
        let tokens = document.facts.tokens.iter();
        let mut here: Vec<Secret> = tokens.filter_map(|token| secret(id, token, ground)).collect();
        // One text may be an assigned value and a word at once: the form that tells most of it stays.
        here.sort_by_key(|secret| (secret.place.span.start, secret.form, usize::MAX - secret.length));
        for secret in here {
            let last = found.last();
            let is_new = last.is_none_or(|last| {
                last.place.document != id || last.place.span.end <= secret.place.span.start
            });
            if is_new {
                found.push(secret);
            } else if let Some(last) = found.last_mut().filter(|last| secret.form < last.form) {
                *last = secret;
            }
        }
    }
    found
}

/// How much the place of a text says for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ground {
    /// Code and settings of the server.
    Served,
    /// Documentation: what has a form of its own is meant, values of names are examples.
    Told,
    /// Tests and samples: only what check digits prove.
    Trial,
}

impl Ground {
    fn of(project: &Project, id: DocumentId, document: &Document) -> Self {
        let path = &document.path;
        let name = path.rsplit('/').next().unwrap_or(path);
        let is_dotfile = name.starts_with(['.', '_']) || !name.contains('.') || name.ends_with(".txt");
        if project.scope(id) == Scope::Development || is_sample(path) && document.format != Format::Python {
            Self::Trial
        } else if document.format == Format::Text && !is_dotfile {
            Self::Told
        } else {
            Self::Served
        }
    }
}

fn secret(document: DocumentId, token: &Token, ground: Ground) -> Option<Secret> {
    let name = token.name.as_deref().unwrap_or("");
    let make = |text: &str, what: String, form, is_certain| Secret {
        place: Place {
            document,
            span: token.span,
        },
        what,
        form,
        length: text.chars().count(),
        fingerprint: fingerprint(text),
        is_certain,
        is_public: false,
        text: text.to_owned(),
    };
    if token.form == TokenForm::Key {
        let is_meant = ground != Ground::Trial && secrets::is_key(&token.text);
        let what = match name.split_once(" PRIVATE KEY").map_or("", |(kind, _)| kind) {
            "" => "a private key".to_owned(),
            "ENCRYPTED" => "an encrypted private key".to_owned(),
            kind => format!("a private key ({kind})"),
        };
        return is_meant.then(|| make(&token.text, what, SecretForm::Key, true));
    }
    if let Some(known) = known(token, name, ground) {
        let mut secret = make(
            known.text,
            known.what.to_owned(),
            SecretForm::Known,
            known.is_distinct,
        );
        secret.is_public = known.is_public;
        return Some(secret);
    }
    if ground != Ground::Served {
        return None;
    }
    let text = token.text.trim();
    // `pass` beside `fail` has what each looks like.
    let is_look = name.ends_with("pass") && likeness::is_style(text);
    if likeness::is_made_up(&token.around) || is_look || text.contains("XXX") {
        return None;
    }
    match token.form {
        TokenForm::Assigned if secrets::is_telling(name) && likeness::is_secret(text, name) => {
            let shown = name.trim_start_matches('-').rsplit('.').next().unwrap_or(name);
            Some(make(
                text,
                format!("the value of `{shown}`"),
                SecretForm::Named,
                false,
            ))
        }
        TokenForm::Header if is_credential(name, text) => {
            let what = format!("what stands behind `{name}` in a header");
            Some(make(text, what, SecretForm::Named, false))
        }
        TokenForm::Url if likeness::is_password(text) => {
            let (scheme, user) = name.split_once("://").unwrap_or(("", name));
            // A user and a password of one name are what containers are made with.
            let is_default = user.eq_ignore_ascii_case(text);
            let what = format!("the password of a {scheme} address");
            (!is_default && is_distinct_user(user)).then(|| make(text, what, SecretForm::Url, false))
        }
        _ => None,
    }
}

/// The form of a provider that a token has, as far as its place lets it count.
fn known<'a>(token: &'a Token, name: &str, ground: Ground) -> Option<secrets::Known<'a>> {
    let around = format!("{} {}", name.to_ascii_lowercase(), token.around);
    let known = secrets::known(&token.text, &around)?;
    let is_whole = known.text.len() == token.text.trim().len();
    // A form that fits other things has to be the whole value of a name.
    let is_meant = known.is_distinct || (token.form == TokenForm::Assigned && is_whole);
    let is_enough = match ground {
        Ground::Served => is_meant,
        Ground::Told => known.is_distinct && !known.is_public,
        Ground::Trial => known.is_checked,
    };
    let is_real = known.is_checked || !likeness::is_example(known.text);
    (is_enough && is_real).then_some(known)
}

/// Whether the word of a header is a token, or the user and password of `Basic`.
fn is_credential(scheme: &str, text: &str) -> bool {
    if scheme != "Basic" {
        return likeness::is_random(text);
    }
    let bytes = BASE64.decode(text.as_bytes()).unwrap_or_default();
    let pair = String::from_utf8(bytes).unwrap_or_default();
    let is_written = pair.chars().all(|letter| letter.is_ascii_graphic());
    is_written
        && pair
            .split_once(':')
            .is_some_and(|(_, password)| likeness::is_password(password))
}

/// Whether the user of a URL is no stand-in itself.
fn is_distinct_user(user: &str) -> bool {
    !likeness::is_reference(user)
        && !matches!(user.to_ascii_lowercase().as_str(), "username" | "foo" | "login")
}

/// A mark of a text: short on purpose, so that it tells two secrets apart and cannot confirm a guess.
fn fingerprint(text: &str) -> String {
    // FNV-1a, 64 bits, <http://www.isthe.com/chongo/tech/comp/fnv/>.
    let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    format!("{:06x}", (hash ^ (hash >> 24) ^ (hash >> 48)) & 0x00FF_FFFF)
}

#[cfg(test)]
mod tests;
