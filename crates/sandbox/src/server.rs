//! The socket: one loopback port that serves HTTP/1.1 and HTTP/2 with prior knowledge.
//!
//! Run by [`crate::Sandbox`] on a thread of its own; the AWS SDK for JavaScript speaks HTTP/2 to
//! Bedrock without asking, everything else speaks HTTP/1.1.
//!
//! **Invariant:** bodies, waiting times and open connections are bounded, and what the log keeps
//! is decided in one place.

use std::sync::Arc;
use std::time::Duration;

use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::http::request::Parts;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode, Version};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use serde_json::json;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, oneshot};

use crate::bedrock::{self, Runtime};
use crate::clock::{Clock, later};
use crate::faults::{Fault, Faults, Service};
use crate::identity_center::{IdentityCenter, browser, oidc, portal};
use crate::reply::{Broken, Reply, ReplyBody};
use crate::request_log::{RequestLog, RequestRecord};
use crate::sigv4::SignedRequest;
use crate::sts;
use crate::telegram::{self, Telegram};

/// What Bedrock takes is 20 MB; base64 in JSON makes it a little more.
const LONGEST_BODY: usize = 28 << 20;
const LONGEST_WAIT: Duration = Duration::from_secs(30);
const MOST_CONNECTIONS: usize = 256;
/// How much of a path the log keeps, in characters.
const LOGGED_PATH: usize = 4096;

/// Everything that a request can touch.
#[derive(Debug)]
pub(crate) struct World {
    /// Where the sandbox listens, such as `http://127.0.0.1:41234`.
    pub(crate) endpoint: String,
    pub(crate) identity_center: IdentityCenter,
    pub(crate) runtime: Runtime,
    pub(crate) telegram: Telegram,
    pub(crate) faults: Faults,
    pub(crate) log: RequestLog,
    pub(crate) clock: Clock,
}

/// Accepts connections until told to stop.
pub(crate) async fn serve(listener: TcpListener, world: Arc<World>, stop: oneshot::Receiver<()>) {
    tokio::select! {
        () = accept(listener, world) => {}
        _ = stop => {}
    }
}

async fn accept(listener: TcpListener, world: Arc<World>) {
    let slots = Arc::new(Semaphore::new(MOST_CONNECTIONS));
    while let Ok(slot) = Arc::clone(&slots).acquire_owned().await {
        match listener.accept().await {
            Ok((stream, _)) => {
                let world = Arc::clone(&world);
                tokio::spawn(async move {
                    serve_connection(stream, world).await;
                    drop(slot);
                });
            }
            // Out of file descriptors, or a peer that left before it was accepted: both pass.
            Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
        }
    }
}

