//! Recordings to measure on, rendered once and kept among the build's temporary files.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::measure::{glint, run};

/// What the air holds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Air {
    /// Noise with a receiver's ripple, nothing sent.
    Quiet,
    /// So many bursts a second of six kinds, scattered over the band, −10 to 20 dB.
    Bursts(u32),
}

/// Bursts a second in one table of a scene.
const MOST_APART: u32 = 250;

/// A recording as it is to be.
#[derive(Clone, Copy, Debug)]
pub struct Wanted {
    pub air: Air,
    pub rate: f64,
    pub seconds: f64,
    /// Extension of the sample format: `cu8`.
    pub format: &'static str,
}

impl Wanted {
    pub fn samples(&self) -> f64 {
        (self.rate * self.seconds).floor()
    }

    fn name(&self) -> String {
        let air = match self.air {
            Air::Quiet => "quiet".into(),
            Air::Bursts(per_s) => format!("bursts-{per_s}"),
        };
        format!("{air}-{}s_900M_{}k.{}", self.seconds, self.rate / 1e3, self.format)
    }

    /// The scene, in glint's own words.
    pub fn scene(&self) -> String {
        let (rate, seconds) = (self.rate, self.seconds);
        let band = |share: f64| 900e6 + share * rate;
        let air = match self.air {
            Air::Quiet => String::new(),
            // One table holds bursts that keep apart in time; many side by side do not.
            Air::Bursts(per_s) => {
                let tables = per_s.div_ceil(MOST_APART);
                let table = format!(
                    "[[scattered]]\nbursts = [\"GSM normal burst\", \"GSM access burst\", \"LTE PUSCH 1 RB\", \
                     \"LTE PUSCH 3 RB\", \"LTE PUSCH 6 RB\", \"LTE PRACH\"]\nper_s = {}\nsnr_db = [-10, 20]\n\
                     band_hz = [{}, {}]\n",
                    f64::from(per_s) / f64::from(tables),
                    band(-0.416),
                    band(0.416)
                );
                table.repeat(tables as usize)
            }
        };
        format!(
            "[scene]\ntitle = \"bench\"\nseed = 5\nduration_s = {seconds:?}\nsample_rate_hz = {rate}\n\
             center_hz = 900_000_000\n\n[receiver]\nnoise_dbfs = -36\nflat_hz = {}\nedge_db = -10\nripple = [ \
             {{ depth_db = 0.45, humps = 5, degrees = 120 }}, {{ depth_db = 0.3, humps = 9, degrees = -50 }} ]\n\n{air}",
            0.375 * rate
        )
    }
}

/// Where recordings are kept.
pub struct Folder(PathBuf);

impl Folder {
    pub fn open() -> Result<Folder, String> {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("command");
        fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        Ok(Folder(folder))
    }

    pub fn path(&self, name: &str) -> String {
        self.0.join(name).to_string_lossy().into_owned()
    }

    /// The path of a recording, rendered unless it is there, and in the page cache.
    pub fn recording(&self, wanted: Wanted) -> Result<String, String> {
        let path = self.path(&wanted.name());
        if !Path::new(&path).exists() {
            let (scene, made) = (self.path("next.scene.toml"), self.path("next.sigmf-meta"));
            fs::write(&scene, wanted.scene()).map_err(|error| format!("{scene}: {error}"))?;
            eprintln!("renders {}", wanted.name());
            run(&mut glint(&["synth", &scene, "-o", &made, "--force", "--sample-format", wanted.format]))?;
            let told = |error| format!("{path}: {error}");
            fs::rename(self.path("next.sigmf-data"), &path).map_err(told)?;
            fs::remove_file(made).map_err(told)?;
        }
        let read = File::open(&path).and_then(|mut file| io::copy(&mut file, &mut io::sink()));
        read.map_err(|error| format!("{path}: {error}"))?;
        Ok(path)
    }

    /// A recording so many times over, in one file.
    pub fn repeated(&self, path: &str, times: usize) -> Result<String, String> {
        let (stem, name) = path.rsplit_once('/').unwrap_or((".", path));
        let repeated = format!("{stem}/{times}-times-{name}");
        let write = || {
            let mut out = File::create(&repeated)?;
            (0..times).try_for_each(|_| io::copy(&mut File::open(path)?, &mut out).map(drop))
        };
        write().map_err(|error| format!("{repeated}: {error}"))?;
        Ok(repeated)
    }
}

/// Lines of a file.
pub fn lines(path: &str) -> io::Result<usize> {
    let (mut file, mut room, mut lines) = (File::open(path)?, vec![0; 65_536], 0);
    loop {
        let count = file.read(&mut room)?;
        if count == 0 {
            return Ok(lines);
        }
        lines += room[..count].iter().filter(|byte| **byte == b'\n').count();
    }
}

/// Whether two files hold the same bytes.
pub fn same(a: &str, b: &str) -> io::Result<bool> {
    let (mut a, mut b) = (File::open(a)?, File::open(b)?);
    let (mut left, mut right) = (vec![0; 65_536], vec![0; 65_536]);
    loop {
        let count = a.read(&mut left)?;
        if count == 0 {
            return Ok(b.read(&mut right)? == 0);
        }
        if b.read_exact(&mut right[..count]).is_err() || left[..count] != right[..count] {
            return Ok(false);
        }
    }
}
