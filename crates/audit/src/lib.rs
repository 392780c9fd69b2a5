//! Where secrets live on an agent host, what was found there, and how to move to Bedrock. Pure.
