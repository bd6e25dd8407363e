//! The statements of one random module.

use super::dice::Dice;
use super::layout::{Layout, Place, STANDARD};
use std::fmt::Write as _;

const NAMES: [&str; 3] = ["ONE", "TWO", "_three"];
const FUNCTIONS: [&str; 3] = ["work", "load", "make"];
/// A condition that holds, and one that does not.
const CONDITIONS: [(&str, &str); 5] = [
    ("sys.platform != \"win32\"", "sys.platform == \"win32\""),
    ("sys.version_info >= (3, 6)", "sys.version_info < (3, 6)"),
    ("os.name == \"posix\"", "os.name == \"nt\""),
    ("not TYPE_CHECKING", "TYPE_CHECKING"),
    ("True", "False"),
];

/// What a module imports when its text has this word.
const HEADS: [(&str, &str); 6] = [
    ("importlib", "import importlib, importlib.util\n"),
    ("os.", "import os\n"),
    ("sys.", "import sys\n"),
    ("suppress(", "from contextlib import suppress\n"),
    ("Path(", "from pathlib import Path\n"),
    ("TYPE_CHECKING", "from typing import TYPE_CHECKING\n"),
];

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
            0..=30 => self.import(Scope::Module),
            31..=38 => self.binding(),
            48..=57 => self.function(),
            58..=63 => self.call(),
            64..=66 => self.class(),
            39..=47 | 67..=75 => self.attempt(),
            76..=77 => self.suppressed(),
            78..=82 => self.condition(),
            83..=88 => self.path_edit(),
            89..=91 => self.flag(),
            92..=93 => self.asked(),
            94 => self.main_guard(),
            95..=97 => self.attribute(),
            98 => self.listed(),
            _ => self.rare(),
        }
    }

    /// A module by its full name: one of the tree, one of Python, or none.
    fn target(&mut self) -> String {
        match self.dice.below(40) {
            0 => "absent".to_owned(),
            1 => format!("{}.gone", self.own()),
            2..=4 => self.dice.pick(&STANDARD).0.to_owned(),
            _ => self.dice.pick(&self.layout.names).clone(),
        }
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

    fn import(&mut self, scope: Scope) {
        let line = match self.dice.below(12) {
            4 => format!("import {} as other", self.target()),
            5..=7 => format!("from {} import {}", self.own(), self.wanted()),
            8..=9 if !self.place.package.is_empty() || self.dice.chance(5) => self.relative(),
            10 => {
                let (module, name) = *self.dice.pick(&STANDARD);
                format!("from {module} import {name}")
            }
            11 if scope == Scope::Module => format!("from {} import *", self.own()),
            _ => format!("import {}", self.target()),
        };
        self.line(&line);
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
        self.indent += 1;
        if self.dice.chance(8) {
            self.line("return");
        }
        for _ in 0..self.dice.between(1, 2) {
            self.import(Scope::Function);
        }
        self.indent -= 1;
        if self.indent == 0 {
            self.functions.push(name);
        }
    }

    fn call(&mut self) {
        if self.functions.is_empty() {
            return self.imported_call();
        }
        let name = *self.dice.pick(&self.functions);
        if self.dice.chance(20) {
            self.line(&format!("@{name}"));
            self.line("def decorated():");
            self.line("    import absent");
        } else {
            self.line(&format!("{name}()"));
        }
    }

    fn imported_call(&mut self) {
        let name = *self.dice.pick(&FUNCTIONS);
        let known = self.own();
        self.line(&format!("from {known} import {name}"));
        self.line(&format!("{name}()"));
    }

    fn class(&mut self) {
        self.line("class Thing:");
        self.indent += 1;
        self.binding();
        self.import(Scope::Class);
        self.indent -= 1;
    }

    /// A block at module level.
    fn block(&mut self) {
        self.indent += 1;
        if self.indent < 3 && self.dice.chance(25) {
            self.statement();
        }
        self.import(Scope::Module);
        if self.dice.chance(30) {
            self.binding();
        }
        self.indent -= 1;
    }

    fn attempt(&mut self) {
        self.line("try:");
        self.block();
        let kind = *self.dice.pick(&[
            "ImportError",
            "ImportError",
            "ModuleNotFoundError",
            "Exception",
            "(ValueError, ImportError)",
            "KeyError",
        ]);
        self.line(&format!("except {kind}:"));
        match self.dice.below(10) {
            0..=4 => self.line("    pass"),
            5 => self.line("    raise"),
            _ => self.block(),
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

    fn suppressed(&mut self) {
        let kind = *self
            .dice
            .pick(&["ImportError", "ModuleNotFoundError", "KeyError", "Exception"]);
        self.line(&format!("with suppress({kind}):"));
        self.block();
    }

    fn condition(&mut self) {
        let (holds, fails) = *self.dice.pick(&CONDITIONS);
        let is_first = self.dice.chance(50);
        self.line(&format!("if {}:", if is_first { holds } else { fails }));
        self.block();
        if self.dice.chance(50) {
            self.line("else:");
            self.block();
        }
    }

    fn path_edit(&mut self) {
        let root = self.dice.pick(&self.layout.roots).clone();
        let height = self.place.path.matches('/').count();
        let above = self.dice.below(height + 1);
        let folder =
            "os.path.dirname(".repeat(above + 1) + "os.path.abspath(__file__)" + &")".repeat(above + 1);
        let value = match self.dice.below(4) {
            0 => format!("str(Path(__file__).resolve().parents[{height}] / \"{root}\")"),
            1 => format!("str(Path(__file__).resolve().parents[{above}])"),
            2 => format!("os.path.join({folder}, \"{root}\")"),
            _ => folder,
        };
        let edit = if self.dice.chance(50) {
            "append("
        } else {
            "insert(0, "
        };
        self.line(&format!("sys.path.{edit}{value})"));
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
        let top = target.split('.').next().unwrap_or_default();
        let test = *self.dice.pick(&["", " is not None", " is None"]);
        self.line(&format!("if importlib.util.find_spec(\"{top}\"){test}:"));
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
    }

    fn rare(&mut self) {
        let target = self.target();
        match self.dice.below(3) {
            0 => self.line(&format!("importlib.import_module(\"{target}\")")),
            1 => {
                let name = *self.dice.pick(&NAMES);
                self.line(&format!("{name} = 1"));
                self.line(&format!("del {name}"));
            }
            _ => {
                self.line("def __getattr__(name):");
                self.line("    if name.startswith(\"__\"):");
                self.line("        raise AttributeError(name)");
                self.line("    return print");
            }
        }
    }
}
