//! The role's allowance: which models it may invoke whole, and which as a stream.
//!
//! Asked by `bedrock` after the signature holds and before a body is looked at.
//!
//! **Invariant:** there is no wildcard and no default; what is not granted is denied, and the two
//! actions are granted separately.
//!
//! **Source:** <https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonbedrock.html>

use crate::sigv4::IssuedKey;

/// Grants one model to the role, by id, inference profile id or ARN.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelGrant {
    model: String,
    invoke: bool,
    stream: bool,
}

impl ModelGrant {
    /// Grants `bedrock:InvokeModel` and `bedrock:InvokeModelWithResponseStream`.
    pub fn both(model: impl Into<String>) -> Self {
        Self {
            model: model.into(),
            invoke: true,
            stream: true,
        }
    }

    /// Grants `bedrock:InvokeModel` alone, which covers Converse and InvokeModel.
    pub fn invoke_only(model: impl Into<String>) -> Self {
        Self {
            model: model.into(),
            invoke: true,
            stream: false,
        }
    }

    /// Grants `bedrock:InvokeModelWithResponseStream` alone, which covers ConverseStream.
    pub fn stream_only(model: impl Into<String>) -> Self {
        Self {
            model: model.into(),
            invoke: false,
            stream: true,
        }
    }
}

/// The two IAM actions that an invocation can need.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    InvokeModel,
    InvokeModelWithResponseStream,
}

impl Action {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::InvokeModel => "bedrock:InvokeModel",
            Self::InvokeModelWithResponseStream => "bedrock:InvokeModelWithResponseStream",
        }
    }
}

/// What the role may do, by resource ARN.
#[derive(Debug)]
pub(crate) struct Allowance {
    region: String,
    account: String,
    granted: Vec<(String, ModelGrant)>,
}

impl Allowance {
    pub(crate) fn new(region: &str, account: &str, grants: &[ModelGrant]) -> Self {
        let mut allowance = Self {
            region: region.to_owned(),
            account: account.to_owned(),
            granted: Vec::new(),
        };
        let granted = grants
            .iter()
            .map(|grant| (allowance.resource(&grant.model), grant.clone()));
        allowance.granted = granted.collect();
        allowance
    }

    /// Denies with the sentence that IAM writes, naming principal, action and resource.
    pub(crate) fn check(&self, key: &IssuedKey, action: Action, model: &str) -> Result<(), String> {
        let resource = self.resource(model);
        let allowed = key.may_invoke
            && self.granted.iter().any(|(arn, grant)| {
                *arn == resource
                    && match action {
                        Action::InvokeModel => grant.invoke,
                        Action::InvokeModelWithResponseStream => grant.stream,
                    }
            });
        if allowed {
            return Ok(());
        }
        let (action, principal) = (action.name(), &key.principal);
        Err(format!(
            "User: {principal} is not authorized to perform: {action} on resource: {resource} \
             because no identity-based policy allows the {action} action"
        ))
    }

    /// Names the ARN that a model id stands for in this region and account.
    fn resource(&self, model: &str) -> String {
        let (region, account) = (&self.region, &self.account);
        let partition = partition(region);
        if model.starts_with("arn:") {
            model.to_owned()
        } else if is_inference_profile(model) {
            format!("arn:{partition}:bedrock:{region}:{account}:inference-profile/{model}")
        } else {
            format!("arn:{partition}:bedrock:{region}::foundation-model/{model}")
        }
    }
}

/// Names the partition that a region belongs to.
pub(crate) fn partition(region: &str) -> &'static str {
    if region.starts_with("cn-") {
        "aws-cn"
    } else if region.starts_with("us-gov-") {
        "aws-us-gov"
    } else {
        "aws"
    }
}

/// Geographies that a system-defined inference profile can start with.
///
/// **Source:** <https://docs.aws.amazon.com/bedrock/latest/userguide/inference-profiles-support.html>
const GEOGRAPHIES: [&str; 8] = ["us", "us-gov", "eu", "apac", "au", "jp", "ca", "global"];

/// Tells `us.anthropic.claude-..` from `anthropic.claude-..`: geography, vendor, model.
fn is_inference_profile(model: &str) -> bool {
    match model.split_once('.') {
        Some((geography, rest)) => GEOGRAPHIES.contains(&geography) && rest.contains('.'),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::minted::Minted;

    const PRINCIPAL: &str = "arn:aws:sts::123456789012:assumed-role/AWSReservedSSO_X_0/someone";

    fn check(grant: ModelGrant, action: Action, model: &str) -> Result<(), String> {
        let key = IssuedKey {
            secret: Minted::given("FAKE"),
            session_token: None,
            expires_at: jiff::Timestamp::MAX,
            principal: PRINCIPAL.to_owned(),
            role_id: String::new(),
            may_invoke: true,
        };
        Allowance::new("us-west-2", "123456789012", &[grant]).check(&key, action, model)
    }

    #[test]
    fn the_two_actions_are_granted_separately() {
        let invoke = || ModelGrant::invoke_only("us.anthropic.claude-x-v1:0");
        let stream = || ModelGrant::stream_only("us.anthropic.claude-x-v1:0");
        let model = "us.anthropic.claude-x-v1:0";
        assert!(check(invoke(), Action::InvokeModel, model).is_ok());
        assert!(check(invoke(), Action::InvokeModelWithResponseStream, model).is_err());
        assert!(check(stream(), Action::InvokeModel, model).is_err());
        assert!(check(stream(), Action::InvokeModelWithResponseStream, model).is_ok());
    }

    #[test]
    fn an_id_and_its_arn_are_the_same_resource() {
        let arn =
            "arn:aws:bedrock:us-west-2:123456789012:inference-profile/us.anthropic.claude-x-v1:0";
        assert!(
            check(
                ModelGrant::both("us.anthropic.claude-x-v1:0"),
                Action::InvokeModel,
                arn
            )
            .is_ok()
        );
        assert!(
            check(
                ModelGrant::both(arn),
                Action::InvokeModel,
                "us.anthropic.claude-x-v1:0"
            )
            .is_ok()
        );
    }

    #[test]
    fn a_profile_does_not_grant_its_model_directly() {
        let denied = check(
            ModelGrant::both("us.anthropic.claude-x-v1:0"),
            Action::InvokeModel,
            "anthropic.claude-x-v1:0",
        );
        assert_eq!(
            denied.unwrap_err(),
            "User: arn:aws:sts::123456789012:assumed-role/AWSReservedSSO_X_0/someone is not \
             authorized to perform: bedrock:InvokeModel on resource: \
             arn:aws:bedrock:us-west-2::foundation-model/anthropic.claude-x-v1:0 because no \
             identity-based policy allows the bedrock:InvokeModel action"
        );
    }
}
