//! Sign-ins that wait for a person: by device code, or by a browser that comes back with a code.
//!
//! `oidc` starts and polls them, `browser` shows and decides them, [`crate::Sandbox`] decides them
//! for tests.
//!
//! **Invariant:** a sign-in is decided once and buys one session, and nothing that has run out can
//! be decided or bought with.
//!
//! **Source:** <https://www.rfc-editor.org/rfc/rfc8628> and <https://www.rfc-editor.org/rfc/rfc7636>

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::clients::{Client, GrantType};
use super::denial::Denial;
use super::sessions::TokenPair;
use super::{IdentityCenter, Records, push_bounded};
use crate::clock::later;
use crate::minted::{self, Minted};

/// What a person, or a test, makes of a sign-in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Lets the program in.
    Approve,
    /// Sends it away.
    Deny,
}

/// A sign-in that waits for a decision, as its page shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PendingSignIn {
    /// The code that both the program and the page show; none when a browser brings the answer back.
    pub user_code: Option<String>,
    /// The name that the program registered with.
    pub client_name: String,
    /// What it asks for.
    pub scopes: Vec<String>,
    /// When it was asked.
    pub asked_at: Timestamp,
    /// When it is too late.
    pub expires_at: Timestamp,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum State {
    Pending,
    Approved,
    Denied,
    Spent,
}

#[derive(Clone, Debug)]
enum Flow {
    Device {
        device_code: Minted,
        last_poll: Option<Timestamp>,
    },
    Browser {
        redirect_uri: String,
        state: String,
        challenge: String,
        /// What the browser brings back.
        code: Minted,
    },
}

/// One sign-in, from the first request to the tokens.
#[derive(Clone, Debug)]
pub(super) struct SignIn {
    /// The user code of the device flow, or a random name.
    pub(super) name: String,
    flow: Flow,
    client_id: String,
    state: State,
    shown: PendingSignIn,
}

/// What a browser asks for at `/authorize`, as far as it was checked.
#[derive(Debug)]
pub(super) struct CodeRequest {
    pub(super) redirect_uri: String,
    pub(super) state: String,
    pub(super) challenge: String,
    pub(super) scopes: Vec<String>,
}

/// Why a page cannot be decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Closed {
    Unknown,
    Expired,
    Decided,
}

impl IdentityCenter {
    /// Starts a sign-in by device code and returns the answer's body.
    pub(super) fn start_device(
        &self,
        client: &Client,
        page: &str,
        now: Timestamp,
    ) -> Result<Value, Denial> {
        client.may(GrantType::DeviceCode)?;
        let device_code = minted::device_code();
        let user_code = minted::user_code();
        let lasts = self.settings.device_code;
        self.open(SignIn {
            name: user_code.clone(),
            flow: Flow::Device {
                device_code: device_code.clone(),
                last_poll: None,
            },
            client_id: client.id.clone(),
            state: State::Pending,
            shown: PendingSignIn {
                user_code: Some(user_code.clone()),
                client_name: client.name.clone(),
                scopes: client.scopes.clone(),
                asked_at: now,
                expires_at: later(now, lasts),
            },
        });
        Ok(json!({
            "deviceCode": device_code.expose(),
            "userCode": user_code,
            "verificationUri": page,
            "verificationUriComplete": format!("{page}?user_code={user_code}"),
            "expiresIn": lasts.as_secs(),
            "interval": self.settings.poll_interval.as_secs(),
        }))
    }

    /// Starts a sign-in in a browser and returns its name.
    pub(super) fn start_browser(
        &self,
        client: &Client,
        asked: CodeRequest,
        now: Timestamp,
    ) -> String {
        let name = minted::hex_digits(32);
        self.open(SignIn {
            name: name.clone(),
            flow: Flow::Browser {
                redirect_uri: asked.redirect_uri,
                state: asked.state,
                challenge: asked.challenge,
                code: minted::authorization_code(),
            },
            client_id: client.id.clone(),
            state: State::Pending,
            shown: PendingSignIn {
                user_code: None,
                client_name: client.name.clone(),
                scopes: asked.scopes,
                asked_at: now,
                expires_at: later(now, self.settings.device_code),
            },
        });
        name
    }

