//! Every shortcut beside the long way, over every Python and JSON file that this machine has: the standard library,
//! what is installed, and the wheels of `benches/compare.sh` where they were fetched.

#[cfg(test)]
mod tests {
    use super::super::{json, python, sql, tokens};
    use crate::tree::{Tree, WorkTree};
    use rayon::prelude::*;
    use std::path::{Path, PathBuf};
    use std::process::Command;

    /// A question that is answered the short way and the long way: whether the answers are the same.
    type Agrees = fn(&str) -> bool;

    const OF_PYTHON: &[(&str, Agrees)] = &[
        ("tables", sql::agrees),
        ("words", tokens::agree),
        ("nesting", python::nesting_agrees),
        ("comprehensions", python::comprehensions_agree),
        ("commands", python::commands_agree),
    ];
    const OF_JSON: &[(&str, Agrees)] = &[
        ("values", json::agrees),
        ("words", tokens::agree),
        ("tables", sql::agrees),
    ];

    /// Folders of Python's own library and of installed packages, and of fetched wheels.
    fn folders() -> Vec<PathBuf> {
        let script = "import sysconfig, site\n\
                      for path in {sysconfig.get_path('stdlib'), *site.getsitepackages()}: print(path)";
        let answer = Command::new("python3").args(["-c", script]).output();
        let answer = answer.map(|answer| String::from_utf8_lossy(&answer.stdout).into_owned());
        let mut folders: Vec<PathBuf> = answer.unwrap_or_default().lines().map(PathBuf::from).collect();
        folders.push(Path::new(env!("CARGO_MANIFEST_DIR")).join("target/compare/trees"));
        folders.push(Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures"));
        folders.retain(|folder| folder.is_dir());
        folders
    }

    /// How many files end so, and which of them the two ways disagree about.
    fn compared(extension: &str, questions: &[(&str, Agrees)]) -> (usize, Vec<String>) {
        let pool = rayon::ThreadPoolBuilder::new()
            .stack_size(crate::engine::STACK)
            .build();
        let pool = pool.expect("threads can be started");
        let (mut count, mut wrong) = (0, Vec::new());
        for folder in folders() {
            let tree = WorkTree::new(folder);
            let files = tree.list().files;
            let files = files.par_iter().filter(|file| file.path.ends_with(extension));
            let compared: Vec<Vec<String>> = pool.install(|| {
                let texts = files.filter_map(|file| Some((&file.path, tree.read(&file.path).ok()?)));
                let texts = texts.filter_map(|(path, bytes)| Some((path, String::from_utf8(bytes).ok()?)));
                texts
                    .map(|(path, text)| {
                        let wrong = questions.iter().filter(|(_, agrees)| !agrees(&text));
                        wrong.map(|(name, _)| format!("{name}: {path}")).collect()
                    })
                    .collect()
            });
            count += compared.len();
            wrong.extend(compared.into_iter().flatten());
        }
        (count, wrong)
    }

    #[test]
    fn no_python_file_tells_more_the_long_way() {
        let (count, wrong) = compared(".py", OF_PYTHON);
        assert!(count > 100, "{count} files of Python alone");
        assert_eq!(wrong, [""; 0], "of {count} files");
    }

    #[test]
    fn no_json_file_tells_more_the_long_way() {
        let (count, wrong) = compared(".json", OF_JSON);
        assert!(count > 0, "no JSON at all");
        assert_eq!(wrong, [""; 0], "of {count} files");
    }
}
