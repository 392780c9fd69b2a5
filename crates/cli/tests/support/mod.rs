//! What the tests with a real OpenClaw share: a host to seed, a search that knows nothing of
//! bedlock, and a comparison of trees.

pub(crate) mod bedlock;
pub(crate) mod canary;
pub(crate) mod model_server;
pub(crate) mod openclaw;
pub(crate) mod search;
pub(crate) mod seed;
pub(crate) mod tree;
