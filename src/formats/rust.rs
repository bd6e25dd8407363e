//! Rust source, read with `syn`: literals, reads of the environment, and modules for Python.

use crate::facts::value::is_telling;
use crate::facts::{Access, Facts, NamedModule, ProblemKind, Reach, Role, Value, Variable};
use crate::source::Span;
use proc_macro2::{Delimiter, TokenStream, TokenTree};
use syn::visit::{self, Visit};
use syn::{Attribute, Expr, ExprCall, ExprLit, ExprMacro, ExprMethodCall, ItemFn, Lit, LitStr, Macro};

/// Brackets nested deeper than this are not read: `syn` reads with recursion.
const DEEPEST: usize = 500;
/// Signs and words between two separators beyond this are not read, for the same reason: `1+1+1…`.
const LONGEST: usize = 5_000;
/// The stack that a file within those limits never needs (bytes).
const STACK: usize = 256 << 20;

/// The facts of a Rust file.
pub fn extract(text: &str) -> Facts {
    let nothing = Span::new(0, 0);
    if is_tangled(text) {
        let message = "the source is nested deeper than 500 levels; it was not read";
        return Facts::of_problem(ProblemKind::Unreadable, message, nothing);
    }
    let result = std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK);
        thread.spawn_scoped(scope, || read(text)).ok()?.join().ok()
    });
    result.unwrap_or_else(|| {
        Facts::of_problem(
            ProblemKind::Unreadable,
            "the reader of Rust could not run",
            nothing,
        )
    })
}

fn read(text: &str) -> Facts {
    // `syn` counts from behind a byte order mark.
    let shift = if text.starts_with('\u{feff}') { 3 } else { 0 };
    match syn::parse_file(text) {
        Ok(file) => {
            let mut reader = Reader {
                facts: Facts::default(),
                place: None,
                shift,
            };
            reader.visit_file(&file);
            reader.facts.values.sort_by_key(|value| value.span);
            reader.facts
        }
        Err(error) => {
            let range = error.span().byte_range();
            let span = Span::new(range.start + shift, range.end + shift);
            Facts::of_problem(ProblemKind::Syntax, error.to_string(), span)
        }
    }
}

fn is_tangled(text: &str) -> bool {
    let mut depth = 0_usize;
    let mut length = 0_usize;
    let mut was_blank = false;
    for byte in text.bytes() {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        let is_blank = byte.is_ascii_whitespace();
        if matches!(byte, b';' | b',' | b'{' | b'}') {
            length = 0;
        } else if byte.is_ascii_punctuation() || (is_blank && !was_blank) {
            length += 1;
        }
        was_blank = is_blank;
        if depth > DEEPEST || length > LONGEST {
            return true;
        }
    }
    // `else if` chains are nested to the right.
    text.matches("else if").count() > LONGEST
}

/// What a literal is there for.
#[derive(Clone)]
struct Place {
    role: Role,
    name: Option<String>,
    call: Option<String>,
}

struct Reader {
    facts: Facts,
    place: Option<Place>,
    shift: usize,
}

impl Reader {
    fn within(
        &mut self,
        role: Role,
        name: Option<String>,
        call: Option<String>,
        walk: impl FnOnce(&mut Self),
    ) {
        let before = self.place.replace(Place { role, name, call });
        walk(self);
        self.place = before;
    }

    /// The bytes of a string literal, without its quotes.
    fn span(&self, literal: &LitStr) -> Span {
        let range = literal.span().byte_range();
        let written = literal.token().to_string();
        let open = written.find('"').map_or(0, |at| at + 1);
        let close = written.rfind('"').map_or(0, |at| written.len() - at);
        Span::new(
            range.start + open + self.shift,
            range.end.saturating_sub(close) + self.shift,
        )
    }

    fn literal(&mut self, literal: &LitStr) {
        let text = literal.value();
        if is_telling(&text) {
            let place = self.place.clone().unwrap_or(Place {
                role: Role::Plain,
                name: None,
                call: None,
            });
            self.facts.values.push(Value {
                text,
                span: self.span(literal),
                role: place.role,
                name: place.name,
                call: place.call,
                reach: Reach::Always,
            });
        }
    }

    fn reads(&mut self, name: &LitStr, default: Option<String>, has_default: bool) {
        self.facts.variables.push(Variable {
            name: name.value(),
            span: self.span(name),
            access: Access::Read { has_default, default },
        });
    }

