//! `bedlock scan` as a person, a pipe and git run it.
//!
//! **Invariant:** whatever a test does, no output holds the end of a planted secret, in no format.

use std::fs;
use std::io::{Read, Write};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::{Command, Stdio};

use bedlock_detect::{Dice, fake, rule};
use serde_json::Value;

use super::lab::{Lab, Ran};

/// A tree with secrets in it that are known.
struct Tree {
    lab: Lab,
    dice: Dice,
    secrets: Vec<String>,
}

impl Tree {
    fn new() -> Self {
        Self {
            lab: Lab::empty(),
            dice: Dice::new(40),
            secrets: Vec::new(),
        }
    }

    fn secret(&mut self) -> String {
        let secret = fake(rule("anthropic-api-key").unwrap(), &mut self.dice);
        self.secrets.push(secret.clone());
        secret
    }

    fn put(&self, path: &str, content: impl AsRef<[u8]>) {
        let path = self.lab.home.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    /// Plants a secret in a file of its own.
    fn plant(&mut self, path: &str) {
        let secret = self.secret();
        self.put(path, format!("a = 1\nkey = {secret}\n"));
    }

    #[track_caller]
    fn scan(&self, arguments: &[&str]) -> Ran {
        self.scan_with(arguments, "")
    }

    #[track_caller]
    fn scan_with(&self, arguments: &[&str], input: &str) -> Ran {
        let arguments = [&["scan"], arguments].concat();
        let ran = self.lab.finish(&mut self.lab.command(&arguments), input);
        self.check(&ran);
        ran
    }

    /// The rule of canaries.
    #[track_caller]
    fn check(&self, ran: &Ran) {
        for secret in &self.secrets {
            let end = &secret[secret.len() - 16..];
            assert!(!ran.stdout.contains(end), "a secret was printed");
            assert!(!ran.stderr.contains(end), "a secret was printed");
        }
    }

    #[track_caller]
    fn json(&self, arguments: &[&str], code: i32) -> Value {
        let ran = self.scan(&[&["--json"], arguments].concat()).code(code);
        serde_json::from_str(&ran.stdout).unwrap()
    }
}

/// Files and lines of a report.
fn places(report: &Value) -> Vec<String> {
    let findings = report["findings"].as_array().unwrap();
    let place = |f: &Value| {
        let inside = f["inside"].as_str().map(|inside| format!("!{inside}"));
        format!(
            "{}{}:{}:{}",
            f["file"].as_str().unwrap(),
            inside.unwrap_or_default(),
            f["line"],
            f["column"]
        )
    };
    findings.iter().map(place).collect()
}

#[test]
fn every_file_is_searched_and_no_link_is_followed() {
    let mut tree = Tree::new();
    for path in ["a/b/c.txt", ".hidden/d", "ignored/e", ".git/config"] {
        tree.plant(path);
    }
    tree.put(".gitignore", "ignored/\n");
    tree.put("clean", "nothing\n");
    fs::create_dir(tree.lab.folder().join("outside")).unwrap();
    let secret = tree.secret();
    fs::write(tree.lab.folder().join("outside/f"), &secret).unwrap();
    symlink("../outside", tree.lab.home.join("link")).unwrap();
    let fifo = tree.lab.home.join("fifo");
    rustix::fs::mkfifoat(rustix::fs::CWD, &fifo, rustix::fs::Mode::RUSR).unwrap();

    let report = tree.json(&[], 1);
    assert_eq!(
        places(&report),
        [
            ".git/config:2:7",
            ".hidden/d:2:7",
            "a/b/c.txt:2:7",
            "ignored/e:2:7"
        ]
    );
    assert_eq!(report["links"], 1);
    assert_eq!(report["skipped"][0]["path"], "fifo");
    assert_eq!(
        places(&tree.json(&["--gitignore"], 1)),
        [".hidden/d:2:7", "a/b/c.txt:2:7"]
    );
    let excluded = tree.json(&["--exclude", "b/", "--exclude", "/.*"], 1);
    assert_eq!(places(&excluded), ["ignored/e:2:7"]);
    assert_eq!(excluded["excluded"], 4);
    let followed = tree.json(&["--follow"], 1);
    assert_eq!(places(&followed).len(), 5);
    assert!(places(&followed).contains(&"link/f:1:1".to_owned()));
    // A named file is searched, whatever it is called.
    assert_eq!(places(&tree.json(&["a/b/c.txt"], 1)), ["a/b/c.txt:2:7"]);
    assert_eq!(places(&tree.json(&["--threads", "1"], 1)), places(&report));
    tree.scan(&["clean"]).code(0).says(&["no secret found"]);
}

#[test]
fn no_format_shows_a_secret_and_all_have_the_place() {
    let mut tree = Tree::new();
    tree.plant("x/config.yaml");
    for (format, shown) in [
        (
            "text",
            "x/config.yaml:2:7: high anthropic-api-key sk-ant-api03-…(",
        ),
        ("json", "\"file\": \"x/config.yaml\""),
        ("sarif", "\"uri\": \"x/config.yaml\""),
        ("markdown", "`x/config.yaml:2:7`"),
    ] {
        tree.scan(&["--format", format]).code(1).shows(&[shown]);
        let file = tree.lab.folder().join("own/out");
        let arguments = ["--format", format, "--output", file.to_str().unwrap()];
        tree.scan(&arguments).code(1).prints_nothing();
        let text = fs::read_to_string(&file).unwrap();
        assert!(text.contains(shown), "{text}");
        assert!(
            !text.contains(&tree.secrets[0][tree.secrets[0].len() - 16..]),
            "{text}"
        );
        fs::remove_file(file).unwrap();
    }
    let rules = tree.scan(&["--list-rules"]).code(0);
    rules.shows(&["anthropic-api-key", "aws-access-key-id"]);
}

#[test]
fn rules_and_confidence_choose_and_are_counted() {
    let mut tree = Tree::new();
    tree.plant("a");
    tree.put("b", "api_token = \"qZ83hf7Ks0Lw29Xv\"\n");
    assert_eq!(places(&tree.json(&[], 1)).len(), 2);
    let high = tree.json(&["--confidence", "high"], 1);
    assert_eq!(places(&high), ["a:2:7"]);
    assert_eq!(high["left_out"]["unwanted"], 1);
    let only = tree.json(&["--rule", "openai-api-key"], 0);
    assert_eq!(only["left_out"]["unwanted"], 2);
    let not = tree.json(&["--not-rule", "anthropic-api-key"], 1);
    assert_eq!(places(&not), ["b:1:14"]);
    let unknown = tree.scan(&["--rule", "nothing"]).code(64);
    unknown.says(&[
        "there is no rule nothing",
        "next: bedlock scan --list-rules",
    ]);
}

#[test]
fn one_large_file_is_searched_whole() {
    let mut tree = Tree::new();
    let filler = "{\"type\":\"message\",\"content\":\"the quick brown fox\"}\n".repeat(11_000);
    let mut text = String::new();
    let mut expected = Vec::new();
    for _ in 0..12 {
        text.push_str(&filler);
        let line = text.matches('\n').count() + 1;
        expected.push(format!("big.jsonl:{line}:12"));
        let secret = tree.secret();
        text.push_str(&format!("{{\"out\":\"a\\n{secret}\\n\"}}\n"));
    }
    assert!(text.len() > 6 << 20);
    // One that stands across the border of two ranges.
    let mut bytes = text.into_bytes();
    let secret = tree.secret();
    let border = 4 << 20;
    let at = border - 50;
    bytes[at - 1] = b' ';
    bytes[at..at + secret.len()].copy_from_slice(secret.as_bytes());
    bytes[at + secret.len()] = b' ';
    tree.put("big.jsonl", &bytes);
    let report = tree.json(&["--threads", "3"], 1);
    let found = places(&report);
    assert_eq!(found.len(), 13, "{found:?}");
    // The line ends that the planted one stands on are gone.
    let offsets: Vec<u64> = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|f| f["offset"].as_u64().unwrap())
        .collect();
    assert!(offsets.contains(&(at as u64)));
    assert_eq!(&found[..4], &expected[..4]);
    assert_eq!(
        tree.json(&["--threads", "1"], 1)["findings"],
        report["findings"]
    );
    // The same bytes from a pipe, which cannot be read in ranges.
    let text = String::from_utf8(bytes).unwrap();
    let ran = tree.scan_with(&["--json", "-"], &text).code(1);
    let piped: Value = serde_json::from_str(&ran.stdout).unwrap();
    let plain = |report: &Value| places(report).join(" ").replace("big.jsonl", "-");
    assert_eq!(plain(&piped), plain(&report));
}

