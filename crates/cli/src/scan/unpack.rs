//! What is inside: compressed streams, archives, archives in archives, text in UTF-16.
//!
//! Called for everything that is not plain text or plain bytes.
//!
//! **Invariant:** everything is read as a stream. Depth, number of members and unpacked bytes are
//! bounded; where a bound ends the search, the place is said to be not searched to its end.

use std::io::{self, Read};

use bedlock_detect::Match;
use bedlock_model::Unreadable;
use ruzstd::decoding::{FrameDecoder, StreamingDecoder};

use super::content::{HEAD, Kind, kind};
use super::flow::Flow;
use super::place::Spot;
use super::window::Window;
use super::{At, Scan, fill, ranges, tar, zip};

/// Archives in archives in archives.
const DEEPEST: usize = 6;
/// Members of one archive, over all depths.
const MEMBERS: u64 = 200_000;
/// Unpacked bytes of one file, however large it is.
const LARGEST: u64 = 4 << 30;
/// Unpacked bytes for each byte of the file, and what every file may have: deflate packs a thousand
/// to one, real text ten to one.
const RATIO: u64 = 200;
const AT_LEAST: u64 = 64 << 20;

/// What one file may still cost.
pub(crate) struct Budget {
    bytes: u64,
    members: u64,
    depth: usize,
    spent: bool,
}

impl Budget {
    /// For a file of this size; of standard input nobody knows it.
    pub(crate) fn of(size: Option<u64>) -> Self {
        Self {
            bytes: size.map_or(LARGEST, |size| {
                size.saturating_mul(RATIO).clamp(AT_LEAST, LARGEST)
            }),
            members: MEMBERS,
            depth: 0,
            spent: false,
        }
    }

    /// Pays for what comes out of a reader while `search` reads it. What is inside pays for itself,
    /// from a budget that is as large.
    fn pay(
        &mut self,
        inner: impl Read,
        search: impl FnOnce(&mut dyn Read, &mut Budget) -> io::Result<()>,
    ) -> io::Result<()> {
        let mut own = Budget { ..*self };
        let outcome = search(
            &mut Paid {
                inner,
                budget: &mut *self,
            },
            &mut own,
        );
        self.bytes = self.bytes.min(own.bytes);
        self.members = own.members;
        self.spent |= own.spent;
        // Whoever said it of a member may go on, and nothing more is unpacked.
        if self.spent { Err(spent()) } else { outcome }
    }
}

fn spent() -> io::Error {
    io::Error::other("it unpacks to far more than its size")
}

/// An unpacked stream, paid from a budget.
struct Paid<'b, R> {
    inner: R,
    budget: &'b mut Budget,
}

impl<R: Read> Read for Paid<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        match self.budget.bytes.checked_sub(read as u64) {
            Some(left) => {
                self.budget.bytes = left;
                Ok(read)
            }
            None => {
                self.budget.spent = true;
                Err(spent())
            }
        }
    }
}

