//! TOML, and what `pyproject.toml` and `Pipfile` say about requirements.

use super::commandline;
use super::lock;
use super::requirements;
use super::setuptools;
use super::structured::{self, DEPTH, Entry, Node, Shape};
use crate::facts::{ConsoleScript, Facts, Manager, Origin, Problem, ProblemKind, Program, Requirement};
use crate::source::{Span, Spanned};
use toml::de::{DeTable, DeValue};

/// The facts of a TOML document.
pub fn extract(path: &str, text: &str) -> Facts {
    let (table, errors) = DeTable::parse_recoverable(text);
    let root = Node::new(
        Shape::Map(entries(table.get_ref(), text, 0)),
        Span::new(0, text.len()),
    );
    let mut facts = lock::read(path, &root).unwrap_or_else(|| structured::collect(&root));
    structured::read_manifest(path, &root, &mut facts);
    if let Some(error) = errors.first().filter(|_| !structured::is_template(text)) {
        let range = error.span().unwrap_or_default();
        facts.problems.push(Problem {
            kind: ProblemKind::Syntax,
            message: error.message().trim_end_matches('.').replace('\n', "; "),
            span: Span::new(range.start, range.end),
        });
    }
    match path.rsplit('/').next() {
        Some("pyproject.toml") => of_pyproject(&root, &mut facts),
        Some("Pipfile") => of_pipfile(&root, &mut facts),
        Some("audit.toml") => declared(root.get("program"), &mut facts),
        _ => {}
    }
    facts
}

/// The entries of a table, in the order of the document: the parser sorts them by key.
fn entries<'a>(table: &'a DeTable<'_>, text: &str, depth: usize) -> Vec<Entry<'a>> {
    let mut entries: Vec<Entry<'_>> = table
        .iter()
        .map(|(key, value)| {
            let range = key.span();
            Entry {
                key: key.get_ref().as_ref().into(),
                key_span: without_quotes(text, range.start, range.end),
                node: node(value, text, depth + 1),
            }
        })
        .collect();
    entries.sort_by_key(|entry| entry.key_span);
    entries
}

fn node<'a>(value: &'a toml::Spanned<DeValue<'_>>, text: &str, depth: usize) -> Node<'a> {
    let range = value.span();
    let span = Span::new(range.start, range.end);
    let shape = match value.get_ref() {
        DeValue::String(content) => {
            let span = without_quotes(text, range.start, range.end);
            return Node::text_of(content.as_ref(), span);
        }
        DeValue::Integer(integer) => Shape::Number(match integer.radix() {
            10 => integer.as_str().trim_start_matches('+').into(),
            radix => i64::from_str_radix(integer.as_str(), radix)
                .map_or_else(|_| span.text(text).to_owned(), |number| number.to_string())
                .into(),
        }),
        DeValue::Float(float) => Shape::Number(float.as_str().into()),
        DeValue::Boolean(truth) => Shape::Truth(*truth),
        DeValue::Datetime(_) => Shape::Other,
        _ if depth > DEPTH => Shape::Other,
        DeValue::Array(array) => Shape::List(
            array
                .iter()
                .map(|element| node(element, text, depth + 1))
                .collect(),
        ),
        DeValue::Table(table) => Shape::Map(entries(table, text, depth)),
    };
    Node::new(shape, span)
}

/// The span of a string's content.
fn without_quotes(text: &str, start: usize, end: usize) -> Span {
    let written = text.get(start..end).unwrap_or("");
    let quotes = ["\"\"\"", "'''", "\"", "'"]
        .iter()
        .find(|quotes| written.starts_with(**quotes) && written.len() >= 2 * quotes.len())
        .map_or(0, |quotes| quotes.len());
    Span::new(start + quotes, end - quotes)
}

/// `[[program]]`: programs that no other file of the tree defines.
fn declared(list: Option<&Node>, facts: &mut Facts) {
    for item in list.map_or(&[][..], Node::elements) {
        let (Some(name), Some(command)) = (item.get("name"), item.get("command")) else {
            continue;
        };
        let text = |node: &Node| node.text().map(|text| Spanned::new(text.to_owned(), node.span));
        let Some(title) = name.text() else { continue };
        let mut program = Program::new(title, name.span, Manager::Declared);
        program.command = text(command);
        program.commands = commandline::direct(command.text().unwrap_or_default(), command.span);
        program.directory = item.get("directory").and_then(text);
        facts.programs.push(program);
    }
}

