use super::*;
use crate::formats;

fn document(path: &str, text: &str) -> Document {
    let format = Format::of(path, text.as_bytes()).unwrap();
    Document {
        path: path.to_owned(),
        format,
        facts: formats::extract(path, format, text).into(),
        is_executable: None,
        host: None,
        is_development: std::sync::OnceLock::new(),
    }
}

const MANIFEST: &str = r#"{"core": {"api": {"port": 8000}, "Order-Service": {"port": 8001}}}"#;

#[test]
fn the_manifest_is_told_by_its_name_or_by_its_content() {
    let path = |documents: &[Document]| {
        Ports::join(documents, None)
            .manifest
            .map(|manifest| manifest.path)
    };
    let named = document("config/port_manifest.json", MANIFEST);
    let copy = document("archive/port_manifest.json", MANIFEST);
    assert_eq!(path(&[copy, named]).as_deref(), Some("config/port_manifest.json"));
    assert_eq!(path(&[document("config/services.json", MANIFEST)]), None);
    let three = r#"{"a": {"port": 8000}, "b": {"port": 8001}, "c": {"port": 8002}}"#;
    assert_eq!(
        path(&[document("config/services.json", three)]).as_deref(),
        Some("config/services.json")
    );
    assert_eq!(
        path(&[document("x.json", three), document("y.json", three)]),
        None
    );
    assert_eq!(path(&[document("portfolio.json", MANIFEST)]), None);
}