#[test]
fn what_is_inside_is_searched_and_what_is_cut_is_said() {
    let mut tree = Tree::new();
    let line = |tree: &mut Tree| format!("1\n{}\n", tree.secret());
    let (gz, wide) = (line(&mut tree), line(&mut tree));
    tree.put("a.gz", gzip(gz.as_bytes()));
    let mut utf16 = vec![0xff, 0xfe];
    utf16.extend(wide.encode_utf16().flat_map(u16::to_le_bytes));
    tree.put("wide.txt", utf16);
    let (one, two) = (line(&mut tree), line(&mut tree));
    let inner = tar(&[("in/one", one.as_bytes()), ("in/two", two.as_bytes())]);
    tree.put("b.tar.gz", gzip(&inner));
    let three = line(&mut tree);
    tree.put(
        "c.zip",
        zip(&[
            ("stored", three.as_bytes(), false),
            ("inner.tar", &inner, true),
        ]),
    );
    let page = format!("SQLite format 3\0\0\x17{}\x05x", tree.secret());
    tree.put("d.db", page);
    let whole = tree.json(&[], 1);
    assert_eq!(
        places(&whole),
        [
            "a.gz!(gzip):2:1",
            "b.tar.gz!in/one:2:1",
            "b.tar.gz!in/two:2:1",
            "c.zip!inner.tar!in/one:2:1",
            "c.zip!inner.tar!in/two:2:1",
            "c.zip!stored:2:1",
            "d.db:null:null",
            "wide.txt:2:1",
        ]
    );
    assert_eq!(whole["archives"], 4);

    // Cut off, a bomb, encrypted, compressed in a way that is not read.
    let bytes = gzip(&inner);
    tree.put("e-cut.gz", &bytes[..bytes.len() / 2]);
    tree.put("f-bomb.gz", gzip(&vec![0; 70 << 20]));
    let mut locked = zip(&[("x", b"abc", false), ("y", three.as_bytes(), false)]);
    locked[6] |= 1;
    tree.put("g-locked.zip", locked);
    tree.put("h.xz", b"\xfd7zXZ\0\0\0\0");
    let report = tree.json(&[], 2);
    let unreadable: Vec<&str> = report["unreadable"]
        .as_array()
        .unwrap()
        .iter()
        .map(|place| place["path"].as_str().unwrap())
        .collect();
    assert_eq!(
        unreadable,
        ["e-cut.gz", "f-bomb.gz", "g-locked.zip!x", "h.xz"]
    );
    assert!(places(&report).contains(&"g-locked.zip!y:2:1".to_owned()));
}

