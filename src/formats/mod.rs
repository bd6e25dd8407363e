//! The syntax of documents: one module for each format, each a pure function from text to facts.

mod calls;
mod cloud_init;
mod commandline;
mod compose;
pub mod cron;
mod databases;
mod dialled;
pub mod docker;
pub mod dotenv;
mod firewall;
mod grammar;
mod inner;
mod joined;
pub mod json;
mod lines;
mod lock;
mod make;
mod needles;
pub mod nginx;
mod npm;
mod pip;
pub mod plain;
mod plist;
mod pm2;
pub mod procfile;
mod published;
pub mod python;
mod quoted;
pub mod requirements;
mod runtime;
pub mod rust;
mod serving;
mod setuptools;
pub mod shell;
mod shortcuts;
mod site_lines;
mod sql;
pub mod structured;
pub mod supervisor;
pub mod suppression;
pub mod systemd;
mod tokens;
pub mod toml;
mod translations;
pub mod web;
pub mod yaml;

use crate::facts::{Facts, ProblemKind};
use crate::source::Span;
pub use compose::Settings;

/// The syntax of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Format {
    /// Python source.
    Python,
    /// A shell script.
    Shell,
    /// JSON.
    Json,
    /// supervisord's own INI dialect.
    Supervisor,
    /// A requirements or constraints file of pip.
    Requirements,
    /// TOML, `pyproject.toml` among it.
    Toml,
    /// YAML.
    Yaml,
    /// `NAME=value` lines: `.env` and its samples.
    Dotenv,
    /// HTML and its relatives.
    Html,
    /// JavaScript and TypeScript.
    Script,
    /// CSS and its relatives.
    Style,
    /// Rust.
    Rust,
    /// An installed distribution's `METADATA`.
    Metadata,
    /// systemd's units.
    Systemd,
    /// A Procfile.
    Procfile,
    /// A Dockerfile.
    Docker,
    /// A crontab.
    Cron,
    /// nginx's configuration.
    Nginx,
    /// Any other source or config: quotes and comments are known, nothing else.
    Plain,
    /// Text for people, and files that hold nothing but keys: read for secrets alone.
    Text,
}

impl Format {
    /// All formats.
    pub const ALL: [Self; 20] = [
        Self::Python,
        Self::Shell,
        Self::Json,
        Self::Supervisor,
        Self::Requirements,
        Self::Toml,
        Self::Yaml,
        Self::Dotenv,
        Self::Html,
        Self::Script,
        Self::Style,
        Self::Rust,
        Self::Metadata,
        Self::Systemd,
        Self::Procfile,
        Self::Docker,
        Self::Cron,
        Self::Nginx,
        Self::Plain,
        Self::Text,
    ];

