//! The way to a server: straight, through a proxy that reads the request, or through a tunnel.
//!
//! Called by the pool of [`crate::Client`] when it has no connection to use again.
//!
//! **Invariant:** what is on this machine is never asked of a proxy.

use std::future::Future;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use hyper::Uri;
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_util::client::legacy::connect::proxy::Tunnel;
use hyper_util::client::legacy::connect::{Connected, Connection, HttpConnector};
use hyper_util::client::proxy::matcher::{Intercept, Matcher};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tower_service::Service;

/// How long one address of a server is tried.
const CONNECT: Duration = Duration::from_secs(10);

/// Opens connections.
#[derive(Clone)]
pub(crate) struct Tcp {
    direct: HttpConnector,
    matcher: Arc<Matcher>,
}

impl Tcp {
    pub(crate) fn new(matcher: Arc<Matcher>) -> Self {
        let mut direct = HttpConnector::new();
        direct.enforce_http(false);
        direct.set_connect_timeout(Some(CONNECT));
        direct.set_nodelay(true);
        Self { direct, matcher }
    }
}

/// The proxy of an address, if it has one.
pub(crate) fn proxy_for(matcher: &Matcher, uri: &Uri) -> Option<Intercept> {
    if is_here(uri.host()?) {
        return None;
    }
    matcher.intercept(uri)
}

fn is_here(host: &str) -> bool {
    let literal = host.trim_start_matches('[').trim_end_matches(']');
    match literal.parse::<IpAddr>() {
        Ok(address) => address.is_loopback(),
        Err(_) => host.eq_ignore_ascii_case("localhost"),
    }
}

type Fault = Box<dyn std::error::Error + Send + Sync>;

impl Service<Uri> for Tcp {
    type Response = Stream;
    type Error = Fault;
    type Future = Pin<Box<dyn Future<Output = Result<Stream, Fault>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Fault>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let mut direct = self.direct.clone();
        let proxy = proxy_for(&self.matcher, &uri);
        Box::pin(async move {
            let Some(proxy) = proxy else {
                let inner = direct.call(uri).await?;
                return Ok(Stream { inner, read: false });
            };
            if proxy.uri().scheme_str() != Some("http") {
                return Err("the proxy's address must begin with http://".into());
            }
            if uri.scheme_str() == Some("http") {
                let inner = direct.call(proxy.uri().clone()).await?;
                return Ok(Stream { inner, read: true });
            }
            let mut tunnel = Tunnel::new(proxy.uri().clone(), direct);
            if let Some(password) = proxy.basic_auth() {
                tunnel = tunnel.with_auth(password.clone());
            }
            let inner = tunnel.call(uri).await?;
            Ok(Stream { inner, read: false })
        })
    }
}

/// A connection, and whether a proxy reads what is asked on it.
pub(crate) struct Stream {
    inner: TokioIo<TcpStream>,
    read: bool,
}

impl Connection for Stream {
    fn connected(&self) -> Connected {
        Connected::new().proxy(self.read)
    }
}

impl Read for Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: ReadBufCursor<'_>,
    ) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.inner).poll_read(context, buffer)
    }
}

impl Write for Stream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<std::io::Result<usize>> {
        Pin::new(&mut self.inner).poll_write(context, bytes)
    }

    fn poll_flush(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(context)
    }

    fn poll_shutdown(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(context)
    }
}
