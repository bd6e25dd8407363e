//! Python: what a module imports, in the order in which it happens, and the literals that matter.
//!
//! The parser is ruff's, so a file that is refused here is refused by CPython with the same words.

mod apart;
mod asynchronous;
mod binding;
mod calls;
mod commands;
mod connections;
mod edits;
mod effects;
mod environment;
mod files;
mod flow;
mod guards;
mod importing;
mod leaving;
mod locals;
mod names;
mod nesting;
mod newer;
mod paths;
mod ports;
mod reaching;
mod servers;
mod setup;
mod trying;
mod unroll;
mod values;

use crate::facts::python::binds;
use crate::facts::{Facts, Problem, ProblemKind};
use crate::source::Span;
use memchr::memmem;
use ruff_python_ast::{Mod, Stmt};
use ruff_python_parser::{Mode, ParseOptions, parse_unchecked};
use ruff_text_size::{Ranged, TextRange};

/// The facts of a Python module.
pub fn extract(text: &str) -> Facts {
    read(text, &|_, _| {})
}

/// The facts of a `setup.py`, which also says what its project needs and brings.
pub fn extract_setup(text: &str) -> Facts {
    read(text, &setup::read)
}

fn read(text: &str, more: &dyn Fn(&[Stmt], &mut Facts)) -> Facts {
    if let Some(problem) = nesting::refuse(text) {
        return Facts {
            problems: vec![problem],
            ..Facts::default()
        };
    }
    let options = ParseOptions::from(Mode::Module).with_target_version(newer::OLDEST);
    let parsed = parse_unchecked(text, options);
    let mut facts = Facts::default();
    if let Some(error) = parsed.errors().first() {
        let range = error.location;
        let message = if is_python_2(text, span_of(range)) {
            crate::facts::PYTHON_2.to_owned()
        } else {
            error.error.to_string()
        };
        facts.problems.push(Problem {
            kind: ProblemKind::Syntax,
            message,
            span: span_of(range),
        });
    } else {
        facts.newer_syntax = newer::syntax(parsed.unsupported_syntax_errors(), parsed.tokens());
    }
    if let Mod::Module(module) = parsed.syntax() {
        if facts.problems.is_empty() {
            if memmem::find(text.as_bytes(), b"async").is_some() {
                facts.newer_syntax.extend(newer::nested_async(&module.body));
            }
            facts.newer_syntax.sort_by_key(|syntax| syntax.span);
        }
        let names = flow::read(text, &module.body, &mut facts);
        let steps = facts.python.as_ref().map_or(&[][..], |python| &python.body);
        let is_given = |name: &str| names.is_imported(name) || binds(steps, name);
        let errors = parsed.unsupported_syntax_errors();
        newer::tell_python_2(text, errors, &is_given, &mut facts.newer_syntax);
        servers::read(&module.body, &names, &mut facts);
        apart::read(&module.body, &names, &mut facts);
        more(&module.body, &mut facts);
    }
    facts.values.shrink_to_fit();
    facts
}

/// A range of ruff's as a span.
fn span_of(range: TextRange) -> Span {
    Span::new(range.start().to_usize(), range.end().to_usize())
}

/// The span of a node.
fn span(node: &impl Ranged) -> Span {
    span_of(node.range())
}

/// Whether the line of a mistake is a statement of Python 2: `print x`, `except A, e:`, `raise A, "x"`.
fn is_python_2(text: &str, at: Span) -> bool {
    let at = at.start as usize;
    let before = text.get(..at).unwrap_or_default();
    let start = before.rfind('\n').map_or(0, |end| end + 1);
    let line = text.get(start..).unwrap_or_default().lines().next();
    let line = line.unwrap_or_default().trim();
    let has_comma = |rest: &str| !rest.starts_with('(') && rest.contains(',');
    let is_value =
        |rest: &str| rest.starts_with(|first: char| first.is_alphanumeric() || "\"'_%>[{".contains(first));
    line.strip_prefix("print ").is_some_and(is_value)
        || line.strip_prefix("exec ").is_some_and(is_value)
        || line.strip_prefix("except ").is_some_and(has_comma)
        || line.strip_prefix("raise ").is_some_and(has_comma)
}

/// Whether the look at the bytes lets nothing pass that the look at the tokens refuses.
#[cfg(test)]
pub(super) fn nesting_agrees(text: &str) -> bool {
    nesting::agrees(text)
}