async fn serve_connection(stream: TcpStream, world: Arc<World>) {
    let service = service_fn(move |request| {
        let world = Arc::clone(&world);
        async move { respond(request, &world).await }
    });
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(LONGEST_WAIT);
    builder.http2().timer(TokioTimer::new());
    // A peer that breaks off or breaks the protocol is its own loss; there is nobody to tell.
    let _ = builder
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

async fn respond(request: Request<Incoming>, world: &World) -> Result<Response<ReplyBody>, Broken> {
    let (parts, body) = request.into_parts();
    let route = Route::of(&parts);
    let reply = match read(body).await {
        Ok(body) => faulty(&route, world, &parts, &body).await,
        Err(reply) => reply,
    };
    let now = world.clock.now();
    world.log.push(RequestRecord {
        at: now,
        method: parts.method.as_str().chars().take(16).collect(),
        path: route.logged_path(parts.uri.path()),
        action: route.action(),
        model: route
            .model()
            .map(|model| model.chars().take(LOGGED_PATH).collect()),
        status: reply.status.as_u16(),
        error: reply.error,
        http_version: format!("{:?}", parts.version),
    });
    reply.into_response(now)
}

/// Answers a request, or does to it what a test asked for.
async fn faulty(route: &Route, world: &World, parts: &Parts, body: &Bytes) -> Reply {
    let faults = world.faults.take(route.action());
    for fault in &faults {
        if let Fault::Delay(span) = fault {
            let end = later(world.clock.now(), *span);
            world.clock.sleep_until(end).await;
        }
    }
    let instead = faults
        .iter()
        .find_map(|fault| fault.instead(route.service()));
    let mut reply = match instead {
        Some(reply) => reply,
        None => route.answer(world, parts, body).await,
    };
    for fault in &faults {
        fault.spoil(&mut reply);
    }
    reply
}

async fn read(body: Incoming) -> Result<Bytes, Reply> {
    let collected = Limited::new(body, LONGEST_BODY).collect();
    match tokio::time::timeout(LONGEST_WAIT, collected).await {
        Ok(Ok(body)) => Ok(body.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(Reply::error(
            StatusCode::PAYLOAD_TOO_LARGE,
            "RequestEntityTooLargeException",
            "Request body is too large",
        )),
        Ok(Err(_)) | Err(_) => Err(Reply::error(
            StatusCode::REQUEST_TIMEOUT,
            "RequestTimeoutException",
            "The request body did not arrive in time",
        )),
    }
}

/// Which operation a method and a path name. It may hold a token, so it is never printed.
enum Route {
    Portal(portal::Operation),
    Oidc(oidc::Operation),
    Browser(browser::Operation),
    /// A method and the token that it was called with.
    Telegram(telegram::Method, String),
    Bedrock(bedrock::Operation, String),
    Sts,
    Unknown,
}

impl Route {
    fn of(parts: &Parts) -> Self {
        let (method, path) = (parts.method.as_str(), parts.uri.path());
        if (method, path) == ("POST", "/") {
            return Self::Sts;
        }
        if let Some(operation) = portal::Operation::of(method, path) {
            return Self::Portal(operation);
        }
        if let Some(operation) = oidc::Operation::of(method, path) {
            return Self::Oidc(operation);
        }
        if let Some(operation) = browser::Operation::of(method, path) {
            return Self::Browser(operation);
        }
        if let Some((method, token)) = telegram::Method::of(path) {
            return Self::Telegram(method, token.to_owned());
        }
        match bedrock::Operation::of(method, path) {
            Some((operation, model)) => Self::Bedrock(operation, model),
            None => Self::Unknown,
        }
    }

    async fn answer(&self, world: &World, parts: &Parts, body: &Bytes) -> Reply {
        let now = world.clock.now();
        let center = &world.identity_center;
        let query = parts.uri.query().unwrap_or_default();
        let over_http2 = parts.version == Version::HTTP_2;
        let authority = parts.uri.authority().filter(|_| over_http2);
        let authority = authority.map(|authority| authority.as_str());
        let signed = SignedRequest {
            method: parts.method.as_str(),
            path: parts.uri.path(),
            query,
            headers: &parts.headers,
            authority,
            body,
        };
        let find_key = |id: &str| center.find_key(id);
        match self {
            Self::Portal(operation) => {
                portal::answer(center, *operation, &parts.headers, query, now)
            }
            Self::Oidc(operation) => oidc::answer(center, *operation, &world.endpoint, body, now),
            Self::Browser(operation) => {
                let visit = browser::Visit {
                    operation: *operation,
                    query,
                    headers: &parts.headers,
                    authority,
                    body,
                };
                browser::answer(center, &visit, now)
            }
            Self::Telegram(method, token) => {
                let telegram = &world.telegram;
                let answered = telegram.answer(*method, token, query, &parts.headers, body);
                answered.await
            }
            Self::Bedrock(operation, model) => {
                let runtime = &world.runtime;
                runtime.answer(*operation, model, &signed, now, find_key)
            }
            Self::Sts => sts::answer(&world.runtime.region, &signed, now, find_key),
            Self::Unknown => unknown_operation(),
        }
    }

    fn action(&self) -> &'static str {
        match self {
            Self::Portal(operation) => operation.action(),
            Self::Oidc(operation) => operation.action(),
            Self::Browser(operation) => operation.action(),
            Self::Telegram(method, _) => method.action(),
            Self::Bedrock(operation, _) => operation.name(),
            Self::Sts => "sts:GetCallerIdentity",
            Self::Unknown => "unknown",
        }
    }

    fn service(&self) -> Service {
        match self {
            Self::Portal(_) => Service::Portal,
            Self::Oidc(_) => Service::Oidc,
            Self::Telegram(..) => Service::Telegram,
            Self::Bedrock(..) => Service::Bedrock,
            Self::Sts => Service::Sts,
            Self::Browser(_) | Self::Unknown => Service::Other,
        }
    }

    fn model(&self) -> Option<&str> {
        match self {
            Self::Bedrock(_, model) => Some(model),
            _ => None,
        }
    }

    fn logged_path(&self, path: &str) -> String {
        match self {
            Self::Unknown => "-".to_owned(),
            Self::Telegram(method, _) => method.logged_path().to_owned(),
            _ => path.chars().take(LOGGED_PATH).collect(),
        }
    }
}

fn unknown_operation() -> Reply {
    let body = json!({
        "Output": { "__type": "com.amazon.coral.service#UnknownOperationException" },
        "Version": "1.0",
    });
    Reply::shaped_error(StatusCode::NOT_FOUND, "UnknownOperationException", &body)
}
