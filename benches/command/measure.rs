//! Processor time, wall time and memory.

use std::hint::black_box;
use std::mem::MaybeUninit;
use std::process::{Command, Stdio};
use std::time::Instant;

use num_complex::Complex32;
use rustfft::FftPlanner;

/// What a run took.
#[derive(Clone, Copy, Debug)]
pub struct Cost {
    /// Seconds of processor time, in the program and in the system for it.
    pub cpu_s: f64,
    /// Seconds on the clock.
    pub wall_s: f64,
    /// Largest resident memory in bytes; not less than this process had when it started the run.
    pub peak_bytes: f64,
}

fn seconds(time: libc::timeval) -> f64 {
    time.tv_sec as f64 + 1e-6 * time.tv_usec as f64
}

/// Runs `command` to its end. What it says is thrown away unless it fails.
pub fn run(command: &mut Command) -> Result<Cost, String> {
    let begin = Instant::now();
    let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    let child = child.map_err(|error| format!("{command:?}: {error}"))?;
    let (mut status, mut usage) = (0, MaybeUninit::<libc::rusage>::zeroed());
    // SAFETY: both pointers are to places of the right type that outlive the call; the child was not waited for before.
    let waited = unsafe { libc::wait4(child.id().cast_signed(), &mut status, 0, usage.as_mut_ptr()) };
    let wall_s = begin.elapsed().as_secs_f64();
    if waited < 0 || status != 0 {
        return Err(format!("{command:?} failed: run it yourself to see why"));
    }
    // SAFETY: all zeros is a valid `rusage`, and so is what the system put there.
    let usage = unsafe { usage.assume_init() };
    let cpu_s = seconds(usage.ru_utime) + seconds(usage.ru_stime);
    Ok(Cost { cpu_s, wall_s, peak_bytes: 1024.0 * usage.ru_maxrss as f64 })
}

/// A command line of glint.
pub fn glint(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_glint"));
    command.args(arguments);
    command
}

/// Whose processor time.
pub enum Clock {
    Process,
    Thread,
}

/// Seconds of processor time so far.
pub fn cpu_s(whose: Clock) -> f64 {
    let id = match whose {
        Clock::Process => libc::CLOCK_PROCESS_CPUTIME_ID,
        Clock::Thread => libc::CLOCK_THREAD_CPUTIME_ID,
    };
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the pointer is to a `timespec` that outlives the call. Both clocks are there on Linux.
    unsafe { libc::clock_gettime(id, &mut time) };
    time.tv_sec as f64 + 1e-9 * time.tv_nsec as f64
}

/// The Fourier transform alone: frames of `n`, in place, in a buffer that stays in the fastest cache.
pub struct Transform {
    fft: std::sync::Arc<dyn rustfft::Fft<f32>>,
    fresh: Vec<Complex32>,
    buffer: Vec<Complex32>,
    begin: usize,
    scratch: Vec<Complex32>,
}

/// Complex numbers in a line of the cache.
const LINE: usize = 8;

impl Transform {
    pub fn new(n: usize) -> Transform {
        let fft = FftPlanner::new().plan_fft_forward(n);
        let count = (1536 / n).max(1) * n;
        // In place again and again, values grow by √n each time: they begin small and are set back in time.
        let fresh: Vec<_> = (0..count).map(|i| Complex32::cis(i as f32 * 0.7) * 1e-20).collect();
        let buffer = vec![Complex32::default(); count + LINE];
        // From the beginning of a cache line on it is fastest: the comparison is with the transform at its best.
        let begin = (0..LINE).find(|i| (&raw const buffer[*i]).addr().is_multiple_of(64)).unwrap_or(0);
        Transform { scratch: vec![Complex32::default(); fft.get_inplace_scratch_len()], fft, fresh, buffer, begin }
    }

    /// Nanoseconds of processor time a sample, over at least `samples` of them.
    pub fn ns_a_sample(&mut self, samples: f64) -> f64 {
        let passes = 12;
        let rounds = (samples / (passes * self.fresh.len()) as f64).ceil();
        let before = cpu_s(Clock::Thread);
        for _ in 0..rounds as u64 {
            let frames = &mut self.buffer[self.begin..][..self.fresh.len()];
            frames.copy_from_slice(&self.fresh);
            for _ in 0..passes {
                self.fft.process_with_scratch(black_box(frames), &mut self.scratch);
            }
        }
        (cpu_s(Clock::Thread) - before) / (rounds * (passes * self.fresh.len()) as f64) * 1e9
    }
}

/// The middle of some values.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let half = values.len() / 2;
    if values.len() % 2 == 1 { values[half] } else { (values[half - 1] + values[half]) / 2.0 }
}
