//! Records: a header of serial types, then the values.
//!
//! Called by `Database::rows` for each entry of a b-tree.
//!
//! **Invariant:** one visit holds at most `Limits::row` bytes of values; what is longer follows in
//! further visits, so that nothing is left unread and nothing is held whole.
//!
//! **Source:** <https://www.sqlite.org/fileformat2.html#record_format>

use std::ops::ControlFlow;

use super::error::SqliteError;
use super::header::Encoding;
use super::payload::Payload;
use super::schema::{Slot, Table};
use super::{Cell, Row, Value};

/// SQLite takes a longer header for corruption, too.
const MAX_HEADER: u64 = 98_307;
/// The most columns that SQLite can be compiled for.
const MAX_FIELDS: usize = 32_767;
const MAX_VARINT: usize = 9;

/// How much of a row is handed over at once, in bytes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    pub(super) cell: usize,
    pub(super) row: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            cell: 16 << 20,
            row: 64 << 20,
        }
    }
}

/// Reads a big-endian number of one to nine bytes; returns it with its length in bytes.
pub(super) fn varint(bytes: &[u8]) -> Option<(u64, usize)> {
    let mut value = 0_u64;
    for (index, &byte) in bytes.iter().take(MAX_VARINT).enumerate() {
        if index == MAX_VARINT - 1 {
            return Some((value << 8 | u64::from(byte), MAX_VARINT));
        }
        value = value << 7 | u64::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            return Some((value, index + 1));
        }
    }
    None
}

/// One value as the record header announces it.
#[derive(Clone, Copy)]
struct Field {
    serial: u64,
    start: u64,
    len: u64,
}

impl Field {
    fn is_long(self) -> bool {
        self.serial >= 12
    }

    fn is_text(self) -> bool {
        self.is_long() && self.serial % 2 == 1
    }
}

/// Reads one record and hands it to the visitor, long values in pieces.
pub(super) struct Reader<'d> {
    pub(super) table: &'d Table,
    pub(super) encoding: Encoding,
    pub(super) limits: Limits,
}

