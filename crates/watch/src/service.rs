//! The unit of systemd and the property list of launchd that run the daemon.
//!
//! Written by `bedlock service install`.
//!
//! **Invariant:** text only: no token, no variable with one, and no path that a manager would read as
//! something else.
//!
//! **Source:** <https://www.freedesktop.org/software/systemd/man/latest/systemd.exec.html>,
//! <https://keith.github.io/xcode-man-pages/launchd.plist.5.html>

use std::path::{Path, PathBuf};

use crate::WatchError;

/// Name of the unit.
pub const UNIT: &str = "bedlock.service";
/// Label of the job.
pub const LABEL: &str = "io.bedlock.daemon";
/// Name of the job's file.
pub const PLIST: &str = "io.bedlock.daemon.plist";

/// What a unit depends on.
#[derive(Clone, Debug)]
pub struct Unit {
    /// The program `bedlock`.
    pub program: PathBuf,
    /// Its settings file, when it is another one than usual.
    pub config: Option<PathBuf>,
    /// For the machine's manager.
    pub system: bool,
    /// The user, for the machine's manager.
    pub user: Option<String>,
    /// The home of that user.
    pub home: PathBuf,
    /// The file with the bot's token.
    pub token: Option<PathBuf>,
    /// Whether other users may ask the socket.
    pub agents: bool,
    /// Whether notifiers are programs of others, which need more than bedlock does.
    pub programs: bool,
}

/// A path as a unit takes it: no quoting is needed for these characters, and others are refused.
fn plain(name: &str, path: &Path) -> Result<String, WatchError> {
    let text = path.to_str().unwrap_or_default();
    let good = |c: char| c.is_ascii_alphanumeric() || "/-._+@~".contains(c);
    if text.starts_with(['/', '~']) && text.chars().all(good) {
        return Ok(text.to_owned());
    }
    Err(WatchError::Setting {
        name: name.to_owned(),
        what: format!(
            "{} cannot stand in a unit: use an absolute path of letters, digits and -._+@",
            path.display()
        ),
    })
}

impl Unit {
    fn arguments(&self) -> Result<Vec<String>, WatchError> {
        let mut all = vec![
            plain("program", &self.program)?,
            "daemon".to_owned(),
            "--log".to_owned(),
            "json".to_owned(),
        ];
        if let Some(config) = &self.config {
            all.push("--config".to_owned());
            all.push(plain("--config", config)?);
        }
        Ok(all)
    }

    /// The unit of systemd.
    ///
    /// # Errors
    /// [`WatchError::Setting`] for a path that cannot stand in one.
    pub fn systemd(&self) -> Result<String, WatchError> {
        let mut text = String::from(
            "[Unit]\n\
             Description=bedlock: keeps an agent's AWS session alive\n\
             Documentation=man:bedlock-daemon(1)\n",
        );
        if self.system {
            text.push_str("Wants=network-online.target\nAfter=network-online.target\n");
        }
        text.push_str("\n[Service]\nType=notify\nNotifyAccess=main\n");
        text.push_str(&format!("ExecStart={}\n", self.arguments()?.join(" ")));
        text.push_str("Restart=always\nRestartSec=2\nWatchdogSec=10min\nTimeoutStopSec=20\n");
        if let Some(token) = &self.token
            && self.system
        {
            let token = plain("notify.telegram.token_file", token)?;
            if !token.starts_with('~') {
                text.push_str(&format!("LoadCredential=telegram-token:{token}\n"));
            }
        }
        text.push_str("RuntimeDirectory=bedlock\n");
        let mode = if self.agents { "0711" } else { "0700" };
        text.push_str(&format!("RuntimeDirectoryMode={mode}\n"));
        text.push_str(HARDENING);
        if !self.programs {
            text.push_str("MemoryDenyWriteExecute=yes\n");
        }
        if self.system {
            self.system_only(&mut text)?;
        }
        let target = if self.system {
            "multi-user.target"
        } else {
            "default.target"
        };
        text.push_str(&format!("\n[Install]\nWantedBy={target}\n"));
        Ok(text)
    }

    /// What needs the machine's manager: namespaces and capabilities.
    fn system_only(&self, text: &mut String) -> Result<(), WatchError> {
        if let Some(user) = &self.user {
            let good = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
            if user.is_empty() || !user.chars().all(good) {
                return Err(WatchError::Setting {
                    name: "--user".to_owned(),
                    what: format!("{user:?} is no name of a user"),
                });
            }
            text.push_str(&format!("User={user}\n"));
            // Where a sealed session is: root signs in for this user.
            text.push_str("StateDirectory=bedlock\nStateDirectoryMode=0700\n");
        }
        text.push_str(SYSTEM_HARDENING);
        // `%h` would be root's home in a unit of the machine.
        let home = match &self.user {
            Some(user) => format!("/home/{user}"),
            None => plain("HOME", &self.home)?,
        };
        text.push_str("ProtectHome=read-only\n");
        text.push_str(&format!(
            "ReadWritePaths=-{home}/.aws -{home}/.local/state/bedlock\n"
        ));
        Ok(())
    }

