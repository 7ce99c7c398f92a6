//! Looking into pages without a browser: enough for tests that read what a page says.

/// A page that came back.
#[derive(Debug)]
pub struct Page {
    pub status: u16,
    /// Where a redirect leads.
    pub location: String,
    pub html: String,
}

fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let at = tag.find(&format!(" {name}=\""))? + name.len() + 3;
    tag[at..].split('"').next()
}

fn plain(text: &str) -> String {
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&#34;", "\"")
        .replace("&amp;", "&")
}

impl Page {
    /// The tags of one kind: `input`.
    fn tags<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a str> {
        self.html.split('<').filter_map(move |t| {
            let rest = t.strip_prefix(kind)?;
            if !rest.starts_with([' ', '>']) {
                return None;
            }
            Some(t.split('>').next().unwrap_or(t))
        })
    }

    /// The value of the first field with this name.
    pub fn value(&self, name: &str) -> String {
        let field = self.tags("input").find(|t| attribute(t, "name") == Some(name));
        field
            .and_then(|t| attribute(t, "value"))
            .map(plain)
            .unwrap_or_else(|| panic!("no field {name}:\n{}", self.text()))
    }

    /// The values that a choice offers.
    pub fn options(&self, name: &str) -> Vec<String> {
        let Some(start) = self.html.find(&format!("name=\"{name}\"")) else {
            return Vec::new();
        };
        let part = self.html[start..].split("</select>").next().unwrap_or_default();
        part.split("<option")
            .skip(1)
            .filter_map(|o| attribute(o.split('>').next()?, "value").map(plain))
            .collect()
    }

    /// The text of the element with this id.
    pub fn by_id(&self, id: &str) -> String {
        let at = self
            .html
            .find(&format!("id=\"{id}\""))
            .unwrap_or_else(|| panic!("no element {id}:\n{}", self.text()));
        let inner = self.html[at..].split_once('>').map_or("", |(_, rest)| rest);
        plain(inner.split('<').next().unwrap_or_default().trim())
    }

    /// The addresses of links.
    pub fn links(&self) -> Vec<String> {
        self.tags("a").filter_map(|t| attribute(t, "href").map(plain)).collect()
    }

    /// What a person reads: the text without tags, its spaces made one.
    pub fn text(&self) -> String {
        let mut out = String::new();
        let mut rest = self.html.as_str();
        for (open, close) in [("<script", "</script>"), ("<style", "</style>")] {
            if let (Some(a), Some(b)) = (rest.find(open), rest.find(close))
                && a < b
            {
                out.push_str(&rest[..a]);
                rest = &rest[b + close.len()..];
            }
        }
        out.push_str(rest);
        let (mut text, mut inside) = (String::new(), false);
        for c in out.chars() {
            match c {
                '<' => inside = true,
                '>' => {
                    inside = false;
                    text.push(' ');
                }
                c if !inside => text.push(c),
                _ => {}
            }
        }
        plain(&text.split_whitespace().collect::<Vec<_>>().join(" "))
    }
}
