//! The statements of one random module.

use super::dice::Dice;
use super::layout::{Layout, Place, STANDARD};
use super::phrases::{ANSWERS_ALL, CLAUSES, CONDITIONS, EDITS, ENDS, FUNCTIONS, HEADS, NAMES, own_folder};
use std::fmt::Write as _;

/// Where a statement stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Scope {
    Module,
    Class,
    Function,
}

/// Writes one module.
pub(super) struct Writer<'a> {
    dice: &'a mut Dice,
    layout: &'a Layout,
    place: &'a Place,
    text: String,
    indent: usize,
    scope: Scope,
    /// Functions that are bound whenever a later line of the module runs.
    functions: Vec<&'static str>,
    flags: usize,
}

/// The text of a module.
pub(super) fn module(dice: &mut Dice, layout: &Layout, place: &Place) -> String {
    let mut writer = Writer {
        dice,
        layout,
        place,
        text: String::new(),
        indent: 0,
        scope: Scope::Module,
        functions: Vec::new(),
        flags: 0,
    };
    if writer.dice.chance(1) && place.path != layout.entry.path {
        writer.line("def broken(:");
    }
    // Where every other name is missing, no program comes far.
    if writer.dice.chance(60) {
        writer.line("ONE = TWO = _three = 1");
    }
    if writer.dice.chance(40) {
        writer.function();
    }
    for _ in 0..writer.dice.between(1, 5) {
        if writer.dice.chance(35) {
            writer.binding();
        }
        writer.statement();
    }
    let heads: String = HEADS
        .iter()
        .filter(|(word, _)| writer.text.contains(word))
        .map(|(_, head)| *head)
        .collect();
    heads + &writer.text
}

