//! `package.json`: the commands of its scripts, which npm hands to `sh`.

use super::commandline;
use super::structured::Node;
use crate::facts::Facts;

/// Adds the commands of a `package.json`.
pub(super) fn read(path: &str, root: &Node, facts: &mut Facts) {
    if path.rsplit('/').next() != Some("package.json") {
        return;
    }
    for script in root.get("scripts").map_or(&[][..], Node::entries) {
        let Some(text) = script.node.text() else { continue };
        let span = script.node.span;
        let mut commands = if span.range().len() == text.len() {
            commandline::of_shell_at(text, span.start as usize)
        } else {
            commandline::of_shell(text, span)
        };
        for command in &mut commands {
            // A script runs when somebody asks for it.
            command.is_conditional = true;
        }
        facts.commands.extend(commands);
    }
}

#[cfg(test)]
mod tests {
    use crate::formats::json::extract;

    #[test]
    fn scripts_are_read_as_the_shell_gets_them() {
        let text = r#"{"scripts": {"a": "vite build && open dist/x", "b": "sed -i \"\" x"}, "x": {"scripts": {"c": "d"}}}"#;
        let facts = extract("web/package.json", text);
        let found: Vec<&str> = facts
            .commands
            .iter()
            .map(crate::facts::Command::program)
            .collect();
        assert_eq!(found, ["vite", "open", "sed"]);
        assert_eq!(facts.commands[1].span.text(text), "open dist/x");
        assert!(extract("x.json", text).commands.is_empty());
    }
}
