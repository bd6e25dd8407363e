//! Reads the project's own sources with `syn`: who uses what, how long things are, which lints are off.

use proc_macro2::{TokenStream, TokenTree};
use std::fs;
use std::path::Path;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};

/// What the test wants to know of one source file.
#[derive(Debug, Default)]
pub(crate) struct Source {
    /// Its path below `src`.
    pub(crate) path: String,
    /// The module that it is: `formats`, `python`.
    pub(crate) module: Vec<String>,
    /// How many lines it has.
    pub(crate) lines: usize,
    /// Whether it begins with `//!`.
    pub(crate) begins_with_doc: bool,
    /// What it names of other modules and crates, tests left out.
    pub(crate) uses: Vec<Use>,
    /// Name, first line and number of lines of each function.
    pub(crate) functions: Vec<(String, usize, usize)>,
    /// Lines of `#[allow(…)]` and `#[expect(…)]` without a reason.
    pub(crate) unreasoned_exceptions: Vec<usize>,
}

/// One name that a file uses.
#[derive(Debug)]
pub(crate) struct Use {
    /// The path from the crate's root, or from the name of another crate.
    pub(crate) path: Vec<String>,
    /// Whether the path starts at this crate's root.
    pub(crate) is_ours: bool,
    /// Where it is used.
    pub(crate) line: usize,
}

/// Every source below a folder.
pub(crate) fn sources(root: &Path) -> Vec<Source> {
    let mut found = Vec::new();
    for entry in walkdir::WalkDir::new(root).sort_by_file_name() {
        let entry = entry.expect("the sources can be walked");
        if entry
            .path()
            .extension()
            .is_some_and(|extension| extension == "rs")
        {
            let text = fs::read_to_string(entry.path()).expect("a source can be read");
            let path = entry.path().strip_prefix(root).expect("it lies below the root");
            found.push(read(&path.to_string_lossy().replace('\\', "/"), &text));
        }
    }
    found
}

/// Reads one source.
pub(crate) fn read(path: &str, text: &str) -> Source {
    let file = syn::parse_file(text).unwrap_or_else(|error| panic!("{path}: {error}"));
    let module: Vec<String> = path
        .trim_end_matches(".rs")
        .split('/')
        .filter(|part| *part != "mod")
        .map(str::to_owned)
        .collect();
    let mut reader = Reader {
        lines: text.lines().collect(),
        inner_modules: 0,
        source: Source {
            path: path.to_owned(),
            module,
            lines: text.lines().count(),
            begins_with_doc: text.starts_with("//!"),
            ..Source::default()
        },
    };
    reader.visit_file(&file);
    let mut source = reader.source;
    if source.module.last().is_some_and(|name| name == "tests") {
        // Unit tests in a file of their own: as those beside the code, only their sizes count.
        source.uses.clear();
        source.begins_with_doc = true;
    }
    source
}

struct Reader<'a> {
    lines: Vec<&'a str>,
    inner_modules: usize,
    source: Source,
}

