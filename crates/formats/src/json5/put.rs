//! Writing values in the style of the document around them.
//!
//! **Invariant:** a set replaces one value or inserts one element; nothing else moves.

use serde_json::Value;

use super::cut::extents;
use super::{Document, Element, Kind, Node, quoted};
use crate::text::Splice;
use crate::{EditError, Segment, path_text};

/// What ends a line, and a line comment with it, in ECMAScript.
const LINE_ENDS: [char; 4] = ['\n', '\r', '\u{2028}', '\u{2029}'];

/// How a document is written: found once an edit, by looking at all of it.
struct Style {
    unit: String,
    newline: &'static str,
    string_quote: char,
    /// `None` writes keys without quotes where the grammar lets it.
    key_quote: Option<char>,
    trailing_comma: bool,
    colon: &'static str,
}

/// Where a value is written: on lines of its own at an indentation, or in one line.
#[derive(Clone)]
enum Layout {
    Lines(String),
    Inline {
        padding: &'static str,
        separator: &'static str,
    },
}

/// Plans the edit that makes `path` hold `value`.
pub(super) fn set(
    text: &str,
    root: &Node,
    path: &[Segment],
    value: &Value,
) -> Result<Vec<Splice>, EditError> {
    let style = Style::of(text, root);
    let mut node = root;
    let mut layout = Layout::Lines(String::new());
    for (depth, segment) in path.iter().enumerate() {
        if let Some(child) = node.child(segment) {
            layout = child_layout(text, node, &layout, &style);
            node = child;
            continue;
        }
        let refused = || EditError::NotAContainer(path_text(&path[..depth]));
        let key = match (&node.kind, segment) {
            (Kind::Object(_), Segment::Key(key)) => Some(&**key),
            (Kind::Array(items), Segment::Index(index)) if *index == items.len() => None,
            _ => return Err(refused()),
        };
        let value = wrapped(&path[depth + 1..], value).ok_or_else(refused)?;
        return Ok(insert(text, node, &layout, &style, key, &value));
    }
    let indent = match (&layout, path.is_empty()) {
        (Layout::Lines(_), false) => Layout::Lines(line_indent(text, node.span.start).to_owned()),
        _ => layout,
    };
    Ok(vec![Splice::put(
        node.span.clone(),
        style.write(value, &indent),
    )])
}

/// Builds the objects that are missing between an existing container and the value.
fn wrapped(path: &[Segment], value: &Value) -> Option<Value> {
    path.iter()
        .rev()
        .try_fold(value.clone(), |inner, segment| match segment {
            Segment::Key(key) => Some(Value::Object(
                [(key.to_string(), inner)].into_iter().collect(),
            )),
            Segment::Index(0) => Some(Value::Array(vec![inner])),
            Segment::Index(_) => None,
        })
}

/// Inserts one element behind the last one of a container.
fn insert(
    text: &str,
    node: &Node,
    outer: &Layout,
    style: &Style,
    key: Option<&str>,
    value: &Value,
) -> Vec<Splice> {
    let layout = child_layout(text, node, outer, style);
    let element = style.element(key, value, &layout);
    let inner = node.span.start + 1..node.span.end - 1;
    let Some(last) = node.elements().last() else {
        return insert_first(text, node, &layout, style, &element);
    };
    let end = extents(text.as_bytes(), &inner, node.elements())
        .last()
        .map_or(last.value.span.end, |extent| extent.end);
    let lead = match &layout {
        Layout::Lines(indent) => format!("{}{indent}", style.newline),
        Layout::Inline { separator, .. } => (*separator).to_owned(),
    };
    if last.comma.is_some() {
        return vec![Splice::put(end..end, format!("{lead}{element},"))];
    }
    let comma = last.value.span.end;
    if end == comma {
        return vec![Splice::put(end..end, format!(",{lead}{element}"))];
    }
    vec![
        Splice::put(comma..comma, ","),
        Splice::put(end..end, format!("{lead}{element}")),
    ]
}

