//! The services of a compose file: what they publish and what they start.

mod interpolation;

use super::commandline;
use super::published;
use super::structured::{Entry, Node, Shape};
use crate::facts::{Build, EntryPoint, EnvironmentFile, Facts, Manager, Placement, Program};
use crate::source::Spanned;
pub use interpolation::Settings;
pub(super) use interpolation::interpolated;

/// Adds what the services of a document state, with the variables that the `.env` beside it sets.
pub(super) fn read(document: &Node, settings: &Settings, facts: &mut Facts) {
    for service in document.get("services").map_or(&[][..], Node::entries) {
        let is_service = [
            "image",
            "build",
            "ports",
            "command",
            "entrypoint",
            "environment",
            "env_file",
        ]
        .iter()
        .any(|key| service.node.get(key).is_some());
        if !is_service {
            continue;
        }
        published::read(service, settings, facts);
        let service = Entry {
            key: service.key.clone(),
            key_span: service.key_span,
            node: interpolation::put_in(&service.node, settings),
        };
        facts.programs.push(program(&service, settings));
    }
}

fn program(service: &Entry, settings: &Settings) -> Program {
    let node = &service.node;
    let field = |key: &str| {
        let node = node.get(key)?;
        Some(Spanned::new(node.scalar()?.to_owned(), node.span))
    };
    let mut program = Program::new(service.key.as_ref(), service.key_span, Manager::Compose);
    program.directory = field("working_dir");
    program.user = field("user").map(|user| {
        let name = user.value.split(':').next().unwrap_or("").to_owned();
        Spanned::new(name, user.span)
    });
    command(node, &mut program);
    program.environment = environment(node.get("environment"), settings);
    program.python = field("image").and_then(|image| {
        super::docker::python_of(&image.value).map(|version| Spanned::new(version, image.span))
    });
    program.environment_files = environment_files(node.get("env_file"));
    program.build = node.get("build").and_then(build);
    let volumes = node.get("volumes").map_or(&[][..], Node::elements);
    program.placements = volumes.iter().filter_map(placement).collect();
    program.in_container = true;
    let own = ["image", "container_name", "hostname"].into_iter();
    program.settings = own
        .filter_map(|key| Some((key.to_owned(), field(key)?)))
        .collect();
    // What it takes over from another service is not known here.
    let extended = node.get("extends");
    let extended = extended.map(|node| ("extends".to_owned(), Spanned::new(String::new(), node.span)));
    program.settings.extend(extended);
    // A service with profiles starts only when one of them is asked for.
    program.autostart = node.get("profiles").is_none_or(|list| list.elements().is_empty());
    program
}

/// Entry point and command are one line. As a text they are split as a shell would, but no shell runs.
fn command(node: &Node, program: &mut Program) {
    let parts = ["entrypoint", "command"].map(|key| node.get(key));
    // With an entry point of its own a service takes nothing over from the image's.
    program.entry_point = parts[0].map(|_| EntryPoint::Words(Vec::new()));
    let mut words = Vec::new();
    let mut written = Vec::new();
    let mut span = None;
    for part in parts.into_iter().flatten() {
        let list: Vec<String> = match part.scalar() {
            Some(line) => {
                written.push(line.to_owned());
                shlex::split(line).unwrap_or_else(|| line.split_whitespace().map(str::to_owned).collect())
            }
            None => part
                .elements()
                .iter()
                .filter_map(Node::scalar)
                .map(str::to_owned)
                .collect(),
        };
        if part.scalar().is_none() && !list.is_empty() {
            written.push(list.join(" "));
        }
        if !list.is_empty() {
            span.get_or_insert(part.span);
            words.extend(list);
        }
    }
    if let Some(span) = span {
        program.command = Some(Spanned::new(written.join(" "), span));
        program.commands = commandline::of_words(words, span);
    }
}

/// The variables that a service is given; one without a value is taken from where the others are put in from.
fn environment(node: Option<&Node>, settings: &Settings) -> Vec<(String, Spanned<String>)> {
    let mut found = Vec::new();
    let handed_on = |name: &str| interpolated(&format!("${{{name}}}"), settings);
    for entry in node.map_or(&[][..], Node::entries) {
        let text = match &entry.node.shape {
            Shape::Truth(truth) => truth.to_string(),
            _ => match entry.node.scalar() {
                Some(text) => text.to_owned(),
                None if matches!(entry.node.shape, Shape::Other) => handed_on(&entry.key),
                None => continue,
            },
        };
        found.push((entry.key.to_string(), Spanned::new(text, entry.node.span)));
    }
    for element in node.map_or(&[][..], Node::elements) {
        let Some(text) = element.text() else { continue };
        let (name, value) = match text.split_once('=') {
            Some((name, value)) => (name, value.to_owned()),
            None => (text, handed_on(text)),
        };
        if !name.is_empty() {
            found.push((name.to_owned(), Spanned::new(value, element.span)));
        }
    }
    found
}

