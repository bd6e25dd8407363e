//! What can be typed.

use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

/// The whole command line.
#[derive(Debug, Parser)]
#[command(
    name = "audit",
    version,
    about = "Says, before anybody deploys, what of a Python system will not work on the server, why, and how it is mended",
    after_long_help = "Exit status:\n  0  the gate is passed\n  1  it is not: a finding at or above --fail-on, a score under --min-score, or more new findings than --max-new\n  2  wrong usage or configuration\n  3  nothing could be assessed\n  4  a fault of audit itself",
    args_conflicts_with_subcommands = true,
    disable_help_subcommand = true
)]
pub(super) struct Arguments {
    #[command(subcommand)]
    pub(super) command: Option<Command>,
    #[command(flatten)]
    pub(super) audit: AuditArguments,
}

/// What can be done beside an audit.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Print the page of a rule: what it finds, why it breaks, how to mend it
    Explain(ExplainArguments),
    /// Show the system: programs, ports, who dials whom, databases, hosts, environment
    Map(MapArguments),
    /// List all rules
    Rules(RulesArguments),
    /// Write down the findings of today, so that later runs show and count what is new
    Baseline(BaselineArguments),
    /// Audit past commits as they were, and show how the readiness went
    History(HistoryArguments),
    /// Write an audit.toml with what the tree tells of its server
    Init(InitArguments),
}

#[derive(Debug, Args)]
pub(super) struct ExplainArguments {
    /// The id of the rule, such as hardcoded-ip
    pub(super) rule: String,
    /// When to use colours
    #[arg(long, value_enum, default_value_t)]
    pub(super) color: Color,
}

#[derive(Debug, Args)]
pub(super) struct BaselineArguments {
    #[command(flatten)]
    pub(super) scan: ScanArguments,
    /// The file [default: the `baseline` of the settings, else audit-baseline.json in the folder]
    #[arg(long, short, value_name = "FILE")]
    pub(super) output: Option<PathBuf>,
    /// Only drop from the file what is no longer found
    #[arg(long)]
    pub(super) prune: bool,
}

#[derive(Debug, Args)]
pub(super) struct HistoryArguments {
    #[command(flatten)]
    pub(super) scan: ScanArguments,
    /// How many commits of the branch, the last of all included
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..))]
    pub(super) last: u32,
    /// The form of the history
    #[arg(long, value_enum, default_value_t, value_name = "FORM")]
    pub(super) format: HistoryForm,
    /// Write the history to this file, not to stdout
    #[arg(long, short, value_name = "FILE")]
    pub(super) output: Option<PathBuf>,
    /// When to use colours
    #[arg(long, value_enum, default_value_t, help_heading = "Running")]
    pub(super) color: Color,
}

/// The form of a history.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(super) enum HistoryForm {
    /// For people
    #[default]
    Terminal,
    /// For programs
    Json,
    /// A page with a plot
    Html,
}

#[derive(Debug, Args)]
pub(super) struct InitArguments {
    /// The folder that is deployed
    #[arg(default_value = ".")]
    pub(super) path: PathBuf,
    /// Write over an audit.toml that is there
    #[arg(long)]
    pub(super) force: bool,
}

#[derive(Debug, Args)]
pub(super) struct MapArguments {
    /// The folder that is deployed
    #[arg(default_value = ".")]
    pub(super) path: PathBuf,
    /// The form of the map
    #[arg(long, value_enum, default_value_t)]
    pub(super) format: MapForm,
    /// Leave out the files and folders that this pattern matches
    #[arg(long, value_name = "GLOB")]
    pub(super) exclude: Vec<String>,
    /// Read the settings from this file, not from audit.toml or pyproject.toml of the folder
    #[arg(long, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
    /// Read no file of settings
    #[arg(long, conflicts_with = "config")]
    pub(super) no_config: bool,
}

#[derive(Debug, Args)]
pub(super) struct RulesArguments {
    /// The form of the list
    #[arg(long, value_enum, default_value_t)]
    pub(super) format: ListForm,
}