/// Inserts into a container without elements; comments in it stay in front.
fn insert_first(
    text: &str,
    node: &Node,
    layout: &Layout,
    style: &Style,
    element: &str,
) -> Vec<Splice> {
    let inner = node.span.start + 1..node.span.end - 1;
    let body = &text[inner.clone()];
    let content_end = inner.start + body.trim_end().len();
    let comma = if style.trailing_comma { "," } else { "" };
    let close = line_indent(text, node.span.start);
    match layout {
        Layout::Lines(indent) if content_end == inner.start => {
            let lines = format!("{0}{indent}{element}{comma}{0}{close}", style.newline);
            vec![Splice::put(inner, lines)]
        }
        Layout::Lines(indent) => {
            let rest = if text[content_end..inner.end].contains(LINE_ENDS) {
                String::new()
            } else {
                format!("{}{close}", style.newline)
            };
            vec![Splice::put(
                content_end..content_end,
                format!("{}{indent}{element}{comma}{rest}", style.newline),
            )]
        }
        Layout::Inline { padding, .. } if content_end == inner.start => {
            vec![Splice::put(inner, format!("{padding}{element}{padding}"))]
        }
        Layout::Inline { .. } => vec![Splice::put(content_end..content_end, format!(" {element}"))],
    }
}

/// Says how the children of a container are written.
fn child_layout(text: &str, node: &Node, outer: &Layout, style: &Style) -> Layout {
    let children = node.elements();
    let inner = node.span.start + 1..node.span.end - 1;
    let nested = || format!("{}{}", line_indent(text, node.span.start), style.unit);
    let Some(last) = children.last() else {
        // A line comment in an empty container makes lines necessary.
        return match outer {
            Layout::Inline { .. } if !text[inner.clone()].contains(LINE_ENDS) => outer.clone(),
            _ => Layout::Lines(nested()),
        };
    };
    let extents = extents(text.as_bytes(), &inner, children);
    match extents.last() {
        Some(extent) if extent.own_line => {
            Layout::Lines(line_indent(text, last.span().start).to_owned())
        }
        // Behind a line comment only another line can go on.
        Some(extent) if extent.line_ends && ends_with_comment(extent.end, last) => {
            Layout::Lines(nested())
        }
        _ => Layout::Inline {
            padding: if node_is_padded(text, node) { " " } else { "" },
            separator: if style.colon == ":" { "" } else { " " },
        },
    }
}

fn ends_with_comment(end: usize, last: &Element) -> bool {
    end > last.comma.map_or(last.value.span.end, |comma| comma + 1)
}

fn node_is_padded(text: &str, node: &Node) -> bool {
    text[node.span.start + 1..].starts_with(' ')
}

/// Returns the white space at the beginning of the line that holds an offset.
fn line_indent(text: &str, offset: usize) -> &str {
    let start = text[..offset].rfind('\n').map_or(0, |at| at + 1);
    let line = &text[start..offset];
    &line[..line.len() - line.trim_start_matches([' ', '\t']).len()]
}

impl Style {
    fn of(text: &str, root: &Node) -> Self {
        let mut seen = Seen::default();
        seen.look(text, root);
        let newline = match text.find('\n') {
            Some(at) if at > 0 && text.as_bytes()[at - 1] == b'\r' => "\r\n",
            _ => "\n",
        };
        Self {
            unit: seen.unit.unwrap_or_else(|| "  ".to_owned()),
            newline,
            string_quote: if seen.single > seen.double { '\'' } else { '"' },
            key_quote: match (seen.bare_keys, seen.single_keys, seen.double_keys) {
                (bare, single, double) if bare > single.max(double) => None,
                (_, single, double) if single > double => Some('\''),
                _ => Some('"'),
            },
            trailing_comma: seen.trailing > seen.not_trailing,
            colon: if seen.tight_colons > seen.loose_colons {
                ":"
            } else {
                ": "
            },
        }
    }

    fn element(&self, key: Option<&str>, value: &Value, layout: &Layout) -> String {
        let written = self.write(value, layout);
        match key {
            Some(key) => format!("{}{}{written}", self.key(key), self.colon),
            None => written,
        }
    }

