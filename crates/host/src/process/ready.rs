//! Waiting until a server on this machine says that it is ready.
//!
//! **Invariant:** asks on the loopback address, keeps the first line of the answer and nothing else.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use bedlock_model::Progress;

use crate::HostError;

/// How long one attempt may take.
const ATTEMPT: Duration = Duration::from_secs(2);

/// How long to wait before the next attempt.
const PAUSE: Duration = Duration::from_millis(100);

/// The first line of an answer is not longer.
const MAX_LINE: usize = 256;

/// Asks `http://127.0.0.1:PORT/PATH` until the answer is 200. With `pid`, it stops waiting when
/// that process ends.
///
/// # Errors
/// [`HostError::NotReady`] when it takes longer than `patience`, [`HostError::Process`] when the
/// process ends, [`HostError::Interrupted`] when `progress` breaks.
pub fn wait_ready(
    port: u16,
    path: &str,
    patience: Duration,
    pid: Option<u32>,
    progress: &dyn Progress,
) -> Result<(), HostError> {
    let begin = Instant::now();
    loop {
        let left = patience.saturating_sub(begin.elapsed());
        // Somebody else's server may be on the port, so the process is looked at first.
        if let Some(pid) = pid.filter(|pid| ended(*pid)) {
            return Err(HostError::Process {
                what: "wait for",
                pid,
                reason: "it ended before it was ready; its log says why".to_owned(),
            });
        }
        let last = match attempt(port, path, left.clamp(PAUSE, ATTEMPT)) {
            Ok(200) => return Ok(()),
            Ok(status) => format!("it answered {status}"),
            Err(error) => error.to_string(),
        };
        if progress.advance(0).is_break() {
            return Err(HostError::Interrupted);
        }
        if left.is_zero() {
            return Err(HostError::NotReady {
                port,
                path: path.to_owned(),
                waited: patience,
                last,
            });
        }
        std::thread::sleep(PAUSE.min(left));
    }
}

/// Whether a process is there no more, or only its exit code is.
fn ended(pid: u32) -> bool {
    #[cfg(target_os = "linux")]
    return super::list::started("/proc".as_ref(), pid).is_none();
    #[cfg(not(target_os = "linux"))]
    {
        let pid = i32::try_from(pid)
            .ok()
            .and_then(rustix::process::Pid::from_raw);
        // A process of another user answers EPERM, and is there.
        pid.is_none_or(|pid| {
            rustix::process::test_kill_process(pid) == Err(rustix::io::Errno::SRCH)
        })
    }
}

/// One request; the status code of its answer.
fn attempt(port: u16, path: &str, limit: Duration) -> std::io::Result<u16> {
    let end = Instant::now() + limit;
    let left = || {
        let left = end.saturating_duration_since(Instant::now());
        (!left.is_zero())
            .then_some(left)
            .ok_or(std::io::ErrorKind::TimedOut)
    };
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let mut stream = TcpStream::connect_timeout(&address, left()?)?;
    stream.set_write_timeout(Some(left()?))?;
    let request =
        format!("GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes())?;
    let mut line = Vec::new();
    while !line.contains(&b'\n') && line.len() < MAX_LINE {
        stream.set_read_timeout(Some(left()?))?;
        let mut piece = [0; MAX_LINE];
        match stream.read(&mut piece)? {
            0 => break,
            count => line.extend_from_slice(&piece[..count]),
        }
    }
    status(&line).ok_or_else(|| std::io::Error::other("its answer is no HTTP"))
}

/// Reads the code of `HTTP/1.1 200 OK`.
fn status(line: &[u8]) -> Option<u16> {
    let rest = line.strip_prefix(b"HTTP/1.")?.get(2..)?;
    std::str::from_utf8(rest.get(..3)?).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_http_has_a_status() {
        assert_eq!(status(b"HTTP/1.1 200 OK\r\nmore"), Some(200));
        assert_eq!(status(b"HTTP/1.0 503 \xff\r\n"), Some(503));
        for other in [
            &b"HTTP/1.1 20"[..],
            b"HTTP/1.1",
            b"SSH-2.0-x",
            b"",
            b"HTTP/1.1 abc",
        ] {
            assert_eq!(status(other), None);
        }
    }
}