#[test]
fn what_cannot_be_read_ends_with_2() {
    let mut tree = Tree::new();
    tree.plant("a");
    tree.scan(&["a", "nowhere"])
        .code(2)
        .shows(&["a:2:7"])
        .says(&["nowhere: No such file or directory"]);
    if rustix::process::geteuid().is_root() {
        eprintln!("not run in full: root may read everything");
        return;
    }
    let closed = tree.lab.home.join("a");
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o0)).unwrap();
    tree.scan(&[]).code(2).says(&["a: Permission denied"]);
}

#[test]
fn comments_and_known_secrets_are_left_out_and_counted() {
    let mut tree = Tree::new();
    let (one, two) = (tree.secret(), tree.secret());
    tree.put(
        "a",
        format!("k = {one} # bedlock:allow\n// bedlock:allow\nk = {two}\n"),
    );
    tree.plant("b");
    tree.put("c", "api_token = \"qZ83hf7Ks0Lw29Xv\"\n");
    let report = tree.json(&[], 1);
    assert_eq!(report["left_out"]["allowed"], 2);
    assert_eq!(places(&report), ["b:2:7", "c:1:14"]);
    assert_eq!(places(&tree.json(&["--no-ignore"], 1)).len(), 4);

    let written = tree.scan(&["--write-baseline", ".bedlockignore"]).code(0);
    written
        .says(&["wrote 2 places to .bedlockignore"])
        .prints_nothing();
    let file = tree.lab.home.join(".bedlockignore");
    let text = fs::read_to_string(&file).unwrap();
    assert!(!text.contains("qZ83hf7Ks0Lw29Xv"), "{text}");
    let known = tree.json(&[], 0);
    assert_eq!(known["left_out"]["known"], 2);
    assert_eq!(known["ignore_files"][0], ".bedlockignore");
    // The same on another machine, from another folder, as a baseline.
    let other = tree.lab.folder().join("elsewhere");
    fs::rename(&tree.lab.home, &other).unwrap();
    fs::create_dir(&tree.lab.home).unwrap();
    fs::remove_dir_all(tree.lab.folder().join("own/.local")).unwrap_or_default();
    let other = other.to_str().unwrap();
    assert_eq!(tree.json(&[other], 0)["left_out"]["known"], 2);
    let baseline = format!("{other}/.bedlockignore");
    let both = tree.json(&[other, "--baseline", &baseline, "--no-ignore"], 1);
    assert_eq!(both["left_out"]["known"], 2);
    // A value that somebody thought up is known in its file only.
    fs::copy(format!("{other}/c"), format!("{other}/d")).unwrap();
    fs::copy(format!("{other}/b"), format!("{other}/e")).unwrap();
    let report = tree.json(&[other], 1);
    assert_eq!(places(&report), [format!("{other}/d:1:14")]);

    fs::write(&baseline, "hunter2\n").unwrap();
    tree.scan(&[other]).code(3).says(&["line 1 is neither"]);
    tree.scan(&["--baseline", "nothing"]).code(64);
}