    fn key(&self, key: &str) -> String {
        match self.key_quote {
            Some(quote) => quoted(key, quote),
            None if is_identifier(key) => key.to_owned(),
            None => quoted(key, self.string_quote),
        }
    }

    /// Writes a value; `layout` says where its own line begins.
    fn write(&self, value: &Value, layout: &Layout) -> String {
        match value {
            Value::String(text) => quoted(text, self.string_quote),
            Value::Array(items) => {
                let nested = self.nested(layout);
                self.enclose(
                    '[',
                    items.iter().map(|item| self.write(item, &nested)).collect(),
                    ']',
                    layout,
                )
            }
            Value::Object(members) => {
                let nested = self.nested(layout);
                let members = members
                    .iter()
                    .map(|(key, value)| self.element(Some(key), value, &nested))
                    .collect();
                self.enclose('{', members, '}', layout)
            }
            scalar => scalar.to_string(),
        }
    }

    fn nested(&self, layout: &Layout) -> Layout {
        match layout {
            Layout::Lines(indent) => Layout::Lines(format!("{indent}{}", self.unit)),
            inline => inline.clone(),
        }
    }

    fn enclose(&self, open: char, parts: Vec<String>, close: char, layout: &Layout) -> String {
        if parts.is_empty() {
            return format!("{open}{close}");
        }
        match layout {
            Layout::Lines(indent) => {
                let between = format!(",{}{indent}{}", self.newline, self.unit);
                let comma = if self.trailing_comma { "," } else { "" };
                let body = parts.join(&between);
                format!(
                    "{open}{0}{indent}{1}{body}{comma}{0}{indent}{close}",
                    self.newline, self.unit
                )
            }
            Layout::Inline { padding, separator } => {
                format!(
                    "{open}{padding}{}{padding}{close}",
                    parts.join(&format!(",{separator}"))
                )
            }
        }
    }
}

/// What a walk over the document counts.
#[derive(Default)]
struct Seen {
    unit: Option<String>,
    single: usize,
    double: usize,
    bare_keys: usize,
    single_keys: usize,
    double_keys: usize,
    trailing: usize,
    not_trailing: usize,
    tight_colons: usize,
    loose_colons: usize,
}

impl Seen {
    fn look(&mut self, text: &str, node: &Node) {
        let bytes = text.as_bytes();
        if matches!(node.kind, Kind::String(_)) {
            let count = if bytes[node.span.start] == b'\'' {
                &mut self.single
            } else {
                &mut self.double
            };
            *count += 1;
        }
        for element in node.elements() {
            if !element.key_span.is_empty() {
                match bytes[element.key_span.start] {
                    b'\'' => self.single_keys += 1,
                    b'"' => self.double_keys += 1,
                    _ => self.bare_keys += 1,
                }
                let tight = bytes[element.value.span.start - 1] == b':';
                *(if tight {
                    &mut self.tight_colons
                } else {
                    &mut self.loose_colons
                }) += 1;
            }
            self.look(text, &element.value);
        }
        if let (Some(first), Some(last)) = (node.elements().first(), node.elements().last()) {
            let head = &text[node.span.start..first.span().start];
            if head.contains('\n') {
                let count = if last.comma.is_some() {
                    &mut self.trailing
                } else {
                    &mut self.not_trailing
                };
                *count += 1;
            }
            if self.unit.is_none() && head.contains('\n') {
                let (outer, inner) = (
                    line_indent(text, node.span.start),
                    line_indent(text, first.span().start),
                );
                self.unit = inner
                    .strip_prefix(outer)
                    .filter(|unit| !unit.is_empty())
                    .map(str::to_owned);
            }
        }
    }
}

fn is_identifier(key: &str) -> bool {
    let mut chars = key.chars();
    chars
        .next()
        .is_some_and(|c| c.is_ascii_alphabetic() || matches!(c, '_' | '$'))
        && chars.all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '$'))
}

impl Document {
    /// Says whether a value at a path could be set without an error.
    pub fn can_set(&self, path: &[Segment]) -> bool {
        set(&self.text, &self.root, path, &Value::Null).is_ok()
    }
}