    /// Takes a sign-in in, decided already if somebody said so beforehand.
    fn open(&self, mut sign_in: SignIn) {
        let mut records = self.records();
        let ordered = records.orders.pop_front().or(self.settings.decide_all);
        if let Some(decision) = ordered {
            sign_in.decide(decision);
        }
        push_bounded(&mut records.sign_ins, sign_in);
    }

    /// Buys tokens with a device code, or says why not yet or not at all.
    pub(super) fn poll_device(
        &self,
        client: &Client,
        device_code: &str,
        now: Timestamp,
    ) -> Result<TokenPair, Denial> {
        let interval = SignedDuration::try_from(self.settings.poll_interval).unwrap_or_default();
        let mut records = self.records();
        let sign_in = records.find(client, |flow| {
            matches!(flow, Flow::Device { device_code: known, .. } if known.expose() == device_code)
        })?;
        if sign_in.shown.expires_at <= now {
            return Err(Denial::ExpiredToken);
        }
        if let Flow::Device { last_poll, .. } = &mut sign_in.flow {
            let before = last_poll.replace(now);
            let hasty = before.is_some_and(|before| now.duration_since(before) < interval);
            if hasty && sign_in.state == State::Pending {
                return Err(Denial::SlowDown);
            }
        }
        sign_in.buy()?;
        drop(records);
        Ok(self.start_session(client, now))
    }

    /// Buys tokens with the code that a browser brought back.
    pub(super) fn redeem_code(
        &self,
        client: &Client,
        code: &str,
        redirect_uri: &str,
        verifier: &str,
        now: Timestamp,
    ) -> Result<TokenPair, Denial> {
        let mut records = self.records();
        let sign_in = records.find(
            client,
            |flow| matches!(flow, Flow::Browser { code: known, .. } if known.expose() == code),
        )?;
        if sign_in.shown.expires_at <= now || sign_in.state != State::Approved {
            return Err(Denial::InvalidGrant);
        }
        let Flow::Browser {
            redirect_uri: known,
            challenge,
            ..
        } = &sign_in.flow
        else {
            return Err(Denial::InvalidGrant);
        };
        if known != redirect_uri || !answers(verifier, challenge) {
            return Err(Denial::InvalidGrant);
        }
        sign_in.buy()?;
        drop(records);
        Ok(self.start_session(client, now))
    }

    /// Decides the sign-in of that name.
    pub(super) fn decide(
        &self,
        name: &str,
        decision: Decision,
        now: Timestamp,
    ) -> Result<SignIn, Closed> {
        let mut records = self.records();
        let mut known = records.sign_ins.iter_mut();
        let sign_in = known.find(|one| one.name == name).ok_or(Closed::Unknown)?;
        sign_in.is_open(now)?;
        sign_in.decide(decision);
        Ok(sign_in.clone())
    }

    /// Decides the sign-in with a user code; false when none with that code waits.
    pub(crate) fn decide_user_code(&self, code: &str, decision: Decision, now: Timestamp) -> bool {
        self.decide(&normal_user_code(code), decision, now).is_ok()
    }

    /// Decides the device sign-in that waits longest, or else the next sign-in that is started.
    pub(crate) fn decide_next(&self, decision: Decision, now: Timestamp) {
        let mut records = self.records();
        let mut waiting = records.sign_ins.iter_mut();
        let oldest =
            waiting.find(|one| matches!(one.flow, Flow::Device { .. }) && one.is_open(now).is_ok());
        match oldest {
            Some(sign_in) => sign_in.decide(decision),
            None => records.orders.push_back(decision),
        }
    }

