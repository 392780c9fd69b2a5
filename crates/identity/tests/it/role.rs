//! Role credentials: long enough, bought once, and each refusal with its own name.

use std::sync::Arc;
use std::time::Duration;

use bedlock_identity::{Flow, IdentityError};
use bedlock_sandbox::Fault;
use jiff::SignedDuration;

use super::lab::{Lab, ROLE, Shown};

async fn signed_in(lab: &Lab) {
    lab.identity()
        .sign_in(Flow::Device, &Shown::default())
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_who_ask_share_one_purchase() {
    let lab = Lab::new(|_| {});
    signed_in(&lab).await;
    let processes: Vec<_> = (0..4).map(|_| Arc::new(lab.identity())).collect();
    let mut callers = tokio::task::JoinSet::new();
    for caller in 0..100 {
        let identity = Arc::clone(&processes[caller % 4]);
        callers.spawn(async move {
            identity
                .role_credentials()
                .await
                .unwrap()
                .access_key_id
                .clone()
        });
    }
    let keys = callers.join_all().await;
    assert!(keys.iter().all(|key| *key == keys[0]));
    assert_eq!(lab.sandbox.count(ROLE, 200), 1);
}

#[tokio::test]
async fn nobody_gets_less_than_fifteen_minutes_unless_there_is_no_more() {
    let lab = Lab::new(|_| {});
    signed_in(&lab).await;
    let identity = lab.identity();
    let quarter = SignedDuration::from_mins(15);
    for _ in 0..20 {
        lab.pass(7);
        let role = identity.role_credentials().await.unwrap();
        assert!(role.expires_at.duration_since(lab.sandbox.clock().now()) > quarter);
    }
    let bought = lab.sandbox.count(ROLE, 200);
    assert!((3..6).contains(&bought), "{bought}");
    // The portal is gone, and what is left is handed out to the end.
    lab.sandbox.inject(ROLE, 1000, Fault::Status(500));
    let ends = identity.role_credentials().await.unwrap().expires_at;
    let left = ends.duration_since(lab.sandbox.clock().now()).as_mins();
    lab.pass(u64::try_from(left).unwrap() - 5);
    let left = identity.role_credentials().await.unwrap();
    assert!(left.is_valid(lab.sandbox.clock().now()));
    lab.pass(60);
    assert!(identity.role_credentials().await.unwrap_err().is_passing());
}

#[tokio::test]
async fn refusals_have_names() {
    let lab = Lab::new(|_| {});
    signed_in(&lab).await;
    lab.sandbox
        .inject(ROLE, 1, Fault::Throttle { retry_after: 7 });
    let error = lab.identity().role_credentials().await.unwrap_err();
    assert!(matches!(error, IdentityError::Throttled { .. }), "{error}");

    lab.sandbox.inject(ROLE, 1, Fault::Malformed);
    let error = lab.identity().role_credentials().await.unwrap_err();
    assert!(matches!(error, IdentityError::Answer { .. }), "{error}");

    lab.sandbox.end_portal_sessions();
    let error = lab.identity().role_credentials().await.unwrap_err();
    assert!(error.needs_sign_in(), "{error}");
}

#[tokio::test]
async fn a_role_of_somebody_else_is_not_assigned() {
    let lab = Lab::new(|_| {});
    signed_in(&lab).await;
    let path = lab.home.path().join(".aws/config");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replace("BedrockInvoke", "Administrator")).unwrap();
    let error = lab.identity().role_credentials().await.unwrap_err();
    assert!(
        matches!(error, IdentityError::NotAssigned { .. }),
        "{error}"
    );
}

#[tokio::test]
async fn what_the_token_opens_is_listed() {
    let lab = Lab::new(|config| {
        config.also_assigned = vec![("210987654321".to_owned(), "ReadOnly".to_owned())];
        config.role_session = Duration::from_secs(3600);
    });
    signed_in(&lab).await;
    let all = lab.identity().reachable().await.unwrap();
    assert!(
        all.iter().any(|found| found.roles == ["ReadOnly"]),
        "{all:?}"
    );
    assert!(
        all.iter().any(|found| found.roles == ["BedrockInvoke"]),
        "{all:?}"
    );
}
