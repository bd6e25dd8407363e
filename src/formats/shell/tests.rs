use super::extract;
use crate::document::Host;
use crate::facts::{Access, Facts, PortRole, ProblemKind, Purpose, Reach, Role};
use crate::finding::DocumentId;
use crate::source::Span;
use std::process::Command;

fn value(facts: &Facts, text: &str) -> (Role, Option<String>, Option<String>, Reach) {
    let found = facts.values.iter().find(|value| value.text == text);
    let found = found.unwrap_or_else(|| panic!("{text} is not in {:#?}", facts.values));
    (found.role, found.name.clone(), found.call.clone(), found.reach)
}

fn reach_of(facts: &Facts, program: &str) -> Reach {
    let found = facts.commands.iter().find(|command| command.program() == program);
    found
        .unwrap_or_else(|| panic!("{program} is not in {:#?}", facts.commands))
        .reach
}

#[test]
fn words_lose_their_quotes_and_get_their_variables() {
    let facts = extract(
        "ROOT=/srv/app\nX=1 \"$ROOT\"/bin/run 'a b' \"${PORT:-80}\" $(date) c\\ d \"q\\\"$UNKNOWN\" &\n",
    );
    let run = facts
        .commands
        .iter()
        .find(|command| command.program() == "run")
        .unwrap();
    let words: Vec<_> = run
        .words
        .iter()
        .map(|word| (word.text.as_str(), word.is_literal))
        .collect();
    assert_eq!(
        words,
        [
            ("/srv/app/bin/run", true),
            ("a b", true),
            ("80", true),
            ("$(date)", false),
            ("c d", true),
            ("q\"$UNKNOWN", false)
        ]
    );
    assert!(run.background);
    assert_eq!(run.assignments, [("X".to_owned(), "1".to_owned())]);
}

#[test]
fn a_folder_lasts_as_long_as_its_subshell() {
    let facts = extract("cd /srv\n(cd app && one)\ntwo\ncd \"$X\"\nthree\n");
    let folder = |name: &str| {
        let command = facts.commands.iter().find(|command| command.program() == name);
        command.unwrap().folder.clone()
    };
    assert_eq!(folder("one").as_deref(), Some("/srv/app"));
    assert_eq!(folder("two").as_deref(), Some("/srv"));
    assert_eq!(folder("three").as_deref(), Some("$X"));
}

#[test]
fn tests_of_the_platform_decide_what_the_target_reaches() {
    for test in [
        "[[ \"$OSTYPE\" == darwin* ]]",
        "[ \"$(uname)\" = \"Darwin\" ]",
        "test \"$(uname -s)\" = Darwin",
        "! [[ $OSTYPE == linux* ]]",
        "[[ \"$(uname)\" != Linux ]]",
        "uname | grep -q Darwin",
        "[[ $KIND == Darwin && -f /x ]]",
    ] {
        let facts = extract(&format!(
            "KIND=$(uname)\nif {test}; then one; else two; fi\n{test} && three\nfour\n"
        ));
        assert_eq!(reach_of(&facts, "one"), Reach::Elsewhere, "{test}");
        assert_eq!(reach_of(&facts, "two"), Reach::Always, "{test}");
        assert_eq!(reach_of(&facts, "three"), Reach::Elsewhere, "{test}");
        assert_eq!(reach_of(&facts, "four"), Reach::Always, "{test}");
    }
    let facts = extract(
        "if [[ $OSTYPE == linux-gnu* ]]; then one; elif [[ $OSTYPE == darwin* ]]; then two; else three; fi",
    );
    assert_eq!(reach_of(&facts, "one"), Reach::Always);
    assert_eq!(reach_of(&facts, "two"), Reach::Elsewhere);
    assert_eq!(reach_of(&facts, "three"), Reach::Elsewhere);
    let facts = extract("case \"$(uname -s)\" in\n Darwin*) one;;\n Linux) two;;\n *) three;;\nesac\n");
    assert_eq!(reach_of(&facts, "one"), Reach::Elsewhere);
    assert_eq!(reach_of(&facts, "two"), Reach::Always);
    assert_eq!(reach_of(&facts, "three"), Reach::Elsewhere);
    let facts = extract("if [ \"$(uname)\" != Darwin ]; then\n echo no\n exit 1\nfi\nrest\n");
    assert_eq!(reach_of(&facts, "rest"), Reach::Elsewhere);
}