/// Whether what holds no `async` has no asynchronous comprehension.
#[cfg(test)]
pub(super) fn comprehensions_agree(text: &str) -> bool {
    let options = ParseOptions::from(Mode::Module).with_target_version(newer::OLDEST);
    let parsed = parse_unchecked(text, options);
    let Mod::Module(module) = parsed.syntax() else {
        return true;
    };
    text.contains("async") || newer::nested_async(&module.body).is_none()
}

/// Whether a module that names nothing that runs a command runs none.
#[cfg(test)]
pub(super) fn commands_agree(text: &str) -> bool {
    commands::Lines::of(text).are_asked() || extract(text).commands.is_empty()
}

#[cfg(test)]
mod tests {
    use super::extract;
    use crate::facts::python::{Guard, PathExpr, Step};
    use crate::facts::{PortRole, ProblemKind, Reach, Role};

    fn values(text: &str) -> Vec<(String, Role, Option<String>, Reach)> {
        let facts = extract(text);
        facts
            .values
            .into_iter()
            .map(|value| (value.text, value.role, value.name, value.reach))
            .collect()
    }

    fn roles(text: &str) -> Vec<Role> {
        extract(text).values.iter().map(|value| value.role).collect()
    }

    #[test]
    fn a_literal_knows_what_it_is_for() {
        assert_eq!(roles("HOST = '10.0.0.5'"), [Role::Assigned]);
        assert_eq!(
            roles("import os\nh = os.getenv('HOST', '10.0.0.5')"),
            [Role::Default]
        );
        assert_eq!(
            roles("import os\nh = os.environ.get('HOST') or '10.0.0.5'"),
            [Role::Default]
        );
        assert_eq!(roles("def f(host='10.0.0.5'): pass"), [Role::Default]);
        assert_eq!(roles("print('see http://x')"), [Role::Prose]);
        assert_eq!(roles("logger.info(f'see http://{x}')"), [Role::Prose]);
        assert_eq!(roles("raise ValueError('/no/such')"), [Role::Prose]);
        assert_eq!(roles("if host == '10.0.0.5': pass"), [Role::Compared]);
        assert_eq!(roles("x = path.startswith('/Users/')"), [Role::Pattern]);
        assert_eq!(roles("'''See /Users/me'''\n"), [Role::Docstring]);
        assert_eq!(
            roles("import subprocess as sp\nsp.run(['/opt/x', 'y'])"),
            [Role::Command]
        );
        assert_eq!(roles("ORIGINS = ['http://x']"), [Role::Element]);
        assert_eq!(roles("connect(host='10.0.0.5')"), [Role::Argument]);
        assert_eq!(
            roles("parser.add_argument('--host', default='10.0.0.5', help='a/b')"),
            [Role::Default, Role::Prose]
        );
    }

    #[test]
    fn names_are_joined_along_a_mapping() {
        let found = values("DB = {'main': {'host': '10.0.0.5'}}");
        assert_eq!(found[0].2.as_deref(), Some("DB.main.host"));
    }

    #[test]
    fn guards_say_whether_linux_gets_there() {
        let text = "import sys\nif sys.platform == 'darwin':\n    p = '/opt/a'\nelse:\n    p = '/usr/b'\n";
        let reaches: Vec<_> = extract(text)
            .values
            .into_iter()
            .map(|value| value.reach)
            .collect();
        assert_eq!(reaches, [Reach::Elsewhere, Reach::Always]);
        let text = "import platform\np = {'Darwin': '/opt/a', 'Linux': '/usr/b'}[platform.system()]\n";
        let reaches: Vec<_> = extract(text)
            .values
            .into_iter()
            .map(|value| value.reach)
            .collect();
        assert_eq!(reaches, [Reach::Elsewhere, Reach::Always]);
        let text = "import os\nif os.path.exists('/opt/a'):\n    run('/opt/a')\n";
        let reaches: Vec<_> = extract(text)
            .values
            .into_iter()
            .map(|value| value.reach)
            .collect();
        assert_eq!(reaches, [Reach::IfFound, Reach::IfFound]);
        let text =
            "import sys\ndef f():\n    if sys.platform != 'darwin':\n        return\n    run('/opt/a')\n";
        let reaches: Vec<_> = extract(text)
            .values
            .into_iter()
            .map(|value| value.reach)
            .collect();
        assert_eq!(reaches, [Reach::Elsewhere]);
    }

