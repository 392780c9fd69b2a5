//! OpenClaw's Bedrock plugin: where it is looked for, and how it is known.
//!
//! **Source:** OpenClaw `docs/plugins`, and the folders that 2026.5.7 and 2026.9.6 install it to.

use bedlock_formats::json5::Document;

use super::bedrock::{PROVIDER, children, text_at};

/// Where the Bedrock plugin's manifest is looked for, relative to the state folder; `*` stands for
/// one folder name.
pub const PLUGIN_MANIFESTS: &[&[&str]] = &[
    &["extensions", "*", "openclaw.plugin.json"],
    &[
        "npm",
        "node_modules",
        "@openclaw",
        "amazon-bedrock-provider",
        "openclaw.plugin.json",
    ],
    &[
        "npm",
        "projects",
        "*",
        "node_modules",
        "@openclaw",
        "amazon-bedrock-provider",
        "openclaw.plugin.json",
    ],
];

/// Where an installed OpenClaw carries the plugin itself (2026.5.7 does, 2026.5.12 and later do not).
pub const BUNDLED_MANIFEST: &str = "dist/extensions/amazon-bedrock/openclaw.plugin.json";

/// Folders that the configuration names as plugins (`plugins.load.paths`).
#[must_use]
pub fn plugin_paths(document: &Document) -> Vec<String> {
    children(document, &["plugins", "load", "paths"])
        .iter()
        .filter_map(|(_, node)| node.as_str())
        .map(str::to_owned)
        .collect()
}

/// Whether a manifest is the Bedrock plugin's.
#[must_use]
pub fn is_bedrock_manifest(text: &[u8]) -> bool {
    std::str::from_utf8(text)
        .ok()
        .and_then(|text| Document::parse(text).ok())
        .is_some_and(|document| {
            text_at(document.root(), "id") == Some(PROVIDER)
                || children(&document, &["providers"])
                    .iter()
                    .any(|(_, node)| node.as_str() == Some(PROVIDER))
        })
}

/// The command that installs the plugin.
pub const INSTALL_PLUGIN: &str = "openclaw plugins install @openclaw/amazon-bedrock-provider";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manifest_is_known_by_its_id_or_its_provider() {
        assert!(is_bedrock_manifest(br#"{"id": "amazon-bedrock"}"#));
        assert!(is_bedrock_manifest(
            br#"{"id": "mine", "providers": ["amazon-bedrock"]}"#
        ));
        assert!(!is_bedrock_manifest(br#"{"id": "telegram"}"#));
        assert!(!is_bedrock_manifest(b"\xff"));
    }
}
