//! Lock files, from the nodes of their TOML or JSON.

use super::structured::{Entry, Node, Shape};
use crate::facts::Facts;
use crate::facts::lock::{Lock, LockRole, Locked};
use crate::source::{Span, Spanned};
use std::collections::BTreeMap;

/// The facts of a lock file; nothing for any other path.
pub(super) fn read(path: &str, root: &Node) -> Option<Facts> {
    let name = path.rsplit('/').next().unwrap_or(path);
    let lock = match name {
        "uv.lock" => of_uv(root),
        "poetry.lock" => of_poetry(root),
        "Pipfile.lock" => of_pipenv(root),
        _ if is_pylock(name) => of_pylock(root),
        _ => return None,
    };
    Some(Facts {
        lock: Some(Box::new(lock)),
        ..Facts::default()
    })
}

/// `pylock.toml`, `pylock.name.toml` (PEP 751).
fn is_pylock(name: &str) -> bool {
    name == "pylock.toml" || (name.starts_with("pylock.") && name.ends_with(".toml"))
}

fn of_uv(root: &Node) -> Lock {
    let package = |node: &Node| {
        let is_root = ["virtual", "editable", "directory"]
            .iter()
            .any(|kind| node.at(&["source", kind]).is_some());
        let role = if is_root { LockRole::Root } else { LockRole::Needed };
        let mut locked = locked(node, role)?;
        locked.needs = list(node, "dependencies").iter().filter_map(need).collect();
        let files = node.get("sdist").into_iter().chain(list(node, "wheels"));
        locked.files = files.filter_map(file_of).collect();
        Some(locked)
    };
    Lock {
        python: spanned(root.get("requires-python")),
        packages: list(root, "package").iter().filter_map(package).collect(),
    }
}

fn of_poetry(root: &Node) -> Lock {
    // Before poetry 1.3 the files stood in a table of their own.
    let old = root.at(&["metadata", "files"]).map_or(&[][..], Node::entries);
    let old: BTreeMap<&str, &Node> = old
        .iter()
        .map(|entry| (entry.key.as_ref(), &entry.node))
        .collect();
    let package = |node: &Node| {
        let groups = list(node, "groups");
        let is_of_main = groups.is_empty() || groups.iter().any(|group| group.text() == Some("main"));
        let is_dev = matches!(text(node, "category"), Some(category) if category != "main");
        let is_optional =
            matches!(node.get("optional"), Some(node) if matches!(node.shape, Shape::Truth(true)));
        let role = if is_of_main && !is_dev && !is_optional {
            LockRole::Main
        } else {
            LockRole::Group
        };
        let mut locked = locked(node, role)?;
        locked.marker = text(node, "markers").map(str::to_owned);
        let old = old
            .get(locked.name.as_str())
            .map_or(&[][..], |node| node.elements());
        let files = list(node, "files").iter().chain(old);
        locked.files = files.filter_map(file_of).collect();
        Some(locked)
    };
    Lock {
        python: spanned(root.at(&["metadata", "python-versions"])),
        packages: list(root, "package").iter().filter_map(package).collect(),
    }
}

fn of_pylock(root: &Node) -> Lock {
    let package = |node: &Node| {
        let mut locked = locked(node, LockRole::Main)?;
        locked.marker = text(node, "marker").map(str::to_owned);
        let files = node.get("sdist").into_iter().chain(list(node, "wheels"));
        locked.files = files.filter_map(file_of).collect();
        Some(locked)
    };
    Lock {
        python: spanned(root.get("requires-python")),
        packages: list(root, "packages").iter().filter_map(package).collect(),
    }
}

fn of_pipenv(root: &Node) -> Lock {
    let package = |entry: &Entry, role| Locked {
        name: entry.key.to_string(),
        version: text(&entry.node, "version")
            .unwrap_or_default()
            .trim_start_matches("==")
            .to_owned(),
        span: entry.key_span,
        role,
        marker: text(&entry.node, "markers").map(str::to_owned),
        needs: Vec::new(),
        files: Vec::new(),
    };
    let section = |name, role| {
        let entries = root.get(name).map_or(&[][..], Node::entries);
        entries.iter().map(move |entry| package(entry, role))
    };
    Lock {
        python: spanned(root.at(&["_meta", "requires", "python_version"])),
        packages: section("default", LockRole::Main)
            .chain(section("develop", LockRole::Group))
            .collect(),
    }
}