    /// The name that a rule's `[match]` uses.
    pub fn name(self) -> &'static str {
        match self {
            Self::Python => "python",
            Self::Shell => "shell",
            Self::Json => "json",
            Self::Supervisor => "supervisor",
            Self::Requirements => "requirements",
            Self::Toml => "toml",
            Self::Yaml => "yaml",
            Self::Dotenv => "dotenv",
            Self::Html => "html",
            Self::Script => "script",
            Self::Style => "style",
            Self::Rust => "rust",
            Self::Metadata => "metadata",
            Self::Systemd => "systemd",
            Self::Procfile => "procfile",
            Self::Docker => "docker",
            Self::Cron => "cron",
            Self::Nginx => "nginx",
            Self::Plain => "plain",
            Self::Text => "text",
        }
    }

    /// The format of the file at `path`, which begins with `head`; nothing for files that hold no
    /// configuration and no code: documentation, data, pictures.
    pub fn of(path: &str, head: &[u8]) -> Option<Self> {
        let name = path.rsplit('/').next().unwrap_or(path);
        // Somebody else's, as a tool wrote it.
        if [".min.js", ".min.css"].iter().any(|end| name.ends_with(end)) {
            return None;
        }
        if nginx::is_nginx(path, head) {
            return Some(Self::Nginx);
        }
        Self::of_name(path, name).or_else(|| {
            let extension = name.rsplit_once('.').map(|(_, extension)| extension);
            match extension.map(str::to_ascii_lowercase).as_deref() {
                Some(extension) => Self::of_extension(path, extension, head),
                None => Self::of_shebang(head),
            }
        })
    }

    /// Whether the name of the file at `path`, which has this format, leaves nothing for its first bytes to decide.
    pub fn is_told_by_name(self, path: &str) -> bool {
        let is_fixed = matches!(
            self,
            Self::Python | Self::Json | Self::Yaml | Self::Html | Self::Script | Self::Style | Self::Rust
        );
        let name = path.rsplit('/').next().unwrap_or(path);
        is_fixed && name.contains('.') && !name.to_ascii_lowercase().ends_with(".conf")
    }

    fn of_name(path: &str, name: &str) -> Option<Self> {
        let lower = name.to_ascii_lowercase();
        let is_about = [".patch", ".diff", ".md", ".rst"]
            .iter()
            .any(|end| lower.ends_with(end));
        if lower == ".env" || lower.starts_with(".env.") && !is_about || lower.ends_with(".env") {
            return Some(Self::Dotenv);
        }
        if name == "METADATA"
            && path
                .rsplit('/')
                .nth(1)
                .is_some_and(|dir| dir.ends_with(".dist-info"))
        {
            return Some(Self::Metadata);
        }
        if matches!(
            lower.as_str(),
            ".supervisorctlrc" | "supervisord.conf" | "supervisor.conf"
        ) {
            return Some(Self::Supervisor);
        }
        let is_text = matches!(lower.rsplit_once('.'), Some((_, "txt" | "in" | "pip")));
        let folder = path.rsplit('/').nth(1).unwrap_or("");
        let says_so = lower.contains("requirements") || lower.contains("constraints");
        if is_text && (says_so || folder == "requirements") {
            return Some(Self::Requirements);
        }
        match name {
            "Pipfile" | "uv.lock" | "poetry.lock" => Some(Self::Toml),
            "Pipfile.lock" => Some(Self::Json),
            "Caddyfile" | "runtime.txt" | ".python-version" => Some(Self::Plain),
            _ if docker::is_ignore(&lower) || make::is_makefile(&lower) => Some(Self::Plain),
            _ if docker::is_dockerfile(&lower) => Some(Self::Docker),
            _ if lower == "procfile" || lower.starts_with("procfile.") => Some(Self::Procfile),
            _ if firewall::is_saved(&lower) => Some(Self::Plain),
            _ if cron::is_crontab(folder, &lower) => Some(Self::Cron),
            _ if is_of_keys(&lower) => Some(Self::Text),
            _ => None,
        }
    }

    fn of_extension(path: &str, extension: &str, head: &[u8]) -> Option<Self> {
        Some(match extension {
            "py" | "pyw" => Self::Python,
            "sh" | "bash" | "zsh" | "ksh" | "command" => Self::Shell,
            "json" | "jsonc" | "webmanifest" => Self::Json,
            "toml" => Self::Toml,
            "yml" | "yaml" => Self::Yaml,
            "html" | "htm" | "xhtml" | "vue" | "svelte" | "j2" | "jinja" | "jinja2" => Self::Html,
            "js" | "mjs" | "cjs" | "jsx" | "ts" | "mts" | "cts" | "tsx" => Self::Script,
            "css" | "scss" | "sass" | "less" => Self::Style,
            "rs" => Self::Rust,
            "conf" | "ini" | "supervisor" if supervisor::is_supervisor(head) => Self::Supervisor,
            "service" | "timer" | "socket" => Self::Systemd,
            "conf" if systemd::unit_of(path).is_some() => Self::Systemd,
            "conf" | "ini" | "cfg" | "plist" | "swift" | "go" | "java" | "kt" | "c" | "h" | "cpp" | "cc"
            | "hpp" | "m" | "rb" | "php" | "pl" | "lua" | "sql" | "properties" | "xml" | "nginx" | "tf"
            | "hcl" | "gradle" | "fish" | "ps1" | "bat" | "cmd" | "mk" | "nft" | "env" | "example"
            | "sample" | "template" | "tmpl" | "pyx" | "pxd" | "pth" => Self::Plain,
            "md" | "rst" | "adoc" | "pem" | "key" | "p8" | "ppk" | "asc" | "pgp" | "ipynb" => Self::Text,
            _ => return Self::of_shebang(head),
        })
    }

    fn of_shebang(head: &[u8]) -> Option<Self> {
        let line = head.strip_prefix(b"#!")?.split(|byte| *byte == b'\n').next()?;
        let line = String::from_utf8_lossy(line);
        let runner = line
            .split_whitespace()
            .map(|word| word.rsplit('/').next().unwrap_or(word))
            .find(|word| *word != "env" && !word.starts_with('-'))?;
        if runner.starts_with("python") {
            Some(Self::Python)
        } else if matches!(runner, "sh" | "bash" | "dash" | "zsh" | "ksh") {
            Some(Self::Shell)
        } else if runner == "node" {
            Some(Self::Script)
        } else {
            Some(Self::Plain)
        }
    }
}

