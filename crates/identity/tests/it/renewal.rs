//! Renewal: early, once, on the disk first.

use std::sync::Arc;
use std::time::Duration;

use bedlock_identity::{Flow, IdentityError};
use bedlock_sandbox::Fault;
use jiff::SignedDuration;

use super::lab::{Lab, Shown, TOKEN};

async fn signed_in(lab: &Lab) {
    lab.identity()
        .sign_in(Flow::Device, &Shown::default())
        .await
        .unwrap();
}

#[tokio::test]
async fn a_session_is_renewed_early_and_not_before() {
    let lab = Lab::new(|_| {});
    signed_in(&lab).await;
    let identity = lab.identity();
    let first = identity.fresh_session().await.unwrap();
    lab.pass(35);
    let same = identity.fresh_session().await.unwrap();
    assert_eq!(lab.tokens(), 1);
    assert_eq!(same.expires_at, first.expires_at);
    lab.pass(10);
    let renewed = identity.fresh_session().await.unwrap();
    assert_eq!(lab.tokens(), 2);
    assert!(renewed.expires_at > first.expires_at);
    let kept = identity.session().unwrap().unwrap();
    assert_eq!(
        kept.access_token.danger_expose(),
        renewed.access_token.danger_expose()
    );
}

/// Four identities stand for four processes: they share the disk and nothing else.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_callers_make_one_request() {
    let lab = Lab::new(|_| {});
    signed_in(&lab).await;
    lab.pass(59);
    let processes: Vec<_> = (0..4).map(|_| Arc::new(lab.identity())).collect();
    let mut callers = tokio::task::JoinSet::new();
    for caller in 0..200 {
        let identity = Arc::clone(&processes[caller % 4]);
        callers.spawn(async move {
            let session = identity.fresh_session().await.unwrap();
            session.access_token.danger_expose().to_owned()
        });
    }
    let tokens = callers.join_all().await;
    assert!(tokens.iter().all(|token| *token == tokens[0]));
    assert_eq!(lab.tokens(), 2, "the sign-in and one renewal");
}

#[tokio::test]
async fn a_failed_renewal_leaves_what_is_still_good() {
    let lab = Lab::new(|_| {});
    signed_in(&lab).await;
    lab.pass(50);
    let identity = lab.identity();
    lab.sandbox.inject(TOKEN, 10, Fault::Status(500));
    let before = identity.session().unwrap().unwrap();
    let session = identity.fresh_session().await.unwrap();
    assert_eq!(session.expires_at, before.expires_at);
    // Not again at once.
    identity.fresh_session().await.unwrap();
    assert_eq!(lab.sandbox.count(TOKEN, 500), 1);
    lab.pass(1);
    lab.sandbox.clear_faults();
    assert!(identity.fresh_session().await.unwrap().expires_at > before.expires_at);
}

#[tokio::test]
async fn an_old_token_without_an_answer_is_an_error_that_passes() {
    let lab = Lab::new(|_| {});
    signed_in(&lab).await;
    lab.pass(90);
    lab.sandbox.inject(TOKEN, 1, Fault::Refuse);
    let identity = lab.identity();
    let error = identity.fresh_session().await.unwrap_err();
    assert!(error.is_passing() && !error.needs_sign_in(), "{error}");
    identity.fresh_session().await.unwrap();
}

/// The server took the refresh token, and nobody heard its answer: a person has to sign in, and not
/// before the access token ends.
#[tokio::test]
async fn a_lost_answer_costs_the_session_and_nothing_else() {
    let lab = Lab::new(|_| {});
    signed_in(&lab).await;
    lab.pass(50);
    lab.sandbox.inject(TOKEN, 1, Fault::LoseAnswer);
    let identity = lab.identity();
    identity.fresh_session().await.unwrap();
    lab.pass(1);
    let left = identity.fresh_session().await.unwrap();
    assert!(left.refresh.is_none());
    // What does not work is not tried again.
    let asked = lab.sandbox.count(TOKEN, 400);
    lab.pass(1);
    identity.fresh_session().await.unwrap();
    assert_eq!(lab.sandbox.count(TOKEN, 400), asked);
    lab.pass(20);
    let error = identity.fresh_session().await.unwrap_err();
    assert!(error.needs_sign_in(), "{error}");
}

#[tokio::test]
async fn another_tool_that_renewed_in_between_is_followed() {
    let lab = Lab::new(|_| {});
    signed_in(&lab).await;
    let before = std::fs::read(lab.token_file()).unwrap();
    lab.pass(50);
    lab.identity().fresh_session().await.unwrap();
    let after = std::fs::read(lab.token_file()).unwrap();
    // This process read the file before the other one wrote it.
    std::fs::write(lab.token_file(), &before).unwrap();
    let identity = lab.identity();
    let old = identity.session().unwrap().unwrap();
    assert!(old.refresh.is_some());
    std::fs::write(lab.token_file(), &after).unwrap();
    let session = identity.fresh_session().await.unwrap();
    assert!(session.refresh.is_some());
    assert_eq!(lab.tokens(), 2);
}

#[tokio::test]
async fn the_portal_ends_the_session_and_it_is_learned() {
    let lab = Lab::new(|config| config.portal_session = Duration::from_secs(2 * 3600));
    signed_in(&lab).await;
    let identity = lab.identity();
    assert!(!identity.has_learned());
    for _ in 0..11 {
        lab.pass(10);
        identity.fresh_session().await.unwrap();
    }
    lab.pass(15);
    let error = identity.fresh_session().await.unwrap_err();
    assert!(
        matches!(error, IdentityError::SessionEnded { .. }),
        "{error}"
    );
    signed_in(&lab).await;
    assert!(identity.has_learned());
    let began = identity.signed_in_at().unwrap();
    let length = identity.next_tap().unwrap().duration_since(began);
    let (least, most) = (
        SignedDuration::from_mins(80),
        SignedDuration::from_mins(125),
    );
    assert!(length >= least && length <= most, "{length:?}");
}

#[tokio::test]
async fn nothing_is_renewed_beyond_the_limit() {
    let lab = Lab::new(|config| config.portal_session = Duration::from_secs(90 * 24 * 3600));
    signed_in(&lab).await;
    let identity = lab.identity();
    for _ in 0..24 {
        lab.pass(30);
        let _ = identity.fresh_session().await;
    }
    lab.pass(61);
    let error = identity.fresh_session().await.unwrap_err();
    assert!(error.to_string().contains("limit"), "{error}");
}

#[tokio::test]
async fn a_wrong_clock_does_not_hurt() {
    for hours in [-30, 30] {
        let lab = Lab::new(|_| {});
        let identity = lab.identity_off_by(SignedDuration::from_hours(hours));
        identity
            .sign_in(Flow::Device, &Shown::default())
            .await
            .unwrap();
        identity.fresh_session().await.unwrap();
        assert_eq!(lab.tokens(), 1, "{hours}");
        let role = identity.role_credentials().await.unwrap();
        let here = lab.sandbox.clock().now() + SignedDuration::from_hours(hours);
        let left = role.expires_at.duration_since(here);
        let off = (left - SignedDuration::from_hours(1)).abs();
        assert!(off < SignedDuration::from_secs(10), "{hours}: {left:?}");
        lab.pass(50);
        identity.fresh_session().await.unwrap();
        assert_eq!(lab.tokens(), 2, "{hours}");
    }
}
