//! Command lines: which module or script they run, with which options and settings.

use super::{line, stages};

#[test]
fn pythons_own_options() {
    let files = &["x.py", "app/__main__.py", "app/__init__.py"];
    for (command, expected) in [
        ("python x.py", "script x.py"),
        ("venv/bin/python -u -O -B x.py", "script x.py"),
        ("/usr/bin/python3.10 -W ignore -X dev x.py", "script x.py"),
        ("python -Wignore -uB x.py a b", "script x.py"),
        ("python gone.py", "script gone.py?"),
        ("python app/", "script app/__main__.py"),
        ("python -m app", "module app main"),
        ("python -um app", "module app main"),
        ("python -mapp", "module app main"),
        ("python -c pass", ""),
        ("python -", ""),
        ("python", ""),
        ("env PYTHONPATH=app python x.py", "script x.py with app"),
        ("env PYTHONPATH=app python -E x.py", "script x.py"),
        ("env PYTHONPATH=app python -I x.py", "script x.py isolated"),
        ("python -m coverage run x.py", "tool coverage + script x.py"),
        ("uv run x.py", "script x.py"),
        ("uv run -m app", "module app main"),
    ] {
        assert_eq!(line(command, files), expected, "{command}");
    }
}

/// Command lines, and what they come to.
const APPLICATIONS: &[(&str, &str)] = &[
    ("uvicorn main:app", "module main:app from / by uvicorn"),
    (
        "venv/bin/uvicorn --host 0.0.0.0 --port 80 main:app",
        "module main:app from / by uvicorn",
    ),
    (
        "uvicorn --factory shop.web:create_app",
        "module shop.web:create_app from / by uvicorn",
    ),
    (
        "uvicorn --app-dir src api:app",
        "module api:app from /src by uvicorn",
    ),
    (
        "python -m uvicorn api:app --app-dir=src",
        "module api:app from /src by uvicorn",
    ),
    (
        "gunicorn -w 4 -b :80 main:app",
        "module main:app from / by gunicorn",
    ),
    ("gunicorn main", "module main:application from / by gunicorn"),
    (
        "gunicorn --chdir src api:app",
        "module api:app from /src by gunicorn in src with ",
    ),
    (
        "gunicorn --pythonpath src,jobs main:app",
        "module main:app from / by gunicorn with src:jobs",
    ),
    (
        "gunicorn 'shop:create_app()'",
        "module shop:create_app from / by gunicorn",
    ),
    (
        "gunicorn -c conf.py",
        "script conf.py? with  isolated + tool gunicorn",
    ),
    (
        "gunicorn -k uvicorn.workers.UvicornWorker main:app",
        "module uvicorn.workers:UvicornWorker from / + module main:app from / by gunicorn",
    ),
    (
        "gunicorn --worker-class=gevent main:app",
        "module gevent from / + module main:app from / by gunicorn",
    ),
    (
        "gunicorn -k gthread main:app",
        "module main:app from / by gunicorn",
    ),
    (
        "env GUNICORN_CMD_ARGS=--chdir=src gunicorn api:app",
        "module api:app from /src by gunicorn in src with ",
    ),
    ("hypercorn main:app", "module main:app from / by hypercorn"),
    ("daphne -p 80 main:app", "module main:app from / by daphne"),
    (
        "granian --interface asgi main:app",
        "module main:app from / by granian",
    ),
    (
        "waitress-serve --port=80 main:app",
        "module main:app from / by waitress-serve",
    ),
    (
        "waitress-serve --call main:make",
        "module main:make from / by waitress-serve",
    ),
    (
        "celery -A shop worker -l info",
        "module shop.celery from / by celery",
    ),
    (
        "celery --app=jobs.tasks beat",
        "module jobs.tasks from / by celery",
    ),
    (
        "celery -Ajobs.tasks:app worker",
        "module jobs.tasks:app from / by celery",
    ),
    (
        "celery -A jobs.tasks.app worker",
        "module jobs.tasks:app from / by celery",
    ),
    (
        "celery --workdir jobs -A tasks worker",
        "module tasks from /jobs by celery in jobs",
    ),
    ("celery worker", "tool celery"),
    ("flask --app shop.web run", "module shop.web from / by flask"),
    ("flask --app shop/web.py run", "module shop.web from / by flask"),
    (
        "flask -A shop.web:create_app run -p 80",
        "module shop.web:create_app from / by flask",
    ),
    ("flask run", "module wsgi from / by flask"),
    (
        "streamlit run view.py --server.port 80",
        "tool streamlit + script view.py",
    ),
    ("fastapi run shop/web.py", "module shop.web from / by fastapi"),
    (
        "dramatiq jobs.tasks shop",
        "module jobs.tasks from / by dramatiq + module shop from / by dramatiq",
    ),
    (
        "huey_consumer jobs.tasks.huey -w 4",
        "module jobs.tasks:huey from / by huey_consumer",
    ),
    (
        "arq jobs.tasks.Settings",
        "module jobs.tasks:Settings from / by arq",
    ),
    ("rq worker high", "tool rq"),
    ("alembic upgrade head", "tool alembic"),
    ("django-admin migrate", "tool django-admin"),
    ("poetry run uvicorn main:app", "module main:app from / by uvicorn"),
    (
        "ddtrace-run gunicorn main:app",
        "tool ddtrace-run + module main:app from / by gunicorn",
    ),
    ("dotenv run -- python main.py", "tool dotenv + script main.py"),
    ("nginx -g x", ""),
];