#[test]
fn spellings_of_a_service_are_one() {
    let ports = Ports::join(
        &[
            document(
                ".env",
                "API_PORT=9000\nORDER_SERVICE_PORT=8001\nORDER_PORT=7000\nOTHER_PORT=8000\n",
            ),
            document("ports.json", MANIFEST),
            document("old/ports.json", r#"{"api": {"port": 1}, "order": {"port": 2}}"#),
        ],
        None,
    );
    let found: Vec<_> = ports
        .disagreeing()
        .iter()
        .map(|clash| (clash.port.text.clone(), clash.other.text.clone()))
        .collect();
    assert_eq!(
        found,
        [
            ("9000".to_owned(), "8000".to_owned()),
            ("7000".to_owned(), "8001".to_owned())
        ]
    );
    assert_eq!(ports.intruding().len(), 1);
    let config = r#"{"api": {"port": 8000}, "order": {"port": 8001}, "web": {"port": 8000}}"#;
    let ports = Ports::join(
        &[document("config.json", config), document("ports.json", MANIFEST)],
        None,
    );
    assert!(ports.intruding().is_empty(), "a config may have other names");
    assert!(ports.contested().is_empty());
}

#[test]
fn a_broken_manifest_is_one_still() {
    let ports = Ports::join(&[document("ports.json", "{\"a\": ")], None);
    assert!(ports.manifest().unwrap().broken.is_some());
    assert!(ports.unknown_lookups().is_empty());
}

#[test]
fn likely_names_are_offered() {
    let ports = Ports::join(&[document("ports.json", MANIFEST)], None);
    assert_eq!(ports.manifest().unwrap().nearest("orders"), ["Order-Service"]);
}

#[test]
fn the_settings_may_name_the_manifest() {
    let named = document("config/desk.yaml", "services:\n  api:\n    port: 8000\n");
    let other = document("config/ports.json", MANIFEST);
    let ports = Ports::join(&[named, other], Some("config/desk.yaml"));
    let manifest = ports.manifest().unwrap();
    assert_eq!(manifest.path, "config/desk.yaml");
    assert!(manifest.service("api").is_some());
}

/// The project of some files.
fn project(files: &[(&str, &str)]) -> crate::project::Project {
    use crate::engine::{self, Progress};
    let tree = crate::tree::Memory::new(files.iter().copied());
    engine::read(
        &tree,
        crate::target::Target::default(),
        &|_| false,
        &Progress::default(),
    )
    .0
}

/// Number, address and basis of what the one program of some files listens on; whether there may be more.
fn binds(files: &[(&str, &str)]) -> (Vec<(u16, Option<String>, Basis)>, bool) {
    let project = project(files);
    let (id, _) = project.programs().next().unwrap();
    let ports = project.ports.of_program(id);
    let told = ports.binds.iter();
    let told = told.map(|port| (port.number, port.host.clone(), port.basis.clone()));
    (told.collect(), ports.is_open)
}

/// A program's command, its files, and the port, address and basis that it listens on.
type Case = (
    &'static str,
    &'static [(&'static str, &'static str)],
    u16,
    Option<&'static str>,
    Basis,
);

const APP: (&str, &str) = ("app.py", "app = None\n");

fn cases() -> Vec<Case> {
    vec![
        ("uvicorn app:app --port 8001", &[APP], 8001, None, Basis::Written),
        (
            "uvicorn app:app",
            &[APP],
            8000,
            Some("127.0.0.1"),
            Basis::Default(Some("UVICORN_PORT".to_owned())),
        ),
        (
            "uvicorn app:app --host 0.0.0.0",
            &[APP],
            8000,
            Some("0.0.0.0"),
            Basis::Default(Some("UVICORN_PORT".to_owned())),
        ),
        (
            "gunicorn app:app",
            &[APP],
            8009,
            Some("0.0.0.0"),
            Basis::Variable("PORT".to_owned()),
        ),
        (
            "python3 app.py",
            &[(
                "app.py",
                "import os\nimport uvicorn\nuvicorn.run('x', port=int(os.environ['PORT']))\n",
            )],
            8009,
            None,
            Basis::Variable("PORT".to_owned()),
        ),
        (
            "python3 -m desk.app",
            &[
                ("desk/__init__.py", ""),
                ("desk/app.py", "import uvicorn\nuvicorn.run('x', port=8002)\n"),
            ],
            8002,
            None,
            Basis::Written,
        ),
        (
            "python3 app.py",
            &[
                (
                    "app.py",
                    "from ports import get_port\nx.run(port=get_port('api'))\n",
                ),
                ("ports.py", "def get_port(name): return 0\n"),
                ("ports.json", r#"{"api": 8004, "web": 8005}"#),
            ],
            8004,
            None,
            Basis::Manifest,
        ),
        (
            "python3 app.py",
            &[(
                "app.py",
                "p.add_argument('--port', default=8007)\na = p.parse_args()\nx.run(port=a.port)\n",
            )],
            8007,
            None,
            Basis::Default(None),
        ),
        (
            "bash start.sh",
            &[APP, ("start.sh", "exec uvicorn app:app --port 8006\n")],
            8006,
            None,
            Basis::Written,
        ),
    ]
}

#[test]
fn what_a_program_listens_on_is_worked_out() {
    let supervisor = |command: &str| format!("[program:api]\ncommand={command}\nenvironment=PORT=\"8009\"\n");
    for (command, files, number, host, basis) in cases() {
        let config = supervisor(command);
        let mut all = vec![("supervisord.conf", config.as_str())];
        all.extend_from_slice(files);
        let expected = vec![(number, host.map(str::to_owned), basis)];
        assert_eq!(binds(&all), (expected, false), "{command}");
    }
}

#[test]
fn a_constant_of_another_module_is_followed() {
    let config = ("supervisord.conf", "[program:api]\ncommand=python3 app.py\n");
    let app = ("app.py", "from settings import PORT\nx.run(port=PORT)\n");
    let fixed = binds(&[config, app, ("settings.py", "PORT = 8011\n")]);
    assert_eq!(fixed, (vec![(8011, None, Basis::Written)], false));
    let read = binds(&[
        config,
        app,
        (
            "settings.py",
            "import os\nPORT = int(os.getenv('PORT', '8012'))\n",
        ),
    ]);
    assert_eq!(
        read,
        (vec![(8012, None, Basis::Default(Some("PORT".to_owned())))], false)
    );
    let field = (
        "app.py",
        "from settings import settings\nx.run(port=settings.port)\n",
    );
    let class = (
        "settings.py",
        "class S(BaseSettings):\n    port: int = 8013\nsettings = S()\n",
    );
    assert_eq!(
        binds(&[config, field, class]),
        (vec![(8013, None, Basis::Guess)], true)
    );
}

#[test]
fn what_is_not_told_is_open() {
    let config = ("supervisord.conf", "[program:api]\ncommand=python3 app.py\n");
    for code in [
        "import uvicorn\nuvicorn.run('x', port=settings.port)\n",
        "import os\nx.run(port=int(os.environ['PORT']))\n",
        "x.run(port=a)\ny.run(port=b)\n",
    ] {
        assert_eq!(binds(&[config, ("app.py", code)]), (Vec::new(), true), "{code}");
    }
    let quiet = [config, ("app.py", "print('x')\n")];
    assert_eq!(binds(&quiet), (Vec::new(), false));
}

#[test]
fn a_module_that_is_imported_does_not_run_its_main() {
    let config = ("Procfile", "web: uvicorn app:app\n");
    let code = "import uvicorn\napp = None\nif __name__ == '__main__':\n    uvicorn.run(app, port=9000)\n";
    let (told, _) = binds(&[config, ("app.py", code)]);
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].0, 8000);
}

