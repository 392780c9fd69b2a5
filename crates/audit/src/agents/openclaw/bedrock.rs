//! Moves a configuration of OpenClaw to Bedrock: which fields go, which models move, what is added.
//!
//! Called by the planner for the active configuration, for files that it includes, and for every
//! copy of it, because OpenClaw restores a copy when the active file looks damaged next to it.
//!
//! **Invariant:** applied to its own result it changes nothing. It never writes an `apiKey`.
//!
//! **Source:** OpenClaw `docs/providers/bedrock.md`, `docs/gateway/configuration`, and the schemas
//! of 2026.5.7 and 2026.9.6 (`openclaw config schema`).

use bedlock_formats::json5::{Document, Kind, Node};
use bedlock_formats::{EditError, Segment, path_text};
use serde_json::{Value, json};

use crate::modes::Route;

/// OpenClaw's id for Bedrock.
pub const PROVIDER: &str = "amazon-bedrock";

/// What a file is to OpenClaw when it is moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// A whole configuration: the active one, or a copy of one.
    Whole,
    /// A file that a configuration includes: nothing is added to it.
    Included,
}

/// How a provider's models are named in a configuration.
pub(super) fn reference(model: &str) -> String {
    format!("{PROVIDER}/{model}")
}

/// Moves a configuration; returns a line for each thing that changed.
///
/// `secrets` are paths of credentials that go, as the document has them now.
///
/// # Errors
/// When the document has a scalar where an object has to be.
pub fn move_config(
    document: &mut Document,
    part: Part,
    route: &Route,
    models: &[String],
    secrets: &[Vec<Segment>],
) -> Result<Vec<String>, EditError> {
    let mut why = Vec::new();
    let mut unwanted = Vec::new();
    collect_unwanted(document, &mut unwanted);
    unwanted.extend(
        secrets
            .iter()
            .filter(|path| document.get(path).is_some())
            .cloned(),
    );
    remove_all(document, unwanted, &mut why)?;
    move_models(document, models, &mut why)?;
    if part == Part::Whole {
        add_provider(document, route, models, &mut why)?;
        add_default_model(document, models, &mut why)?;
        enable_plugin(document, &mut why)?;
    }
    Ok(why)
}

pub(super) fn keys(names: &[&str]) -> Vec<Segment> {
    names.iter().map(|name| Segment::key(*name)).collect()
}

pub(super) fn children<'d>(document: &'d Document, path: &[&str]) -> Vec<(&'d str, &'d Node)> {
    document
        .get(&keys(path))
        .map(Node::elements)
        .unwrap_or_default()
        .iter()
        .map(|element| (&*element.key, &element.value))
        .collect()
}

pub(super) fn text_at<'d>(node: &'d Node, name: &str) -> Option<&'d str> {
    node.child(&Segment::key(name)).and_then(Node::as_str)
}

/// Everything that belongs to another provider than Bedrock.
fn collect_unwanted(document: &Document, into: &mut Vec<Vec<Segment>>) {
    for (id, _) in children(document, &["models", "providers"]) {
        if id != PROVIDER && id != "$include" {
            into.push(keys(&["models", "providers", id]));
        }
    }
    for name in ["apiKey", "headers", "request"] {
        let path = keys(&["models", "providers", PROVIDER, name]);
        if document.get(&path).is_some() {
            into.push(path);
        }
    }
    for (name, profile) in children(document, &["auth", "profiles"]) {
        let provider = text_at(profile, "provider").or_else(|| name.split(':').next());
        if provider != Some(PROVIDER) {
            into.push(keys(&["auth", "profiles", name]));
        }
    }
    for (provider, _) in children(document, &["auth", "order"]) {
        if provider != PROVIDER {
            into.push(keys(&["auth", "order", provider]));
        }
    }
    walk(document.root(), &mut Vec::new(), &mut |path, node| {
        if is_foreign(path, node) {
            into.push(path.to_vec());
        }
    });
}

