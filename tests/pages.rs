//! Every rule's page is its test: each example is audited in memory through the real pipeline, and the
//! rule reports exactly the marked lines.

#![allow(clippy::expect_used, reason = "a test says what it expects by panicking")]

use audit::engine::{self, Progress};
use audit::page::{self, Example, SECTIONS};
use audit::rule::Rule;
use audit::source::LineIndex;
use audit::target::Target;
use audit::tree::Memory;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

type Places = BTreeSet<(String, u32)>;

#[test]
fn every_example_is_reported_as_it_is_marked() {
    let mut complaints = String::new();
    for rule in rules() {
        for complaint in complaints_about(rule) {
            let _ = writeln!(
                complaints,
                "rules/{}/{}.md: {complaint}",
                rule.meta.category, rule.meta.id
            );
        }
    }
    assert!(complaints.is_empty(), "\n{complaints}");
}

#[test]
fn ids_are_unique_and_sorted_by_category() {
    let ids: BTreeSet<_> = rules().iter().map(|rule| rule.meta.id).collect();
    assert_eq!(ids.len(), rules().len(), "two pages have one id");
    let order = |rule: &Rule| (rule.meta.category, rule.meta.id);
    assert!(rules().is_sorted_by_key(order));
}

#[test]
fn one_password_of_a_database_is_one_finding() {
    let tree = Memory::new([
        (
            "app.py",
            "import psycopg2\nURL = 'postgresql+asyncpg://desk:w7Kq2mZx9@db.internal/desk'\n\
             DB_PASSWORD = 'n8Vx2qLw9Zt4'\nrow = psycopg2.connect(dbname='desk', user='desk', password='Tr0ub4dor&3')\n",
        ),
        ("settings.yml", "broker: amqp://desk:k9Wy3rMx8Au5@queue:5672//\n"),
        (
            "backup.sh",
            "#!/bin/bash\nexport PGPASSWORD=j7Ux1pKv8Ys3\npg_dump desk\n",
        ),
        (
            "pack.py",
            "TEXT = f'''\nPGPASSWORD=h6Tw9oJu7Xr2 psql -f {name}\n'''\n",
        ),
    ]);
    let (project, _) = engine::read(&tree, Target::default(), &|_| false, &Progress::default());
    let rules: Vec<&Rule> = rules().iter().collect();
    let of_passwords = [
        "hardcoded-db-credentials",
        "hardcoded-secret",
        "credentials-in-url",
        "committed-secret",
    ];
    let found = engine::judge(&project, &rules);
    let told = found.iter().map(|finding| finding.rule);
    let told: Vec<&str> = told.filter(|rule| of_passwords.contains(rule)).collect();
    assert_eq!(told, ["hardcoded-db-credentials"; 6]);
}

fn rules() -> &'static [Rule] {
    let rules = audit::catalog::rules().expect("every page can be read");
    assert!(!rules.is_empty(), "there is no page below rules/");
    rules
}

/// What is wrong with a rule's page.
fn complaints_about(rule: &Rule) -> Vec<String> {
    let page = match page::read(rule.meta.page) {
        Ok(page) => page,
        Err(complaint) => return vec![complaint],
    };
    let mut complaints = complaints_about_form(&page.sections);
    if rule.meta.effort_first[0] > rule.meta.effort_first[1]
        || rule.meta.effort_further[0] > rule.meta.effort_further[1]
    {
        complaints.push("an effort's range runs from the lower number to the higher".to_owned());
    }
    complaints.extend(complaints_about_examples(&page.examples, |example| {
        report(rule, example)
    }));
    complaints
}

fn complaints_about_form(sections: &[(String, String)]) -> Vec<String> {
    let headings: Vec<&str> = sections.iter().map(|(heading, _)| heading.as_str()).collect();
    if headings != SECTIONS {
        return vec![format!(
            "its sections are {}; they have to be {}",
            headings.join(", "),
            SECTIONS.join(", ")
        )];
    }
    sections
        .iter()
        .filter(|(_, text)| text.trim().is_empty())
        .map(|(heading, _)| format!("the section `{heading}` is empty"))
        .collect()
}

fn complaints_about_examples(
    examples: &[Example],
    report: impl Fn(&Example) -> Result<Places, String>,
) -> Vec<String> {
    let mut complaints = Vec::new();
    if !examples.iter().any(|example| !example.expected().is_empty()) {
        complaints.push("no example has a finding".to_owned());
    }
    if !examples.iter().any(|example| example.expected().is_empty()) {
        complaints.push("every example has a finding; at least one has to have none".to_owned());
    }
    for example in examples {
        let title = &example.title;
        if example.files.is_empty() {
            complaints.push(format!("`{title}`: it has no file"));
        }
        match report(example) {
            Err(complaint) => complaints.push(format!("`{title}`: {complaint}")),
            Ok(reported) => {
                let expected = example.expected();
                for (path, line) in expected.difference(&reported) {
                    complaints.push(format!(
                        "`{title}`: {path}:{line} is marked, and nothing is reported"
                    ));
                }
                for (path, line) in reported.difference(&expected) {
                    complaints.push(format!("`{title}`: {path}:{line} is reported, and is not marked"));
                }
            }
        }
    }
    complaints
}

/// The places, in the files of the example, that the rule reports.
fn report(rule: &Rule, example: &Example) -> Result<Places, String> {
    let target = match &example.target {
        Some(release) => Target::of_release(release)?,
        None => Target::default(),
    };
    let mut lines = BTreeMap::new();
    for file in &example.files {
        if lines
            .insert(file.path.clone(), LineIndex::new(&file.text))
            .is_some()
        {
            return Err(format!("{} stands in it twice", file.path));
        }
    }
    let files = example.files.iter().map(|file| (file.path.clone(), file.bytes()));
    let bits = example
        .files
        .iter()
        .filter_map(|file| Some((file.path.clone(), file.is_executable?)));
    let tree = Memory::new(files).with_run_bits(bits);
    let is_excluded = |path: &str| {
        let mut files = example.files.iter();
        files.any(|file| file.is_excluded && file.path == path)
    };
    let (project, _) = engine::read(&tree, target, &is_excluded, &Progress::default());
    let mut places = Places::new();
    for finding in rule.findings(&project) {
        let place = project.in_file(finding.place);
        let path = &project
            .document(place.document)
            .ok_or("a finding has no document")?
            .path;
        let line = lines.get(path).map_or(0, |index| index.line(place.span.start));
        places.insert((path.clone(), line));
    }
    Ok(places)
}

/// The test above must be able to fail: these are the ways.
#[test]
fn an_example_that_differs_or_says_nothing_is_refused() {
    let example = |marked: &str| {
        let text = format!("## Examples\n\n### One\n\n```python file=a.py\nx = 1{marked}\ny = 2\n```\n");
        page::read(&text).expect("a page").examples.remove(0)
    };
    let second_line = |_: &Example| Ok(Places::from([("a.py".to_owned(), 2)]));
    let complaints = complaints_about_examples(&[example("  # error")], second_line);
    assert_eq!(
        complaints,
        [
            "every example has a finding; at least one has to have none",
            "`One`: a.py:1 is marked, and nothing is reported",
            "`One`: a.py:2 is reported, and is not marked",
        ]
    );
    let complaints = complaints_about_examples(&[example("")], |_| Ok(Places::new()));
    assert_eq!(complaints, ["no example has a finding"]);
    assert!(complaints_about_form(&[("Examples".to_owned(), String::new())])[0].contains("What it finds"));
}