fn locked(node: &Node, role: LockRole) -> Option<Locked> {
    let name = node.get("name")?;
    Some(Locked {
        name: name.text()?.to_owned(),
        version: text(node, "version").unwrap_or_default().to_owned(),
        span: name.span,
        role,
        marker: None,
        needs: Vec::new(),
        files: Vec::new(),
    })
}

/// `{ name = "x", marker = "…" }`
fn need(node: &Node) -> Option<(String, Option<String>)> {
    let marker = text(node, "marker").map(str::to_owned);
    Some((text(node, "name")?.to_owned(), marker))
}

/// The name of a file: `file`, `name`, or the last part of its address.
fn file_of(node: &Node) -> Option<String> {
    let written = ["file", "name", "url", "path"]
        .iter()
        .find_map(|key| text(node, key))?;
    let path = written.split(['#', '?']).next().unwrap_or(written);
    path.rsplit('/').next().map(str::to_owned)
}

fn list<'a, 't>(node: &'a Node<'t>, key: &str) -> &'a [Node<'t>] {
    node.get(key).map_or(&[], Node::elements)
}

fn text<'a>(node: &'a Node, key: &str) -> Option<&'a str> {
    node.get(key).and_then(Node::text)
}

fn spanned(node: Option<&Node>) -> Option<Spanned<String>> {
    let node = node?;
    let span = Span::new(node.span.start as usize, node.span.end as usize);
    Some(Spanned::new(node.text()?.to_owned(), span))
}

#[cfg(test)]
mod tests {
    use crate::facts::lock::{Lock, LockRole};
    use crate::formats::{Format, extract};

    fn lock(path: &str, text: &str) -> Lock {
        let format = Format::of(path, text.as_bytes()).unwrap();
        let facts = extract(path, format, text);
        assert!(facts.problems.is_empty() && facts.values.is_empty());
        *facts.lock.unwrap()
    }

    #[test]
    fn uv_records_needs_and_files() {
        let lock = lock(
            "a/uv.lock",
            "version = 1\nrequires-python = '>=3.11'\n[[package]]\nname = 'app'\nversion = '0.1'\n\
             source = { virtual = '.' }\ndependencies = [{ name = 'x', marker = \"os_name == 'nt'\" }]\n\
             [[package]]\nname = 'x'\nversion = '2'\nsdist = { url = 'https://h/x-2.tar.gz' }\n\
             wheels = [{ url = 'https://h/x-2-py3-none-any.whl#sha' }]\n",
        );
        assert_eq!(lock.python.unwrap().value, ">=3.11");
        assert_eq!(lock.packages[0].role, LockRole::Root);
        assert_eq!(
            lock.packages[0].needs,
            [("x".to_owned(), Some("os_name == 'nt'".to_owned()))]
        );
        assert_eq!(lock.packages[1].files, ["x-2.tar.gz", "x-2-py3-none-any.whl"]);
    }

    #[test]
    fn poetry_pylock_and_pipenv_are_read() {
        let poetry = lock(
            "poetry.lock",
            "[[package]]\nname = 'x'\nversion = '1'\ngroups = ['dev']\nfiles = [{file = 'x.whl'}]\n\
             [[package]]\nname = 'y'\nversion = '1'\noptional = false\n[metadata]\npython-versions = '^3.11'\n",
        );
        let roles: Vec<_> = poetry.packages.iter().map(|package| package.role).collect();
        assert_eq!(roles, [LockRole::Group, LockRole::Main]);
        assert_eq!(poetry.packages[0].files, ["x.whl"]);
        assert_eq!(poetry.python.unwrap().value, "^3.11");
        let pylock = lock(
            "pylock.prod.toml",
            "requires-python = '>=3.9'\n[[packages]]\nname = 'x'\nversion = '1'\nmarker = \"os_name == 'nt'\"\n\
             wheels = [{ name = 'x-1-py3-none-any.whl' }]\n",
        );
        assert_eq!(pylock.packages[0].files.len(), 1);
        let pipenv = lock(
            "Pipfile.lock",
            r#"{"_meta": {"requires": {"python_version": "3.11"}}, "default": {"x": {"version": "==1.0"}},
                "develop": {"y": {}}}"#,
        );
        assert_eq!(pipenv.packages[0].version, "1.0");
        assert_eq!(pipenv.packages[1].role, LockRole::Group);
    }
}
