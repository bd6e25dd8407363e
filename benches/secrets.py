#!/usr/bin/env python3
"""Audits the same files with `audit` and with detect-secrets, and prints what each finds.

    pip install detect-secrets
    benches/secrets.py target/release/audit [path of detect-secrets]

Each line of the two lists below becomes a file of its own. Nothing in them is anybody's key: what has to look
like one is drawn anew, from a fixed seed, when this runs.
"""
import base64, json, pathlib, random, string, subprocess, sys, tempfile, zlib

draw = random.Random(20261125)
DIGITS, HEX, CAPITALS = string.digits, "0123456789abcdef", string.ascii_uppercase
B62 = DIGITS + string.ascii_uppercase + string.ascii_lowercase


def some(count, letters=B62):
    return "".join(draw.choice(letters) for _ in range(count))


def b64(count):
    return base64.b64encode(draw.randbytes(count)).decode()


def uuid():
    return "-".join(some(n, HEX) for n in (8, 4, 4, 4, 12))


def with_crc(prefix):
    body, check, number = some(30), "", 0
    number = zlib.crc32(body.encode())
    for _ in range(6):
        check, number = B62[number % 62] + check, number // 62
    return prefix + body + check


def jwt():
    part = lambda value: base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")
    return f'{part({"alg": "HS256", "typ": "JWT"})}.{part({"sub": "desk", "exp": 1790000000})}.{some(43)}'


def pem(kind):
    body = base64.b64encode(b"\x30\x82\x04\xa3\x02\x01\x00" + draw.randbytes(400)).decode()
    lines = "\n".join(body[at : at + 64] for at in range(0, len(body), 64))
    return f"-----BEGIN {kind}-----\n{lines}\n-----END {kind}-----\n"


MACAROON = base64.urlsafe_b64encode(b"\x02\x01\x08pypi.org\x00\x02" + draw.randbytes(110)).decode().rstrip("=")