impl Scan<'_> {
    /// Searches what comes out of a reader, whatever it is.
    ///
    /// # Errors
    /// What reading says; what is wrong with an archive in it is said of the archive.
    pub(crate) fn contents(
        &self,
        at: &At<'_>,
        reader: &mut dyn Read,
        budget: &mut Budget,
        buffer: &mut [u8],
    ) -> io::Result<()> {
        let mut head = vec![0; HEAD];
        let known = fill(reader, &mut head)?;
        head.truncate(known);
        let content = kind(&head);
        let mut whole = io::Cursor::new(head).chain(reader);
        if budget.depth == DEEPEST && !matches!(content, Kind::Text | Kind::Binary) {
            self.refuse(said(at, "it is an archive too deep in other archives"));
            return Ok(());
        }
        if budget.depth == 0 && !matches!(content, Kind::Text | Kind::Binary | Kind::Closed(_)) {
            self.count(|outcome| outcome.archives += 1);
        }
        budget.depth += 1;
        let outcome = match content {
            Kind::Text => self.through(at, &mut whole, false, buffer),
            Kind::Binary => self.through(at, &mut whole, true, buffer),
            Kind::Closed(how) => {
                let reason = format!("it is compressed with {how}, which bedlock does not read");
                self.refuse(said(at, &reason));
                Ok(())
            }
            Kind::Utf16 { big } => {
                let at = At {
                    offsets: false,
                    ..*at
                };
                self.through(&at, &mut Utf16::new(&mut whole, big), false, buffer)
            }
            Kind::Gzip => {
                let inside = inner(at, "(gzip)");
                let at = at.member(&inside);
                let window = Window::new(&mut whole);
                let plain = flate2::bufread::MultiGzDecoder::new(window);
                self.unpacked(&at, plain, budget, buffer)
            }
            Kind::Zstd => {
                let inside = inner(at, "(zstd)");
                let at = at.member(&inside);
                let plain = Frames::new(Window::new(&mut whole));
                self.unpacked(&at, plain, budget, buffer)
            }
            Kind::Tar => {
                let mut window = Window::new(&mut whole);
                tar::members(&mut window, &mut |name, content| {
                    self.member(at, name, content, budget, buffer)
                })
            }
            Kind::Zip => self.zip(at, &mut Window::new(&mut whole), budget, buffer),
        };
        budget.depth -= 1;
        outcome
    }

    fn unpacked(
        &self,
        at: &At<'_>,
        inner: impl Read,
        budget: &mut Budget,
        buffer: &mut [u8],
    ) -> io::Result<()> {
        budget.pay(inner, |paid, own| self.contents(at, paid, own, buffer))
    }

    fn zip(
        &self,
        at: &At<'_>,
        window: &mut Window<'_>,
        budget: &mut Budget,
        buffer: &mut [u8],
    ) -> io::Result<()> {
        zip::members(window, &mut |name, content| match content {
            Ok(content) => budget.pay(content, |paid, own| {
                self.member(at, name, paid, own, buffer)
            }),
            Err(reason) => {
                let inside = inner(at, name);
                self.refuse(said(&at.member(&inside), reason));
                Ok(())
            }
        })?;
        // The directory, and whatever else somebody has put behind the members.
        self.through(at, window, true, buffer)
    }

    /// One member: what is wrong with it is said of it, and the next one comes.
    fn member(
        &self,
        at: &At<'_>,
        name: &str,
        content: &mut dyn Read,
        budget: &mut Budget,
        buffer: &mut [u8],
    ) -> io::Result<()> {
        budget.members = budget
            .members
            .checked_sub(1)
            .ok_or_else(|| io::Error::other("it has too many members"))?;
        let inside = inner(at, name);
        let at = at.member(&inside);
        match self.contents(&at, content, budget, buffer) {
            Err(error) if !budget.spent => {
                self.refuse(said(&at, &error.to_string()));
                Ok(())
            }
            outcome => outcome,
        }
    }

    /// Searches a stream to its end.
    fn through(
        &self,
        at: &At<'_>,
        reader: &mut dyn Read,
        binary: bool,
        buffer: &mut [u8],
    ) -> io::Result<()> {
        if binary && at.inside.is_none() {
            self.count(|outcome| outcome.binary += 1);
        }
        let mut flow = Flow::new(binary);
        let mut on = |m: &Match<u64>, spot: &Spot<'_>| self.keep(at, m, spot);
        loop {
            if self.read(0).is_break() {
                return Ok(());
            }
            // What was read before a fault is searched all the same.
            match reader.read(&mut buffer[..ranges::PIECE]) {
                Ok(0) => break,
                Ok(read) => flow.push(&buffer[..read], &mut on),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    flow.finish(&mut on);
                    return Err(error);
                }
            }
        }
        flow.finish(&mut on);
        Ok(())
    }
}

/// The name of what is inside.
fn inner(at: &At<'_>, name: &str) -> String {
    match at.inside {
        None => name.to_owned(),
        // `a.tar.gz` is one archive to people.
        Some(outer) => match outer
            .strip_suffix("(gzip)")
            .or(outer.strip_suffix("(zstd)"))
        {
            Some(outer) => format!("{outer}{name}"),
            None => format!("{outer}!{name}"),
        },
    }
}

/// What is said of an archive, or of a member of one.
pub(crate) fn said(at: &At<'_>, reason: &str) -> Unreadable {
    Unreadable {
        path: match at.inside {
            Some(inside) => format!("{}!{inside}", at.file),
            None => at.file.to_owned(),
        },
        reason: reason.to_owned(),
        next: "unpack it and scan what comes out, or leave it out with --exclude".to_owned(),
    }
}

/// Zstandard frames, one behind the other.
struct Frames<'r> {
    window: Option<Window<'r>>,
    frame: Option<StreamingDecoder<Window<'r>, FrameDecoder>>,
}

impl<'r> Frames<'r> {
    fn new(window: Window<'r>) -> Self {
        Self {
            window: Some(window),
            frame: None,
        }
    }

    /// Opens the next frame; `false` at the end.
    fn open(&mut self) -> io::Result<bool> {
        let Some(mut window) = self.window.take() else {
            return Ok(false);
        };
        loop {
            match window.peek(8)? {
                [] => return Ok(false),
                // A frame that is there to be skipped.
                [0x50..=0x5f, 0x2a, 0x4d, 0x18, a, b, c, d] => {
                    let length = u32::from_le_bytes([*a, *b, *c, *d]);
                    window.skip(8 + u64::from(length))?;
                }
                _ => break,
            }
        }
        let frame = StreamingDecoder::new(window).map_err(io::Error::other)?;
        self.frame = Some(frame);
        Ok(true)
    }
}

impl Read for Frames<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let Some(frame) = &mut self.frame else {
                if self.open()? {
                    continue;
                }
                return Ok(0);
            };
            let read = frame.read(buffer)?;
            if read > 0 || buffer.is_empty() {
                return Ok(read);
            }
            self.window = self.frame.take().map(StreamingDecoder::into_inner);
        }
    }
}

