//! `bedlock docs DIR` (hidden): writes what the program says about itself, for `docs/` and packages.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use clap::CommandFactory as _;

use crate::error::{self, CliError};
use crate::render;

/// Write the command reference, man pages, completions, schemas and the list of rules
#[derive(Debug, clap::Args)]
pub(crate) struct Docs {
    /// An existing folder
    #[arg(value_name = "DIR")]
    folder: PathBuf,
}

impl Docs {
    pub(crate) fn run(&self) -> Result<u8, CliError> {
        let command = crate::Arguments::command().term_width(100);
        put(&self.folder.join("cli.md"), reference(&command).as_bytes())?;
        for (name, page) in render::rules::pages() {
            put(&self.folder.join("rules").join(name), page.as_bytes())?;
        }
        self.man(&command)?;
        self.completions(command)?;
        for (name, schema) in render::json::schemas() {
            put(&self.folder.join("schema").join(name), schema.as_bytes())?;
        }
        Ok(error::CLEAN)
    }

    fn man(&self, command: &clap::Command) -> Result<(), CliError> {
        let mut pages = vec![(command.clone(), "bedlock".to_owned())];
        for sub in command.get_subcommands().filter(|sub| !sub.is_hide_set()) {
            let name = format!("bedlock-{}", sub.get_name());
            let page = sub.clone().bin_name(format!("bedlock {}", sub.get_name()));
            pages.push((page.display_name(name.clone()), name));
        }
        for (command, name) in pages {
            let mut page = Vec::new();
            clap_mangen::Man::new(command).render(&mut page)?;
            put(&self.folder.join("man").join(format!("{name}.1")), &page)?;
        }
        Ok(())
    }

    fn completions(&self, mut command: clap::Command) -> Result<(), CliError> {
        use clap_complete::Shell;
        for (shell, name) in [
            (Shell::Bash, "bedlock.bash"),
            (Shell::Fish, "bedlock.fish"),
            (Shell::Zsh, "_bedlock"),
        ] {
            let mut text = Vec::new();
            clap_complete::generate(shell, &mut command, "bedlock", &mut text);
            put(&self.folder.join("completions").join(name), &text)?;
        }
        Ok(())
    }
}

fn put(path: &Path, content: &[u8]) -> Result<(), CliError> {
    if let Some(folder) = path.parent() {
        bedlock_host::create_folder(folder)?;
    }
    Ok(bedlock_host::write_output(path, content)?)
}

fn reference(command: &clap::Command) -> String {
    let mut out = String::from(
        "# Command reference\n\nWritten by `cargo xtask docs --write` from what `bedlock --help` says.\n",
    );
    section(&mut out, "bedlock", command);
    for sub in command.get_subcommands().filter(|sub| !sub.is_hide_set()) {
        section(&mut out, &format!("bedlock {}", sub.get_name()), sub);
    }
    out
}

fn section(out: &mut String, title: &str, command: &clap::Command) {
    let help = command
        .clone()
        .bin_name(title)
        .render_long_help()
        .to_string();
    let lines: Vec<&str> = help.lines().map(str::trim_end).collect();
    // Writing to a string cannot fail.
    let _ = write!(
        out,
        "\n## {title}\n\n```text\n{}\n```\n",
        lines.join("\n").trim_end()
    );
}
