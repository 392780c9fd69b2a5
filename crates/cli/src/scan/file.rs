//! One file: small ones at once, large ones in ranges.
//!
//! Called by the workers of a scan.
//!
//! **Invariant:** a worker holds one buffer of [`WHOLE`] bytes, however large the file is.

use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use bedlock_detect::{Match, Stream};
use bedlock_host::OpenFile;

use super::content::{HEAD, Kind, kind};
use super::place::{AROUND, LONG_LINE, Lines, Spot, around};
use super::ranges::{self, Bytes, PIECE, Part, Pass, RANGE};
use super::unpack::{self, Budget};
use super::{At, Counted, Job, Scan, describe};

/// Files up to this size are read at once.
pub(crate) const WHOLE: usize = 1 << 20;

impl Bytes for OpenFile {
    fn fill(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        OpenFile::fill(self, offset, buffer)
    }
}

/// A file that several workers read.
pub(crate) struct Large {
    file: OpenFile,
    shown: String,
    binary: bool,
    done: Mutex<Progressed>,
}

/// How far it is searched.
struct Progressed {
    ranges: Vec<Option<Done>>,
    left: usize,
}

/// One range, searched.
struct Done {
    part: Part,
    /// Lines that end in each piece of the range, and where the last of them starts.
    lines: Vec<(u64, Option<u64>)>,
}

impl Large {
    fn ranges(size: u64) -> usize {
        usize::try_from(size.div_ceil(RANGE))
            .unwrap_or(usize::MAX)
            .max(1)
    }
}

impl Scan<'_> {
    /// Reads a file, or puts its ranges on the queue.
    pub(crate) fn file(&self, shown: &Path, file: OpenFile, buffer: &mut [u8]) {
        let size = file.size();
        if let Some(most) = self.options.max_size
            && size > most
        {
            return self.skip(describe::too_large(shown, size));
        }
        // Files of the kernel say that they are empty.
        let wanted = usize::try_from(size).unwrap_or(WHOLE).min(WHOLE);
        let wanted = if size == 0 { WHOLE } else { wanted };
        let read = match file.fill(0, &mut buffer[..wanted]) {
            Ok(read) => read,
            Err(error) => return self.refuse(describe::failed(shown, &error)),
        };
        self.count(|outcome| outcome.files += 1);
        let shown = shown.to_string_lossy().into_owned();
        let content = kind(&buffer[..read.min(HEAD)]);
        let whole = read < WHOLE || size == WHOLE as u64;
        match content {
            Kind::Text | Kind::Binary if whole => {
                if self.read(read as u64).is_continue() {
                    self.small(&At::file(&shown), &buffer[..read], content);
                }
            }
            Kind::Text | Kind::Binary if size > 0 => self.divide(file, shown, content),
            _ => {
                let mut sequential = Sequential::new(&file);
                let mut counted = Counted {
                    scan: self,
                    inner: &mut sequential,
                };
                let mut budget = Budget::of(Some(size));
                let at = At::file(&shown);
                if let Err(error) = self.contents(&at, &mut counted, &mut budget, buffer) {
                    self.refuse(unpack::said(&At::file(&shown), &error.to_string()));
                }
            }
        }
    }

    /// Searches a text that is in memory.
    pub(crate) fn small(&self, at: &At<'_>, text: &[u8], content: Kind) {
        let binary = content == Kind::Binary;
        let mut found: Vec<Match<u64>> = Vec::new();
        let mut stream = if binary {
            self.count(|outcome| outcome.binary += 1);
            Stream::raw()
        } else {
            Stream::new()
        };
        stream.push(text, &mut |m| found.push(m));
        stream.finish(&mut |m| found.push(m));
        found.sort_by_key(|m| m.span.start);
        let mut lines = Lines::default();
        for m in found {
            let index = |offset: u64| {
                usize::try_from(offset)
                    .unwrap_or(text.len())
                    .min(text.len())
            };
            let (start, end) = (index(m.span.start), index(m.span.end));
            let line_column = (!binary).then(|| {
                lines.pass(&text[index(lines.at)..start]);
                (lines.line, lines.column(&text[..start]))
            });
            let (before, secret, after) = around(text, start..end);
            let spot = Spot {
                before,
                secret,
                after,
                line_column,
                offset: Some(m.span.start),
            };
            self.keep(at, &m, &spot);
        }
    }

    fn divide(&self, file: OpenFile, shown: String, content: Kind) {
        let binary = content == Kind::Binary;
        if binary {
            self.count(|outcome| outcome.binary += 1);
        }
        let count = Large::ranges(file.size());
        let large = Arc::new(Large {
            file,
            shown,
            binary,
            done: Mutex::new(Progressed {
                ranges: (0..count).map(|_| None).collect(),
                left: count,
            }),
        });
        self.queue
            .add((0..count).map(|index| Job::Range(Arc::clone(&large), index)));
    }

    /// Searches one range; whoever does the last one joins them.
    pub(crate) fn range(&self, large: &Large, index: usize, buffer: &mut [u8]) {
        let done = match self.one_range(large, index, buffer) {
            Ok(Some(done)) => done,
            Ok(None) => return,
            // The other ranges are read all the same, but joined they are not.
            Err(error) => {
                return self.refuse(describe::failed(Path::new(&large.shown), &error));
            }
        };
        let mut all = large.done.lock().unwrap_or_else(PoisonError::into_inner);
        all.ranges[index] = Some(done);
        all.left -= 1;
        if all.left > 0 {
            return;
        }
        let done: Vec<Done> = all.ranges.drain(..).flatten().collect();
        drop(all);
        if let Err(error) = self.join(large, done, buffer) {
            self.refuse(describe::failed(Path::new(&large.shown), &error));
        }
    }

    fn one_range(
        &self,
        large: &Large,
        index: usize,
        buffer: &mut [u8],
    ) -> io::Result<Option<Done>> {
        let start = index as u64 * RANGE;
        let last = index + 1 == Large::ranges(large.file.size());
        // The last range goes on to where the file ends now.
        let end = if last { u64::MAX / 2 } else { start + RANGE };
        let mut lines = Vec::new();
        let mut pass = Pass::new(start, large.binary);
        let flow = pass.run(&large.file, end, buffer, &mut |at, piece| {
            if !(start..end).contains(&at) {
                return self.read(0);
            }
            if !large.binary {
                let mut count = Lines {
                    at,
                    line: 0,
                    start: u64::MAX,
                };
                count.pass(piece);
                lines.push((count.line, (count.start != u64::MAX).then_some(count.start)));
            }
            self.read(piece.len() as u64)
        })?;
        Ok(flow.is_continue().then(|| Done {
            part: pass.part(),
            lines,
        }))
    }

    fn join(&self, large: &Large, done: Vec<Done>, buffer: &mut [u8]) -> io::Result<()> {
        let mut parts = Vec::with_capacity(done.len());
        let mut lines = Vec::new();
        for one in done {
            parts.push(one.part);
            lines.extend(one.lines);
        }
        let found = ranges::join(&large.file, parts, large.binary, buffer, &mut || {
            self.read(0)
        })?;
        let mut count = Count {
            border: Lines::default(),
            last: Lines::default(),
            pieces: &lines,
        };
        for m in found.unwrap_or_default() {
            if !self.options.wants(&m) {
                self.count(|outcome| outcome.left_out.unwanted += 1);
                continue;
            }
            if self.read(0).is_break() {
                break;
            }
            if !large.binary {
                count.up_to(&large.file, m.span.start, buffer)?;
            }
            self.keep_from(large, &m, &count.last, buffer)?;
        }
        Ok(())
    }

    fn keep_from(
        &self,
        large: &Large,
        m: &Match<u64>,
        count: &Lines,
        buffer: &mut [u8],
    ) -> io::Result<()> {
        let head = (m.span.start - count.start.min(m.span.start)).min(LONG_LINE);
        let from = m.span.start - head.max(AROUND as u64).min(m.span.start);
        let to = m.span.end + AROUND as u64;
        let length = usize::try_from(to - from).unwrap_or(0).min(buffer.len());
        let read = large.file.fill(from, &mut buffer[..length])?;
        let text = &buffer[..read];
        let start = usize::try_from(m.span.start - from).unwrap_or(0).min(read);
        let end = usize::try_from(m.span.end - from).unwrap_or(0).min(read);
        let (before, secret, after) = around(text, start..end);
        let spot = Spot {
            before,
            secret,
            after,
            line_column: (!large.binary).then(|| (count.line, count.column(&text[..start]))),
            offset: Some(m.span.start),
        };
        self.keep(&At::file(&large.shown), m, &spot);
        Ok(())
    }
}

