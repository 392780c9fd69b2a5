//! AWS: access keys, session tokens, Bedrock API keys, signatures of pre-signed URLs.
//!
//! **Invariant:** data and readers of shapes; nothing here talks to AWS.

use super::sets::DASH_HEX;
use crate::checks;
use crate::engine::{encoding_of, read_pad, read_run};
use crate::fakes::Dice;
use crate::rule::{Confidence, Examples, Part, Read, Reader, Rule, Severity, Shape};
use crate::window::{
    ALNUM, Alphabet, BASE32, BASE64, DOTTED, HEX, LOWER_NUM, UPPER_NUM, WORD, Window, opens_at,
};
use base64::Engine as _;

const REVOKE_KEY: &str = "https://console.aws.amazon.com/iam/home#/security_credentials";

/// How far behind an access key id its secret may stand.
const PAIR_REACH: usize = 160;

const LONG_TERM: &str = "ABSK";

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "aws-access-key-id",
        provider: "AWS",
        title: "AWS access key id",
        severity: Severity::Medium,
        opens: "Names an IAM key; with its secret, everything that its user or role may do.",
        revoke: REVOKE_KEY,
        source: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids",
        prefixes: &["AKIA", "ASIA", "ABIA", "ACCA"],
        shape: Shape::Token(&[Part::Run(UPPER_NUM, 16, 16)]),
        check: checks::aws_key_id,
        env_names: &["AWS_ACCESS_KEY_ID"],
        examples: Examples::Made(|dice| format!("AKIA{}", dice.draw(BASE32, 16))),
        counter_examples: &["AKIAIOSFODNN7EXAMPLE"],
        ..Rule::BLANK
    },
    Rule {
        id: "aws-appsync-api-key",
        provider: "AWS",
        title: "AppSync API key",
        severity: Severity::Medium,
        opens: "The GraphQL API that it belongs to, for at most a year.",
        revoke: "https://console.aws.amazon.com/appsync/home (the API, Settings)",
        source: "https://docs.aws.amazon.com/appsync/latest/devguide/security-authz.html (shape believed)",
        prefixes: &["da2-"],
        shape: Shape::Token(&[Part::Run(LOWER_NUM, 26, 26)]),
        ..Rule::BLANK
    },
    Rule {
        id: "aws-bedrock-api-key",
        provider: "AWS",
        provider_id: "amazon-bedrock",
        title: "Amazon Bedrock API key (long-term)",
        opens: "Model calls on Bedrock until the key expires or is deleted.",
        revoke: "https://console.aws.amazon.com/bedrock/home#/api-keys",
        source: "https://docs.aws.amazon.com/bedrock/latest/userguide/api-keys.html (prefix believed, from issued keys)",
        prefixes: &[LONG_TERM],
        shape: Shape::Token(&[Part::Run(BASE64, 60, 300), Part::Pad(2)]),
        check: checks::bedrock_long_term,
        env_names: &["AWS_BEARER_TOKEN_BEDROCK"],
        examples: Examples::Made(long_term),
        ..Rule::BLANK
    },
    Rule {
        id: "aws-bedrock-short-term-key",
        provider: "AWS",
        provider_id: "amazon-bedrock",
        title: "Amazon Bedrock API key (short-term)",
        severity: Severity::Medium,
        opens: "Model calls on Bedrock for at most 12 hours: a pre-signed URL in base64.",
        revoke: "Expires by itself; end the session of the role that minted it to be sure.",
        source: "https://github.com/aws/aws-bedrock-token-generator-python",
        prefixes: &["bedrock-api-key-"],
        shape: Shape::Token(&[Part::Run(BASE64, 28, 8192), Part::Pad(2)]),
        counter_examples: &["bedrock-api-key-rotation"],
        ..Rule::BLANK
    },
    Rule {
        id: "aws-ecr-token",
        provider: "AWS",
        title: "ECR login token",
        severity: Severity::Medium,
        opens: "Images of the registry, for 12 hours.",
        revoke: "Expires by itself; end the session of the role that minted it to be sure.",
        source: "https://docs.aws.amazon.com/AmazonECR/latest/userguide/registry_auth.html (shape believed)",
        prefixes: &["eyJwYXlsb2FkIjoi"],
        shape: Shape::Token(&[Part::Run(BASE64, 200, 8192), Part::Pad(2)]),
        ..Rule::BLANK
    },
    Rule {
        id: "aws-mws-token",
        provider: "AWS",
        title: "Amazon Marketplace Web Service token",
        opens: "Orders and reports of the seller.",
        revoke: "https://sellercentral.amazon.com (User permissions)",
        source: "https://developer-docs.amazon.com/sp-api/ (shape believed)",
        prefixes: &["amzn.mws."],
        shape: Shape::Token(&[Part::Run(DASH_HEX, 36, 36)]),
        ..Rule::BLANK
    },
    Rule {
        id: "aws-presigned-url",
        provider: "AWS",
        title: "Signature of a pre-signed AWS URL",
        severity: Severity::Medium,
        opens: "The one request that the URL describes, until it expires.",
        revoke: "Expires by itself (at most 7 days); deactivate the key that signed it to be sure.",
        source: "https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html",
        shape: Shape::Read(Reader {
            anchors: &["X-Amz-Signature", "x-amz-signature"],
            opens: false,
            read: signature,
        }),
        examples: Examples::Made(|dice| format!("X-Amz-Signature={}", dice.draw(HEX, 64))),
        ..Rule::BLANK
    },
    Rule {
        id: "aws-secret-access-key",
        provider: "AWS",
        title: "AWS secret access key",
        opens: "Everything that its IAM user or role may do.",
        revoke: REVOKE_KEY,
        source: "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_access-keys.html",
        env_names: &[
            "AWS_SECRET_ACCESS_KEY",
            "AWS_SECRET_KEY",
            "SecretAccessKey",
            "LITESTREAM_SECRET_ACCESS_KEY",
        ],
        examples: Examples::Made(|dice| dice.draw(BASE64, 40)),
        counter_examples: &["wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"],
        ..Rule::BLANK
    },
    Rule {
        id: "aws-session-token",
        provider: "AWS",
        title: "AWS session token",
        severity: Severity::Medium,
        opens: "With its key pair, what the role may do, until the session ends.",
        revoke: "IAM console, the role, Revoke sessions.",
        source: "https://docs.aws.amazon.com/STS/latest/APIReference/API_Credentials.html (prefixes believed)",
        prefixes: &["IQoJb3JpZ2lu", "FwoGZXIvYXdz", "FQoGZXIvYXdz"],
        shape: Shape::Token(&[Part::Run(BASE64, 80, 8192), Part::Pad(2)]),
        env_names: &[
            "AWS_SESSION_TOKEN",
            "AWS_SECURITY_TOKEN",
            "X-Amz-Security-Token",
        ],
        ..Rule::BLANK
    },
    Rule {
        id: "aws-sso-token",
        provider: "AWS",
        title: "IAM Identity Center access or refresh token",
        opens: "Role credentials of every account and permission set of its user.",
        revoke: "IAM Identity Center console, Users, the user, Active sessions.",
        source: "https://docs.aws.amazon.com/singlesignon/latest/OIDCAPIReference/API_CreateToken.html (prefix believed)",
        prefixes: &["aoaAAAAA", "aorAAAAA"],
        shape: Shape::Token(&[
            Part::Run(DOTTED.or(Alphabet::of(b":+/")), 60, 8192),
            Part::Pad(2),
        ]),
        check: checks::mixed,
        ..Rule::BLANK
    },
];

