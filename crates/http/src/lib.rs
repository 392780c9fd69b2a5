//! One small HTTPS client: requests with a deadline and a bound on the answer, through the proxy
//! and with the certificates that the environment names.
//!
//! Used by `identity` for Identity Center and by `watch` for its notifiers.
//!
//! **Invariant:** no redirect is followed, no cookie is kept, nothing is compressed, and an error
//! names a host but never a path, a query, a header or a body: those may hold a secret.

mod connect;
mod error;
mod roots;

use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use bedlock_host::Environment;
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::Bytes;
use hyper::header::{HOST, HeaderValue, PROXY_AUTHORIZATION, USER_AGENT};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy;
use hyper_util::client::proxy::matcher::Matcher;
use hyper_util::rt::{TokioExecutor, TokioTimer};

pub use error::HttpError;
pub use hyper::http;

use connect::Tcp;

/// How long an idle connection is kept for the next request.
const IDLE: Duration = Duration::from_secs(30);
/// What this program calls itself.
const AGENT: &str = concat!("bedlock/", env!("CARGO_PKG_VERSION"));

/// Which way requests take, and which certificates are believed.
#[derive(Clone, Default)]
pub struct Settings {
    /// A PEM file that replaces the system's certificates: `AWS_CA_BUNDLE`, else `SSL_CERT_FILE`.
    pub ca_bundle: Option<PathBuf>,
    /// Proxy for `http:` addresses: `http_proxy`, which only counts in small letters where a CGI
    /// script could be meant by the other spelling, or `HTTP_PROXY`.
    pub http_proxy: Option<String>,
    /// Proxy for `https:` addresses: `https_proxy` or `HTTPS_PROXY`.
    pub https_proxy: Option<String>,
    /// Proxy for both, where nothing else is said: `all_proxy` or `ALL_PROXY`.
    pub all_proxy: Option<String>,
    /// Hosts that are reached directly: `no_proxy` or `NO_PROXY`.
    pub no_proxy: Option<String>,
}

impl Settings {
    /// Reads them from the environment.
    ///
    /// **Source:** <https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-proxy.html>
    #[must_use]
    pub fn from_environment(environment: &Environment) -> Self {
        let either = |small: &str, large: &str| {
            let found = environment.setting(small);
            found
                .or_else(|| environment.setting(large))
                .map(str::to_owned)
        };
        let in_cgi = environment.variable("REQUEST_METHOD").is_some();
        Self {
            ca_bundle: either("AWS_CA_BUNDLE", "SSL_CERT_FILE").map(PathBuf::from),
            http_proxy: if in_cgi {
                environment.setting("http_proxy").map(str::to_owned)
            } else {
                either("http_proxy", "HTTP_PROXY")
            },
            https_proxy: either("https_proxy", "HTTPS_PROXY"),
            all_proxy: either("all_proxy", "ALL_PROXY"),
            no_proxy: either("no_proxy", "NO_PROXY"),
        }
    }
}

/// What one request may cost.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// From the first byte to the last, connecting included.
    pub deadline: Duration,
    /// The longest answer, in bytes.
    pub body: usize,
}

impl Default for Limits {
    /// 30 seconds and 1 MiB.
    fn default() -> Self {
        Self {
            deadline: Duration::from_secs(30),
            body: 1 << 20,
        }
    }
}

type Plain = legacy::Client<Tcp, Full<Bytes>>;
type Secure = legacy::Client<HttpsConnector<Tcp>, Full<Bytes>>;

struct Inner {
    settings: Settings,
    matcher: Arc<Matcher>,
    plain: Plain,
    /// Made when it is needed: reading the certificates takes milliseconds.
    secure: OnceLock<Secure>,
}

/// The client; a clone shares its connections.
#[derive(Clone)]
pub struct Client(Arc<Inner>);

