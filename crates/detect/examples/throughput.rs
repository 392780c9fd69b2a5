//! Scans synthetic transcripts in memory and prints bytes and findings; time it from outside:
//! `cargo build --release -p bedlock-detect --example throughput && time target/release/examples/throughput 1000`.

use bedlock_detect::{Alphabet, Dice, Stream, fake, rules};
use std::io::Write as _;

const BLOCK: usize = 8 << 20;
const CHUNK: usize = 64 << 10;

fn main() -> std::io::Result<()> {
    let megabytes: usize = std::env::args()
        .nth(1)
        .and_then(|count| count.parse().ok())
        .unwrap_or(100);
    let block = transcript(&mut Dice::new(1));
    let mut stream = Stream::new();
    let mut found = 0usize;
    let rounds = (megabytes << 20).div_ceil(block.len());
    for _ in 0..rounds {
        block
            .chunks(CHUNK)
            .for_each(|chunk| stream.push(chunk, &mut |_| found += 1));
    }
    stream.finish(&mut |_| found += 1);
    writeln!(
        std::io::stdout(),
        "{} bytes, {found} findings",
        rounds * block.len()
    )
}

/// Makes lines as an agent's session file has them: prose, code, tool results, ids, a few secrets.
fn transcript(dice: &mut Dice) -> Vec<u8> {
    const WORDS: [&str; 24] = [
        "the", "session", "reads", "a", "file", "and", "token", "writes", "key", "function",
        "const", "return", "model", "of", "error:", "let", "value", "=", "{", "}", "import",
        "data", "with", "to",
    ];
    let hex = Alphabet::of(b"0123456789abcdef");
    let mut text = String::with_capacity(BLOCK + 4096);
    let mut line = 0usize;
    while text.len() < BLOCK {
        line += 1;
        text.push_str("{\"type\":\"message\",\"id\":\"");
        text.push_str(&dice.draw(hex, 8));
        text.push_str("\",\"timestamp\":\"2026-11-22T10:00:00.000Z\",\"message\":{\"role\":\"assistant\",\"content\":[{\"type\":\"text\",\"text\":\"");
        for _ in 0..60 + dice.below(300) {
            text.push_str(WORDS[dice.below(WORDS.len())]);
            text.push_str(if dice.below(12) == 0 { "\\n" } else { " " });
        }
        if line.is_multiple_of(200) {
            text.push_str(
                &fake(&rules()[dice.below(rules().len())], dice).replace(['\n', '"'], " "),
            );
        }
        text.push_str("\"}],\"usage\":{\"input_tokens\":1024,\"output_tokens\":88}}}\n");
    }
    text.into_bytes()
}