fn long_term(dice: &mut Dice) -> String {
    let name = dice.draw(HEX, 4);
    let secret = dice.draw(BASE64, 44);
    let plain = format!(
        "BedrockAPIKey-{name}-at-{}:{secret}",
        dice.draw(crate::window::DIGIT, 12)
    );
    format!(
        "{}{}",
        LONG_TERM,
        base64::engine::general_purpose::STANDARD.encode(plain)
    )
}

/// Reads `X-Amz-Signature=` and 64 hexadecimal digits.
fn signature(window: &Window<'_>, at: usize) -> Option<Read> {
    const NAME: usize = "X-Amz-Signature".len();
    if !opens_at(window, at, WORD) {
        return None;
    }
    let equals = match window.at(at + NAME)? {
        b'=' => 1,
        b'%' if window.percent_at(at + NAME) == Some(b'=') => 3,
        _ => return None,
    };
    let start = at + NAME + equals;
    let end = read_run(window, start, HEX, 64, 64)?;
    let open = window.at(end).is_none_or(|byte| !ALNUM.has(byte));
    let random = checks::looks_random(window.slice(start..end));
    (open && random).then_some(Read {
        span: start..end,
        confidence: Confidence::High,
        encoding: crate::rule::Encoding::Raw,
    })
}

/// Finds the secret that stands behind an access key id: 40 characters of base64 on their own.
pub(crate) fn secret_after(window: &Window<'_>, from: usize) -> Option<Read> {
    let mut at = from;
    while at < from + PAIR_REACH {
        window.at(at)?;
        if !opens_at(window, at, BASE64) {
            at += 1;
            continue;
        }
        match read_run(window, at, BASE64, 1, 64) {
            Some(end) if is_secret(window, at, end) => {
                return Some(Read {
                    span: at..end,
                    confidence: Confidence::High,
                    encoding: encoding_of(window.slice(at..end)),
                });
            }
            Some(end) => at = end,
            None => at += 1,
        }
    }
    None
}

fn is_secret(window: &Window<'_>, at: usize, end: usize) -> bool {
    let text = window.slice(at..end);
    let members = text.iter().filter(|b| BASE64.has(**b)).count() - escaped(text);
    let padded = read_pad(window, end, 2) > end;
    let mixed = text.iter().any(u8::is_ascii_uppercase)
        && text.iter().any(u8::is_ascii_lowercase)
        && text.iter().any(u8::is_ascii_digit);
    members == 40 && !padded && mixed && checks::looks_random(text) && checks::entropy(text) > 3.8
}

/// Counts the digits of `%2F` and the like, which are letters of base64 but no members here.
fn escaped(text: &[u8]) -> usize {
    text.iter().filter(|b| **b == b'%').count()
}

/// Returns the rule of a secret that is found by its place.
pub(crate) fn secret_rule() -> &'static Rule {
    super::rule("aws-secret-access-key").unwrap_or(&RULES[0])
}
