//! Secrets that are fake by construction: each holds `CANARYFAKE`, in the shape of its provider.
//!
//! **Invariant:** every planted canary is another value, so a hit says which one leaked.

/// The part that every canary has, and nothing else on the host.
pub(crate) const MARK: &str = "CANARYFAKE";

/// What harden has to do with a canary.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// Opens a model provider or an AWS account: gone from every file afterwards.
    Removed,
    /// The gateway or a channel needs it: may stay where the agent reads it.
    Kept,
    /// Opens something else: found, and treated as the report says.
    Reported,
}

/// One planted secret.
#[derive(Clone, Debug)]
pub(crate) struct Canary {
    /// Where it was planted, in a word or two.
    pub(crate) name: &'static str,
    /// Its value.
    pub(crate) value: String,
    /// What harden has to do with it.
    pub(crate) fate: Fate,
}

/// The shape of a provider's secrets.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Shape {
    Anthropic,
    AnthropicOauth,
    OpenAi,
    OpenRouter,
    Gemini,
    Groq,
    Xai,
    HuggingFace,
    AwsKeyId,
    AwsSecret,
    AwsBearer,
    Telegram,
    Slack,
    GitHub,
    GitLab,
    Npm,
    /// No shape of its own: only the field that holds it tells.
    Opaque,
}

impl Canary {
    /// Makes the canary of a name: the same name and shape give the same value.
    pub(crate) fn new(name: &'static str, shape: Shape, fate: Fate) -> Self {
        let value = match shape {
            Shape::Anthropic => format!("sk-ant-api03-{}AA", body(name, 93, ALNUM)),
            Shape::AnthropicOauth => format!("sk-ant-oat01-{}AA", body(name, 93, ALNUM)),
            Shape::OpenAi => format!(
                "sk-proj-{}T3BlbkFJ{}",
                body(name, 74, ALNUM),
                dice(name, 74, ALNUM)
            ),
            Shape::OpenRouter => format!("sk-or-v1-{}", body(name, 64, ALNUM)),
            Shape::Gemini => format!("AIza{}", body(name, 35, ALNUM)),
            Shape::Groq => format!("gsk_{}", body(name, 52, ALNUM)),
            Shape::Xai => format!("xai-{}", body(name, 80, ALNUM)),
            Shape::HuggingFace => format!("hf_{}", body(name, 34, LETTERS)),
            Shape::AwsKeyId => format!("AKIA{}", body(name, 16, BASE32)),
            Shape::AwsSecret => body(name, 40, ALNUM),
            Shape::AwsBearer => format!("ABSK{}", body(name, 128, ALNUM)),
            Shape::Telegram => format!("7{}:AA{}", dice(name, 9, DIGITS), body(name, 33, ALNUM)),
            Shape::Slack => format!(
                "xoxb-{}-{}-{}",
                dice(name, 12, DIGITS),
                dice(name, 12, DIGITS),
                body(name, 24, ALNUM)
            ),
            Shape::GitHub => format!("ghp_{}", body(name, 36, ALNUM)),
            Shape::GitLab => format!("glpat-{}", body(name, 20, ALNUM)),
            Shape::Npm => format!("npm_{}", body(name, 36, ALNUM)),
            Shape::Opaque => body(name, 40, ALNUM),
        };
        Self { name, value, fate }
    }
}

const DIGITS: &[u8] = b"0123456789";
const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const ALNUM: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const BASE32: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

fn body(name: &str, length: usize, alphabet: &[u8]) -> String {
    let rest = length.saturating_sub(MARK.len());
    format!("{MARK}{}", dice(&format!("{name}/body"), rest, alphabet))
}

/// Draws letters that depend on the name only (FNV-1a, then xorshift).
fn dice(name: &str, length: usize, alphabet: &[u8]) -> String {
    let mut state = name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    (0..length)
        .map(|_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            let index = usize::try_from((state >> 20) % alphabet.len() as u64).unwrap();
            char::from(alphabet[index])
        })
        .collect()
}
