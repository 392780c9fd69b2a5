//! Bedrock's runtime: authenticate, authorize, then answer the same words every time.
//!
//! Routed to by `server`; `converse` and `invoke` know the shapes of the operations.
//!
//! **Invariant:** no model runs here and no body is kept; a request is looked at only after its
//! signature and the role's allowance hold.
//!
//! **Source:** <https://docs.aws.amazon.com/bedrock/latest/APIReference/API_Operations_Amazon_Bedrock_Runtime.html>

mod converse;
mod invoke;

use hyper::StatusCode;
use jiff::Timestamp;
use serde_json::json;

use crate::form::percent_decode;
use crate::policy::{Action, Allowance};
use crate::reply::Reply;
use crate::sigv4::{self, IssuedKey, Scope, SignedRequest};

/// The name that credentials for Bedrock's runtime are scoped to.
const SERVICE: &str = "bedrock";
/// The longest model id or ARN that Bedrock takes, in bytes.
const LONGEST_MODEL_ID: usize = 2048;

/// The operations that invoke a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operation {
    Converse,
    ConverseStream,
    InvokeModel,
    InvokeModelWithResponseStream,
}

impl Operation {
    /// Reads `/model/{modelId}/{operation}`; the id is returned percent-decoded.
    pub(crate) fn of(method: &str, path: &str) -> Option<(Self, String)> {
        if method != "POST" {
            return None;
        }
        let (model, operation) = path.strip_prefix("/model/")?.rsplit_once('/')?;
        let operation = match operation {
            "converse" => Self::Converse,
            "converse-stream" => Self::ConverseStream,
            "invoke" => Self::InvokeModel,
            "invoke-with-response-stream" => Self::InvokeModelWithResponseStream,
            _ => return None,
        };
        Some((
            operation,
            String::from_utf8_lossy(&percent_decode(model)).into_owned(),
        ))
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Converse => "bedrock:Converse",
            Self::ConverseStream => "bedrock:ConverseStream",
            Self::InvokeModel => "bedrock:InvokeModel",
            Self::InvokeModelWithResponseStream => "bedrock:InvokeModelWithResponseStream",
        }
    }

    /// The IAM action that the operation needs; Converse has none of its own.
    fn needs(self) -> Action {
        match self {
            Self::Converse | Self::InvokeModel => Action::InvokeModel,
            Self::ConverseStream | Self::InvokeModelWithResponseStream => {
                Action::InvokeModelWithResponseStream
            }
        }
    }
}

/// What the runtime knows about its caller's world.
#[derive(Debug)]
pub(crate) struct Runtime {
    pub(crate) region: String,
    pub(crate) allowance: Allowance,
}

impl Runtime {
    /// Answers one invocation.
    pub(crate) fn answer(
        &self,
        operation: Operation,
        model: &str,
        request: &SignedRequest<'_>,
        now: Timestamp,
        find_key: impl Fn(&str) -> Option<IssuedKey>,
    ) -> Reply {
        let scope = Scope {
            region: &self.region,
            service: SERVICE,
        };
        let key = match sigv4::verify(request, scope, now, find_key) {
            Ok(key) => key,
            Err(refusal) => {
                let (status, name) = refusal.shape();
                return Reply::error(status, name, &refusal.to_string());
            }
        };
        if !is_model_id(model) {
            return invalid("The provided model identifier is invalid.");
        }
        if let Err(denied) = self.allowance.check(&key, operation.needs(), model) {
            let body = json!({ "Message": denied });
            return Reply::shaped_error(StatusCode::FORBIDDEN, "AccessDeniedException", &body);
        }

        let text = format!(
            "Hello from the bedlock sandbox: {model} in {}.",
            self.region
        );
        match operation {
            Operation::Converse => converse::whole(request.body, text),
            Operation::ConverseStream => converse::streamed(request.body, text),
            Operation::InvokeModel => invoke::whole(model, request.body, text),
            Operation::InvokeModelWithResponseStream => invoke::streamed(model, request.body, text),
        }
    }
}

fn is_model_id(model: &str) -> bool {
    (1..=LONGEST_MODEL_ID).contains(&model.len())
        && model
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-._:/".contains(&byte))
}

fn invalid(message: &str) -> Reply {
    Reply::error(StatusCode::BAD_REQUEST, "ValidationException", message)
}

/// The sandbox's tokens are words, each with the space before it.
fn words(text: &str) -> Vec<&str> {
    let mut rest = text;
    let mut words = Vec::new();
    while !rest.is_empty() {
        let after_first = rest
            .char_indices()
            .skip(1)
            .find(|(_, c)| *c == ' ')
            .map(|(i, _)| i);
        let (word, tail) = rest.split_at(after_first.unwrap_or(rest.len()));
        words.push(word);
        rest = tail;
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_model_id_is_decoded_from_its_segment() {
        let profile = "/model/us.anthropic.claude-x-v1%3A0/converse-stream";
        let arn =
            "/model/arn%3Aaws%3Abedrock%3Aus-west-2%3A1%3Ainference-profile%2Fus.a.b/converse";
        assert_eq!(
            Operation::of("POST", profile),
            Some((
                Operation::ConverseStream,
                "us.anthropic.claude-x-v1:0".to_owned()
            ))
        );
        assert_eq!(
            Operation::of("POST", arn),
            Some((
                Operation::Converse,
                "arn:aws:bedrock:us-west-2:1:inference-profile/us.a.b".to_owned()
            ))
        );
        assert_eq!(Operation::of("GET", profile), None);
        assert_eq!(Operation::of("POST", "/model/x/count-tokens"), None);
    }

    #[test]
    fn words_lose_nothing() {
        for text in ["", " ", "one", "one two", "  one  two ", "ünï cödé"] {
            assert_eq!(words(text).concat(), text);
        }
        assert_eq!(words("one two"), ["one", " two"]);
    }
}