impl Reader<'_> {
    /// Decodes an entry.
    pub(super) fn read(
        &self,
        rowid: Option<i64>,
        payload: &mut Payload<'_, '_>,
        visit: &mut dyn FnMut(Row<'_>) -> ControlFlow<()>,
    ) -> Result<ControlFlow<()>, SqliteError> {
        let fields = fields(payload)?;
        let (cells, taken) = self.cells(rowid, &fields, payload)?;
        if visit(Row { rowid, cells }).is_break() {
            return Ok(ControlFlow::Break(()));
        }
        for (index, field) in fields.iter().enumerate() {
            let column = match self.table.slot(index) {
                Slot::Column(_, column) => column.name.as_str(),
                Slot::Repeat => continue,
                Slot::Surplus => "",
            };
            let mut done = taken[index];
            while done < field.len {
                let (value, count) = self.piece(*field, done, self.limits.cell, payload)?;
                let offset = done;
                done += count;
                let cell = Cell {
                    column,
                    value,
                    offset,
                    more: done < field.len,
                };
                if visit(Row {
                    rowid,
                    cells: vec![cell],
                })
                .is_break()
                {
                    return Ok(ControlFlow::Break(()));
                }
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    /// Reads the first piece of every value, in the order of the declaration; tells how much of
    /// each field that was.
    fn cells(
        &self,
        rowid: Option<i64>,
        fields: &[Field],
        payload: &mut Payload<'_, '_>,
    ) -> Result<(Vec<Cell<'_>>, Vec<u64>), SqliteError> {
        let mut room = self.limits.row;
        let mut taken = Vec::with_capacity(fields.len());
        let mut cells = Vec::with_capacity(fields.len().max(self.table.stored_columns()));
        for (index, &field) in fields.iter().enumerate() {
            let slot = self.table.slot(index);
            if matches!(slot, Slot::Repeat) {
                taken.push(field.len);
                continue;
            }
            let (value, count) = self.piece(field, 0, room.min(self.limits.cell), payload)?;
            room = room.saturating_sub(usize::try_from(count).unwrap_or(usize::MAX));
            taken.push(count);
            let more = count < field.len;
            cells.push(match slot {
                Slot::Column(place, column) => {
                    let value = column.refine(value, rowid);
                    (
                        place,
                        Cell {
                            column: &column.name,
                            value,
                            offset: 0,
                            more,
                        },
                    )
                }
                // A value without a column comes last.
                _ => (
                    usize::MAX,
                    Cell {
                        column: "",
                        value,
                        offset: 0,
                        more,
                    },
                ),
            });
        }
        // A record may end before the columns do: they were added after it was written.
        for index in fields.len()..self.table.stored_columns() {
            if let Slot::Column(place, column) = self.table.slot(index) {
                let value = column.refine(Value::Null, rowid);
                cells.push((
                    place,
                    Cell {
                        column: &column.name,
                        value,
                        offset: 0,
                        more: false,
                    },
                ));
            }
        }
        cells.sort_by_key(|(place, _)| *place);
        Ok((cells.into_iter().map(|(_, cell)| cell).collect(), taken))
    }

    /// Reads at most `most` bytes of a value from `from` on; short values come whole.
    fn piece(
        &self,
        field: Field,
        from: u64,
        most: usize,
        payload: &mut Payload<'_, '_>,
    ) -> Result<(Value, u64), SqliteError> {
        let mut count = usize::try_from(field.len - from).unwrap_or(usize::MAX);
        if field.is_long() && count > most {
            // UTF-16 is cut between units.
            count = most & !1;
        }
        let bytes = payload.bytes(field.start + from, count)?;
        let value = match field.serial {
            0 => Value::Null,
            1..=6 => Value::Int(integer(&bytes)),
            7 => Value::Real(f64::from_bits(integer(&bytes).cast_unsigned())),
            8 => Value::Int(0),
            9 => Value::Int(1),
            10 | 11 => return Err(payload.bad("a value has a reserved type")),
            _ if field.is_text() => Value::Text(self.utf8(bytes)),
            _ => Value::Blob(bytes),
        };
        Ok((value, count as u64))
    }

    fn utf8(&self, bytes: Vec<u8>) -> Vec<u8> {
        let unit = match self.encoding {
            Encoding::Utf8 => return bytes,
            Encoding::Utf16Le => u16::from_le_bytes,
            Encoding::Utf16Be => u16::from_be_bytes,
        };
        let (units, _) = bytes.as_chunks::<2>();
        let text: String = char::decode_utf16(units.iter().copied().map(unit))
            .map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER))
            .collect();
        text.into_bytes()
    }
}

/// Reads the record header.
fn fields(payload: &mut Payload<'_, '_>) -> Result<Vec<Field>, SqliteError> {
    let begin = payload.bytes(0, payload.len().min(MAX_VARINT as u64) as usize)?;
    let (header_len, size) = varint(&begin).ok_or_else(|| payload.bad("a record has no header"))?;
    if header_len > MAX_HEADER || header_len < size as u64 {
        return Err(payload.bad("a record header has an impossible length"));
    }
    // At most 96 KiB, checked against the length of the payload before it is allocated.
    let header = payload.bytes(0, header_len as usize)?;
    let mut rest = &header[size..];
    let mut start = header_len;
    let mut fields = Vec::new();
    while !rest.is_empty() {
        let (serial, size) =
            varint(rest).ok_or_else(|| payload.bad("a record header ends inside of a number"))?;
        rest = &rest[size..];
        let len = match serial {
            0 | 8..=11 => 0,
            1..=4 => serial,
            5 => 6,
            6 | 7 => 8,
            _ => (serial - 12) / 2,
        };
        fields.push(Field { serial, start, len });
        start = start.saturating_add(len);
        if start > payload.len() {
            return Err(payload.bad("a record is shorter than its header says"));
        }
        if fields.len() > MAX_FIELDS {
            return Err(payload.bad("a record has too many values"));
        }
    }
    Ok(fields)
}

/// Widens one to eight big-endian bytes, with the sign.
fn integer(bytes: &[u8]) -> i64 {
    let negative = bytes.first().is_some_and(|byte| byte & 0x80 != 0);
    bytes
        .iter()
        .fold(if negative { -1 } else { 0 }, |value, &byte| {
            value << 8 | i64::from(byte)
        })
}
