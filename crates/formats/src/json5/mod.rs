//! JSON5 with every byte accounted for: parse, look up, set, push, remove, write back.
//!
//! `harden` rewrites an agent's configuration with [`Document`]; `audit` reads it through
//! [`crate::entries`]. JSON and JSON with comments are subsets.
//!
//! **Invariant:** bytes that an operation does not name stay as they are: comments, key order,
//! indentation, quotes, trailing commas. Nesting is bounded by [`MAX_DEPTH`].
//!
//! **Source:** <https://spec.json5.org/>

mod cut;
mod parse;
mod put;
mod string;

use std::ops::Range;
use std::sync::Arc;

use serde_json::{Map, Value};

use crate::text::{Splice, splice};
use crate::{EditError, Entry, ParseError, Segment, path_text};

pub use parse::MAX_DEPTH;
pub(crate) use string::quoted;

/// Bounds the path segments of all entries of one text together. Hostile nesting could otherwise
/// turn a small file into gigabytes.
const MAX_SEGMENTS: usize = 1 << 24;

/// Holds a value and where it is written.
#[derive(Clone, PartialEq)]
pub struct Node {
    /// Bytes of the value, with its quotes or brackets.
    pub span: Range<usize>,
    /// What the value is.
    pub kind: Kind,
}

/// Says what a [`Node`] is.
#[derive(Clone, PartialEq)]
pub enum Kind {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number. `None` for `Infinity` and `NaN`, which JSON cannot hold.
    Number(Option<serde_json::Number>),
    /// A string with its escapes resolved.
    String(String),
    /// An array.
    Array(Vec<Element>),
    /// An object; a key may occur twice, and the last one counts.
    Object(Vec<Element>),
}

/// Holds a member of an object or an item of an array.
#[derive(Clone, PartialEq)]
pub struct Element {
    /// The key with escapes resolved; empty for an array's item.
    pub key: Arc<str>,
    /// Bytes of the key with its quotes; empty for an array's item.
    pub key_span: Range<usize>,
    /// The value.
    pub value: Node,
    /// Offset of the comma behind the value.
    pub comma: Option<usize>,
}

impl Element {
    /// Returns the bytes of key and value.
    pub fn span(&self) -> Range<usize> {
        let start = if self.key_span.is_empty() {
            self.value.span.start
        } else {
            self.key_span.start
        };
        start..self.value.span.end
    }
}

// The nodes hold secrets: what they print is their shape.
impl std::fmt::Debug for Node {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let kind = match self.kind {
            Kind::Null => "null",
            Kind::Bool(_) => "bool",
            Kind::Number(_) => "number",
            Kind::String(_) => "string",
            Kind::Array(_) => "array",
            Kind::Object(_) => "object",
        };
        write!(f, "Node({kind} {:?})", self.span)
    }
}

impl Node {
    /// Returns the children of an array or object; none for a scalar.
    pub fn elements(&self) -> &[Element] {
        match &self.kind {
            Kind::Array(elements) | Kind::Object(elements) => elements,
            _ => &[],
        }
    }

    /// Returns the text of a string.
    pub fn as_str(&self) -> Option<&str> {
        match &self.kind {
            Kind::String(text) => Some(text),
            _ => None,
        }
    }

    /// Returns one child; of several with the same key the last, as every JSON5 reader does.
    pub fn child(&self, segment: &Segment) -> Option<&Node> {
        match (&self.kind, segment) {
            (Kind::Object(members), Segment::Key(key)) => members
                .iter()
                .rfind(|member| member.key == *key)
                .map(|member| &member.value),
            (Kind::Array(items), Segment::Index(index)) => {
                items.get(*index).map(|item| &item.value)
            }
            _ => None,
        }
    }

    /// Converts to a JSON value. The last of equal keys wins; `Infinity` and `NaN` become null.
    pub fn to_value(&self) -> Value {
        match &self.kind {
            Kind::Null | Kind::Number(None) => Value::Null,
            Kind::Bool(value) => Value::Bool(*value),
            Kind::Number(Some(number)) => Value::Number(number.clone()),
            Kind::String(text) => Value::String(text.clone()),
            Kind::Array(items) => items.iter().map(|item| item.value.to_value()).collect(),
            Kind::Object(members) => Value::Object(
                members
                    .iter()
                    .map(|member| (member.key.to_string(), member.value.to_value()))
                    .collect::<Map<_, _>>(),
            ),
        }
    }
}