/// PEP 621 (`[project]`), PEP 735 (`[dependency-groups]`), PEP 518 (`[build-system]`), poetry and uv.
fn of_pyproject(root: &Node, facts: &mut Facts) {
    declared(root.at(&["tool", "audit", "program"]), facts);
    for path in [
        &["project", "scripts"][..],
        &["project", "gui-scripts"],
        &["tool", "poetry", "scripts"],
    ] {
        let scripts = root.at(path).map_or(&[][..], Node::entries);
        facts
            .console_scripts
            .extend(scripts.iter().filter_map(console_script));
    }
    facts.requires_python = root
        .at(&["project", "requires-python"])
        .or_else(|| root.at(&["tool", "poetry", "dependencies", "python"]))
        .and_then(|node| Some(Spanned::new(node.text()?.to_owned(), node.span)));
    listed(root.at(&["project", "dependencies"]), &Origin::Main, facts);
    for (path, is_nested) in [
        (&["project", "optional-dependencies"][..], true),
        (&["dependency-groups"][..], true),
        (&["tool", "uv", "dev-dependencies"][..], false),
        (&["build-system", "requires"][..], false),
    ] {
        let Some(node) = root.at(path) else { continue };
        if is_nested {
            for group in node.entries() {
                listed(Some(&group.node), &Origin::Group(group.key.to_string()), facts);
            }
        } else {
            let group = if path.contains(&"uv") {
                "dev"
            } else {
                "build-system"
            };
            listed(Some(node), &Origin::Group(group.to_owned()), facts);
        }
    }
    let Some(poetry) = root.at(&["tool", "poetry"]) else {
        return;
    };
    keyed(poetry.get("dependencies"), &Origin::Main, facts);
    let dev = Origin::Group("dev".to_owned());
    keyed(poetry.get("dev-dependencies"), &dev, facts);
    for group in poetry.get("group").map_or(&[][..], Node::entries) {
        let origin = Origin::Group(group.key.to_string());
        keyed(group.node.get("dependencies"), &origin, facts);
    }
}

/// `serve = "package.module:main"` (entry points specification); poetry also has a table for it.
fn console_script(entry: &Entry) -> Option<ConsoleScript> {
    let node = entry
        .node
        .get("reference")
        .or(entry.node.get("callable"))
        .unwrap_or(&entry.node);
    let span = Span::new(entry.key_span.start as usize, node.span.end as usize);
    setuptools::script(&entry.key, node.text()?, span)
}

fn of_pipfile(root: &Node, facts: &mut Facts) {
    keyed(root.get("packages"), &Origin::Main, facts);
    keyed(root.get("dev-packages"), &Origin::Group("dev".to_owned()), facts);
}

/// A list of PEP 508 texts.
fn listed(node: Option<&Node>, origin: &Origin, facts: &mut Facts) {
    for element in node.map_or(&[][..], Node::elements) {
        let Some(text) = element.text() else { continue };
        match requirements::parse(text, element.span, origin.clone()) {
            Ok(requirement) => facts.requirements.push(requirement),
            Err(message) => facts.problems.push(Problem {
                kind: ProblemKind::Syntax,
                message,
                span: element.span,
            }),
        }
    }
}

/// A table `name = "specifier"` or `name = { version = "specifier", … }`, as poetry and pipenv have it.
/// Their own operators (`^`, `*`) are kept as they are written.
fn keyed(node: Option<&Node>, origin: &Origin, facts: &mut Facts) {
    for entry in node.map_or(&[][..], Node::entries) {
        if entry.key == "python" {
            continue;
        }
        let several = entry.node.elements();
        let single = std::slice::from_ref(&entry.node);
        for spec in if several.is_empty() { single } else { several } {
            facts.requirements.push(of_spec(entry, spec, origin));
        }
    }
}

