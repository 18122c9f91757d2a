//! In the steady state nothing is allocated: neither on a quiet band nor with bursts on it.

#[path = "support/air.rs"]
mod air;

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use air::{Air, Kind, RATE, seconds, store};
use glint::detect::{Config, Detector, Event, Output};
use glint::iq::{SampleBlock, SampleFormat};
use glint::spectrum::{Analyzer, Chunker, Grid, Recall, Spectra};
use glint::units::SampleIndex;

/// The system's allocator, which counts how often this thread asks it for room.
struct Counting;

thread_local! {
    static ASKED: Cell<u64> = const { Cell::new(0) };
}

fn count() {
    ASKED.with(|asked| asked.set(asked.get() + 1));
}

// SAFETY: everything is passed on to the system's allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count();
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count();
        unsafe { System.realloc(pointer, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Rows after which all that counts rows begins anew: the signal repeats with it, so that every buffer has been as full
/// as it gets once the floor's memory of eight seconds has filled.
const PERIOD_ROWS: usize = 20_160;

/// Times that the signal is played before allocations count, and after: a period is 1.6 s.
const WARM_UP: u64 = 7;
const COUNTED: u64 = 3;

/// Plays `bytes` over and over; the allocations of the last rounds and the bursts found in them.
fn allocations(format: SampleFormat, bytes: &[u8]) -> (u64, u64) {
    let grid = Grid::for_rate(RATE);
    let mut chunker = Chunker::new(grid, format);
    let mut analyzer = Analyzer::new(grid, format, false);
    let mut recall = Recall::new(grid, format);
    let mut detector = Detector::new(grid, format, &Config::default());
    let mut spectra = Spectra::default();
    let (mut bursts, mut first) = (0, 0);
    let mut block = SampleBlock { first: SampleIndex(0), bytes: Vec::with_capacity(1 << 17) };
    let mut round = |bursts: &mut u64| {
        for part in bytes.chunks(1 << 17) {
            block.first = SampleIndex(first);
            block.bytes.clear();
            block.bytes.extend_from_slice(part);
            first += (part.len() / format.bytes_per_sample()) as u64;
            chunker.push(&block, &mut |chunk| {
                analyzer.analyse(chunk, &mut spectra);
                recall.keep(chunk);
                detector.push(&spectra, chunk.begins_segment, &mut recall, &mut |output| match output {
                    Output::Event(Event::Burst(_)) => *bursts += 1,
                    other => panic!("{other:?}"),
                });
            });
        }
    };
    (0..WARM_UP).for_each(|_| round(&mut bursts));
    bursts = 0;
    let before = ASKED.with(Cell::get);
    (0..COUNTED).for_each(|_| round(&mut bursts));
    (ASKED.with(Cell::get) - before, bursts)
}

/// A period of noise, with a burst every `apart_s` seconds, if so.
fn period(apart_s: Option<f64>) -> Vec<u8> {
    let mut air = Air::new(71);
    let mut samples = air.noise(PERIOD_ROWS * Grid::for_rate(RATE).hop, 1e-3);
    let apart = apart_s.map_or(samples.len(), seconds);
    for i in 0..(samples.len() / apart).saturating_sub(1) {
        let offset = (i % 9) as f64 * 240e3 - 960e3;
        air.send(&mut samples, Kind::Gsm, apart * i + seconds(0.002), offset, 1e-3);
    }
    store(SampleFormat::Cu8, &samples)
}

#[test]
fn a_quiet_band_allocates_nothing() {
    assert_eq!(allocations(SampleFormat::Cu8, &period(None)), (0, 0));
}

#[test]
fn bursts_allocate_nothing() {
    // One every 4.615 ms (a call's frame): 217 a second.
    let (allocations, bursts) = allocations(SampleFormat::Cu8, &period(Some(0.004615)));
    assert!(bursts > 1000, "{bursts}");
    assert_eq!(allocations, 0, "of {bursts} bursts");
}
