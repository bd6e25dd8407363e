//! Which databases a Python module connects to, where it listens, and the settings of Django: calls, tables of
//! keywords and names, followed to the texts and environment variables that they get.

mod calls;
mod client;
mod known;
mod lists;
mod origins;

use super::guards::guard_of;
use super::names::{Names, last, written};
use super::span;
use crate::facts::python::Guard;
use crate::facts::{Connection, Facts, Field, Giver, Part};
use crate::source::Span;
use known::{Known, Scope};
use ruff_python_ast::visitor::{Visitor, walk_expr, walk_stmt};
use ruff_python_ast::{Expr, ExprDict, Stmt, StmtClassDef, StmtFunctionDef};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// Reads what the statements of a module say of databases and servers.
pub(super) fn read(text: &str, body: &[Stmt], names: &Names, facts: &mut Facts) {
    let mut reader = Reader {
        text,
        names,
        facts,
        scopes: vec![Scope::default()],
        attributes: Scope::default(),
        fields: Giver::Nothing,
        taken: BTreeSet::new(),
        schemes: BTreeMap::new(),
        depth: 0,
        in_main: false,
        is_conditional: false,
    };
    reader.collect(body);
    reader.visit_body(body);
}

struct Reader<'a> {
    text: &'a str,
    names: &'a Names,
    facts: &'a mut Facts,
    /// What the names of the module, and of the functions around the statement, stand for.
    scopes: Vec<Scope>,
    /// The same of attributes: `self.host`, and the fields of classes.
    attributes: Scope,
    /// What fills the fields of the class around the statement.
    fields: Giver,
    /// Where the texts stand that are part of a connection already.
    taken: BTreeSet<u32>,
    /// Switches of `environ.Env(DEBUG=(bool, True))`, as they are when no variable says otherwise.
    schemes: BTreeMap<String, bool>,
    /// How many functions and classes are around the statement.
    depth: usize,
    in_main: bool,
    /// Whether a condition or a handler decides on the statement.
    is_conditional: bool,
}