impl Client {
    /// Makes a client. Nothing is read and nobody is asked before the first request.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        let text = |value: &Option<String>| value.clone().unwrap_or_default();
        let matcher = Arc::new(
            Matcher::builder()
                .all(text(&settings.all_proxy))
                .http(text(&settings.http_proxy))
                .https(text(&settings.https_proxy))
                .no(text(&settings.no_proxy))
                .build(),
        );
        let plain = builder().build(Tcp::new(Arc::clone(&matcher)));
        Self(Arc::new(Inner {
            settings,
            matcher,
            plain,
            secure: OnceLock::new(),
        }))
    }

    /// Sends one request and waits for the whole answer, whatever its status is.
    ///
    /// # Errors
    /// [`HttpError::Address`] for anything but `http:` and `https:` with a host,
    /// [`HttpError::Certificates`], [`HttpError::Unreachable`], [`HttpError::Tls`],
    /// [`HttpError::Timeout`], [`HttpError::TooLong`], [`HttpError::Broken`].
    pub async fn send(
        &self,
        request: http::Request<Vec<u8>>,
        limits: Limits,
    ) -> Result<http::Response<Bytes>, HttpError> {
        let host = error::host_of(request.uri());
        let work = self.exchange(request, limits.body, &host);
        match tokio::time::timeout(limits.deadline, work).await {
            Ok(outcome) => outcome,
            Err(_) => Err(HttpError::Timeout {
                host,
                after: limits.deadline,
            }),
        }
    }

    async fn exchange(
        &self,
        request: http::Request<Vec<u8>>,
        most: usize,
        host: &str,
    ) -> Result<http::Response<Bytes>, HttpError> {
        let request = self.dressed(request);
        let uri = request.uri();
        let known = uri.host().is_some();
        let answer = match uri.scheme_str() {
            Some("https") if known => self.secure()?.request(request).await,
            Some("http") if known => self.0.plain.request(request).await,
            _ => return Err(HttpError::Address),
        };
        let (parts, body) = answer
            .map_err(|error| HttpError::of(&error, host))?
            .into_parts();
        let body = match Limited::new(body, most).collect().await {
            Ok(body) => body.to_bytes(),
            Err(error) if error.is::<LengthLimitError>() => {
                return Err(HttpError::TooLong {
                    host: host.to_owned(),
                    most,
                });
            }
            Err(_) => {
                return Err(HttpError::Broken {
                    host: host.to_owned(),
                });
            }
        };
        Ok(http::Response::from_parts(parts, body))
    }

    /// Adds what every request has, and the proxy's password where the proxy reads the request.
    fn dressed(&self, request: http::Request<Vec<u8>>) -> http::Request<Full<Bytes>> {
        let (mut parts, body) = request.into_parts();
        parts.headers.remove(HOST);
        parts
            .headers
            .entry(USER_AGENT)
            .or_insert(HeaderValue::from_static(AGENT));
        if parts.uri.scheme_str() == Some("http")
            && let Some(proxy) = connect::proxy_for(&self.0.matcher, &parts.uri)
            && let Some(password) = proxy.basic_auth()
        {
            parts.headers.insert(PROXY_AUTHORIZATION, password.clone());
        }
        http::Request::from_parts(parts, Full::new(Bytes::from(body)))
    }

    fn secure(&self) -> Result<&Secure, HttpError> {
        if let Some(made) = self.0.secure.get() {
            return Ok(made);
        }
        let tls = roots::client_config(self.0.settings.ca_bundle.as_deref())?;
        let connector = HttpsConnectorBuilder::new()
            .with_tls_config(tls)
            .https_only()
            .enable_http1()
            .wrap_connector(Tcp::new(Arc::clone(&self.0.matcher)));
        Ok(self.0.secure.get_or_init(|| builder().build(connector)))
    }
}

// Proxies may have a password in their address.
impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("ca_bundle", &self.ca_bundle)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").finish_non_exhaustive()
    }
}

fn builder() -> legacy::Builder {
    let mut builder = legacy::Client::builder(TokioExecutor::new());
    builder
        .pool_timer(TokioTimer::new())
        .pool_idle_timeout(IDLE)
        .pool_max_idle_per_host(1);
    builder
}

#[cfg(test)]
mod tests;
