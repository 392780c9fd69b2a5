//! Hosts that are not in order: broken files, odd files, no room, no right, other programs in the
//! way, and bedlock itself stopped in the middle.

#![expect(
    clippy::disallowed_methods,
    reason = "these tests stand in for the person and the machine"
)]

#[cfg(test)]
mod lab;

#[cfg(test)]
mod support_of_files {
    //! What only these tests need: odd files, mounts, other users.

    use std::fs::{self, File};
    use std::io::{Seek, SeekFrom, Write};
    use std::os::unix::fs::{PermissionsExt, chown};
    use std::os::unix::process::CommandExt;
    use std::path::{Path, PathBuf};
    use std::process::Command;

    use serde_json::Value;

    use super::lab::{Lab, Ran, tree};

    /// A user who is not root.
    pub(crate) const NOBODY: u32 = 65534;

    /// Whether the tests run as root; what needs it says on standard error that it was left out.
    pub(crate) fn is_root(what: &str) -> bool {
        let root = rustix::process::geteuid().is_root();
        if !root {
            eprintln!("left out, because only root can do it: {what}");
        }
        root
    }

    /// A mount that goes with this value.
    pub(crate) struct Mount(PathBuf);

    impl Mount {
        /// Mounts, when this system lets it.
        pub(crate) fn new(arguments: &[&str], at: &Path) -> Option<Self> {
            let mounted = Command::new("mount").args(arguments).arg(at).output();
            match mounted {
                Ok(out) if out.status.success() => Some(Self(at.to_path_buf())),
                _ => {
                    eprintln!("left out, because nothing can be mounted here");
                    None
                }
            }
        }

        /// Makes a folder read-only.
        pub(crate) fn read_only(at: &Path) -> Option<Self> {
            let mounted = Self::new(&["--bind", at.to_str().unwrap()], at)?;
            let again = Command::new("mount")
                .args(["-o", "remount,bind,ro"])
                .arg(at)
                .status();
            assert!(again.unwrap().success());
            Some(mounted)
        }
    }

    impl Drop for Mount {
        fn drop(&mut self) {
            let gone = Command::new("umount").arg(&self.0).status();
            assert!(gone.is_ok_and(|status| status.success()) || std::thread::panicking());
        }
    }

    /// Gives everything of a lab to a user, and lets that user reach it.
    pub(crate) fn give(lab: &Lab, uid: u32) {
        fs::set_permissions(lab.folder(), fs::Permissions::from_mode(0o755)).unwrap();
        for path in tree(lab.folder()).keys() {
            std::os::unix::fs::lchown(lab.folder().join(path), Some(uid), Some(uid)).unwrap();
        }
        chown(lab.folder(), Some(uid), Some(uid)).unwrap();
        // The folder that the program was built in may be closed to others.
        let program = lab.folder().join("program");
        if !program.exists() {
            // A program that this process writes could be busy: a test beside this one that starts
            // another at that moment holds the file open.
            let copied = Command::new("cp")
                .arg(env!("CARGO_BIN_EXE_bedlock"))
                .arg(program)
                .status();
            assert!(copied.unwrap().success());
        }
    }

    /// Runs a verb as another user.
    #[track_caller]
    pub(crate) fn run_as(lab: &Lab, uid: u32, verb: &str, more: &[&str]) -> Ran {
        let mut command = Command::new(lab.folder().join("program"));
        command
            .args(lab.at_home(verb, more))
            .current_dir(lab.folder())
            .env_clear()
            .env("HOME", lab.folder().join("own"))
            .uid(uid)
            .gid(uid);
        lab.finish(&mut command, "")
    }

    /// The report of an audit.
    pub(crate) fn report(ran: &Ran) -> Value {
        serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {ran}"))
    }

    /// What a report says of a path in one of its lists, `unreadable` or `skipped`.
    pub(crate) fn said(report: &Value, list: &str, path: &Path) -> Vec<String> {
        let path = path.display().to_string();
        let entries = report[list].as_array().unwrap().iter();
        entries
            .filter(|entry| {
                entry["path"]
                    .as_str()
                    .is_some_and(|known| known.starts_with(&path))
            })
            .map(|entry| {
                let next = entry["next"].as_str().unwrap();
                assert!(!next.is_empty(), "{entry}");
                format!("{}; {next}", entry["reason"].as_str().unwrap())
            })
            .collect()
    }

    /// A transcript with a line three times, and holes between that are read as zeros.
    pub(crate) fn large_transcript(path: &Path, line: &str, size: u64) {
        let mut file = File::create(path).unwrap();
        for part in 0..3 {
            file.seek(SeekFrom::Start(size / 2 * part)).unwrap();
            for turn in 0..2000 {
                writeln!(
                    file,
                    "{{\"turn\":{turn},\"content\":\"what is on my list today?\"}}"
                )
                .unwrap();
            }
            writeln!(file, "{line}").unwrap();
        }
    }

    /// The largest memory of a command that ended, in bytes.
    pub(crate) fn peak_memory() -> u64 {
        let usage = nix::sys::resource::getrusage(nix::sys::resource::UsageWho::RUSAGE_CHILDREN);
        u64::try_from(usage.unwrap().max_rss()).unwrap() * 1024
    }
}

#[cfg(test)]
mod bad_input {
    use std::fs::{self, File};
    use std::io::{BufRead, BufReader, Read, Seek, SeekFrom, Write};
    use std::os::unix::fs::{FileExt, MetadataExt, PermissionsExt, chown, symlink};
    use std::os::unix::net::UnixListener;
    use std::path::{Path, PathBuf};
    use std::process::Stdio;
    use std::time::{Duration, Instant};

