//! Models that are chosen outside of the configuration: by a chat with `/model`, by a scheduled job.
//!
//! Called by the planner, which moves them to Bedrock, and by `verify`.
//!
//! **Source:** the session store and the job store of OpenClaw 2026.5.7 (files) and 2026.9.6 (rows).

use bedlock_formats::json5::Document;
use bedlock_formats::{EditError, Segment, path_text};
use serde_json::Value;

use super::bedrock::{ForeignModel, PROVIDER, reference, remove_all, text_at, walk};

/// State that names models: what a chat chose with `/model`, what a scheduled job runs with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ModelState {
    /// `sessions.json`, or `session_nodes.entry_json`.
    Sessions,
    /// `cron/jobs.json`, or `cron_jobs.job_json`.
    Jobs,
}

impl ModelState {
    /// What a file of the state folder is.
    #[must_use]
    pub fn of_file(path: &std::path::Path) -> Option<Self> {
        match path.file_name()?.to_str()? {
            "sessions.json" => Some(Self::Sessions),
            "jobs.json" if path.parent()?.ends_with("cron") => Some(Self::Jobs),
            _ => None,
        }
    }

    /// What a column of a database is.
    #[must_use]
    pub fn of_column(table: &str, column: &str) -> Option<Self> {
        match (table, column) {
            ("session_nodes", "entry_json") => Some(Self::Sessions),
            ("cron_jobs", "job_json") => Some(Self::Jobs),
            _ => None,
        }
    }
}

/// What a chat's own choice of a model is kept in.
const OVERRIDES: &[&str] = &[
    "providerOverride",
    "modelOverride",
    "modelOverrideSource",
    "authProfileOverride",
    "authProfileOverrideSource",
];

/// Where state names a model of another provider: the paths, with what is written there.
#[must_use]
pub fn foreign_in_state(document: &Document, state: ModelState) -> Vec<ForeignModel> {
    let mut found = Vec::new();
    walk(document.root(), &mut Vec::new(), &mut |path, node| {
        let last = path.last().and_then(Segment::as_key);
        let model = match state {
            ModelState::Sessions => {
                let provider = text_at(node, "providerOverride");
                let model = text_at(node, "modelOverride").or(provider);
                let own = match provider {
                    Some(provider) => provider == PROVIDER,
                    None => model.is_some_and(|model| model.starts_with("amazon-bedrock/")),
                };
                model.filter(|_| !own)
            }
            ModelState::Jobs => text_at(node, "model")
                .filter(|model| last == Some("payload") && !model.starts_with("amazon-bedrock/")),
        };
        if let Some(model) = model {
            found.push(ForeignModel {
                path: path.to_vec(),
                model: model.to_owned(),
            });
        }
    });
    found
}

/// Moves state to Bedrock: a chat goes back to the default model, a job gets it by name.
///
/// # Errors
/// When the document cannot be edited.
pub fn move_state(
    document: &mut Document,
    state: ModelState,
    models: &[String],
) -> Result<Vec<String>, EditError> {
    let mut why = Vec::new();
    let mut unwanted = Vec::new();
    for foreign in foreign_in_state(document, state) {
        let child = |name: &str| {
            let mut path = foreign.path.clone();
            path.push(name.into());
            path
        };
        match state {
            ModelState::Sessions => {
                let there = OVERRIDES.iter().map(|name| child(name));
                unwanted.extend(there.filter(|path| document.get(path).is_some()));
            }
            ModelState::Jobs => {
                if let Some(first) = models.first() {
                    document.set(&child("model"), &Value::String(reference(first)))?;
                    why.push(format!("move {} to Bedrock", path_text(&child("model"))));
                }
                let fallbacks = child("fallbacks");
                if document.get(&fallbacks).is_some() {
                    unwanted.push(fallbacks);
                }
            }
        }
    }
    remove_all(document, unwanted, &mut why)?;
    Ok(why)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const MODEL: &str = "us.anthropic.claude-sonnet-4-5-20250929-v1:0";

    #[test]
    fn chats_go_back_to_the_default_and_jobs_get_it() {
        let mut sessions = Document::parse(
            r#"{"agent:main:main": {"sessionId": "s", "providerOverride": "openai", "modelOverride": "gpt-5", "authProfileOverride": "openai:default"},
                "agent:main:b": {"providerOverride": "amazon-bedrock", "modelOverride": "x"}}"#,
        )
        .unwrap();
        move_state(&mut sessions, ModelState::Sessions, &[]).unwrap();
        assert_eq!(
            sessions.to_value(),
            json!({"agent:main:main": {"sessionId": "s"},
                   "agent:main:b": {"providerOverride": "amazon-bedrock", "modelOverride": "x"}})
        );
        let mut jobs = Document::parse(
            r#"{"jobs": [{"id": "1", "payload": {"kind": "agentTurn", "model": "openai/gpt-5", "message": "m"}}]}"#,
        )
        .unwrap();
        let why = move_state(&mut jobs, ModelState::Jobs, &[MODEL.to_owned()]).unwrap();
        assert_eq!(why, ["move jobs[0].payload.model to Bedrock"]);
        assert_eq!(
            jobs.to_value()["jobs"][0]["payload"]["model"],
            format!("{PROVIDER}/{MODEL}")
        );
        assert!(
            move_state(&mut jobs, ModelState::Jobs, &[MODEL.to_owned()])
                .unwrap()
                .is_empty()
        );
    }
}