/// Whether a file holds keys or passwords by its name.
fn is_of_keys(lower: &str) -> bool {
    let known = [
        ".netrc",
        "_netrc",
        ".pgpass",
        ".npmrc",
        ".pypirc",
        ".git-credentials",
        ".my.cnf",
        ".htpasswd",
        ".s3cfg",
        ".boto",
        "id_rsa",
        "id_dsa",
        "id_ecdsa",
        "id_ed25519",
        "credentials",
    ];
    let telling = [
        "secret",
        "credential",
        "password",
        "api_key",
        "apikey",
        "api-key",
        "token",
    ];
    let is_text = lower.ends_with(".txt") && telling.iter().any(|word| lower.contains(word));
    known.contains(&lower) || is_text
}

/// The facts of the document at `path`, whose text is `text`.
pub fn extract(path: &str, format: Format, text: &str) -> Facts {
    extract_beside(path, format, text, &Settings::default())
}

/// The same of a document beside a `.env` that sets these variables: compose puts them into its files.
pub fn extract_beside(path: &str, format: Format, text: &str, settings: &Settings) -> Facts {
    if format == Format::Text {
        return Facts {
            tokens: tokens::find(path, format, text),
            ..Facts::default()
        };
    }
    let mut facts = match format {
        Format::Python if path.rsplit('/').next() == Some("setup.py") => python::extract_setup(text),
        Format::Python => python::extract(text),
        Format::Shell => shell::extract(text),
        Format::Json => json::extract(path, text),
        Format::Supervisor => supervisor::extract(text),
        Format::Requirements => requirements::extract(path, text),
        Format::Toml => toml::extract(path, text),
        Format::Yaml => yaml::extract_beside(path, text, settings),
        Format::Dotenv => dotenv::extract(text),
        Format::Html => web::extract_html(text),
        Format::Script => pm2::extract(path, text),
        Format::Style => web::extract_style(text),
        Format::Rust => rust::extract(text),
        Format::Metadata => requirements::extract_metadata(text),
        Format::Systemd => systemd::extract(path, text),
        Format::Procfile => procfile::extract(text),
        Format::Docker => docker::extract(path, text),
        Format::Cron => cron::extract(path, text),
        Format::Nginx => nginx::extract(text),
        Format::Plain if docker::is_ignore(path) => docker::extract_ignore(text),
        Format::Plain if path.rsplit('/').next() == Some("setup.cfg") => setuptools::extract(path, text),
        Format::Plain if runtime::is_runtime(path) => runtime::extract(text),
        Format::Plain if path.ends_with(".pth") => site_lines::extract(path, text),
        Format::Plain => plain::extract(path, text),
        Format::Text => Facts::default(),
    };
    if format != Format::Nginx {
        dialled::read(text, &mut facts);
    }
    serving::read(text, &mut facts);
    firewall::read(path, text, &mut facts);
    commandline::note_bashisms(&mut facts);
    lines::read(text, &mut facts);
    facts.tokens = tokens::find(path, format, text);
    sql::read(text, &mut facts);
    facts.server = databases::read(path, text).map(Box::new);
    if path.ends_with(".plist") {
        facts.launchd = plist::job(text).map(Box::new);
    }
    facts.suppressions = suppression::find(text);
    if translations::is_one(path, format) {
        translations::narrow(&mut facts);
    }
    facts
}

