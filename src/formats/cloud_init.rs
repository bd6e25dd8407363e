//! What a server's first start runs: `runcmd` and `bootcmd` of cloud-init, whose modules' manual says that a text goes
//! to `sh` and a list to `execve`.

use super::commandline;
use super::structured::Node;
use crate::facts::Facts;

/// Whether a YAML document is one for cloud-init: its first line says so.
pub(super) fn is_one(text: &str) -> bool {
    text.lines()
        .next()
        .is_some_and(|line| line.trim_end() == "#cloud-config")
}

/// Adds the commands of a document for cloud-init.
pub(super) fn read(root: &Node, facts: &mut Facts) {
    for step in ["bootcmd", "runcmd"]
        .iter()
        .filter_map(|key| root.get(key))
        .flat_map(Node::elements)
    {
        let found = if let Some(line) = step.scalar() {
            commandline::of_shell(line, step.span)
        } else {
            let words = step.elements().iter().filter_map(Node::scalar);
            commandline::of_words(words.map(str::to_owned).collect(), step.span)
        };
        facts.commands.extend(found);
    }
}

#[cfg(test)]
mod tests {
    use crate::facts::{Command, PortRole};
    use crate::formats::{Format, extract};

    #[test]
    fn commands_of_the_first_start_are_read() {
        let text =
            "#cloud-config\npackages: [nginx]\nruncmd:\n  - ufw allow 8000/tcp\n  - [ufw, --force, enable]\n";
        let facts = extract("deploy/user-data.yaml", Format::Yaml, text);
        let programs: Vec<&str> = facts.commands.iter().map(Command::program).collect();
        assert_eq!(programs, ["ufw", "ufw"]);
        let roles: Vec<PortRole> = facts.ports.iter().map(|port| port.role).collect();
        assert_eq!(roles, [PortRole::Allows, PortRole::Denies]);
        let other = extract("x.yaml", Format::Yaml, "runcmd:\n  - ufw enable\n");
        assert!(other.commands.is_empty());
        extract("x.yaml", Format::Yaml, "#cloud-config\nruncmd: {a: [}\n");
    }
}