#[test]
fn tests_of_existence_guard_what_they_find() {
    for test in [
        "[ -f /opt/x ]",
        "command -v x >/dev/null 2>&1",
        "which x",
        "test -x /opt/x",
        "[[ -d x && -n $y ]]",
    ] {
        let facts = extract(&format!(
            "if {test}; then one; else two; fi\n{test} || three\nif ! {test}; then four; fi\n"
        ));
        assert_eq!(reach_of(&facts, "one"), Reach::IfFound, "{test}");
        for name in ["two", "three", "four"] {
            assert_eq!(reach_of(&facts, name), Reach::Always, "{test} {name}");
        }
    }
}

#[test]
fn every_literal_has_its_role() {
    let facts = extract(
        "log_step() { echo \"$1\"; }\nHOST=10.0.0.1\nexport URL=\"http://10.0.0.2:80\"\necho \"see /a/1\"\nlog_step '/a/2'\n\
         grep -q '/a/3' /a/4\n[ \"$x\" = '/a/5' ]\ncurl --url /a/6 > /a/7\nlist=(/a/8)\nfor f in /a/9; do :; done\n\
         y=${Z:-/a/10}\n# /a/11\necho \"h=/a/12\" >> /etc/conf\necho /a/13 | sudo tee /etc/other\nssh u@10.0.0.9 \"ls /a/14\"\n\
         case $q in /a/15) :;; esac\n",
    );
    let role = |text: &str| value(&facts, text).0;
    assert_eq!(value(&facts, "10.0.0.1").1.as_deref(), Some("HOST"));
    assert_eq!(role("http://10.0.0.2:80"), Role::Assigned);
    assert_eq!(role("see /a/1"), Role::Prose);
    assert_eq!(role("/a/2"), Role::Prose);
    assert_eq!(role("/a/3"), Role::Pattern);
    assert_eq!(role("/a/4"), Role::Command);
    assert_eq!(role("/a/5"), Role::Compared);
    assert_eq!(value(&facts, "/a/6").1.as_deref(), Some("url"));
    assert_eq!(value(&facts, "/a/6").2.as_deref(), Some("curl"));
    assert_eq!(value(&facts, "/a/7").2.as_deref(), Some(">"));
    assert_eq!(role("/a/8"), Role::Element);
    assert_eq!(role("/a/9"), Role::Element);
    assert_eq!(
        value(&facts, "/a/10"),
        (Role::Default, Some("Z".to_owned()), None, Reach::Always)
    );
    assert_eq!(role("h=/a/12"), Role::Argument);
    assert_eq!(role("/a/13"), Role::Argument);
    assert_eq!(value(&facts, "ls /a/14").2.as_deref(), Some("ssh"));
    assert_eq!(role("/a/15"), Role::Compared);
    assert!(!facts.values.iter().any(|value| value.text.contains("/a/11")));
}

#[test]
fn a_value_is_reported_where_it_is_written_and_not_where_it_is_used() {
    let facts = extract("HOST=10.0.0.1\ncurl http://$HOST:80/x\n");
    let with_address = facts
        .values
        .iter()
        .filter(|value| value.text.contains("10.0.0.1"));
    assert_eq!(with_address.count(), 1);
    assert_eq!(facts.commands[0].words[1].text, "http://10.0.0.1:80/x");
}

#[test]
fn a_literal_of_several_lines_has_a_value_for_each() {
    let script = "ssh host \"\n  cd /a/1\n  ls\n  run /a/2\"\n";
    let facts = extract(script);
    let lines: Vec<_> = facts.values.iter().map(|value| value.span.text(script)).collect();
    assert_eq!(lines, ["cd /a/1", "run /a/2"]);
}

#[test]
fn variables_are_read_or_set() {
    let facts = extract("A=1\necho $A $B ${C:-x} $1 $OSTYPE\nC=${C:-y}\nPATH=$PATH:/x\n");
    let reads: Vec<_> = facts
        .variables
        .iter()
        .filter_map(|variable| match &variable.access {
            Access::Read { has_default, .. } => Some((variable.name.as_str(), *has_default)),
            Access::Set(_) => None,
        })
        .collect();
    assert_eq!(reads, [("B", false), ("C", true)]);
    assert!(
        facts
            .variables
            .iter()
            .any(|variable| variable.access == Access::Set("1".to_owned()))
    );
}

