//! Writes what is no secret: the profile in `~/.aws/config`, and the variables that name it.
//!
//! **Invariant:** other profiles, comments and order stay; what is there already is not written
//! again.

use bedlock_formats::{EditError, Format, ini};

use crate::modes::AwsProfile;

/// The text with the profile and its session; the lines say what changed.
pub(super) fn with_profile(
    text: &[u8],
    profile: &AwsProfile,
) -> Result<(Vec<u8>, Vec<String>), EditError> {
    let mut out = text.to_vec();
    let mut why = Vec::new();
    for (section, key, value) in profile.settings() {
        let next = ini::set(&out, &section, key, value)?;
        if next != out {
            let line = format!("set [{section}]");
            if why.last() != Some(&line) {
                why.push(line);
            }
            out = next;
        }
    }
    Ok((out, why))
}

/// The `.env` text with the variables set.
pub(super) fn with_variables(
    text: &[u8],
    variables: &[(&'static str, String)],
) -> Result<(Vec<u8>, Vec<String>), EditError> {
    let mut out = text.to_vec();
    let mut why = Vec::new();
    for (name, value) in variables {
        let entries = bedlock_formats::entries(Format::Dotenv, &out)?;
        // The last of equal names counts, as in Node's dotenv.
        match entries.iter().rfind(|entry| entry.name() == Some(name)) {
            Some(entry) if entry.value == value.as_bytes() => continue,
            Some(entry) => {
                out = bedlock_formats::replace_value(Format::Dotenv, &out, entry, value)?
            }
            None => {
                if !out.is_empty() && !out.ends_with(b"\n") {
                    out.push(b'\n');
                }
                out.extend_from_slice(format!("{name}={value}\n").as_bytes());
            }
        }
        why.push(format!("set {name}"));
    }
    Ok((out, why))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn profile() -> AwsProfile {
        AwsProfile {
            name: "openclaw".into(),
            session: "openclaw".into(),
            start_url: "https://d-1234567890.awsapps.com/start".into(),
            sso_region: "us-east-1".into(),
            account: "123456789012".into(),
            role: "BedrockInvoke".into(),
            region: "us-west-2".into(),
        }
    }

    #[test]
    fn a_new_file_is_the_one_of_the_post() {
        let (text, why) = with_profile(b"", &profile()).unwrap();
        assert_eq!(
            String::from_utf8(text.clone()).unwrap(),
            "[profile openclaw]\nsso_session = openclaw\nsso_account_id = 123456789012\n\
             sso_role_name = BedrockInvoke\nregion = us-west-2\n\n[sso-session openclaw]\n\
             sso_start_url = https://d-1234567890.awsapps.com/start\nsso_region = us-east-1\n\
             sso_registration_scopes = sso:account:access\n"
        );
        assert_eq!(
            why,
            ["set [profile openclaw]", "set [sso-session openclaw]"]
        );
        assert_eq!(with_profile(&text, &profile()).unwrap(), (text, Vec::new()));
    }

    #[test]
    fn other_profiles_stay_as_they_are() {
        let before = b"# mine\n[profile work]\nregion=eu-west-1\n  s3 =\n    max_queue_size = 10\n";
        let (text, _) = with_profile(before, &profile()).unwrap();
        assert!(
            text.starts_with(before),
            "{}",
            String::from_utf8_lossy(&text)
        );
    }

    #[test]
    fn variables_are_set_once() {
        let wanted = [
            ("AWS_PROFILE", "openclaw".to_owned()),
            ("AWS_REGION", "us-west-2".to_owned()),
        ];
        let (text, why) = with_variables(b"A=1\nAWS_PROFILE=\"other\" # mine", &wanted).unwrap();
        let text_now = String::from_utf8(text.clone()).unwrap();
        assert!(
            text_now.contains("openclaw") && !text_now.contains("other"),
            "{text_now}"
        );
        assert!(
            text_now.ends_with("# mine\nAWS_REGION=us-west-2\n"),
            "{text_now}"
        );
        assert_eq!(why, ["set AWS_PROFILE", "set AWS_REGION"]);
        assert_eq!(with_variables(&text, &wanted).unwrap(), (text, Vec::new()));
    }
}
