//! Waiting for servers that are late, wrong or gone.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::process::Command;
use std::time::Duration;

use bedlock_host::{HostError, wait_ready};
use bedlock_model::Silent;

use super::{LONG, Stop};

/// Gives one answer to each connection, in order; returns the first request.
fn server(answers: &'static [&'static str]) -> (u16, std::thread::JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let thread = std::thread::spawn(move || {
        let mut first = String::new();
        for answer in answers {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = Vec::new();
            while !request.ends_with(b"\r\n\r\n") {
                let mut byte = [0];
                stream.read_exact(&mut byte).unwrap();
                request.push(byte[0]);
            }
            stream.write_all(answer.as_bytes()).unwrap();
            if first.is_empty() {
                first = String::from_utf8(request).unwrap();
            }
        }
        first
    });
    (port, thread)
}

#[test]
fn it_asks_until_the_answer_is_200() {
    let (port, thread) = server(&[
        "HTTP/1.1 503 Service Unavailable\r\n\r\n",
        "",
        "SSH-2.0-something\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
    ]);
    wait_ready(port, "/readyz", LONG, None, &Silent).unwrap();
    let request = thread.join().unwrap();
    let expected =
        format!("GET /readyz HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n");
    assert_eq!(request, expected);
}

#[test]
fn the_last_answer_is_in_the_error() {
    let (port, thread) = server(&["HTTP/1.1 503 Service Unavailable\r\n\r\ncanary-FAKE-value"]);
    let error = wait_ready(port, "/readyz", Duration::ZERO, None, &Silent).unwrap_err();
    thread.join().unwrap();
    assert!(matches!(error, HostError::NotReady { .. }), "{error}");
    let text = error.to_string();
    assert!(text.contains("503") && text.contains("/readyz"), "{text}");
    assert!(!text.contains("canary"), "{text}");
}

#[test]
fn a_server_that_accepts_and_says_nothing_is_not_waited_for() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = silent.local_addr().unwrap().port();
    let error = wait_ready(port, "/readyz", Duration::ZERO, None, &Silent).unwrap_err();
    assert!(matches!(error, HostError::NotReady { .. }), "{error}");
}

/// A port on which nobody listens.
fn closed() -> u16 {
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    free.local_addr().unwrap().port()
}

#[test]
fn a_process_that_ends_is_not_waited_for() {
    let mut child = Command::new("true").spawn().unwrap();
    let pid = child.id();
    let error = wait_ready(closed(), "/readyz", LONG, Some(pid), &Silent);
    // Before the assertion, so that a failure leaves no process behind.
    child.wait().unwrap();
    let error = error.unwrap_err();
    assert!(matches!(error, HostError::Process { .. }), "{error}");
    assert!(error.to_string().contains(&pid.to_string()), "{error}");
}

#[test]
fn ctrl_c_ends_the_waiting() {
    let error = wait_ready(closed(), "/readyz", LONG, None, &Stop).unwrap_err();
    assert!(matches!(error, HostError::Interrupted), "{error}");
}
