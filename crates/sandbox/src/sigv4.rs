//! Verifies the AWS Signature Version 4 of a request, as a service of AWS would.
//!
//! Called by `bedrock` with the keys that `identity_center` issued.
//!
//! **Invariant:** verification only; nothing here signs, no query-string signature is accepted, and
//! the payload hash is that of the bytes received, never one that the client claims.
//!
//! **Source:** <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html>

use std::collections::BTreeMap;

use hmac::{Hmac, Mac};
use hyper::StatusCode;
use hyper::header::{AUTHORIZATION, HOST, HeaderMap, HeaderName};
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use sha2::{Digest, Sha256};

use crate::form::{encode, encode_bytes, percent_decode};
use crate::minted::Minted;

const ALGORITHM: &str = "AWS4-HMAC-SHA256";
const ALLOWED_SKEW: SignedDuration = SignedDuration::from_mins(5);
const AMZ_DATE: &str = "x-amz-date";
const SECURITY_TOKEN: &str = "x-amz-security-token";
const CONTENT_HASH: &str = "x-amz-content-sha256";
const AUTHORITY: &str = ":authority";

/// The parts of a request that a signature covers, as they arrived.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SignedRequest<'a> {
    pub(crate) method: &'a str,
    pub(crate) path: &'a str,
    pub(crate) query: &'a str,
    pub(crate) headers: &'a HeaderMap,
    /// The `:authority` pseudo-header of HTTP/2.
    pub(crate) authority: Option<&'a str>,
    pub(crate) body: &'a [u8],
}

/// The region and service that a credential has to be scoped to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scope<'a> {
    pub(crate) region: &'a str,
    pub(crate) service: &'a str,
}

/// A key that was issued, with what is needed to check and to name its holder.
#[derive(Clone, Debug)]
pub(crate) struct IssuedKey {
    pub(crate) secret: Minted,
    pub(crate) session_token: Option<Minted>,
    pub(crate) expires_at: Timestamp,
    pub(crate) principal: String,
    /// The unique id of its role.
    pub(crate) role_id: String,
    /// Whether its role is the one that models are granted to.
    pub(crate) may_invoke: bool,
}

/// Why a request is not authentic.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refusal {
    #[error("Missing Authentication Token")]
    MissingToken,
    #[error("Authentication failed: Please make sure your API Key is valid.")]
    BearerToken,
    #[error("{0}")]
    Incomplete(String),
    #[error("The security token included in the request is invalid.")]
    Unrecognized,
    #[error("The security token included in the request is expired")]
    Expired,
    #[error("{0}")]
    InvalidSignature(String),
}

impl Refusal {
    /// The name that AWS gives the refusal, and its status.
    pub(crate) fn shape(&self) -> (StatusCode, &'static str) {
        let name = match self {
            Self::MissingToken => "MissingAuthenticationTokenException",
            Self::BearerToken => "AccessDeniedException",
            Self::Incomplete(_) => "IncompleteSignatureException",
            Self::Unrecognized => "UnrecognizedClientException",
            Self::Expired => "ExpiredTokenException",
            Self::InvalidSignature(_) => "InvalidSignatureException",
        };
        (StatusCode::FORBIDDEN, name)
    }

    fn signature_mismatch() -> Self {
        Self::InvalidSignature(
            "The request signature we calculated does not match the signature you provided. \
             Check your AWS Secret Access Key and signing method. Consult the service \
             documentation for details."
                .to_owned(),
        )
    }
}

/// Returns the key that signed the request.
///
/// # Errors
/// A [`Refusal`] with the name and sentence of AWS: nothing to verify, a key that was not issued,
/// an expired session, a wrong scope, a clock that is off, or a signature that does not match.
pub(crate) fn verify(
    request: &SignedRequest<'_>,
    scope: Scope<'_>,
    now: Timestamp,
    find_key: impl Fn(&str) -> Option<IssuedKey>,
) -> Result<IssuedKey, Refusal> {
    let claim = Claim::parse(authorization(request.headers)?)?;
    let date = single(request.headers, AMZ_DATE).ok_or_else(|| {
        Refusal::Incomplete(
            "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header."
                .to_owned(),
        )
    })?;

    let key = find_key(claim.access_key_id).ok_or(Refusal::Unrecognized)?;
    let token = key.session_token.as_ref().map(Minted::expose);
    if single(request.headers, SECURITY_TOKEN) != token {
        return Err(Refusal::Unrecognized);
    }
    if key.expires_at <= now {
        return Err(Refusal::Expired);
    }

    claim.check_scope(scope, date)?;
    check_date(date, now)?;
    claim.check_signed_headers(request)?;

    let payload_hash = hex::encode(Sha256::digest(request.body));
    if single(request.headers, CONTENT_HASH).is_some_and(|claimed| claimed != payload_hash) {
        return Err(Refusal::signature_mismatch());
    }
    let canonical = canonical_request(request, &claim.signed_headers, &payload_hash)?;
    let to_sign = format!(
        "{ALGORITHM}\n{date}\n{}\n{}",
        claim.scope_text(),
        hex::encode(Sha256::digest(canonical))
    );
    let signature = hex::decode(claim.signature).map_err(|_| Refusal::signature_mismatch())?;
    mac(&claim.signing_key(key.secret.expose()), &to_sign)
        .verify_slice(&signature)
        .map_err(|_| Refusal::signature_mismatch())?;
    Ok(key)
}

