use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::*;

/// Asks as a browser does, and returns the whole answer.
async fn get(port: u16, host: &str, target: &str) -> String {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))
        .await
        .unwrap();
    let request = format!("GET {target} HTTP/1.1\r\nHost: {host}\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

#[tokio::test]
async fn only_the_right_request_takes_the_code() {
    let callback = Callback::listen("the-state".to_owned()).await.unwrap();
    let port = callback.port;
    assert_eq!(
        callback.redirect(),
        format!("http://127.0.0.1:{port}/oauth/callback")
    );
    let here = format!("127.0.0.1:{port}");
    let serving = tokio::spawn(callback.code());

    let right = "/oauth/callback?code=canary-FAKE&state=the-state";
    for (host, target, said) in [
        (here.as_str(), "/favicon.ico", "404"),
        (&here, "/oauth/callback", "400"),
        (&here, "/oauth/callback?code=x&state=other", "400"),
        (&here, "/oauth/callback?state=the-state", "400"),
        ("evil.example", right, "421"),
    ] {
        let answer = get(port, host, target).await;
        assert!(
            answer.starts_with(&format!("HTTP/1.1 {said}")),
            "{target}: {answer}"
        );
        assert!(!serving.is_finished(), "{target}");
    }

    let page = tokio::spawn(async move { get(port, &here, right).await });
    let back = serving.await.unwrap().unwrap();
    assert_eq!(back.code.danger_expose(), "canary-FAKE");
    assert!(!format!("{back:?}").contains("canary"));
    back.answer(Outcome::SignedIn).await;
    let page = page.await.unwrap();
    assert!(page.contains("<h1>Signed in</h1>"), "{page}");
    assert!(page.contains("no-store") && !page.contains("canary"));
}

#[tokio::test]
async fn a_denial_comes_back_as_one() {
    let callback = Callback::listen("s".to_owned()).await.unwrap();
    let port = callback.port;
    let serving = tokio::spawn(callback.code());
    let host = format!("127.0.0.1:{port}");
    let answer = get(port, &host, "/oauth/callback?error=access_denied&state=s").await;
    assert!(answer.contains("Denied"), "{answer}");
    assert!(matches!(serving.await.unwrap(), Err(IdentityError::Denied)));
}

#[test]
fn parameters_are_decoded() {
    assert_eq!(parameter("a=1&b=x%2By+z", "b").as_deref(), Some("x+y z"));
    assert_eq!(parameter("ab=1", "b"), None);
    assert!(same("abc", "abc") && !same("abc", "abd") && !same("abc", "ab"));
}