/// Parts that only work with another provider, wherever they stand: a remote embedding provider,
/// models that make pictures or sound, entries of a model list.
fn is_foreign(path: &[Segment], node: &Node) -> bool {
    let names: Vec<&str> = path.iter().filter_map(Segment::as_key).collect();
    let Some((last, above)) = names.split_last() else {
        return false;
    };
    if !matches!(names[0], "agents" | "agent" | "memory" | "tools") {
        return false;
    }
    let in_search = above.ends_with(&["memory", "search"]) || above.ends_with(&["memorySearch"]);
    if in_search && matches!(path.last(), Some(Segment::Key(_))) {
        let local = |text: &str| matches!(text, "local" | "auto" | "bedrock" | PROVIDER | "none");
        let siblings_are_local =
            matches!(*last, "provider" | "fallback") && node.as_str().is_some_and(local);
        return matches!(*last, "provider" | "fallback" | "remote") && !siblings_are_local;
    }
    if last.ends_with("GenerationModel") && matches!(path.last(), Some(Segment::Key(_))) {
        return true;
    }
    // Keys of `agents.defaults.models` are model names: `"openai/gpt-5": {alias: "gpt"}`.
    if above.last() == Some(&"models") && matches!(names[0], "agents" | "agent") {
        return last.contains('/') && !last.starts_with("amazon-bedrock/");
    }
    // `tools.media.audio.models: [{provider: "openai", model: "whisper-1"}]`
    let in_media = names.starts_with(&["tools", "media"]) && *last == "models";
    in_media
        && matches!(path.last(), Some(Segment::Index(_)))
        && text_at(node, "provider").is_some_and(|provider| provider != PROVIDER)
}

/// Removes paths, from the end of the document to its start, so that indices stay right.
pub(crate) fn remove_all(
    document: &mut Document,
    mut unwanted: Vec<Vec<Segment>>,
    why: &mut Vec<String>,
) -> Result<(), EditError> {
    unwanted.sort();
    unwanted.dedup();
    let all = unwanted.clone();
    unwanted.retain(|path| {
        !all.iter()
            .any(|other| other.len() < path.len() && path.starts_with(other))
    });
    unwanted.sort_by_key(|path| {
        std::cmp::Reverse(document.get(path).map_or(0, |node| node.span.start))
    });
    let mut lines = Vec::new();
    for path in &unwanted {
        if document.get(path).is_none() {
            continue;
        }
        document.remove(path)?;
        lines.push(format!("remove {}", path_text(path)));
    }
    lines.reverse();
    why.extend(lines);
    Ok(())
}

pub(super) fn walk<'n>(
    node: &'n Node,
    path: &mut Vec<Segment>,
    visit: &mut dyn FnMut(&[Segment], &'n Node),
) {
    visit(path, node);
    let is_array = matches!(node.kind, Kind::Array(_));
    for (index, element) in node.elements().iter().enumerate() {
        path.push(if is_array {
            Segment::Index(index)
        } else {
            Segment::Key(element.key.clone())
        });
        walk(&element.value, path, visit);
        path.pop();
    }
}

/// A model that a configuration names outside of Bedrock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForeignModel {
    /// Where.
    pub path: Vec<Segment>,
    /// What is written there.
    pub model: String,
}

/// Every place that names a model of another provider, or a model by an alias of its own.
#[must_use]
pub fn foreign_models(root: &Node) -> Vec<ForeignModel> {
    let mut found = Vec::new();
    walk(root, &mut Vec::new(), &mut |path, node| {
        if let Some(model) = node.as_str()
            && names_model(path)
            && !model.starts_with("amazon-bedrock/")
            && !model.is_empty()
            && !model.contains("://")
            && !model.contains("${")
        {
            found.push(ForeignModel {
                path: path.to_vec(),
                model: model.to_owned(),
            });
        }
    });
    found
}