/// Returns a header that stands there once; one that is repeated says nothing.
fn single<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?.to_str().ok()?;
    values.next().is_none().then_some(value)
}

fn authorization(headers: &HeaderMap) -> Result<&str, Refusal> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let value = values.next().ok_or(Refusal::MissingToken)?;
    let value = value.to_str().map_err(|_| Refusal::MissingToken)?;
    if values.next().is_some() {
        return Err(Refusal::MissingToken);
    }
    match value.split_once(' ') {
        Some((scheme, _)) if scheme.eq_ignore_ascii_case("bearer") => Err(Refusal::BearerToken),
        Some((ALGORITHM, parameters)) => Ok(parameters),
        _ => Err(Refusal::MissingToken),
    }
}

/// What the `Authorization` header claims.
struct Claim<'a> {
    access_key_id: &'a str,
    day: &'a str,
    region: &'a str,
    service: &'a str,
    signed_headers: Vec<&'a str>,
    signature: &'a str,
}

impl<'a> Claim<'a> {
    fn parse(parameters: &'a str) -> Result<Self, Refusal> {
        let mut named = BTreeMap::new();
        for parameter in parameters.split(',') {
            if let Some((name, value)) = parameter.trim().split_once('=') {
                named.insert(name, value);
            }
        }
        let want = |name: &str| {
            named
                .get(name)
                .copied()
                .filter(|value| !value.is_empty())
                .ok_or_else(|| {
                    Refusal::Incomplete(format!(
                        "Authorization header requires '{name}' parameter."
                    ))
                })
        };
        let credential: Vec<&str> = want("Credential")?.split('/').collect();
        let [access_key_id, day, region, service, "aws4_request"] = credential[..] else {
            return Err(Refusal::Incomplete(
                "Credential must have exactly 5 slash-delimited elements, e.g. \
                 keyid/date/region/service/term."
                    .to_owned(),
            ));
        };
        let signed_headers = want("SignedHeaders")?.split(';').collect();
        let signature = want("Signature")?;
        Ok(Self {
            access_key_id,
            day,
            region,
            service,
            signed_headers,
            signature,
        })
    }

    fn scope_text(&self) -> String {
        format!("{}/{}/{}/aws4_request", self.day, self.region, self.service)
    }

    fn check_scope(&self, scope: Scope<'_>, date: &str) -> Result<(), Refusal> {
        if self.region != scope.region {
            return Err(Refusal::InvalidSignature(
                "Credential should be scoped to a valid region.".to_owned(),
            ));
        }
        if self.service != scope.service {
            return Err(Refusal::InvalidSignature(format!(
                "Credential should be scoped to correct service: '{}'.",
                scope.service
            )));
        }
        if date.get(..8) != Some(self.day) {
            return Err(Refusal::InvalidSignature(
                "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date \
                 from HTTP."
                    .to_owned(),
            ));
        }
        Ok(())
    }

    /// Requires the host and every `x-amz-` header that is present to be covered.
    fn check_signed_headers(&self, request: &SignedRequest<'_>) -> Result<(), Refusal> {
        let signed = |name: &str| self.signed_headers.contains(&name);
        if !signed("host") && !signed(AUTHORITY) {
            return Err(Refusal::InvalidSignature(
                "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization."
                    .to_owned(),
            ));
        }
        let uncovered: Vec<&str> = request
            .headers
            .keys()
            .map(HeaderName::as_str)
            .filter(|name| name.starts_with("x-amz-") && !signed(name))
            .collect();
        if uncovered.is_empty() {
            return Ok(());
        }
        Err(Refusal::InvalidSignature(format!(
            "There were headers present in the request which were not signed: {}",
            uncovered.join(", ")
        )))
    }

