//! What a person can see of a page: its text, its forms, what can be chosen in them.

/// One start tag with its attributes, and where it ends.
#[derive(Debug, Clone)]
pub struct Tag {
    pub name: String,
    pub attrs: Vec<(String, String)>,
    pub end: usize,
}

impl Tag {
    pub fn attr(&self, name: &str) -> Option<&str> {
        self.attrs.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }

    fn has(&self, name: &str) -> bool {
        self.attr(name).is_some()
    }
}

/// Entities that templates write.
pub fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(i) = rest.find('&') {
        out.push_str(&rest[..i]);
        rest = &rest[i..];
        let Some(end) = rest.find(';').filter(|e| *e < 10) else {
            out.push('&');
            rest = &rest[1..];
            continue;
        };
        let name = &rest[1..end];
        let number = name
            .strip_prefix("#x")
            .map(|n| u32::from_str_radix(n, 16))
            .or_else(|| name.strip_prefix('#').map(|n| n.parse()));
        let one = match name {
            "amp" => Some('&'),
            "lt" => Some('<'),
            "gt" => Some('>'),
            "quot" => Some('"'),
            "nbsp" => Some(' '),
            _ => number.and_then(Result::ok).and_then(char::from_u32),
        };
        match one {
            Some(c) => out.push(c),
            None => out.push_str(&rest[..=end]),
        }
        rest = &rest[end + 1..];
    }
    out.push_str(rest);
    out
}

/// The tag that begins at `at`, which holds `<`. End tags have a name with a slash.
fn tag_at(html: &str, at: usize) -> Option<Tag> {
    let b = html.as_bytes();
    let mut i = at + 1;
    let start = i;
    if b.get(i) == Some(&b'/') {
        i += 1;
    }
    while i < b.len() && (b[i].is_ascii_alphanumeric() || b[i] == b'-') {
        i += 1;
    }
    if i == start {
        return None;
    }
    let name = html[start..i].to_lowercase();
    let mut attrs = Vec::new();
    loop {
        while i < b.len() && (b[i].is_ascii_whitespace() || b[i] == b'/') {
            i += 1;
        }
        if i >= b.len() {
            return None;
        }
        if b[i] == b'>' {
            return Some(Tag {
                name,
                attrs,
                end: i + 1,
            });
        }
        let from = i;
        while i < b.len() && !b[i].is_ascii_whitespace() && !matches!(b[i], b'=' | b'>') {
            i += 1;
        }
        let key = html[from..i].to_lowercase();
        let mut value = String::new();
        if b.get(i) == Some(&b'=') {
            i += 1;
            let quote = *b.get(i)?;
            if quote == b'"' || quote == b'\'' {
                let end = i + 1 + html[i + 1..].find(char::from(quote))?;
                value = unescape(&html[i + 1..end]);
                i = end + 1;
            } else {
                let from = i;
                while i < b.len() && !b[i].is_ascii_whitespace() && b[i] != b'>' {
                    i += 1;
                }
                value = unescape(&html[from..i]);
            }
        }
        attrs.push((key, value));
    }
}

/// Every tag of a page in order, scripts, styles and drawings left out.
pub fn tags(html: &str) -> Vec<Tag> {
    let mut out = Vec::new();
    let mut i = 0;
    while let Some(next) = html[i..].find('<') {
        let at = i + next;
        if html[at..].starts_with("<!--") {
            i = html[at..].find("-->").map_or(html.len(), |e| at + e + 3);
            continue;
        }
        let Some(tag) = tag_at(html, at) else {
            i = at + 1;
            continue;
        };
        i = tag.end;
        if matches!(tag.name.as_str(), "script" | "style" | "svg") {
            i = html[i..].find(&format!("</{}", tag.name)).map_or(html.len(), |e| i + e);
        }
        out.push(tag);
    }
    out
}

