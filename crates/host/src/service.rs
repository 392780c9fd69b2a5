//! Services: asking whether one runs, stopping it and starting it.
//!
//! Called by `cli`: an agent that a service manager keeps alive must be stopped there, because
//! the manager would start it again, with the old environment.
//!
//! **Invariant:** one program with a short list of arguments and no shell, no question to a
//! terminal, and nothing of a service's environment or log in an error.
//!
//! **Source:** <https://www.freedesktop.org/software/systemd/man/latest/systemctl.html>,
//! <https://keith.github.io/xcode-man-pages/launchctl.1.html>

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::HostError;

/// Whose service manager: systemd on Linux, launchd on macOS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manager {
    /// The user's own: `systemctl --user`, or launchd's domain `gui/UID`.
    User,
    /// The machine's: `systemctl`, or launchd's domain `system`.
    System,
}

/// Whether a service runs, or is on its way up or down; `None` when the manager cannot be asked.
///
/// `unit` is the name of a systemd unit, or the label of a launchd job.
#[must_use]
pub fn is_active(manager: Manager, unit: &str) -> Option<bool> {
    Tool::of_this_system().is_active(manager, unit)
}

/// Starts a service, and returns when it was started (not: when it is ready).
///
/// # Errors
/// [`HostError::Program`] with what the manager said.
pub fn start_service(manager: Manager, unit: &str) -> Result<(), HostError> {
    Tool::of_this_system().start(manager, unit)
}

/// Stops a service, and returns when it is down. Ctrl-C reaches the manager's program too.
///
/// # Errors
/// [`HostError::Program`] with what the manager said.
pub fn stop_service(manager: Manager, unit: &str) -> Result<(), HostError> {
    Tool::of_this_system().stop(manager, unit)
}

/// Lets systemd start a service by itself from now on. launchd starts what lies in its folder, so
/// nothing is done there.
///
/// # Errors
/// [`HostError::Program`] with what the manager said.
pub fn enable_service(manager: Manager, unit: &str) -> Result<(), HostError> {
    Tool::of_this_system().systemd_only(manager, "enable", unit)
}

/// Takes that back.
///
/// # Errors
/// [`HostError::Program`] with what the manager said.
pub fn disable_service(manager: Manager, unit: &str) -> Result<(), HostError> {
    Tool::of_this_system().systemd_only(manager, "disable", unit)
}

/// Makes systemd read its unit files again, which it does not do by itself after they were
/// changed. launchd reads a job's file whenever it starts the job, so nothing is done there.
///
/// # Errors
/// [`HostError::Program`] with what the manager said.
pub fn reload_units(manager: Manager) -> Result<(), HostError> {
    Tool::of_this_system().reload(manager)
}

/// The program that talks to a service manager.
#[derive(Debug)]
struct Tool {
    program: PathBuf,
    kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Systemd,
    Launchd,
}

impl Tool {
    fn of_this_system() -> Self {
        if cfg!(target_os = "macos") {
            Self {
                program: "/bin/launchctl".into(),
                kind: Kind::Launchd,
            }
        } else {
            Self {
                program: "systemctl".into(),
                kind: Kind::Systemd,
            }
        }
    }

    fn is_active(&self, manager: Manager, unit: &str) -> Option<bool> {
        let verb = match self.kind {
            Kind::Systemd => "is-active",
            Kind::Launchd => "print",
        };
        let output = self.command(manager, verb, unit).output().ok()?;
        match self.kind {
            Kind::Systemd => systemd_state(&output.stdout),
            // It says no for a job that is not loaded, and so does a launchd that is not there.
            Kind::Launchd => Some(output.status.success() && launchd_runs(&output.stdout)),
        }
    }

    fn start(&self, manager: Manager, unit: &str) -> Result<(), HostError> {
        match self.kind {
            Kind::Systemd => self.run("start", self.command(manager, "start", unit)),
            Kind::Launchd => self.run("bootstrap", self.command(manager, "bootstrap", unit)),
        }
    }

