//! One signed model call, as an agent's AWS SDK makes it.
//!
//! Made by `night` with role credentials.
//!
//! **Invariant:** an error quotes no key, no token and no body.
//!
//! **Source:** <https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html>

use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{
    PercentEncodingMode, SignableBody, SignableRequest, SigningSettings, sign,
};
use aws_sigv4::sign::v4::SigningParams;
use bedlock_http::{Client, Limits, Settings, http};
use bedlock_identity::RoleCredentials;
use jiff::Timestamp;
use serde_json::{Value, json};

/// Says hello to a model and returns what it says.
pub(super) async fn converse(
    endpoint: &str,
    region: &str,
    model: &str,
    keys: &RoleCredentials,
    now: Timestamp,
) -> Result<String, String> {
    let url = format!("{endpoint}/model/{}/converse", model.replace(':', "%3A"));
    let body = json!({ "messages": [{ "role": "user", "content": [{ "text": "hi" }] }] });
    let body = body.to_string().into_bytes();
    let mut request = http::Request::post(&url);
    for (name, value) in signature(endpoint, region, &url, &body, keys, now)? {
        request = request.header(name, value);
    }
    let unsent = |_| "write the request".to_owned();
    let request = request.body(body).map_err(unsent)?;
    let client = Client::new(Settings::default());
    let answer = client
        .send(request, Limits::default())
        .await
        .map_err(|error| error.to_string())?;
    let told: Value = serde_json::from_slice(answer.body()).unwrap_or_default();
    match told.pointer("/output/message/content/0/text") {
        Some(Value::String(text)) => Ok(text.clone()),
        _ => Err(format!("call the model: status {}", answer.status())),
    }
}

fn signature(
    endpoint: &str,
    region: &str,
    url: &str,
    body: &[u8],
    keys: &RoleCredentials,
    now: Timestamp,
) -> Result<Vec<(String, String)>, String> {
    let unsigned = |error: &dyn std::fmt::Display| format!("sign the request: {error}");
    let identity = Credentials::builder()
        .access_key_id(&keys.access_key_id)
        .secret_access_key(keys.secret_access_key.danger_expose())
        .session_token(keys.session_token.danger_expose())
        .provider_name("bedlock")
        .build()
        .into();
    let mut settings = SigningSettings::default();
    settings.percent_encoding_mode = PercentEncodingMode::Double;
    let seconds = now.as_second().unsigned_abs();
    let params = SigningParams::builder()
        .identity(&identity)
        .region(region)
        .name("bedrock")
        .time(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds))
        .settings(settings)
        .build()
        .map_err(|error| unsigned(&error))?
        .into();
    let host = endpoint.trim_start_matches("http://");
    let plain = [("host", host)].into_iter();
    let request = SignableRequest::new("POST", url, plain, SignableBody::Bytes(body))
        .map_err(|error| unsigned(&error))?;
    let (instructions, _) = sign(request, &params)
        .map_err(|error| unsigned(&error))?
        .into_parts();
    let headers = instructions.headers();
    Ok(headers
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect())
}