TRUE = [
    ("bot.py", f'BINANCE_API_KEY = "{some(64)}"'),
    ("bot.py", f'client = Client("binance", api_secret="{some(64)}")'),
    ("exchange.json", f'{{"name": "kraken", "secret": "{b64(64)}"}}'),
    ("bot.py", f'BYBIT_API_SECRET = "{some(36)}"'),
    ("bot.py", f'OKX_SECRET = "{some(32, DIGITS + "ABCDEF")}"'),
    ("kucoin.yml", f"kucoin:\n  key: {some(24, HEX)}"),
    ("bot.py", f'KUCOIN_API_SECRET = "{uuid()}"'),
    ("bot.py", f'COINBASE_API_SECRET = "{b64(64)}"'),
    ("broker.py", f'APCA_API_KEY_ID = "AK{some(18, CAPITALS + DIGITS)}"'),
    ("broker.py", f'APCA_API_SECRET_KEY = "{some(40)}"'),
    ("feed.py", f'FINNHUB_API_KEY = "{some(20, DIGITS + string.ascii_lowercase)}"'),
    ("feed.py", f'ALPHAVANTAGE_KEY = "{some(16, CAPITALS + DIGITS)}"'),
    ("feed.py", f'POLYGON_API_KEY = "{some(32)}"'),
    ("feed.py", f'KALSHI_KEY_ID = "{uuid()}"'),
    ("cloud.py", f'AWS_ACCESS_KEY_ID = "AKIA{some(16, CAPITALS + "234567")}"'),
    ("cloud.env", f"AWS_SECRET_ACCESS_KEY={some(40)}"),
    ("cloud.py", f'MAPS = "AIza{some(35)}"'),
    ("deploy.sh", f'az storage blob upload --connection-string "AccountName=desk;AccountKey={b64(64)}"'),
    ("deploy.sh", f"export GITHUB_TOKEN={with_crc('ghp_')}"),
    ("ci.yml", f"token: glpat-{some(20)}"),
    (".npmrc", f"//registry.npmjs.org/:_authToken={with_crc('npm_')}"),
    (".pypirc", f"[pypi]\npassword = pypi-{MACAROON}"),
    ("alerts.py", f'SLACK = "xoxb-{some(12, DIGITS)}-{some(12, DIGITS)}-{some(24)}"'),
    ("alerts.py", f'HOOK = "https://hooks.slack.com/services/T{some(9, CAPITALS)}/B{some(9, CAPITALS)}/{some(24)}"'),
    ("alerts.py", f'HOOK = "https://discord.com/api/webhooks/{some(18, DIGITS)}/{some(68)}"'),
    ("alerts.py", f'BOT = "{some(10, "123456789")}:AA{some(33)}"'),
    ("alerts.py", f'MAIL = "SG.{some(22)}.{some(43)}"'),
    ("alerts.py", f'twilio_auth_token = "{some(32, HEX)}"'),
    ("pay.py", f'STRIPE = "sk_live_{some(24)}"'),
    ("pay.py", f'endpoint = "whsec_{some(32)}"'),
    ("model.py", f'OPENAI = "sk-proj-{some(48)}T3BlbkFJ{some(48)}"'),
    ("model.py", f'client = Anthropic(api_key="sk-ant-api03-{some(93)}AA")'),
    ("model.py", f'login("hf_{some(34, string.ascii_letters)}")'),
    ("session.py", f'COOKIE = "{jwt()}"'),
    ("id_rsa", pem("RSA PRIVATE KEY")),
    ("server.pem", pem("PRIVATE KEY")),
    ("google.json", json.dumps({"type": "service_account", "private_key": pem("PRIVATE KEY")}, indent=1)),
    ("wallet.py", f'PRIVATE_KEY = "0x{some(64, HEX)}"'),
    ("app.py", 'DB_PASSWORD = "Tr0ub4dor&3"'),
    ("app.py", 'smtp.login("desk", password="k8mLm2pQz7")'),
    ("app.py", f'SECRET_KEY = "{some(50)}"'),
    ("app.py", f'JWT_SECRET = os.getenv("JWT_SECRET", "{some(24)}")'),
    ("app.py", f'headers = {{"Authorization": "Bearer {some(40)}"}}'),
    ("app.py", f'headers = {{"Authorization": "Basic {base64.b64encode(b"desk:n8Vx2qLw9Zt4").decode()}"}}'),
    ("app.py", '# password = "b4nKh0lid4y!"'),
    ("app.py", 'URL = "postgresql://desk:w7Kq2mZx9@db.internal/desk"'),
    ("app.py", 'PROXY = "http://desk:n8Vx2qLw9Zt4@proxy.example.org:3128"'),
    (".env", "REDIS_URL=redis://:n8Vx2qLw9Zt4@cache:6379/0"),
    (".env", "MAIL_PASSWORD=k9Rw2xPq7Lm"),
    ("docker-compose.yml", "services:\n  db:\n    image: postgres:16\n    environment:\n      POSTGRES_PASSWORD: n8Vx2qLw9Zt4"),
    ("supervisord.conf", '[program:desk]\ncommand=python3 app.py\nenvironment=DB_PASSWORD="n8Vx2qLw9Zt4"'),
    ("desk.service", f"[Service]\nEnvironment=API_TOKEN={some(32)}\nExecStart=/usr/bin/true"),
    ("Dockerfile", f"FROM python:3.12\nENV AUTH_TOKEN={some(32)}"),
    ("start.sh", "PGPASSWORD=n8Vx2qLw9Zt4 psql -h db"),
    ("config.json", '{"user": "desk", "password": "n8Vx2qLw9Zt4"}'),
    ("web/app.js", f'const apiKey = "{some(32)}";'),
    ("requirements.txt", "--extra-index-url https://build:n8Vx2qLw9Zt4@packages.example.org/simple"),
    ("main.go", f'apiToken := "{some(40)}"'),
]