/// What is audited, and how it is run: the same for every command that audits.
#[derive(Debug, Args)]
pub(super) struct ScanArguments {
    /// The folder that is deployed
    #[arg(default_value = ".")]
    pub(super) path: PathBuf,
    /// Say nothing on stderr beside errors
    #[arg(long, short)]
    pub(super) quiet: bool,
    /// The release of the server, such as ubuntu-22.04 or debian-12
    #[arg(long, value_name = "RELEASE", help_heading = "Server")]
    pub(super) target: Option<String>,
    /// The server's Python, when it is not the release's own
    #[arg(long, value_name = "VERSION", help_heading = "Server")]
    pub(super) python: Option<String>,
    /// Only these rules or categories, separated by commas
    #[arg(
        long,
        value_name = "IDS",
        value_delimiter = ',',
        help_heading = "Rules and files"
    )]
    pub(super) select: Vec<String>,
    /// Not these rules or categories, separated by commas
    #[arg(
        long,
        value_name = "IDS",
        value_delimiter = ',',
        help_heading = "Rules and files"
    )]
    pub(super) ignore: Vec<String>,
    /// Leave out the files and folders that this pattern matches
    #[arg(long, value_name = "GLOB", help_heading = "Rules and files")]
    pub(super) exclude: Vec<String>,
    /// Read the settings from this file, not from audit.toml or pyproject.toml of the folder
    #[arg(long, value_name = "FILE", help_heading = "Running")]
    pub(super) config: Option<PathBuf>,
    /// Read no file of settings
    #[arg(long, conflicts_with = "config", help_heading = "Running")]
    pub(super) no_config: bool,
    /// Show no progress bar
    #[arg(long, help_heading = "Running")]
    pub(super) no_progress: bool,
    /// Work with this many threads; 0 is one for each core
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = threads, help_heading = "Running")]
    pub(super) threads: usize,
}

#[derive(Debug, Args)]
pub(super) struct AuditArguments {
    #[command(flatten)]
    pub(super) scan: ScanArguments,
    /// Print one line for a CI log: verdict, score, programs, causes
    #[arg(long)]
    pub(super) score: bool,
    /// Print how the score comes about: the points of each rule and cause, and the mends that gain most
    #[arg(long)]
    pub(super) explain_score: bool,
    /// The form of the report [default: terminal]; may be given several times
    ///
    /// Each --format takes the --output that follows it; one of them may go without, to stdout:
    /// --format sarif --output audit.sarif --format markdown --output audit.md --score
    #[arg(long, value_enum, value_name = "FORM")]
    pub(super) format: Vec<Form>,
    /// Write the report to this file, not to stdout; with several forms, the one before it
    #[arg(long, short, value_name = "FILE")]
    pub(super) output: Vec<PathBuf>,
    /// Tell findings that are only for information, too; json and jsonl always do
    #[arg(long, short)]
    pub(super) verbose: bool,
    /// Report only what changes since this git revision brought or touched; the score stays that of the whole
    #[arg(long, value_name = "REV", help_heading = "Rules and files")]
    pub(super) changed_since: Option<String>,
    /// Put a plot of the last N commits into the html report
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(super) history: Option<u32>,
    /// Fail on findings of this severity or worse [default: blocker]
    #[arg(long, value_enum, value_name = "SEVERITY", help_heading = "Gate")]
    pub(super) fail_on: Option<FailOn>,
    /// Fail on a score under this number, from 0 to 100
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(0..=100), help_heading = "Gate")]
    pub(super) min_score: Option<u8>,
    /// Show only findings that this file does not know; `audit baseline` writes it
    #[arg(long, value_name = "FILE", help_heading = "Gate")]
    pub(super) baseline: Option<PathBuf>,
    /// Fail on more findings above info than this that the baseline does not know
    #[arg(long, value_name = "N", help_heading = "Gate")]
    pub(super) max_new: Option<usize>,
    /// When to use colours
    #[arg(long, value_enum, default_value_t, help_heading = "Running")]
    pub(super) color: Color,
}

fn threads(text: &str) -> Result<usize, String> {
    let number = text.parse().ok().filter(|number| *number <= 256);
    number.ok_or_else(|| "it has to be a number from 0 to 256".to_owned())
}

/// The form of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(super) enum Form {
    /// For people
    #[default]
    Terminal,
    /// For programs: version 1, described by schema/report.v1.schema.json
    Json,
    /// One finding of that on each line, and a last line with the readiness
    Jsonl,
    /// A page for a pull request, a wiki, or a step's summary on GitHub
    Markdown,
    /// A page to open in a browser: one file, no network, with a filter and a search
    Html,
    /// SARIF 2.1.0, for GitHub's code scanning and editors
    Sarif,
    /// Annotations of a GitHub workflow
    Github,
    /// GitLab's code quality report
    Gitlab,
    /// JUnit's XML: a test for each program and rule
    Junit,
    /// reviewdog's diagnostics
    Rdjson,
    /// path:line:column: rule message, for problem matchers
    Concise,
    /// The endpoint of a badge of shields.io
    BadgeJson,
    /// A badge
    BadgeSvg,
    /// What --score gives
    #[value(skip)]
    Score,
    /// What --explain-score gives
    #[value(skip)]
    Points,
}

/// The form of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(super) enum ListForm {
    /// For people
    #[default]
    Terminal,
    /// For programs
    Json,
}

/// The form of a map.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(super) enum MapForm {
    /// For people
    #[default]
    Table,
    /// For programs
    Json,
    /// A graph for Graphviz
    Dot,
    /// A graph that GitHub and GitLab draw in Markdown
    Mermaid,
}

/// When colours are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(super) enum Color {
    /// On a terminal, unless `NO_COLOR` is set
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// The least severity that fails the gate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum FailOn {
    Blocker,
    Major,
    Minor,
    Info,
    Never,
}
