//! The commands, one file each.

pub(crate) mod audit;
pub(crate) mod verify;
