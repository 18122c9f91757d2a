//! What a campaign has done so far, kept in a file: a JSON object a line, one line for each unit.

use std::collections::HashMap;
use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::unit::{Outcome, Unit};
use crate::error::{Error, Result};

/// Outcomes by the key of their unit.
#[derive(Debug, Default)]
pub struct Results {
    outcomes: HashMap<String, Outcome>,
    /// Where each further one is added, and what it is called.
    file: Option<(File, String)>,
}

/// How each line begins.
const BEGINNING: &str = r#"{"unit":"#;

#[derive(Serialize, Deserialize)]
struct Line<'a> {
    unit: String,
    /// For whoever reads the file.
    #[serde(default)]
    group: std::borrow::Cow<'a, str>,
    outcome: Outcome,
}

impl Results {
    /// Those in the file at `path`, which is made if there is none; further ones are added to it as they come.
    ///
    /// # Errors
    /// [`Error::Unreadable`] if it cannot be read or is no such file, [`Error::CannotWrite`] if nothing can be added.
    pub fn in_file(path: &Path) -> Result<Self> {
        let name = path.display().to_string();
        let text = match fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => String::new(),
            Err(error) => {
                return Err(Error::Unreadable(format!("{name} cannot be read ({error}): name another file")));
            }
        };
        let mut outcomes = HashMap::new();
        let whole = text.rfind('\n').map_or(0, |end| end + 1);
        let rest = &text[whole..];
        if !rest.starts_with(BEGINNING) && !BEGINNING.starts_with(rest) {
            return Err(Error::Unreadable(format!(
                "{name} ends in what is no result of a campaign: name another file"
            )));
        }
        for (number, line) in (1..).zip(text[..whole].lines()) {
            let line: Line = serde_json::from_str(line).map_err(|error| {
                Error::Unreadable(format!(
                    "{name}, line {number}, is no result of a campaign ({error}): name another file"
                ))
            })?;
            outcomes.insert(line.unit, line.outcome);
        }
        let cannot = |error| Error::CannotWrite(format!("{name} cannot be written ({error}): choose another place"));
        let file = OpenOptions::new().create(true).append(true).open(path).map_err(cannot)?;
        // What was cut off when it was last written to is left out, and written anew.
        file.set_len(whole as u64).map_err(cannot)?;
        Ok(Results { outcomes, file: Some((file, name)) })
    }

    /// The outcome of the unit with this key, if it is done.
    pub fn get(&self, key: &str) -> Option<&Outcome> {
        self.outcomes.get(key)
    }

    /// Adds one more.
    ///
    /// # Errors
    /// [`Error::CannotWrite`] if the file takes no more.
    pub fn add(&mut self, unit: &Unit, outcome: Outcome) -> Result<()> {
        let line = Line { unit: unit.key(), group: (&*unit.group).into(), outcome };
        if let Some((file, name)) = &mut self.file {
            let mut text = serde_json::to_string(&line).expect("numbers and text are always JSON");
            text.push('\n');
            file.write_all(text.as_bytes()).map_err(|error| {
                Error::CannotWrite(format!("{name} cannot be written ({error}): what was done before is kept"))
            })?;
        }
        self.outcomes.insert(line.unit, line.outcome);
        Ok(())
    }
}
