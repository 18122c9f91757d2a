//! The whole command as a user runs it, beside the Fourier transform alone: how fast it is, and how its cost grows.
//! `benches/README.md` tells how to run it and what the tables say.

mod growth;
mod measure;
mod recordings;
mod speed;
mod stream;
mod table;

use std::path::PathBuf;

use recordings::Folder;

/// What the arguments ask for.
struct Plan {
    /// Parts to measure; all if none is named.
    parts: Vec<String>,
    /// Seconds of signal in the recordings whose speed is measured.
    seconds: f64,
    /// Runs that a median is taken of.
    runs: usize,
    /// Hours of the longest simulated stream.
    hours: f64,
    /// A page whose tables are to be replaced by those measured.
    page: Option<PathBuf>,
}

/// In the order in which they are measured: streams are held in this process, and its memory counts as a command's that is
/// started after them.
const PARTS: [&str; 3] = ["speed", "growth", "stream"];

const HELP: &str = "cargo bench --no-default-features --bench command -- [speed] [growth] [stream] [OPTIONS]
  speed         ns a sample and ratio to rustfft alone, formats, threads
  growth        memory and time against length, time against bursts
  stream        processor time of a stream that comes at 20 MS/s
  --seconds S   length of the recordings, 160 unless stated
  --runs N      runs that a median is taken of, 7 unless stated
  --hours H     longest simulated stream of `growth`, 1 unless stated
  --quick       the same as --seconds 10 --runs 3 --hours 0.05
  --write FILE  also replaces the tables in FILE, between <!-- NAME --> and <!-- /NAME -->";

impl Plan {
    fn read(arguments: impl Iterator<Item = String>) -> Result<Plan, String> {
        let mut plan = Plan { parts: Vec::new(), seconds: 160.0, runs: 7, hours: 1.0, page: None };
        let mut arguments = arguments.filter(|argument| argument != "--bench");
        while let Some(argument) = arguments.next() {
            let mut value = || arguments.next().ok_or(format!("{argument} needs a value"));
            let number = |text: String| text.parse::<f64>().map_err(|_| format!("{text} is no number"));
            match argument.as_str() {
                part if PARTS.contains(&part) => plan.parts.push(argument),
                "--seconds" => plan.seconds = number(value()?)?,
                "--runs" => plan.runs = number(value()?)?.max(1.0) as usize,
                "--hours" => plan.hours = number(value()?)?,
                "--quick" => (plan.seconds, plan.runs, plan.hours) = (10.0, 3, 0.05),
                "--write" => plan.page = Some(value()?.into()),
                _ => return Err(HELP.into()),
            }
        }
        Ok(plan)
    }
}

fn main() -> Result<(), String> {
    let plan = match Plan::read(std::env::args().skip(1)) {
        Ok(plan) => plan,
        Err(help) => {
            eprintln!("{help}");
            std::process::exit(2);
        }
    };
    let folder = Folder::open()?;
    let wanted = |part: &&&str| plan.parts.is_empty() || plan.parts.iter().any(|asked| asked == **part);
    for part in PARTS.iter().filter(wanted) {
        let tables = match *part {
            "speed" => speed::measure(&folder, plan.seconds, plan.runs)?,
            "stream" => stream::measure()?,
            _ => growth::measure(&folder, plan.hours, plan.runs)?,
        };
        for table in tables {
            println!("\n{table}");
            if let Some(page) = &plan.page {
                table.write_into(page)?;
            }
        }
    }
    Ok(())
}
