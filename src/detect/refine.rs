//! A burst's exact extent and levels, from the rows' full resolution; what turns out to be two users is told apart.

use super::edges::{Energies, Window};
use super::extract::Found;
use super::grow::{LEAST_IN_TIME, Likelihood};
use super::profile::{Profile, Spectrum};
use super::split;
use super::threshold::BoxNoise;
use crate::simd::sum;
use crate::spectrum::{BINS_PER_CELL, Grid};

/// Share of the power of the box that stood out which the inner rows must hold to be believed.
const LEAST_OF_BOX: f64 = 0.2;

/// No burst is stated to be weaker than this over the noise (−20 dB): no box that small can stand out.
const LEAST_LEVEL: f64 = 0.01;

/// A burst of fewer rows has no plateau from which its edges could be told.
const PLATEAU_ROWS: usize = 5;

/// The shortest that a handset sends: a symbol of LTE.
const SYMBOL_S: f64 = 71.4e-6;

/// Most users that one burst is told apart into.
const MOST_USERS: usize = 64;

/// The rows round a burst at full resolution.
pub struct Rows<'a> {
    /// Shape `[rows × n]`: power per bin.
    pub power: &'a [f32],
    /// Row of the stream that `power` begins with.
    pub first_row: u64,
    /// Gain of each row.
    pub gain: &'a [f32],
    /// Floor's shape: noise per bin is `gain × shape`.
    pub shape: &'a [f32],
    /// First sample of the segment.
    pub first_sample: u64,
    /// One past the last sample of the segment, as far as rows cover it.
    pub end_sample: u64,
}

impl Rows<'_> {
    /// Power in bins `low` to before `high` of a row, over the noise there, as a ratio to it.
    fn excess(&self, grid: &Grid, row: usize, (low, high): (usize, usize)) -> f64 {
        f64::from(sum(&self.power[row * grid.n + low..row * grid.n + high])) / self.noise(row, (low, high)) - 1.0
    }

    /// Noise in bins `low` to before `high` of a row.
    fn noise(&self, row: usize, (low, high): (usize, usize)) -> f64 {
        f64::from(self.gain[row]) * f64::from(sum(&self.shape[low..high]))
    }
}

/// A burst, or a piece of one, measured.
#[derive(Clone, Debug)]
pub struct Measured {
    /// First sample, fractional.
    pub start: f64,
    /// One past the last sample.
    pub end: f64,
    /// Touches the segment's beginning.
    pub cut_start: bool,
    /// Touches the segment's end.
    pub cut_end: bool,
    /// Its place and power in frequency.
    pub spectrum: Spectrum,
}

/// Where a user is looked for within what was found.
#[derive(Clone, Copy)]
struct Place {
    rows: (usize, usize),
    /// Bins that stood out, and bins that may hold some of it.
    core: (usize, usize),
    reach: (usize, usize),
    /// Set where another user begins or ends.
    start: Option<f64>,
    end: Option<f64>,
}

/// Measures bursts.
pub struct Refiner {
    grid: Grid,
    profile: Profile,
    excess: Vec<f64>,
    places: Vec<Place>,
    users: Vec<Measured>,
}

impl Refiner {
    /// A refiner for rows of `grid`.
    pub fn new(grid: Grid) -> Self {
        Refiner { grid, profile: Profile::default(), excess: Vec::new(), places: Vec::new(), users: Vec::new() }
    }

    /// Measures `found`, whose rows count from `rows.first_row`: it is one user, or those that it consists of, if it is
    /// `alone` on its carrier. The rows must hold two rows more on either side, as far as the
    /// segment goes.
    pub fn measure(&mut self, rows: &Rows, found: &Found, alone: bool) -> &mut Vec<Measured> {
        let cells = self.grid.n / BINS_PER_CELL;
        let (low, high) =
            (found.skirt.0.min(found.cells.0.saturating_sub(1)), found.skirt.1.max((found.cells.1 + 1).min(cells)));
        self.users.clear();
        self.places.clear();
        self.places.push(Place {
            rows: found.rows,
            core: (found.cells.0 * BINS_PER_CELL, found.cells.1 * BINS_PER_CELL),
            reach: (low * BINS_PER_CELL, high * BINS_PER_CELL),
            start: None,
            end: None,
        });
        let level = f64::from(found.level).max(LEAST_LEVEL);
        while let Some(place) = self.places.pop() {
            let may_split = alone && self.users.len() + self.places.len() < MOST_USERS;
            let spectrum = self.spectrum(rows, &place, level);
            if may_split && self.tell_neighbours(rows, &place, &spectrum) {
                continue;
            }
            let (low, high) = (spectrum.low.max(0.0) as usize, (spectrum.high.ceil() as usize).min(self.grid.n));
            let band = (low.min(high - 1), high);
            let first = self.take_excess(rows, place.rows, band);
            if may_split && self.tell_successors(rows, &place, first, band) {
                continue;
            }
            let user = self.extent(rows, &place, first, spectrum);
            self.users.push(user);
        }
        &mut self.users
    }

