//! Turns `rules/**/*.md` and `rules/knowledge/*.toml` into static tables. No logic.

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
            let category = name(folder);
            let path = file.to_string_lossy();
            match file.extension().and_then(|extension| extension.to_str()) {
                Some("md") => {
                    let _ = writeln!(
                        pages,
                        "({category:?}, {:?}, include_str!({path:?})),",
                        name(&file)
                    );
                }
                Some("toml") => {
                    let _ = writeln!(knowledge, "({:?}, include_str!({path:?})),", name(&file));
                }
                _ => {}
            }
        }
    }
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    fs::write(out.join("pages.rs"), pages + "]\n")?;
    fs::write(out.join("knowledge.rs"), knowledge + "]\n")
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