/// The text of a document's bytes: UTF-8, or UTF-16 with a byte order mark.
///
/// # Errors
/// The facts of a document that holds nothing but the problem that its bytes are no text.
pub fn decode(bytes: Vec<u8>) -> Result<String, Box<Facts>> {
    let wide = match bytes.get(..2) {
        Some([0xFF, 0xFE]) => Some(u16::from_le_bytes as fn([u8; 2]) -> u16),
        Some([0xFE, 0xFF]) => Some(u16::from_be_bytes as fn([u8; 2]) -> u16),
        _ => None,
    };
    if let Some(unit) = wide {
        let units: Vec<u16> = bytes[2..]
            .as_chunks::<2>()
            .0
            .iter()
            .map(|pair| unit(*pair))
            .collect();
        return String::from_utf16(&units).map_err(|_| undecodable("it is no valid UTF-16", 0));
    }
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        undecodable(&format!("byte {at} is no valid UTF-8"), at)
    })
}

fn undecodable(message: &str, at: usize) -> Box<Facts> {
    Box::new(Facts::of_problem(
        ProblemKind::Unreadable,
        message,
        Span::new(at, at),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Pieces that mean something to one of the formats that state programs, and some that mean nothing.
    fn text() -> impl Strategy<Value = String> {
        const PIECES: [&str; 64] = [
            "\n",
            "\r\n",
            " ",
            "\t",
            "\\",
            "\\\n",
            "'",
            "\"",
            "`",
            "$",
            "${",
            "}",
            "{",
            "%",
            "%i",
            "%h",
            "é",
            "\u{85}",
            "=",
            ":",
            ";",
            "#",
            ",",
            "[",
            "]",
            "(",
            ")",
            "-",
            "@",
            "*",
            "/",
            "..",
            "\\x",
            "\\u",
            "<<",
            "EOF",
            "&a ",
            "*a",
            "<<: ",
            "a",
            "1",
            "[Service]\n",
            "ExecStart=",
            "Environment=",
            "WorkingDirectory=",
            "User=",
            "\nFROM ",
            "\nCOPY ",
            "\nENV ",
            "\nWORKDIR ",
            "\nCMD ",
            "\nENTRYPOINT ",
            "\nRUN ",
            "--from=",
            " AS ",
            "* * * * * ",
            "@daily ",
            "\nweb: ",
            "services:\n  a:\n    image: x\n    ",
            "command: ",
            "volumes: ",
            "module.exports = ",
            "apps: [{script: ",
            "...",
        ];
        let piece = proptest::sample::select(&PIECES[..]);
        proptest::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #[test]
        fn no_text_is_too_much(text in text()) {
            for path in [
                "a.service", "x@y.service", "Dockerfile", "Procfile", "cron.d/x", "compose.yml", "ecosystem.config.js",
                "ecosystem.json", "Makefile", "a.sh",
            ] {
                let format = Format::of(path, text.as_bytes());
                let facts = extract(path, format.unwrap_or(Format::Plain), &text);
                for program in &facts.programs {
                    prop_assert!(text.get(program.span.range()).is_some(), "{path}: {:?}", program.span);
                    for command in &program.commands {
                        prop_assert!(text.get(command.span.range()).is_some(), "{path}: {:?}", command.span);
                    }
                    for (_, value) in &program.environment {
                        prop_assert!(text.get(value.span.range()).is_some(), "{path}: {:?}", value.span);
                    }
                }
                for variable in &facts.variables {
                    prop_assert!(text.get(variable.span.range()).is_some(), "{path}: {:?}", variable.span);
                }
            }
        }
    }
}
