//! The processes of a program's section: one, or as many as `numprocs` says.

use super::super::commandline;
use super::ini::{Opt, Section};
use super::{Reader, is_file, values};
use crate::facts::{Manager, Program};
use crate::source::Spanned;
use std::collections::BTreeMap;

/// More processes of one section are not told apart: who starts so many runs the same with all of them.
const MOST: i64 = 64;

/// What a section says of its processes as a whole.
struct Numbers {
    count: i64,
    first: i64,
    group: String,
}

impl Reader {
    /// A `[program:x]` section.
    pub(super) fn program(&mut self, section: &Section, name: &str) {
        if let Some(bad) = name.chars().find(|letter| matches!(letter, ' ' | ':' | '/')) {
            self.problem(&format!("a name may not hold `{bad}`"), section.span);
        }
        let number = |key: &str| {
            section
                .get(key)
                .and_then(|option| values::integer(&option.value()))
        };
        let numbers = Numbers {
            count: number("numprocs").unwrap_or(1),
            first: number("numprocs_start").unwrap_or(0),
            group: self.groups.get(name).cloned().unwrap_or_else(|| name.to_owned()),
        };
        let process_name = section.get("process_name");
        let is_numbered = process_name.is_some_and(|option| option.value().contains("%(process_num)"));
        if numbers.count > 1 && !is_numbered {
            let place = section.get("numprocs").map_or(section.span, Opt::span);
            self.problem("with numprocs above 1, process_name needs %(process_num)d", place);
        }
        if section.get("command").is_none() {
            self.problem(&format!("[{}] has no command=", section.name), section.span);
        }
        if section.name.starts_with("eventlistener:") && section.get("events").is_none() {
            self.problem(&format!("[{}] has no events=", section.name), section.span);
        }
        // What is wrong with the first process, and what it sets, is so in every other; their ports differ.
        let first = self.process(section, name, &numbers, 0);
        let known = self.known();
        let mut programs = vec![first];
        for number in 1..numbers.count.min(MOST) {
            programs.push(self.process(section, name, &numbers, number));
            self.forget(known);
        }
        if numbers.count > 0 {
            self.facts.programs.extend(programs);
        }
    }

    /// One process of a section, counted from 0.
    fn process(&mut self, section: &Section, name: &str, numbers: &Numbers, number: i64) -> Program {
        let count = numbers.count;
        let mut known = BTreeMap::from([
            ("program_name".to_owned(), name.to_owned()),
            ("group_name".to_owned(), numbers.group.clone()),
            (
                "process_num".to_owned(),
                numbers.first.saturating_add(number).to_string(),
            ),
            ("numprocs".to_owned(), count.to_string()),
        ]);
        let mut program = Program::new(name, section.span, Manager::Supervisor);
        if let Some(option) = section.get("environment") {
            program.environment = self.environment_of(section, option, &known);
            for (name, value) in &program.environment {
                known.insert(format!("ENV_{name}"), value.value.clone());
            }
        }
        let mut field = |key: &str| {
            let option = section.get(key)?;
            Some(Spanned::new(self.expanded(option, &known)?, option.span()))
        };
        program.command = field("command");
        if let Some(command) = &program.command {
            program.commands = commandline::direct(&command.value, command.span);
        }
        let written = |option: &Opt| (option.key.clone(), Spanned::new(option.value(), option.span()));
        program.settings = section.options.iter().map(written).collect();
        program.directory = field("directory");
        program.user = field("user");
        let logs = [field("stdout_logfile"), field("stderr_logfile")];
        program.logs = logs
            .into_iter()
            .flatten()
            .filter(|log| is_file(&log.value))
            .collect();
        if let Some(process) = field("process_name").filter(|_| count > 1) {
            program.name = format!("{}:{}", numbers.group, process.value.trim());
        }
        let autostart = section.get("autostart");
        program.autostart = autostart.is_none_or(|option| values::truth(&option.value()) != Some(false));
        // What [supervisord] sets reaches every program, unless the program sets it itself.
        let own = std::mem::take(&mut program.environment);
        program.environment = self.shared.iter().cloned().chain(own).collect();
        program
    }

    /// How much is known so far.
    fn known(&self) -> [usize; 3] {
        let facts = &self.facts;
        [facts.problems.len(), facts.values.len(), facts.variables.len()]
    }

    /// Forgets what was learnt since.
    fn forget(&mut self, [problems, values, variables]: [usize; 3]) {
        self.facts.problems.truncate(problems);
        self.facts.values.truncate(values);
        self.facts.variables.truncate(variables);
    }
}
