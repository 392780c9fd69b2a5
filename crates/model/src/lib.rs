//! The nouns of bedlock: findings, places, plans, receipts and secret types.
