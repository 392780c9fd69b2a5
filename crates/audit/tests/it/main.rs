//! What audit finds on a host, and what it does not: whole homes in temporary folders.
//!
//! **Invariant:** every secret is made by dice; nothing here was ever issued.

#![expect(
    clippy::disallowed_methods,
    reason = "these tests lay out the host that is looked at"
)]

#[cfg(test)]
mod aws;
#[cfg(test)]
mod clean;
#[cfg(test)]
mod databases;
#[cfg(test)]
mod evidence;
#[cfg(test)]
mod exposure;
#[cfg(test)]
mod host;
#[cfg(test)]
mod masking;
#[cfg(test)]
mod neighbours;
#[cfg(test)]
mod plan;
#[cfg(test)]
mod surfaces;
#[cfg(test)]
mod variables;