#[test]
fn servers_and_workers_load_what_they_are_told() {
    let files = &[
        "main.py",
        "wsgi.py",
        "src/api.py",
        "shop/__init__.py",
        "shop/celery.py",
        "shop/web.py",
        "jobs/tasks.py",
        "view.py",
    ];
    for (command, expected) in APPLICATIONS {
        assert_eq!(line(command, files), *expected, "{command}");
    }
}

#[test]
fn a_line_with_cd_runs_there() {
    let found = stages(&[
        (
            "supervisord.conf",
            "[program:x]\ncommand=bash -c \"cd api && exec python main.py\"\n",
        ),
        ("api/main.py", ""),
    ]);
    assert_eq!(found, ["script api/main.py in api"]);
}

#[test]
fn commands_of_the_own_project_are_known() {
    let found = stages(&[
        (
            "supervisord.conf",
            "[program:x]\ncommand=venv/bin/serve --port 80\n",
        ),
        (
            "pyproject.toml",
            "[project]\nname=\"shop\"\n[project.scripts]\nserve=\"shop.cli:main\"\n",
        ),
        ("src/shop/__init__.py", ""),
        ("src/shop/cli.py", ""),
    ]);
    assert_eq!(found, ["module shop.cli:main installed with src"]);
    for (path, text) in [
        (
            "setup.cfg",
            "[options.entry_points]\nconsole_scripts =\n    serve = shop.cli:main\n",
        ),
        (
            "setup.py",
            "from setuptools import setup\nsetup(entry_points={'console_scripts': ['serve=shop.cli:main']})\n",
        ),
    ] {
        let found = stages(&[
            ("supervisord.conf", "[program:x]\ncommand=venv/bin/serve\n"),
            (path, text),
            ("shop/cli.py", ""),
        ]);
        assert_eq!(found, ["module shop.cli:main installed with "], "{path}");
    }
}

#[test]
fn a_variable_in_pythonpath_is_taken_to_be_the_trees_place() {
    let with = |value: &str| {
        let config = format!("[program:x]\ncommand=python lib/x.py\nenvironment=PYTHONPATH=\"{value}\"\n");
        stages(&[("supervisord.conf", &config), ("lib/x.py", "")]).join(" + ")
    };
    for (value, expected) in [
        ("$ROOT", "script lib/x.py with "),
        ("$ROOT/lib", "script lib/x.py with lib"),
        ("$VENV/site-packages", "script lib/x.py"),
        ("lib:$PYTHONPATH", "script lib/x.py with lib"),
        ("lib${PYTHONPATH:+:$PYTHONPATH}", "script lib/x.py with lib"),
    ] {
        assert_eq!(with(value), expected, "{value}");
    }
}

