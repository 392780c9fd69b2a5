//! What the owner asked harden for, and whether it can be right.
//!
//! **Invariant:** a request without problems has values that every file it is written to can
//! hold as they are: no quotes, no line breaks.

use super::Mode;

/// What the owner asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// How far the agent is from a credential.
    pub mode: Mode,
    /// Where models are called, e.g. `us-west-2`.
    pub region: String,
    /// Model ids or inference profile ids or ARNs; the first is the default, the others are its
    /// fallbacks.
    pub models: Vec<String>,
    /// The access portal, e.g. `https://d-1234567890.awsapps.com/start`.
    pub sso_start_url: String,
    /// Where Identity Center is.
    pub sso_region: String,
    /// AWS account, 12 digits.
    pub account: String,
    /// Name of the permission set.
    pub role: String,
    /// Name of the profile in `~/.aws/config`.
    pub profile: String,
}

/// A setting that cannot be right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The option, without dashes.
    pub setting: &'static str,
    /// What is wrong with it.
    pub what: String,
    /// What it has to look like.
    pub expected: &'static str,
}

impl Request {
    /// Everything that cannot be right; empty when the request can be planned.
    #[must_use]
    pub fn problems(&self) -> Vec<Problem> {
        let mut found = Vec::new();
        let mut check = |setting, good: bool, value: &str, expected| {
            if !good {
                let what = if value.is_empty() {
                    "it is empty".to_owned()
                } else {
                    format!("{value:?} does not have its shape")
                };
                found.push(Problem {
                    setting,
                    what,
                    expected,
                });
            }
        };
        check("region", is_region(&self.region), &self.region, REGION);
        check(
            "sso-region",
            is_region(&self.sso_region),
            &self.sso_region,
            REGION,
        );
        check(
            "sso-start-url",
            is_start_url(&self.sso_start_url),
            &self.sso_start_url,
            START_URL,
        );
        check(
            "account",
            is_account(&self.account),
            &self.account,
            "12 digits",
        );
        check("role", is_name(&self.role, 32), &self.role, NAME);
        check("profile", is_name(&self.profile, 64), &self.profile, NAME);
        if self.models.is_empty() {
            check("model", false, "", MODEL);
        }
        for model in &self.models {
            check("model", is_model(model), model, MODEL);
        }
        for model in self.models.iter().filter(|model| is_model(model)) {
            if is_region(&self.region)
                && let Some(reason) = wrong_geography(model, &self.region)
            {
                found.push(Problem {
                    setting: "model",
                    what: reason,
                    expected: GEOGRAPHY,
                });
            }
        }
        found
    }
}

const REGION: &str = "an AWS Region such as us-west-2";
const START_URL: &str = "https://d-1234567890.awsapps.com/start or the portal's own domain";
const NAME: &str = "letters, digits and + = , . @ - _";
const MODEL: &str = "a model id or inference profile of Bedrock, such as \
    us.anthropic.claude-sonnet-4-5-20250929-v1:0, or its ARN (`aws bedrock list-inference-profiles`)";
const GEOGRAPHY: &str = "an inference profile whose prefix belongs to the Region, or global.";

fn is_region(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let letters = |part: &&str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase());
    match parts.as_slice() {
        [geography, middle @ .., number] => {
            geography.len() == 2
                && letters(geography)
                && (1..=2).contains(&middle.len())
                && middle.iter().all(letters)
                && number.len() == 1
                && number.bytes().all(|b| b.is_ascii_digit())
        }
        _ => false,
    }
}

fn is_start_url(text: &str) -> bool {
    let Some(rest) = text.strip_prefix("https://") else {
        return false;
    };
    let (host, path) = rest.split_at(rest.find(['/', '#']).unwrap_or(rest.len()));
    let all = |part: &str, more: &[u8]| {
        part.bytes()
            .all(|b| b.is_ascii_alphanumeric() || more.contains(&b))
    };
    host.contains('.') && all(host, b"-.:") && all(path, b"-._~/#")
}

fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit())
}

fn is_name(text: &str, longest: usize) -> bool {
    (1..=longest).contains(&text.len())
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"+=,.@-_".contains(&b))
}