TEMPTING = [
    ("a.py", 'API_KEY = os.environ["BINANCE_API_KEY"]'),
    ("a.py", 'api_key = os.getenv("API_KEY", "")'),
    ("a.py", 'password = getpass.getpass("Password: ")'),
    ("a.py", 'PASSWORD = "changeme"'),
    ("a.py", 'API_KEY = "your-api-key-here"'),
    ("a.py", 'API_KEY = "<paste your key>"'),
    ("a.py", 'TOKEN = "xxxxxxxxxxxxxxxxxxxxxxxx"'),
    ("a.py", 'SECRET_KEY = "REPLACE_ME_WITH_A_SECRET_KEY"'),
    ("a.py", 'AWS_ACCESS_KEY_ID = "AKIAIOSFODNN7EXAMPLE"'),
    ("a.py", 'AWS_SECRET_ACCESS_KEY = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"'),
    ("a.py", 'stripe.api_key = "sk_test_" + os.environ["STRIPE"]'),
    ("a.py", f'COMMIT = "{some(40, HEX)}"'),
    ("a.py", f'SHA256 = "{some(64, HEX)}"'),
    ("a.py", f'checksum = "{some(32, HEX)}"'),
    ("a.py", f'ETAG = "{some(32, HEX)}"'),
    ("a.py", f'NAMESPACE = UUID("{uuid()}")'),
    ("a.py", f'run_token = "{uuid()}"'),
    ("a.py", f'down_revision = "{some(12, HEX)}"'),
    ("a.py", 'password_hash = "pbkdf2_sha256$600000$Zk3vQ9mT2xR7$bN4wL8cJ1pH6sD0fGaZk3vQ9mT2xR7bN4wL8cJ1pH6="'),
    ("a.py", f'user.password = "$2b$12${some(53)}"'),
    ("a.py", 'PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]'),
    ("a.py", 'SESSION_ENGINE = "django.contrib.sessions.backends.signed_cookies"'),
    ("a.py", 'token_url = "https://auth.example.org/oauth2/token"'),
    ("a.py", 'TOKEN_FILE = "/run/secrets/api_token"'),
    ("a.py", 'secret_name = "prod/desk/database-password"'),
    ("a.py", 'secret = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:desk-AbCdEf"'),
    ("a.py", 'error_messages = {"password_mismatch": "The two password fields do not match."}'),
    ("a.py", 'widget_id = "id_password2"'),
    ("a.py", 'reset_token = "password_reset_token_v2"'),
    ("a.py", 'password_field = "new_password1"'),
    ("a.py", 'pad_token = "<|endoftext|>"'),
    ("a.py", 'max_tokens = "4096"'),
    ("a.py", 'tokenizer_name = "sentence-transformers/all-MiniLM-L6-v2"'),
    ("a.py", 'if token.type == "STRING_LITERAL_2": pass'),
    ("a.py", 'cache_key = "user:1234:profile:v2"'),
    ("a.py", 'primary_key = "customer_order_line_2"'),
    ("a.py", 'public_key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI' + some(43) + '"'),
    ("a.py", f'PUBLIC_KEY = "{some(44)}"'),
    ("a.py", 'password = f"{prefix}-{number}"'),
    ("a.py", 'URL = f"postgresql://{USER}:{PASSWORD}@{HOST}/desk"'),
    ("a.py", 'URL = "postgresql://user:password@localhost/db"'),
    ("a.py", 'URL = "postgres://postgres:postgres@db:5432/app"'),
    ("a.py", 'URL = "amqp://guest:guest@queue//"'),
    ("a.py", 'URL = "https://cdn.example.org/vue@3.4.21/vue.js"'),
    ("a.py", 'secret = config["secrets"]["desk1"]'),
    ("a.py", 'SECRET = "test-secret-for-unit-tests"'),
    ("a.py", 'text.startswith("-----BEGIN RSA PRIVATE KEY-----")'),
    ("a.py", 'HELP = "pass --api-key KEY or set DESK_API_KEY1"'),
    ("a.py", 'csrf_token = "csrfmiddlewaretoken"'),
    ("a.py", 'authorization = "Bearer token"'),
    ("a.py", 'headers = {"Authorization": f"Bearer {token}"}'),
    ("a.py", f'Icon = "data:image/png;base64,{b64(180)}"'),
    ("a.py", 'GIT = "https://github.com/example/desk/commit/' + some(40, HEX) + '"'),
    ("a.py", 'alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"'),
    ("a.py", 'key = "abcdefghijklmnopqrstuvwxyz"'),
    ("tests/test_a.py", 'PASSWORD = "Tr0ub4dor&3"'),
    ("tests/test_a.py", f'API_KEY = "{some(32)}"'),
    ("tests/conftest.py", f'SECRET_KEY = "{some(50)}"'),
    (".env.example", "DB_PASSWORD=Tr0ub4dor&3"),
    (".env.example", "API_KEY=your_api_key"),
    ("docker-compose.yml", "services:\n  db:\n    image: postgres:16\n    environment:\n      POSTGRES_PASSWORD: ${POSTGRES_PASSWORD:?}"),
    ("docker-compose.yml", "services:\n  db:\n    image: postgres:16\n    environment:\n      POSTGRES_PASSWORD: postgres"),
    ("values.yml", 'token: "{{ lookup(\'env\', \'API_TOKEN\') }}"'),
    ("values.yml", "secretName: desk-tls-2"),
    ("values.yml", "secretKeyRef:\n  name: desk-secrets\n  key: db-password"),
    ("supervisord.conf", '[program:desk]\ncommand=python3 app.py\nenvironment=TOKEN="%(ENV_TOKEN)s"'),
    ("package-lock.json", f'{{"packages": {{"x": {{"integrity": "sha512-{b64(64)}"}}}}}}'),
    ("uv.lock", f'[[package]]\nname = "x"\nsdist = {{ hash = "sha256:{some(64, HEX)}" }}'),
    ("requirements.txt", f"requests==2.32.3 --hash=sha256:{some(64, HEX)}"),
    ("locales/de.json", '{"password": "Passwort2", "token": "Ihr Token", "forgot_password": "Passwort vergessen?"}'),
    ("login.html", '<input type="password" name="password" id="id_password1" placeholder="Password1">'),
    ("site.css", "#password-reset2 { color: #a1b2c3; }"),
    ("index.html", f'<script src="x.js" integrity="sha384-{b64(48)}"></script>'),
    ("web/app.js", 'const tokenKey = "desk.auth.accessToken.v2";'),
    ("web/app.js", "const password = process.env.DB_PASSWORD;"),
    ("web/app.min.js", f'var t={{token:"{some(24)}"}}'),
    ("server.crt.pem", pem("CERTIFICATE")),
    ("server.pub.pem", pem("PUBLIC KEY")),
    ("README.md", "Start it with `DB_PASSWORD=Tr0ub4dor&3 python3 app.py`."),
    ("a.sh", 'read -rsp "Password: " PASSWORD'),
    ("a.sh", 'mysql --password="$DB_PASSWORD" desk'),
    ("a.sh", "TOKEN=$(cat /run/secrets/token1)"),
    ("schema.sql", "ALTER TABLE users ADD COLUMN password_reset_token varchar(64);"),
    ("notebook.ipynb", f'{{"cells": [{{"id": "{some(8, HEX)}", "outputs": [{{"data": {{"image/png": "{b64(300)}"}}}}]}}]}}'),
]


