//! Comma-separated values: a header line, then one line for each burst.

use serde_json::Value;

use super::record::BurstRecord;
use crate::detect::Event;
use crate::error::Result;
use crate::output::Output;
use crate::pipeline::{RunInfo, Sink, Summary};

/// Writes one line for each burst: all of [`BurstRecord::FIELDS`], those a burst lacks as empty columns.
#[derive(Debug)]
pub struct Csv {
    /// Taken at the end.
    output: Option<Output>,
    /// Known from the beginning on.
    run: Option<RunInfo>,
}

impl Csv {
    /// Writes bursts to `output`.
    pub fn new(output: Output) -> Self {
        Csv { output: Some(output), run: None }
    }

    fn line(&mut self, columns: &[String]) -> Result<()> {
        let line = columns.join(",") + "\n";
        self.output.as_mut().map_or(Ok(()), |output| output.write(&line))
    }
}

/// The columns of a record. None holds a comma or a quote: they are numbers, words and times.
fn columns(record: &BurstRecord) -> [String; BurstRecord::FIELDS.len()] {
    let fields = serde_json::to_value(record).expect("a record holds finite numbers and text keys");
    BurstRecord::FIELDS.map(|name| match &fields[name] {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        value => value.to_string(),
    })
}

impl Sink for Csv {
    fn begin(&mut self, run: &RunInfo) -> Result<()> {
        self.run = Some(run.clone());
        self.line(&BurstRecord::FIELDS.map(str::to_owned))
    }

    fn event(&mut self, event: &Event) -> Result<()> {
        match (event, &self.run) {
            (Event::Burst(burst), Some(run)) => self.line(&columns(&BurstRecord::new(burst, run))),
            _ => Ok(()),
        }
    }

    fn end(&mut self, _summary: &Summary) -> Result<()> {
        self.output.take().map_or(Ok(()), Output::finish)
    }
}

#[cfg(test)]
mod tests {
    use super::super::record::tests::{burst, run, summary};
    use super::*;
    use crate::detect::Burst;

    #[test]
    fn the_columns_are_the_fields_of_json_lines() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("o.csv");
        let mut sink = Csv::new(Output::create(&path, false).unwrap());
        sink.begin(&run(Some(897.3e6), None)).unwrap();
        sink.event(&Event::Burst(burst(720_001))).unwrap();
        sink.event(&Event::Burst(Burst { part: Some(2), more: false, ..burst(720_720) })).unwrap();
        sink.end(&summary()).unwrap();
        assert_eq!(
            std::fs::read_to_string(&path).unwrap(),
            "kind,core:sample_start,core:sample_count,core:freq_lower_edge,core:freq_upper_edge,start_s,duration_s,\
             center_hz,bandwidth_hz,power_dbfs,noise_dbfs,snr_db,expected_per_hour,cut_start,cut_end,time,part,more\n\
             burst,720001,1311,896799900,897000100,0.3000004,0.0005463,896899988,200200,-46.99,-60.0,12.79,1.23e-9,\
             false,true,,,\n\
             burst,720720,1311,896799900,897000100,0.3003,0.0005463,896899988,200200,-46.99,-60.0,12.79,1.23e-9,\
             false,true,,2,false\n"
        );
    }
}