/// The words of a page, one space between them. What stands in `title`, `value` or a hidden part is not among them, except
/// for parts that a click opens.
pub fn text(html: &str) -> String {
    let mut out = String::new();
    let mut i = 0;
    while i < html.len() {
        let Some(next) = html[i..].find('<') else {
            out.push_str(&html[i..]);
            break;
        };
        out.push_str(&html[i..i + next]);
        let at = i + next;
        let Some(tag) = tag_at(html, at) else {
            out.push('<');
            i = at + 1;
            continue;
        };
        i = tag.end;
        if matches!(tag.name.as_str(), "script" | "style" | "svg" | "head" | "template") {
            i = html[i..].find(&format!("</{}", tag.name)).map_or(html.len(), |e| i + e);
        }
        let inline = matches!(
            tag.name.trim_start_matches('/'),
            "b" | "span" | "a" | "kbd" | "i" | "em" | "strong" | "code"
        );
        if !inline {
            out.push(' ');
        }
    }
    unescape(&out).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The part of a page between the tag with this id and the end of that element.
pub fn part<'a>(html: &'a str, id: &str) -> Option<&'a str> {
    let at = html.find(&format!("id=\"{id}\""))?;
    let start = html[..at].rfind('<')?;
    let tag = tag_at(html, start)?;
    let (open, close) = (format!("<{}", tag.name), format!("</{}", tag.name));
    let mut depth = 1;
    let mut i = tag.end;
    loop {
        let end = i + html[i..].find(&close)?;
        depth += html[i..end].matches(&open).count();
        depth -= 1;
        if depth == 0 {
            return Some(&html[start..end]);
        }
        i = end + close.len();
    }
}

/// One thing in a form that can be filled in.
#[derive(Debug, Clone)]
pub struct Control {
    pub name: String,
    pub kind: String,
    /// Of a select or a group of radio buttons: value and label.
    pub options: Vec<(String, String)>,
    /// What it holds when the page is opened; None where it would not be sent.
    pub value: Option<String>,
}

/// A form as a browser would send it.
#[derive(Debug, Clone)]
pub struct Form {
    pub action: String,
    pub fields: Vec<(String, String)>,
    pub controls: Vec<Control>,
}

/// Value and shown text of the buttons that send a form with this name.
pub fn controls(html: &str, owner: impl Fn(Option<&str>, Option<&str>) -> bool) -> Vec<Control> {
    let mut list: Vec<Control> = Vec::new();
    let (mut form_id, mut form_action): (Option<String>, Option<String>) = (None, None);
    let all = tags(html);
    let mut select: Option<(Control, bool)> = None;
    for (i, tag) in all.iter().enumerate() {
        match tag.name.as_str() {
            "form" => {
                form_id = Some(tag.attr("id").unwrap_or_default().to_owned());
                form_action = Some(tag.attr("action").unwrap_or_default().to_owned());
            }
            "/form" => (form_id, form_action) = (None, None),
            "/select" => {
                if let Some((mut c, mine)) = select.take()
                    && mine
                {
                    if c.value.is_none() {
                        c.value = c.options.first().map(|o| o.0.clone());
                    }
                    list.push(c);
                }
            }
            "option" => {
                if let Some((c, _)) = &mut select {
                    let end = html[tag.end..].find("</option").map_or(tag.end, |e| tag.end + e);
                    let label = text(&html[tag.end..end]);
                    let value = tag.attr("value").map_or(label.clone(), str::to_owned);
                    if tag.has("selected") {
                        c.value = Some(value.clone());
                    }
                    c.options.push((value, label));
                }
            }
            "input" | "textarea" | "select" => {
                let id = tag.attr("form").map(str::to_owned).or_else(|| form_id.clone());
                let mine = owner(
                    id.as_deref(),
                    if tag.has("form") { None } else { form_action.as_deref() },
                );
                let Some(name) = tag.attr("name").filter(|n| !n.is_empty()) else {
                    continue;
                };
                let kind = match tag.name.as_str() {
                    "input" => tag.attr("type").unwrap_or("text").to_owned(),
                    other => other.to_owned(),
                };
                let mut c = Control {
                    name: name.to_owned(),
                    kind,
                    options: Vec::new(),
                    value: None,
                };
                if tag.name == "select" {
                    select = Some((c, mine));
                    continue;
                }
                if !mine || c.kind == "file" {
                    continue;
                }
                let given = tag.attr("value").map(str::to_owned);
                c.value = match c.kind.as_str() {
                    "radio" | "checkbox" => tag.has("checked").then(|| given.clone().unwrap_or_else(|| "on".into())),
                    "textarea" => {
                        let end = html[tag.end..].find("</textarea").map_or(tag.end, |e| tag.end + e);
                        Some(unescape(&html[tag.end..end]))
                    }
                    _ => Some(given.clone().unwrap_or_default()),
                };
                if matches!(c.kind.as_str(), "radio" | "checkbox") {
                    let label_end = html[tag.end..].find("</label").map_or(tag.end, |e| tag.end + e);
                    let label = if i + 1 < all.len() {
                        text(&html[tag.end..label_end])
                    } else {
                        String::new()
                    };
                    let one = (given.unwrap_or_else(|| "on".into()), label);
                    if c.kind == "radio"
                        && let Some(group) = list.iter_mut().find(|x| x.kind == "radio" && x.name == c.name)
                    {
                        group.options.push(one);
                        group.value = c.value.or(group.value.take());
                        continue;
                    }
                    c.options.push(one);
                }
                list.push(c);
            }
            _ => {}
        }
    }
    list
}