    fn signing_key(&self, secret: &str) -> Vec<u8> {
        let mut key = format!("AWS4{secret}").into_bytes();
        for part in [self.day, self.region, self.service, "aws4_request"] {
            key = mac(&key, part).finalize().into_bytes().to_vec();
        }
        key
    }
}

#[expect(clippy::expect_used, reason = "HMAC takes a key of any length")]
fn mac(key: &[u8], message: &str) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("any key length is valid");
    mac.update(message.as_bytes());
    mac
}

fn check_date(date: &str, now: Timestamp) -> Result<(), Refusal> {
    let signed_at = parse_basic(date).ok_or_else(|| {
        Refusal::Incomplete(
            "Date must be in ISO-8601 'basic format': YYYYMMDD'T'HHMMSS'Z'.".to_owned(),
        )
    })?;
    let (earliest, latest) = (now - ALLOWED_SKEW, now + ALLOWED_SKEW);
    if signed_at < earliest {
        return Err(Refusal::InvalidSignature(format!(
            "Signature expired: {date} is now earlier than {} ({} - 5 min.)",
            basic(earliest),
            basic(now)
        )));
    }
    if signed_at > latest {
        return Err(Refusal::InvalidSignature(format!(
            "Signature not yet current: {date} is still later than {} ({} + 5 min.)",
            basic(latest),
            basic(now)
        )));
    }
    Ok(())
}

fn basic(instant: Timestamp) -> String {
    instant.strftime("%Y%m%dT%H%M%SZ").to_string()
}

fn parse_basic(date: &str) -> Option<Timestamp> {
    let shape_holds = date.len() == 16
        && date.bytes().enumerate().all(|(index, byte)| match index {
            8 => byte == b'T',
            15 => byte == b'Z',
            _ => byte.is_ascii_digit(),
        });
    if !shape_holds {
        return None;
    }
    let part = |range: std::ops::Range<usize>| date.get(range)?.parse::<i8>().ok();
    let year = date.get(..4)?.parse().ok()?;
    let civil = DateTime::new(
        year,
        part(4..6)?,
        part(6..8)?,
        part(9..11)?,
        part(11..13)?,
        part(13..15)?,
        0,
    )
    .ok()?;
    TimeZone::UTC.to_timestamp(civil).ok()
}

fn canonical_request(
    request: &SignedRequest<'_>,
    signed_headers: &[&str],
    payload_hash: &str,
) -> Result<String, Refusal> {
    let mut headers = String::new();
    for name in signed_headers {
        let value = canonical_header(request, name).ok_or_else(Refusal::signature_mismatch)?;
        headers.push_str(&format!("{name}:{value}\n"));
    }
    Ok(format!(
        "{}\n{}\n{}\n{headers}\n{}\n{payload_hash}",
        request.method,
        canonical_path(request.path),
        canonical_query(request.query),
        signed_headers.join(";")
    ))
}

/// Joins the values of a header with commas, each trimmed and its runs of spaces collapsed.
fn canonical_header(request: &SignedRequest<'_>, name: &str) -> Option<String> {
    if name == AUTHORITY {
        return request.authority.map(str::to_owned);
    }
    if name == HOST.as_str() && !request.headers.contains_key(HOST) {
        return request.authority.map(str::to_owned);
    }
    let mut values = Vec::new();
    for value in request.headers.get_all(name) {
        let text = std::str::from_utf8(value.as_bytes()).ok()?;
        values.push(text.split_ascii_whitespace().collect::<Vec<_>>().join(" "));
    }
    (!values.is_empty()).then(|| values.join(","))
}

/// Normalises the path as it was sent and encodes it once more, as every service but S3 does.
fn canonical_path(path: &str) -> String {
    let mut segments: Vec<&str> = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => {
                segments.pop();
            }
            other => segments.push(other),
        }
    }
    let encoded: Vec<String> = segments.into_iter().map(encode).collect();
    let mut canonical = format!("/{}", encoded.join("/"));
    if path.ends_with('/') && canonical.len() > 1 {
        canonical.push('/');
    }
    canonical
}

/// Sorts the query's parameters by their encoded name and value.
fn canonical_query(query: &str) -> String {
    let mut pairs: Vec<(String, String)> = query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (
                encode_bytes(&percent_decode(name)),
                encode_bytes(&percent_decode(value)),
            )
        })
        .collect();
    pairs.sort();
    let pairs: Vec<String> = pairs
        .into_iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    pairs.join("&")
}

#[cfg(test)]
#[path = "sigv4_tests.rs"]
mod tests;
