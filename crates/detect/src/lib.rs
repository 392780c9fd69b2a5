//! The secret engine: rules and a scanner over bytes. Pure, no input or output.
