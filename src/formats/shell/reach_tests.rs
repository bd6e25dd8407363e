//! What a script runs, and what of it the target gets to.

use super::extract;
use crate::facts::{Facts, Reach};

fn reach_of(facts: &Facts, program: &str) -> Reach {
    let found = facts.commands.iter().find(|command| command.program() == program);
    found
        .unwrap_or_else(|| panic!("{program} is not in {:#?}", facts.commands))
        .reach
}

fn programs(script: &str) -> Vec<String> {
    let facts = extract(script);
    let programs = facts.commands.iter().map(crate::facts::Command::program);
    programs.map(str::to_owned).collect()
}

#[test]
fn commands_are_found_wherever_they_are_run() {
    for (script, expected) in [
        ("a | b | xargs -n1 c -d", "a b xargs c"),
        ("find . -name x -exec a {} \\; -print", "find a"),
        ("x=$(a)\ny=`b`\necho \"$(c \"$(d)\")\"", "a b echo c d"),
        ("trap 'a; b' EXIT\ntrap - INT", "trap a b trap"),
        ("eval \"a -b\"", "eval a"),
        ("su - app -c 'a && b'", "su a b"),
        ("ssh -p 22 me@host \"a; b\"", "ssh a b"),
        ("diff <(a) <(b)", "diff a b"),
        ("f() { a; }\nalias g='b'\nf\ng\n", "a alias"),
        ("echo 'a b'; printf '%s' \"c; d\"", "echo printf"),
        ("cat <<EOF\na $(b)\nEOF\n", "cat b"),
        ("cat <<'EOF'\na $(b)\nEOF\n", "cat"),
        ("while read -r x; do a; done < <(b)", "read a b"),
    ] {
        assert_eq!(programs(script).join(" "), expected, "{script}");
    }
    let facts = extract("a | b\nssh host c\n");
    let command = |at: usize| &facts.commands[at];
    assert!(!command(0).is_piped && command(1).is_piped);
    assert_eq!(command(3).reach, Reach::Elsewhere);
}

#[test]
fn a_script_of_several_lines_inside_a_script_has_its_places() {
    let script = "bash -c '\n  one\n  two x\n'\n";
    let facts = extract(script);
    let two = facts
        .commands
        .iter()
        .find(|command| command.program() == "two")
        .unwrap();
    assert_eq!(two.span.text(script), "two x");
}

#[test]
fn what_ends_the_script_elsewhere_keeps_the_target_from_the_rest() {
    for guard in [
        "[[ $OSTYPE != darwin* ]] && exit 1",
        "[ \"$(uname)\" = Darwin ] || exit",
        "[ \"$(uname)\" = Darwin ] || { echo no; exit 1; }",
        "die() { echo \"$1\"; exit 1; }\n[[ $OSTYPE == darwin* ]] || die no",
        "if [[ $OSTYPE == darwin* ]]; then echo yes; else echo no; exit 1; fi",
        "case \"$(uname)\" in Darwin) echo yes;; *) echo no; exit 1;; esac",
        "OS=$(uname -s)\nif test $OS != Darwin; then exit; fi",
        "mac_only",
        "is_mac() { [ \"$(uname)\" = Darwin ]; }\nif ! is_mac; then exit 0; fi",
        "[ \"$(sw_vers -productName)\" = macOS ] || exit",
    ] {
        assert_eq!(
            reach_of(&extract(&format!("{guard}\nrest\n")), "rest"),
            Reach::Elsewhere,
            "{guard}"
        );
    }
    for guard in [
        "[[ $OSTYPE == darwin* ]] && exit 1",
        "[[ $OSTYPE == darwin* ]] || echo no",
        "if [[ $OSTYPE == darwin* ]]; then echo yes; else echo no; fi",
        "case \"$(uname)\" in Darwin) exit;; *) echo no;; esac",
        "[ -f x ] || exit",
    ] {
        assert_eq!(
            reach_of(&extract(&format!("{guard}\nrest\n")), "rest"),
            Reach::Always,
            "{guard}"
        );
    }
}