fn of_spec(entry: &Entry, spec: &Node, origin: &Origin) -> Requirement {
    let field = |name: &str| spec.get(name).and_then(Node::text).map(str::to_owned);
    let is_optional = matches!(spec.get("optional"), Some(node) if matches!(node.shape, Shape::Truth(true)))
        && *origin == Origin::Main;
    let extras = spec.get("extras").map_or(&[][..], Node::elements);
    let end = if spec.entries().is_empty() {
        spec.span.end
    } else {
        entry.key_span.end
    };
    Requirement {
        name: entry.key.to_string(),
        specifiers: spec
            .text()
            .map(str::to_owned)
            .or_else(|| field("version"))
            .unwrap_or_default(),
        marker: field("markers"),
        extras: extras
            .iter()
            .filter_map(|extra| extra.text().map(str::to_owned))
            .collect(),
        span: Span::new(entry.key_span.start as usize, end as usize),
        origin: if is_optional {
            Origin::Group("optional".to_owned())
        } else {
            origin.clone()
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::Role;

    fn names(path: &str, text: &str) -> Vec<(String, String, Origin)> {
        let facts = extract(path, text);
        assert!(facts.problems.is_empty(), "{:?}", facts.problems);
        facts
            .requirements
            .into_iter()
            .map(|found| (found.name, found.specifiers, found.origin))
            .collect()
    }

    fn group(name: &str) -> Origin {
        Origin::Group(name.to_owned())
    }

    fn row(name: &str, specifiers: &str, origin: Origin) -> (String, String, Origin) {
        (name.to_owned(), specifiers.to_owned(), origin)
    }

    #[test]
    fn values_and_ports_keep_the_order_of_the_document() {
        let text = "z = \"/opt/z\"\n[api]\nport = 8_000\nhome = '''/srv/x'''\n[\"/a/b\"]\nhex = 0x50\n";
        let facts = extract("x.toml", text);
        let found: Vec<_> = facts
            .values
            .iter()
            .map(|value| (value.span.text(text), value.role))
            .collect();
        assert_eq!(
            found,
            [
                ("/opt/z", Role::Assigned),
                ("/srv/x", Role::Assigned),
                ("/a/b", Role::Key)
            ]
        );
        assert_eq!(facts.ports[0].number, Some(8000));
        assert_eq!(facts.ports[0].service.as_deref(), Some("api"));
    }

    #[test]
    fn the_tables_of_pyproject_are_requirements() {
        let text = r#"
[project]
dependencies = ["requests>=2.0", "numpy ; python_version < '3.12'"]
[project.optional-dependencies]
plot = ["matplotlib"]
[dependency-groups]
test = ["pytest", {include-group = "plot"}]
[tool.uv]
dev-dependencies = ["ruff"]
[build-system]
requires = ["setuptools>=61"]
"#;
        assert_eq!(
            names("a/pyproject.toml", text),
            [
                row("requests", ">=2.0", Origin::Main),
                row("numpy", "", Origin::Main),
                row("matplotlib", "", group("plot")),
                row("pytest", "", group("test")),
                row("ruff", "", group("dev")),
                row("setuptools", ">=61", group("build-system")),
            ]
        );
        assert!(extract("other.toml", text).requirements.is_empty());
    }

    #[test]
    fn commands_of_a_project_are_known() {
        let text = "[project.scripts]\nserve = 'app.main:run'\n[project.gui-scripts]\nshow = 'app.ui : go [gui]'\n\
                    [tool.poetry.scripts]\nold = { reference = 'bin/old.sh', type = 'file' }\n";
        let found: Vec<_> = extract("pyproject.toml", text)
            .console_scripts
            .into_iter()
            .map(|script| (script.name, script.module, script.attribute))
            .collect();
        let row = |parts: [&str; 3]| (parts[0].to_owned(), parts[1].to_owned(), parts[2].to_owned());
        assert_eq!(
            found[..2],
            [row(["serve", "app.main", "run"]), row(["show", "app.ui", "go"])]
        );
    }

    #[test]
    fn poetry_keeps_its_operators() {
        let text = r#"
[tool.poetry.dependencies]
python = "^3.10"
pandas = "^2.1"
redis = { version = "~5", optional = true, extras = ["hiredis"] }
local = { path = "../local", optional = false }
[tool.poetry.group.test.dependencies]
pytest = "*"
"#;
        let found = names("pyproject.toml", text);
        assert_eq!(
            found,
            [
                row("pandas", "^2.1", Origin::Main),
                row("redis", "~5", group("optional")),
                row("local", "", Origin::Main),
                row("pytest", "*", group("test")),
            ]
        );
        let facts = extract("pyproject.toml", text);
        assert_eq!(facts.requirements[0].span.text(text), "pandas = \"^2.1");
        assert_eq!(facts.requirements[1].extras, ["hiredis"]);
    }

    #[test]
    fn a_pipfile_has_two_tables() {
        let text = "[packages]\nflask = \"==2.0\"\n[dev-packages]\nblack = \"*\"\n";
        assert_eq!(
            names("Pipfile", text),
            [
                row("flask", "==2.0", Origin::Main),
                row("black", "*", group("dev"))
            ]
        );
    }

    #[test]
    fn mistakes_are_named_and_the_rest_is_read() {
        let text = "a = \nport = 80\nhome = \"/opt/x\"\n";
        let facts = extract("x.toml", text);
        assert_eq!(facts.problems.len(), 1);
        assert_eq!(facts.values.len(), 1);
        let bad = "[project]\ndependencies = [\"numpy=2\"]\n";
        assert_eq!(
            extract("pyproject.toml", bad).problems[0].span.text(bad),
            "numpy=2"
        );
        assert!(extract("x.toml", "a = {{ x }}\n").problems.is_empty());
    }

    #[test]
    fn hostile_texts_end_well() {
        for text in [
            "a = ".to_owned() + &"[".repeat(100_000),
            "a = ".to_owned() + &"{b=".repeat(100_000),
            "[".repeat(100_000),
            "a.".repeat(100_000) + "b = 1",
            "[a]\n[a]\n".to_owned(),
            "\u{feff}a = 1\r\n\"".to_owned(),
        ] {
            extract("pyproject.toml", &text);
        }
    }
}
