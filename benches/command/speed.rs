//! How fast the whole command is, as a ratio to the transform alone.

use glint::spectrum::Grid;
use glint::units::Hertz;

use super::measure::{Cost, Transform, glint, median, run};
use super::recordings::{Air, Folder, Wanted, same};
use super::table::Table;

const RATE: f64 = 2.4e6;

/// Bursts a second of the busy recording.
const BUSY: u32 = 240;

pub fn measure(folder: &Folder, seconds: f64, runs: usize) -> Result<Vec<Table>, String> {
    let quiet = |format, seconds| Wanted { air: Air::Quiet, rate: RATE, seconds, format };
    let busy = Wanted { air: Air::Bursts(BUSY), ..quiet("cu8", seconds) };
    // Larger samples in shorter recordings, so that all stay in the page cache.
    let wanted = [
        quiet("cu8", seconds),
        busy,
        quiet("cs8", seconds),
        quiet("cs16", seconds / 2.0),
        quiet("cf32", seconds / 4.0),
    ];
    let mut transform = Transform::new(Grid::for_rate(Hertz(RATE)).n);
    let mut speed = Table::new(
        "speed",
        &["recording", "glint, ns/sample", "rustfft alone, ns/sample", "ratio", "MS per CPU-second", "peak MiB"],
    );
    let mut both = Table::new("threads", &["recording", "1 thread, MS/s", "2 threads, MS/s", "ratio", "same bytes"]);
    let (one, two) = (folder.path("one.jsonl"), folder.path("two.jsonl"));
    for wanted in wanted {
        let path = folder.recording(wanted)?;
        let detect = |threads: &str, out: &str| -> Result<Cost, String> {
            run(&mut glint(&["detect", &path, "--threads", threads, "-o", out, "--force"]))
        };
        detect("1", &one)?;
        let (mut alone, mut costs, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..runs {
            alone.push(transform.ns_a_sample(wanted.samples()));
            costs.push(detect("1", &one)?);
            ratios.push(alone[alone.len() - 1] / (costs[costs.len() - 1].cpu_s / wanted.samples() * 1e9));
        }
        let cpu = median(costs.iter().map(|cost| cost.cpu_s).collect());
        let peak = costs.iter().fold(0.0f64, |peak, cost| peak.max(cost.peak_bytes));
        let name = match wanted.air {
            Air::Quiet => format!("{}, quiet", wanted.format),
            Air::Bursts(per_s) => format!("{}, {per_s} bursts a second", wanted.format),
        };
        speed.row([
            name.clone(),
            format!("{:.2}", cpu / wanted.samples() * 1e9),
            format!("{:.2}", median(alone)),
            format!("{:.2}", median(ratios)),
            format!("{:.0}", wanted.samples() / cpu / 1e6),
            format!("{:.0}", peak / f64::from(1 << 20)),
        ]);
        if wanted.format == "cu8" {
            let (mut first, mut second) = (Vec::new(), Vec::new());
            for _ in 0..runs {
                first.push(wanted.samples() / detect("1", &one)?.wall_s);
                second.push(wanted.samples() / detect("2", &two)?.wall_s);
            }
            let ratio = first.iter().zip(&second).map(|(first, second)| second / first).collect();
            let same = same(&one, &two).map_err(|error| error.to_string())?;
            both.row([
                name,
                format!("{:.0}", median(first) / 1e6),
                format!("{:.0}", median(second) / 1e6),
                format!("{:.2}", median(ratio)),
                if same { "yes".into() } else { "**no**".into() },
            ]);
        }
    }
    Ok(vec![speed, both])
}