#[test]
fn what_only_guarded_calls_reach_is_guarded() {
    let facts = extract(
        "on_mac() { one; }\nboth() { two; }\ninner() { three; }\nalone() { four; }\n\
         if [[ $OSTYPE == darwin* ]]; then on_mac; both; else both; fi\non_mac2() { inner; }\n\
         [ \"$(uname)\" = Darwin ] && on_mac2\n",
    );
    assert_eq!(reach_of(&facts, "one"), Reach::Elsewhere);
    assert_eq!(reach_of(&facts, "two"), Reach::Always);
    assert_eq!(reach_of(&facts, "three"), Reach::Elsewhere);
    assert_eq!(reach_of(&facts, "four"), Reach::Always);
}

#[test]
fn variables_that_only_a_mac_sets_are_guards() {
    let facts = extract(
        "IS_MAC=false\nOS=linux\nif [[ $OSTYPE == darwin* ]]; then IS_MAC=true; OS=mac; fi\n\
         if $IS_MAC; then one; fi\n[ \"$IS_MAC\" = true ] && two\ncase $OS in mac) three;; *) four;; esac\n\
         if [ \"$OS\" = mac ]; then five; else six; fi\n",
    );
    for name in ["one", "two", "three", "five"] {
        assert_eq!(reach_of(&facts, name), Reach::Elsewhere, "{name}");
    }
    for name in ["four", "six"] {
        assert_eq!(reach_of(&facts, name), Reach::Always, "{name}");
    }
}

#[test]
fn fallbacks_and_probes_are_noted() {
    let has_fallback = |script: &str| {
        let facts = extract(script);
        facts
            .commands
            .iter()
            .find(|command| command.program() == "one")
            .unwrap()
            .has_fallback
    };
    for script in [
        "one || two",
        "x=$(one || two)",
        "one && three || two",
        "one x | y || two",
    ] {
        assert!(has_fallback(script), "{script}");
    }
    for script in [
        "one",
        "one || true",
        "one || echo no",
        "one || { echo no; exit 1; }",
        "one && two",
        "two || one",
    ] {
        assert!(!has_fallback(script), "{script}");
    }
    let facts = extract(
        "if date -v -1d >/dev/null 2>&1; then one; else two; fi\nif sed --version; then three; else four; fi\n",
    );
    assert!(facts.commands[0].has_fallback);
    assert_eq!(reach_of(&facts, "one"), Reach::Elsewhere);
    assert_eq!(reach_of(&facts, "four"), Reach::Elsewhere);
    assert_eq!(reach_of(&facts, "two"), Reach::Always);
    assert_eq!(reach_of(&facts, "three"), Reach::Always);
}

#[test]
fn paths_of_one_system_tell_which_it_is() {
    let facts = extract(
        "if [ -f /etc/os-release ]; then one; else two; fi\nif [[ -d /opt/homebrew ]]; then three; else four; fi\n",
    );
    for (name, reach) in [
        ("one", Reach::Always),
        ("two", Reach::Elsewhere),
        ("three", Reach::Elsewhere),
        ("four", Reach::Always),
    ] {
        assert_eq!(reach_of(&facts, name), reach, "{name}");
    }
}

#[test]
fn a_text_may_tell_people_what_to_call() {
    let facts = extract(
        "log() { echo \"$1\"; }\nlog \"  sudo pfctl -d  # off\"\necho 'Run it'\necho '- brew install x'\n",
    );
    let told: Vec<&str> = facts.told.iter().map(|told| told.value.as_str()).collect();
    assert_eq!(told, ["pfctl", "Run", "brew"]);
}

#[test]
fn programs_that_are_looked_for_are_noted() {
    let facts = extract(
        "command -v one >/dev/null || exit 1\nif which two; then :; fi\n[ -x /opt/homebrew/bin/three ] && x\n\
         if ! type -p four; then echo no; exit 2; fi\nhash five\nif ! command -v six; then brew install six; fi\n",
    );
    let sought: Vec<_> = facts
        .sought
        .iter()
        .map(|sought| (sought.name.as_str(), sought.is_required))
        .collect();
    assert_eq!(
        sought,
        [
            ("one", true),
            ("two", false),
            ("three", false),
            ("four", true),
            ("five", false),
            ("six", false)
        ]
    );
}
