//! Recipes of make, which hands each line to `/bin/sh` unless `SHELL` says otherwise.

use super::shell;
use crate::facts::Facts;
use crate::source::Span;

/// Notes what dash does not understand of the recipes.
pub(super) fn judge(text: &str, facts: &mut Facts) {
    let is_own_shell = |line: &str| {
        let rest = line.trim_start_matches("export ").strip_prefix("SHELL");
        rest.is_some_and(|rest| rest.trim_start().starts_with(['=', ':', '?']))
    };
    if text.lines().any(is_own_shell) {
        return;
    }
    let mut recipe = String::new();
    let mut begin = 0;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let start = at;
        at += line.len();
        if recipe.is_empty() && !line.starts_with('\t') {
            continue;
        }
        let body = line.trim_end();
        if recipe.is_empty() {
            begin = start + 1;
        }
        recipe.push_str(body.trim_start_matches('\t'));
        if body.ends_with('\\') {
            recipe.push('\n');
            continue;
        }
        let whole = recipe.trim_start_matches(['@', '-', '+', ' ']);
        let span = Span::new(begin, start + body.len());
        if !whole.starts_with('#') {
            shell::note_bashisms(&expanded(whole), span, facts);
        }
        recipe.clear();
    }
}

/// What the shell gets of a recipe: `$$` is a dollar, and a variable of make some word.
fn expanded(recipe: &str) -> String {
    let mut out = String::with_capacity(recipe.len());
    let mut rest = recipe;
    while let Some((before, behind)) = rest.split_once('$') {
        out.push_str(before);
        let close = match behind.as_bytes().first() {
            Some(b'$') => {
                out.push('$');
                rest = &behind[1..];
                continue;
            }
            Some(b'(') => ')',
            Some(b'{') => '}',
            _ => {
                out.push('x');
                rest = behind.get(1..).unwrap_or("");
                continue;
            }
        };
        out.push('x');
        // Calls of make's functions may hold each other.
        let mut depth = 0_usize;
        let open = if close == ')' { '(' } else { '{' };
        let end = behind.char_indices().find(|(_, letter)| {
            if *letter == open {
                depth += 1;
            } else if *letter == close {
                depth -= 1;
            }
            depth == 0
        });
        rest = end.map_or("", |(at, _)| &behind[at + 1..]);
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<String> {
        let mut facts = Facts::default();
        judge(text, &mut facts);
        let of = |span: Span| span.text(text).to_owned();
        facts.bashisms.iter().map(|bashism| of(bashism.span)).collect()
    }

    #[test]
    fn recipes_are_what_sh_gets() {
        assert_eq!(
            found("run:\n\t@source .env && ./run\n"),
            ["@source .env && ./run"]
        );
        assert_eq!(
            found("run:\n\techo a && \\\n\t  [[ -f x ]]\n"),
            ["echo a && \\\n\t  [[ -f x ]]"]
        );
        for text in [
            "SHELL := /bin/bash\nrun:\n\tsource .env\n",
            "run:\n\techo $(shell [[ x ]]) $${x} $@ ${A}\n",
            "source = x\n",
            "run:\n\t# source x\n",
            "\t$",
            "\t$(",
            "\té$é\\",
        ] {
            assert_eq!(found(text), [""; 0], "{text}");
        }
    }
}
