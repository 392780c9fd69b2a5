//! The look of the sign-in pages: plain HTML that works without scripts, for eyes and for readers.
//!
//! Filled in by `browser`.
//!
//! **Invariant:** every text that came from outside goes through [`escape`]; no script, no picture,
//! no font and no other file is asked for, and the policy in the header says so.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hyper::StatusCode;
use hyper::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderName, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
    X_FRAME_OPTIONS,
};
use sha2::{Digest, Sha256};

use crate::reply::Reply;

const STYLE: &str = "
:root{color-scheme:light dark;--ink:#16191f;--quiet:#545b64;--paper:#f4f5f7;--card:#fff;--line:#d5dbdb;
--go:#0b5cad;--go-ink:#fff;--bad:#b3261e;--good:#1d7a46}
@media (prefers-color-scheme:dark){:root{--ink:#eceff1;--quiet:#a9b3bd;--paper:#12161b;--card:#1b2129;
--line:#39424e;--go:#6cb2f7;--go-ink:#08121d;--bad:#ff9a92;--good:#7fdca4}}
*{box-sizing:border-box}
body{margin:0;min-height:100vh;display:flex;flex-direction:column;align-items:center;justify-content:center;
padding:24px 16px;background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,sans-serif}
main{width:100%;max-width:30rem;padding:32px;background:var(--card);border:1px solid var(--line);
border-radius:14px;box-shadow:0 8px 30px rgb(0 0 0/.08)}
h1{margin:0 0 8px;font-size:1.5rem;line-height:1.25}
p{margin:0 0 16px}
.quiet,footer{color:var(--quiet)}
.code{margin:20px 0;padding:14px;border:2px dashed var(--line);border-radius:10px;text-align:center;
font:700 1.9rem/1.2 ui-monospace,monospace;letter-spacing:.12em}
dl{display:grid;grid-template-columns:auto 1fr;gap:6px 16px;margin:0 0 24px}
dt{color:var(--quiet)}
dd{margin:0;overflow-wrap:anywhere}
label{display:block;margin-bottom:6px;font-weight:600}
input[type=text]{width:100%;padding:12px;border:1px solid var(--quiet);border-radius:8px;background:transparent;
color:inherit;font:600 1.3rem ui-monospace,monospace;letter-spacing:.1em;text-transform:uppercase;margin-bottom:16px}
.actions{display:flex;flex-wrap:wrap;gap:12px}
button{flex:1 1 10rem;min-height:48px;padding:10px 18px;border:1px solid var(--go);border-radius:8px;
background:transparent;color:var(--go);font:600 1rem system-ui,sans-serif;cursor:pointer}
button.go{background:var(--go);color:var(--go-ink)}
button:hover{filter:brightness(1.08)}
:focus-visible{outline:3px solid var(--go);outline-offset:2px}
.alert{padding:12px 14px;border-left:4px solid var(--bad);background:color-mix(in srgb,var(--bad) 8%,transparent)}
.mark{font-size:2.5rem;line-height:1;margin-bottom:12px}
.good{color:var(--good)}.bad{color:var(--bad)}
footer{max-width:30rem;margin-top:20px;font-size:.875rem;text-align:center}
";

/// What a page shows above its footer.
pub(super) struct Page<'a> {
    pub(super) status: StatusCode,
    pub(super) title: &'a str,
    /// HTML; whoever makes it escapes what came from outside.
    pub(super) body: String,
}

impl Page<'_> {
    pub(super) fn into_reply(self, error: Option<&'static str>) -> Reply {
        let title = escape(self.title);
        let html = format!(
            "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
             <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\
             <title>{title} - bedlock sandbox</title><style>{STYLE}</style></head>\n\
             <body><main>\n<h1>{title}</h1>\n{}</main>\n\
             <footer>This is bedlock's sandbox on your own machine. Nothing that it issues opens \
             anything at AWS.</footer></body></html>\n",
            self.body
        );
        let style = STANDARD.encode(Sha256::digest(STYLE));
        let policy = format!(
            // The answer to the form sends the browser back to the program's own port.
            "default-src 'none'; style-src 'sha256-{style}'; base-uri 'none'; \
             form-action 'self' http://127.0.0.1:* http://localhost:*; frame-ancestors 'none'"
        );
        let headers: [(HeaderName, &str); 5] = [
            (CONTENT_SECURITY_POLICY, &policy),
            (X_FRAME_OPTIONS, "DENY"),
            (X_CONTENT_TYPE_OPTIONS, "nosniff"),
            (CACHE_CONTROL, "no-store"),
            // Not `no-referrer`: that would also hide the origin that the form is checked by.
            (REFERRER_POLICY, "same-origin"),
        ];
        let reply = Reply::html(self.status, error, html);
        headers
            .into_iter()
            .fold(reply, |reply, (name, value)| reply.with(name, value))
    }
}

/// Makes text harmless between tags and inside quoted attributes.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}
