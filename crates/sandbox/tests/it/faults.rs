//! Every fault happens as often as it was asked for, in the words of the service that it happens to.

use std::io::Read;
use std::net::TcpStream;
use std::time::Duration;

use aws_smithy_eventstream::frame::{DecodedFrame, MessageFrameDecoder};
use bedlock_sandbox::Fault;
use jiff::SignedDuration;
use serde_json::{Value, json};

use super::bedrock::{STREAM, converse, granted, role_credentials};
use super::identity_center::{credentials, denial, denied, refresh, register, signed_in};
use super::sandbox;
use super::wire::{get, post, try_send};

const PATIENCE: Duration = Duration::from_secs(20);

/// Decodes the whole frames of a stream and says what is left over.
fn frames(mut wire: &[u8]) -> (Vec<String>, usize) {
    let mut names = Vec::new();
    let mut decoder = MessageFrameDecoder::new();
    loop {
        let left = wire.len();
        match decoder.decode_frame(&mut wire).unwrap() {
            DecodedFrame::Incomplete => return (names, left),
            DecodedFrame::Complete(message) => {
                let mut headers = message.headers().iter();
                let name = headers
                    .find(|header| header.name().as_str().ends_with("-type"))
                    .unwrap();
                names.push(name.value().as_string().unwrap().as_str().to_owned());
            }
        }
    }
}

#[test]
fn a_service_fails_or_throttles_in_its_own_words_and_then_recovers() {
    let sandbox = sandbox(|_| ());
    let token = sandbox.telegram().new_bot();
    let telegram = || get(&sandbox, &format!("/bot{token}/getMe"));
    sandbox.inject("telegram:", 1, Fault::Throttle { retry_after: 7 });
    let body = telegram().json();
    assert_eq!(
        (&body["error_code"], &body["parameters"]),
        (&429.into(), &json!({ "retry_after": 7 }))
    );
    sandbox.inject("telegram:getMe", 2, Fault::Status(502));
    assert_eq!(
        [telegram().status, telegram().status, telegram().status],
        [502, 502, 200]
    );

    let (client, tokens) = signed_in(&sandbox);
    sandbox.inject(
        "sso:GetRoleCredentials",
        1,
        Fault::Throttle { retry_after: 0 },
    );
    let answer = credentials(&sandbox, "BedrockInvoke", &tokens);
    assert_eq!(
        answer.header("x-amzn-errortype"),
        Some("TooManyRequestsException")
    );
    sandbox.inject("sso-oauth:CreateToken", 1, Fault::Status(500));
    let failed = denied(500, "InternalServerException", "server_error");
    assert_eq!(denial(&refresh(&sandbox, &client, &tokens)), failed);
    assert_eq!(refresh(&sandbox, &client, &tokens).status, 200);

    sandbox.inject("", usize::MAX, Fault::Status(503));
    assert_eq!(telegram().status, 503);
    sandbox.clear_faults();
    assert_eq!(telegram().status, 200);
}

#[test]
fn a_connection_ends_before_or_after_the_work() {
    let sandbox = sandbox(|_| ());
    let (client, first) = signed_in(&sandbox);
    let request = |tokens: &Value| {
        let body = json!({
            "clientId": client["clientId"], "clientSecret": client["clientSecret"],
            "grantType": "refresh_token", "refreshToken": tokens["refreshToken"],
        });
        let body = body.to_string();
        try_send(&sandbox, "POST", "/token", &[], body.as_bytes())
    };
    sandbox.inject("sso-oauth:CreateToken", 1, Fault::Refuse);
    assert!(request(&first).is_none());
    let second = request(&first).unwrap().json();

    // The token is spent, and nobody has the next one.
    sandbox.inject("sso-oauth:CreateToken", 1, Fault::LoseAnswer);
    assert!(request(&second).is_none());
    assert_eq!(request(&second).unwrap().status, 400);
}

#[test]
fn an_answer_is_late_by_the_clock() {
    let sandbox = sandbox(|_| ());
    sandbox.inject("page:Device", 1, Fault::Delay(Duration::from_secs(3600)));
    std::thread::scope(|scope| {
        let late = scope.spawn(|| get(&sandbox, "/device"));
        assert_eq!(get(&sandbox, "/").status, 302);
        assert!(sandbox.count("page:Device", 200) == 0);
        // The fault is taken before the wait begins, so the clock is moved until it is over.
        assert!(sandbox.wait_until(PATIENCE, |sandbox| {
            sandbox.clock().advance(Duration::from_secs(3600));
            sandbox.count("page:Device", 200) == 1
        }));
        assert_eq!(late.join().unwrap().status, 200);
    });
}

#[test]
fn a_stream_breaks_in_every_way() {
    let sandbox = granted();
    let keys = role_credentials(&sandbox);
    let stream = |fault: Fault| {
        sandbox.inject("bedrock:ConverseStream", 1, fault);
        converse(&sandbox, &keys, STREAM)
    };
    assert!(stream(Fault::Cut { after: 2 }).is_none());

    let (names, left) = frames(&stream(Fault::HalfFrame { after: 2 }).unwrap().body);
    assert_eq!(names, ["messageStart", "contentBlockDelta"]);
    assert!(left > 0);

    let fault = Fault::StreamException {
        after: 1,
        name: "throttlingException",
    };
    let (names, left) = frames(&stream(fault).unwrap().body);
    assert_eq!(
        (names, left),
        (
            vec!["messageStart".to_owned(), "throttlingException".to_owned()],
            0
        )
    );

    let whole = converse(&sandbox, &keys, STREAM).unwrap();
    let (names, left) = frames(&whole.body);
    assert_eq!(
        (names.last().map(String::as_str), left),
        (Some("metadata"), 0)
    );
}

#[test]
fn a_stalled_answer_stays_open() {
    let sandbox = sandbox(|_| ());
    sandbox.inject("page:Device", 1, Fault::Stall { after: 1 });
    let address = sandbox.endpoint();
    let mut stream = TcpStream::connect(address.trim_start_matches("http://")).unwrap();
    std::io::Write::write_all(
        &mut stream,
        b"GET /device HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n",
    )
    .unwrap();
    let mut told = Vec::new();
    let mut piece = [0; 4096];
    while !String::from_utf8_lossy(&told).contains("</html>") {
        let read = stream.read(&mut piece).unwrap();
        assert!(read > 0, "the connection ended");
        told.extend_from_slice(&piece[..read]);
    }
    // The last chunk, which would end the body, never comes.
    assert!(!told.ends_with(b"0\r\n\r\n"));
}

#[test]
fn an_answer_is_not_json_or_has_a_wrong_date() {
    let sandbox = sandbox(|_| ());
    sandbox.inject("sso-oauth:RegisterClient", 1, Fault::Malformed);
    let answer = post(
        &sandbox,
        "/client/register",
        &json!({ "clientName": "it", "clientType": "public" }),
    );
    assert_eq!(answer.status, 200);
    assert!(serde_json::from_slice::<Value>(&answer.body).is_err());

    register(&sandbox);
    let date = |target: &str| get(&sandbox, target).header("date").unwrap().to_owned();
    assert_eq!(date("/device"), "Wed, 25 Nov 2026 03:00:00 GMT");
    sandbox.inject("", 1, Fault::SkewDate(SignedDuration::from_mins(-10)));
    assert_eq!(date("/device"), "Wed, 25 Nov 2026 02:50:00 GMT");
}