    /// The string literals of a macro's arguments; nobody but the macro knows their syntax.
    fn tokens(&mut self, tokens: TokenStream) {
        for token in tokens {
            match token {
                TokenTree::Group(group) => self.tokens(group.stream()),
                TokenTree::Literal(literal) => {
                    if let Lit::Str(literal) = Lit::new(literal) {
                        self.literal(&literal);
                    }
                }
                TokenTree::Ident(_) | TokenTree::Punct(_) => {}
            }
        }
    }

    fn run_macro(&mut self, makro: &Macro) {
        let name = path_name(&makro.path);
        if matches!(name.as_str(), "env" | "option_env") {
            if let Some(TokenTree::Literal(first)) = makro.tokens.clone().into_iter().next()
                && let Lit::Str(literal) = Lit::new(first)
            {
                self.reads(&literal, None, name == "option_env");
            }
            return;
        }
        let role = match name.rsplit(':').next().unwrap_or("") {
            "println" | "print" | "eprintln" | "eprint" | "panic" | "info" | "warn" | "error" | "debug"
            | "trace" | "log" | "bail" | "anyhow" | "ensure" | "unreachable" | "todo" | "unimplemented"
            | "write" | "writeln" => Role::Prose,
            "assert" | "assert_eq" | "assert_ne" | "matches" | "debug_assert" => Role::Compared,
            "vec" => Role::Element,
            _ => Role::Argument,
        };
        // `format!` makes the text for what stands around it.
        if name == "format" && self.place.is_some() {
            self.tokens(makro.tokens.clone());
        } else {
            let tokens = makro.tokens.clone();
            self.within(role, None, Some(name), |reader| reader.tokens(tokens));
        }
    }

    fn module(&mut self, function: &ItemFn) {
        let is_module = |attribute: &&Attribute| {
            let last = attribute.path().segments.last();
            last.is_some_and(|segment| segment.ident == "pymodule")
        };
        if !function.attrs.iter().any(|attribute| is_module(&attribute)) {
            return;
        }
        let given = function.attrs.iter().find_map(given_name);
        let module = if let Some(literal) = given {
            NamedModule {
                name: literal.value(),
                span: self.span(&literal),
            }
        } else {
            let range = function.sig.ident.span().byte_range();
            NamedModule {
                name: function.sig.ident.to_string().trim_start_matches("r#").to_owned(),
                span: Span::new(range.start + self.shift, range.end + self.shift),
            }
        };
        self.facts.modules.push(module);
    }
}

/// The name in `#[pymodule(name = "x")]`, `#[pyo3(name = "x")]` or `#[pymodule] #[pyo3(name = "x")]`.
fn given_name(attribute: &Attribute) -> Option<LitStr> {
    let list = attribute.meta.require_list().ok()?;
    let is_meant = list
        .path
        .segments
        .last()
        .is_some_and(|segment| segment.ident == "pymodule" || segment.ident == "pyo3");
    if !is_meant || !matches!(list.delimiter, syn::MacroDelimiter::Paren(_)) {
        return None;
    }
    let mut has_name = false;
    for token in list.tokens.clone() {
        match token {
            TokenTree::Ident(ident) => has_name = ident == "name",
            TokenTree::Literal(literal) if has_name => {
                if let Lit::Str(literal) = Lit::new(literal) {
                    return Some(literal);
                }
            }
            TokenTree::Group(group) if group.delimiter() != Delimiter::None => has_name = false,
            _ => {}
        }
    }
    None
}

fn path_name(path: &syn::Path) -> String {
    let parts: Vec<String> = path
        .segments
        .iter()
        .map(|segment| segment.ident.to_string())
        .collect();
    parts.join("::")
}

/// The name in `env::var("X")`.
fn environment_name(expression: &Expr) -> Option<&LitStr> {
    let Expr::Call(call) = expression else { return None };
    let Expr::Path(path) = call.func.as_ref() else {
        return None;
    };
    let name = path_name(&path.path);
    matches!(
        name.as_str(),
        "env::var" | "std::env::var" | "env::var_os" | "std::env::var_os" | "dotenvy::var"
    )
    .then(|| call.args.first().and_then(string))
    .flatten()
}

fn string(expression: &Expr) -> Option<&LitStr> {
    match expression {
        Expr::Lit(ExprLit {
            lit: Lit::Str(literal),
            ..
        }) => Some(literal),
        // `"x".to_string()`, `"x".into()`
        Expr::MethodCall(call) if call.args.is_empty() => string(&call.receiver),
        Expr::Closure(closure) => string(&closure.body),
        _ => None,
    }
}

