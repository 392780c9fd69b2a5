//! A reader that can be looked at before it is read, for formats that tell by the next bytes.
//!
//! Called by the readers of compressed streams and archives.
//!
//! **Invariant:** holds one small buffer.

use std::io::{self, BufRead, Read};

const SIZE: usize = 32 * 1024;

/// Bytes that come, with some of them in sight.
pub(crate) struct Window<'r> {
    inner: &'r mut dyn Read,
    buffer: Vec<u8>,
    from: usize,
    to: usize,
}

impl<'r> Window<'r> {
    pub(crate) fn new(inner: &'r mut dyn Read) -> Self {
        Self {
            inner,
            buffer: vec![0; SIZE],
            from: 0,
            to: 0,
        }
    }

    /// The next `count` bytes, or what is left of them at the end; at most the half of the buffer.
    pub(crate) fn peek(&mut self, count: usize) -> io::Result<&[u8]> {
        if self.from + count > self.buffer.len() {
            self.buffer.copy_within(self.from..self.to, 0);
            self.to -= self.from;
            self.from = 0;
        }
        while self.to - self.from < count {
            match self.inner.read(&mut self.buffer[self.to..]) {
                Ok(0) => break,
                Ok(read) => self.to += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(&self.buffer[self.from..self.to.min(self.from + count)])
    }

    /// Takes exactly `count` bytes that are in sight.
    pub(crate) fn take_exactly(&mut self, count: usize) -> io::Result<Vec<u8>> {
        let bytes = self.peek(count)?.to_vec();
        if bytes.len() < count {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.consume(count);
        Ok(bytes)
    }

    /// Leaves bytes out.
    pub(crate) fn skip(&mut self, count: u64) -> io::Result<()> {
        let skipped = io::copy(&mut self.by_ref().take(count), &mut io::sink())?;
        if skipped < count {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(())
    }
}

impl Read for Window<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let bytes = self.fill_buf()?;
        let count = bytes.len().min(out.len());
        out[..count].copy_from_slice(&bytes[..count]);
        self.consume(count);
        Ok(count)
    }
}

impl BufRead for Window<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.from == self.to {
            self.from = 0;
            self.to = self.inner.read(&mut self.buffer)?;
        }
        Ok(&self.buffer[self.from..self.to])
    }

    fn consume(&mut self, count: usize) {
        self.from = (self.from + count).min(self.to);
    }
}
