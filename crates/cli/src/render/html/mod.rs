//! One page of HTML that needs nothing else: to be kept, sent on, or printed.
//!
//! **Source:** <https://html.spec.whatwg.org/multipage/syntax.html>,
//! <https://www.w3.org/TR/CSP3/#meta-element>
//!
//! **Invariant:** text gets in through [`escaped`] only; nothing is loaded, nothing runs, and
//! the page's own policy says so to the browser.

mod page;
mod posture;
mod receipt;
mod report;

pub(crate) use posture::posture;
pub(crate) use receipt::receipt;
pub(crate) use report::report;

use bedlock_model::{Severity, Unreadable};

use super::printable::{is_web_page, printable, shortened};
use super::words::{plural, short_path};
use page::Page;

/// Characters of a host's text that are shown.
const LONGEST: usize = 400;

/// Text for an element or for an attribute in double quotes.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    for c in shortened(&printable(text), LONGEST).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '`' => out.push_str("&#96;"),
            c => out.push(c),
        }
    }
    out
}

/// Text from the host that is a name or a command.
fn code(text: &str) -> String {
    format!("<code>{}</code>", escaped(text))
}

/// A page to open, where it is one; else the words that stand for it.
fn link(page: &str) -> String {
    if is_web_page(page) {
        let page = escaped(page);
        format!("<a href=\"{page}\" rel=\"noreferrer noopener\">{page}</a>")
    } else {
        escaped(page)
    }
}

fn badge(tone: &str, text: &str) -> String {
    format!("<span class=\"badge {tone}\">{}</span>", escaped(text))
}

/// The class of a severity in the style sheet.
fn tone(severity: Severity) -> &'static str {
    match severity {
        Severity::High => "bad",
        Severity::Medium => "warn",
        Severity::Low => "own",
    }
}

/// A number with what it counts; `tone` is a class of the style sheet.
fn tile(page: &mut Page, tone: &str, number: &str, what: &str) {
    page.line(&format!(
        "<li class=\"card\"><b class=\"{tone}\">{}</b><span>{}</span></li>",
        escaped(number),
        escaped(what)
    ));
}

/// Rows of a list of terms; values are HTML already.
fn terms(page: &mut Page, class: &str, rows: &[(&str, String)]) {
    page.line(&format!("<dl class=\"{class}\">"));
    for (term, value) in rows {
        page.line(&format!("<dt>{}</dt><dd>{value}</dd>", escaped(term)));
    }
    page.line("</dl>");
}

/// Places that were not looked at, with the reason.
fn places(page: &mut Page, title: &str, places: &[Unreadable], home: &str) {
    if places.is_empty() {
        return;
    }
    let count = plural(places.len(), "place", "places");
    page.heading(&format!("{title}: {count}"));
    page.line("<div class=\"card scroll\"><table>");
    page.line("<thead><tr><th>place</th><th>why</th><th>next</th></tr></thead><tbody>");
    for place in places {
        let next = if place.next.is_empty() {
            String::new()
        } else {
            code(&place.next)
        };
        page.line(&format!(
            "<tr><td>{}</td><td>{}</td><td>{next}</td></tr>",
            code(&short_path(&place.path, home)),
            escaped(&place.reason),
        ));
    }
    page.line("</tbody></table></div>");
}

/// Pages on which to revoke; what is no address is shown as text.
fn revoke<'a>(page: &mut Page, pages: impl Iterator<Item = &'a str>) {
    let mut pages: Vec<&str> = pages.collect();
    pages.sort_unstable();
    pages.dedup();
    if pages.is_empty() {
        return;
    }
    page.heading("Removing is not revoking");
    page.line("<div class=\"card note\">");
    page.line(
        "<p>What stood on this disk must be taken for known: to backups, to model providers, to \
         whoever read it. Revoke it here:</p>",
    );
    page.line("<ul>");
    for address in pages {
        page.line(&format!("<li>{}</li>", link(address)));
    }
    page.line("</ul></div>");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_cannot_leave_its_element_or_attribute() {
        assert_eq!(
            escaped("</p><script>\"'`&\u{202e}"),
            "&lt;/p&gt;&lt;script&gt;&quot;&#39;&#96;&amp;\\u{202e}"
        );
    }

    #[test]
    fn only_web_pages_become_links() {
        assert!(link("https://platform.openai.com/api-keys").starts_with("<a href=\"https://"));
        assert_eq!(link("javascript:alert(1)"), "javascript:alert(1)");
    }
}
