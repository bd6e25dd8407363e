//! What git has recorded: the files that a clone brings, whatever git ignores, and their run bits, whatever the disk
//! says.
//!
//! The format is told by git's `gitformat-index(5)`. Reading its first part takes a page; the libraries that
//! read git bring forty crates for it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Bytes of an entry before its flags: times, device, mode, owner, size.
const FIXED: usize = 40;
/// Where in them the mode stands.
const MODE: usize = 24;
/// Bytes of an object's name (SHA-1). The index of a repository of SHA-256 is not read.
const HASH: usize = 20;

/// What git's index says of the files below a folder.
#[derive(Debug, Default)]
pub(super) struct Index {
    /// Path from the folder → whether it is recorded as executable.
    modes: BTreeMap<String, bool>,
}

impl Index {
    /// The index of the work tree that `folder` is part of; an empty one where there is none.
    pub(super) fn of(folder: &Path) -> Self {
        Self::find(folder).unwrap_or_default()
    }

    /// Whether the file is recorded as executable; nothing when git does not know it.
    pub(super) fn is_executable(&self, path: &str) -> Option<bool> {
        self.modes.get(path).copied()
    }

    /// Whether nothing is recorded, or nothing is known of it.
    pub(super) fn is_empty(&self) -> bool {
        self.modes.is_empty()
    }

    /// The files that are recorded, in the order of their paths.
    pub(super) fn files(&self) -> impl Iterator<Item = &str> {
        self.modes.keys().map(String::as_str)
    }

    /// Whether a clone has something at this path: a file, or a folder with one.
    pub(super) fn brings(&self, path: &str) -> bool {
        let inside = format!("{path}/");
        let below = self.modes.range(inside.clone()..).next();
        self.modes.contains_key(path) || below.is_some_and(|(next, _)| next.starts_with(&inside))
    }

    fn find(folder: &Path) -> Option<Self> {
        let folder = folder.canonicalize().ok()?;
        let top = folder.ancestors().find(|above| above.join(".git").exists())?;
        let bytes = std::fs::read(git_folder(top)?.join("index")).ok()?;
        let inside = folder.strip_prefix(top).ok()?;
        let parts: Vec<_> = inside.iter().map(|part| part.to_string_lossy()).collect();
        let prefix = parts.iter().fold(String::new(), |path, part| path + part + "/");
        let entries = read(&bytes)?;
        let below = entries.into_iter().filter_map(|(path, is_executable)| {
            let path = path.strip_prefix(&prefix)?;
            Some((path.to_owned(), is_executable))
        });
        Some(Self {
            modes: below.collect(),
        })
    }
}

/// Where git keeps the data of the work tree at `top`: `.git`, or what a file of that name points to.
fn git_folder(top: &Path) -> Option<PathBuf> {
    let found = top.join(".git");
    if found.is_dir() {
        return Some(found);
    }
    let text = std::fs::read_to_string(&found).ok()?;
    Some(top.join(text.strip_prefix("gitdir:")?.trim()))
}

/// The regular files of an index; nothing when it is not one that we know.
fn read(bytes: &[u8]) -> Option<Vec<(String, bool)>> {
    let number = |at: usize| -> Option<u32> {
        let word = bytes.get(at..at.checked_add(4)?)?;
        Some(u32::from_be_bytes(word.try_into().ok()?))
    };
    let version = number(4)?;
    if !bytes.starts_with(b"DIRC") || !(2..=4).contains(&version) {
        return None;
    }
    let mut entries = Vec::new();
    let mut path: Vec<u8> = Vec::new();
    let mut at = 12;
    for _ in 0..number(8)? {
        let mode = number(at + MODE)?;
        // Links, submodules, and folders that a sparse checkout leaves folded.
        let is_regular = match mode >> 12 {
            0o10 => true,
            0o12 | 0o16 | 0o04 => false,
            _ => return None,
        };
        let flags = number(at + FIXED + HASH)? >> 16;
        let is_extended = version > 2 && flags & 0x4000 != 0;
        let mut name = at + FIXED + HASH + 2 + if is_extended { 2 } else { 0 };
        if version == 4 {
            let (dropped, length) = varint(bytes.get(name..)?)?;
            path.truncate(path.len().checked_sub(dropped)?);
            name += length;
        } else {
            path.clear();
        }
        let rest = bytes.get(name..)?;
        let length = rest.iter().position(|byte| *byte == 0)?;
        path.extend_from_slice(&rest[..length]);
        let end = name + length;
        // Entries are filled up with one to eight zeros to a length that eight divides.
        at = if version == 4 {
            end + 1
        } else {
            at + ((end - at) / 8 + 1) * 8
        };
        if is_regular {
            entries.push((String::from_utf8_lossy(&path).into_owned(), mode & 0o111 != 0));
        }
    }
    Some(entries)
}

/// A number as git's pack files write offsets, and how many bytes it takes.
fn varint(bytes: &[u8]) -> Option<(usize, usize)> {
    let mut value = 0_usize;
    for (at, byte) in bytes.iter().take(8).enumerate() {
        value = (value << 7) + usize::from(byte & 0x7F);
        if byte & 0x80 == 0 {
            return Some((value, at + 1));
        }
        value += 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_index_says_nothing() {
        for bytes in [
            &b""[..],
            b"DIRC",
            b"DIRC\0\0\0\x02\0\0\0\x01",
            b"DIRC\0\0\0\x09\0\0\0\0",
        ] {
            assert!(read(bytes).is_none());
        }
        assert_eq!(read(b"DIRC\0\0\0\x02\0\0\0\0"), Some(Vec::new()));
        let broken = [b"DIRC\0\0\0\x04\0\0\0\x02".as_slice(), &[0xFF; 300]].concat();
        assert!(read(&broken).is_none());
    }

    #[test]
    fn numbers_are_read_as_git_writes_them() {
        assert_eq!(varint(&[5]), Some((5, 1)));
        assert_eq!(varint(&[0x80, 0]), Some((128, 2)));
        assert_eq!(varint(&[0x80]), None);
    }
}
