//! The commands, one file each.

pub(crate) mod audit;
pub(crate) mod creds;
pub(crate) mod daemon;
pub(crate) mod demo;
pub(crate) mod docs;
pub(crate) mod harden;
pub(crate) mod login;
pub(crate) mod logout;
pub(crate) mod notify;
mod recovery;
pub(crate) mod sandbox;
pub(crate) mod scan;
pub(crate) mod service;
pub(crate) mod status;
pub(crate) mod undo;
pub(crate) mod verify;