    use rustix::fs::{CWD, FileType, FlockOperation, Mode, flock, mknodat};
    use rustix::process::{Pid, Signal, kill_process};

    use super::lab::{CODE, Lab, OPTIONS, same};
    use super::support_of_files::{
        Mount, NOBODY, give, is_root, large_transcript, peak_memory, report, run_as, said,
    };

    const JSON: [&str; 2] = ["--format", "json"];
    const TRANSCRIPT: &str = "agents/main/sessions/2026-09-01-demo.jsonl";
    const AGENT_DATABASE: &str = "agents/main/agent/openclaw-agent.sqlite";
    const STATE_DATABASE: &str = "state/openclaw.sqlite";

    /// The OpenAI key of a leaky home.
    fn key(lab: &Lab) -> String {
        let text = fs::read_to_string(lab.state(".env")).unwrap();
        let line = text
            .lines()
            .find(|line| line.starts_with("OPENAI_API_KEY="));
        line.unwrap().split_once('=').unwrap().1.to_owned()
    }

    fn leaks(lab: &Lab, path: &Path) -> bool {
        lab.leaks(&fs::read(path).unwrap())
    }

    fn special(path: &Path, kind: FileType, device: u64) {
        mknodat(CWD, path, kind, Mode::from_raw_mode(0o600), device).unwrap();
    }

    #[test]
    fn a_broken_configuration_is_named_and_left() {
        let lab = Lab::leaky();
        let config = lab.state("openclaw.json");
        let text = fs::read_to_string(&config).unwrap();
        fs::write(
            &config,
            text.replacen("\"models\": {\n", "\"models\" {\n", 1),
        )
        .unwrap();
        let before = lab.tree();
        let broken = [
            "openclaw.json",
            "line 5, column 12",
            "expected ':'",
            "openclaw config validate",
        ];
        lab.run("audit", &[]).code(2).shows(&broken);
        let found = report(&lab.run("audit", &JSON).code(2));
        assert_eq!(found["complete"], false);
        assert_eq!(said(&found, "unreadable", &config).len(), 1);
        // What has a shape of its own is found all the same.
        let here = found["findings"].as_array().unwrap().iter();
        let here = here.filter(|one| one["file"] == config.display().to_string());
        assert!(here.count() >= 5, "{found}");
        lab.run("verify", &[]).shows(&broken[..3]);
        for more in [&[][..], &["--apply"], &["--apply", "--json"]] {
            lab.harden(more)
                .code(3)
                .shows(&["the active configuration cannot be rewritten"]);
        }
        same(&before, &lab.tree());
    }

    #[test]
    fn broken_copies_and_caches_are_redacted() {
        let lab = Lab::leaky();
        let key = key(&lab);
        let broken = [
            lab.state("openclaw.json.bak.2"),
            lab.state("openclaw.json.clobbered.2026-09-01T00-00-00Z"),
            lab.state("agents/main/agent/models.json"),
            lab.state("logs/config-health.json"),
        ];
        for path in &broken {
            fs::write(path, format!("{{ \"apiKey\": \"{key}\", ,, \n [[ torn")).unwrap();
        }
        let before = lab.tree();
        let code = lab.harden(&["--apply"]).code(0).recovery_code();
        for path in &broken {
            let text = fs::read_to_string(path).unwrap();
            assert!(!lab.leaks(text.as_bytes()), "{}", path.display());
            assert!(
                text.contains("\"REDACTED-") && text.ends_with("[[ torn"),
                "{text}"
            );
        }
        lab.undo(&code).code(0);
        same(&before, &lab.tree());
    }

    /// Cleans and puts back a large transcript; memory stays below the limit, in bytes.
    fn large(size: u64, limit: u64) {
        let lab = Lab::leaky();
        let path = lab.state("agents/main/sessions/large.jsonl");
        let line = format!(
            "{{\"role\":\"toolResult\",\"content\":\"OPENAI_API_KEY={}\"}}",
            key(&lab)
        );
        large_transcript(&path, &line, size);
        let before = lab.tree();
        let found = report(&lab.run("audit", &JSON).code(1));
        let here = found["findings"].as_array().unwrap().iter();
        let here = here.filter(|one| one["file"] == path.display().to_string());
        assert_eq!(here.count(), 3);
        let code = lab.harden(&["--apply"]).code(0).recovery_code();
        lab.run("audit", &[]).code(0);
        lab.undo(&code).code(0);
        same(&before, &lab.tree());
        let peak = peak_memory();
        assert!(peak < limit, "{} MB", peak >> 20);
    }

    #[test]
    fn a_large_transcript_takes_little_memory() {
        large(96 << 20, 64 << 20);
    }

    #[test]
    #[ignore = "takes minutes without optimisation"]
    fn a_transcript_of_two_gigabytes_takes_little_memory() {
        large(2 << 30, 200 << 20);
    }

