//! Every fuzz seed, and with them everything that fuzzing ever found, holds.

use std::path::Path;

use bedlock_formats::Format;

use crate::{edits, json};

const FOLDERS: [(&str, &[Format]); 7] = [
    ("dotenv", &[Format::Dotenv]),
    ("ini", &[Format::Ini]),
    ("json5", &[Format::Json5, Format::Jsonl]),
    ("plist", &[Format::LaunchdPlist]),
    ("shell", &[Format::Shell]),
    ("unit", &[Format::SystemdUnit, Format::SystemdEnvFile]),
    ("yaml", &[Format::Yaml]),
];

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "the seeds are read from the source tree"
)]
fn seeds_hold() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/seeds");
    for (folder, formats) in FOLDERS {
        let files: Vec<_> = std::fs::read_dir(root.join(folder))
            .expect("lists seeds")
            .collect();
        assert!(!files.is_empty(), "{folder} has seeds");
        for file in files {
            let path = file.expect("lists seeds").path();
            let text = std::fs::read(&path).expect("reads a seed");
            // The name is told when a check panics.
            println!("{}", path.display());
            for format in formats {
                edits::check(*format, &text);
            }
            if folder == "json5" {
                json::check(&text);
            }
        }
    }
}
