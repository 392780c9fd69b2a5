//! The command line: wrong usage, homes that are not there, images, recovery codes, and what is
//! printed where.

#![expect(
    clippy::disallowed_methods,
    reason = "these tests stand in for the person and the machine"
)]

#[cfg(test)]
mod lab;
#[cfg(test)]
mod scan;

#[cfg(test)]
mod usage {
    use std::fs::{self, File};
    use std::io;
    use std::os::unix::fs::PermissionsExt;
    use std::process::Stdio;

    use super::lab::{CODE, Lab, OPTIONS, same};

    #[test]
    fn wrong_usage_ends_with_64_and_a_hint() {
        let lab = Lab::empty();
        for (arguments, said) in [
            (&[][..], "Usage: bedlock <COMMAND>"),
            (
                &["audit", "--no-process"],
                "similar argument exists: '--no-processes'",
            ),
            (&["hardne"], "similar subcommand exists: 'harden'"),
            (
                &["audit", "--format", "xml"],
                "possible values: text, json, sarif, markdown, html",
            ),
            (
                &["audit", "--format"],
                "a value is required for '--format <FORMAT>'",
            ),
            (&["audit", "more"], "Usage: bedlock audit"),
            (&["harden", "--undo-days", "0"], "0 is not in 1..=90"),
            (
                &["undo", "--list", "--discard"],
                "cannot be used with '--discard'",
            ),
            (
                &["harden", "--no-processes", "--apply"],
                "cannot be used with '--apply'",
            ),
        ] {
            let ran = lab.finish(&mut lab.command(arguments), "").code(64);
            ran.says(&[said]).prints_nothing();
        }
    }

    #[test]
    fn help_and_version_are_answers() {
        let lab = Lab::empty();
        for arguments in [
            &["--version"][..],
            &["--help"],
            &["audit", "--help"],
            &["help", "undo"],
        ] {
            let ran = lab.finish(&mut lab.command(arguments), "").code(0);
            assert!(ran.stderr.is_empty() && !ran.stdout.is_empty(), "{ran}");
        }
    }

    #[test]
    fn missing_options_are_named() {
        let lab = Lab::leaky();
        let before = lab.tree();
        let ran = lab.run("harden", &["--apply"]).code(64).prints_nothing();
        ran.says(&[
            "6 things",
            "--region us-west-2 --model us.anthropic.claude-sonnet-4-5-20250929-v1:0",
            "--sso-start-url https://d-1234567890.awsapps.com/start --sso-region us-east-1",
            "--account 123456789012 --role BedrockInvoke",
        ]);
        let one_less = &OPTIONS[..OPTIONS.len() - 3];
        lab.run("harden", one_less)
            .code(64)
            .prints_nothing()
            .says(&["one thing", "--role BedrockInvoke"]);
        same(&before, &lab.tree());
    }

    #[test]
    fn wrong_values_are_named_with_what_is_expected() {
        let lab = Lab::leaky();
        let before = lab.tree();
        for (option, value, said) in [
            ("--region", "nowhere", "--region"),
            ("--account", "12", "--account"),
            ("--sso-start-url", "http://example.com", "--sso-start-url"),
            ("--mode", "gateway", "next: --mode direct"),
            ("--mode", "", "next: --mode direct"),
            ("--config", "/does/not/exist", "/does/not/exist"),
        ] {
            let mut options = OPTIONS.to_vec();
            match options.iter().position(|known| *known == option) {
                Some(at) => options[at + 1] = value,
                None => options.extend([option, value]),
            }
            let ran = lab.run("harden", &options).code(64).prints_nothing();
            ran.says(&[said, "next: "]);
        }
        same(&before, &lab.tree());
    }

    #[test]
    fn a_fingerprint_that_nobody_knows_cannot_be_kept() {
        let lab = Lab::leaky();
        let before = lab.tree();
        for name in ["0123456789abcdef", "", "sk-FAKE"] {
            lab.harden(&["--keep", name, "--apply"])
                .code(64)
                .prints_nothing()
                .says(&["has the fingerprint", "bedlock audit"]);
        }
        same(&before, &lab.tree());
    }