    /// The sign-in of that name, whatever came of it.
    pub(super) fn sign_in(&self, name: &str) -> Option<SignIn> {
        let records = self.records();
        let mut known = records.sign_ins.iter();
        known.find(|one| one.name == name).cloned()
    }

    /// Every sign-in that waits, oldest first.
    pub(crate) fn pending(&self, now: Timestamp) -> Vec<PendingSignIn> {
        let records = self.records();
        let open = records
            .sign_ins
            .iter()
            .filter(|one| one.is_open(now).is_ok());
        open.map(|one| one.shown.clone()).collect()
    }
}

impl Records {
    fn find(&mut self, client: &Client, is: impl Fn(&Flow) -> bool) -> Result<&mut SignIn, Denial> {
        self.sign_ins
            .iter_mut()
            .find(|one| one.client_id == client.id && is(&one.flow))
            .ok_or(Denial::InvalidGrant)
    }
}

impl SignIn {
    pub(super) fn shown(&self) -> &PendingSignIn {
        &self.shown
    }

    pub(super) fn is_open(&self, now: Timestamp) -> Result<(), Closed> {
        match self.state {
            State::Pending if self.shown.expires_at > now => Ok(()),
            State::Pending => Err(Closed::Expired),
            _ => Err(Closed::Decided),
        }
    }

    pub(super) fn is_approved(&self) -> bool {
        matches!(self.state, State::Approved | State::Spent)
    }

    fn decide(&mut self, decision: Decision) {
        self.state = match decision {
            Decision::Approve => State::Approved,
            Decision::Deny => State::Denied,
        };
    }

    /// Uses up an approved sign-in.
    fn buy(&mut self) -> Result<(), Denial> {
        match self.state {
            State::Pending => Err(Denial::AuthorizationPending),
            State::Denied => Err(Denial::AccessDenied),
            State::Spent => Err(Denial::InvalidGrant),
            State::Approved => {
                self.state = State::Spent;
                Ok(())
            }
        }
    }

    /// Where a browser goes after the decision, and with what; none for a device.
    pub(super) fn way_back(&self) -> Option<(&str, &str, Result<&str, Denial>)> {
        let Flow::Browser {
            redirect_uri,
            state,
            code,
            ..
        } = &self.flow
        else {
            return None;
        };
        let outcome = match self.state {
            State::Approved => Ok(code.expose()),
            _ => Err(Denial::AccessDenied),
        };
        Some((redirect_uri, state, outcome))
    }
}

/// Takes a code as a person may type it: in small letters, with a space, or without the hyphen.
pub(super) fn normal_user_code(typed: &str) -> String {
    let letters: String = typed
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|letter| letter.to_ascii_uppercase())
        .collect();
    match letters.split_at_checked(4) {
        Some((head, tail)) if tail.len() == 4 => format!("{head}-{tail}"),
        _ => letters,
    }
}

/// Checks the proof that whoever has the code also asked for it.
fn answers(verifier: &str, challenge: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    (43..=128).contains(&verifier.len())
        && verifier.bytes().all(allowed)
        && URL_SAFE_NO_PAD.encode(Sha256::digest(verifier)) == challenge
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_code_is_taken_as_people_type_it() {
        for typed in ["BCDF-GHJK", "bcdf-ghjk", "bcdfghjk", " BCDF GHJK "] {
            assert_eq!(normal_user_code(typed), "BCDF-GHJK", "{typed:?}");
        }
        assert_eq!(normal_user_code("BCDF"), "BCDF");
        assert_eq!(normal_user_code(""), "");
    }

    #[test]
    fn the_challenge_of_the_standard_is_answered_by_its_verifier() {
        // RFC 7636, appendix B.
        let challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
        assert!(answers(
            "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
            challenge
        ));
        assert!(!answers(
            "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXl",
            challenge
        ));
        assert!(!answers("short", challenge));
    }
}
