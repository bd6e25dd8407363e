//! Turns `rules/**/*.md` and `rules/knowledge/*.toml` into static tables. No logic: TOML becomes JSON, which is read
//! several times as fast at each start.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=rules");
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default()).join("rules");
    let mut pages = String::from("&[\n");
    let mut knowledge = String::from("&[\n");
    for folder in sorted(&root)?.iter().filter(|path| path.is_dir()) {
        for file in sorted(folder)? {
            let (category, id) = (name(folder), name(&file));
            let text = fs::read_to_string(&file)?;
            match file.extension().and_then(|extension| extension.to_str()) {
                Some("md") => {
                    let inner = text.strip_prefix("+++\n");
                    let parts = inner.and_then(|inner| inner.split_once("\n+++\n"));
                    let (front, page) =
                        parts.ok_or_else(|| wrong(&file, "it begins with TOML between +++ and +++"))?;
                    let front = json(&file, front)?;
                    let _ = writeln!(pages, "({category:?}, {id:?}, {front:?}, {page:?}),");
                }
                Some("toml") => {
                    let _ = writeln!(knowledge, "({id:?}, {:?}),", json(&file, &text)?);
                }
                _ => {}
            }
        }
    }
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    fs::write(out.join("pages.rs"), pages + "]\n")?;
    fs::write(out.join("knowledge.rs"), knowledge + "]\n")
}

fn json(file: &Path, text: &str) -> io::Result<String> {
    let value: serde_json::Value = toml::from_str(text).map_err(|error| wrong(file, error.message()))?;
    Ok(value.to_string())
}

fn wrong(file: &Path, what: &str) -> io::Error {
    io::Error::other(format!("{}: {what}", file.display()))
}

fn sorted(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut paths = fs::read_dir(folder)?
        .map(|entry| Ok(entry?.path()))
        .collect::<io::Result<Vec<_>>>()?;
    paths.sort();
    Ok(paths)
}

fn name(path: &Path) -> String {
    path.file_stem()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}