    fn stop(&self, manager: Manager, unit: &str) -> Result<(), HostError> {
        match self.kind {
            Kind::Systemd => self.run("stop", self.command(manager, "stop", unit)),
            Kind::Launchd => self.run("bootout", self.command(manager, "bootout", unit)),
        }
    }

    fn systemd_only(&self, manager: Manager, verb: &str, unit: &str) -> Result<(), HostError> {
        match self.kind {
            Kind::Systemd => self.run(verb, self.command(manager, verb, unit)),
            Kind::Launchd => Ok(()),
        }
    }

    fn reload(&self, manager: Manager) -> Result<(), HostError> {
        if self.kind == Kind::Launchd {
            return Ok(());
        }
        let mut command = self.systemd(manager);
        command.arg("daemon-reload");
        self.run("daemon-reload", command)
    }

    fn command(&self, manager: Manager, verb: &str, unit: &str) -> Command {
        match self.kind {
            Kind::Systemd => {
                let mut command = self.systemd(manager);
                // A unit's name may begin with a dash.
                command.args([verb, "--", unit]);
                command
            }
            Kind::Launchd => {
                let mut command = self.quiet();
                command.arg(verb).args(launchd_target(manager, verb, unit));
                command
            }
        }
    }

    fn systemd(&self, manager: Manager) -> Command {
        let mut command = self.quiet();
        if manager == Manager::User {
            command.arg("--user");
            // Set by a login, and missing under `su` and in cron, where the manager runs still.
            let folder = format!("/run/user/{}", rustix::process::getuid().as_raw());
            if std::env::var_os("XDG_RUNTIME_DIR").is_none() && Path::new(&folder).is_dir() {
                command.env("XDG_RUNTIME_DIR", folder);
            }
        }
        command.args(["--no-pager", "--no-ask-password"]);
        command
    }

    fn quiet(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.stdin(Stdio::null()).env("LC_ALL", "C");
        command
    }

    fn run(&self, verb: &str, mut command: Command) -> Result<(), HostError> {
        let name = self.program.file_name().unwrap_or(OsStr::new("systemctl"));
        let failed = |reason| HostError::Program {
            program: format!("{} {verb}", name.to_string_lossy()),
            reason,
        };
        let output = command
            .output()
            .map_err(|error| failed(error.to_string()))?;
        if output.status.success() {
            return Ok(());
        }
        Err(failed(first_line(&output.stderr).unwrap_or_else(|| {
            format!("it said nothing, and ended with {}", output.status)
        })))
    }
}

/// One word; another answer, or none, means that there is no manager to ask.
fn systemd_state(answer: &[u8]) -> Option<bool> {
    match answer.trim_ascii() {
        b"active" | b"activating" | b"deactivating" | b"reloading" | b"refreshing"
        | b"maintenance" => Some(true),
        b"inactive" | b"failed" | b"unknown" => Some(false),
        _ => None,
    }
}

fn launchd_runs(answer: &[u8]) -> bool {
    let mut lines = answer.split(|byte| *byte == b'\n');
    lines.any(|line| line.trim_ascii() == b"state = running")
}

/// What launchctl's verb works on: a job in its domain, or the domain and the job's file.
fn launchd_target(manager: Manager, verb: &str, label: &str) -> Vec<OsString> {
    let (domain, folder) = match manager {
        Manager::User => {
            let uid = rustix::process::getuid().as_raw();
            let home = crate::environment::account_home(uid).unwrap_or_default();
            (format!("gui/{uid}"), home.join("Library/LaunchAgents"))
        }
        Manager::System => ("system".to_owned(), "/Library/LaunchDaemons".into()),
    };
    if verb == "bootstrap" {
        let file = folder.join(format!("{label}.plist"));
        return vec![domain.into(), file.into()];
    }
    vec![format!("{domain}/{label}").into()]
}