    #[test]
    fn a_home_that_is_not_there_is_named() {
        let lab = Lab::empty();
        fs::write(lab.home.join("file"), "x").unwrap();
        for verb in ["audit", "verify", "undo"] {
            lab.run(verb, &[]).says(&[]);
            let missing = lab.command(&[verb, "--home", "/does/not/exist"]);
            let ran = lab.finish(&mut { missing }, "").code(64);
            ran.says(&["/does/not/exist", "next: name a folder"])
                .prints_nothing();
        }
        let mut lost = lab.command(&["audit"]);
        let ran = lab.finish(lost.env("HOME", "/does/not/exist"), "").code(3);
        ran.says(&["/does/not/exist", "o such file", "next: "])
            .prints_nothing();
        let file = lab.home.join("file").display().to_string();
        let ran = lab.finish(&mut lab.command(&["audit", "--home", &file]), "");
        ran.code(3).says(&[&file, "next: "]).prints_nothing();
    }

    #[test]
    fn what_was_typed_cannot_write_to_the_terminal() {
        let lab = Lab::empty();
        let hostile = "/\x1b]0;FAKE\x07\x1b[31mred\r";
        for arguments in [
            &["audit", "--home", hostile][..],
            &["audit", "--root", hostile],
            &["audit", "--output", hostile],
            &["undo", "--code-file", hostile],
            &["harden", "--config", hostile],
            &["harden", "--mode", hostile],
            &["harden", "--region", hostile],
            &["harden", "--keep", hostile],
        ] {
            let mut all = arguments.to_vec();
            if arguments[0] == "harden" && arguments[1] != "--region" {
                all.extend(OPTIONS);
            }
            // That there is no escape byte is checked for every command.
            let ran = lab.finish(&mut lab.command(&all), "");
            let printed = format!("{}{}", ran.stdout, ran.stderr);
            assert!(!printed.contains(['\x07', '\r']), "{ran}");
        }
    }

    #[test]
    fn a_home_without_an_agent_is_clean() {
        let lab = Lab::empty();
        lab.run("audit", &[])
            .code(0)
            .shows(&["No secret found", "no agent is installed"]);
        lab.run("verify", &[])
            .code(2)
            .shows(&["no configuration of an agent was found"]);
        lab.run("undo", &["--code-file", "/dev/null"])
            .code(3)
            .says(&["nothing to undo"]);
        lab.harden(&["--apply"])
            .code(3)
            .shows(&["no OpenClaw was found", "--home DIR"]);
        // A look leaves nothing behind.
        assert_eq!(fs::read_dir(&lab.home).unwrap().count(), 0);
    }

    #[test]
    fn the_home_of_an_image_is_found_when_there_is_one() {
        let mut lab = Lab::empty();
        let image = lab.folder().join("image");
        fs::create_dir_all(image.join("home/bob")).unwrap();
        let root = image.display().to_string();
        let audit = |lab: &Lab, more: &[&str]| {
            let arguments = [&["audit", "--root", &root], more].concat();
            lab.finish(&mut lab.command(&arguments), "")
        };
        let none = audit(&lab, &[]).code(64).prints_nothing();
        none.says(&["no home below", &root, "--home /home/NAME"]);
        lab.leak_into(&image.join("home/ann"));
        audit(&lab, &[])
            .code(1)
            .shows(&["/home/ann", "image mounted at"]);
        lab.leak_into(&image.join("home/bob"));
        let two = audit(&lab, &[]).code(64).prints_nothing();
        two.says(&[
            "2 homes",
            &format!("bedlock audit --root {root} --home /home/ann"),
        ]);
        audit(&lab, &["--home", "/home/bob"]).code(1);
        audit(&lab, &["--home", "/home/carl"])
            .code(3)
            .says(&["/home/carl", "next: "]);
        audit(&lab, &["--root", "/does/not/exist"]).code(64);
    }

