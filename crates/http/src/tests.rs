//! Requests against servers of this process.