/// Holds a JSON5 text and its structure, and edits it.
#[derive(Clone)]
pub struct Document {
    text: String,
    root: Node,
}

impl std::fmt::Debug for Document {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Document({} bytes, {:?})", self.text.len(), self.root)
    }
}

impl Document {
    /// Parses a text.
    ///
    /// # Errors
    ///
    /// [`ParseError`] with the place of the first byte that does not fit.
    pub fn parse(text: &str) -> Result<Self, ParseError> {
        Ok(Self {
            root: parse::document(text)?,
            text: text.to_owned(),
        })
    }

    /// Returns the text as it is now.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Returns the text and drops the structure.
    pub fn into_text(self) -> String {
        self.text
    }

    /// Returns the outermost value.
    pub fn root(&self) -> &Node {
        &self.root
    }

    /// Returns the value at a path.
    pub fn get(&self, path: &[Segment]) -> Option<&Node> {
        path.iter().try_fold(&self.root, Node::child)
    }

    /// Converts to a JSON value. The last of equal keys wins; `Infinity` and `NaN` become null.
    pub fn to_value(&self) -> Value {
        self.root.to_value()
    }

    /// Replaces the value at a path, or inserts it with the objects that are missing above it, in
    /// the document's own indentation, quotes and trailing commas.
    ///
    /// An index one past the end of an array appends.
    ///
    /// # Errors
    ///
    /// [`EditError::NotAContainer`] if the path leads through a scalar or past an array's end.
    pub fn set(&mut self, path: &[Segment], value: &Value) -> Result<(), EditError> {
        let edit = put::set(&self.text, &self.root, path, value)?;
        let mut edited = self.clone();
        edited.apply(edit)?;
        // A defect in the placement, such as text behind a line comment, is an error too.
        if edited
            .get(path)
            .is_none_or(|node| node.to_value() != *value)
        {
            return Err(EditError::ChangesOthers);
        }
        *self = edited;
        Ok(())
    }

    /// Appends an item to the array at a path; a missing array is created.
    ///
    /// # Errors
    ///
    /// [`EditError::NotAContainer`] if something else is there.
    pub fn push(&mut self, path: &[Segment], value: &Value) -> Result<(), EditError> {
        match self.get(path).map(|node| &node.kind) {
            None => self.set(path, &Value::Array(vec![value.clone()])),
            Some(Kind::Array(items)) => {
                let mut place = path.to_vec();
                place.push(Segment::Index(items.len()));
                self.set(&place, value)
            }
            Some(_) => Err(EditError::NotAContainer(path_text(path))),
        }
    }

    /// Removes the value at a path with its key, its separator, the comments on their own lines
    /// directly above it and the comment behind it. All members of that key go, so that an
    /// earlier one does not come back.
    ///
    /// # Errors
    ///
    /// [`EditError::NotFound`] if nothing is there, [`EditError::Root`] for the empty path.
    pub fn remove(&mut self, path: &[Segment]) -> Result<(), EditError> {
        let (last, parents) = path.split_last().ok_or(EditError::Root)?;
        let missing = || EditError::NotFound(path_text(path));
        let parent = self.get(parents).ok_or_else(missing)?;
        let gone: Vec<bool> = match (&parent.kind, last) {
            (Kind::Object(members), Segment::Key(key)) => {
                members.iter().map(|member| member.key == *key).collect()
            }
            (Kind::Array(items), Segment::Index(index)) => {
                (0..items.len()).map(|at| at == *index).collect()
            }
            _ => return Err(missing()),
        };
        if !gone.contains(&true) {
            return Err(missing());
        }
        let mut cuts = Vec::new();
        cut::elements(self.text.as_bytes(), parent, &gone, &mut cuts);
        self.apply(cuts)
    }

    fn apply(&mut self, edit: Vec<Splice>) -> Result<(), EditError> {
        let bytes = splice(self.text.as_bytes(), edit);
        // Splices begin and end at characters, so this holds; a defect is an error, not a panic.
        let text = String::from_utf8(bytes).map_err(|_| EditError::ChangesOthers)?;
        let root = parse::document(&text)?;
        self.text = text;
        self.root = root;
        Ok(())
    }
}