#[test]
fn redact_changes_secrets_and_nothing_else() {
    let mut tree = Tree::new();
    let (one, two) = (tree.secret(), tree.secret());
    let document = serde_json::json!({
        "key": one,
        "text": format!("a\nexport X={two}\n金"),
        "nested": format!("{{\"token\":\"{one}\",\"n\":[1,2.5]}}"),
        "password": 9_482_716_350_917_264_u64,
    });
    let text = format!("{document}\nplain: x\n");
    let ran = tree.scan_with(&["--redact"], &text).code(0);
    let (json, rest) = ran.stdout.split_once('\n').unwrap();
    assert_eq!(rest, "plain: x\n");
    let redacted: Value = serde_json::from_str(json).unwrap();
    let name = redacted["key"].as_str().unwrap();
    assert!(name.starts_with("REDACTED-") && name.len() == 25, "{name}");
    // One secret has one name, and it is the one that a scan shows.
    assert_eq!(
        redacted["nested"],
        format!("{{\"token\":\"{name}\",\"n\":[1,2.5]}}")
    );
    assert!(redacted["text"].as_str().unwrap().ends_with("\n金"));
    assert!(redacted["password"].is_number());
    tree.put("f.json", &text);
    let report = tree.json(&["f.json"], 1);
    let shown = report["findings"][0]["fingerprint"].as_str().unwrap();
    assert_eq!(name, format!("REDACTED-{shown}"));
    // A file goes to standard output, and stays as it is.
    let again = tree.scan(&["--redact", "f.json"]).code(0);
    assert_eq!(again.stdout, ran.stdout);
    assert_eq!(
        fs::read(tree.lab.home.join("f.json")).unwrap(),
        text.as_bytes()
    );
    assert_eq!(
        tree.scan_with(&["--redact"], "no secret\n").stdout,
        "no secret\n"
    );

    tree.put("f.gz", gzip(text.as_bytes()));
    tree.scan(&["--redact", "f.gz"]).code(3).prints_nothing();
    tree.scan(&["--redact", "a", "b"]).code(64);
}

