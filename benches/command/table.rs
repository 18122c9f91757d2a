//! Tables in Markdown, and their place in a page.

use std::fmt;
use std::path::Path;

/// A table with a name, by which a page knows where it goes.
pub struct Table {
    name: &'static str,
    head: Vec<&'static str>,
    rows: Vec<Vec<String>>,
}

impl Table {
    pub fn new(name: &'static str, head: &[&'static str]) -> Table {
        Table { name, head: head.to_vec(), rows: Vec::new() }
    }

    pub fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        let row: Vec<String> = cells.into_iter().collect();
        eprintln!("  {}", row.join(" | "));
        self.rows.push(row);
    }

    /// Puts the table into `page`, between its two marks.
    pub fn write_into(&self, page: &Path) -> Result<(), String> {
        let told = |error: std::io::Error| format!("{}: {error}", page.display());
        let text = std::fs::read_to_string(page).map_err(told)?;
        let (from, to) = (format!("<!-- {} -->\n", self.name), format!("<!-- /{} -->", self.name));
        let place = text.split_once(&from).and_then(|(before, rest)| Some((before, rest.split_once(&to)?.1)));
        let Some((before, after)) = place else {
            return Ok(());
        };
        std::fs::write(page, format!("{before}{from}{self}{to}{after}")).map_err(told)
    }
}

impl fmt::Display for Table {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(out, "| {} |", self.head.join(" | "))?;
        writeln!(out, "| {} |", vec!["---"; self.head.len()].join(" | "))?;
        self.rows.iter().try_for_each(|row| writeln!(out, "| {} |", row.join(" | ")))
    }
}