#[test]
fn a_program_dials_and_asks_hosts() {
    let project = project(&[
        ("supervisord.conf", "[program:api]\ncommand=python3 app.py\n"),
        (
            "app.py",
            "A = 'http://localhost:8001/x'\nB = 'https://api.exchange.example/v1'\n",
        ),
    ]);
    let (id, _) = project.programs().next().unwrap();
    let ports = project.ports.of_program(id);
    assert_eq!(
        ports.dials.iter().map(|port| port.number).collect::<Vec<_>>(),
        [8001]
    );
    assert_eq!(ports.hosts.keys().collect::<Vec<_>>(), ["api.exchange.example"]);
}

#[test]
fn the_firewall_is_joined() {
    let told = |script: &str| {
        let project = project(&[("deploy/fw.sh", script)]);
        project
            .gate()
            .map(|gate| (gate.admits(80), gate.is_complete, gate.is_closed))
    };
    assert_eq!(told("ufw allow 80\nufw enable\n"), Some((true, true, true)));
    assert_eq!(told("ufw allow 443\n"), Some((false, true, false)));
    assert_eq!(
        told("ufw allow $P/tcp\nufw default deny incoming\n"),
        Some((false, false, true))
    );
    assert_eq!(
        told("iptables -P INPUT DROP\niptables -A INPUT -p tcp --dport 80 -j ACCEPT\n"),
        Some((true, true, true))
    );
    assert_eq!(told("apt-get install -y ufw\n"), None);
}

/// What the kernel makes of two addresses, as `Socket::excludes` has it.
#[test]
fn an_address_and_all_of_them_exclude_each_other() {
    let first = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let number = first.local_addr().unwrap().port();
    let socket = |host: &str| Socket {
        program: None,
        name: String::new(),
        port: PortUse {
            number,
            host: Some(host.to_owned()),
            place: crate::finding::Place {
                document: DocumentId(0),
                span: crate::source::Span::default(),
            },
            basis: Basis::Written,
            is_udp: false,
        },
        opened_by: DocumentId(0),
    };
    for host in ["127.0.0.1", "0.0.0.0", "127.0.0.2"] {
        let is_refused = std::net::TcpListener::bind((host, number)).is_err();
        // Every address of 127/8 is one machine's; that two of them differ is not looked into.
        let excludes = socket("127.0.0.1").excludes(&socket(host));
        assert!(excludes == is_refused || host == "127.0.0.2", "{host}");
    }
}