#[test]
fn ports_files_and_requirements_are_found() {
    let facts = extract(
        "declare -A PORTS=( [\"api\"]=8001 [web]=8002 )\nWORKER_PORT=8003\nUI_PORT=${UI_PORT:-8004}\nSUPPORT=8005\nMY_PORTS=(9001)\n\
         mkdir -p logs data/{raw,out}\ntouch a.txt\n. ./env.sh\necho x > made.txt\nsudo venv/bin/pip install -r requirements.txt 'uvloop>=0.19' $X\n",
    );
    let ports: Vec<_> = facts
        .ports
        .iter()
        .map(|port| (port.service.as_deref(), port.number.unwrap(), port.role))
        .collect();
    assert_eq!(
        ports,
        [
            (Some("api"), 8001, PortRole::Declares),
            (Some("web"), 8002, PortRole::Declares),
            (Some("worker"), 8003, PortRole::Declares),
            (Some("ui"), 8004, PortRole::Default),
            (None, 9001, PortRole::Declares)
        ]
    );
    let paths: Vec<_> = facts
        .paths
        .iter()
        .map(|path| (path.path.as_str(), path.purpose))
        .collect();
    assert_eq!(
        paths,
        [
            ("logs", Purpose::MakesFolder),
            ("data/raw", Purpose::MakesFolder),
            ("data/out", Purpose::MakesFolder),
            ("a.txt", Purpose::MakesFile),
            ("./env.sh", Purpose::Reads),
            ("made.txt", Purpose::MakesFile),
            ("requirements.txt", Purpose::Reads)
        ]
    );
    assert_eq!(facts.requirements.len(), 1);
    assert_eq!(facts.requirements[0].name, "uvloop");
}

#[test]
fn a_heredoc_that_writes_a_file_is_a_document() {
    let script =
        "ROOT=/srv/app\ncat > \"$ROOT/app.conf\" <<EOF\n  a=$ROOT/x\nb=\\$HOME $Y ${K:-v}\nc=10.0.0.7\nEOF\n";
    let facts = extract(script);
    let inner = &facts.embedded[0];
    assert_eq!(inner.path, "/srv/app/app.conf");
    assert_eq!(inner.text, "  a=/srv/app/x\nb=$HOME $Y v\nc=10.0.0.7\n");
    let host = Host {
        document: DocumentId(0),
        pieces: inner.pieces.clone(),
    };
    for part in ["a=", "/x", "HOME $Y", "c=10.0.0.7"] {
        let at = inner.text.find(part).unwrap();
        let place = host.locate(Span::new(at, at + part.len()));
        assert_eq!(place.text(script), part);
    }
    let at = inner.text.find("/srv/app/x").unwrap();
    let place = host.locate(Span::new(at, at + "/srv/app/x".len()));
    assert!(
        place.text(script).starts_with("$ROOT/x"),
        "{:?}",
        place.text(script)
    );
    assert!(!facts.values.iter().any(|value| value.text.contains("10.0.0.7")));
}

#[test]
fn heredocs_say_in_many_ways_where_they_go() {
    for (script, path, text) in [
        ("cat <<'EOF' > a.txt\nx=$Y\nEOF\n", "a.txt", "x=$Y\n"),
        (
            "sudo tee /etc/a >/dev/null <<-EOF && echo done\n\ta\n\t b\n\tEOF\n",
            "/etc/a",
            "a\n b\n",
        ),
        ("cat <<EOF | sudo tee /etc/b\nx\nEOF\n", "/etc/b", "x\n"),
        ("cd /srv && cat > c.conf << EOF\nx\nEOF\n", "/srv/c.conf", "x\n"),
        ("python3 - <<'EOF'\nimport x\nEOF\n", "stdin.py", "import x\n"),
        (
            "ssh me@host 'bash -s' <<'EOF'\ncd /x\nEOF\n",
            "stdin.sh",
            "cd /x\n",
        ),
        ("cat >> $D/e <<EOF\nx\nEOF\n", "$D/e", "x\n"),
    ] {
        let facts = extract(script);
        let found: Vec<_> = facts
            .embedded
            .iter()
            .map(|inner| (inner.path.as_str(), inner.text.as_str()))
            .collect();
        assert_eq!(found, [(path, text)], "{script}");
    }
    let facts = extract("cat <<EOF\n  see /a/b\nEOF\npsql <<EOF\n\\i /c/d\nEOF\n");
    assert_eq!(value(&facts, "see /a/b").0, Role::Prose);
    assert_eq!(value(&facts, "\\i /c/d").0, Role::Command);
}

/// What bash itself says: whether it refuses the script.
fn is_refused(script: &str) -> bool {
    let output = Command::new("bash").args(["-n", "-c", script]).output().unwrap();
    !output.status.success()
}

#[test]
fn an_open_block_is_an_error_where_bash_refuses_it() {
    for script in [
        "if true; then\n echo a\n",
        "while true; do\n echo a\n",
        "for x in a b; do\n echo $x\n",
        "case x in\n a) echo;;\n",
        "echo \"abc\n",
        "echo $(date\n",
    ] {
        assert!(is_refused(script), "{script}");
        let facts = extract(script);
        assert_eq!(facts.problems.len(), 1, "{script}");
        assert_eq!(facts.problems[0].kind, ProblemKind::Syntax);
    }
}