impl Reader<'_> {
    /// Learns the names that these statements give a value, those inside functions and classes apart.
    fn collect(&mut self, body: &[Stmt]) {
        let mut open: Vec<&Stmt> = body.iter().rev().collect();
        while let Some(statement) = open.pop() {
            match statement {
                Stmt::Assign(assign) => {
                    let known = self.known(&assign.value);
                    for target in &assign.targets {
                        if let Expr::Name(name) = target {
                            self.learn(name.id.as_str(), known.clone());
                        }
                    }
                }
                Stmt::AnnAssign(assign) => {
                    if let (Expr::Name(name), Some(value)) = (&*assign.target, &assign.value) {
                        let known = self.known(value);
                        self.learn(name.id.as_str(), known);
                    }
                }
                Stmt::AugAssign(more) => self.forget(&more.target),
                Stmt::Expr(expr) => {
                    if let Some(list) = appended(&expr.value) {
                        self.forget(list);
                    }
                }
                Stmt::If(branch) => {
                    open.extend(branch.body.iter().rev());
                    let clauses = branch.elif_else_clauses.iter();
                    open.extend(clauses.flat_map(|clause| clause.body.iter().rev()));
                }
                Stmt::Try(tried) => {
                    open.extend(tried.finalbody.iter().rev());
                    open.extend(tried.orelse.iter().rev());
                    open.extend(tried.body.iter().rev());
                }
                Stmt::With(with) => open.extend(with.body.iter().rev()),
                Stmt::For(looped) => open.extend(looped.body.iter().rev()),
                Stmt::While(looped) => open.extend(looped.body.iter().rev()),
                _ => {}
            }
        }
    }

    /// What something is added to is not known any more.
    fn forget(&mut self, target: &Expr) {
        if let Expr::Name(name) = target {
            self.learn(name.id.as_str(), None);
        }
    }

    fn learn(&mut self, name: &str, known: Option<Known>) {
        if let Some(scope) = self.scopes.last_mut() {
            scope.learn(name, known);
        }
    }

    /// `DB_HOST = …`, `self.db_password = …`, `env["PGPASSWORD"] = …`.
    fn assigned(&mut self, target: &Expr, value: &Expr) {
        let name = match target {
            Expr::Subscript(subscript) => match &*subscript.slice {
                Expr::StringLiteral(key) => Some(key.value.to_str().to_owned()),
                _ => None,
            },
            _ => written(target).map(Cow::into_owned),
        };
        let Some(name) = name else { return };
        if let Expr::Dict(dict) = value {
            self.table(dict, Some(&name));
        }
        let known = self.known(value);
        self.header(target, value);
        if self.depth == 0 && !self.in_main {
            self.setting(&name, value, known.as_ref());
        }
        if target.is_attribute_expr() {
            self.attributes.learn(last(&name), known.clone());
        }
        if let Some(Known::Text(part)) = known {
            self.named(&name, part);
        }
    }

    /// A field of a class.
    fn field(&mut self, target: &Expr, value: &Expr) {
        let Expr::Name(name) = target else { return };
        let name = name.id.as_str();
        let mut part = match self.known(value) {
            Some(Known::Text(part)) => part,
            Some(Known::List(mut part)) => {
                if let (Giver::Nothing, Giver::Variable(_)) = (&part.giver, &self.fields) {
                    part.giver = Giver::Variable(name.to_ascii_uppercase());
                }
                return self.attributes.learn(name, Some(Known::List(part)));
            }
            _ => return,
        };
        if part.giver == Giver::Nothing {
            part.giver = match &self.fields {
                Giver::Variable(_) => Giver::Variable(name.to_ascii_uppercase()),
                giver => giver.clone(),
            };
        }
        if let (Some(text), Giver::Variable(_)) = (&part.value, &part.giver)
            && let Some(mut url) = Connection::of_url(text, part.span, &part.giver)
        {
            url.name = Some(name.to_owned());
            self.facts.connections.push(url);
        }
        self.attributes.learn(name, Some(Known::Text(part.clone())));
        self.named(name, part);
    }

    /// A name that holds a part of a connection.
    fn named(&mut self, name: &str, part: Part<String>) {
        let Some((_, field)) = Field::of_variable(name) else {
            return;
        };
        let is_new = self.taken.insert(part.span.start);
        if is_new && (part.value.is_some() || part.giver != Giver::Nothing) {
            let mut connection = Connection {
                name: Some(last(name).to_owned()),
                span: part.span,
                ..Connection::default()
            };
            connection.set(field, part);
            self.facts.connections.push(connection);
        }
    }

    /// A table of keywords: `{"host": …, "user": …, "password": …}`.
    fn table(&mut self, dict: &ExprDict, name: Option<&str>) {
        let mut connection = Connection {
            name: name.map(str::to_owned),
            span: span(dict),
            ..Connection::default()
        };
        let mut fields = BTreeSet::new();
        let mut is_cache = false;
        for item in &dict.items {
            let Some(Expr::StringLiteral(key)) = &item.key else {
                continue;
            };
            is_cache |= key.value.to_str() == "BACKEND";
            if let Some(field) = Field::of_key(key.value.to_str()) {
                fields.insert(field);
                connection.set(field, self.part(&item.value));
            }
        }
        let has = |field| fields.contains(&field);
        let is_way = (has(Field::Host) || has(Field::Database) || has(Field::User)) && has(Field::Password);
        let is_place = has(Field::Host) && has(Field::Database);
        let is_engine = connection.engine.is_some() && (has(Field::Database) || is_cache);
        if is_way || is_place || is_engine {
            self.push(connection);
        }
    }

    /// Keeps a connection, and where its texts stand.
    fn push(&mut self, connection: Connection) {
        let texts = [
            &connection.host,
            &connection.port,
            &connection.database,
            &connection.user,
        ];
        let mut starts: Vec<u32> = texts.into_iter().flatten().map(|part| part.span.start).collect();
        starts.extend(connection.password.as_ref().map(|part| part.span.start));
        self.taken.extend(starts);
        self.facts.connections.push(connection);
    }

    fn function(&mut self, function: &StmtFunctionDef) {
        let mut scope = Scope::default();
        for parameter in function.parameters.iter_non_variadic_params() {
            let name = parameter.parameter.name.id.as_str();
            let default = parameter
                .default
                .as_deref()
                .and_then(|default| self.known(default));
            let known = match default {
                Some(Known::Text(mut part)) => {
                    if part.giver == Giver::Nothing {
                        part.giver = Giver::Elsewhere;
                    }
                    self.named(name, part.clone());
                    Some(Known::Text(part))
                }
                _ => None,
            };
            scope.learn(name, known);
        }
        self.scopes.push(scope);
        self.collect(&function.body);
        self.depth += 1;
        self.visit_body(&function.body);
        self.depth -= 1;
        self.scopes.pop();
    }

    fn class(&mut self, class: &StmtClassDef) {
        let bases = class.arguments.iter().flat_map(|arguments| &arguments.args);
        let is_settings = bases
            .filter_map(written)
            .any(|base| last(&base).ends_with("Settings") || last(&base).ends_with("Config"));
        let decorated = class.decorator_list.iter();
        let is_data = decorated.filter_map(|decorator| match &decorator.expression {
            Expr::Call(call) => written(&call.func),
            other => written(other),
        });
        let fields = if is_settings {
            Giver::Variable(String::new())
        } else if is_data.into_iter().any(|name| last(&name) == "dataclass") {
            Giver::Elsewhere
        } else {
            Giver::Nothing
        };
        let outer = std::mem::replace(&mut self.fields, fields);
        self.depth += 1;
        for statement in &class.body {
            match statement {
                Stmt::Assign(assign) => assign
                    .targets
                    .iter()
                    .for_each(|target| self.field(target, &assign.value)),
                Stmt::AnnAssign(assign) => {
                    if let Some(value) = &assign.value {
                        self.field(&assign.target, value);
                    }
                }
                _ => {}
            }
            self.visit_stmt(statement);
        }
        self.depth -= 1;
        self.fields = outer;
    }

    /// `os.getenv("DB_PASSWORD", "…")`, `os.getenv("DB_PASSWORD") or "…"`, wherever it stands.
    fn read_variable(&mut self, expr: &Expr) {
        let Some(Known::Text(part)) = self.known(expr) else {
            return;
        };
        if let Giver::Variable(name) = part.giver.clone() {
            self.named(&name, part);
        }
    }
}

