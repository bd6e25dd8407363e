//! What the server is.

use crate::knowledge;

/// The server that the tree is put on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The release: `ubuntu-22.04`.
    pub os: String,
    /// The Python that runs the deployment: major and minor version.
    pub python: PythonVersion,
    /// The Python that installs it. It is another one where the release is only assumed, and a project of the tree
    /// asks for more than it has: then that is the one thing to mend, and all else is judged as if it were.
    pub installer: PythonVersion,
    /// Whether the settings name the release.
    pub is_release_given: bool,
    /// Whether the settings name that Python, so that nothing of the tree says it better.
    pub is_python_given: bool,
    /// The folder that the tree is put into, where one is declared.
    pub root: Option<String>,
    /// The user that the programs run as, where one is declared.
    pub user: Option<String>,
    /// The file of the tree that says which service has which port, where one is named.
    pub ports: Option<String>,
}

/// A version of Python: major and minor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct PythonVersion {
    /// The 3 of 3.10.
    pub major: u32,
    /// The 10 of 3.10.
    pub minor: u32,
}

impl PythonVersion {
    /// Reads `3.10` or `3.10.12`.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.trim().split('.');
        let major = parts.next()?.parse().ok()?;
        let minor = parts.next()?.parse().ok()?;
        let rest_is_numeric = parts.all(|part| part.parse::<u32>().is_ok());
        (major == 3 && rest_is_numeric).then_some(Self { major, minor })
    }
}

impl std::fmt::Display for PythonVersion {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}.{}", self.major, self.minor)
    }
}

impl Target {
    /// The release of this name with its own Python.
    ///
    /// # Errors
    /// Names the known releases when `os` is none of them.
    pub fn of_release(os: &str) -> Result<Self, String> {
        let releases = &knowledge::get().releases;
        let Some(release) = releases.get(os) else {
            let known: Vec<_> = releases.keys().map(String::as_str).collect();
            return Err(format!(
                "there is no target `{os}`; known are {}",
                known.join(", ")
            ));
        };
        Ok(Self {
            os: os.to_owned(),
            python: release.python,
            installer: release.python,
            is_release_given: false,
            is_python_given: false,
            root: None,
            user: None,
            ports: None,
        })
    }
}

impl Default for Target {
    fn default() -> Self {
        Self {
            os: "ubuntu-22.04".to_owned(),
            python: PythonVersion { major: 3, minor: 10 },
            installer: PythonVersion { major: 3, minor: 10 },
            is_release_given: false,
            is_python_given: false,
            root: None,
            user: None,
            ports: None,
        }
    }
}