impl Reader<'_> {
    fn add(&mut self, path: Vec<String>, line: usize) {
        let mut module = self.source.module.clone();
        let is_root = matches!(&module[..], [only] if only == "lib" || only == "main");
        module.truncate(if is_root { 0 } else { module.len() });
        let supers = path.iter().take_while(|part| *part == "super").count();
        let first = path.first().map_or("", String::as_str);
        let (path, is_ours) = match first {
            "crate" => (path[1..].to_vec(), true),
            "super" if supers > self.inner_modules => {
                module.truncate((module.len() + self.inner_modules).saturating_sub(supers));
                (
                    module.into_iter().chain(path[supers..].iter().cloned()).collect(),
                    true,
                )
            }
            "" | "super" | "self" | "Self" => return,
            _ => (path, false),
        };
        if !path.is_empty() {
            self.source.uses.push(Use { path, is_ours, line });
        }
    }

    fn add_tree(&mut self, before: &[String], tree: &syn::UseTree) {
        let line = tree.span().start().line;
        let with = |name: &syn::Ident| [before, &[name.to_string()]].concat();
        match tree {
            syn::UseTree::Path(path) => self.add_tree(&with(&path.ident), &path.tree),
            syn::UseTree::Name(name) if name.ident == "self" => self.add(before.to_vec(), line),
            syn::UseTree::Name(name) => self.add(with(&name.ident), line),
            syn::UseTree::Rename(name) => self.add(with(&name.ident), line),
            syn::UseTree::Glob(_) => self.add(before.to_vec(), line),
            syn::UseTree::Group(group) => group.items.iter().for_each(|tree| self.add_tree(before, tree)),
        }
    }

    /// Paths in the arguments of macros and attributes, which `syn` leaves as tokens.
    fn add_tokens(&mut self, tokens: TokenStream) {
        let mut path: Vec<String> = Vec::new();
        let mut line = 0;
        let mut colons = 0;
        for token in tokens {
            match token {
                TokenTree::Punct(punct) if punct.as_char() == ':' => colons += 1,
                TokenTree::Ident(name) if colons == 2 && !path.is_empty() => {
                    path.push(name.to_string());
                    colons = 0;
                }
                token => {
                    self.add_path_of_tokens(std::mem::take(&mut path), line);
                    colons = 0;
                    line = token.span().start().line;
                    match token {
                        TokenTree::Ident(name) => path.push(name.to_string()),
                        TokenTree::Group(group) => self.add_tokens(group.stream()),
                        _ => {}
                    }
                }
            }
        }
        self.add_path_of_tokens(path, line);
    }

    fn add_path_of_tokens(&mut self, path: Vec<String>, line: usize) {
        if path.len() > 1 {
            self.add(path, line);
        }
    }

    fn add_function(&mut self, signature: &syn::Signature, end: proc_macro2::Span) {
        let start = signature.span().start().line;
        let lines = end.end().line + 1 - start;
        self.source
            .functions
            .push((signature.ident.to_string(), start, lines));
    }
}

impl<'ast> Visit<'ast> for Reader<'_> {
    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        let is_test = item.attrs.iter().any(|attribute| {
            let arguments = attribute.meta.require_list().map(|list| list.tokens.to_string());
            attribute.path().is_ident("cfg") && arguments.is_ok_and(|arguments| arguments == "test")
        });
        if is_test {
            // Tests may build what they need out of anything; only their sizes count.
            let uses = self.source.uses.len();
            visit::visit_item_mod(self, item);
            self.source.uses.truncate(uses);
        } else {
            self.inner_modules += 1;
            visit::visit_item_mod(self, item);
            self.inner_modules -= 1;
        }
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        self.add_tree(&[], &item.tree);
        visit::visit_item_use(self, item);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let parts: Vec<String> = path.segments.iter().map(|part| part.ident.to_string()).collect();
        if parts.len() > 1 {
            self.add(parts, path.span().start().line);
        }
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, item: &'ast syn::Macro) {
        self.add_tokens(item.tokens.clone());
        visit::visit_macro(self, item);
    }

    fn visit_attribute(&mut self, attribute: &'ast syn::Attribute) {
        let line = attribute.span().start().line;
        if let syn::Meta::List(list) = &attribute.meta {
            self.add_tokens(list.tokens.clone());
            let is_exception = ["allow", "expect"].iter().any(|name| list.path.is_ident(name));
            let text = |line: usize| self.lines.get(line.wrapping_sub(1)).copied().unwrap_or("");
            let has_reason = list.tokens.to_string().contains("reason =")
                || text(line).contains("//")
                || text(line.wrapping_sub(1)).trim_start().starts_with("// ");
            if is_exception && !has_reason {
                self.source.unreasoned_exceptions.push(line);
            }
        }
        visit::visit_attribute(self, attribute);
    }

    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.add_function(&item.sig, item.block.span());
        visit::visit_item_fn(self, item);
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        self.add_function(&item.sig, item.block.span());
        visit::visit_impl_item_fn(self, item);
    }

    fn visit_trait_item_fn(&mut self, item: &'ast syn::TraitItemFn) {
        if let Some(block) = &item.default {
            self.add_function(&item.sig, block.span());
        }
        visit::visit_trait_item_fn(self, item);
    }
}
