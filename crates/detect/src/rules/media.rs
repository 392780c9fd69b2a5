//! Speech, pictures and video.
//!
//! **Invariant:** data only.

use super::sets::{DASH_HEX, uuid};
use crate::rule::{Examples, Part, Rule, Shape};
use crate::window::{ALNUM, BASE64, HEX, UPPER_NUM, WORD};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "assemblyai-key",
        provider: "AssemblyAI",
        title: "AssemblyAI API key",
        opens: "Transcription at its owner's cost.",
        revoke: "https://www.assemblyai.com/dashboard/api-keys",
        source: "https://www.assemblyai.com/docs (no public prefix)",
        env_names: &["ASSEMBLYAI_API_KEY"],
        examples: Examples::Made(|dice| dice.draw(HEX, 32)),
        ..Rule::BLANK
    },
    Rule {
        id: "cartesia-key",
        provider: "Cartesia",
        title: "Cartesia API key",
        opens: "Voices and speech at its owner's cost.",
        revoke: "https://play.cartesia.ai/keys",
        source: "https://docs.cartesia.ai (shape believed)",
        prefixes: &["sk_car_"],
        shape: Shape::Token(&[Part::Run(WORD, 20, 40)]),
        env_names: &["CARTESIA_API_KEY"],
        ..Rule::BLANK
    },
    Rule {
        id: "deepgram-api-key",
        provider: "Deepgram",
        title: "Deepgram API key",
        opens: "Speech recognition and synthesis at its owner's cost.",
        revoke: "https://console.deepgram.com",
        source: "https://developers.deepgram.com/docs/create-additional-api-keys (40 hexadecimal digits, believed)",
        env_names: &[
            "DEEPGRAM_API_KEY",
            "DEEPGRAM_TOKEN",
            "DEEPGRAM_KEY",
            "DEEPGRAM_SECRET",
        ],
        examples: Examples::Made(|dice| dice.draw(HEX, 40)),
        ..Rule::BLANK
    },
    Rule {
        id: "elevenlabs-api-key",
        provider: "ElevenLabs",
        title: "ElevenLabs API key",
        opens: "Voices and speech at its owner's cost.",
        revoke: "https://elevenlabs.io/app/settings/api-keys",
        source: "Believed, from issued keys; documentation: https://elevenlabs.io/docs/api-reference/authentication",
        prefixes: &["sk_"],
        shape: Shape::Token(&[Part::Run(HEX, 48, 48)]),
        env_names: &["ELEVENLABS_API_KEY", "XI_API_KEY", "ELEVEN_API_KEY"],
        ..Rule::BLANK
    },
    Rule {
        id: "fal-key",
        provider: "fal",
        title: "fal.ai key",
        opens: "Picture and video models at its owner's cost.",
        revoke: "https://fal.ai/dashboard/keys",
        source: "https://docs.fal.ai/model-apis/authentication/key-based (a UUID, a colon and 32 hexadecimal digits, believed)",
        env_names: &["FAL_KEY", "FAL_API_KEY"],
        examples: Examples::Made(|dice| format!("{}:{}", uuid(dice), dice.draw(HEX, 32))),
        ..Rule::BLANK
    },
    Rule {
        id: "gladia-key",
        provider: "Gladia",
        title: "Gladia API key",
        opens: "Transcription at its owner's cost; a UUID.",
        revoke: "https://app.gladia.io",
        source: "https://docs.gladia.io (a UUID)",
        env_names: &["GLADIA_API_KEY"],
        examples: Examples::Made(uuid),
        ..Rule::BLANK
    },
    Rule {
        id: "heygen-key",
        provider: "HeyGen",
        title: "HeyGen API key",
        opens: "Avatars and videos at its owner's cost.",
        revoke: "https://app.heygen.com/settings",
        source: "https://docs.heygen.com (base64 of a key and a number)",
        env_names: &["HEYGEN_API_KEY"],
        examples: Examples::Made(|dice| dice.draw(ALNUM, 52)),
        ..Rule::BLANK
    },
    Rule {
        id: "hume-key",
        provider: "Hume",
        title: "Hume API key",
        opens: "Voices at its owner's cost.",
        revoke: "https://platform.hume.ai/settings/keys",
        source: "https://dev.hume.ai/docs (48 letters and digits)",
        env_names: &["HUME_API_KEY", "HUME_SECRET_KEY"],
        examples: Examples::Made(|dice| dice.draw(ALNUM, 48)),
        ..Rule::BLANK
    },
    Rule {
        id: "ideogram-key",
        provider: "Ideogram",
        title: "Ideogram API key",
        opens: "Pictures at its owner's cost.",
        revoke: "https://ideogram.ai/manage-api",
        source: "https://developer.ideogram.ai (86 characters)",
        env_names: &["IDEOGRAM_API_KEY"],
        examples: Examples::Made(|dice| dice.draw(ALNUM, 86)),
        ..Rule::BLANK
    },
    Rule {
        id: "inworld-key",
        provider: "Inworld",
        title: "Inworld API key",
        opens: "Voices and characters at its owner's cost.",
        revoke: "https://platform.inworld.ai",
        source: "https://docs.inworld.ai (base64, no public prefix)",
        env_names: &["INWORLD_API_KEY"],
        examples: Examples::Made(|dice| format!("{}==", dice.draw(BASE64, 86))),
        ..Rule::BLANK
    },
    Rule {
        id: "leonardo-key",
        provider: "Leonardo.Ai",
        title: "Leonardo API key",
        opens: "Pictures at its owner's cost; a UUID.",
        revoke: "https://app.leonardo.ai/api-access",
        source: "https://docs.leonardo.ai (a UUID)",
        env_names: &["LEONARDO_API_KEY"],
        examples: Examples::Made(uuid),
        ..Rule::BLANK
    },
    Rule {
        id: "luma-key",
        provider: "Luma",
        title: "Luma API key",
        opens: "Videos at its owner's cost.",
        revoke: "https://lumalabs.ai/api/keys",
        source: "https://docs.lumalabs.ai (prefix believed)",
        prefixes: &["luma-"],
        shape: Shape::Token(&[Part::Run(DASH_HEX, 36, 100)]),
        env_names: &["LUMAAI_API_KEY", "LUMA_API_KEY"],
        ..Rule::BLANK
    },
    Rule {
        id: "murf-key",
        provider: "Murf",
        title: "Murf API key",
        opens: "Voices at its owner's cost.",
        revoke: "https://murf.ai/api/dashboard",
        source: "https://murf.ai/api/docs (prefix believed)",
        prefixes: &["ap2_"],
        shape: Shape::Token(&[Part::Run(DASH_HEX, 36, 36)]),
        env_names: &["MURF_API_KEY"],
        ..Rule::BLANK
    },
    Rule {
        id: "playht-key",
        provider: "PlayHT",
        title: "PlayHT secret key",
        opens: "Voices at its owner's cost.",
        revoke: "https://play.ht/studio/api-access",
        source: "https://docs.play.ht (32 hexadecimal digits)",
        env_names: &["PLAYHT_API_KEY", "PLAY_HT_API_KEY", "PLAYHT_SECRET_KEY"],
        examples: Examples::Made(|dice| dice.draw(HEX, 32)),
        ..Rule::BLANK
    },
    Rule {
        id: "retell-key",
        provider: "Retell",
        title: "Retell API key",
        opens: "Voice agents and their calls.",
        revoke: "https://dashboard.retellai.com/apiKey",
        source: "https://docs.retellai.com (shape believed)",
        prefixes: &["key_"],
        shape: Shape::Token(&[Part::Run(HEX, 28, 28)]),
        env_names: &["RETELL_API_KEY"],
        ..Rule::BLANK
    },
    Rule {
        id: "rev-ai-token",
        provider: "Rev AI",
        title: "Rev AI access token",
        opens: "Transcription at its owner's cost.",
        revoke: "https://www.rev.ai/access-token",
        source: "https://docs.rev.ai (no public prefix)",
        env_names: &["REVAI_ACCESS_TOKEN", "REV_AI_ACCESS_TOKEN", "REVAI_TOKEN"],
        examples: Examples::Made(|dice| dice.draw(ALNUM, 86)),
        ..Rule::BLANK
    },
    Rule {
        id: "runway-api-key",
        provider: "Runway",
        title: "Runway API key",
        opens: "Video models at its owner's cost.",
        revoke: "https://dev.runwayml.com",
        source: "https://docs.dev.runwayml.com (length believed)",
        prefixes: &["key_"],
        shape: Shape::Token(&[Part::Run(HEX, 128, 128)]),
        env_names: &["RUNWAY_API_KEY", "RUNWAYML_API_SECRET"],
        ..Rule::BLANK
    },
    Rule {
        id: "speechmatics-key",
        provider: "Speechmatics",
        title: "Speechmatics API key",
        opens: "Transcription at its owner's cost.",
        revoke: "https://portal.speechmatics.com/settings/api-keys",
        source: "https://docs.speechmatics.com (32 letters and digits)",
        env_names: &["SPEECHMATICS_API_KEY"],
        examples: Examples::Made(|dice| dice.draw(ALNUM, 32)),
        ..Rule::BLANK
    },
    Rule {
        id: "stability-key",
        provider: "Stability AI",
        title: "Stability AI key",
        opens: "Pictures at its owner's cost.",
        revoke: "https://platform.stability.ai/account/keys",
        source: "https://platform.stability.ai/docs (shape shared with others)",
        env_names: &[
            "STABILITY_API_KEY",
            "STABILITY_AI_API_KEY",
            "DREAMSTUDIO_API_KEY",
        ],
        examples: Examples::Made(|dice| format!("{}{}", "sk-", dice.draw(ALNUM, 48))),
        ..Rule::BLANK
    },
    Rule {
        id: "vapi-key",
        provider: "Vapi",
        title: "Vapi private key",
        opens: "Voice agents and their calls; a UUID.",
        revoke: "https://dashboard.vapi.ai/org/api-keys",
        source: "https://docs.vapi.ai (a UUID)",
        env_names: &["VAPI_API_KEY", "VAPI_PRIVATE_KEY", "VAPI_TOKEN"],
        examples: Examples::Made(uuid),
        ..Rule::BLANK
    },
    Rule {
        id: "meshy-key",
        provider: "Meshy",
        title: "Meshy API key",
        opens: "Models in three dimensions at its owner's cost.",
        revoke: "https://www.meshy.ai/settings/api",
        source: "https://docs.meshy.ai (shape believed)",
        prefixes: &["msy_"],
        shape: Shape::Token(&[Part::Run(ALNUM, 36, 48)]),
        env_names: &["MESHY_API_KEY"],
        ..Rule::BLANK
    },
    Rule {
        id: "tripo-key",
        provider: "Tripo",
        title: "Tripo API key",
        opens: "Models in three dimensions at its owner's cost.",
        revoke: "https://platform.tripo3d.ai/api-keys",
        source: "https://platform.tripo3d.ai/docs (`tsk_` and 43 letters, which a tab in front of `sk_` looks like; believed)",
        env_names: &["TRIPO_API_KEY"],
        examples: Examples::Made(|dice| format!("tsk_{}", dice.draw(ALNUM, 43))),
        ..Rule::BLANK
    },
    Rule {
        id: "twelvelabs-key",
        provider: "TwelveLabs",
        title: "TwelveLabs API key",
        opens: "Videos and their search at its owner's cost.",
        revoke: "https://playground.twelvelabs.io/dashboard/api-key",
        source: "https://docs.twelvelabs.io (shape believed)",
        prefixes: &["tlk_"],
        shape: Shape::Token(&[Part::Run(UPPER_NUM, 30, 40)]),
        env_names: &["TWELVE_LABS_API_KEY", "TWELVELABS_API_KEY"],
        ..Rule::BLANK
    },
];