/// Fields whose value is the name of a chat model.
const MODEL_FIELDS: &[&str] = &[
    "model",
    "primary",
    "fallbacks",
    "imageModel",
    "pdfModel",
    "utilityModel",
    "decisionModel",
];

fn names_model(path: &[Segment]) -> bool {
    let names: Vec<&str> = path.iter().filter_map(Segment::as_key).collect();
    let speech = [
        "tts",
        "talk",
        "voice",
        "audio",
        "realtime",
        "stt",
        "search",
        "memorySearch",
    ];
    if names.iter().any(|name| speech.contains(name)) {
        return false;
    }
    match names.as_slice() {
        ["channels", "modelByChannel", ..] => true,
        ["agents" | "agent", .., "modelPolicy", "allow"] => true,
        ["hooks", "gmail", "model"] | ["hooks", "mappings", "model"] => true,
        ["tools", "exec", .., "model"] => true,
        ["agents" | "agent", .., last] => MODEL_FIELDS.contains(last),
        _ => false,
    }
}

fn move_models(
    document: &mut Document,
    models: &[String],
    why: &mut Vec<String>,
) -> Result<(), EditError> {
    let Some(first) = models.first() else {
        return Ok(());
    };
    let mut lists: Vec<Vec<Segment>> = Vec::new();
    for foreign in foreign_models(document.root()) {
        let (last, above) = match foreign.path.split_last() {
            Some(split) => split,
            None => continue,
        };
        if matches!(last, Segment::Index(_)) {
            if lists.last().map(Vec::as_slice) != Some(above) {
                lists.push(above.to_vec());
            }
            continue;
        }
        document.set(&foreign.path, &Value::String(reference(first)))?;
        why.push(format!("move {} to Bedrock", path_text(&foreign.path)));
    }
    for list in lists {
        let kept: Vec<String> = document
            .get(&list)
            .map(Node::elements)
            .unwrap_or_default()
            .iter()
            .filter_map(|element| element.value.as_str())
            .filter(|model| model.starts_with("amazon-bedrock/"))
            .map(str::to_owned)
            .collect();
        let allow = list.last().and_then(Segment::as_key) == Some("allow");
        let wanted = models
            .iter()
            .skip(usize::from(!allow))
            .map(|model| reference(model));
        let mut new = kept;
        for model in wanted {
            if !new.contains(&model) {
                new.push(model);
            }
        }
        document.set(&list, &json!(new))?;
        why.push(format!("move {} to Bedrock", path_text(&list)));
    }
    Ok(())
}

fn add_provider(
    document: &mut Document,
    route: &Route,
    models: &[String],
    why: &mut Vec<String>,
) -> Result<(), EditError> {
    let path = |name: &str| keys(&["models", "providers", PROVIDER, name]);
    let there = document
        .get(&keys(&["models", "providers", PROVIDER]))
        .is_some();
    if !there {
        let provider = json!({
            "baseUrl": route.base_url,
            "api": "bedrock-converse-stream",
            "auth": route.auth,
            "models": models.iter().map(|model| entry(model)).collect::<Vec<_>>(),
        });
        document.set(&keys(&["models", "providers", PROVIDER]), &provider)?;
        why.push(format!(
            "add models.providers.{PROVIDER}: Region and model ids, no key"
        ));
        return Ok(());
    }
    for (name, value) in [
        ("baseUrl", route.base_url.as_str()),
        ("api", "bedrock-converse-stream"),
        ("auth", route.auth),
    ] {
        set_text(document, &path(name), value, why)?;
    }
    for model in models {
        let known = document
            .get(&path("models"))
            .map(Node::elements)
            .unwrap_or_default()
            .iter()
            .any(|element| text_at(&element.value, "id") == Some(model));
        if !known {
            document.push(&path("models"), &entry(model))?;
            why.push(format!("add models.providers.{PROVIDER}.models: {model}"));
        }
    }
    Ok(())
}

