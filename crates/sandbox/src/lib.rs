//! Identity Center and Bedrock on loopback, strict about signatures and policies.
