//! Variables: what a script sets and reads, and the ports among them.

use super::walk::{Context, Walk};
use super::word;
use crate::facts::{Access, Port, PortRole, Reach, Role, Variable};
use crate::source::Span;
use tree_sitter::Node;

impl<'t> Walk<'t> {
    pub(super) fn assignment(&mut self, node: Node<'t>, context: Context) {
        let Some(target) = node.child_by_field_name("name") else {
            return;
        };
        let name = target.child_by_field_name("name").unwrap_or(target);
        let span = Span::new(name.start_byte(), name.end_byte());
        let name = self.text(name).to_owned();
        let value = node.child_by_field_name("value");
        let read = value.map(|value| word::read(value, self.source, Some(&self.table)));
        let is_plain = target.kind() == "variable_name"
            && !self
                .source
                .get(target.end_byte()..)
                .is_some_and(|rest| rest.starts_with('+'));
        if let Some(value) = value {
            if value.kind() == "array" {
                self.array(value, &name, context);
            } else {
                self.value(value, Role::Assigned, Some(&name), None, context.reach);
                if let Some(read) = &read {
                    self.port(&name, &read.text, PortRole::Declares, word::content(value));
                }
            }
            if self.judge().names_platform(self.text(value)) {
                self.platform_names.insert(name.clone());
            }
            if let Some(read) = read.as_ref().filter(|read| read.is_literal) {
                self.flag(&name, &read.text, context.reach);
            }
        }
        let is_array = value.is_some_and(|value| value.kind() == "array");
        if is_plain && !is_array {
            let written = value.map_or_else(String::new, |value| word::read(value, self.source, None).text);
            self.facts.variables.push(Variable {
                name: name.clone(),
                span,
                access: Access::Set(written),
            });
            let parent = node
                .parent()
                .filter(|parent| parent.kind() == "declaration_command");
            let word = parent.and_then(|parent| self.text(parent).split_whitespace().next());
            self.facts
                .exported
                .extend((word == Some("export")).then_some(span));
        }
        if context.in_command || context.reach == Reach::Elsewhere {
            return;
        }
        match read {
            Some(read) if is_plain && !is_array && read.is_literal => {
                self.table.insert(name.clone(), read.text);
            }
            None if is_plain => {
                self.table.insert(name.clone(), String::new());
            }
            _ => {
                self.table.remove(&name);
            }
        }
        self.assigned.insert(name);
    }

    /// Notes that a variable gets this value where the target gets so: `OS=mac` behind a test for a Mac.
    fn flag(&mut self, name: &str, value: &str, reach: Reach) {
        let flag = self
            .flags
            .entry((name.to_owned(), value.to_owned()))
            .or_insert(reach);
        *flag = reach.min(*flag);
        let lower = value.to_ascii_lowercase();
        let names_mac = ["mac", "darwin", "osx"].iter().any(|mark| lower.contains(mark));
        if names_mac && reach == Reach::Elsewhere {
            self.platform_names.insert(name.to_owned());
        }
    }

    fn array(&mut self, array: Node<'t>, name: &str, context: Context) {
        for element in array.named_children(&mut array.walk()) {
            self.value(element, Role::Element, Some(name), None, context.reach);
            let text = word::read(element, self.source, Some(&self.table)).text;
            let span = word::content(element);
            // `["feed"]=8001` of an associative array, and `"feed:8001"`, which scripts split themselves.
            let pair = text.strip_prefix('[').and_then(|rest| rest.split_once("]="));
            match pair.or_else(|| text.split_once(':')) {
                Some((service, number)) => {
                    let at = span.end as usize - number.len().min(span.range().len());
                    let place = Span::new(at, span.end as usize);
                    self.table_port(name, Some(service.to_owned()), number, place);
                }
                None => self.table_port(name, None, &text, span),
            }
        }
    }

    fn table_port(&mut self, table: &str, service: Option<String>, text: &str, span: Span) {
        if is_port_name(table) && is_number(text) {
            let port = Port::new(text, PortRole::Declares, span).of(service);
            self.facts.ports.push(port.in_table(Some(table)));
        }
    }

    fn port(&mut self, name: &str, text: &str, role: PortRole, span: Span) {
        // The number has to stand here: what a variable gave is a port of the place that set it.
        if is_port_name(name) && is_number(text) && span.text(self.source) == text {
            let service = name.to_ascii_lowercase();
            let service = service.strip_suffix("_port").map(str::to_owned);
            self.facts
                .ports
                .push(Port::new(text, role, span).of(service).in_table(Some(name)));
        }
    }

    /// `$NAME` and `${NAME…}`: a read of the environment, unless the script sets the name.
    pub(super) fn expansion(&mut self, node: Node<'t>, context: Context) {
        let raw = self.text(node);
        let (name, rest) = word::split_expansion(raw);
        let has_default = [":-", "-", ":=", "=", ":+", "+"]
            .iter()
            .any(|sign| rest.starts_with(sign));
        let default = if has_default {
            node.named_children(&mut node.walk()).nth(1)
        } else {
            None
        };
        if let Some(default) = default.filter(|_| !rest.starts_with([':', '+']) || !rest.contains('+')) {
            self.value(default, Role::Default, Some(name), None, context.reach);
            let text = word::read(default, self.source, None).text;
            self.port(name, &text, PortRole::Default, word::content(default));
        }
        if name.is_empty()
            || name.starts_with(|first: char| first.is_ascii_digit())
            || is_of_shell(name)
            || self.assigned.contains(name)
            || self.reads.contains_key(name)
        {
            return;
        }
        let at = node.start_byte() + raw.find(name).unwrap_or(0);
        let default = default.map(|default| word::read(default, self.source, None));
        let access = Access::Read {
            has_default,
            default: default.filter(|text| text.is_literal).map(|text| text.text),
        };
        let variable = Variable {
            name: name.to_owned(),
            span: Span::new(at, at + name.len()),
            access,
        };
        self.reads.insert(name.to_owned(), variable);
    }
}

/// Whether `PORT` or `PORTS` is a part of the name; `SUPPORT` has none.
fn is_port_name(name: &str) -> bool {
    name.split('_')
        .any(|part| part.eq_ignore_ascii_case("port") || part.eq_ignore_ascii_case("ports"))
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.len() <= 6 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Variables that bash itself sets (bash(1), "Shell Variables").
fn is_of_shell(name: &str) -> bool {
    name.starts_with("BASH")
        || name.starts_with("COMP_")
        || matches!(
            name,
            "_" | "COLUMNS"
                | "DIRSTACK"
                | "EPOCHREALTIME"
                | "EPOCHSECONDS"
                | "EUID"
                | "FUNCNAME"
                | "GROUPS"
                | "HOSTNAME"
                | "HOSTTYPE"
                | "IFS"
                | "LINENO"
                | "LINES"
                | "MACHTYPE"
                | "MAPFILE"
                | "OLDPWD"
                | "OPTARG"
                | "OPTERR"
                | "OPTIND"
                | "OSTYPE"
                | "PIPESTATUS"
                | "PPID"
                | "PWD"
                | "RANDOM"
                | "REPLY"
                | "SECONDS"
                | "SHELLOPTS"
                | "SHLVL"
                | "UID"
        )
}