/// Lists the scalar leaves of a JSON5 text.
pub(crate) fn entries(text: &[u8]) -> Result<Vec<Entry>, ParseError> {
    let root = parse::document(utf8(text)?)?;
    let mut leaves = Leaves {
        text,
        base: 0,
        segments: 0,
        entries: Vec::new(),
    };
    leaves.walk(&root, &mut Vec::new(), None)?;
    Ok(leaves.entries)
}

/// Lists the leaves of many JSON5 texts in one file, each below a prefix of its own.
#[derive(Default)]
pub(crate) struct Several {
    segments: usize,
    pub(crate) entries: Vec<Entry>,
}

impl Several {
    /// Adds the leaves of the text that stands at `base` in the file. A text that does not parse
    /// adds nothing.
    ///
    /// # Errors
    ///
    /// Only if all texts together exceed the bound on path segments.
    pub(crate) fn add(
        &mut self,
        text: &[u8],
        base: usize,
        prefix: Segment,
    ) -> Result<(), ParseError> {
        let Ok(root) = utf8(text).and_then(parse::document) else {
            return Ok(());
        };
        let mut leaves = Leaves {
            text,
            base,
            segments: self.segments,
            entries: std::mem::take(&mut self.entries),
        };
        let result = leaves.walk(&root, &mut vec![prefix], None);
        (self.segments, self.entries) = (leaves.segments, leaves.entries);
        result
    }
}

/// Plans the removal of the marked leaves, in the order of [`entries`].
pub(crate) fn removal(text: &[u8], selected: &[bool]) -> Result<Vec<Splice>, EditError> {
    let root = parse::document(utf8(text)?)?;
    let mut cuts = Vec::new();
    cut::leaves(text, &root, &mut selected.iter().copied(), &mut cuts)?;
    Ok(cuts)
}

/// Spells a new string at the place of a scalar, in the quotes that it has now.
pub(crate) fn replacement(text: &[u8], entry: &Entry, new: &str) -> Splice {
    let Range { start, end } = entry.value_span;
    if !entry.is_string {
        return Splice::put(start..end, quoted(new, '"'));
    }
    let quote = if start > 0 && text.get(start - 1) == Some(&b'\'') {
        '\''
    } else {
        '"'
    };
    Splice::put(start.saturating_sub(1)..end + 1, quoted(new, quote))
}

fn utf8(text: &[u8]) -> Result<&str, ParseError> {
    std::str::from_utf8(text)
        .map_err(|error| ParseError::at(text, error.valid_up_to(), "the text is not UTF-8"))
}

/// Walks a tree and writes its leaves down.
struct Leaves<'a> {
    text: &'a [u8],
    base: usize,
    segments: usize,
    entries: Vec<Entry>,
}

impl Leaves<'_> {
    fn walk(
        &mut self,
        node: &Node,
        path: &mut Vec<Segment>,
        element: Option<&Element>,
    ) -> Result<(), ParseError> {
        match &node.kind {
            Kind::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    path.push(Segment::Index(index));
                    self.walk(&item.value, path, Some(item))?;
                    path.pop();
                }
            }
            Kind::Object(members) => {
                for member in members {
                    path.push(Segment::Key(Arc::clone(&member.key)));
                    self.walk(&member.value, path, Some(member))?;
                    path.pop();
                }
            }
            _ => self.leaf(node, path, element)?,
        }
        Ok(())
    }

    fn leaf(
        &mut self,
        node: &Node,
        path: &[Segment],
        element: Option<&Element>,
    ) -> Result<(), ParseError> {
        self.segments += path.len();
        if self.segments > MAX_SEGMENTS {
            return Err(ParseError::at(
                self.text,
                node.span.start,
                "too many deeply nested values",
            ));
        }
        let (value, inside) = match &node.kind {
            Kind::String(text) => (
                text.clone().into_bytes(),
                node.span.start + 1..node.span.end - 1,
            ),
            _ => (self.text[node.span.clone()].to_vec(), node.span.clone()),
        };
        let whole = element.map_or(node.span.clone(), Element::span);
        self.entries.push(Entry {
            path: path.to_vec(),
            value,
            value_span: inside.start + self.base..inside.end + self.base,
            entry_span: whole.start + self.base..whole.end + self.base,
            is_string: matches!(node.kind, Kind::String(_)),
        });
        Ok(())
    }
}

#[cfg(test)]
mod tests;
