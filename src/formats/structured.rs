//! What formats of keys and values (JSON, YAML, TOML, `.env`) have in common.
//!
//! Each of them reads its syntax into [`Node`]s; [`collect`] reads the meaning: literal texts, ports and
//! environment variables, by the keys that they stand under.

mod audience;
mod manifest;
mod ports;

use crate::facts::value::is_telling;
use crate::facts::{Access, Connection, Facts, Field, Part, Reach, Role, Value, Variable};
use crate::source::Span;
pub use manifest::read_manifest;
pub use ports::{number, of_variable};
use std::borrow::Cow;

/// Levels of nesting that a reader hands on. Deeper data configures nothing, and walking it would need
/// a stack without end.
pub const DEPTH: usize = 128;

/// A value with its place.
#[derive(Debug, Clone)]
pub struct Node<'t> {
    /// The literal's content, without quotes.
    pub span: Span,
    /// What is written.
    pub shape: Shape<'t>,
}

/// What a value is.
#[derive(Debug, Clone)]
pub enum Shape<'t> {
    /// A text, escapes resolved.
    Text(Cow<'t, str>),
    /// A number as written.
    Number(Cow<'t, str>),
    /// A truth value.
    Truth(bool),
    /// Nothing, a date, an alias.
    Other,
    /// A list.
    List(Vec<Node<'t>>),
    /// A mapping, in the order of the document.
    Map(Vec<Entry<'t>>),
}

/// One entry of a mapping.
#[derive(Debug, Clone)]
pub struct Entry<'t> {
    /// The key.
    pub key: Cow<'t, str>,
    /// Where it stands, without quotes.
    pub key_span: Span,
    /// The value.
    pub node: Node<'t>,
}

impl<'t> Node<'t> {
    /// A node of this shape at this place.
    pub fn new(shape: Shape<'t>, span: Span) -> Self {
        Self { span, shape }
    }

    /// A node of a text.
    pub fn text_of(text: impl Into<Cow<'t, str>>, span: Span) -> Self {
        Self::new(Shape::Text(text.into()), span)
    }

    /// The entries of a mapping; none for anything else.
    pub fn entries(&self) -> &[Entry<'t>] {
        match &self.shape {
            Shape::Map(entries) => entries,
            _ => &[],
        }
    }

    /// The elements of a list; none for anything else.
    pub fn elements(&self) -> &[Node<'t>] {
        match &self.shape {
            Shape::List(elements) => elements,
            _ => &[],
        }
    }

    /// The value below this key; the last one counts.
    pub fn get(&self, key: &str) -> Option<&Node<'t>> {
        let entry = self.entries().iter().rev().find(|entry| entry.key == key);
        entry.map(|entry| &entry.node)
    }

    /// The value below these keys, one inside the other.
    pub fn at(&self, keys: &[&str]) -> Option<&Node<'t>> {
        keys.iter().try_fold(self, |node, key| node.get(key))
    }

    /// The text, where it is one.
    pub fn text(&self) -> Option<&str> {
        match &self.shape {
            Shape::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The text or number, as written.
    pub fn scalar(&self) -> Option<&str> {
        match &self.shape {
            Shape::Text(text) | Shape::Number(text) => Some(text),
            _ => None,
        }
    }
}

/// The facts that the keys and values of a document state, in its order.
pub fn collect(root: &Node<'_>) -> Facts {
    let mut collector = Collector::default();
    collector.visit(root, Role::Assigned);
    collector.facts
}

/// Whether a text is a template that a program fills in before anything reads it as what its name says
/// (Jinja, Helm, Ansible).
pub fn is_template(text: &str) -> bool {
    text.contains("{{") || text.contains("{%")
}

/// A text kept as a value, if any rule could want it.
pub fn telling(text: &str, span: Span, role: Role, name: Option<String>) -> Option<Value> {
    is_telling(text).then(|| Value {
        text: text.to_owned(),
        span,
        role,
        name,
        call: None,
        reach: Reach::Always,
    })
}

/// A variable that is set.
pub fn set(name: &str, span: Span, value: &str) -> Variable {
    Variable {
        name: name.to_owned(),
        span,
        access: Access::Set(value.to_owned()),
    }
}

#[derive(Default)]
struct Collector<'a> {
    facts: Facts,
    keys: Vec<&'a str>,
    /// How many of the keys are about ports.
    port_keys: usize,
}

impl<'a> Collector<'a> {
    fn visit(&mut self, node: &'a Node<'a>, role: Role) {
        if self.keys.len() > DEPTH {
            return;
        }
        self.facts.ports.extend(ports::portless(&self.keys, node));
        match &node.shape {
            Shape::Text(text) => {
                if is_telling(text) {
                    let name = (!self.keys.is_empty()).then(|| self.keys.join("."));
                    self.facts.values.extend(telling(text, node.span, role, name));
                }
            }
            Shape::Number(_) | Shape::Truth(_) | Shape::Other => {}
            Shape::List(elements) => {
                if self.port_keys > 0 {
                    self.facts.ports.extend(ports::of_list(&self.keys, elements));
                }
                for element in elements {
                    self.visit(element, Role::Element);
                }
            }
            Shape::Map(entries) => {
                let is_element = role == Role::Element;
                self.connections(node.span, entries);
                for entry in entries {
                    self.enter(entry, entries, is_element);
                }
            }
        }
    }

    fn enter(&mut self, entry: &'a Entry<'a>, siblings: &'a [Entry<'a>], is_element: bool) {
        let key = telling(&entry.key, entry.key_span, Role::Key, None);
        self.facts.values.extend(key);
        let is_about_ports = ports::is_about_ports(&entry.key);
        if is_about_ports || self.port_keys > 0 {
            let scope = ports::Scope {
                above: &self.keys,
                siblings,
                is_element,
            };
            let mut port = ports::of_entry(&scope, entry);
            if let Some(port) = &mut port {
                port.audience = audience::of(&self.keys, siblings);
            }
            self.facts.ports.extend(port);
        }
        self.keys.push(&entry.key);
        self.port_keys += usize::from(is_about_ports);
        if is_environment(&entry.key) {
            self.environment(&entry.node);
        }
        self.visit(&entry.node, Role::Assigned);
        self.port_keys -= usize::from(is_about_ports);
        self.keys.pop();
    }

    /// `database: {host: …, user: …, password: …}`, and single keys such as `db_password`.
    fn connections(&mut self, span: Span, entries: &[Entry<'_>]) {
        if self.keys.last().is_some_and(|key| is_environment(key)) {
            return;
        }
        let mut all = Connection {
            span,
            ..Connection::default()
        };
        for entry in entries {
            let Some(text) = entry.node.scalar() else { continue };
            if let Some((_, field)) = Field::of_variable(&entry.key) {
                let mut one = Connection {
                    name: Some(entry.key.to_string()),
                    span: entry.node.span,
                    ..Connection::default()
                };
                one.set(field, Part::fixed(text, entry.node.span));
                self.facts.connections.push(one);
            } else if let Some(field) = Field::of_key(&entry.key).filter(|field| *field != Field::Engine) {
                all.set(field, Part::fixed(text, entry.node.span));
            }
        }
        let has_way = all.host.is_some() || all.user.is_some() || all.database.is_some();
        if has_way && all.password.is_some() {
            all.name = Some(self.keys.join("."));
            self.facts.connections.push(all);
        }
    }

    /// The variables of a map `NAME: value` or of a list `NAME=value`.
    fn environment(&mut self, node: &Node<'_>) {
        for entry in node.entries() {
            if let Some(value) = entry.node.scalar() {
                self.facts.variables.push(set(&entry.key, entry.key_span, value));
            }
        }
        for element in node.elements() {
            let Some((name, value)) = element.text().and_then(|text| text.split_once('=')) else {
                continue;
            };
            let start = element.span.start as usize;
            self.facts
                .variables
                .push(set(name, Span::new(start, start + name.len()), value));
            // In a quoted text with escapes the offset would be wrong: then the whole element is named.
            let exact = element.span.end as usize - start == name.len() + 1 + value.len();
            let span = if exact {
                Span::new(start + name.len() + 1, element.span.end as usize)
            } else {
                element.span
            };
            self.facts.ports.extend(of_variable(name, value, span));
        }
    }
}

fn is_environment(key: &str) -> bool {
    [
        "environment",
        "env",
        "environ",
        "environment_variables",
        "env_vars",
    ]
    .iter()
    .any(|name| key.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::PortRole;
    use crate::formats::json;

    /// Service, number, role and table of a port.
    type Told = (Option<String>, Option<u16>, PortRole, Option<String>);

    fn ports(text: &str) -> Vec<Told> {
        let facts = json::extract("x.json", text);
        let mut ports = facts.ports;
        ports.sort_by_key(|port| port.span);
        ports
            .into_iter()
            .map(|port| (port.service, port.number, port.role, port.table))
            .collect()
    }

    fn one(text: &str) -> (Option<String>, Option<u16>, PortRole, Option<String>) {
        let mut found = ports(text);
        assert_eq!(found.len(), 1, "{text}: {found:?}");
        found.remove(0)
    }

    #[allow(clippy::unnecessary_wraps, reason = "it builds what the tests compare with")]
    fn some(text: &str) -> Option<String> {
        Some(text.to_owned())
    }

    #[test]
    fn the_enclosing_object_is_the_service() {
        let found = one(r#"{"core": {"api": {"port": 3000, "about": "x"}}}"#);
        assert_eq!(found, (some("api"), Some(3000), PortRole::Declares, some("core")));
        let found = one(r#"{"api": {"port": "3000"}}"#);
        assert_eq!(found, (some("api"), Some(3000), PortRole::Declares, None));
    }

    #[test]
    fn the_key_names_the_service() {
        assert_eq!(one(r#"{"main_app_port": 3000}"#).0, some("main_app"));
        assert_eq!(one(r#"{"MAIN_APP_PORT": 3000}"#).0, some("main_app"));
        assert_eq!(one(r#"{"mainAppPort": 3000}"#).0, some("mainapp"));
        assert_eq!(one(r#"{"PORT": 3000}"#).0, None);
        assert!(ports(r#"{"report": 3000, "support": 1, "export": 2, "portfolio": 3}"#).is_empty());
    }

    #[test]
    fn objects_of_a_list_name_themselves() {
        let found = ports(r#"{"services": [{"name": "a", "port": 1}, {"id": "b", "port": 2}]}"#);
        assert_eq!(found[0].0, some("a"));
        assert_eq!(found[1].0, some("b"));
        assert_eq!(found[1].3, some("services"));
    }

    #[test]
    fn flat_maps_and_maps_by_port_are_tables() {
        let found = one(r#"{"trading_system_ports": {"main_app": 3000}}"#);
        assert_eq!(
            found,
            (
                some("main_app"),
                Some(3000),
                PortRole::Declares,
                some("trading_system_ports")
            )
        );
        let found = one(r#"{"ports": {"3000": "main"}}"#);
        assert_eq!(
            found,
            (some("main"), Some(3000), PortRole::Declares, some("ports"))
        );
        assert!(ports(r#"{"ports": {"timeout": 30, "version": 2, "description": "x"}}"#).is_empty());
    }

    #[test]
    fn what_cannot_be_a_port_is_kept_as_text() {
        for text in ["0", "70000", "-1", "\"abc\"", "80.5", "99999999999999999999"] {
            let found = one(&format!("{{\"api\": {{\"port\": {text}}}}}"));
            assert_eq!(found.1, None, "{text}");
        }
        assert!(ports(r#"{"api": {"port": null}}"#).is_empty());
        assert!(ports(r#"{"api": {"port": "${API_PORT}"}}"#).is_empty());
    }

    #[test]
    fn lists_of_ports_to_avoid_and_ranges_are_known() {
        let found = ports(
            r#"{"avoid_ports": [5000, 7000], "port_ranges": {"safe_range_start": 8000,
                "safe_range_end": 8100}, "port_range": [1, 2], "numbers": [5, 6]}"#,
        );
        let roles: Vec<_> = found.iter().map(|port| (port.1, port.2)).collect();
        assert_eq!(
            roles,
            [
                (Some(5000), PortRole::Avoids),
                (Some(7000), PortRole::Avoids),
                (Some(8000), PortRole::RangeStart),
                (Some(8100), PortRole::RangeEnd),
                (Some(1), PortRole::RangeStart),
                (Some(2), PortRole::RangeEnd),
            ]
        );
    }

    #[test]
    fn databases_are_dialled() {
        for text in [
            r#"{"database": {"port": 5432}}"#,
            r#"{"POSTGRES_PORT": 5432}"#,
            r#"{"redis_port": 6379}"#,
            r#"{"feed": {"host": "fix.exchange.example", "port": 9000}}"#,
        ] {
            assert_eq!(one(text).2, PortRole::Dials, "{text}");
        }
        assert_eq!(
            one(r#"{"feed": {"host": "0.0.0.0", "port": 9000}}"#).2,
            PortRole::Declares
        );
    }

    #[test]
    fn environments_set_variables_and_ports() {
        let text = r#"{"environment": {"A": "b", "API_PORT": 80}, "x": {"env": ["C=d", "UI_PORT=81"]}}"#;
        let facts = json::extract("x.json", text);
        let names: Vec<_> = facts
            .variables
            .iter()
            .map(|variable| variable.name.as_str())
            .collect();
        assert_eq!(names, ["A", "API_PORT", "C", "UI_PORT"]);
        assert_eq!(facts.ports.len(), 2);
        assert_eq!(facts.ports[1].span.text(text), "81");
    }

    #[test]
    fn telling_texts_keep_their_keys_and_roles() {
        let text = r#"{"a": {"home": "/opt/x"}, "hosts": ["10.0.0.5"], "/srv/y": "plain"}"#;
        let facts = json::extract("x.json", text);
        let found: Vec<_> = facts
            .values
            .iter()
            .map(|value| (value.span.text(text), value.role, value.name.as_deref()))
            .collect();
        assert_eq!(
            found,
            [
                ("/opt/x", Role::Assigned, Some("a.home")),
                ("10.0.0.5", Role::Element, Some("hosts")),
                ("/srv/y", Role::Key, None),
            ]
        );
    }
}
