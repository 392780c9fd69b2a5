//! Frames of `application/vnd.amazon.eventstream`: prelude, string headers, payload, checksums.
//!
//! Called by `bedrock` for everything that streams.
//!
//! **Invariant:** only what the sandbox itself composes is framed, so lengths always fit.
//!
//! **Source:** <https://smithy.io/2.0/aws/amazon-eventstream.html>

use hyper::body::Bytes;
use serde_json::Value;

/// Length of total length, header length and their checksum.
const PRELUDE: usize = 12;
const CHECKSUM: usize = 4;
/// The type tag of a string header value.
const STRING: u8 = 7;

/// Frames one event whose payload is JSON.
pub(crate) fn event(event_type: &str, payload: &Value) -> Bytes {
    let headers = [
        (":event-type", event_type),
        (":content-type", "application/json"),
        (":message-type", "event"),
    ];
    frame(&headers, payload.to_string().as_bytes())
}

/// Frames the exception that ends a stream.
pub(crate) fn exception(name: &str, payload: &Value) -> Bytes {
    let headers = [
        (":exception-type", name),
        (":content-type", "application/json"),
        (":message-type", "exception"),
    ];
    frame(&headers, payload.to_string().as_bytes())
}

fn frame(headers: &[(&str, &str)], payload: &[u8]) -> Bytes {
    let header_block = encode_headers(headers);
    let total = PRELUDE + header_block.len() + payload.len() + CHECKSUM;

    let mut out = Vec::with_capacity(total);
    out.extend_from_slice(&length32(total));
    out.extend_from_slice(&length32(header_block.len()));
    out.extend_from_slice(&crc32fast::hash(&out).to_be_bytes());
    out.extend_from_slice(&header_block);
    out.extend_from_slice(payload);
    out.extend_from_slice(&crc32fast::hash(&out).to_be_bytes());
    Bytes::from(out)
}

fn encode_headers(headers: &[(&str, &str)]) -> Vec<u8> {
    let mut out = Vec::new();
    for (name, value) in headers {
        out.push(u8::try_from(name.len()).unwrap_or(u8::MAX));
        out.extend_from_slice(name.as_bytes());
        out.push(STRING);
        out.extend_from_slice(&u16::try_from(value.len()).unwrap_or(u16::MAX).to_be_bytes());
        out.extend_from_slice(value.as_bytes());
    }
    out
}

fn length32(length: usize) -> [u8; 4] {
    u32::try_from(length).unwrap_or(u32::MAX).to_be_bytes()
}

#[cfg(test)]
mod tests {
    use aws_smithy_eventstream::frame::{DecodedFrame, MessageFrameDecoder};
    use serde_json::json;

    use super::*;

    #[test]
    fn an_independent_decoder_reads_the_frames_and_their_checksums() {
        let mut wire = Vec::new();
        wire.extend_from_slice(&event("messageStart", &json!({ "role": "assistant" })));
        wire.extend_from_slice(&event("messageStop", &json!({ "stopReason": "end_turn" })));

        let mut wire = wire.as_slice();
        let mut decoder = MessageFrameDecoder::new();
        let mut seen = Vec::new();
        while let DecodedFrame::Complete(message) = decoder.decode_frame(&mut wire).unwrap() {
            let header = |name: &str| {
                let found = message
                    .headers()
                    .iter()
                    .find(|h| h.name().as_str() == name)
                    .unwrap();
                found.value().as_string().unwrap().as_str().to_owned()
            };
            assert_eq!(header(":message-type"), "event");
            assert_eq!(header(":content-type"), "application/json");
            seen.push((
                header(":event-type"),
                String::from_utf8(message.payload().to_vec()).unwrap(),
            ));
        }
        let expected = [
            (
                "messageStart".to_owned(),
                r#"{"role":"assistant"}"#.to_owned(),
            ),
            (
                "messageStop".to_owned(),
                r#"{"stopReason":"end_turn"}"#.to_owned(),
            ),
        ];
        assert_eq!(seen, expected);
    }
}