/// `env_file: a.env`, a list of such, or of `{path: a.env, required: false}`.
fn environment_files(node: Option<&Node>) -> Vec<EnvironmentFile> {
    let Some(node) = node else {
        return Vec::new();
    };
    let one = |node: &Node| {
        let path = node.get("path").unwrap_or(node);
        let is_optional = node
            .get("required")
            .is_some_and(|required| matches!(required.shape, Shape::Truth(false)));
        Some(EnvironmentFile {
            path: Spanned::new(path.scalar()?.to_owned(), path.span),
            is_optional,
        })
    };
    match node.elements() {
        [] => one(node).into_iter().collect(),
        elements => elements.iter().filter_map(one).collect(),
    }
}

/// `build: ./api`, or `{context, dockerfile, target}`. An address is no folder of the tree.
fn build(node: &Node) -> Option<Build> {
    let context = node
        .scalar()
        .or_else(|| node.get("context").and_then(Node::scalar));
    let context = context.unwrap_or(".");
    let is_elsewhere = context.contains("://") || context.starts_with("git@");
    if is_elsewhere || node.get("dockerfile_inline").is_some() {
        return None;
    }
    let dockerfile = node.get("dockerfile").and_then(Node::scalar);
    Some(Build {
        context: context.to_owned(),
        dockerfile: dockerfile.unwrap_or("Dockerfile").to_owned(),
        target: node
            .get("target")
            .and_then(Node::scalar)
            .map(str::to_ascii_lowercase),
    })
}