/// The first line of what a program complained, cut and without control characters.
fn first_line(text: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(text);
    let line = text.lines().map(str::trim).find(|line| !line.is_empty())?;
    let shown = line.chars().filter(|c| !c.is_control()).take(300);
    Some(shown.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn systemd(program: &str) -> Tool {
        Tool {
            program: program.into(),
            kind: Kind::Systemd,
        }
    }

    fn arguments(command: &Command) -> Vec<String> {
        let text = |argument: &OsStr| argument.to_str().unwrap().to_owned();
        command.get_args().map(text).collect()
    }

    #[test]
    fn every_state_of_a_unit_is_known() {
        for (answer, expected) in [
            ("active\n", Some(true)),
            ("activating\n", Some(true)),
            ("deactivating\n", Some(true)),
            ("inactive\n", Some(false)),
            ("failed\n", Some(false)),
            ("unknown\n", Some(false)),
            ("", None),
            ("offline\n", None),
        ] {
            assert_eq!(systemd_state(answer.as_bytes()), expected, "{answer}");
        }
    }

    #[test]
    fn a_unit_is_never_taken_for_an_option() {
        let tool = systemd("systemctl");
        let user = tool.command(Manager::User, "stop", "--help.service");
        assert_eq!(
            arguments(&user),
            [
                "--user",
                "--no-pager",
                "--no-ask-password",
                "stop",
                "--",
                "--help.service"
            ]
        );
        let system = tool.command(Manager::System, "is-active", "a.service");
        assert_eq!(
            arguments(&system),
            [
                "--no-pager",
                "--no-ask-password",
                "is-active",
                "--",
                "a.service"
            ]
        );
    }

    #[test]
    fn launchd_is_asked_by_domain_and_started_by_file() {
        let tool = Tool {
            program: "launchctl".into(),
            kind: Kind::Launchd,
        };
        let check = |manager, verb, expected: &[&str]| {
            let command = tool.command(manager, verb, "ai.openclaw.gateway");
            assert_eq!(arguments(&command), expected);
        };
        let system = "system/ai.openclaw.gateway";
        check(Manager::System, "print", &["print", system]);
        check(Manager::System, "bootout", &["bootout", system]);
        let file = "/Library/LaunchDaemons/ai.openclaw.gateway.plist";
        check(Manager::System, "bootstrap", &["bootstrap", "system", file]);
        let uid = rustix::process::getuid().as_raw();
        let user = format!("gui/{uid}/ai.openclaw.gateway");
        check(Manager::User, "print", &["print", &user]);
        assert!(launchd_runs(b"gui/501/x = {\n\tstate = running\n"));
        assert!(!launchd_runs(b"\tstate = not running\n"));
    }

    #[test]
    fn without_a_manager_nothing_is_claimed() {
        let tool = systemd("/nonexistent/systemctl");
        assert_eq!(tool.is_active(Manager::User, "a.service"), None);
        let error = tool.stop(Manager::User, "a.service").unwrap_err();
        assert!(
            error.to_string().starts_with("run systemctl stop: "),
            "{error}"
        );
        // A program that succeeds and says nothing is no manager either.
        assert_eq!(systemd("true").is_active(Manager::User, "a.service"), None);
        assert!(systemd("true").stop(Manager::User, "a.service").is_ok());
    }

    #[test]
    fn what_the_manager_says_is_cut_to_one_clean_line() {
        let said = b"\n  Failed to stop \x1b[31ma.service: no such unit\nSee the log\n";
        assert_eq!(
            first_line(said).unwrap(),
            "Failed to stop [31ma.service: no such unit"
        );
        assert_eq!(first_line(b" \n"), None);
        let error = systemd("false")
            .start(Manager::System, "a.service")
            .unwrap_err();
        assert!(error.to_string().contains("exit status: 1"), "{error}");
    }
}
