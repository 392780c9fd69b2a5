//! The flow for a browser on this machine: authorization code with PKCE.
//!
//! Called by [`Identity::sign_in`].
//!
//! **Invariant:** the verifier never leaves this process but to the token endpoint, the state is
//! random and compared, and the callback listens on 127.0.0.1 alone.
//!
//! **Source:** <https://www.rfc-editor.org/rfc/rfc7636>, <https://www.rfc-editor.org/rfc/rfc8252#section-7.3>

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bedlock_model::SecretText;
use jiff::Timestamp;
use sha2::{Digest, Sha256};

use super::callback::{Callback, Outcome};
use super::{Flow, PATIENCE, Prompt, SignInLink, random, wants_registration};
use crate::oidc::Grant;
use crate::{Identity, IdentityError, Session};

impl Identity {
    pub(super) async fn sign_in_with_browser(
        &self,
        prompt: &dyn Prompt,
    ) -> Result<Session, IdentityError> {
        match self.attempt(prompt, false).await? {
            Some(session) => Ok(session),
            // The service did not know the client any more: once more, with a new one.
            None => match self.attempt(prompt, true).await? {
                Some(session) => Ok(session),
                None => Err(IdentityError::Registration {
                    host: self.profile.session.oidc_endpoint.clone(),
                }),
            },
        }
    }

    /// One way through the browser; `None` when the client's registration was refused.
    async fn attempt(
        &self,
        prompt: &dyn Prompt,
        anew: bool,
    ) -> Result<Option<Session>, IdentityError> {
        // 1. The client, and a place for the browser to come back to.
        let client = self.client(true, anew).await?;
        let state = random(24)?;
        let verifier = SecretText::new(random(48)?);
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.danger_expose()));
        let callback = Callback::listen(state.clone()).await?;
        let redirect = callback.redirect();

        // 2. A person.
        let url = self
            .oidc()
            .authorize_url(&client, &redirect, &state, &challenge);
        self.check_link(&url)?;
        prompt.show(&SignInLink {
            flow: Flow::Pkce,
            url,
            short_url: None,
            user_code: None,
            expires_at: self.now().checked_add(PATIENCE).unwrap_or(Timestamp::MAX),
        })?;
        let Ok(came) = tokio::time::timeout(PATIENCE, callback.code()).await else {
            return Err(IdentityError::NotApproved { after: PATIENCE });
        };
        let back = came?;

        // 3. The code is worth a token, once, together with the verifier.
        let grant = Grant::Code {
            code: &back.code,
            verifier: &verifier,
            redirect: &redirect,
        };
        let outcome = match self.oidc().token(&client, grant).await {
            Ok(Ok(token)) => self.keep_sign_in(token, client).await.map(Some),
            Ok(Err(fault)) if wants_registration(&fault) && !anew => {
                self.store.drop_registration(&self.profile.session)?;
                Ok(None)
            }
            Ok(Err(fault)) if fault.is("AccessDeniedException", "access_denied") => {
                Err(IdentityError::Denied)
            }
            Ok(Err(fault)) => Err(self.oidc().token_error(fault)),
            Err(error) => Err(error),
        };
        // 4. The page that the person looks at says how it went.
        back.answer(match &outcome {
            Ok(Some(_)) => Outcome::SignedIn,
            Ok(None) => Outcome::Again,
            Err(_) => Outcome::Failed,
        })
        .await;
        outcome
    }
}
