//! What was typed, and what is done with it.

mod args;
mod audit;
mod baseline;
mod changed;
mod explain;
mod gate;
mod history;
mod init;
mod map;
mod outputs;
mod progress;
mod rules;
mod scan;
mod screen;

use args::{Arguments, Command};
use clap::{CommandFactory, FromArgMatches};
use std::io::{BufWriter, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// How the program ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Exit {
    /// The gate is passed.
    Passed = 0,
    /// It is not.
    Failed = 1,
    /// Wrong usage or configuration.
    Usage = 2,
    /// There was nothing to assess.
    NotAssessed = 3,
    /// A fault of the program.
    Fault = 4,
}

/// Runs the program; gives its exit status.
pub fn run() -> u8 {
    // clap ends the program itself for --help, --version and wrong usage, with 0 and 2.
    let typed = Arguments::command().get_matches();
    let arguments = Arguments::from_arg_matches(&typed).unwrap_or_else(|error| error.exit());
    guarded(|| match arguments.command {
        Some(Command::Explain(wanted)) => explain::run(&wanted),
        Some(Command::Map(wanted)) => map::run(&wanted),
        Some(Command::Rules(wanted)) => rules::run(&wanted),
        Some(Command::Baseline(wanted)) => baseline::run(&wanted),
        Some(Command::History(wanted)) => history::run(&wanted),
        Some(Command::Init(wanted)) => init::run(&wanted),
        None => audit::run(&arguments.audit, &outputs::wanted(&typed)?),
    }) as u8
}

/// Runs `work`; a panic becomes a request to report it.
fn guarded(work: impl FnOnce() -> Result<Exit, String>) -> Exit {
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(Ok(exit)) => exit,
        Ok(Err(message)) => {
            tell(&format!("audit: {message}"));
            Exit::Usage
        }
        Err(_) => {
            tell(
                "audit: this is a fault of audit itself, not of your files; please report it with the lines above",
            );
            Exit::Fault
        }
    }
}

/// A line on stderr. Whether anybody reads it makes no difference.
fn tell(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}

/// The document on stdout.
fn print(text: &str) -> Result<(), String> {
    printed(|stdout| stdout.write_all(text.as_bytes()))
}

/// What `write` writes, on stdout. A reader that went away has seen enough.
fn printed(write: impl FnOnce(&mut dyn Write) -> std::io::Result<()>) -> Result<(), String> {
    let mut stdout = BufWriter::with_capacity(1 << 16, std::io::stdout().lock());
    match write(&mut stdout).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(format!("the report cannot be written: {error}"))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_a_fault_of_the_program() {
        assert_eq!(guarded(|| panic!("on purpose")), Exit::Fault);
        assert_eq!(guarded(|| Err("wrong".to_owned())), Exit::Usage);
        assert_eq!(guarded(|| Ok(Exit::Failed)), Exit::Failed);
    }
}
