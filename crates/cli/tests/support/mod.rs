//! What the tests with a real OpenClaw share: a host to seed, a search that knows nothing of
//! bedlock, and a comparison of trees.

pub mod bedlock;
pub mod canary;
pub mod model_server;
pub mod openclaw;
pub mod search;
pub mod seed;
pub mod tree;
