//! Programs that only a Mac has, and what only the programs of a Mac understand.

use crate::expression::Expression;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::LazyLock;

static PROGRAMS: LazyLock<BTreeMap<String, MacProgram>> = LazyLock::new(|| super::table("macos-commands"));
static FLAGS: LazyLock<Flags> = LazyLock::new(|| super::table("bsd-flags"));
static ROWS: LazyLock<BTreeMap<&'static str, Vec<Row>>> = LazyLock::new(by_program);

/// A program that only a Mac has.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MacProgram {
    /// What it does there, behind "which".
    pub does: String,
    /// What does that on the server, as an imperative without a full stop.
    pub instead: String,
    /// First arguments that tell it from a program of the same name on Linux; empty where there is none.
    #[serde(default)]
    only: Vec<String>,
    /// Whether a program of that name can be on a server too.
    #[serde(default)]
    pub likely: bool,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct Flags {
    flag: Vec<BsdFlag>,
}

/// An option or operand that a command of a Mac understands, and that of Linux does not, or otherwise.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BsdFlag {
    /// The command.
    pub program: String,
    pattern: String,
    unless: Option<String>,
    /// A command line that has the fault.
    pub example: String,
    /// What becomes of it on Linux.
    pub effect: FlagEffect,
    /// What Linux says, or does.
    pub says: String,
    /// The command line that does the same on Linux.
    pub instead: String,
    /// Why no test runs the row.
    pub unjudged: Option<String>,
}

/// What becomes of a command line of a Mac on Linux.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FlagEffect {
    /// It is refused.
    Fails,
    /// It does something else.
    Differs,
}

struct Row {
    flag: &'static BsdFlag,
    pattern: Expression,
    unless: Option<Expression>,
}

impl Row {
    /// Whether these arguments have the fault.
    fn is_in(&self, line: &str) -> bool {
        self.pattern.is_in(line) && !self.unless.as_ref().is_some_and(|unless| unless.is_in(line))
    }
}

fn by_program() -> BTreeMap<&'static str, Vec<Row>> {
    let mut rows: BTreeMap<&str, Vec<Row>> = BTreeMap::new();
    for flag in &FLAGS.flag {
        rows.entry(&flag.program).or_default().push(Row {
            flag,
            pattern: Expression::new(&flag.pattern),
            unless: flag.unless.as_deref().map(Expression::new),
        });
    }
    rows
}

/// The program of a Mac that is called by this name and these arguments.
pub fn program(name: &str, arguments: &[&str]) -> Option<&'static MacProgram> {
    let row = PROGRAMS.get(name)?;
    let first = arguments.first().copied().unwrap_or_default();
    (row.only.is_empty() || row.only.iter().any(|only| only == first)).then_some(row)
}

/// What of a command line only the command of a Mac understands.
pub fn flag(name: &str, arguments: &[&str]) -> Option<&'static BsdFlag> {
    let rows = ROWS.get(name)?;
    let words: Vec<&str> = arguments
        .iter()
        .map(|word| if word.is_empty() { "''" } else { word })
        .collect();
    let line = words.join(" ");
    rows.iter().find(|row| row.is_in(&line)).map(|row| row.flag)
}

/// Every row of the table of flags, for the test that runs them.
pub fn flags() -> &'static [BsdFlag] {
    &FLAGS.flag
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_are_read() {
        assert!(PROGRAMS.len() > 90, "{}", PROGRAMS.len());
        assert!(FLAGS.flag.len() > 45, "{}", FLAGS.flag.len());
        assert_eq!(ROWS.values().flatten().count(), FLAGS.flag.len());
        for row in ROWS.values().flatten() {
            assert!(row.unless.iter().chain([&row.pattern]).all(Expression::is_valid));
        }
    }

    #[test]
    fn an_example_has_its_own_fault_and_its_equivalent_none() {
        for row in flags() {
            let found = |line: &str| {
                let last = line.rsplit(" | ").next().unwrap_or(line);
                let words = shlex::split(last).unwrap();
                let arguments: Vec<&str> = words[1..].iter().map(String::as_str).collect();
                flag(&words[0], &arguments).map(|found| found.example.as_str())
            };
            assert_eq!(found(&row.example), Some(row.example.as_str()));
            assert_eq!(found(&row.instead), None, "{}", row.instead);
        }
    }

    /// Command lines that both systems, or Linux alone, understand.
    const UNDERSTOOD: &str = "\
sed -i s/a/b/ f
sed -i.bak s/a/b/ f
sed -E -n p f
sed -i -e s/a/b/ f
sed -ie s/a/b/ f
stat -c %s f
stat -f .
stat -f -c %T .
date -d @1 +%s
date -r f +%s
date -u +%H:%M:%S
date -Iseconds
date +%Y-%m-%dT%H:%M
base64 -d
base64 -w0
base64 -i f
mktemp -t a.XXXX
mktemp -d
mktemp
xargs -r kill -9
xargs -0 -I{} cp {} d
xargs -n1 -P4 x
find . -depth -delete
find /x -perm -111
find -L . -name x
find . -name -x
sysctl -w vm.swappiness=10
sysctl net.core.somaxconn
tar czf a.tgz -C x .
tar -xzf a -s
cp -r a b
cp -al a b
cp --no-clobber a b
mv -f a b
rm -rf a
rm --preserve-root a
ln -sfn a b
ls -la
ls -lah --color
ls -1t
ls -lt
tail -f x
tail -n 5 x
tail --retry x
df -h
df -BG
du -sh x
du --max-depth=1
dd bs=1M
chmod +x f
chmod a+x f
chmod -R u+w f
chmod a=r f
script -qc ls /dev/null
arch
id -u app
top -bn1
ps aux
ps -ef
ps -eo pid,rss
ps -p 1 -o comm=
ps -fu app
pgrep -f x
pgrep -fa x
pgrep -l x
netstat -tlnp
netstat -an
netstat -tulpen
route -n
ifconfig eth0
ifconfig
nc -z host 80
ping -c 1 -W 2 host
ping -c 3 -t 64 host
touch -a f
cut -d: -f1
split -l 100 f";

    #[test]
    fn what_linux_understands_is_no_fault() {
        for line in UNDERSTOOD.lines() {
            let words = shlex::split(line).unwrap();
            let arguments: Vec<&str> = words[1..].iter().map(String::as_str).collect();
            let found = flag(&words[0], &arguments).map(|row| &row.example);
            assert_eq!(found, None, "{line}");
        }
    }

    #[test]
    fn names_of_both_systems_are_told_apart() {
        for (line, is_mac) in [
            ("open", true),
            ("defaults write x y", true),
            ("defaults", false),
            ("security find-generic-password -w", true),
            ("security list", false),
            ("ipconfig getifaddr en0", true),
            ("ipconfig /all", false),
            ("purge", true),
            ("purge-old --x", false),
            ("bash x", false),
        ] {
            let words: Vec<&str> = line.split(' ').collect();
            assert_eq!(program(words[0], &words[1..]).is_some(), is_mac, "{line}");
        }
    }
}
