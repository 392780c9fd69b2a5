//! The recovery code: how it is shown once, and how it comes back.
//!
//! **Invariant:** it is never an argument, because arguments are seen by every process.

use std::io::Read;
use std::path::Path;

use bedlock_host::RecoveryCode;
use bedlock_model::SecretBytes;

use crate::error::CliError;
use crate::world::World;

const PREFIX: &str = "AGE-SECRET-KEY-1";
const LARGEST: u64 = 64 << 10;

/// What is printed before the first visible change.
pub(crate) fn announcement(code: &RecoveryCode, days: u16) -> String {
    format!(
        "\nrecovery code: {}\n  Write it down outside of this host. It is shown once; `bedlock undo` needs it, for {days} days.\n",
        code.danger_expose()
    )
}

/// Refuses a code that was given as an argument, without repeating it.
pub(crate) fn is_no_code(argument: &str) -> Result<(), CliError> {
    if find(argument.as_bytes()).is_none() {
        return Ok(());
    }
    Err(CliError::usage(
        "that is a recovery code, and arguments are seen by every process of this host",
        "bedlock undo --code-file -   and paste the code, or just `bedlock undo`, which asks for it",
    ))
}

/// Reads the code from a file, standard input or a terminal.
pub(crate) fn read(world: &World, file: Option<&Path>) -> Result<SecretBytes, CliError> {
    if let Some(path) = file {
        is_no_code(&path.to_string_lossy())?;
    }
    let text = match file {
        Some(path) if path == Path::new("-") => {
            let mut text = Vec::new();
            std::io::stdin()
                .lock()
                .take(LARGEST)
                .read_to_end(&mut text)?;
            text
        }
        Some(path) => bedlock_host::small_file(None, path, LARGEST).ok_or_else(|| {
            CliError::usage(
                format!("the file {} cannot be read", path.display()),
                "--code-file FILE names the file with the recovery code, or - for standard input",
            )
        })?,
        None if world.environment.stdin_is_terminal => {
            rpassword::prompt_password("recovery code: ")?.into_bytes()
        }
        None => {
            return Err(CliError::usage(
                "undo has to know the recovery code, and there is no terminal to ask on",
                "bedlock undo --code-file FILE, or --code-file - to read it from standard input",
            ));
        }
    };
    let text = zeroize::Zeroizing::new(text);
    find(&text).ok_or_else(|| {
        CliError::usage(
            "there is no recovery code in what was given",
            "a recovery code begins with AGE-SECRET-KEY-1; harden printed it once",
        )
    })
}

/// The code in a text that may hold the line as it was printed.
fn find(text: &[u8]) -> Option<SecretBytes> {
    let start = text
        .windows(PREFIX.len())
        .position(|w| w.eq_ignore_ascii_case(PREFIX.as_bytes()))?;
    let code: Vec<u8> = text[start..]
        .iter()
        .take_while(|b| b.is_ascii_alphanumeric() || **b == b'-')
        .copied()
        .collect();
    Some(SecretBytes::new(code.to_ascii_uppercase()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_found_in_the_line_that_was_printed() {
        let text = b"\nrecovery code: AGE-SECRET-KEY-1FAKEFAKE\n  Write it down.\n";
        assert_eq!(
            find(text).unwrap().danger_expose(),
            b"AGE-SECRET-KEY-1FAKEFAKE"
        );
        assert_eq!(
            find(b"age-secret-key-1fake").unwrap().danger_expose(),
            b"AGE-SECRET-KEY-1FAKE"
        );
        assert!(find(b"nothing").is_none());
    }
}