    #[test]
    fn deep_nesting_does_not_overflow() {
        let lab = Lab::leaky();
        let deep =
            |open: &str, close: &str| format!("{}1{}", open.repeat(200_000), close.repeat(200_000));
        let key = key(&lab);
        for (path, text) in [
            ("openclaw.json.bak.2", deep("{a:", "}")),
            ("agents/main/agent/models.json", "[".repeat(200_000)),
            ("agents/main/sessions/deep.jsonl", deep("{\"a\":", "}")),
            ("agents/main/sessions/torn.jsonl", "[[[[\"".repeat(100_000)),
        ] {
            fs::write(lab.state(path), format!("{text}\n{key}\n")).unwrap();
        }
        let before = lab.tree();
        lab.run("audit", &[]).code(1);
        let code = lab.harden(&["--apply"]).code(0).recovery_code();
        for path in ["openclaw.json.bak.2", "agents/main/sessions/deep.jsonl"] {
            assert!(!leaks(&lab, &lab.state(path)), "{path}");
        }
        lab.undo(&code).code(0);
        same(&before, &lab.tree());
        fs::write(lab.state("openclaw.json"), deep("{a:", "}")).unwrap();
        let before = lab.tree();
        lab.run("audit", &[]).code(2).shows(&["nested deeper than"]);
        lab.harden(&["--apply"])
            .code(3)
            .shows(&["cannot be rewritten", "nested deeper than"]);
        same(&before, &lab.tree());
    }

    #[test]
    fn a_compressed_file_is_searched_in_little_memory() {
        let lab = Lab::leaky();
        let path = lab.state("logs/gateway.log.gz");
        let plain = lab.folder().join("plain.log");
        let mut file = File::create(&plain).unwrap();
        file.set_len(64 << 20).unwrap();
        file.seek(SeekFrom::End(0)).unwrap();
        writeln!(file, "OPENAI_API_KEY={}", key(&lab)).unwrap();
        let packed = std::process::Command::new("gzip")
            .args(["-1", "-c"])
            .arg(&plain)
            .stdout(File::create(&path).unwrap())
            .status();
        if !packed.is_ok_and(|status| status.success()) {
            eprintln!("left out, because there is no gzip");
            return;
        }
        fs::remove_file(&plain).unwrap();
        let before = lab.tree();
        let found = report(&lab.run("audit", &JSON).code(1));
        let mut here = found["findings"].as_array().unwrap().iter();
        assert!(here.any(|one| one["file"] == path.display().to_string()));
        assert!(peak_memory() < 64 << 20, "{} MB", peak_memory() >> 20);
        let code = lab.harden(&["--apply"]).code(0).recovery_code();
        assert!(!path.exists());
        lab.undo(&code).code(0);
        same(&before, &lab.tree());
    }

    #[test]
    fn special_files_and_links_are_passed_by() {
        let lab = Lab::leaky();
        let outside = lab.folder().join("outside");
        fs::create_dir(&outside).unwrap();
        fs::write(outside.join("notes.md"), format!("key {}", key(&lab))).unwrap();
        special(&lab.state("logs/pipe.log"), FileType::Fifo, 0);
        let socket = UnixListener::bind(lab.state("agents/main/sessions/socket.jsonl")).unwrap();
        symlink("b.json", lab.state("a.json")).unwrap();
        symlink("a.json", lab.state("b.json")).unwrap();
        symlink(outside.join("notes.md"), lab.state("workspace/away.md")).unwrap();
        symlink(&outside, lab.state("workspace/away")).unwrap();
        symlink("../..", lab.state("workspace/up")).unwrap();
        symlink("nothing.md", lab.state("workspace/loose.md")).unwrap();
        if is_root("a device") {
            special(
                &lab.state("logs/zero.log"),
                FileType::CharacterDevice,
                rustix::fs::makedev(1, 5),
            );
        }
        let before = lab.tree();
        let beyond = super::lab::tree(&outside);
        let found = report(&lab.run("audit", &JSON).code(1));
        for (path, reason) in [
            ("logs/pipe.log", "a FIFO"),
            ("agents/main/sessions/socket.jsonl", "a socket"),
            ("a.json", "back to itself"),
            ("b.json", "back to itself"),
            ("workspace/away.md", "leaves the agent's world"),
            ("workspace/away", "leaves the agent's world"),
            ("workspace/loose.md", "does not exist"),
        ] {
            let said = said(&found, "skipped", &lab.state(path));
            assert!(
                said.iter().any(|said| said.contains(reason)),
                "{path}: {said:?}"
            );
        }
        if lab.state("logs/zero.log").exists() {
            assert_eq!(
                said(&found, "skipped", &lab.state("logs/zero.log")).len(),
                1
            );
        }
        let code = lab.harden(&["--apply"]).code(0).recovery_code();
        lab.undo(&code).code(0);
        same(&before, &lab.tree());
        same(&beyond, &super::lab::tree(&outside));
        drop(socket);
    }

    #[test]
    fn a_configuration_behind_a_link_out_of_the_home_is_named() {
        let lab = Lab::leaky();
        let config = lab.state("openclaw.json");
        let elsewhere = lab.folder().join("elsewhere.json");
        fs::rename(&config, &elsewhere).unwrap();
        symlink(&elsewhere, &config).unwrap();
        let before = fs::read(&elsewhere).unwrap();
        let found = report(&lab.run("audit", &JSON).code(2));
        let why = said(&found, "unreadable", &config);
        assert!(why[0].contains("leaves the agent's world"), "{why:?}");
        // It is named once.
        assert_eq!((why.len(), said(&found, "skipped", &config).len()), (1, 0));
        lab.run("audit", &[])
            .code(2)
            .shows(&["it is a symbolic link that leaves the agent's world"]);
        lab.harden(&["--apply"]);
        assert_eq!(fs::read(&elsewhere).unwrap(), before);
    }

