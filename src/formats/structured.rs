//! What formats of keys and values (JSON, YAML, TOML, `.env`) have in common.
