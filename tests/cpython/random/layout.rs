//! Where the modules of a random tree are, and how its program is started.

use super::dice::Dice;
use std::collections::BTreeSet;

/// Top-level names: some are modules of the standard library that a file can shadow, one is built in.
const TOPS: [&str; 12] = [
    "alpha", "alpha", "alpha", "beta", "beta", "beta", "gamma", "gamma", "queue", "sched", "colorsys", "time",
];
/// Modules of Python, and a name that each of them has.
pub(super) const STANDARD: [(&str, &str); 5] = [
    ("json", "dumps"),
    ("queue", "Queue"),
    ("sched", "scheduler"),
    ("colorsys", "rgb_to_hsv"),
    ("time", "sleep"),
];
const INNER: [&str; 4] = ["beta", "gamma", "core", "util"];
const LEAVES: [&str; 2] = ["core", "leaf"];

/// A file of the tree.
#[derive(Debug, Clone)]
pub(super) struct Place {
    /// Its path.
    pub path: String,
    /// The folders between the entry of `sys.path` and the file: its package, as it is meant.
    pub package: Vec<String>,
}

/// The files without their contents.
#[derive(Debug)]
pub(super) struct Layout {
    /// The configuration that starts the program.
    pub config: String,
    /// The file that is started.
    pub entry: Place,
    /// All other Python files.
    pub modules: Vec<Place>,
    /// What can be imported, by the names that are meant.
    pub names: Vec<String>,
    /// Folders that may be put into `sys.path`.
    pub roots: Vec<String>,
    /// Modules of Python that no file takes the place of whatever happens: what they define is not for a
    /// tree to say.
    pub foreign: Vec<&'static str>,
}

/// The layout that chance makes.
pub(super) fn layout(dice: &mut Dice) -> Layout {
    let home = (*dice.pick(&["", "app"])).to_owned();
    let roots = vec![home.clone(), "lib".to_owned(), "extra".to_owned()];
    let mut dotted: BTreeSet<(String, Vec<String>)> = BTreeSet::new();
    for _ in 0..dice.between(3, 8) {
        let root = roots[[0, 0, 0, 0, 1, 2][dice.below(6)]].clone();
        dotted.insert((root, name(dice)));
    }
    let (entry, command, directory) = start(dice, &home);
    let mut paths = BTreeSet::from([entry.path.clone()]);
    let mut modules = Vec::new();
    let mut names: BTreeSet<String> = BTreeSet::new();
    for (root, parts) in &dotted {
        let (last, package) = parts.split_last().expect("a name has parts");
        add(&mut modules, &mut paths, root, package, &format!("{last}.py"));
        names.insert(parts.join("."));
        for depth in 1..parts.len() {
            let package = &parts[..depth];
            names.insert(package.join("."));
            if dice.chance(60) {
                add(&mut modules, &mut paths, root, package, "__init__.py");
            }
        }
    }
    if !entry.package.is_empty() && dice.chance(60) {
        add(&mut modules, &mut paths, &home, &entry.package, "__init__.py");
    }
    let environment = match dice.below(4) {
        0 => "environment=PYTHONPATH=\"%(here)s/lib\"\n",
        1 => "environment=PYTHONPATH=\"lib:%(here)s/extra\"\n",
        _ => "",
    };
    let starts_at_home = entry.package.is_empty() || command.starts_with("-m");
    let shadowed = |name: &str| starts_at_home && paths.contains(&path(&home, &[], &format!("{name}.py")));
    let foreign = STANDARD.map(|(name, _)| name).into_iter();
    let foreign = foreign
        .filter(|name| *name == "time" || !shadowed(name))
        .collect();
    let config = format!("[program:run]\ncommand=python3 {command}\n{directory}{environment}");
    Layout {
        config,
        entry,
        modules,
        names: names.into_iter().collect(),
        roots,
        foreign,
    }
}

/// A dotted name of one to three parts.
fn name(dice: &mut Dice) -> Vec<String> {
    let top = *dice.pick(&TOPS);
    let mut parts = vec![top.to_owned()];
    if ["alpha", "beta", "gamma"].contains(&top) && dice.chance(65) {
        parts.push((*dice.pick(&INNER)).to_owned());
        if dice.chance(40) {
            parts.push((*dice.pick(&LEAVES)).to_owned());
        }
    }
    parts
}

fn add(modules: &mut Vec<Place>, paths: &mut BTreeSet<String>, root: &str, package: &[String], file: &str) {
    let path = path(root, package, file);
    if paths.insert(path.clone()) {
        modules.push(Place {
            path,
            package: package.to_vec(),
        });
    }
}

fn path(root: &str, package: &[String], file: &str) -> String {
    let mut parts: Vec<&str> = package.iter().map(String::as_str).collect();
    if !root.is_empty() {
        parts.insert(0, root);
    }
    parts.push(file);
    parts.join("/")
}

/// The entry, its command line behind `python3`, and the line that says where it starts.
fn start(dice: &mut Dice, home: &str) -> (Place, String, String) {
    let package = vec!["alpha".to_owned()];
    let inside = |file: &str| Place {
        path: path(home, &package, file),
        package: package.clone(),
    };
    let directory = if home.is_empty() {
        String::new()
    } else {
        format!("directory=%(here)s/{home}\n")
    };
    match dice.below(10) {
        0 | 1 => {
            let entry = inside("run.py");
            let command = entry.path.clone();
            (entry, command, String::new())
        }
        2 | 3 => (inside("run.py"), "-m alpha.run".to_owned(), directory),
        4 => (inside("__main__.py"), "-m alpha".to_owned(), directory),
        _ => {
            let entry = Place {
                path: path(home, &[], "run.py"),
                package: Vec::new(),
            };
            let command = entry.path.clone();
            (entry, command, String::new())
        }
    }
}
