//! `direct`: the agent's own AWS SDK signs, with role credentials that it gets from the cached
//! Identity Center session. The plain setup: nothing of bedlock runs beside the agent.

use super::{AwsProfile, Request, Route};

pub(super) fn route(request: &Request) -> Route {
    let suffix = match request.region.split('-').next() {
        Some("cn") => "amazonaws.com.cn",
        _ => "amazonaws.com",
    };
    Route {
        base_url: format!("https://bedrock-runtime.{}.{suffix}", request.region),
        auth: "aws-sdk",
        environment: vec![
            ("AWS_PROFILE", request.profile.clone()),
            ("AWS_REGION", request.region.clone()),
            // Without it the SDK falls back to the instance role of a cloud host when the
            // session ends, which is another identity than the one that was chosen.
            ("AWS_EC2_METADATA_DISABLED", "true".to_owned()),
        ],
        profile: Some(AwsProfile {
            name: request.profile.clone(),
            session: request.profile.clone(),
            start_url: request.sso_start_url.clone(),
            sso_region: request.sso_region.clone(),
            account: request.account.clone(),
            role: request.role.clone(),
            region: request.region.clone(),
        }),
    }
}
