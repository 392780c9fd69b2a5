//! Sign-in to IAM Identity Center, the session that follows, and role credentials from it.
//!
//! `cli` calls it for `login`, `logout`, `status` and `creds`; `watch` keeps a session fresh with it.
//! The line through it: [`config::resolve`] reads a [`Profile`], [`Identity::open`] binds it to a
//! [`Store`], [`Identity::sign_in`] or [`Identity::finish_device`] makes a [`Session`],
//! [`Identity::fresh_session`] renews it, [`Identity::role_credentials`] turns it into
//! [`RoleCredentials`].
//!
//! **Invariant:** the only crate that may expose a secret of AWS. No error, no `Debug` output and no
//! log line holds one, and none is sent anywhere but to the endpoint that it belongs to.

mod answer;
pub mod config;
mod error;
mod history;
mod identity;
mod oidc;
mod portal;
mod refresh;
mod role;
pub mod seal;
mod session;
mod sign_in;
mod store;
mod time;

pub use config::{Profile, SsoSession};
pub use error::IdentityError;
pub use identity::{Identity, Parts, SESSION_LIMIT, SignedOut};
pub use portal::Reachable;
pub use role::RoleCredentials;
pub use session::{Refresh, Registration, Session};
pub use sign_in::{DevicePoll, DeviceSignIn, Flow, Prompt, SignInLink, opener};
pub use store::{FolderKeep, Keep, Kept, Store};
pub use time::{Pause, Wait};