/// A volume that shows a part of the tree: `./api:/app:ro`, or the same in the long form. A source
/// without a leading dot is a volume's name or a folder of the server.
fn placement(node: &Node) -> Option<Placement> {
    let (from, to) = match node.scalar() {
        Some(short) => {
            let mut parts = short.split(':');
            (parts.next()?, parts.next()?)
        }
        None => (
            node.get("source").and_then(Node::scalar)?,
            node.get("target").and_then(Node::scalar)?,
        ),
    };
    let is_relative = matches!(from, "." | "..") || from.starts_with("./") || from.starts_with("../");
    let bare = from.strip_prefix("./").unwrap_or(from).trim_end_matches('/');
    let to = match to.trim_end_matches('/') {
        "" => "/",
        to => to,
    };
    (is_relative && to.starts_with('/')).then(|| Placement {
        from: if bare.is_empty() { "." } else { bare }.to_owned(),
        to: to.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use crate::facts::{Access, Facts, Program};
    use crate::formats::yaml;

    fn extract(text: &str) -> Facts {
        yaml::extract("docker-compose.yml", text)
    }

    fn service(body: &str) -> Program {
        let lines = body.replace('\n', "\n    ");
        let mut programs = extract(&format!("services:\n  api:\n    image: x\n    {lines}\n")).programs;
        programs.remove(0)
    }

    fn words(program: &Program) -> Vec<&str> {
        let words = program.commands.iter().flat_map(|command| &command.words);
        words.map(|word| word.text.as_str()).collect()
    }

    #[test]
    fn services_publish_ports_and_set_variables() {
        let text = "services:\n  api:\n    image: x\n    command: [python, main.py]\n    environment:\n      HOME: /app\n    \
                    ports:\n      - \"127.0.0.1:8000:80/tcp\"\n      - 9000\n  ui:\n    build: .\n    environment:\n      \
                    - MODE=live\n    ports:\n      - target: 80\n        published: 8080\n";
        let facts = extract(text);
        let ports: Vec<_> = facts
            .ports
            .iter()
            .map(|port| (port.service.as_deref(), port.span.text(text)))
            .collect();
        assert_eq!(
            ports,
            [(Some("api"), "8000"), (Some("api"), "9000"), (Some("ui"), "8080")]
        );
        let names: Vec<_> = facts.variables.iter().map(|found| found.name.as_str()).collect();
        assert_eq!(names, ["HOME", "MODE"]);
        assert_eq!(facts.variables[1].access, Access::Set("live".to_owned()));
        let commands: Vec<_> = facts.programs.iter().map(|found| found.command.clone()).collect();
        assert_eq!(commands[0].as_ref().unwrap().value, "python main.py");
        assert_eq!(facts.programs[1].variable("MODE").unwrap().value, "live");
    }

    #[test]
    fn entry_point_and_command_are_one_line() {
        for (body, wanted) in [
            ("command: python 'a b.py'", vec!["python", "a b.py"]),
            ("command: [python, -m, app, 1]", vec!["python", "-m", "app", "1"]),
            ("entrypoint: [python]\ncommand: c.py", vec!["python", "c.py"]),
            ("command: sh -c 'python $$X'", vec!["python", "$X"]),
            ("command: >\n  python\n  d.py", vec!["python", "d.py"]),
            ("command: python 'open", vec!["python", "'open"]),
            ("command:", vec![]),
            ("command: {a: b}", vec![]),
        ] {
            let program = service(body);
            assert_eq!(words(&program), wanted, "{body}");
            assert!(program.in_container);
        }
        assert_eq!(
            service("entrypoint: [a]\ncommand: [b]").command.unwrap().value,
            "a b"
        );
    }

    #[test]
    fn files_builds_and_volumes_are_read() {
        let program = service(
            "env_file:\n  - a.env\n  - path: b.env\n    required: false\nbuild:\n  context: ./api\n  dockerfile: D\n\
             user: app:app\nworking_dir: /app\nprofiles: [x]\nenvironment:\n  - A=$$B\nvolumes:\n  - ./api:/app:ro\n  \
             - .:/code/\n  - data:/data\n  - /srv:/srv\n  - type: bind\n    source: ../lib\n    target: /lib\n  - /only",
        );
        let files: Vec<_> = program
            .environment_files
            .iter()
            .map(|file| (file.path.value.as_str(), file.is_optional))
            .collect();
        assert_eq!(files, [("a.env", false), ("b.env", true)]);
        let build = program.build.as_ref().unwrap();
        assert_eq!(
            (build.context.as_str(), build.dockerfile.as_str()),
            ("./api", "D")
        );
        let placed: Vec<_> = program
            .placements
            .iter()
            .map(|place| (place.from.as_str(), place.to.as_str()))
            .collect();
        assert_eq!(placed, [("api", "/app"), (".", "/code"), ("../lib", "/lib")]);
        assert_eq!(program.user.as_ref().unwrap().value, "app");
        assert_eq!(program.variable("A").unwrap().value, "$B");
        assert!(!program.autostart);
        assert_eq!(
            service("env_file: c.env").environment_files[0].path.value,
            "c.env"
        );
        assert_eq!(service("build: .").build.unwrap().dockerfile, "Dockerfile");
        assert!(service("build: https://x/y.git").build.is_none());
        let staged = service("build: {context: ., target: Dev}").build.unwrap();
        assert_eq!(staged.target.as_deref(), Some("dev"));
    }

    #[test]
    fn aliases_and_merge_keys_are_followed() {
        let text = "x-env: &env\n  A: 1\n  B: 2\nx-app: &app\n  image: x\n  command: python a.py\n  working_dir: /app\n\
                    services:\n  one:\n    <<: *app\n    environment:\n      <<: *env\n      B: 3\n  two:\n    \
                    <<: [{user: me}, *app, {user: you, image: y}]\n    command: &line [python, b.py]\n  \
                    three:\n    image: x\n    command: *line\n";
        let programs = extract(text).programs;
        let lines: Vec<_> = programs.iter().map(words).collect();
        assert_eq!(
            lines,
            [["python", "a.py"], ["python", "b.py"], ["python", "b.py"]]
        );
        assert_eq!(programs[0].variable("A").unwrap().value, "1");
        assert_eq!(programs[0].variable("B").unwrap().value, "3");
        assert_eq!(programs[0].directory.as_ref().unwrap().value, "/app");
        assert_eq!(programs[1].user.as_ref().unwrap().value, "me");
        assert!(
            extract("a: &a\n  services: *a\nservices: *a\n")
                .programs
                .is_empty()
        );
    }

    #[test]
    fn hostile_services_are_read() {
        for body in [
            "build: []",
            "env_file: {}",
            "env_file: [{}, [], 1]",
            "volumes: [':', '::', {}, 1, './:']",
            "environment: [=, A]",
            "entrypoint: ['']",
            "user: ':'",
            "command: '\\'",
            "ports: [':', {published: []}]",
        ] {
            service(body);
        }
        for text in [
            "services: x",
            "services: [a]",
            "services:\n  a: *b\n",
            "services: {a: {image: {}}}",
        ] {
            extract(text);
        }
    }
}
