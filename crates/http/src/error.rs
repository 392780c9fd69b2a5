//! What can go wrong between bedlock and a server.
//!
//! Made by [`crate::Client::send`]; `identity` and `watch` wrap it.
//!
//! **Invariant:** a host's name is the most that is told of an address.

use std::error::Error;
use std::path::PathBuf;
use std::time::Duration;

use hyper::Uri;
use hyper_util::client::legacy;

/// Why there is no answer; `Display` fits after "failed to".
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HttpError {
    /// The address is no `http:` or `https:` one with a host.
    #[error("use an address: it must be https://HOST/… or http://HOST/…")]
    Address,
    /// The certificates that servers are checked against cannot be used.
    #[error("read the certificates in {path}: {reason}", path = path.display())]
    Certificates {
        /// The file.
        path: PathBuf,
        /// Why not.
        reason: String,
    },
    /// This machine has no bundle of certificates in a place where systems have one.
    #[error(
        "find the system's certificates: install ca-certificates, or set AWS_CA_BUNDLE to a PEM file"
    )]
    NoCertificates,
    /// No connection: name unknown, refused, network gone, proxy unwilling.
    #[error("reach {host}: {reason}")]
    Unreachable {
        /// The server.
        host: String,
        /// What the system or the proxy said.
        reason: String,
    },
    /// The server's certificate is not believed, or it speaks no TLS.
    #[error("trust {host}: {reason}")]
    Tls {
        /// The server.
        host: String,
        /// What is wrong with it.
        reason: String,
    },
    /// No whole answer in time.
    #[error("get an answer from {host} within {after:?}")]
    Timeout {
        /// The server.
        host: String,
        /// The deadline.
        after: Duration,
    },
    /// The answer is longer than anything that belongs here.
    #[error("read the answer of {host}: it is longer than {most} bytes")]
    TooLong {
        /// The server.
        host: String,
        /// The limit, in bytes.
        most: usize,
    },
    /// The connection broke off, or what came was no HTTP.
    #[error("read the answer of {host}: the connection broke off")]
    Broken {
        /// The server.
        host: String,
    },
}

impl HttpError {
    /// Whether another try may help without anybody doing something.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        matches!(
            self,
            Self::Unreachable { .. } | Self::Timeout { .. } | Self::Broken { .. }
        )
    }

    pub(crate) fn of(error: &legacy::Error, host: &str) -> Self {
        let host = host.to_owned();
        if !error.is_connect() {
            return Self::Broken { host };
        }
        let mut reason = error.to_string();
        let mut tls = false;
        let mut next: Option<&(dyn Error + 'static)> = error.source();
        while let Some(inner) = next {
            reason = inner.to_string();
            tls |= inner.is::<rustls::Error>();
            // An error of the system can hide one of TLS, more than once, without naming it as its
            // source.
            let hidden = inner
                .downcast_ref::<std::io::Error>()
                .and_then(|io| io.get_ref());
            next = match hidden {
                Some(hidden) => Some(hidden),
                None => inner.source(),
            };
        }
        match tls {
            true => Self::Tls { host, reason },
            false => Self::Unreachable { host, reason },
        }
    }
}

pub(crate) fn host_of(uri: &Uri) -> String {
    uri.host().unwrap_or("the server").to_owned()
}
