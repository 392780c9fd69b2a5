//! A small home of an agent: configuration, sessions, logs, units, shell files; about 200 files.
//!
//! **Invariant:** as in [`super::planted`]: the same bytes each time, and no secret that was issued.

use std::fs;
use std::path::Path;

use bedlock_detect::Dice;

use super::contexts::Context;
use super::text::Pool;
use super::transcripts::WRITERS;
use super::{Corpus, ids, plants};
use crate::error::Error;
use crate::process::note;

/// Makes it.
///
/// # Errors
/// [`Error::File`].
pub(crate) fn small_agent_home(folder: &Path, pool: &dyn Fn() -> Pool) -> Result<Corpus, Error> {
    let path = folder.join("small-agent-home");
    let made = folder.join("small-agent-home.made");
    if !made.exists() {
        note(&format!("writing {}", path.display()));
        write(&path, &pool())?;
        fs::write(&made, "").map_err(Error::file("write", &made))?;
    }
    let (files, bytes) = size(&path)?;
    Ok(Corpus {
        name: format!("small home, {files} files"),
        path,
        bytes,
        truth: Vec::new(),
    })
}

fn write(home: &Path, pool: &Pool) -> Result<(), Error> {
    let mut dice = Dice::new(0xC);
    let put = |name: &str, text: String| {
        let path = home.join(name);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(Error::file("create", parent))?;
        }
        fs::write(&path, text).map_err(Error::file("write", &path))
    };
    let secrets = |context: Context, count: usize, dice: &mut Dice| {
        (0..count).fold(String::new(), |text, _| {
            let number = dice.below(plants::kinds());
            let plant = plants::draw(number, dice);
            text + &context.text(&plant, dice)
        })
    };
    for number in 0..60 {
        let writer = WRITERS[number % WRITERS.len()];
        let mut text = String::new();
        while text.len() < 60_000 {
            text.push_str(&writer.filler(pool, &mut dice));
            text.push('\n');
        }
        put(&writer.path(number), text)?;
    }
    for number in 0..60 {
        put(
            &format!("workspace/notes/{number:03}.md"),
            pool.document(&mut dice, 4_000),
        )?;
        put(
            &format!("workspace/app/src/part_{number:03}.rs"),
            pool.source(&mut dice, 9_000),
        )?;
    }
    for number in 0..6 {
        let text = pool.output(&mut dice, 20_000);
        put(&format!(".openclaw/logs/gateway.{number}.log"), text)?;
    }
    let json = |dice: &mut Dice| {
        let values = (0..8).map(|_| {
            let number = dice.below(plants::kinds());
            let plant = plants::draw(number, dice);
            (plant.name, serde_json::Value::from(plant.value))
        });
        serde_json::json!({"env": {"vars": serde_json::Map::from_iter(values)}}).to_string()
    };
    put(".openclaw/openclaw.json", json(&mut dice))?;
    put(".openclaw/openclaw.json.bak", json(&mut dice))?;
    put(".claude/settings.json", json(&mut dice))?;
    put(".openclaw/.env", secrets(Context::EnvLine, 8, &mut dice))?;
    put(".bashrc", secrets(Context::Export, 6, &mut dice))?;
    put(
        ".config/systemd/user/openclaw.service",
        secrets(Context::Systemd, 3, &mut dice),
    )?;
    put(
        ".config/app/config.yaml",
        secrets(Context::Yaml, 4, &mut dice),
    )?;
    put(".bash_history", secrets(Context::Bearer, 4, &mut dice))?;
    put(
        ".aws/config",
        format!(
            "[default]\nregion = eu-west-1\n# {}\n",
            ids::uuid(&mut dice)
        ),
    )
}

fn size(folder: &Path) -> Result<(usize, u64), Error> {
    let (mut files, mut bytes) = (0, 0);
    for entry in fs::read_dir(folder).map_err(Error::file("list", folder))? {
        let entry = entry.map_err(Error::file("list", folder))?;
        let meta = entry
            .metadata()
            .map_err(Error::file("read", entry.path()))?;
        let (more_files, more_bytes) = if meta.is_dir() {
            size(&entry.path())?
        } else {
            (1, meta.len())
        };
        files += more_files;
        bytes += more_bytes;
    }
    Ok((files, bytes))
}