    /// The burst's inner rows hold it whole; where they hold nothing (a burst of several short pulses) all rows do; and
    /// what no profile shows, the box that stood out says.
    fn spectrum(&mut self, rows: &Rows, place: &Place, level: f64) -> Spectrum {
        let grid = self.grid;
        let (a, b) = place.rows;
        let inner = (a + usize::from(place.start.is_none()), b - usize::from(place.end.is_none()));
        let inner = if b - a > 4 && inner.0 < inner.1 { inner } else { (a, b) };
        for rows_of in [(a, b), inner].into_iter().rev() {
            self.profile.take(&grid, rows, rows_of, place.reach);
            if self.profile.level_in(place.core) > LEAST_OF_BOX * level {
                let spectrum = self.profile.measure(&grid);
                if spectrum.high - spectrum.low >= 1.0 && spectrum.signal > LEAST_OF_BOX * level * spectrum.noise {
                    return spectrum;
                }
            }
        }
        let mean = |of: &dyn Fn(usize) -> f64| (a..b).map(of).sum::<f64>() / (b - a) as f64;
        let noise = mean(&|row| rows.noise(row, place.core));
        let excess = mean(&|row| rows.excess(&grid, row, place.core));
        let (low, high) = (place.core.0 as f64, place.core.1 as f64);
        Spectrum { low, high, center: 0.5 * (low + high), signal: excess.max(LEAST_LEVEL) * noise, noise }
    }

    /// Excess of the place's rows and two more on either side in `band`; the row that it begins with.
    fn take_excess(&mut self, rows: &Rows, (a, b): (usize, usize), band: (usize, usize)) -> usize {
        let first = a.saturating_sub(2);
        let last = (b + 2).min(rows.gain.len());
        self.excess.clear();
        self.excess.extend((first..last).map(|row| rows.excess(&self.grid, row, band)));
        first
    }

    /// Looks for two users beside each other in the profile just taken, and puts both in the place of the one.
    fn tell_neighbours(&mut self, rows: &Rows, place: &Place, spectrum: &Spectrum) -> bool {
        let Some(bin) =
            self.profile.gap(&self.grid, spectrum.low.max(place.core.0 as f64), spectrum.high.min(place.core.1 as f64))
        else {
            return false;
        };
        let (low, high) = (spectrum.low.max(0.0) as usize, spectrum.high.ceil() as usize);
        let (low, high) = (low.max(place.reach.0), high.min(place.reach.1));
        let below = ((low, bin), (place.reach.0, bin));
        let above = ((bin, high), (bin, place.reach.1));
        for (core, reach) in [below, above] {
            // Each may begin and end at a time of its own.
            let level = (place.rows.0..place.rows.1).map(|row| rows.excess(&self.grid, row, core)).sum::<f64>()
                / (place.rows.1 - place.rows.0) as f64;
            let dof = BoxNoise::new(core.1 - core.0, 1).dof() as f32;
            let test = Likelihood::new(level as f32, dof, LEAST_IN_TIME);
            let own = test.core(place.rows.0..place.rows.1, |row| 1.0 + rows.excess(&self.grid, row, core) as f32);
            self.places.push(Place { rows: own, core, reach, ..*place });
        }
        true
    }

    /// Looks for two users one after the other, and puts both in the place of the one.
    fn tell_successors(&mut self, rows: &Rows, place: &Place, first: usize, band: (usize, usize)) -> bool {
        let (a, b) = place.rows;
        let dof = BoxNoise::new(band.1 - band.0, 1).dof();
        let Some(cut) = split::cut(&self.excess[a - first..b - first], dof) else {
            return false;
        };
        let row = a + cut.row;
        let (end, start) = self.energies(rows, first).between(row - first, cut.before, cut.after);
        self.places.push(Place { rows: (row + 1, b), start: Some(start), ..*place });
        self.places.push(Place { rows: (a, row - 1), end: Some(end), ..*place });
        true
    }

    fn energies(&self, rows: &Rows, first: usize) -> Energies<'_> {
        let window = Window::new(&self.grid);
        let first = (rows.first_row + first as u64) as f64 * self.grid.hop as f64;
        Energies { excess: &self.excess, first, window }
    }

    /// When the burst begins and ends.
    fn extent(&self, rows: &Rows, place: &Place, first: usize, mut spectrum: Spectrum) -> Measured {
        let (a, b) = (place.rows.0 - first, place.rows.1 - first);
        let energies = self.energies(rows, first);
        let (mut start, mut end) = if b - a >= PLATEAU_ROWS || place.start.is_some() || place.end.is_some() {
            let long = b - a >= 3;
            let begin = place.rows.0 as f64 * self.grid.hop as f64 + rows.first_row as f64 * self.grid.hop as f64;
            let start = place.start.unwrap_or_else(|| if long { energies.start(a, b) } else { begin });
            let whole = (b - a) as f64 * self.grid.hop as f64;
            let end = place.end.unwrap_or_else(|| if long { energies.end(a, b) } else { begin + whole });
            (start, end)
        } else {
            let dof = BoxNoise::new((spectrum.high - spectrum.low).ceil() as usize, 1).dof();
            let (start, end, level) = energies.short(a, b, dof, SYMBOL_S * self.grid.sample_rate.0);
            spectrum.signal = level * spectrum.noise;
            (start, end)
        };
        // The first and the last ramp of a segment are covered once, not twice: half of what a burst has there is not
        // seen, and an edge within them, or half a ramp beyond, cannot be told from the cut.
        let unseen = 1.5 * self.grid.overlap() as f64;
        let (first, last) = (rows.first_sample as f64, rows.end_sample as f64);
        let cut_start = start < first + unseen;
        let cut_end = end > last - unseen;
        if cut_start {
            start = first;
        }
        if cut_end {
            end = last;
        }
        Measured { start, end: end.max(start + 1.0), cut_start, cut_end, spectrum }
    }
}