/// The list of `origins.append(…)`.
fn appended(expr: &Expr) -> Option<&Expr> {
    let Expr::Call(call) = expr else { return None };
    let Expr::Attribute(attribute) = &*call.func else {
        return None;
    };
    matches!(attribute.attr.as_str(), "append" | "extend" | "insert").then_some(&*attribute.value)
}

impl<'b> Visitor<'b> for Reader<'_> {
    fn visit_stmt(&mut self, statement: &'b Stmt) {
        match statement {
            Stmt::FunctionDef(function) => {
                let decorators = function.decorator_list.iter();
                decorators.for_each(|decorator| self.visit_expr(&decorator.expression));
                self.function(function);
            }
            Stmt::ClassDef(class) => self.class(class),
            Stmt::Assign(assign) => {
                assign
                    .targets
                    .iter()
                    .for_each(|target| self.assigned(target, &assign.value));
                walk_stmt(self, statement);
            }
            Stmt::AnnAssign(assign) => {
                if let Some(value) = &assign.value {
                    self.assigned(&assign.target, value);
                }
                walk_stmt(self, statement);
            }
            Stmt::AugAssign(more) => {
                self.added(&more.target);
                walk_stmt(self, statement);
            }
            Stmt::If(branch) => {
                let outer = (self.in_main, self.is_conditional);
                self.in_main |= guard_of(&branch.test, self.names) == Guard::IsMain;
                self.is_conditional = true;
                walk_stmt(self, statement);
                (self.in_main, self.is_conditional) = outer;
            }
            // A docstring is for people.
            Stmt::Expr(alone) if alone.value.is_string_literal_expr() => {}
            Stmt::Try(_) => {
                let outer = std::mem::replace(&mut self.is_conditional, true);
                walk_stmt(self, statement);
                self.is_conditional = outer;
            }
            other => walk_stmt(self, other),
        }
    }

    fn visit_expr(&mut self, expr: &'b Expr) {
        match expr {
            Expr::Call(call) => {
                if let Some(list) = appended(expr) {
                    self.added(list);
                }
                if let Some(name) = self.names.last(&call.func) {
                    self.connects(call, name);
                    self.asks(call, name);
                    self.listens(call, name);
                    self.admits(call, name);
                }
                self.read_variable(expr);
            }
            Expr::BoolOp(_) => self.read_variable(expr),
            Expr::StringLiteral(_) | Expr::FString(_) => self.written_script(span(expr)),
            Expr::Dict(dict) if !self.taken.contains(&span(dict).start) => self.inner_table(dict),
            _ => {}
        }
        walk_expr(self, expr);
    }
}

impl Reader<'_> {
    /// A text that is a script, or a command, and gives a client its password: `PGPASSWORD=… psql`.
    fn written_script(&mut self, literal: Span) {
        for (name, value) in client::passwords(literal.text(self.text)) {
            let shifted =
                |range: Range<usize>| Span::new(range.start, range.end).shifted(literal.start as usize);
            let part = Part::fixed(&literal.text(self.text)[value.clone()], shifted(value));
            self.named(name, part);
        }
    }

    /// A table that no name holds: one handed to a call, or inside another table.
    fn inner_table(&mut self, dict: &ExprDict) {
        let known = self.facts.connections.iter().rev().take(4);
        if !known.into_iter().any(|connection| connection.span == span(dict)) {
            self.table(dict, None);
        }
    }
}