/// UTF-16 as UTF-8.
struct Utf16<'r> {
    inner: &'r mut dyn Read,
    big: bool,
    /// Read, and not a whole character yet.
    raw: Vec<u8>,
    /// Transcoded, and not handed on yet.
    ready: Vec<u8>,
    given: usize,
    started: bool,
}

impl<'r> Utf16<'r> {
    fn new(inner: &'r mut dyn Read, big: bool) -> Self {
        Self {
            inner,
            big,
            raw: Vec::new(),
            ready: Vec::new(),
            given: 0,
            started: false,
        }
    }

    fn transcode(&mut self) -> io::Result<()> {
        let mut piece = [0; 16 * 1024];
        let read = fill(self.inner, &mut piece)?;
        self.raw.extend_from_slice(&piece[..read]);
        let ended = read < piece.len();
        let unit = |pair: &[u8]| match (self.big, pair) {
            (true, [a, b]) => u16::from_be_bytes([*a, *b]),
            (false, [a, b]) => u16::from_le_bytes([*a, *b]),
            // Half a unit at the end.
            _ => 0xfffd,
        };
        let mut count = if ended {
            self.raw.len()
        } else {
            self.raw.len() & !1
        };
        // The first half of a pair waits for the second.
        if !ended && count >= 2 && (0xd800..0xdc00).contains(&unit(&self.raw[count - 2..count])) {
            count -= 2;
        }
        let units = self.raw[..count].chunks(2).map(unit);
        let mut text = String::new();
        text.extend(char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)));
        if !std::mem::replace(&mut self.started, true) {
            text = text.trim_start_matches('\u{feff}').to_owned();
        }
        self.raw.drain(..count);
        self.ready = text.into_bytes();
        self.given = 0;
        Ok(())
    }
}

impl Read for Utf16<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.given == self.ready.len() {
            self.transcode()?;
            if self.ready.is_empty() && self.raw.is_empty() {
                return Ok(0);
            }
        }
        let count = buffer.len().min(self.ready.len() - self.given);
        buffer[..count].copy_from_slice(&self.ready[self.given..self.given + count]);
        self.given += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::io::Write as _;

    fn tar_of(name: &str, content: &[u8]) -> Vec<u8> {
        let mut header = [0; 512];
        header[..name.len()].copy_from_slice(name.as_bytes());
        header[124..135].copy_from_slice(format!("{:011o}", content.len()).as_bytes());
        header[156] = b'0';
        header[257..263].copy_from_slice(b"ustar\0");
        header[148..156].fill(b' ');
        let sum: u32 = header.iter().map(|b| u32::from(*b)).sum();
        header[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
        let mut out = header.to_vec();
        out.extend_from_slice(content);
        out.resize(out.len().next_multiple_of(512) + 1024, 0);
        out
    }

    fn zip_of(name: &str, content: &[u8]) -> Vec<u8> {
        let mut encoder =
            flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(content).unwrap();
        let packed = encoder.finish().unwrap();
        let mut out = b"PK\x03\x04\x14\0\x08\0\x08\0".to_vec();
        out.extend_from_slice(&[0; 16]);
        out.extend_from_slice(&[u8::try_from(name.len()).unwrap(), 0, 0, 0]);
        out.extend_from_slice(name.as_bytes());
        out.extend_from_slice(&packed);
        out.extend_from_slice(b"PK\x07\x08");
        out.extend_from_slice(&[0; 12]);
        out.extend_from_slice(b"PK\x01\x02");
        out
    }

    /// Reads every member; an archive that is none is an error and nothing worse.
    fn members(archive: &[u8], zipped: bool) -> (Vec<(String, Vec<u8>)>, bool) {
        let mut found = Vec::new();
        let mut bytes = archive;
        let mut window = Window::new(&mut bytes);
        let mut take = |name: &str, content: &mut dyn Read| {
            let mut all = Vec::new();
            let outcome = content.take(1 << 20).read_to_end(&mut all);
            found.push((name.to_owned(), all));
            outcome.map(|_| ())
        };
        let outcome = if zipped {
            zip::members(&mut window, &mut |name, content| match content {
                Ok(content) => take(name, content),
                Err(_) => Ok(()),
            })
        } else {
            tar::members(&mut window, &mut take)
        };
        (found, outcome.is_ok())
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn archives_are_read_whole_and_damaged_ones_are_no_panic(
            content in prop::collection::vec(any::<u8>(), 0..70_000),
            changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
            cut in any::<prop::sample::Index>(),
        ) {
            for (archive, zipped) in [(tar_of("a/b", &content), false), (zip_of("a/b", &content), true)] {
                let (found, whole) = members(&archive, zipped);
                prop_assert!(whole);
                prop_assert_eq!(&found, &[("a/b".to_owned(), content.clone())]);
                let mut damaged = archive.clone();
                for (at, byte) in &changes {
                    let at = at.index(damaged.len().min(200));
                    damaged[at] = *byte;
                }
                members(&damaged, zipped);
                members(&archive[..cut.index(archive.len())], zipped);
            }
        }
    }
}