impl Writer<'_> {
    fn line(&mut self, text: &str) {
        let _ = writeln!(self.text, "{}{text}", "    ".repeat(self.indent));
    }

    fn statement(&mut self) {
        match self.dice.below(100) {
            0..=26 => self.import(),
            27..=33 => self.binding(),
            34..=40 => self.attribute(),
            41..=48 => self.function(),
            49..=55 => self.call(),
            56..=58 => self.class(),
            59..=72 => self.attempt(),
            73..=74 => self.suppressed(),
            75..=80 => self.condition(),
            81..=87 => self.path_edit(),
            88..=90 => self.flag(),
            91..=92 => self.asked(),
            93 => self.main_guard(),
            94..=95 => self.listed(),
            96 => self.end(),
            _ => self.rare(),
        }
    }

    /// A module by its full name: one of the tree, one of Python, or none.
    fn target(&mut self) -> String {
        match self.dice.below(40) {
            0 => "absent".to_owned(),
            1 => format!("{}.gone", self.own()),
            5 => self.miswritten(),
            2..=4 => self.dice.pick(&STANDARD).0.to_owned(),
            _ => self.dice.pick(&self.layout.names).clone(),
        }
    }

    /// A module of the tree with a letter of the wrong size.
    fn miswritten(&mut self) -> String {
        let name = self.dice.pick(&self.layout.names).clone();
        let (before, last) = name
            .rsplit_once('.')
            .map_or(("", name.as_str()), |(before, last)| (before, last));
        let (first, rest) = last.split_at(1);
        let joint = if before.is_empty() { "" } else { "." };
        format!("{before}{joint}{}{rest}", first.to_uppercase())
    }

    /// A module of the tree, of which everything is known.
    fn own(&mut self) -> String {
        for _ in 0..20 {
            let name = self.dice.pick(&self.layout.names);
            if !self.layout.foreign.contains(&name.as_str()) {
                return name.clone();
            }
        }
        "alpha".to_owned()
    }

    /// A name that a module may have.
    fn wanted(&mut self) -> String {
        match self.dice.below(20) {
            0..=11 => (*self.dice.pick(&NAMES)).to_owned(),
            12..=15 => (*self.dice.pick(&FUNCTIONS)).to_owned(),
            16..=18 => {
                let name = self.dice.pick(&self.layout.names);
                name.rsplit('.').next().unwrap_or_default().to_owned()
            }
            _ => "gone".to_owned(),
        }
    }

    fn import(&mut self) {
        let line = match self.dice.below(14) {
            3 => format!("import {}, {}", self.target(), self.target()),
            4 => format!("import {} as other", self.target()),
            5..=6 => format!("from {} import {}", self.own(), self.wanted()),
            7 => format!("from {} import {}, {}", self.own(), self.wanted(), self.wanted()),
            8 => format!("from {} import {} as ONE", self.own(), self.wanted()),
            9..=10 if !self.place.package.is_empty() || self.dice.chance(5) => self.relative(),
            11 => {
                let (module, name) = *self.dice.pick(&STANDARD);
                format!("from {module} import {name}")
            }
            12 if self.scope == Scope::Module => format!("from {} import *", self.own()),
            13 if self.scope == Scope::Module && !self.place.package.is_empty() => self.relative_star(),
            _ => format!("import {}", self.target()),
        };
        self.line(&line);
    }

    fn relative_star(&mut self) -> String {
        let line = self.relative();
        let (start, _) = line.split_once(" import ").expect("an import");
        format!("{start} import *")
    }

    fn relative(&mut self) -> String {
        let deepest = self.place.package.len().max(1);
        let mut level = self.dice.between(1, deepest);
        if self.dice.chance(5) {
            level = deepest + 1;
        }
        let dots = ".".repeat(level);
        if self.dice.chance(50) {
            return format!("from {dots} import {}", self.wanted());
        }
        let name = self.dice.pick(&self.layout.names).clone();
        let parts: Vec<&str> = name.split('.').collect();
        // The part below the package that the dots mean, where the name lies there.
        let above = self.place.package.len().saturating_sub(level - 1);
        let below = parts
            .get(above..)
            .filter(|rest| !rest.is_empty())
            .unwrap_or(&parts[..1]);
        format!("from {dots}{} import {}", below.join("."), self.wanted())
    }

    fn binding(&mut self) {
        let name = *self.dice.pick(&NAMES);
        self.line(&format!("{name} = 1"));
    }

    fn function(&mut self) {
        let name = *self.dice.pick(&FUNCTIONS);
        let default = match self.functions.last() {
            Some(known) if self.dice.chance(15) => format!("value={known}(), "),
            _ => String::new(),
        };
        self.line(&format!("def {name}({default}*rest):"));
        let outer = std::mem::replace(&mut self.scope, Scope::Function);
        self.indent += 1;
        if self.dice.chance(8) {
            self.line("return");
        }
        for _ in 0..self.dice.between(1, 2) {
            match self.dice.below(10) {
                0 if self.indent == 1 => self.attempt(),
                1 if self.indent == 1 => self.condition(),
                2 => self.attribute(),
                _ => self.import(),
            }
        }
        self.indent -= 1;
        self.scope = outer;
        if self.indent == 0 {
            self.functions.push(name);
        }
    }

    fn call(&mut self) {
        if self.functions.is_empty() || self.dice.chance(30) {
            return self.imported_call();
        }
        let name = *self.dice.pick(&self.functions);
        match self.dice.below(10) {
            0..=1 => self.decorated(name),
            2 => self.line(&format!("value = [{name}(), 1]")),
            3 => self.line(&format!("assert {name}() is None")),
            _ => self.line(&format!("{name}()")),
        }
    }

    fn decorated(&mut self, by: &str) {
        self.line(&format!("@{by}"));
        self.line("def decorated():");
        self.line("    import absent");
    }

    fn imported_call(&mut self) {
        let name = *self.dice.pick(&FUNCTIONS);
        let known = self.own();
        match self.dice.below(4) {
            0 => {
                self.line(&format!("import {known}"));
                self.line(&format!("{known}.{name}()"));
            }
            1 => {
                self.line(&format!("from {known} import {name} as job"));
                self.line("job()");
            }
            2 => {
                self.line(&format!("from {known} import {name}"));
                self.decorated(name);
            }
            _ => {
                self.line(&format!("from {known} import {name}"));
                self.line(&format!("{name}()"));
            }
        }
    }

    fn class(&mut self) {
        self.line("class Thing:");
        let outer = std::mem::replace(&mut self.scope, Scope::Class);
        self.indent += 1;
        self.binding();
        self.import();
        match self.functions.last() {
            Some(known) if self.dice.chance(25) => self.line(&format!("value = {known}()")),
            _ if self.dice.chance(25) => self.function(),
            _ => {}
        }
        self.indent -= 1;
        self.scope = outer;
    }

    /// The body of a statement.
    fn block(&mut self) {
        self.indent += 1;
        if self.indent < 3 && self.scope == Scope::Module && self.dice.chance(25) {
            self.statement();
        }
        self.import();
        if self.dice.chance(30) {
            self.binding();
        }
        self.indent -= 1;
    }

    fn attempt(&mut self) {
        self.line("try:");
        self.block();
        let count = self.dice.below(10);
        for number in 0..=usize::from(count == 0) {
            let mut clause = *self.dice.pick(&CLAUSES);
            if clause == "except:" && number == 0 && count == 0 {
                clause = "except ValueError:";
            }
            self.line(clause);
            self.handler();
        }
        if self.dice.chance(15) {
            self.line("else:");
            self.block();
        }
        if self.dice.chance(10) {
            self.line("finally:");
            self.block();
        }
    }

    fn handler(&mut self) {
        match self.dice.below(14) {
            0..=5 => self.line("    pass"),
            6 => self.line("    raise"),
            7 => self.line("    raise RuntimeError"),
            8 => {
                let name = *self.dice.pick(&NAMES);
                self.line(&format!("    {name} = None"));
            }
            _ => self.block(),
        }
    }

    fn suppressed(&mut self) {
        let kind = *self.dice.pick(&[
            "ImportError",
            "ModuleNotFoundError",
            "KeyError",
            "Exception",
            "KeyError, ImportError",
        ]);
        let from = if self.dice.chance(50) { "contextlib." } else { "" };
        self.line(&format!("with {from}suppress({kind}):"));
        self.block();
    }

    /// A condition, and whether it holds.
    fn test(&mut self) -> (String, bool) {
        let (holds, fails) = *self.dice.pick(&CONDITIONS);
        let first = self.dice.chance(50);
        let one = if first { holds } else { fails };
        let (yes, no) = *self.dice.pick(&CONDITIONS);
        let second = self.dice.chance(50);
        let other = if second { yes } else { no };
        match self.dice.below(10) {
            0 => (format!("{one} and {other}"), first && second),
            1 => (format!("{one} or {other}"), first || second),
            2 => (format!("not ({one})"), !first),
            _ => (one.to_owned(), first),
        }
    }

    fn condition(&mut self) {
        let (test, _) = self.test();
        self.line(&format!("if {test}:"));
        self.block();
        if self.dice.chance(15) {
            let (test, _) = self.test();
            self.line(&format!("elif {test}:"));
            self.block();
        }
        if self.dice.chance(50) {
            self.line("else:");
            self.block();
        }
    }

    /// Mostly where it does not come to it: little is left of such a program. An exit in a handler hides its reason.
    fn end(&mut self) {
        let mut end = *self.dice.pick(&ENDS);
        if self.indent > 0 && end.to_lowercase().contains("exit") {
            end = "raise RuntimeError";
        }
        let (test, holds) = self.test();
        if holds && self.dice.chance(50) {
            return self.import();
        }
        self.line(&format!("if {test}:"));
        self.line(&format!("    {end}"));
    }

    fn folder(&mut self) -> String {
        let root = self.dice.pick(&self.layout.roots).clone();
        let height = self.place.path.matches('/').count();
        let above = self.dice.below(height + 1);
        let form = self.dice.below(6);
        match self.dice.below(8) {
            0..=1 => format!("str(Path(__file__).resolve().parents[{height}] / \"{root}\")"),
            2..=3 => format!("os.path.join({}, \"{root}\")", own_folder(form, height)),
            4 if !root.is_empty() => format!("\"{root}\""),
            5 => "os.getcwd()".to_owned(),
            _ => own_folder(form, above),
        }
    }

    fn path_edit(&mut self) {
        let folder = self.folder();
        let edit = *self.dice.pick(&EDITS);
        match self.dice.below(8) {
            0..=1 => {
                self.line(&format!("ROOT = {folder}"));
                self.line(&edit.replace("FOLDER", "ROOT"));
            }
            2 => {
                self.line(&format!("ROOT = {folder}"));
                self.line("if ROOT not in sys.path:");
                self.line(&format!("    {}", edit.replace("FOLDER", "ROOT")));
            }
            _ => self.line(&edit.replace("FOLDER", &folder)),
        }
    }

    fn flag(&mut self) {
        self.flags += 1;
        let flag = format!("HAS_{}", self.flags);
        let target = self.target();
        for line in [
            "try:",
            &format!("    import {target}"),
            &format!("    {flag} = True"),
            "except ImportError:",
            &format!("    {flag} = False"),
        ] {
            self.line(line);
        }
        let not = if self.dice.chance(50) { "not " } else { "" };
        self.line(&format!("if {not}{flag}:"));
        self.block();
    }

    fn asked(&mut self) {
        let target = self.target();
        let whole = self.dice.chance(30);
        let asked = if whole {
            target.as_str()
        } else {
            target.split('.').next().unwrap_or_default()
        };
        let test = *self.dice.pick(&["", " is not None", " is None"]);
        self.line(&format!("if importlib.util.find_spec(\"{asked}\"){test}:"));
        self.block();
    }

    fn main_guard(&mut self) {
        self.line("if __name__ == \"__main__\":");
        self.block();
    }

    fn attribute(&mut self) {
        let (known, wanted) = (self.own(), self.wanted());
        self.line(&format!("import {known}"));
        self.line(&format!("print({known}.{wanted})"));
    }

    fn listed(&mut self) {
        let (first, second) = (self.wanted(), self.wanted());
        self.line(&format!("__all__ = [\"{first}\", \"{second}\"]"));
        match self.dice.below(6) {
            0 => {
                let third = self.wanted();
                self.line(&format!("__all__ += [\"{third}\"]"));
            }
            1 => {
                let third = self.wanted();
                self.line(&format!("__all__.append(\"{third}\")"));
            }
            _ => {}
        }
    }

    fn rare(&mut self) {
        let target = self.target();
        match self.dice.below(9) {
            7 => {
                let (own, name) = (self.own(), *self.dice.pick(&NAMES));
                self.line(&format!("import {own}"));
                self.line(&format!("{own}.{name} = 1"));
            }
            8 => {
                let (folder, edit) = (self.folder(), *self.dice.pick(&EDITS));
                self.line("def root():");
                self.line(&format!("    return {folder}"));
                self.line(&edit.replace("FOLDER", "root()"));
            }
            0 => self.line(&format!("importlib.import_module(\"{target}\")")),
            1 => {
                self.binding();
                self.line("ONE = 1");
                self.line("del ONE");
            }
            2 => self.line(&format!("__import__(\"{target}\")")),
            3 => {
                self.line("for ONE in (1, 2):");
                self.line(&format!("    import {target}"));
            }
            4 => {
                let (own, wanted) = (self.own(), self.wanted());
                self.line(&format!("other = importlib.import_module(\"{own}\")"));
                self.line(&format!("print(other.{wanted})"));
            }
            _ => ANSWERS_ALL.iter().for_each(|line| self.line(line)),
        }
    }
}