/// **Source:** <https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStream.html>,
/// the pattern of `modelId`.
fn is_model(text: &str) -> bool {
    let piece = |part: &str| {
        !part.is_empty()
            && part
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"-._".contains(&b))
            && !part.contains("..")
            && part
                .bytes()
                .next()
                .is_some_and(|b| b.is_ascii_alphanumeric())
            && part
                .bytes()
                .last()
                .is_some_and(|b| b.is_ascii_alphanumeric())
    };
    if text.starts_with("arn:") {
        let parts: Vec<&str> = text.splitn(6, ':').collect();
        let [_, partition, service, region, account, resource] = parts.as_slice() else {
            return false;
        };
        let Some((kind, name)) = resource.split_once('/') else {
            return false;
        };
        let kinds = [
            "foundation-model",
            "inference-profile",
            "application-inference-profile",
            "provisioned-model",
            "custom-model",
            "custom-model-deployment",
            "imported-model",
            "prompt-router",
            "default-prompt-router",
        ];
        return partition.starts_with("aws")
            && *service == "bedrock"
            && is_region(region)
            && (account.is_empty() || is_account(account))
            && kinds.contains(&kind)
            && name.split(['/', ':']).all(piece);
    }
    // vendor.model[:version[:context]], with a geography before it for an inference profile
    let mut parts = text.split(':');
    let name = parts.next().unwrap_or_default();
    let words: Vec<&str> = name.split('.').collect();
    words.len() >= 2
        && words.iter().all(|word| piece(word))
        && name
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-.".contains(&b))
        && parts.all(|part| piece(part) && part.len() <= 8)
}

/// An inference profile routes within one geography, and cannot be called from another.
///
/// **Source:** <https://docs.aws.amazon.com/bedrock/latest/userguide/inference-profiles-support.html>
fn wrong_geography(model: &str, region: &str) -> Option<String> {
    let prefix = model.split('.').next().unwrap_or_default();
    let regions: &[&str] = match prefix {
        "us" => &["us-", "ca-"],
        "us-gov" => &["us-gov-"],
        "eu" => &["eu-"],
        "apac" => &["ap-", "me-", "il-"],
        "au" => &["ap-southeast-2", "ap-southeast-4", "ap-southeast-6"],
        "jp" => &["ap-northeast-1", "ap-northeast-3"],
        "ca" => &["ca-"],
        _ => return None,
    };
    let gov = region.starts_with("us-gov-");
    let fits = regions.iter().any(|start| region.starts_with(start)) && (prefix == "us-gov") == gov;
    (!fits).then(|| format!("{model} cannot be called from {region}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(change: impl FnOnce(&mut Request)) -> Vec<String> {
        let mut request = Request {
            mode: Mode::Direct,
            region: "us-west-2".into(),
            models: vec!["us.anthropic.claude-sonnet-4-5-20250929-v1:0".into()],
            sso_start_url: "https://d-1234567890.awsapps.com/start".into(),
            sso_region: "us-east-1".into(),
            account: "123456789012".into(),
            role: "BedrockInvoke".into(),
            profile: "openclaw".into(),
        };
        change(&mut request);
        request
            .problems()
            .into_iter()
            .map(|p| p.setting.to_owned())
            .collect()
    }

    #[test]
    fn a_good_request_has_no_problem() {
        assert!(request(|_| {}).is_empty());
    }

    #[test]
    fn each_setting_is_checked_for_its_shape() {
        type Change = fn(&mut Request);
        let cases: &[(&str, Change)] = &[
            ("region", |r| r.region = "us-west".into()),
            ("region", |r| r.region = "US-WEST-2".into()),
            ("sso-region", |r| r.sso_region = String::new()),
            ("sso-start-url", |r| {
                r.sso_start_url = "http://x.awsapps.com/start".into()
            }),
            ("sso-start-url", |r| {
                r.sso_start_url = "https://x.y/\n[profile z]".into()
            }),
            ("account", |r| r.account = "12345678901".into()),
            ("role", |r| r.role = "Bedrock Invoke".into()),
            ("profile", |r| r.profile = "a]b".into()),
            ("model", |r| r.models.clear()),
            ("model", |r| {
                r.models = vec!["us.anthropic.claude-...".into()]
            }),
            ("model", |r| r.models = vec!["gpt-4".into()]),
            ("model", |r| r.models = vec!["openai/gpt-5".into()]),
            ("model", |r| r.models = vec!["arn:aws:s3:::bucket".into()]),
            ("model", |r| {
                r.models = vec!["eu.anthropic.claude-haiku-4-5-20251001-v1:0".into()]
            }),
        ];
        for (setting, change) in cases {
            assert_eq!(request(change), [*setting], "{setting}");
        }
    }

    #[test]
    fn every_spelling_of_a_model_is_taken() {
        for model in [
            "anthropic.claude-3-haiku-20240307-v1:0",
            "anthropic.claude-3-haiku-20240307-v1:0:200k",
            "global.anthropic.claude-opus-4-5-20251101-v1:0",
            "us.anthropic.claude-opus-4-6-v1",
            "amazon.nova-pro-v1:0",
            "us.meta.llama4-maverick-17b-instruct-v1:0",
            "deepseek.v3-v1:0",
            "openai.gpt-oss-120b-1:0",
            "arn:aws:bedrock:us-west-2:123456789012:application-inference-profile/abc123def456",
            "arn:aws:bedrock:us-west-2::foundation-model/anthropic.claude-3-haiku-20240307-v1:0",
            "arn:aws-us-gov:bedrock:us-gov-west-1:123456789012:inference-profile/us-gov.anthropic.claude-x-v1:0",
        ] {
            assert!(is_model(model), "{model}");
        }
    }
}
