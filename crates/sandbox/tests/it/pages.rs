//! The sign-in pages as a browser without scripts sees them, and as a page elsewhere would abuse them.

use bedlock_sandbox::Sandbox;

use super::identity_center::{register, start_device};
use super::sandbox;
use super::wire::{Answer, get, send};

/// A page with a form: where it goes, its hidden fields, and the cookie that came with it.
struct Form {
    fields: String,
    cookie: String,
}

impl Form {
    fn of(page: &Answer) -> Self {
        let html = page.text();
        let hidden = html.split("<input type=\"hidden\" name=\"").skip(1);
        let fields: Vec<String> = hidden
            .map(|rest| {
                let (name, rest) = rest.split_once("\" value=\"").unwrap();
                format!("{name}={}", rest.split_once('"').unwrap().0)
            })
            .collect();
        assert_eq!(fields.len(), 2, "{html}");
        let cookie = page.header("set-cookie").unwrap();
        assert!(cookie.contains("HttpOnly; SameSite=Strict"), "{cookie}");
        Self {
            fields: fields.join("&"),
            cookie: cookie.split(';').next().unwrap().to_owned(),
        }
    }

    fn send(&self, sandbox: &Sandbox, decision: &str, headers: &[(&str, &str)]) -> Answer {
        let body = format!("{}&decision={decision}", self.fields);
        let form = ("content-type", "application/x-www-form-urlencoded");
        let headers: Vec<_> = headers.iter().copied().chain([form]).collect();
        send(sandbox, "POST", "/device", &headers, body.as_bytes())
    }
}

/// Starts a sign-in and opens its page.
fn open(sandbox: &Sandbox) -> (String, Answer) {
    let client = register(sandbox);
    let started = start_device(sandbox, &client);
    let code = started["userCode"].as_str().unwrap().to_owned();
    let page = get(sandbox, &format!("/device?user_code={code}"));
    (code, page)
}

#[test]
fn the_page_shows_what_is_decided_and_decides_it() {
    let sandbox = sandbox(|_| ());
    let (code, page) = open(&sandbox);
    let html = page.text();
    for shown in [
        code.as_str(),
        "it</dd>",
        "https://d-1234567890.awsapps.com/start",
        "03:10:00 UTC",
        "Allow access",
        "Deny access",
    ] {
        assert!(html.contains(shown), "{shown}: {html}");
    }
    assert!(!html.contains("<script"));
    let policy = page.header("content-security-policy").unwrap();
    assert!(policy.contains("default-src 'none'"), "{policy}");
    assert!(policy.contains("frame-ancestors 'none'"), "{policy}");

    let form = Form::of(&page);
    let answer = form.send(&sandbox, "approve", &[("cookie", &form.cookie)]);
    assert!(answer.text().contains("Signed in"), "{answer:?}");
    assert_eq!(sandbox.pending(), []);
    let answer = form.send(&sandbox, "deny", &[("cookie", &form.cookie)]);
    assert_eq!(answer.status, 409);
}

#[test]
fn a_form_counts_only_from_the_browser_and_the_origin_that_it_was_shown_in() {
    let sandbox = sandbox(|_| ());
    let (_, page) = open(&sandbox);
    let (form, other) = (Form::of(&page), Form::of(&open(&sandbox).1));
    let own = form.cookie.as_str();
    let foreign: [&[(&str, &str)]; 5] = [
        &[],
        &[("cookie", &other.cookie)],
        &[("cookie", own), ("origin", "https://evil.example")],
        &[("cookie", own), ("origin", "null")],
        &[("cookie", own), ("sec-fetch-site", "cross-site")],
    ];
    for headers in foreign {
        let answer = form.send(&sandbox, "approve", headers);
        assert_eq!(answer.status, 403, "{headers:?}");
    }
    assert_eq!(sandbox.pending().len(), 2);

    // A name that somebody points at this machine is not this machine.
    let rebound = [("host", "evil.example"), ("cookie", own)];
    assert_eq!(form.send(&sandbox, "approve", &rebound).status, 403);
    let origin = sandbox.endpoint();
    let honest = [("cookie", own), ("origin", origin.as_str())];
    assert_eq!(form.send(&sandbox, "deny", &honest).status, 200);
}

#[test]
fn a_code_that_is_wrong_or_too_late_says_so() {
    let sandbox = sandbox(|_| ());
    assert_eq!(get(&sandbox, "/").header("location"), Some("/device"));
    assert!(
        get(&sandbox, "/device")
            .text()
            .contains("<label for=\"user_code\">")
    );
    let answer = get(&sandbox, "/device?user_code=%3Cb%3ENOPE");
    assert_eq!(answer.status, 404);
    assert!(answer.text().contains("role=\"alert\""));
    assert!(!answer.text().contains("<b>NOPE"));

    let (code, page) = open(&sandbox);
    let form = Form::of(&page);
    sandbox.clock().advance(std::time::Duration::from_secs(600));
    let answer = get(&sandbox, &format!("/device?user_code={code}"));
    assert_eq!(answer.status, 410);
    let answer = form.send(&sandbox, "approve", &[("cookie", &form.cookie)]);
    assert_eq!(answer.status, 410);
    assert!(answer.text().contains("run out"));
}