#[test]
fn what_bash_takes_is_no_error() {
    for script in [
        "echo fi done esac }\n",
        "cat <<EOF\n\"open\nEOF\n",
        "cat <<EOF\nnever ends\n",
        "echo it\\'s \\\"\n",
        "a=(1 2\n3)\n",
        "x=${y//\\\"/}\n",
        "[[ $a =~ ^(x|y)\\\"$ ]]\n",
        "case x in (a) :;; esac\n",
        "f() if true; then :; fi\n",
        "echo ${a[@]:1:2}\n",
        "((i++)); (( i < 3 )) && :\n",
        "select x in a; do :; done\n",
        "coproc x { :; }\n",
        "echo $'a\\'b'\n",
        "echo \"${x:-\"y\"}\"\n",
        "function f { :; }\n",
        "time -p ls\n",
        "if [ a ]; then :\nfi # end\n",
        "x=`echo \"a\"`\n",
        "echo {a,b}{1..3}\n",
        "while read -r l; do :; done < <(ls)\n",
        "! true\n",
        "let x=1\n",
        "",
        "\r\n",
        "echo a # \"\n",
        "for ((i=0;i<3;i++)) { :; }\n",
        "x=$((1<<2))\n",
        "exec 3<>/dev/null\n",
        ":;:\n",
        "a+=(b)\n",
        "trap 'rm -f \"$x\"' EXIT\n",
        "echo $#\n",
        "echo ${#a}\n",
        "echo a>b 2>&1 &\n",
        "if ! (true); then :; else :; fi\n",
    ] {
        assert!(!is_refused(script), "{script}");
        assert!(
            extract(script).problems.is_empty(),
            "{script}: {:?}",
            extract(script).problems
        );
    }
    for script in [
        "#!/bin/zsh\nfor x (a b) echo $x\nprint -l ${(f)x}\nif [[ x ]] {\n a\n",
        "#!/usr/bin/fish\nif true\n a\nend\n",
    ] {
        assert!(extract(script).problems.is_empty(), "{script}");
    }
}

#[test]
fn hostile_scripts_end_soon() {
    let deep = "(".repeat(100_000);
    assert_eq!(extract(&deep).problems[0].kind, ProblemKind::Unreadable);
    for script in [
        "if true; then ".repeat(3_000),
        "a && ".repeat(20_000),
        "command -v a || exit\n".repeat(20_000),
        "f() { [ $(uname) = Darwin ] && f; }\n".repeat(10_000),
        format!("echo {}", "x".repeat(1_000_000)),
        "\"$(".repeat(400),
        "cat <<A\n".repeat(2_000),
        "${a:-".repeat(400),
        "\u{feff}echo /a/b\r\n".to_owned(),
        "'".repeat(50_001),
    ] {
        let begin = std::time::Instant::now();
        let facts = extract(&script);
        assert!(
            begin.elapsed().as_secs() < 20,
            "{} {}",
            &script[..8],
            facts.values.len()
        );
    }
}

#[test]
fn a_command_that_the_script_may_go_past_is_conditional() {
    let facts = extract(
        "one\nif two; then three; else four; fi\nfor x in a; do five; done\nwhile six; do seven; done\n\
         f() { eight; }\ncase $1 in a) nine ;; esac\nten || eleven\n[ -n \"$X\" ] && twelve\ncd a && thirteen\n\
         fourteen || true\n( fifteen )\nsixteen\n",
    );
    let sure: Vec<&str> = facts
        .commands
        .iter()
        .filter(|command| !command.is_conditional)
        .map(crate::facts::Command::program)
        .collect();
    assert_eq!(sure, ["one", "ten", "cd", "thirteen", "fifteen", "sixteen"]);
}

#[test]
fn what_a_script_has_a_shell_run_is_taken_apart() {
    let facts = extract("cd app\nnohup bash -lc 'cd api && exec python3 main.py' &\n");
    let inner = facts.commands.last().unwrap();
    assert_eq!(inner.program(), "exec");
    assert_eq!(inner.folder.as_deref(), Some("app/api"));
    assert!(inner.background && !inner.is_conditional);
}

#[test]
fn a_function_that_the_script_calls_is_run() {
    let facts = extract("main() { one; if two; then three; fi; }\nstop() { four; }\nmain \"$@\"\n");
    let sure = facts.commands.iter().filter(|command| !command.is_conditional);
    let sure: Vec<&str> = sure.map(crate::facts::Command::program).collect();
    assert_eq!(sure, ["one"], "a function of the script is no command");
}
