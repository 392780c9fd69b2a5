//! Search, crawling and remote browsers: how an agent reads the web.
//!
//! **Invariant:** data only.

use super::sets::{DASH_HEX, uuid};
use crate::checks;
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
        shape: Shape::Token(&[Part::Run(ALNUM, 30, 40)]),
        env_names: &["APIFY_TOKEN", "APIFY_API_TOKEN"],
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
        shape: Shape::Token(&[Part::Run(URL64, 24, 40)]),
        check: checks::mixed,
        env_names: &["BRAVE_API_KEY", "BRAVE_SEARCH_API_KEY"],
        ..Rule::BLANK
    },
    Rule {
        id: "brightdata-key",
        provider: "Bright Data",
        title: "Bright Data API key",
        opens: "Proxies and scraped data at its owner's cost.",
        revoke: "https://brightdata.com/cp/setting/users",
        source: "https://docs.brightdata.com/api-reference/authentication (a UUID or 64 hexadecimal digits)",
        env_names: &[
            "BRIGHTDATA_API_KEY",
            "BRIGHT_DATA_API_KEY",
            "BRIGHTDATA_API_TOKEN",
        ],
        examples: Examples::Made(|dice| dice.draw(HEX, 64)),
        ..Rule::BLANK
    },
    Rule {
        id: "browser-use-key",
        provider: "Browser Use",
        title: "Browser Use cloud key",
        opens: "Remote browsers and their sessions.",
        revoke: "https://cloud.browser-use.com",
        source: "https://docs.cloud.browser-use.com (prefix believed)",
        prefixes: &["bu_"],
        shape: Shape::Token(&[Part::Run(URL64, 40, 60)]),
        check: checks::mixed,
        env_names: &["BROWSER_USE_API_KEY"],
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
        id: "hyperbrowser-key",
        provider: "Hyperbrowser",
        title: "Hyperbrowser API key",
        opens: "Remote browsers and their sessions.",
        revoke: "https://app.hyperbrowser.ai",
        source: "https://docs.hyperbrowser.ai (prefix believed)",
        prefixes: &["hb_"],
        shape: Shape::Token(&[Part::Run(ALNUM, 28, 40)]),
        check: checks::mixed,
        env_names: &["HYPERBROWSER_API_KEY"],
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
        id: "linkup-key",
        provider: "Linkup",
        title: "Linkup API key",
        opens: "Searches at its owner's cost; a UUID.",
        revoke: "https://app.linkup.so",
        source: "https://docs.linkup.so (a UUID)",
        env_names: &["LINKUP_API_KEY"],
        examples: Examples::Made(uuid),
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
        id: "rapidapi-key",
        provider: "RapidAPI",
        title: "RapidAPI key",
        opens: "Calls of every subscribed API at its owner's cost.",
        revoke: "https://rapidapi.com/developer/security",
        source: "https://docs.rapidapi.com/docs/keys (50 letters and digits with `msh` and `jsn` in them)",
        env_names: &[
            "RAPIDAPI_KEY",
            "RAPID_API_KEY",
            "X-RapidAPI-Key",
            "RAPIDAPI_TOKEN",
        ],
        examples: Examples::Made(|dice| {
            format!(
                "{}{}{}{}{}",
                dice.draw(HEX, 10),
                "msh",
                dice.draw(HEX, 15),
                "p1",
                dice.draw(HEX, 20)
            )
        }),
        ..Rule::BLANK
    },
    Rule {
        id: "scrapingbee-key",
        provider: "ScrapingBee",
        title: "ScrapingBee API key",
        opens: "Scrapes at its owner's cost.",
        revoke: "https://app.scrapingbee.com",
        source: "https://www.scrapingbee.com/documentation/ (80 letters and digits)",
        env_names: &["SCRAPINGBEE_API_KEY"],
        examples: Examples::Made(|dice| dice.draw(ALNUM, 80)),
        ..Rule::BLANK
    },
    Rule {
        id: "searchapi-key",
        provider: "SearchApi",
        title: "SearchApi key",
        opens: "Searches at its owner's cost.",
        revoke: "https://www.searchapi.io",
        source: "https://www.searchapi.io/docs (24 letters and digits)",
        env_names: &["SEARCHAPI_API_KEY", "SEARCHAPI_KEY"],
        examples: Examples::Made(|dice| dice.draw(ALNUM, 24)),
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
        shape: Shape::Token(&[Part::Run(URL64, 24, 60)]),
        env_names: &["TAVILY_API_KEY"],
        counter_examples: &[
            "tvly-YOUR_API_KEY",
            "tvly-your-api-key-goes-right-here-please",
        ],
        ..Rule::BLANK
    },
    Rule {
        id: "you-api-key",
        provider: "You.com",
        title: "You.com API key",
        opens: "Searches at its owner's cost.",
        revoke: "https://api.you.com",
        source: "https://documentation.you.com (prefix believed)",
        prefixes: &["ydc-sk-"],
        shape: Shape::Token(&[Part::Run(URL64, 16, 80)]),
        env_names: &["YDC_API_KEY", "YOU_API_KEY", "YOUCOM_API_KEY"],
        ..Rule::BLANK
    },
    Rule {
        id: "context7-key",
        provider: "Context7",
        title: "Context7 API key",
        opens: "Documentation lookups of the account.",
        revoke: "https://context7.com/dashboard",
        source: "https://context7.com/docs (shape believed)",
        prefixes: &["ctx7sk-"],
        shape: Shape::Token(&[Part::Run(DASH_HEX, 36, 36)]),
        env_names: &["CONTEXT7_API_KEY"],
        ..Rule::BLANK
    },
    Rule {
        id: "scrapfly-key",
        provider: "Scrapfly",
        title: "Scrapfly API key",
        opens: "Scrapes at its owner's cost.",
        revoke: "https://scrapfly.io/dashboard",
        source: "https://scrapfly.io/docs (shape believed)",
        prefixes: &["scp-live-", "scp-test-"],
        shape: Shape::Token(&[Part::Run(HEX, 32, 32)]),
        env_names: &["SCRAPFLY_API_KEY", "SCRAPFLY_KEY"],
        ..Rule::BLANK
    },
    Rule {
        id: "scrapegraph-key",
        provider: "ScrapeGraphAI",
        title: "ScrapeGraphAI key",
        opens: "Scrapes at its owner's cost.",
        revoke: "https://dashboard.scrapegraphai.com",
        source: "https://docs.scrapegraphai.com (shape believed)",
        prefixes: &["sgai-"],
        shape: Shape::Token(&[Part::Run(DASH_HEX, 36, 36)]),
        env_names: &["SCRAPEGRAPH_API_KEY", "SGAI_API_KEY"],
        ..Rule::BLANK
    },
    Rule {
        id: "steel-key",
        provider: "Steel",
        title: "Steel API key",
        opens: "Remote browsers and their sessions.",
        revoke: "https://app.steel.dev/settings/api-keys",
        source: "https://docs.steel.dev (shape believed)",
        prefixes: &["ste-"],
        shape: Shape::Token(&[Part::Run(ALNUM, 40, 80)]),
        check: checks::mixed,
        env_names: &["STEEL_API_KEY"],
        ..Rule::BLANK
    },
];
