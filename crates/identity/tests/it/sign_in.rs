//! Both flows, and what can happen on the way.

use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;
use std::time::Duration;

use bedlock_http::http::Request;
use bedlock_http::{Client, Limits, Settings};
use bedlock_identity::{Flow, IdentityError, Prompt, SignInLink};
use bedlock_sandbox::{Approval, Decision, Fault};
use serde_json::Value;

use super::lab::{Lab, Shown, TOKEN};

#[tokio::test]
async fn a_device_sign_in_is_kept_as_the_cli_keeps_it() {
    let lab = Lab::new(|_| {});
    let shown = Shown::default();
    let identity = lab.identity();
    let session = identity.sign_in(Flow::Device, &shown).await.unwrap();
    assert!(session.refresh.is_some());
    let links = shown.0.lock().unwrap().clone();
    assert!(links[0].user_code.is_some() && links[0].url.starts_with("http://127.0.0.1:"));

    let file = lab.token_file();
    let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode();
    assert_eq!(mode(&file) & 0o777, 0o600);
    assert_eq!(mode(file.parent().unwrap()) & 0o777, 0o700);
    let written: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    for field in [
        "startUrl",
        "region",
        "accessToken",
        "clientId",
        "clientSecret",
        "refreshToken",
    ] {
        assert!(written[field].is_string(), "{field}");
    }
    assert_eq!(written["expiresAt"], "2026-11-25T04:00:05Z");
    assert!(!format!("{session:?}").contains(written["accessToken"].as_str().unwrap()));
    // A second sign-in uses the registered client again.
    identity.sign_in(Flow::Device, &shown).await.unwrap();
    assert_eq!(lab.sandbox.count("sso-oauth:RegisterClient", 200), 1);
}

#[tokio::test]
async fn slow_down_adds_five_seconds_for_good() {
    let lab = Lab::new(|config| config.approval = Approval::Person);
    let identity = lab.identity();
    lab.sandbox
        .inject(TOKEN, 2, Fault::Throttle { retry_after: 1 });
    let waiting = identity.start_device().await.unwrap();
    let code = waiting.link().user_code.clone().unwrap();
    // The sandbox says slow_down, or that it is throttling; then somebody approves.
    let deciding = async {
        while lab.waits.seen.lock().unwrap().len() < 4 {
            tokio::task::yield_now().await;
        }
        assert!(lab.sandbox.decide(&code, Decision::Approve));
    };
    let (session, ()) = tokio::join!(identity.finish_device(waiting), deciding);
    session.unwrap();
    let seen = lab.waits.seen.lock().unwrap();
    let seconds: Vec<u64> = seen.iter().map(Duration::as_secs).collect();
    assert_eq!(&seconds[..4], [5, 10, 15, 15], "{seconds:?}");
}

#[tokio::test]
async fn no_and_too_late_are_told_apart() {
    let lab = Lab::new(|config| config.approval = Approval::Person);
    let identity = lab.identity();
    let waiting = identity.start_device().await.unwrap();
    let code = waiting.link().user_code.clone().unwrap();
    assert!(lab.sandbox.decide(&code, Decision::Deny));
    let error = identity.finish_device(waiting).await.unwrap_err();
    assert!(matches!(error, IdentityError::Denied), "{error}");

    let waiting = identity.start_device().await.unwrap();
    let error = identity.finish_device(waiting).await.unwrap_err();
    assert!(
        matches!(error, IdentityError::NotApproved { .. }),
        "{error}"
    );
    assert!(!lab.token_file().exists());
}

#[tokio::test]
async fn a_network_that_comes_back_ends_nothing() {
    let lab = Lab::new(|_| {});
    let identity = lab.identity();
    lab.sandbox.inject(TOKEN, 3, Fault::Refuse);
    lab.sandbox.inject(TOKEN, 2, Fault::Status(503));
    identity
        .sign_in(Flow::Device, &Shown::default())
        .await
        .unwrap();
}

#[tokio::test]
async fn a_forgotten_client_is_registered_anew_once() {
    let lab = Lab::new(|_| {});
    for flow in [Flow::Device, Flow::Pkce] {
        let before = lab.sandbox.count("sso-oauth:RegisterClient", 200);
        sign_in(&lab, flow).await.unwrap();
        lab.sandbox.forget_clients();
        sign_in(&lab, flow).await.unwrap();
        let after = lab.sandbox.count("sso-oauth:RegisterClient", 200);
        assert_eq!(after - before, 2, "{flow:?}");
    }
}

#[tokio::test]
async fn a_browser_signs_in() {
    let lab = Lab::new(|_| {});
    sign_in(&lab, Flow::Pkce).await.unwrap();
    assert!(lab.identity().session().unwrap().unwrap().refresh.is_some());
    assert_eq!(lab.sandbox.running_sessions(), 1);
}

#[tokio::test]
async fn sign_out_leaves_nothing() {
    let lab = Lab::new(|_| {});
    let identity = lab.identity();
    identity
        .sign_in(Flow::Device, &Shown::default())
        .await
        .unwrap();
    identity.role_credentials().await.unwrap();
    let gone = identity.sign_out().await.unwrap();
    assert!(gone.token && gone.role && gone.registration);
    assert_eq!(lab.sandbox.running_sessions(), 0);
    let left = walk(&lab.home.path().join(".aws"));
    let json: Vec<_> = left.iter().filter(|path| path.ends_with(".json")).collect();
    assert!(json.is_empty(), "{json:?}");
    let error = identity.role_credentials().await.unwrap_err();
    assert!(
        matches!(error, IdentityError::NotSignedIn { .. }),
        "{error}"
    );
}

#[tokio::test]
async fn a_half_written_file_is_nobody_signed_in() {
    let lab = Lab::new(|_| {});
    let identity = lab.identity();
    identity
        .sign_in(Flow::Device, &Shown::default())
        .await
        .unwrap();
    let whole = std::fs::read(lab.token_file()).unwrap();
    for length in [0, 1, whole.len() / 2, whole.len() - 1] {
        std::fs::write(lab.token_file(), &whole[..length]).unwrap();
        assert!(identity.session().unwrap().is_none(), "{length}");
    }
}

fn walk(folder: &std::path::Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(walk(&path));
        } else {
            found.push(path.display().to_string());
        }
    }
    found
}

async fn sign_in(lab: &Lab, flow: Flow) -> Result<(), IdentityError> {
    let browser = Browser(tokio::runtime::Handle::current());
    lab.identity().sign_in(flow, &browser).await.map(|_| ())
}

/// A browser that goes where it is sent.
struct Browser(tokio::runtime::Handle);

impl Prompt for Browser {
    fn show(&self, link: &SignInLink) -> Result<(), IdentityError> {
        if link.flow == Flow::Device {
            return Ok(());
        }
        let first = link.url.clone();
        self.0.spawn(async move {
            let client = Arc::new(Client::new(Settings::default()));
            let mut next = Some(first);
            while let Some(address) = next.take() {
                let request = Request::get(address).body(Vec::new()).unwrap();
                let answer = client.send(request, Limits::default()).await.unwrap();
                let location = answer.headers().get("location");
                next = location.map(|to| to.to_str().unwrap().to_owned());
            }
        });
        Ok(())
    }
}