    /// The property list of launchd.
    ///
    /// # Errors
    /// [`WatchError::Setting`] for a path that cannot stand in one.
    pub fn plist(&self) -> Result<String, WatchError> {
        let arguments: String = self
            .arguments()?
            .iter()
            .map(|argument| format!("\t\t<string>{argument}</string>\n"))
            .collect();
        let user = match &self.user {
            Some(user) if self.system => {
                format!("\t<key>UserName</key>\n\t<string>{user}</string>\n")
            }
            _ => String::new(),
        };
        let log = plain("HOME", &self.home.join("Library/Logs/bedlock.log"))?;
        Ok(format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
             <!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" \
             \"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n\
             <plist version=\"1.0\">\n<dict>\n\
             \t<key>Label</key>\n\t<string>{LABEL}</string>\n\
             \t<key>ProgramArguments</key>\n\t<array>\n{arguments}\t</array>\n{user}\
             \t<key>RunAtLoad</key>\n\t<true/>\n\
             \t<key>KeepAlive</key>\n\t<true/>\n\
             \t<key>ProcessType</key>\n\t<string>Background</string>\n\
             \t<key>Umask</key>\n\t<integer>63</integer>\n\
             \t<key>HardResourceLimits</key>\n\t<dict>\n\
             \t\t<key>Core</key>\n\t\t<integer>0</integer>\n\t</dict>\n\
             \t<key>StandardErrorPath</key>\n\t<string>{log}</string>\n\
             </dict>\n</plist>\n"
        ))
    }
}

/// What works in both kinds of manager: no namespace is needed for it.
const HARDENING: &str = "\
UMask=0077
LimitCORE=0
NoNewPrivileges=yes
LockPersonality=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
RestrictNamespaces=yes
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged @obsolete
SystemCallErrorNumber=EPERM
";

const SYSTEM_HARDENING: &str = "\
CapabilityBoundingSet=
AmbientCapabilities=
ProtectSystem=strict
PrivateTmp=yes
PrivateDevices=yes
DevicePolicy=closed
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectProc=invisible
ProcSubset=pid
RemoveIPC=yes
";

#[cfg(test)]
mod tests {
    use super::*;

    fn unit(system: bool) -> Unit {
        Unit {
            program: "/usr/bin/bedlock".into(),
            config: Some("/etc/bedlock/bedlock.toml".into()),
            system,
            user: system.then(|| "bedlock".to_owned()),
            home: "/home/u".into(),
            token: Some("/etc/bedlock/telegram.token".into()),
            agents: false,
            programs: false,
        }
    }

    #[test]
    fn the_machines_unit_has_a_user_a_credential_and_no_capability() {
        let text = unit(true).systemd().unwrap();
        for line in [
            "ExecStart=/usr/bin/bedlock daemon --log json --config /etc/bedlock/bedlock.toml",
            "User=bedlock",
            "StateDirectory=bedlock",
            "LoadCredential=telegram-token:/etc/bedlock/telegram.token",
            "CapabilityBoundingSet=",
            "MemoryDenyWriteExecute=yes",
            "WatchdogSec=10min",
            "WantedBy=multi-user.target",
        ] {
            assert!(text.lines().any(|found| found == line), "{line}: {text}");
        }
    }

    #[test]
    fn the_users_unit_asks_for_nothing_that_needs_root() {
        let text = unit(false).systemd().unwrap();
        for word in ["User=", "Private", "Protect", "Capabilit", "LoadCredential"] {
            assert!(!text.contains(word), "{word}: {text}");
        }
        assert!(text.contains("WantedBy=default.target"));
    }

    #[test]
    fn a_path_that_means_something_to_a_manager_is_refused() {
        for path in [
            "/a b",
            "/a%h",
            "/a$b",
            "relative",
            "/a\nExecStart=/b",
            "/a;b",
            "/<x>",
        ] {
            let with = |unit: Unit| (unit.systemd().is_err(), unit.plist().is_err());
            let program = Unit {
                program: path.into(),
                ..unit(true)
            };
            assert_eq!(with(program), (true, true), "{path:?}");
        }
        let user = Unit {
            user: Some("x\nExecStart=/b".to_owned()),
            ..unit(true)
        };
        assert!(user.systemd().is_err());
    }

    #[test]
    fn the_property_list_is_whole() {
        let text = unit(true).plist().unwrap();
        assert_eq!(
            text.matches("<dict>").count(),
            text.matches("</dict>").count()
        );
        assert!(text.contains("<string>/usr/bin/bedlock</string>"), "{text}");
    }
}
