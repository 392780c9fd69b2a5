//! Speech, pictures, video and search: what an agent uses besides its model.
//!
//! **Invariant:** data only.

use crate::checks;
use crate::fakes::Dice;
use crate::rule::{Examples, Part, Rule, Shape};
use crate::window::{ALNUM, HEX, URL64};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "apify-token",
        provider: "Apify",
        title: "Apify API token",
        opens: "Scrapers and stored data of the account.",
        revoke: "https://console.apify.com/settings/integrations",
        source: "https://docs.apify.com/platform/integrations/api (length believed)",
        prefixes: &["apify_api_"],
        shape: Shape::Token(&[Part::Run(ALNUM, 34, 40)]),
        env_names: &["APIFY_TOKEN", "APIFY_API_TOKEN"],
        ..Rule::BLANK
    },
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
        id: "brave-search-key",
        provider: "Brave",
        title: "Brave Search API key",
        opens: "Searches at its owner's cost.",
        revoke: "https://api-dashboard.search.brave.com/app/keys",
        source: "Believed, from issued keys; documentation: https://api-dashboard.search.brave.com/app/documentation",
        prefixes: &["BSA"],
        shape: Shape::Token(&[Part::Run(URL64, 27, 32)]),
        check: checks::mixed,
        env_names: &["BRAVE_API_KEY", "BRAVE_SEARCH_API_KEY"],
        ..Rule::BLANK
    },
    Rule {
        id: "browserbase-key",
        provider: "Browserbase",
        title: "Browserbase API key",
        opens: "Remote browsers and their sessions.",
        revoke: "https://www.browserbase.com/settings",
        source: "Believed, from issued keys; documentation: https://docs.browserbase.com",
        prefixes: &["bb_live_"],
        shape: Shape::Token(&[Part::Run(URL64, 20, 40)]),
        env_names: &["BROWSERBASE_API_KEY"],
        ..Rule::BLANK
    },
    Rule {
        id: "browserless-token",
        provider: "Browserless",
        title: "Browserless token",
        opens: "Remote browsers at its owner's cost.",
        revoke: "https://account.browserless.io",
        source: "https://docs.browserless.io (no public prefix)",
        env_names: &[
            "BROWSERLESS_TOKEN",
            "BROWSERLESS_API_TOKEN",
            "BROWSERLESS_API_KEY",
        ],
        ..Rule::BLANK
    },
    Rule {
        id: "deepgram-api-key",
        provider: "Deepgram",
        title: "Deepgram API key",
        opens: "Speech recognition and synthesis at its owner's cost.",
        revoke: "https://console.deepgram.com",
        source: "https://developers.deepgram.com/docs/create-additional-api-keys (40 hexadecimal digits, believed)",
        env_names: &["DEEPGRAM_API_KEY"],
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
        id: "exa-api-key",
        provider: "Exa",
        title: "Exa search key",
        opens: "Searches at its owner's cost.",
        revoke: "https://dashboard.exa.ai/api-keys",
        source: "https://docs.exa.ai (a UUID)",
        env_names: &["EXA_API_KEY"],
        examples: Examples::Made(uuid),
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
        id: "firecrawl-api-key",
        provider: "Firecrawl",
        title: "Firecrawl API key",
        opens: "Crawling and extraction at its owner's cost.",
        revoke: "https://www.firecrawl.dev/app/api-keys",
        source: "https://docs.firecrawl.dev/api-reference/introduction (length believed)",
        prefixes: &["fc-"],
        shape: Shape::Token(&[Part::Run(HEX, 32, 32)]),
        env_names: &["FIRECRAWL_API_KEY"],
        ..Rule::BLANK
    },
    Rule {
        id: "jina-api-key",
        provider: "Jina AI",
        title: "Jina AI key",
        opens: "Reader, embeddings and search at its owner's cost.",
        revoke: "https://jina.ai/api-dashboard/key-manager",
        source: "Believed, from issued keys; documentation: https://jina.ai/reader",
        prefixes: &["jina_"],
        shape: Shape::Token(&[Part::Run(URL64, 50, 80)]),
        env_names: &["JINA_API_KEY"],
        ..Rule::BLANK
    },
    Rule {
        id: "kagi-api-key",
        provider: "Kagi",
        title: "Kagi API token",
        opens: "Searches at its owner's cost.",
        revoke: "https://kagi.com/settings?p=api",
        source: "https://help.kagi.com/kagi/api/overview.html (no public prefix)",
        env_names: &["KAGI_API_KEY"],
        ..Rule::BLANK
    },
    Rule {
        id: "parallel-api-key",
        provider: "Parallel",
        title: "Parallel search key",
        opens: "Searches at its owner's cost.",
        revoke: "https://platform.parallel.ai",
        source: "https://docs.parallel.ai (no public prefix)",
        env_names: &["PARALLEL_API_KEY"],
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
        id: "serpapi-key",
        provider: "SerpApi",
        title: "SerpApi key",
        opens: "Searches at its owner's cost.",
        revoke: "https://serpapi.com/manage-api-key",
        source: "https://serpapi.com/search-api (64 hexadecimal digits, believed)",
        env_names: &["SERPAPI_API_KEY", "SERPAPI_KEY", "SERP_API_KEY"],
        examples: Examples::Made(|dice| dice.draw(HEX, 64)),
        ..Rule::BLANK
    },
    Rule {
        id: "serper-key",
        provider: "Serper",
        title: "Serper search key",
        opens: "Searches at its owner's cost.",
        revoke: "https://serper.dev/api-key",
        source: "https://serper.dev (40 hexadecimal digits, believed)",
        env_names: &["SERPER_API_KEY"],
        examples: Examples::Made(|dice| dice.draw(HEX, 40)),
        ..Rule::BLANK
    },
    Rule {
        id: "tavily-api-key",
        provider: "Tavily",
        title: "Tavily search key",
        opens: "Searches at its owner's cost.",
        revoke: "https://app.tavily.com/home",
        source: "https://docs.tavily.com/documentation/api-reference/introduction (length believed)",
        prefixes: &["tvly-"],
        shape: Shape::Token(&[Part::Run(URL64, 30, 60)]),
        env_names: &["TAVILY_API_KEY"],
        counter_examples: &[
            "tvly-YOUR_API_KEY",
            "tvly-your-api-key-goes-right-here-please",
        ],
        ..Rule::BLANK
    },
];

fn uuid(dice: &mut Dice) -> String {
    [8, 4, 4, 4, 12]
        .map(|length| dice.draw(HEX, length))
        .join("-")
}