    #[test]
    fn an_image_is_hardened_and_put_back() {
        let mut lab = Lab::empty();
        let image = lab.folder().join("image");
        lab.home = image.join("home/ann");
        fs::create_dir_all(&lab.home).unwrap();
        let home = lab.home.clone();
        lab.leak_into(&home);
        let before = lab.tree();
        let at = ["--root", image.to_str().unwrap()];
        let arguments = [&["harden"], &at[..], &OPTIONS, &["--apply"]].concat();
        let applied = lab.finish(&mut lab.command(&arguments), "").code(0);
        assert!(!lab.leaks(&fs::read(lab.state(".env")).unwrap()));
        let arguments = [&["undo"], &at[..], &["--code-file", "-"]].concat();
        lab.finish(&mut lab.command(&arguments), &applied.recovery_code())
            .code(0);
        same(&before, &lab.tree());
    }

    #[test]
    fn a_report_goes_to_a_file_that_can_be_there() {
        let lab = Lab::leaky();
        let path = lab.folder().join("report");
        let name = path.to_str().unwrap();
        for format in ["text", "json", "sarif", "markdown", "html"] {
            lab.run("audit", &["--format", format, "--output", name])
                .code(1)
                .prints_nothing();
            let content = fs::read(&path).unwrap();
            assert!(!content.is_empty() && !lab.leaks(&content) && !content.contains(&0x1b));
            assert_eq!(
                fs::metadata(&path).unwrap().permissions().mode() & 0o777,
                0o600
            );
        }
        let folder = lab.home.to_str().unwrap();
        for bad in ["/does/not/exist/report.json", folder, "/dev/null"] {
            let ran = lab
                .run("audit", &["--output", bad])
                .code(3)
                .prints_nothing();
            ran.says(&["failed to write", bad]);
        }
    }

    #[test]
    fn a_reader_that_goes_away_is_no_failure() {
        let lab = Lab::leaky();
        for more in [&["--all"][..], &["--format", "json"], &["--format", "html"]] {
            let (reader, writer) = io::pipe().unwrap();
            drop(reader);
            let mut command = lab.command(&lab.at_home("audit", more));
            let out = command
                .stdout(writer)
                .stderr(Stdio::piped())
                .output()
                .unwrap();
            assert_eq!(out.status.code(), Some(1));
            assert!(
                out.stderr.is_empty(),
                "{}",
                String::from_utf8_lossy(&out.stderr)
            );
        }
    }

    #[test]
    fn nothing_is_changed_when_nobody_can_see_the_code() {
        let lab = Lab::leaky();
        let before = lab.tree();
        for more in [&["--apply"][..], &["--apply", "--json"]] {
            let arguments = lab.at_home("harden", &[&OPTIONS[..], more].concat());
            let (reader, writer) = io::pipe().unwrap();
            drop(reader);
            let outputs = [Stdio::from(writer), Stdio::null()];
            for output in outputs {
                let mut command = lab.command(&arguments);
                let out = command
                    .stdout(output)
                    .stderr(Stdio::piped())
                    .output()
                    .unwrap();
                let said = String::from_utf8(out.stderr).unwrap();
                assert_eq!(out.status.code(), Some(3), "{said}");
                assert!(said.contains("error: ") && !said.contains(CODE), "{said}");
            }
        }
        same(&before, &lab.tree());
        lab.run("undo", &["--list"])
            .code(0)
            .shows(&["nothing can be undone"]);
    }

    #[test]
    fn a_full_output_is_a_failure() {
        let lab = Lab::leaky();
        let before = lab.tree();
        for arguments in [
            lab.at_home("audit", &[]),
            lab.at_home("harden", &[&OPTIONS[..], &["--apply"]].concat()),
        ] {
            let full = File::options().write(true).open("/dev/full").unwrap();
            let out = lab.command(&arguments).stdout(full).output().unwrap();
            let said = String::from_utf8(out.stderr).unwrap();
            assert_eq!(out.status.code(), Some(3), "{said}");
            assert!(
                said.contains("failed to write the output: No space left"),
                "{said}"
            );
        }
        same(&before, &lab.tree());
        lab.run("undo", &["--list"])
            .code(0)
            .shows(&["nothing can be undone"]);
    }