impl Form {
    fn of(action: String, controls: Vec<Control>) -> Form {
        let fields = controls
            .iter()
            .filter_map(|c| Some((c.name.clone(), c.value.clone()?)))
            .collect();
        Form {
            action,
            fields,
            controls,
        }
    }

    /// The form with this id.
    pub fn by_id(html: &str, id: &str) -> Form {
        let action = tags(html)
            .into_iter()
            .find(|t| t.name == "form" && t.attr("id") == Some(id));
        let action = action.unwrap_or_else(|| panic!("no form #{id} on the page: {}", text(html)));
        Form::of(
            action.attr("action").unwrap_or_default().to_owned(),
            controls(html, |i, _| i == Some(id)),
        )
    }

    /// The form whose address ends so.
    pub fn to(html: &str, end: &str) -> Form {
        let found = tags(html)
            .into_iter()
            .find(|t| t.name == "form" && t.attr("action").is_some_and(|a| a.ends_with(end)));
        let found = found.unwrap_or_else(|| panic!("no form to {end} on the page: {}", text(html)));
        let action = found.attr("action").unwrap_or_default().to_owned();
        let id = found.attr("id").map(str::to_owned);
        let of = controls(html, |i, a| {
            a == Some(action.as_str()) || (id.is_some() && i == id.as_deref())
        });
        Form::of(action, of)
    }

    /// A field that the form offers.
    pub fn control(&self, name: &str) -> Option<&Control> {
        self.controls.iter().find(|c| c.name == name)
    }

    pub fn get(&self, name: &str) -> &str {
        self.fields
            .iter()
            .rev()
            .find(|(n, _)| n == name)
            .map_or("", |(_, v)| v.as_str())
    }

    /// Fills in what the page offers; nothing else can be filled in.
    pub fn set(&mut self, name: &str, value: &str) -> &mut Form {
        let c = self
            .control(name)
            .unwrap_or_else(|| panic!("the form {} has no field {name}: {:?}", self.action, self.names()));
        let choice = matches!(c.kind.as_str(), "radio" | "select");
        let chosen = |o: &(String, String)| o.0 == value;
        assert!(
            !choice || c.options.iter().any(chosen),
            "{name} offers no {value}: {:?}",
            c.options
        );
        self.put(name, value)
    }

    /// Chooses by the text that stands beside the choice.
    pub fn pick(&mut self, name: &str, label: &str) -> &mut Form {
        let value = self
            .offer(name, label)
            .unwrap_or_else(|| panic!("{name} offers no {label}: {:?}", self.control(name)));
        self.put(name, &value)
    }

    /// The value of the choice with this text.
    pub fn offer(&self, name: &str, label: &str) -> Option<String> {
        self.control(name)?
            .options
            .iter()
            .find(|o| o.1.contains(label))
            .map(|o| o.0.clone())
    }

    /// As a program sends it: also what the page does not offer.
    pub fn put(&mut self, name: &str, value: &str) -> &mut Form {
        self.fields.retain(|(n, _)| n != name);
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn names(&self) -> Vec<&str> {
        self.controls.iter().map(|c| c.name.as_str()).collect()
    }
}

/// Percent-encoding of a form's value.
pub fn encode(s: &str) -> String {
    s.bytes()
        .map(|b| match b {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => char::from(b).to_string(),
            _ => format!("%{b:02X}"),
        })
        .collect()
}

/// The body of a form.
pub fn body(fields: &[(String, String)]) -> String {
    fields
        .iter()
        .map(|(n, v)| format!("{}={}", encode(n), encode(v)))
        .collect::<Vec<_>>()
        .join("&")
}
