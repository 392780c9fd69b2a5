//! STS as far as it says who somebody is: `GetCallerIdentity`, which needs no permission.
//!
//! Routed to by `server` for forms that are posted to `/`.
//!
//! **Invariant:** only a valid signature is answered with a name; no credentials are issued here.
//!
//! **Source:** <https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html>

use hyper::StatusCode;
use hyper::header::{AUTHORIZATION, HeaderMap};
use jiff::Timestamp;

use crate::form::parameter;
use crate::minted;
use crate::reply::Reply;
use crate::sigv4::{self, IssuedKey, Refusal, Scope, SignedRequest};

const NAMESPACE: &str = "https://sts.amazonaws.com/doc/2011-06-15/";
/// The region of the global endpoint, which older clients use whatever their region is.
const GLOBAL: &str = "us-east-1";

/// Answers one call.
pub(crate) fn answer(
    region: &str,
    request: &SignedRequest<'_>,
    now: Timestamp,
    find_key: impl Fn(&str) -> Option<IssuedKey>,
) -> Reply {
    let scope = Scope {
        region: if is_global(request.headers) {
            GLOBAL
        } else {
            region
        },
        service: "sts",
    };
    let key = match sigv4::verify(request, scope, now, find_key) {
        Ok(key) => key,
        Err(refusal) => {
            let (status, code) = shape(&refusal);
            return error(status, code, &refusal.to_string());
        }
    };
    let form = String::from_utf8_lossy(request.body);
    if parameter(&form, "Action").as_deref() != Some("GetCallerIdentity") {
        let sentence = "The sandbox answers GetCallerIdentity only";
        return error(StatusCode::BAD_REQUEST, "InvalidAction", sentence);
    }
    let account = key.principal.split(':').nth(4).unwrap_or_default();
    let session = key.principal.rsplit('/').next().unwrap_or_default();
    Reply::xml(
        StatusCode::OK,
        None,
        format!(
            "<GetCallerIdentityResponse xmlns=\"{NAMESPACE}\">\n  <GetCallerIdentityResult>\n    \
             <Arn>{}</Arn>\n    <UserId>{}:{session}</UserId>\n    <Account>{account}</Account>\n  \
             </GetCallerIdentityResult>\n  <ResponseMetadata>\n    <RequestId>{}</RequestId>\n  \
             </ResponseMetadata>\n</GetCallerIdentityResponse>\n",
            key.principal,
            key.role_id,
            minted::request_id()
        ),
    )
}

fn is_global(headers: &HeaderMap) -> bool {
    let signed = headers.get(AUTHORIZATION).map(|value| value.as_bytes());
    let wanted = format!("/{GLOBAL}/sts/");
    signed.is_some_and(|signed| {
        let mut places = signed.windows(wanted.len());
        places.any(|place| place == wanted.as_bytes())
    })
}

/// The names that STS has for what other services call exceptions.
fn shape(refusal: &Refusal) -> (StatusCode, &'static str) {
    match refusal {
        Refusal::MissingToken => (StatusCode::FORBIDDEN, "MissingAuthenticationToken"),
        Refusal::BearerToken => (StatusCode::FORBIDDEN, "AccessDenied"),
        Refusal::Incomplete(_) => (StatusCode::BAD_REQUEST, "IncompleteSignature"),
        Refusal::Unrecognized => (StatusCode::FORBIDDEN, "InvalidClientTokenId"),
        Refusal::Expired => (StatusCode::FORBIDDEN, "ExpiredToken"),
        Refusal::InvalidSignature(_) => (StatusCode::FORBIDDEN, "SignatureDoesNotMatch"),
    }
}

/// An error as the query protocol writes it; none of the sentences has a character to escape.
pub(crate) fn error(status: StatusCode, code: &'static str, message: &str) -> Reply {
    let fault = if status.is_server_error() {
        "Receiver"
    } else {
        "Sender"
    };
    let body = format!(
        "<ErrorResponse xmlns=\"{NAMESPACE}\">\n  <Error>\n    <Type>{fault}</Type>\n    \
         <Code>{code}</Code>\n    <Message>{}</Message>\n  </Error>\n  \
         <RequestId>{}</RequestId>\n</ErrorResponse>\n",
        message.replace('&', "&amp;").replace('<', "&lt;"),
        minted::request_id()
    );
    Reply::xml(status, Some(code), body)
}