    #[test]
    fn a_second_harden_has_nothing_to_do() {
        let lab = Lab::leaky();
        lab.harden(&["--apply"]).code(0).recovery_code();
        let after = lab.tree();
        for more in [&["--apply"][..], &[]] {
            let again = lab.harden(more).code(0).shows(&["Nothing to change"]);
            assert!(!again.stdout.contains(CODE));
            same(&after, &lab.tree());
        }
        let listed = lab.run("undo", &["--list", "--json"]).code(0);
        assert_eq!(listed.stdout.matches("undo_until").count(), 1, "{listed}");
    }

    #[test]
    fn a_wrong_recovery_code_changes_nothing() {
        let lab = Lab::leaky();
        let code = lab.harden(&["--apply"]).code(0).recovery_code();
        let after = lab.tree();
        let other = Lab::leaky();
        let wrong = other.harden(&["--apply"]).code(0).recovery_code();
        let mut torn = code.clone();
        torn.pop();
        for bad in [&wrong, &torn] {
            let ran = lab.undo(bad).code(3).prints_nothing();
            ran.says(&["the recovery code is not the one", "next: "]);
        }
        for bad in ["hello", "\n"] {
            let ran = lab.undo(bad).code(64).prints_nothing();
            ran.says(&["no recovery code", "begins with AGE-SECRET-KEY-"]);
        }
        let ran = lab.run("undo", &[]).code(64).prints_nothing();
        ran.says(&["no terminal", "--code-file"]);
        let ran = lab
            .run("undo", &["--code-file", "/does/not/exist"])
            .code(64);
        ran.says(&["/does/not/exist", "--code-file"]);
        for id in ["20200101-000000-abcdef01", "../../elsewhere", "-", ""] {
            let arguments = lab.at_home("undo", &["--code-file", "-", "--", id]);
            let ran = lab.finish(&mut lab.command(&arguments), &code).code(3);
            ran.says(&["find the transaction", "undo --list"])
                .prints_nothing();
        }
        same(&after, &lab.tree());
        lab.undo(&code).code(0);
    }

    #[test]
    fn a_recovery_code_that_is_an_argument_is_not_repeated() {
        let lab = Lab::leaky();
        let code = lab.harden(&["--apply"]).code(0).recovery_code();
        let after = lab.tree();
        let lower = code.to_ascii_lowercase();
        for more in [
            &[&*code][..],
            &[&*lower],
            &["--code-file", &code],
            &[&*code, "--discard"],
        ] {
            let ran = lab.run("undo", more).code(64).prints_nothing();
            assert!(!ran.stderr.contains(&code[16..]), "{ran}");
            assert!(!ran.stderr.contains(&lower[16..]), "{ran}");
            ran.says(&[
                "that is a recovery code",
                "next: bedlock undo --code-file -",
            ]);
        }
        same(&after, &lab.tree());
    }

    #[test]
    fn undo_works_once() {
        let lab = Lab::leaky();
        let before = lab.tree();
        let code = lab.harden(&["--apply"]).code(0).recovery_code();
        lab.undo(&code).code(0).shows(&["is undone"]);
        same(&before, &lab.tree());
        lab.undo(&code)
            .code(3)
            .says(&["nothing to undo", "next: "])
            .prints_nothing();
        same(&before, &lab.tree());
    }

    #[test]
    fn what_is_discarded_cannot_be_undone() {
        let lab = Lab::leaky();
        let code = lab.harden(&["--apply", "--json"]).code(0).recovery_code();
        let after = lab.tree();
        lab.run("undo", &["--discard"])
            .code(0)
            .shows(&["can no longer be undone"]);
        lab.undo(&code).code(3).says(&["nothing to undo"]);
        lab.run("undo", &["--discard"])
            .code(3)
            .says(&["nothing to undo"]);
        lab.run("undo", &["--list"])
            .code(0)
            .shows(&["nothing can be undone"]);
        same(&after, &lab.tree());
    }
}
