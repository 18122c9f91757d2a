//! How the cost grows with the length of the signal and with what is in it.

use std::sync::{Arc, Mutex};

use super::measure::{Clock, cpu_s, glint, median, run};
use super::recordings::{Air, Folder, Wanted, lines};
use super::stream::{Rendered, Repeated, analyse};
use super::table::Table;

const RATE: f64 = 2.4e6;

pub fn measure(folder: &Folder, hours: f64, runs: usize) -> Result<Vec<Table>, String> {
    Ok(vec![memory(folder)?, bursts(folder, runs)?, length(hours)?])
}

/// Peak memory of the command for files of growing length.
fn memory(folder: &Folder) -> Result<Table, String> {
    let mut table = Table::new("memory", &["recording", "file, MB", "peak memory, MiB"]);
    let of = |seconds| Wanted { air: Air::Bursts(240), rate: RATE, seconds, format: "cu8" };
    let minute = folder.recording(of(60.0))?;
    let ten = folder.repeated(&minute, 10)?;
    for (name, path) in [("1 s", folder.recording(of(1.0))?), ("60 s", minute), ("600 s", ten.clone())] {
        let cost = run(&mut glint(&["detect", &path, "--threads", "1", "-o", &folder.path("one.jsonl"), "--force"]))?;
        let bytes = std::fs::metadata(&path).map_err(|error| error.to_string())?.len();
        let mib = cost.peak_bytes / f64::from(1 << 20);
        table.row([name.into(), format!("{:.0}", bytes as f64 / 1e6), format!("{mib:.0}")]);
    }
    std::fs::remove_file(&ten).map_err(|error| error.to_string())?;
    Ok(table)
}

/// Seconds of signal in the recordings whose bursts grow in number.
const BURSTS_S: f64 = 5.0;

/// Processor time of the command for recordings with growing numbers of bursts, in a band that has room for them.
fn bursts(folder: &Folder, runs: usize) -> Result<Table, String> {
    let mut table = Table::new(
        "bursts",
        &["bursts sent a second", "found a second", "ns/sample", "µs a burst sent, beyond the quiet band"],
    );
    let mut quiet = None;
    for per_s in [0, 10, 100, 1000, 10_000] {
        let air = if per_s == 0 { Air::Quiet } else { Air::Bursts(per_s) };
        let wanted = Wanted { air, rate: 20e6, seconds: BURSTS_S, format: "cu8" };
        let path = folder.recording(wanted)?;
        let out = folder.path("one.jsonl");
        let detect = || run(&mut glint(&["detect", &path, "--threads", "1", "-o", &out, "--force"]));
        let costs: Result<Vec<_>, _> = (0..runs).map(|_| detect()).collect();
        let cpu_s = median(costs?.iter().map(|cost| cost.cpu_s).collect());
        let found = lines(&out).map_err(|error| error.to_string())?;
        let beyond = cpu_s - *quiet.get_or_insert(cpu_s);
        table.row([
            per_s.to_string(),
            format!("{:.0}", found as f64 / BURSTS_S),
            format!("{:.2}", cpu_s / wanted.samples() * 1e9),
            if per_s == 0 { "—".into() } else { format!("{:.0}", beyond / (BURSTS_S * f64::from(per_s)) * 1e6) },
        ]);
    }
    Ok(table)
}

/// Processor time a sample of one stretch after the other of a long stream.
fn length(hours: f64) -> Result<Table, String> {
    let mut table = Table::new("length", &["stream, 30 bursts a second", "ns/sample from there to the next"]);
    let wanted = Wanted { air: Air::Bursts(30), rate: RATE, seconds: 60.0, format: "cu8" };
    let rendered = Arc::new(Rendered::new(wanted).map_err(|error| error.to_string())?);
    let total_s = hours * 3600.0;
    let mut marks: Vec<f64> = [1.0, 10.0, 60.0, 600.0, 3600.0, 36_000.0].into_iter().filter(|s| *s < total_s).collect();
    marks.push(total_s);
    // Processor time of the thread that reads and analyses, where each mark was passed.
    let passed = Arc::new(Mutex::new(Vec::new()));
    let (marks_in_samples, times) = (marks.iter().map(|s| (s * RATE) as u64).collect::<Vec<_>>(), passed.clone());
    let source = Repeated::new(&rendered, total_s, move |at| {
        let mut times = times.lock().expect("nobody fails with it");
        if marks_in_samples.get(times.len()).is_some_and(|mark| at >= *mark) {
            times.push((at, cpu_s(Clock::Thread)));
        }
    });
    analyse(source).map_err(|error| error.to_string())?;
    let passed = passed.lock().expect("nobody fails with it");
    for (pair, second) in passed.windows(2).zip(&marks) {
        let [(from, begin), (to, end)] = pair else { continue };
        table.row([said(*second), format!("{:.2}", (end - begin) / (to - from) as f64 * 1e9)]);
    }
    Ok(table)
}

fn said(seconds: f64) -> String {
    match seconds {
        ..60.0 => format!("{seconds} s"),
        ..3600.0 => format!("{:.0} min", seconds / 60.0),
        _ => format!("{:.0} h", seconds / 3600.0),
    }
}