    #[test]
    fn spans_cover_the_content_of_a_literal() {
        let text = "a = r'''/x'''; b = f\"http://{h}:80\"; c = 'http://a' 'b/c'";
        let spans: Vec<_> = extract(text)
            .values
            .into_iter()
            .map(|value| value.span.text(text).to_owned())
            .collect();
        assert_eq!(spans, ["/x", "http://{h}:80", "http://a", "b/c"]);
    }

    #[test]
    fn steps_come_in_the_order_in_which_they_run() {
        let text = "import sys, os.path as osp\nsys.path.insert(0, osp.dirname(osp.abspath(__file__)))\n\
                    try:\n    import a\nexcept ImportError:\n    a = None\nif __name__ == '__main__':\n    pass\n";
        let module = extract(text).python.unwrap();
        assert!(module.is_script);
        let is_read = |step: &&Step| matches!(step, Step::Use(_) | Step::Call(_));
        let body: Vec<&Step> = module.body.iter().filter(|step| !is_read(step)).collect();
        let Step::PathEdit(edit) = body[2] else {
            panic!("{:?}", body[2])
        };
        let file = PathExpr::Absolute(Box::new(PathExpr::File));
        assert_eq!(edit.entries[0].value, PathExpr::Parent(Box::new(file), 1));
        let Step::Try(tried) = body[3] else {
            panic!("{:?}", body[3])
        };
        assert_eq!(tried.handlers[0].catches, ["ImportError"]);
        let Step::Branch(arms) = body[4] else {
            panic!("{:?}", body[4])
        };
        assert_eq!(arms[0].guard, Guard::IsMain);
    }

    #[test]
    fn ports_are_told_by_their_role() {
        let text = "import os\nX_PORTS = {'api': 8000}\nAPI_PORT = 70000\n\
                    p = int(os.getenv('FEED_PORT', '8001'))\nq = get_port('risk')\nuvicorn.run(app, port=8002)\n";
        let ports = extract(text).ports;
        let told: Vec<_> = ports
            .iter()
            .map(|port| (port.service.as_deref(), port.number, port.role))
            .collect();
        assert_eq!(
            told,
            [
                (Some("api"), Some(8000), PortRole::Declares),
                (Some("api"), None, PortRole::Declares),
                (Some("feed"), Some(8001), PortRole::Default),
                (Some("risk"), None, PortRole::LooksUp),
                (None, Some(8002), PortRole::Binds),
            ]
        );
    }

    #[test]
    fn what_python_refuses_is_a_problem() {
        let facts = extract("x = (1,\n");
        assert_eq!(facts.problems[0].kind, ProblemKind::Syntax);
        assert!(extract("\u{feff}x = 1\n").problems.is_empty());
    }

    #[test]
    fn hostile_input_is_survived() {
        let texts = [
            "(".repeat(100_000),
            "-".repeat(100_000) + "1",
            "1".to_owned() + &"+1".repeat(20_000),
        ];
        let read = std::thread::Builder::new()
            .stack_size(crate::engine::STACK)
            .spawn(move || {
                let problems = texts
                    .iter()
                    .map(|text| extract(text).problems.len())
                    .collect::<Vec<_>>();
                // Two hundred brackets in strings are no nesting.
                (problems, extract(&"x = '(('\n".repeat(500)).problems.len())
            });
        assert_eq!(read.unwrap().join().unwrap(), (vec![1, 1, 0], 0));
        assert!(extract("").problems.is_empty());
    }

    fn commands(text: &str) -> Vec<String> {
        let facts = extract(text);
        let words = |command: &crate::facts::Command| {
            let words: Vec<&str> = command.words.iter().map(|word| word.text.as_str()).collect();
            words.join(" ")
        };
        facts.commands.iter().map(words).collect()
    }

