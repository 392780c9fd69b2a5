//! Checks: how each kind of place is read for credentials. One file per way of reading.
//!
//! **Invariant:** a check returns candidates and what it could not read; it decides nothing about
//! what happens to them.

pub(crate) mod aws;
pub(crate) mod cell;
pub(crate) mod database;
pub(crate) mod keys;
pub(crate) mod process;
pub(crate) mod stream;
pub(crate) mod text;
pub(crate) mod unpack;

use bedlock_formats::Format;
use bedlock_model::PlaceKind;

/// The format of a place that has keys and values.
pub(crate) fn format_of(kind: PlaceKind) -> Option<Format> {
    Some(match kind {
        PlaceKind::AgentConfig
        | PlaceKind::AgentConfigCopy
        | PlaceKind::AgentState
        | PlaceKind::AwsSsoCache
        | PlaceKind::AwsCliCache => Format::Json5,
        PlaceKind::Dotenv => Format::Dotenv,
        PlaceKind::SystemdUnit => Format::SystemdUnit,
        PlaceKind::SystemdEnvFile => Format::SystemdEnvFile,
        PlaceKind::LaunchdPlist => Format::LaunchdPlist,
        PlaceKind::ShellStartup => Format::Shell,
        PlaceKind::AwsConfig | PlaceKind::AwsCredentials | PlaceKind::Npmrc => Format::Ini,
        PlaceKind::Netrc => Format::Netrc,
        PlaceKind::GitCredentials => Format::GitCredentials,
        PlaceKind::Yaml => Format::Yaml,
        PlaceKind::Database
        | PlaceKind::DatabaseSidecar
        | PlaceKind::Transcript
        | PlaceKind::Log
        | PlaceKind::Workspace
        | PlaceKind::OtherAgent
        | PlaceKind::Text
        | PlaceKind::Binary
        | PlaceKind::ProcessEnvironment => return None,
    })
}
