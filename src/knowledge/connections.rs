//! Schemes of URLs and engines of Django, and what they need.

use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::LazyLock;

#[derive(Debug, Default, Deserialize)]
struct Table {
    schemes: BTreeMap<String, String>,
    drivers: BTreeMap<String, String>,
    takers: Vec<Taker>,
    engines: BTreeMap<String, Vec<String>>,
    calls: BTreeMap<String, String>,
    images: BTreeMap<String, Image>,
    image_of: BTreeMap<String, String>,
}

/// A library that takes a URL and imports what its scheme needs.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Taker {
    /// Its name, for people.
    pub name: String,
    /// The module that whoever uses it imports.
    pub module: String,
    /// The first version of which this does not hold.
    pub before: Option<String>,
    /// The first version of which it does.
    pub since: Option<String>,
    calls: Vec<String>,
    names: Vec<String>,
    schemes: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    says: BTreeMap<String, String>,
}

impl Taker {
    /// Whether it gets the URL that is handed to this call, or held by this name.
    pub fn gets(&self, call: Option<&str>, name: Option<&str>) -> bool {
        let is_end = |whole: &str, end: &str| {
            let rest = whole.strip_suffix(end);
            rest.is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
        };
        call.is_some_and(|call| self.calls.iter().any(|known| is_end(call, known)))
            || name.is_some_and(|name| self.names.iter().any(|known| is_end(name, known)))
    }

    /// The modules of which a scheme needs one.
    pub fn needs(&self, scheme: &str) -> &[String] {
        self.schemes.get(scheme).map_or(&[], Vec::as_slice)
    }

    /// What it says when a module is not there, where that is known.
    pub fn says(&self, module: &str) -> Option<&str> {
        self.says.get(module).map(String::as_str)
    }
}

/// What a new container of a server of databases makes.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Image {
    /// The kind of server.
    pub kind: String,
    /// The port that it listens on.
    pub port: String,
    /// Variables that name its database; the first that is set counts.
    pub database: Vec<String>,
    /// The same for its user.
    pub user: Vec<String>,
    /// The same for the password of that user.
    pub password: Vec<String>,
    /// The same for the password of the administrator.
    pub admin_password: Vec<String>,
    /// The administrator.
    pub admin: String,
    /// Databases that every such server has.
    pub databases: Vec<String>,
    /// Whether a database is made by whoever first writes to it.
    pub makes_any: bool,
    /// Variables with which it asks for no password.
    pub opened_by: Vec<String>,
    /// Variables, and parts of its command line, without one of which it asks for none.
    pub closed_by: Vec<String>,
    /// The commands that start the server.
    pub servers: Vec<String>,
    /// Variables, perhaps with the value that counts, without one of which a new container ends at once.
    pub asks: Vec<String>,
    /// What it says then.
    pub says: String,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| super::table("connections"));

/// The kind of database that a URL of this scheme leads to.
pub fn of_scheme(scheme: &str) -> Option<&'static str> {
    let base = scheme.split('+').next().unwrap_or(scheme);
    TABLE.schemes.get(base).map(String::as_str)
}

/// The kind of database that a call leads to: `psycopg2.connect`.
pub fn of_call(call: &str) -> Option<&'static str> {
    let last = call.rsplit('.').next().unwrap_or(call);
    super::databases::behind(call).or_else(|| TABLE.calls.get(last).map(String::as_str))
}

/// The module that a scheme names: `asyncpg` in `postgresql+asyncpg`.
pub fn driver_of(scheme: &str) -> Option<&'static str> {
    let (_, driver) = scheme.split_once('+')?;
    TABLE.drivers.get(driver).map(String::as_str)
}

/// The libraries that take a URL and import what its scheme needs.
pub fn takers() -> &'static [Taker] {
    &TABLE.takers
}

/// The modules of which an engine of Django needs one.
pub fn of_engine(engine: &str) -> &'static [String] {
    TABLE.engines.get(engine).map_or(&[], Vec::as_slice)
}

/// The server that a container of this image is: `postgis/postgis:16-3.4`.
pub fn of_image(image: &str) -> Option<&'static Image> {
    let path = image.split('@').next()?.rsplit('/').next()?;
    let name = path.split(':').next()?;
    let base = TABLE.image_of.get(name).map_or(name, String::as_str);
    TABLE.images.get(base)
}

/// Whether an image is the one of its name, and not somebody else's of the same name: `postgres`,
/// `docker.io/library/postgres`, `postgis/postgis`.
pub fn is_official(image: &str) -> bool {
    let path = image.split('@').next().unwrap_or(image);
    let (space, last) = path.rsplit_once('/').unwrap_or(("", path));
    let name = last.split(':').next().unwrap_or(last);
    let is_library = space.is_empty() || space == "library" || space.ends_with("/library");
    is_library || TABLE.image_of.contains_key(name)
}

/// Whether every server of a kind has a database, or a user, of this name.
pub fn is_preset(name: &str) -> bool {
    TABLE
        .images
        .values()
        .any(|image| image.admin == name || image.databases.iter().any(|preset| preset == name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_lead_to_servers() {
        for image in [
            "postgres",
            "postgres:16-alpine",
            "docker.io/library/postgres:16",
            "timescale/timescaledb:latest-pg16",
            "postgres@sha256:ab",
        ] {
            assert_eq!(
                of_image(image).map(|image| image.port.as_str()),
                Some("5432"),
                "{image}"
            );
        }
        assert!(of_image("acme/postgres-backup").is_none());
        assert!(of_image("").is_none());
        assert!(is_preset("template1") && is_preset("root") && !is_preset("trades"));
    }

    #[test]
    fn schemes_lead_to_databases_and_drivers() {
        assert_eq!(of_scheme("postgresql+asyncpg"), Some("PostgreSQL"));
        assert_eq!(of_scheme("https"), None);
        assert_eq!(driver_of("mysql+pymysql"), Some("pymysql"));
        let celery = takers().iter().find(|taker| taker.name == "Celery").unwrap();
        assert!(celery.gets(Some("celery.Celery"), None) && celery.gets(None, Some("app.conf.broker_url")));
        assert!(!celery.gets(Some("MyCelery"), Some("old_broker_url")));
        assert_eq!(celery.needs("redis"), ["redis"]);
        assert!(celery.needs("amqp").is_empty());
        assert_eq!(of_engine("django.db.backends.mysql")[0], "MySQLdb");
    }
}
