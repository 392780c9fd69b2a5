//! The address that the browser comes back to: a server for one answer, on 127.0.0.1.
//!
//! Used by `pkce`.
//!
//! **Invariant:** only the path, the host and the state that were sent out are taken; every other
//! request (an icon, a scanner, another page) gets an answer and changes nothing.

use std::convert::Infallible;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

use bedlock_host::HostError;
use bedlock_model::SecretText;
use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::header::{
    CACHE_CONTROL, CONNECTION, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HOST, HeaderValue,
    REFERRER_POLICY,
};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use percent_encoding::percent_decode_str;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, oneshot};

use crate::IdentityError;

const PATH: &str = "/oauth/callback";
/// How long the page waits for the exchange of the code.
const HELD: Duration = Duration::from_secs(45);
/// How long the last page may take on its way.
const LAST: Duration = Duration::from_secs(3);

/// How a sign-in went, for the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    SignedIn,
    Again,
    Failed,
    Denied,
}

/// What the browser brought.
#[derive(Debug)]
pub(super) struct Back {
    pub(super) code: SecretText,
    page: oneshot::Sender<Outcome>,
    sent: mpsc::Receiver<()>,
}

impl Back {
    /// Shows the person how it went, and waits until the page is out.
    pub(super) async fn answer(mut self, outcome: Outcome) {
        if self.page.send(outcome).is_ok() {
            // Without an answer the page says that it does not know; there is nothing to wait for.
            let _ = tokio::time::timeout(LAST, self.sent.recv()).await;
        }
    }
}

/// What a request with the right state brought.
enum Came {
    Code(SecretText, oneshot::Sender<Outcome>),
    Denied,
    Error,
}

/// The server.
pub(super) struct Callback {
    listener: TcpListener,
    port: u16,
    state: String,
}

impl Callback {
    /// Takes a free port.
    pub(super) async fn listen(state: String) -> Result<Self, IdentityError> {
        let fault = |error: std::io::Error| HostError::Program {
            program: "a server on 127.0.0.1".to_owned(),
            reason: error.to_string(),
        };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
            .await
            .map_err(fault)?;
        let port = listener.local_addr().map_err(fault)?.port();
        Ok(Self {
            listener,
            port,
            state,
        })
    }

    /// The address to come back to.
    pub(super) fn redirect(&self) -> String {
        format!("http://127.0.0.1:{}{PATH}", self.port)
    }

    /// Serves until the code is there. Connections are closed when the future is dropped.
    pub(super) async fn code(self) -> Result<Back, IdentityError> {
        let (came, mut coming) = mpsc::channel(1);
        let (sent, gone) = mpsc::channel(1);
        let shared = Arc::new(Shared {
            port: self.port,
            state: self.state,
            came,
        });
        let mut connections = tokio::task::JoinSet::new();
        let first = loop {
            tokio::select! {
                accepted = self.listener.accept() => {
                    if let Ok((stream, _)) = accepted {
                        connections.spawn(serve(stream, Arc::clone(&shared), sent.clone()));
                    }
                }
                Some(first) = coming.recv() => break first,
            }
        };
        // Connections end by themselves, and the page is still to be written.
        connections.detach_all();
        match first {
            Came::Code(code, page) => Ok(Back {
                code,
                page,
                sent: gone,
            }),
            Came::Denied => Err(IdentityError::Denied),
            Came::Error => Err(IdentityError::Callback {
                what: "an error of the sign-in service",
            }),
        }
    }
}

struct Shared {
    port: u16,
    state: String,
    came: mpsc::Sender<Came>,
}

async fn serve(stream: TcpStream, shared: Arc<Shared>, sent: mpsc::Sender<()>) {
    let service = service_fn(move |request| {
        let shared = Arc::clone(&shared);
        async move { Ok::<_, Infallible>(shared.answer(&request).await) }
    });
    let connection = http1::Builder::new()
        .keep_alive(false)
        .max_buf_size(16 << 10)
        .serve_connection(TokioIo::new(stream), service);
    // A browser opens connections ahead and leaves them; the deadline closes those.
    let _ = tokio::time::timeout(HELD + LAST, connection).await;
    let _ = sent.try_send(());
}