    #[test]
    fn wanted_files_that_are_none_do_not_hold_up() {
        let lab = Lab::leaky();
        fs::remove_file(lab.state("openclaw.json")).unwrap();
        special(&lab.state("openclaw.json"), FileType::Fifo, 0);
        let folder = lab.home.join(".npmrc");
        fs::remove_file(&folder).unwrap();
        fs::create_dir(&folder).unwrap();
        let shell = lab.home.join(".bashrc");
        fs::remove_file(&shell).unwrap();
        special(&shell, FileType::Fifo, 0);
        let found = report(&lab.run("audit", &JSON));
        for (path, reason) in [
            (lab.state("openclaw.json"), "a FIFO"),
            (folder, "a folder where a file is expected"),
            (shell, "a FIFO"),
        ] {
            let said = said(&found, "skipped", &path);
            assert!(said.iter().any(|said| said.contains(reason)), "{said:?}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        if !is_root("running as another user") {
            return;
        }
        let lab = Lab::leaky();
        give(&lab, NOBODY);
        let sessions = lab.state("agents/main/sessions");
        for path in [lab.state(".env"), sessions.clone()] {
            chown(&path, Some(0), Some(0)).unwrap();
        }
        fs::set_permissions(&sessions, fs::Permissions::from_mode(0o700)).unwrap();
        let found = report(&run_as(&lab, NOBODY, "audit", &JSON).code(2));
        for path in [lab.state(".env"), sessions] {
            let said = said(&found, "unreadable", &path);
            assert!(said[0].contains("Permission denied"), "{said:?}");
            assert!(
                said[0].contains("run bedlock as the owner root, or as root"),
                "{said:?}"
            );
        }
        run_as(&lab, NOBODY, "audit", &[])
            .code(2)
            .shows(&["Permission denied", ".env"]);
        let before = lab.tree();
        let more = [&OPTIONS[..], &["--apply"]].concat();
        run_as(&lab, NOBODY, "harden", &more).code(3).says(&[
            "/.env",
            "belongs to user 0",
            "next: ",
        ]);
        same(&before, &lab.tree());
    }

    #[test]
    fn a_file_of_somebody_else_is_not_taken_away() {
        if !is_root("running as another user") {
            return;
        }
        let lab = Lab::leaky();
        give(&lab, NOBODY);
        let models = lab.state("agents/main/agent/models.json");
        chown(&models, Some(0), Some(0)).unwrap();
        fs::set_permissions(&models, fs::Permissions::from_mode(0o644)).unwrap();
        run_as(&lab, NOBODY, "audit", &[]).code(1);
        let before = lab.tree();
        let more = [&OPTIONS[..], &["--apply"]].concat();
        let refused = run_as(&lab, NOBODY, "harden", &more).code(3);
        refused.says(&[
            "models.json",
            "belongs to user 0",
            "next: run bedlock as the owner",
        ]);
        same(&before, &lab.tree());
    }

    #[test]
    fn a_name_in_an_error_cannot_write_to_the_terminal() {
        if !is_root("running as another user") {
            return;
        }
        let lab = Lab::leaky();
        give(&lab, NOBODY);
        let path = lab
            .state("agents/main/sessions")
            .join("\x1b]0;FAKE\x07\x1b[31mred\r.jsonl");
        fs::copy(lab.state(TRANSCRIPT), &path).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        let more = [&OPTIONS[..], &["--apply"]].concat();
        let refused = run_as(&lab, NOBODY, "harden", &more).code(3);
        assert!(!refused.stderr.contains(['\x07', '\r']), "{refused}");
        refused.says(&["FAKE", "belongs to user 0"]);
    }

    #[test]
    fn root_leaves_files_with_their_owner() {
        if !is_root("files of another user") {
            return;
        }
        let lab = Lab::leaky();
        give(&lab, NOBODY);
        let before = lab.tree();
        let code = lab.harden(&["--apply"]).code(0).recovery_code();
        for (path, (_, owner, ..)) in lab.tree() {
            assert_eq!(owner, (NOBODY, NOBODY), "{}", path.display());
        }
        // bedlock's own folder is root's; what is above it is not.
        for folder in [".local", ".local/state"] {
            let owner = fs::metadata(lab.home.join(folder)).unwrap().uid();
            assert_eq!(owner, NOBODY, "{folder}");
        }
        let note = "interrupted transactions were not looked for";
        run_as(&lab, NOBODY, "audit", &[]).code(0).says(&[note]);
        run_as(&lab, NOBODY, "undo", &["--list"])
            .code(3)
            .says(&["belongs to user 0"]);
        lab.undo(&code).code(0);
        same(&before, &lab.tree());
    }

    #[test]
    fn root_looks_at_a_home_that_its_owner_hardened() {
        if !is_root("running as another user") {
            return;
        }
        let lab = Lab::leaky();
        give(&lab, NOBODY);
        let more = [&OPTIONS[..], &["--apply"]].concat();
        run_as(&lab, NOBODY, "harden", &more).code(0);
        let after = lab.tree();
        let note = "interrupted transactions were not looked for";
        lab.run("audit", &[]).code(0).says(&[note]);
        lab.run("verify", &[]).code(0).says(&[note]);
        for verb in ["harden", "undo"] {
            let more: &[&str] = if verb == "harden" { &more } else { &[] };
            let refused = lab.run(verb, more).code(3);
            refused.says(&["it belongs to user 65534; run bedlock as that user"]);
        }
        same(&after, &lab.tree());
    }

    #[test]
    fn a_read_only_host_is_left() {
        if !is_root("mounts") {
            return;
        }
        let lab = Lab::leaky();
        let before = lab.tree();
        let Some(mounted) = Mount::read_only(&lab.home) else {
            return;
        };
        lab.run("audit", &[]).code(1);
        lab.run("verify", &[]).code(1);
        let refused = lab.harden(&["--apply"]).code(3);
        refused.says(&["mounted read-only", "/.local", "next: mount it writable"]);
        drop(mounted);
        let Some(mounted) = Mount::read_only(&lab.state("")) else {
            return;
        };
        let refused = lab.harden(&["--apply"]).code(3);
        refused.says(&["mounted read-only", ".openclaw", "next: mount it writable"]);
        drop(mounted);
        same(&before, &lab.tree());
        lab.run("undo", &["--list"])
            .code(0)
            .shows(&["nothing can be undone"]);
    }

    #[test]
    fn a_full_disk_is_left() {
        if !is_root("mounts") {
            return;
        }
        let mut lab = Lab::empty();
        let home = lab.home.clone();
        let Some(_mounted) = Mount::new(&["-t", "tmpfs", "-o", "size=1m", "none"], &home) else {
            return;
        };
        lab.leak_into(&home);
        let filler = home.join("filler");
        // As much as there is room for.
        let mut file = File::create(&filler).unwrap();
        while file.write_all(&[0; 4096]).is_ok() {}
        drop(file);
        let before = lab.tree();
        lab.run("audit", &[]).code(1);
        for (room, said) in [(0, "free"), (40 << 10, "are free"), (80 << 10, "are free")] {
            let size = fs::metadata(&filler).unwrap().len();
            File::options()
                .write(true)
                .open(&filler)
                .unwrap()
                .set_len(size - room)
                .unwrap();
            let refused = lab.harden(&["--apply"]).code(3);
            refused.says(&["failed to write", said, "next: make room"]);
        }
        let mut after = lab.tree();
        after.insert("filler".into(), before[Path::new("filler")].clone());
        same(&before, &after);
        fs::remove_file(&filler).unwrap();
        lab.harden(&["--apply"]).code(0);
    }

    #[test]
    fn a_disk_without_a_free_name_is_left() {
        if !is_root("mounts") {
            return;
        }
        let mut lab = Lab::empty();
        let home = lab.home.clone();
        let Some(_mounted) = Mount::new(
            &["-t", "tmpfs", "-o", "size=8m,nr_inodes=60", "none"],
            &home,
        ) else {
            return;
        };
        lab.leak_into(&home);
        let mut fillers = 0;
        while File::create(home.join(format!("filler-{fillers}"))).is_ok() {
            fillers += 1;
        }
        // Some names are free, so that it fails in the middle.
        for free in [0, 4, 9, 14, 19] {
            for number in 0..free {
                let _ = fs::remove_file(home.join(format!("filler-{number}")));
            }
            let before = lab.tree();
            let refused = lab.harden(&["--apply"]).code(3);
            refused.says(&["failed to", "next: "]);
            same(&before, &lab.tree());
        }
    }

    #[test]
    fn a_database_in_use_is_read_and_not_changed() {
        let lab = Lab::leaky();
        let path = lab.state(STATE_DATABASE);
        let before = lab.tree();
        // Nothing may open and close the file here meanwhile: that would end the lock.
        let database = rusqlite::Connection::open(&path).unwrap();
        database.execute_batch("BEGIN EXCLUSIVE").unwrap();
        lab.run("audit", &[]).code(1);
        let refused = lab.harden(&["--apply"]).code(3);
        refused.says(&[
            STATE_DATABASE,
            "it is locked by process",
            "next: stop OpenClaw",
        ]);
        database.execute_batch("ROLLBACK").unwrap();
        drop(database);
        // SQLite itself made files beside it.
        let theirs =
            |path: &PathBuf| path.starts_with(".openclaw/state") && !path.ends_with(STATE_DATABASE);
        let [before, after] = [before, lab.tree()].map(|mut tree| {
            tree.retain(|path, _| !theirs(path));
            tree
        });
        assert!(before.contains_key(&Path::new(".openclaw").join(STATE_DATABASE)));
        same(&before, &after);
        lab.harden(&["--apply"]).code(0);
        assert!(!leaks(&lab, &path));
    }

    #[test]
    fn what_was_a_database_is_named_and_cleaned() {
        for (name, break_it) in [
            (
                "header",
                (|file, _| File::write_all_at(file, b"GARBAGE-GARBAGE!", 0).unwrap())
                    as fn(&File, &[u8]),
            ),
            ("text", |file, secret| {
                file.set_len(0).unwrap();
                file.write_all_at(secret, 0).unwrap();
            }),
        ] {
            let lab = Lab::leaky();
            let path = lab.state(AGENT_DATABASE);
            let file = File::options().write(true).open(&path).unwrap();
            break_it(&file, key(&lab).as_bytes());
            drop(file);
            let before = lab.tree();
            let found = report(&lab.run("audit", &JSON).code(2));
            let why = said(&found, "unreadable", &path);
            assert!(
                why[0].contains("SQLite") && why[0].contains("as bytes only"),
                "{name}: {why:?}"
            );
            assert!(leaks(&lab, &path));
            let code = lab.harden(&["--apply"]).code(2).recovery_code();
            assert!(!leaks(&lab, &path), "{name}");
            lab.undo(&code).code(0);
            same(&before, &lab.tree());
        }
    }

    /// Makes the state database larger than a page, with a secret in its last row.
    fn grow(lab: &Lab) -> PathBuf {
        let path = lab.state(STATE_DATABASE);
        let database = rusqlite::Connection::open(&path).unwrap();
        database
            .execute_batch("CREATE TABLE notes (text TEXT NOT NULL)")
            .unwrap();
        let filler = "nothing new ".repeat(200);
        for _ in 0..60 {
            database
                .execute("INSERT INTO notes VALUES (?1)", [&filler])
                .unwrap();
        }
        database
            .execute("INSERT INTO notes VALUES (?1)", [&key(lab)])
            .unwrap();
        database.close().unwrap();
        path
    }

    #[test]
    fn a_damaged_database_is_named_and_never_made_worse() {
        for (name, damage) in [
            (
                "page",
                (|file| file.write_all_at(&[0xa5; 4096], 4096 * 12).unwrap()) as fn(&File),
            ),
            ("root page", |file| {
                file.write_all_at(&[0xa5; 4096], 4096).unwrap()
            }),
            ("truncated", |file| {
                let pages = file.metadata().unwrap().len() / 4096;
                file.set_len((pages - 3) * 4096 + 904).unwrap();
            }),
        ] {
            let lab = Lab::leaky();
            let path = grow(&lab);
            let file = File::options().write(true).open(&path).unwrap();
            damage(&file);
            drop(file);
            let before = lab.tree();
            let found = report(&lab.run("audit", &JSON).code(2));
            let why = said(&found, "unreadable", &path);
            assert!(
                why.iter().any(|why| why.contains("integrity_check")),
                "{name}: {why:?}"
            );
            let ran = lab.harden(&["--apply"]);
            if ran.status.code() == Some(3) {
                let ran = ran.says(&[STATE_DATABASE, "next: "]);
                assert!(!ran.stdout.contains(CODE), "{name}: {ran}");
            } else {
                assert!(!leaks(&lab, &path), "{name}");
                lab.undo(&ran.code(2).recovery_code()).code(0);
            }
            same(&before, &lab.tree());
        }
    }

    #[test]
    fn an_empty_database_is_no_trouble() {
        let lab = Lab::leaky();
        File::create(lab.state(AGENT_DATABASE)).unwrap();
        lab.run("audit", &[]).code(1);
        lab.harden(&["--apply"]).code(0);
    }

    #[test]
    fn text_that_is_no_utf8_is_searched_and_cleaned() {
        for file in [
            ".openclaw/openclaw.json.bak",
            ".openclaw/.env",
            ".openclaw/agents/main/sessions/2026-09-01-demo.jsonl",
            ".openclaw/agents/main/agent/models.json",
            ".bashrc",
            ".npmrc",
            ".git-credentials",
            ".aws/config",
            ".aws/credentials",
            ".config/systemd/user/openclaw-gateway.service",
        ] {
            let lab = Lab::leaky();
            let path = lab.home.join(file);
            let mut text = fs::read(&path).unwrap();
            let at = text.iter().position(|byte| *byte == b'\n').unwrap();
            text.splice(at..at, *b" \xff\xfe\x80 \xc3");
            fs::write(&path, text).unwrap();
            let before = lab.tree();
            assert!(
                matches!(lab.run("audit", &[]).status.code(), Some(1 | 2)),
                "{file}"
            );
            let ran = lab.harden(&["--apply"]);
            assert!(matches!(ran.status.code(), Some(0 | 2)), "{file}: {ran}");
            let clean = match fs::read(&path) {
                Ok(text) => !lab.leaks(&text),
                Err(_) => file == ".aws/credentials",
            };
            // The configuration keeps what its channels and its gateway need.
            assert!(clean || file.contains("openclaw.json"), "{file}");
            lab.undo(&ran.recovery_code()).code(0);
            same(&before, &lab.tree());
        }
    }

    #[test]
    fn a_configuration_that_is_no_utf8_is_named_and_left() {
        let lab = Lab::leaky();
        let config = lab.state("openclaw.json");
        let mut text = fs::read(&config).unwrap();
        text.splice(4..4, *b"\xff");
        fs::write(&config, text).unwrap();
        let before = lab.tree();
        lab.run("audit", &[])
            .code(2)
            .shows(&["the text is not UTF-8", "openclaw.json"]);
        lab.harden(&["--apply"])
            .code(3)
            .shows(&["the active configuration cannot be rewritten"]);
        same(&before, &lab.tree());
    }

    #[test]
    fn configurations_that_include_each_other_end() {
        let lab = Lab::leaky();
        let key = key(&lab);
        let config = lab.state("openclaw.json");
        let text = fs::read_to_string(&config).unwrap();
        let own = "{\n  \"$include\": [\"./openclaw.json\", \"./a.json5\"],\n";
        fs::write(&config, text.replacen("{\n", own, 1)).unwrap();
        let provider = format!("models: {{ providers: {{ openai: {{ apiKey: '{key}' }} }} }}");
        let include = |names: &str| format!("{{ $include: [{names}], {provider} }}");
        fs::write(lab.state("a.json5"), include("'./b.json5'")).unwrap();
        let away = lab.folder().join("away.json5");
        let back = format!(
            "'./a.json5', './b.json5', './missing.json5', '{}'",
            away.display()
        );
        fs::write(lab.state("b.json5"), include(&back)).unwrap();
        let before = lab.tree();
        let found = report(&lab.run("audit", &JSON).code(1));
        for name in ["a.json5", "b.json5"] {
            let path = lab.state(name).display().to_string();
            let found = found["findings"].as_array().unwrap().iter();
            assert!(found.clone().any(|one| one["file"] == path), "{name}");
        }
        let code = lab.harden(&["--apply"]).code(0).recovery_code();
        for name in ["a.json5", "b.json5"] {
            assert!(!leaks(&lab, &lab.state(name)), "{name}");
        }
        lab.undo(&code).code(0);
        same(&before, &lab.tree());
    }

    #[test]
    fn what_a_configuration_includes_moves_with_it() {
        let lab = Lab::leaky();
        let included = lab.state("included.json5");
        let text = format!(
            "{{ models: {{ providers: {{ openai: {{ apiKey: '{}', models: [] }} }} }}, \
             agents: {{ defaults: {{ model: {{ primary: 'openai/gpt-5' }} }} }} }}",
            key(&lab)
        );
        fs::write(&included, text).unwrap();
        let config = "{ $include: ['./included.json5'], gateway: { mode: 'local' } }";
        fs::write(lab.state("openclaw.json"), config).unwrap();
        let before = lab.tree();
        let found = report(&lab.run("audit", &JSON).code(1));
        let mut here = found["findings"].as_array().unwrap().iter();
        let path = included.display().to_string();
        assert!(here.any(|one| one["file"] == path && one["kind"] == "agent-config"));
        let route = lab.run("verify", &[]).code(1);
        assert!(!route.stdout.contains("pass     MODEL-ROUTE"), "{route}");
        let code = lab.harden(&["--apply"]).code(0).recovery_code();
        let text = fs::read_to_string(&included).unwrap();
        assert!(!text.contains("openai"), "{text}");
        lab.run("verify", &[]).shows(&["pass MODEL-ROUTE"]);
        lab.undo(&code).code(0);
        same(&before, &lab.tree());
    }

    #[test]
    fn a_configuration_leads_no_change_out_of_the_home() {
        let lab = Lab::leaky();
        let away = lab.folder().join("away");
        fs::create_dir(&away).unwrap();
        let key = key(&lab);
        for name in ["notes.md", "token", "secrets.json"] {
            fs::write(away.join(name), format!("{{\"apiKey\": \"{key}\"}}")).unwrap();
        }
        let provider =
            format!("{{\"models\": {{\"providers\": {{\"openai\": {{\"apiKey\": \"{key}\"}}}}}}}}");
        fs::write(away.join("include.json"), provider).unwrap();
        let away_text = away.display();
        let config = format!(
            "{{ $include: ['{away_text}/include.json', '../../away/include.json'], \
             gateway: {{ mode: 'local' }}, \
             agents: {{ defaults: {{ workspace: '{away_text}' }} }}, \
             channels: {{ telegram: {{ tokenFile: '{away_text}/token' }} }}, \
             secrets: {{ providers: {{ file: {{ source: 'file', path: '{away_text}/secrets.json' }} }} }} }}"
        );
        fs::write(lab.state("openclaw.json"), config).unwrap();
        let before = lab.tree();
        let beyond = super::lab::tree(&away);
        let ran = lab.harden(&["--apply"]);
        same(&beyond, &super::lab::tree(&away));
        match ran.status.code() {
            Some(3) => assert!(!ran.stdout.contains(CODE), "{ran}"),
            _ => {
                lab.undo(&ran.recovery_code()).code(0);
            }
        }
        same(&before, &lab.tree());
        same(&beyond, &super::lab::tree(&away));
    }

    #[test]
    fn two_at_once_do_not_meet() {
        let lab = Lab::leaky();
        let code = lab.harden(&["--apply"]).code(0).recovery_code();
        let path = lab.home.join(".local/state/bedlock/lock");
        let busy = [
            "another bedlock holds it",
            "next: wait until the other bedlock is done",
        ];
        let after = lab.tree();
        let lock = File::open(&path).unwrap();
        flock(&lock, FlockOperation::LockExclusive).unwrap();
        lab.undo(&code).code(3).says(&busy).prints_nothing();
        let discard = lab.run("undo", &["--discard"]).code(3).prints_nothing();
        discard.says(&busy);
        same(&after, &lab.tree());
        drop(lock);
        lab.undo(&code).code(0);
        let before = lab.tree();
        let lock = File::open(&path).unwrap();
        flock(&lock, FlockOperation::LockExclusive).unwrap();
        let refused = lab.harden(&["--apply"]).code(3).says(&busy);
        assert!(!refused.stdout.contains(CODE), "{refused}");
        same(&before, &lab.tree());
        drop(lock);
        lab.harden(&["--apply"]).code(0);
    }

    /// Waits until a process has a file open.
    fn wait_for_reading(pid: u32, path: &Path) {
        let folder = PathBuf::from(format!("/proc/{pid}/fd"));
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_secs(60) {
            let open = fs::read_dir(&folder).into_iter().flatten().flatten();
            let mut targets = open.filter_map(|entry| fs::read_link(entry.path()).ok());
            if targets.any(|target| target == path) {
                return;
            }
            std::thread::yield_now();
        }
        panic!("{} was never opened", path.display());
    }

    #[test]
    fn an_interrupted_audit_leaves_nothing() {
        let lab = Lab::leaky();
        let path = fs::canonicalize(&lab.home)
            .unwrap()
            .join(".openclaw/agents/main/sessions/endless.jsonl");
        File::create(&path).unwrap().set_len(1 << 40).unwrap();
        let names = |lab: &Lab| fs::read_dir(&lab.home).unwrap().count();
        let before = names(&lab);
        for (signal, code) in [(Signal::INT, 130), (Signal::TERM, 143)] {
            let mut command = lab.command(&lab.at_home("audit", &[]));
            let child = command
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()
                .unwrap();
            wait_for_reading(child.id(), &path);
            kill_process(
                Pid::from_raw(child.id().try_into().unwrap()).unwrap(),
                signal,
            )
            .unwrap();
            let out = child.wait_with_output().unwrap();
            assert_eq!(out.status.code(), Some(code), "{out:?}");
            assert!(out.stdout.is_empty());
            assert!(String::from_utf8_lossy(&out.stderr).contains("interrupted"));
        }
        assert_eq!(names(&lab), before);
    }

    #[test]
    fn a_killed_harden_is_before_or_after() {
        const ROUNDS: u32 = 20;
        let lab = Lab::leaky();
        let before = lab.tree();
        let begun = Instant::now();
        let code = lab.harden(&["--apply"]).code(0).recovery_code();
        let whole = begun.elapsed();
        let after = lab.tree();
        lab.undo(&code).code(0);
        let contents = |tree: &std::collections::BTreeMap<PathBuf, super::lab::Entry>| {
            let without_times = tree.iter().map(|(path, (mode, owner, _, text))| {
                (path.clone(), (*mode, *owner, text.clone()))
            });
            without_times.collect::<std::collections::BTreeMap<_, _>>()
        };
        let printed = lab.folder().join("printed");
        for round in 1..=ROUNDS {
            let mut command =
                lab.command(&lab.at_home("harden", &[&OPTIONS[..], &["--apply"]].concat()));
            let output = File::create(&printed).unwrap();
            let mut child = command
                .stdout(output)
                .stderr(Stdio::null())
                .spawn()
                .unwrap();
            // Which moment this hits does not matter: the tree must be whole after each.
            std::thread::sleep(whole * round / ROUNDS);
            child.kill().unwrap();
            child.wait().unwrap();
            let next: &[&str] = match round % 4 {
                0 => &["audit"],
                1 => &["verify"],
                2 => &["undo", "--list"],
                _ => &["audit", "--format", "json"],
            };
            lab.run(next[0], &next[1..]);
            let now = lab.tree();
            if contents(&now) == contents(&before) {
                same(&before, &now);
                continue;
            }
            assert_eq!(contents(&now), contents(&after), "round {round}");
            let mut text = String::new();
            File::open(&printed)
                .unwrap()
                .read_to_string(&mut text)
                .unwrap();
            let start = text.find(CODE).expect("a change without its code");
            let code: String = text[start..]
                .chars()
                .take_while(|c| !c.is_whitespace())
                .collect();
            lab.undo(&code).code(0);
            same(&before, &lab.tree());
        }
    }

    #[test]
    fn an_interrupt_after_the_code_was_shown_says_what_happened() {
        let lab = Lab::leaky();
        let before = lab.tree();
        let mut command =
            lab.command(&lab.at_home("harden", &[&OPTIONS[..], &["--apply"]].concat()));
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut printed = String::new();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        while !printed.contains(CODE) {
            assert_ne!(output.read_line(&mut printed).unwrap(), 0, "{printed}");
        }
        let pid = Pid::from_raw(child.id().try_into().unwrap()).unwrap();
        kill_process(pid, Signal::INT).unwrap();
        output.read_to_string(&mut printed).unwrap();
        let out = child.wait_with_output().unwrap();
        let said = String::from_utf8(out.stderr).unwrap();
        let code = printed[printed.find(CODE).unwrap()..]
            .split_whitespace()
            .next()
            .unwrap()
            .to_owned();
        let changed = !leaks(&lab, &lab.state(".env"));
        match out.status.code() {
            Some(0) => assert!(changed, "{printed}"),
            Some(130) if changed => {
                assert!(
                    said.contains("was applied") && said.contains("bedlock verify"),
                    "{said}"
                );
            }
            Some(130) => assert!(said.contains("interrupted"), "{said}"),
            other => panic!("{other:?}: {said}"),
        }
        if changed {
            lab.undo(&code).code(0);
        }
        same(&before, &lab.tree());
    }

    #[test]
    fn names_cannot_write_to_the_terminal() {
        let lab = Lab::leaky();
        let name = "\x1b]0;FAKE\x07\x1b[31mred\nline\r.jsonl";
        let path = lab.state("agents/main/sessions").join(name);
        fs::copy(lab.state(TRANSCRIPT), &path).unwrap();
        let before = lab.tree();
        for more in [
            &["--all"][..],
            &JSON,
            &["--format", "html"],
            &["--format", "markdown"],
            &["--format", "sarif"],
        ] {
            let ran = lab.run("audit", more).code(1);
            assert!(
                !ran.stdout.contains('\x07') && !ran.stdout.contains('\r'),
                "{more:?}"
            );
        }
        let ran = lab.harden(&["--apply", "--all"]).code(0);
        assert!(
            !ran.stdout.contains('\x07') && !ran.stdout.contains('\r'),
            "{ran}"
        );
        assert!(!leaks(&lab, &path));
        let code = ran.recovery_code();
        lab.undo(&code).code(0);
        same(&before, &lab.tree());
    }
}