    #[test]
    fn commands_are_found_however_they_are_run() {
        for (code, expected) in [
            ("subprocess.run(['a', '-b'])", "a -b"),
            ("subprocess.check_output('a | b $C', shell=True)", "a/b $C"),
            ("os.system('a && b')", "a/b"),
            (
                "os.system(f'kill $(lsof -ti:{port})')",
                "kill $(lsof -ti:$xxxxx)/lsof -ti:$xxxxx",
            ),
            ("os.execvp('a', ['a', 'b'])", "a b"),
            ("os.execlp('a', 'a', 'b')", "a b"),
            ("os.spawnlp(os.P_WAIT, 'a', 'a', 'b')", "a b"),
            ("subprocess.run(['bash', '-c', 'a; b'])", "a/b"),
            ("subprocess.run(shlex.split('a \"b c\"'))", "a b c"),
            ("subprocess.run('a b'.split())", "a b"),
            ("cmd = ['a', x]\nsubprocess.Popen(cmd + ['c'])", "a x c"),
            ("cmd = 'a b'\ndef f(cmd):\n    os.system(cmd)", ""),
            ("def f():\n    cmd = 'a b'\n    os.system(cmd)", "a b"),
            (
                "subprocess.run(['a'] if sys.platform == 'darwin' else ['b'])",
                "b",
            ),
            ("pexpect.spawn('a', ['b'])", "a b"),
            ("asyncio.create_subprocess_exec('a', 'b', *c)", "a b *c"),
            ("asyncio.create_subprocess_shell('a; b')", "a/b"),
            ("subprocess.run([*base, 'a'])", "*base a"),
        ] {
            let text = format!("import os, sys, subprocess, asyncio, pexpect, shlex\n{code}\n");
            assert_eq!(commands(&text).join("/"), expected, "{code}");
        }
        let text = "import os\nos.system(\"\"\"\n  a\n  b c\n\"\"\")\n";
        let facts = extract(text);
        assert_eq!(facts.commands[1].span.text(text), "b c");
    }

    #[test]
    fn what_only_guarded_calls_reach_is_guarded() {
        let text = "import os, sys, platform\n\
                    def one(): os.system('a')\ndef two(): os.system('b')\ndef three(): os.system('c')\n\
                    def notify_macos(): os.system('d')\n\
                    class MacRunner:\n  def go(self): os.system('e')\n\
                    def f():\n  if sys.platform == 'darwin':\n    one()\n    two()\n    return MacRunner().go()\n  two()\n\
                    g = {'Darwin': three, 'Linux': f}[platform.system()]\n";
        let facts = extract(text);
        let reach = |name: &str| {
            let found = facts.commands.iter().find(|command| command.program() == name);
            found.unwrap().reach
        };
        assert_eq!(reach("b"), Reach::Always);
        for name in ["a", "c", "d", "e"] {
            assert_eq!(reach(name), Reach::Elsewhere, "{name}");
        }
    }

    #[test]
    fn names_that_say_what_the_platform_is_are_guards() {
        for (code, reach) in [
            (
                "IS_MAC = sys.platform == 'darwin'\nif IS_MAC:\n    os.system('a')",
                Reach::Elsewhere,
            ),
            (
                "s = platform.system().lower()\nif s == 'darwin':\n    os.system('a')",
                Reach::Elsewhere,
            ),
            (
                "s = platform.system()\nif s == 'Linux':\n    os.system('a')",
                Reach::Always,
            ),
            (
                "s = platform.system()\nif s == 'Linux':\n    pass\nelse:\n    os.system('a')",
                Reach::Elsewhere,
            ),
            (
                "match platform.system():\n  case 'Darwin':\n    os.system('a')",
                Reach::Elsewhere,
            ),
            (
                "match platform.system():\n  case 'Linux':\n    pass\n  case _:\n    os.system('a')",
                Reach::Elsewhere,
            ),
            (
                "match platform.system():\n  case 'Darwin':\n    pass\n  case _:\n    os.system('a')",
                Reach::Always,
            ),
            (
                "def f():\n  if not shutil.which('a'):\n    return\n  os.system('a')",
                Reach::IfFound,
            ),
            (
                "if not shutil.which('a'):\n  sys.exit(1)\nos.system('a')",
                Reach::Always,
            ),
            (
                "if os.path.exists('/proc/meminfo'):\n  pass\nelse:\n  os.system('a')",
                Reach::Elsewhere,
            ),
            ("if 'darwin' in sys.platform:\n  os.system('a')", Reach::Elsewhere),
        ] {
            let text = format!("import os, sys, platform, shutil\n{code}\n");
            assert_eq!(extract(&text).commands[0].reach, reach, "{code}");
        }
        let facts = extract(
            "import shutil, sys\nif shutil.which('a') is None:\n    sys.exit(1)\nshutil.which('b')\n",
        );
        let sought: Vec<_> = facts
            .sought
            .iter()
            .map(|sought| (sought.name.as_str(), sought.is_required))
            .collect();
        assert_eq!(sought, [("a", true), ("b", false)]);
        let facts = extract(
            "import os, subprocess\ntry:\n    subprocess.run(['a'])\nexcept FileNotFoundError:\n    pass\n",
        );
        assert!(facts.commands[0].has_fallback);
    }
}
