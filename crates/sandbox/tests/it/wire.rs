//! The smallest HTTP client: one request, one connection, the answer in its parts.

use std::fs::OpenOptions;
use std::io::{Read, Write};
use std::net::TcpStream;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bedlock_sandbox::Sandbox;
use serde_json::{Value, json};

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().skip(1).find_map(|line| {
            let (found, value) = line.split_once(": ")?;
            found.eq_ignore_ascii_case(name).then_some(value)
        })
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }
}

/// Opens a connection to a sandbox.
fn connect(sandbox: &Sandbox) -> TcpStream {
    TcpStream::connect(sandbox.endpoint().trim_start_matches("http://")).unwrap()
}

/// Sends a request with headers and a body, and reads to the end of the connection.
pub(crate) fn send(
    sandbox: &Sandbox,
    method: &str,
    target: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> Answer {
    try_send(sandbox, method, target, headers, body).unwrap()
}

/// Like [`send`], for connections that may break; a broken one is none.
pub(crate) fn try_send(
    sandbox: &Sandbox,
    method: &str,
    target: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> Option<Answer> {
    let host = sandbox.endpoint().trim_start_matches("http://").to_owned();
    let mut head = format!(
        "{method} {target} HTTP/1.1\r\nconnection: close\r\ncontent-length: {}\r\n",
        body.len()
    );
    if !headers.iter().any(|(name, _)| *name == "host") {
        head.push_str(&format!("host: {host}\r\n"));
    }
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    let mut stream = connect(sandbox);
    stream.write_all(format!("{head}\r\n").as_bytes()).ok()?;
    stream.write_all(body).ok()?;
    let mut raw = Vec::new();
    stream.read_to_end(&mut raw).ok()?;
    let end = raw.windows(4).position(|window| window == b"\r\n\r\n")?;
    let head = String::from_utf8(raw[..end].to_vec()).unwrap();
    let status = head.split(' ').nth(1)?.parse().ok()?;
    let mut answer = Answer {
        status,
        head,
        body: raw[end + 4..].to_vec(),
    };
    if answer.header("transfer-encoding") == Some("chunked") {
        answer.body = unchunked(&answer.body)?;
    }
    record(method, target, headers, body, &answer);
    Some(answer)
}

/// Keeps an exchange for whoever judges them all, if somebody asked for it.
fn record(method: &str, target: &str, headers: &[(&str, &str)], body: &[u8], answer: &Answer) {
    let Some(path) = std::env::var_os("BEDLOCK_RECORDING") else {
        return;
    };
    let lines = answer.head.lines().skip(1);
    let answered: Vec<(&str, &str)> = lines.filter_map(|line| line.split_once(": ")).collect();
    let line = json!({
        "method": method,
        "target": target,
        "headers": headers,
        "body": STANDARD.encode(body),
        "status": answer.status,
        "answerHeaders": answered,
        "answer": STANDARD.encode(&answer.body),
    });
    let mut open = OpenOptions::new();
    let mut file = open.append(true).create(true).open(path).unwrap();
    // One call, so that lines of tests that run at the same time stay whole.
    file.write_all(format!("{line}\n").as_bytes()).unwrap();
}

/// Joins the chunks of a body; none when the last one is missing.
fn unchunked(mut raw: &[u8]) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let line = raw.windows(2).position(|window| window == b"\r\n")?;
        let size = usize::from_str_radix(std::str::from_utf8(&raw[..line]).ok()?, 16).ok()?;
        if size == 0 {
            return Some(body);
        }
        body.extend_from_slice(raw.get(line + 2..line + 2 + size)?);
        raw = raw.get(line + 2 + size + 2..)?;
    }
}

pub(crate) fn get(sandbox: &Sandbox, target: &str) -> Answer {
    send(sandbox, "GET", target, &[], b"")
}

pub(crate) fn post(sandbox: &Sandbox, target: &str, body: &Value) -> Answer {
    let headers = [("content-type", "application/json")];
    send(
        sandbox,
        "POST",
        target,
        &headers,
        body.to_string().as_bytes(),
    )
}