/// A model entry. The limits are those of the smallest model that OpenClaw's own catalogue lists
/// for Claude on Bedrock; a larger window is the owner's to set.
fn entry(model: &str) -> Value {
    json!({
        "id": model,
        "name": model,
        "reasoning": false,
        "input": ["text", "image"],
        "cost": {"input": 0, "output": 0, "cacheRead": 0, "cacheWrite": 0},
        "contextWindow": 200_000,
        "maxTokens": 8192,
    })
}

fn add_default_model(
    document: &mut Document,
    models: &[String],
    why: &mut Vec<String>,
) -> Result<(), EditError> {
    let Some(first) = models.first() else {
        return Ok(());
    };
    let model = keys(&["agents", "defaults", "model"]);
    let is_text = document
        .get(&model)
        .is_some_and(|node| node.as_str().is_some());
    if models.len() == 1 && is_text {
        set_text(document, &model, &reference(first), why)?;
    } else {
        if is_text {
            // A lone string has no room for fallbacks.
            document.set(&model, &json!({"primary": reference(first)}))?;
            why.push("set agents.defaults.model".to_owned());
        }
        let mut primary = model.clone();
        primary.push("primary".into());
        set_text(document, &primary, &reference(first), why)?;
        let mut fallbacks = model.clone();
        fallbacks.push("fallbacks".into());
        let wanted: Vec<String> = models
            .iter()
            .skip(1)
            .map(|model| reference(model))
            .collect();
        let now: Option<Vec<&str>> = document.get(&fallbacks).map(|node| {
            node.elements()
                .iter()
                .filter_map(|e| e.value.as_str())
                .collect()
        });
        let differs = now.map_or(!wanted.is_empty(), |now| now != wanted);
        if differs {
            document.set(&fallbacks, &json!(wanted))?;
            why.push("set agents.defaults.model.fallbacks".to_owned());
        }
    }
    // Where a list of allowed models is kept, ours have to be on it.
    if document
        .get(&keys(&["agents", "defaults", "models"]))
        .is_some()
    {
        for model in models {
            let path = keys(&["agents", "defaults", "models", &reference(model)]);
            if document.get(&path).is_none() {
                document.set(&path, &json!({}))?;
                why.push(format!("allow {}", reference(model)));
            }
        }
    }
    Ok(())
}

fn enable_plugin(document: &mut Document, why: &mut Vec<String>) -> Result<(), EditError> {
    let entry = |tail: &[&str]| {
        let mut path = vec!["plugins", "entries", PROVIDER];
        path.extend(tail);
        keys(&path)
    };
    for (path, wanted) in [
        (entry(&["enabled"]), true),
        (entry(&["config", "discovery", "enabled"]), false),
    ] {
        let now = document.get(&path).map(|node| node.kind.clone());
        if now != Some(Kind::Bool(wanted)) {
            document.set(&path, &Value::Bool(wanted))?;
            why.push(format!("set {} to {wanted}", path_text(&path)));
        }
    }
    let allow = keys(&["plugins", "allow"]);
    let on_list = |document: &Document, list: &[Segment]| {
        document.get(list).map(|node| {
            node.elements()
                .iter()
                .position(|element| element.value.as_str() == Some(PROVIDER))
        })
    };
    if on_list(document, &allow) == Some(None) {
        document.push(&allow, &json!(PROVIDER))?;
        why.push(format!("add {PROVIDER} to plugins.allow"));
    }
    let mut deny = keys(&["plugins", "deny"]);
    if let Some(Some(index)) = on_list(document, &deny) {
        deny.push(index.into());
        document.remove(&deny)?;
        why.push(format!("take {PROVIDER} off plugins.deny"));
    }
    Ok(())
}

fn set_text(
    document: &mut Document,
    path: &[Segment],
    wanted: &str,
    why: &mut Vec<String>,
) -> Result<(), EditError> {
    if document.get(path).and_then(Node::as_str) != Some(wanted) {
        document.set(path, &json!(wanted))?;
        why.push(format!("set {}", path_text(path)));
    }
    Ok(())
}

