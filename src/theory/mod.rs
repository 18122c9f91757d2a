//! Detection theory: what noise alone gives, what a burst adds, how weak a burst may be; and how sure a count is.
//!
//! All functions are pure and in f64. Noise power per degree of freedom is 1, so that a threshold is the energy summed
//! over a burst's n = duration × bandwidth complex degrees of freedom, in units of the noise in one of them.

mod energy;
mod interval;
mod noise;
mod search;

pub use energy::{detection_of_fixed_energy, detection_of_gaussian, snr_for_detection, snr_wall};
pub use interval::{binomial_interval, poisson_interval};
pub use noise::{upper_quantile, upper_tail};
pub use search::BurstSearch;

pub(crate) use energy::normal_tail;