/// A count of lines that reads again only the pieces in which something was found.
struct Count<'l> {
    /// At the border of a piece.
    border: Lines,
    /// At the last finding.
    last: Lines,
    /// What each piece of the file counts.
    pieces: &'l [(u64, Option<u64>)],
}

impl Count<'_> {
    fn up_to(&mut self, file: &OpenFile, to: u64, buffer: &mut [u8]) -> io::Result<()> {
        let piece = PIECE as u64;
        while self.border.at + piece <= to {
            let index = usize::try_from(self.border.at / piece).unwrap_or(usize::MAX);
            let (more, start) = self.pieces.get(index).copied().unwrap_or_default();
            self.border.line += more;
            self.border.start = start.unwrap_or(self.border.start);
            self.border.at += piece;
        }
        if self.last.at < self.border.at {
            self.last = self.border;
        }
        let rest = usize::try_from(to - self.last.at)
            .unwrap_or(PIECE)
            .min(PIECE);
        let read = file.fill(self.last.at, &mut buffer[..rest])?;
        self.last.pass(&buffer[..read]);
        Ok(())
    }
}

/// A file from its beginning to its end.
pub(crate) struct Sequential<'f> {
    file: &'f OpenFile,
    at: u64,
}

impl<'f> Sequential<'f> {
    pub(crate) fn new(file: &'f OpenFile) -> Self {
        Self { file, at: 0 }
    }
}

impl io::Read for Sequential<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.fill(self.at, buffer)?;
        self.at += read as u64;
        Ok(read)
    }
}