impl<'ast> Visit<'ast> for Reader {
    // Doc comments are attributes, and no attribute does anything with an address.
    fn visit_attribute(&mut self, _: &'ast Attribute) {}

    fn visit_lit_str(&mut self, literal: &'ast LitStr) {
        self.literal(literal);
    }

    fn visit_item_fn(&mut self, function: &'ast ItemFn) {
        self.module(function);
        visit::visit_item_fn(self, function);
    }

    fn visit_item_const(&mut self, item: &'ast syn::ItemConst) {
        let name = Some(item.ident.to_string());
        self.within(Role::Assigned, name, None, |reader| {
            reader.visit_expr(&item.expr);
        });
    }

    fn visit_item_static(&mut self, item: &'ast syn::ItemStatic) {
        let name = Some(item.ident.to_string());
        self.within(Role::Assigned, name, None, |reader| {
            reader.visit_expr(&item.expr);
        });
    }

    fn visit_local(&mut self, local: &'ast syn::Local) {
        let pattern = match &local.pat {
            syn::Pat::Type(typed) => typed.pat.as_ref(),
            pattern => pattern,
        };
        let name = match pattern {
            syn::Pat::Ident(ident) => Some(ident.ident.to_string()),
            _ => None,
        };
        self.within(Role::Assigned, name, None, |reader| {
            visit::visit_local(reader, local);
        });
    }

    fn visit_block(&mut self, block: &'ast syn::Block) {
        let before = self.place.take();
        visit::visit_block(self, block);
        self.place = before;
    }

    fn visit_field_value(&mut self, field: &'ast syn::FieldValue) {
        let name = match &field.member {
            syn::Member::Named(ident) => Some(ident.to_string()),
            syn::Member::Unnamed(_) => None,
        };
        self.within(Role::Assigned, name, None, |reader| {
            reader.visit_expr(&field.expr);
        });
    }

    fn visit_expr_array(&mut self, array: &'ast syn::ExprArray) {
        let name = self.place.as_ref().and_then(|place| place.name.clone());
        self.within(Role::Element, name, None, |reader| {
            visit::visit_expr_array(reader, array);
        });
    }

    fn visit_expr_binary(&mut self, binary: &'ast syn::ExprBinary) {
        if matches!(binary.op, syn::BinOp::Eq(_) | syn::BinOp::Ne(_)) {
            self.within(Role::Compared, None, None, |reader| {
                visit::visit_expr_binary(reader, binary);
            });
        } else {
            visit::visit_expr_binary(self, binary);
        }
    }

    fn visit_pat(&mut self, pattern: &'ast syn::Pat) {
        self.within(Role::Compared, None, None, |reader| {
            visit::visit_pat(reader, pattern);
        });
    }

    fn visit_expr_call(&mut self, call: &'ast ExprCall) {
        if let Expr::Path(path) = call.func.as_ref() {
            let name = path_name(&path.path);
            let whole = Expr::Call(call.clone());
            if let Some(variable) = environment_name(&whole) {
                self.reads(variable, None, false);
                return;
            }
            // `Some("x")` and `String::from("x")` only wrap the text.
            if matches!(
                name.as_str(),
                "Some" | "Ok" | "String::from" | "PathBuf::from" | "Box::new"
            ) && self.place.is_some()
            {
                visit::visit_expr_call(self, call);
                return;
            }
            self.within(Role::Argument, None, Some(name), |reader| {
                visit::visit_expr_call(reader, call);
            });
        } else {
            visit::visit_expr_call(self, call);
        }
    }

    fn visit_expr_method_call(&mut self, call: &'ast ExprMethodCall) {
        let method = call.method.to_string();
        if let Some(variable) = environment_name(&call.receiver) {
            let has_default = method.starts_with("unwrap_or")
                || matches!(method.as_str(), "ok" | "map_or" | "is_ok" | "is_err");
            let default = call.args.first().and_then(string);
            self.reads(variable, default.map(LitStr::value), has_default);
            let name = Some(variable.value());
            self.within(Role::Default, name, None, |reader| {
                for argument in &call.args {
                    reader.visit_expr(argument);
                }
            });
            return;
        }
        self.visit_expr(&call.receiver);
        let role = match method.as_str() {
            "starts_with" | "ends_with" | "contains" | "eq" => Role::Compared,
            "expect" | "context" => Role::Prose,
            _ => Role::Argument,
        };
        self.within(role, None, Some(method), |reader| {
            for argument in &call.args {
                reader.visit_expr(argument);
            }
        });
    }

    fn visit_expr_macro(&mut self, expression: &'ast ExprMacro) {
        self.run_macro(&expression.mac);
    }

    fn visit_macro(&mut self, makro: &'ast Macro) {
        self.run_macro(makro);
    }
}

#[cfg(test)]
mod tests;