/// Settings of gunicorn, a command line, and what the two come to.
const SETTINGS: &[(&str, &str, &str)] = &[
    (
        "bind = ':80'\n",
        "gunicorn main:app",
        "module main:app from / by gunicorn",
    ),
    (
        "wsgi_app = 'main:app'\n",
        "gunicorn",
        "module main:app from / by gunicorn",
    ),
    (
        "wsgi_app = 'gone:app'\n",
        "gunicorn main:app",
        "module main:app from / by gunicorn",
    ),
    (
        "chdir = 'src'\nwsgi_app = 'api:app'\n",
        "gunicorn",
        "module api:app from /src by gunicorn in src with ",
    ),
    (
        "import os\nbase = os.path.dirname(os.path.abspath(__file__))\nchdir = os.path.join(base, 'src')\n",
        "gunicorn api:app",
        "module api:app from /src by gunicorn in src with ",
    ),
    (
        "chdir = 'gone'\n",
        "gunicorn --chdir src api:app",
        "module api:app from /src by gunicorn in src with ",
    ),
    (
        "import where\nchdir = where.at()\n",
        "gunicorn api:app",
        "tool gunicorn",
    ),
    (
        "pythonpath = 'src,lib'\nworker_class = 'gevent'\n",
        "gunicorn main:app",
        "module gevent from / with src:lib + module main:app from / by gunicorn with src:lib",
    ),
];

#[test]
fn settings_of_a_server_count() {
    for (settings, command, expected) in SETTINGS {
        let config = format!("[program:x]\ncommand={command}\n");
        let found = stages(&[
            ("supervisord.conf", &config),
            ("gunicorn.conf.py", settings),
            ("main.py", ""),
            ("src/api.py", ""),
            ("lib/x.py", ""),
        ]);
        let (first, rest) = found.split_first().unwrap();
        assert!(first.starts_with("script gunicorn.conf.py"), "{first}");
        assert_eq!(rest.join(" + "), *expected, "{settings}");
    }
    // A file elsewhere is read from where gunicorn is started; a module is imported from there.
    let found = stages(&[
        (
            "supervisord.conf",
            "[program:x]\ncommand=gunicorn -c deploy/g.py main:app\n",
        ),
        ("deploy/g.py", "import main\n"),
        ("main.py", ""),
    ]);
    assert_eq!(
        found,
        [
            "script deploy/g.py with  isolated",
            "module main:app from / by gunicorn"
        ]
    );
    // A sample that people put where the unit has it.
    let found = stages(&[
        (
            "contrib/web.service",
            "[Service]\nWorkingDirectory=/opt/app\nExecStart=/opt/app/venv/bin/gunicorn -c /opt/app/g.py main:app\n",
        ),
        ("contrib/g.py", "chdir = '/opt/app/src'\n"),
        ("src/main.py", ""),
    ]);
    assert_eq!(
        found,
        [
            "script contrib/g.py with  isolated",
            "module main:app from /src by gunicorn in src with "
        ]
    );
    let found = stages(&[
        (
            "supervisord.conf",
            "[program:x]\ncommand=gunicorn -c python:deploy.g\n",
        ),
        ("deploy/g.py", "wsgi_app = 'main:app'\n"),
        ("main.py", ""),
    ]);
    assert_eq!(
        found,
        ["module deploy.g from /", "module main:app from / by gunicorn"]
    );
}

#[test]
fn a_package_of_the_trees_own_name_is_not_the_tree() {
    let with = |setting: &str, command: &str, files: &[&str]| {
        let config = format!("[program:x]\ncommand={command}\ndirectory=/opt/desk\n{setting}");
        let mut tree = vec![("supervisord.conf", config.as_str())];
        tree.extend(files.iter().map(|path| (*path, "")));
        stages(&tree).join(" + ")
    };
    let package = ["desk/__init__.py", "desk/main.py", "run.py"];
    for (command, expected) in [
        ("python -m desk.main", "module desk.main main"),
        ("python run.py", "script run.py"),
        ("/opt/desk/venv/bin/python /opt/desk/run.py", "script run.py"),
        ("python desk/main.py", "script desk/main.py"),
        ("uvicorn desk.main:app", "module desk.main:app from / by uvicorn"),
        ("python main.py", "script desk/main.py in desk"),
        ("python gone.py", "script gone.py?"),
    ] {
        assert_eq!(with("", command, &package), expected, "{command}");
    }
    assert_eq!(
        with(
            "environment=PYTHONPATH=\"/opt/desk\"\n",
            "python desk/main.py",
            &package
        ),
        "script desk/main.py with "
    );
    assert_eq!(
        with("", "python main.py", &["desk/main.py"]),
        "script desk/main.py in desk"
    );
}
