//! The frame of a page: its policy, its style, its title and its end.
//!
//! **Invariant:** the style sheet is the only thing that the policy lets in, by its hash.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bedlock_model::Tool;
use sha2::{Digest, Sha256};

use super::escaped;

const STYLE: &str = include_str!("style.css");

/// A page under construction.
pub(super) struct Page {
    out: String,
}

impl Page {
    /// A page with its head and its first lines: what made it, and the answer.
    pub(super) fn new(verb: &str, home: &str, answer: &str) -> Self {
        let policy = format!(
            "default-src 'none'; style-src 'sha256-{}'; base-uri 'none'; form-action 'none'",
            STANDARD.encode(Sha256::digest(STYLE))
        );
        let mut page = Self { out: String::new() };
        page.line("<!doctype html>");
        page.line("<html lang=\"en\">");
        page.line("<head>");
        page.line("<meta charset=\"utf-8\">");
        page.line(&format!(
            "<meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">"
        ));
        page.line("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">");
        page.line("<meta name=\"color-scheme\" content=\"light dark\">");
        page.line("<meta name=\"referrer\" content=\"no-referrer\">");
        page.line("<meta name=\"robots\" content=\"noindex\">");
        page.line(&format!(
            "<title>bedlock {verb}: {} ({})</title>",
            escaped(answer),
            escaped(home)
        ));
        page.line(&format!("<style>{STYLE}</style>"));
        page.line("</head>");
        page.line("<body>");
        page.line("<main>");
        page.line(&format!("<p class=\"eyebrow\">bedlock {verb}</p>"));
        page
    }

    /// Adds a line of HTML.
    pub(super) fn line(&mut self, html: &str) {
        self.out.push_str(html);
        self.out.push('\n');
    }

    /// Adds a heading over a part of the page.
    pub(super) fn heading(&mut self, title: &str) {
        self.line(&format!("<h2>{}</h2>", escaped(title)));
    }

    /// The page, with who made it at its end.
    pub(super) fn finish(mut self, tool: &Tool, created: &str) -> String {
        self.line(&format!(
            "<footer>{} {} · {}</footer>",
            escaped(&tool.name),
            escaped(&tool.version),
            escaped(created)
        ));
        self.line("</main>");
        self.line("</body>");
        self.line("</html>");
        self.out
    }
}