/// What in a configuration keeps Bedrock from being the only model route; empty when it is.
#[must_use]
pub fn other_routes(document: &Document) -> Vec<String> {
    let mut unwanted = Vec::new();
    collect_unwanted(document, &mut unwanted);
    let mut found: Vec<String> = unwanted.iter().map(|path| path_text(path)).collect();
    found.extend(
        foreign_models(document.root())
            .iter()
            .map(|foreign| format!("{} = {}", path_text(&foreign.path), foreign.model)),
    );
    found
}

/// The models of Bedrock that a configuration names, and whether it has Bedrock as a provider.
#[must_use]
pub fn bedrock_models(document: &Document) -> Option<Vec<String>> {
    let provider = document.get(&keys(&["models", "providers", PROVIDER]))?;
    let models = provider
        .child(&Segment::key("models"))
        .map(Node::elements)
        .unwrap_or_default();
    Some(
        models
            .iter()
            .filter_map(|element| text_at(&element.value, "id"))
            .map(str::to_owned)
            .collect(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::modes::{Mode, Request};

    fn route() -> Route {
        Mode::Direct.route(&Request {
            mode: Mode::Direct,
            region: "us-west-2".into(),
            models: Vec::new(),
            sso_start_url: "https://d-1234567890.awsapps.com/start".into(),
            sso_region: "us-east-1".into(),
            account: "123456789012".into(),
            role: "BedrockInvoke".into(),
            profile: "openclaw".into(),
        })
    }

    fn moved(text: &str, models: &[&str]) -> (String, Vec<String>) {
        let models: Vec<String> = models.iter().map(|m| (*m).to_owned()).collect();
        let mut document = Document::parse(text).unwrap();
        let why = move_config(&mut document, Part::Whole, &route(), &models, &[]).unwrap();
        let once = document.text().to_owned();
        let again = move_config(&mut document, Part::Whole, &route(), &models, &[]).unwrap();
        assert_eq!(
            again,
            Vec::<String>::new(),
            "applied twice it changed something"
        );
        assert_eq!(document.text(), once);
        assert_eq!(other_routes(&document), Vec::<String>::new());
        (once, why)
    }

    const MODEL: &str = "us.anthropic.claude-sonnet-4-5-20250929-v1:0";

    #[test]
    fn an_empty_configuration_gets_region_and_models() {
        let (text, _) = moved("{}", &[MODEL]);
        let value: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(
            value["models"]["providers"][PROVIDER]["baseUrl"],
            "https://bedrock-runtime.us-west-2.amazonaws.com"
        );
        assert_eq!(
            value["agents"]["defaults"]["model"]["primary"],
            format!("{PROVIDER}/{MODEL}")
        );
        assert_eq!(value["plugins"]["entries"][PROVIDER]["enabled"], true);
        assert!(!text.contains("apiKey"));
    }

    #[test]
    fn every_model_field_moves_and_the_rest_stays() {
        let text = r#"{
  // the owner's notes
  "meta": {"lastTouchedVersion": "2026.9.6"},
  "gateway": {"mode": "local", "port": 18789},
  "models": {"mode": "merge", "providers": {
    "openai": {"apiKey": "${OPENAI_API_KEY}", "models": []},
    "custom": {"baseUrl": "http://127.0.0.1:8080/v1", "models": [{"id": "x"}]},
  }},
  "auth": {"profiles": {"openai:default": {"provider": "openai", "mode": "api_key"}}, "order": {"openai": ["openai:default"]}},
  "agents": {
    "defaults": {
      "model": {"primary": "openai/gpt-5", "fallbacks": ["anthropic/claude-opus-4-5", "custom/x"]},
      "imageModel": "openai/gpt-5",
      "imageGenerationModel": {"primary": "openai/gpt-image-1"},
      "models": {"openai/gpt-5": {"alias": "gpt"}},
      "subagents": {"model": "gpt"},
      "memorySearch": {"enabled": true, "provider": "openai", "remote": {"apiKey": "${X}"}},
    },
    "list": [{"id": "main", "model": "anthropic/claude-opus-4-5", "name": "Main"}],
  },
  "channels": {"modelByChannel": {"telegram": {"-100": "openai/gpt-5"}}, "telegram": {"enabled": true}},
  "hooks": {"gmail": {"model": "openai/gpt-5"}, "mappings": [{"model": "openai/gpt-5", "name": "m"}]},
  "talk": {"model": "tts-1"},
  "tools": {"media": {"audio": {"models": [{"provider": "openai", "model": "whisper-1"}]}}},
}
"#;
        let (text, _) = moved(text, &[MODEL, "amazon.nova-pro-v1:0"]);
        let value = Document::parse(&text).unwrap().to_value();
        let ours = format!("{PROVIDER}/{MODEL}");
        let defaults = &value["agents"]["defaults"];
        assert_eq!(defaults["model"]["primary"], ours);
        assert_eq!(
            defaults["model"]["fallbacks"],
            json!([format!("{PROVIDER}/amazon.nova-pro-v1:0")])
        );
        assert_eq!(defaults["imageModel"], ours);
        assert_eq!(defaults["imageGenerationModel"], Value::Null);
        assert_eq!(defaults["subagents"]["model"], ours);
        assert_eq!(defaults["memorySearch"], json!({"enabled": true}));
        assert_eq!(value["agents"]["list"][0]["model"], ours);
        assert_eq!(value["agents"]["list"][0]["name"], "Main");
        assert_eq!(
            value["channels"]["modelByChannel"]["telegram"]["-100"],
            ours
        );
        assert_eq!(value["hooks"]["mappings"][0]["model"], ours);
        assert_eq!(value["talk"]["model"], "tts-1");
        assert_eq!(value["tools"]["media"]["audio"]["models"], json!([]));
        assert_eq!(value["auth"]["profiles"], json!({}));
        assert_eq!(value["gateway"]["mode"], "local");
        assert!(text.contains("// the owner's notes"));
    }

    #[test]
    fn a_lone_string_stays_a_string_and_becomes_an_object_for_fallbacks() {
        let (text, _) = moved(
            r#"{"agents": {"defaults": {"model": "openai/gpt-5"}}}"#,
            &[MODEL],
        );
        assert!(
            text.contains(&format!(r#""model": "{PROVIDER}/{MODEL}""#)),
            "{text}"
        );
        let (text, _) = moved(
            r#"{"agents": {"defaults": {"model": "openai/gpt-5"}}}"#,
            &[MODEL, "amazon.nova-pro-v1:0"],
        );
        assert!(text.contains("primary"), "{text}");
    }

    #[test]
    fn a_bedrock_provider_loses_its_key_and_keeps_its_models() {
        let text = format!(
            r#"{{"models": {{"providers": {{"{PROVIDER}": {{"apiKey": "x", "baseUrl": "https://bedrock-runtime.eu-west-1.amazonaws.com", "api": "bedrock-converse-stream", "auth": "api-key", "models": [{{"id": "{MODEL}", "contextWindow": 1000000}}]}}}}}}, "plugins": {{"allow": ["telegram"], "deny": ["{PROVIDER}"]}}}}"#
        );
        let (text, _) = moved(&text, &[MODEL]);
        let value = Document::parse(&text).unwrap().to_value();
        let provider = &value["models"]["providers"][PROVIDER];
        assert_eq!(provider["auth"], "aws-sdk");
        assert_eq!(provider["apiKey"], Value::Null);
        assert_eq!(
            provider["models"],
            json!([{"id": MODEL, "contextWindow": 1_000_000}])
        );
        assert_eq!(value["plugins"]["allow"], json!(["telegram", PROVIDER]));
        assert_eq!(value["plugins"]["deny"], json!([]));
    }
}