impl Shared {
    async fn answer(&self, request: &Request<Incoming>) -> Response<Full<Bytes>> {
        let here = [
            format!("127.0.0.1:{}", self.port),
            format!("localhost:{}", self.port),
        ];
        let host = request
            .headers()
            .get(HOST)
            .and_then(|host| host.to_str().ok());
        if !host.is_some_and(|host| here.iter().any(|here| here == host)) {
            return page(StatusCode::MISDIRECTED_REQUEST, "Not here", "");
        }
        if request.uri().path() != PATH {
            return page(StatusCode::NOT_FOUND, "Not found", "");
        }
        if request.method() != Method::GET {
            return page(StatusCode::METHOD_NOT_ALLOWED, "Only GET is answered", "");
        }
        let query = request.uri().query().unwrap_or_default();
        let field = |name: &str| parameter(query, name).filter(|value| !value.is_empty());
        if !field("state").is_some_and(|state| same(&state, &self.state)) {
            return page(
                StatusCode::BAD_REQUEST,
                "This link does not belong to the sign-in that is running",
                "Start again with bedlock login, and use the link that it shows.",
            );
        }
        if let Some(error) = field("error") {
            let denied = error == "access_denied";
            let _ = self
                .came
                .send(if denied { Came::Denied } else { Came::Error })
                .await;
            return show(if denied {
                Outcome::Denied
            } else {
                Outcome::Failed
            });
        }
        let Some(code) = field("code") else {
            return page(StatusCode::BAD_REQUEST, "The code is missing", "");
        };
        let (tell, told) = oneshot::channel();
        let came = Came::Code(SecretText::new(code), tell);
        if self.came.try_send(came).is_err() {
            return page(StatusCode::CONFLICT, "This link was used already", "");
        }
        match tokio::time::timeout(HELD, told).await {
            Ok(Ok(outcome)) => show(outcome),
            _ => show(Outcome::Failed),
        }
    }
}

fn show(outcome: Outcome) -> Response<Full<Bytes>> {
    let (title, text) = match outcome {
        Outcome::SignedIn => (
            "Signed in",
            "You can close this page. The terminal shows until when the session is good.",
        ),
        Outcome::Again => (
            "Once more, please",
            "The sign-in service had forgotten this program. A new page opens, or the terminal shows \
             a new link.",
        ),
        Outcome::Denied => (
            "Denied",
            "Nobody was signed in. If that was not you, there is nothing more to do.",
        ),
        Outcome::Failed => (
            "Not signed in",
            "Look at the terminal: it says what went wrong and what to type next.",
        ),
    };
    page(StatusCode::OK, title, text)
}

fn page(status: StatusCode, title: &str, text: &str) -> Response<Full<Bytes>> {
    let body = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>bedlock: {title}</title>\
         <meta name=\"viewport\" content=\"width=device-width\"><style>body{{font:1.1rem/1.5 \
         system-ui,sans-serif;max-width:34rem;margin:18vh auto;padding:0 1rem;color-scheme:light \
         dark}}</style><h1>{title}</h1><p>{text}</p></html>\n"
    );
    let mut response = Response::new(Full::new(Bytes::from(body)));
    *response.status_mut() = status;
    for (name, value) in [
        (CONTENT_TYPE, "text/html; charset=utf-8"),
        (CACHE_CONTROL, "no-store"),
        (CONNECTION, "close"),
        (REFERRER_POLICY, "no-referrer"),
        (
            CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
        ),
    ] {
        response
            .headers_mut()
            .insert(name, HeaderValue::from_static(value));
    }
    response
}

fn parameter(query: &str, name: &str) -> Option<String> {
    query.split('&').find_map(|pair| {
        let (found, value) = pair.split_once('=')?;
        (found == name).then(|| {
            let value = value.replace('+', " ");
            percent_decode_str(&value).decode_utf8_lossy().into_owned()
        })
    })
}

/// Compares without telling by its time where the difference is.
fn same(one: &str, other: &str) -> bool {
    one.len() == other.len()
        && one
            .bytes()
            .zip(other.bytes())
            .fold(0, |sum, (a, b)| sum | (a ^ b))
            == 0
}

#[cfg(test)]
mod tests;
