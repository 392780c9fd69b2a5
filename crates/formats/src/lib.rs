//! Lossless parsers and editors for the file formats that an agent host keeps secrets in. Pure.