def write(folder, samples):
    for number, (path, text) in enumerate(samples):
        place = folder / f"{number:03}" / path
        place.parent.mkdir(parents=True)
        place.write_text(text + "\n")


def ours(program, folder):
    run = subprocess.run([program, "--format", "json", str(folder)], capture_output=True, text=True)
    findings = json.loads(run.stdout)["findings"]
    # The password of a database is told with its connection; that one is known to everybody is told there, as likely.
    is_told = lambda finding: finding["category"] == "secrets" or (
        finding["rule"] == "hardcoded-db-credentials" and finding["confidence"] == "certain"
    )
    return {finding["path"].split("/")[0] for finding in findings if is_told(finding)}


def theirs(program, folder):
    run = subprocess.run([program, "-C", str(folder), "scan", "--all-files", "--no-verify"], capture_output=True, text=True)
    return {path.split("/")[0] for path in json.loads(run.stdout)["results"]}


def main():
    audit = str(pathlib.Path(sys.argv[1]).resolve())
    detect = sys.argv[2] if len(sys.argv) > 2 else "detect-secrets"
    print(f"| | of | audit | detect-secrets |\n|---|---|---|---|")
    for title, samples in (("true ones found", TRUE), ("tempting ones reported", TEMPTING)):
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            write(folder, samples)
            found = ours(audit, folder), theirs(detect, folder)
        print(f"| {title} | {len(samples)} | {len(found[0])} | {len(found[1])} |")
        for number, (path, text) in enumerate(samples):
            marks = [("x" if f"{number:03}" in each else "-") for each in found]
            if "-" in marks if samples is TRUE else "x" in marks:
                line = max(text.split("\n"), key=len)
                print(f"    audit {marks[0]} detect-secrets {marks[1]}  {path}: {line[:60]}", file=sys.stderr)


if __name__ == "__main__":
    main()