#[test]
fn redact_lets_go_what_is_certain() {
    let tree = Tree::new();
    let mut child = tree
        .lab
        .command(&["scan", "--redact"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    let mut output = child.stdout.take().unwrap();
    input
        .write_all(&b"hello, world. how are you? ".repeat(40))
        .unwrap();
    // It comes before the input has ended.
    let mut first = [0; 500];
    output.read_exact(&mut first).unwrap();
    assert!(first.starts_with(b"hello, world."));
    drop(input);
    let mut rest = Vec::new();
    output.read_to_end(&mut rest).unwrap();
    assert_eq!(first.len() + rest.len(), 27 * 40);
    assert!(child.wait().unwrap().success());
}

#[test]
fn a_signal_ends_the_wait_for_input() {
    let tree = Tree::new();
    for mode in [&["scan", "-"][..], &["scan", "--redact"]] {
        let mut child = tree
            .lab
            .command(mode)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut input = child.stdin.take().unwrap();
        input.write_all(&vec![b' '; 100_000]).unwrap();
        // More than a pipe holds is taken, so it has begun.
        let pid = rustix::process::Pid::from_child(&child);
        rustix::process::kill_process(pid, rustix::process::Signal::INT).unwrap();
        // Its input stays open.
        let code = child.wait().unwrap().code();
        assert_eq!(code, Some(130), "{mode:?}");
        drop(input);
    }
}

#[test]
fn staged_content_is_searched_and_not_the_file() {
    let mut tree = Tree::new();
    let home = tree.lab.home.clone();
    let git = |arguments: &[&str]| git(&tree.lab, &home, arguments);
    let outside = tree
        .lab
        .finish(&mut tree.lab.command(&["scan", "--staged"]), "");
    outside
        .code(3)
        .says(&["not a git repository", "next: run it in a git work tree"]);
    git(&["init", "-q"]);
    let (staged, edited) = {
        let mut dice = Dice::new(77);
        let token = rule("anthropic-api-key").unwrap();
        (fake(token, &mut dice), fake(token, &mut dice))
    };
    fs::create_dir(home.join("a b")).unwrap();
    fs::write(home.join("a b/x\ny.txt"), format!("k = {staged}\n")).unwrap();
    fs::write(home.join("later"), "clean\n").unwrap();
    fs::write(home.join("empty"), "").unwrap();
    git(&["add", "."]);
    // What is in the file by now is not what the commit would have.
    fs::write(home.join("a b/x\ny.txt"), "clean\n").unwrap();
    fs::write(home.join("later"), format!("k = {edited}\n")).unwrap();
    tree.secrets.extend([staged, edited]);
    let report = tree.json(&["--staged"], 1);
    assert_eq!(places(&report), ["a b/x\ny.txt:1:5"]);
    assert_eq!(report["files"], 3);
    // From a folder below, too, and with names as the top has them.
    let mut below = tree.lab.command(&["scan", "--staged", "--json"]);
    below.current_dir(home.join("a b"));
    let ran = tree.lab.finish(&mut below, "").code(1);
    tree.check(&ran);
    let report: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(places(&report), ["a b/x\ny.txt:1:5"]);
    assert_eq!(
        tree.json(&["--staged", "--exclude", "a*/"], 0)["excluded"],
        1
    );
    // A hook of the repository is not run.
    git(&["config", "core.fsmonitor", "touch ran; false"]);
    tree.scan(&["--staged"]).code(1);
    assert!(!home.join("ran").exists());
    // Known: the ignore file at the top counts.
    tree.scan(&["--staged", "--write-baseline", ".bedlockignore"])
        .code(0);
    assert_eq!(tree.json(&["--staged"], 0)["left_out"]["known"], 1);
}

fn git(lab: &Lab, folder: &Path, arguments: &[&str]) {
    let done = Command::new("git")
        .args(["-c", "user.name=A", "-c", "user.email=a@example.org"])
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .env("PATH", "/usr/local/bin:/usr/bin:/bin")
        .env("HOME", lab.folder().join("own"))
        .output()
        .unwrap();
    assert!(done.status.success(), "{done:?}");
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn tar(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut out = Vec::new();
    for (name, content) in members {
        let mut header = [0; 512];
        header[..name.len()].copy_from_slice(name.as_bytes());
        let size = format!("{:011o}", content.len());
        header[124..135].copy_from_slice(size.as_bytes());
        header[156] = b'0';
        header[257..263].copy_from_slice(b"ustar\0");
        header[148..156].fill(b' ');
        let sum: u32 = header.iter().map(|b| u32::from(*b)).sum();
        header[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
        out.extend_from_slice(&header);
        out.extend_from_slice(content);
        out.resize(out.len().next_multiple_of(512), 0);
    }
    out.resize(out.len() + 1024, 0);
    out
}

/// Members one behind the other, and no directory: a scan goes from header to header.
fn zip(members: &[(&str, &[u8], bool)]) -> Vec<u8> {
    let mut out = Vec::new();
    for (name, content, deflated) in members {
        let packed = if *deflated {
            let mut encoder =
                flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::fast());
            encoder.write_all(content).unwrap();
            encoder.finish().unwrap()
        } else {
            content.to_vec()
        };
        out.extend_from_slice(b"PK\x03\x04\x14\0\0\0");
        out.extend_from_slice(&[u8::from(*deflated) * 8, 0]);
        out.extend_from_slice(&[0; 8]);
        out.extend_from_slice(&u32::try_from(packed.len()).unwrap().to_le_bytes());
        out.extend_from_slice(&u32::try_from(content.len()).unwrap().to_le_bytes());
        out.extend_from_slice(&u16::try_from(name.len()).unwrap().to_le_bytes());
        out.extend_from_slice(&[0; 2]);
        out.extend_from_slice(name.as_bytes());
        out.extend_from_slice(&packed);
    }
    out.extend_from_slice(b"PK\x01\x02");
    out
}
