//! ntfy: a topic on a server of one's own, or on ntfy.sh.
//!
//! **Invariant:** who knows the topic reads along; a message that is sent stays as it is.
//!
//! **Source:** <https://docs.ntfy.sh/publish/#publish-as-json>

use bedlock_http::{Client, Limits, http};
use bedlock_model::SecretText;
use serde_json::json;

use super::{Answer, Letter, Notifier, NotifyError};

/// A topic.
pub struct Ntfy {
    /// The server, `https://ntfy.sh`.
    pub server: String,
    /// The topic.
    pub topic: String,
    /// The access token, when the topic needs one.
    pub token: Option<SecretText>,
    /// The way to the network.
    pub http: Client,
}

impl Ntfy {
    async fn publish(&self, letter: &Letter) -> Result<Option<String>, NotifyError> {
        let mut body = json!({
            "topic": self.topic,
            "title": letter.title,
            "message": letter.text(),
            "priority": if letter.silent { 2 } else { 4 },
            "tags": ["key"],
        });
        if let Some(link) = &letter.link {
            body["actions"] = json!([{ "action": "view", "label": link.label, "url": link.url }]);
        }
        let mut request = http::Request::post(&self.server)
            .header(http::header::CONTENT_TYPE, "application/json");
        if let Some(token) = &self.token {
            let text = format!("Bearer {}", token.danger_expose());
            let mut value = http::HeaderValue::from_str(&text)
                .map_err(|_| NotifyError::Setup("its token is no plain text"))?;
            value.set_sensitive(true);
            request = request.header(http::header::AUTHORIZATION, value);
        }
        let request = request
            .body(body.to_string().into_bytes())
            .map_err(|_| NotifyError::Setup("its address is none"))?;
        let answer = self.http.send(request, Limits::default()).await?;
        match answer.status().as_u16() {
            200..=299 => Ok(None),
            status => Err(NotifyError::status(status)),
        }
    }
}

impl Notifier for Ntfy {
    fn name(&self) -> &'static str {
        "ntfy"
    }

    fn send<'a>(&'a self, letter: &'a Letter) -> Answer<'a, Result<Option<String>, NotifyError>> {
        Box::pin(self.publish(letter))
    }
}
