use crate::facts::{Given, PortRole};
use crate::formats::python::extract;

/// Role, address, number, and what may give another.
type Told = (PortRole, Option<String>, Option<u16>, Given);

fn told(text: &str) -> Vec<Told> {
    let ports = extract(text).ports;
    ports
        .into_iter()
        .filter(|port| matches!(port.role, PortRole::Binds | PortRole::Dials))
        .filter(|port| port.table.as_deref() != Some(crate::facts::Port::UNSEEN))
        .map(|port| (port.role, port.host, port.number, port.given))
        .collect()
}

fn one(text: &str) -> Told {
    let found = told(text);
    assert_eq!(found.len(), 1, "{text}: {found:?}");
    found[0].clone()
}

#[test]
fn servers_listen() {
    for (text, host, number) in [
        (
            "import uvicorn\nuvicorn.run(app, host='0.0.0.0', port=8001)",
            Some("0.0.0.0"),
            8001,
        ),
        ("import uvicorn\nuvicorn.run(app)", None, 8000),
        ("from uvicorn import run\nrun('m:app', port=8002)", None, 8002),
        ("app.run(host='0.0.0.0', port=5000)", Some("0.0.0.0"), 5000),
        ("from aiohttp import web\nweb.run_app(app)", None, 8080),
        ("from aiohttp import web\nweb.run_app(app, port=8003)", None, 8003),
        (
            "import websockets\nwebsockets.serve(h, 'localhost', 8765)",
            Some("localhost"),
            8765,
        ),
        (
            "from http.server import HTTPServer\nHTTPServer(('', 8004), H)",
            Some(""),
            8004,
        ),
        ("s.bind(('127.0.0.1', 9000))", Some("127.0.0.1"), 9000),
        (
            "import asyncio\nasyncio.start_server(f, '0.0.0.0', 8005)",
            Some("0.0.0.0"),
            8005,
        ),
        (
            "from waitress import serve\nserve(app, listen='*:8006')",
            Some("*"),
            8006,
        ),
        ("server.add_insecure_port('[::]:50051')", Some("[::]"), 50051),
        (
            "from prometheus_client import start_http_server\nstart_http_server(9100)",
            None,
            9100,
        ),
        ("app.listen(8888)", None, 8888),
        (
            "demo.launch(server_name='0.0.0.0', server_port=7860)",
            Some("0.0.0.0"),
            7860,
        ),
        ("bind = '0.0.0.0:8007'", Some("0.0.0.0"), 8007),
        (
            "from flask import Flask\napp = Flask(__name__)\napp.run(debug=True)",
            None,
            5000,
        ),
        (
            "import dash\nui = dash.Dash()\nui.run(host='0.0.0.0')",
            Some("0.0.0.0"),
            8050,
        ),
        (
            "from twisted.internet import reactor\nreactor.listenTCP(8008, f)",
            None,
            8008,
        ),
    ] {
        let expected = (
            PortRole::Binds,
            host.map(str::to_owned),
            Some(number),
            Given::Fixed,
        );
        assert_eq!(one(text), expected, "{text}");
    }
}

#[test]
fn what_a_name_stands_for_is_known() {
    let variable = || Given::Variable("PORT".to_owned());
    for (text, number, given) in [
        ("PORT = 8001\nx.run(port=PORT)", Some(8001), Given::Fixed),
        (
            "import os\nPORT = int(os.getenv('PORT', 8002))\nx.run(port=PORT)",
            Some(8002),
            variable(),
        ),
        (
            "import os\nx.run(port=int(os.environ.get('PORT') or 8003))",
            Some(8003),
            variable(),
        ),
        ("import os\nx.run(port=int(os.environ['PORT']))", None, variable()),
        (
            "p.add_argument('--port', type=int, default=8004)\nargs = p.parse_args()\nx.run(port=args.port)",
            Some(8004),
            Given::Option("--port".to_owned()),
        ),
        (
            "def main(port: int = 8005):\n    x.run(port=port)",
            Some(8005),
            Given::Elsewhere,
        ),
        (
            "class S(BaseSettings):\n    port: int = 8006\ns = S()\nx.run(port=s.port)",
            Some(8006),
            variable(),
        ),
        (
            "x.run(port=get_port('api'))",
            None,
            Given::Table("api".to_owned()),
        ),
        ("x.run(port=config['p'])", None, Given::Elsewhere),
        (
            "def f():\n    port = 1111\ndef g():\n    port = 2222\nx.run(port=port)",
            None,
            Given::Elsewhere,
        ),
        (
            "def main():\n    x.run(port=PORT)\nPORT = 8007",
            Some(8007),
            Given::Fixed,
        ),
        (
            "c = {}\nport = c.get('port', 8008)\nx.run(port=port)",
            Some(8008),
            Given::Elsewhere,
        ),
    ] {
        assert_eq!(one(text), (PortRole::Binds, None, number, given), "{text}");
    }
}

#[test]
fn clients_dial() {
    for (text, host, number) in [
        ("s.connect(('localhost', 9000))", "localhost", 9000),
        (
            "import asyncio\nasyncio.open_connection('127.0.0.1', 9001)",
            "127.0.0.1",
            9001,
        ),
        (
            "import redis\nredis.Redis(host='cache', port=6380)",
            "cache",
            6380,
        ),
    ] {
        let expected = (PortRole::Dials, Some(host.to_owned()), Some(number), Given::Fixed);
        assert_eq!(one(text), expected, "{text}");
    }
}

#[test]
fn what_is_no_port_is_left_alone() {
    for text in [
        "s.listen(5)",
        "s.bind(('', 0))",
        "import subprocess\nsubprocess.run(['x'])",
        "import asyncio\nasyncio.run(main())",
        "client.run(token)",
        "import uvicorn\nuvicorn.run(app, **options)",
        "import uvicorn\nuvicorn.run(app, uds='/run/x')",
        "widget.bind('<Key>', f)",
        "serve()",
        "from discord import Client\nbot = Client()\nbot.run(TOKEN)",
    ] {
        assert_eq!(told(text), [], "{text}");
    }
}

#[test]
fn options_and_fields_have_defaults() {
    let text = "@click.option('--api-port', default=8001)\ndef f(api_port): pass\n\
                class S(BaseSettings):\n    feed_port: int = Field(8002, env='X')\n\
                def g(port: int = typer.Option(8003)): pass\n";
    let ports = extract(text).ports;
    let defaults: Vec<_> = ports
        .iter()
        .filter(|port| port.role == PortRole::Default)
        .map(|port| (port.service.as_deref(), port.number))
        .collect();
    assert_eq!(
        defaults,
        [
            (Some("api"), Some(8001)),
            (Some("feed"), Some(8002)),
            (None, Some(8003))
        ]
    );
}

#[test]
fn what_may_listen_is_noted() {
    let unseen = |text: &str| {
        let ports = extract(text).ports;
        ports
            .iter()
            .any(|port| port.table.as_deref() == Some(crate::facts::Port::UNSEEN))
    };
    assert!(unseen("import tornado.web\nstart()\n"));
    assert!(!unseen("import requests\nstart()\n"));
    assert!(!unseen("import uvicorn\nuvicorn.run(app)\n"));
    // Another module's application has a port that is not told here.
    let open = one("from desk import app\napp.run()");
    assert_eq!((open.2, open.3), (None, Given::Elsewhere));
}
