//! What is written for people and programs: JSON Lines, CSV, SigMF annotations, pictures; and the truth of scenes.

mod air_time;
mod csv;
mod font;
mod groups;
mod jsonl;
mod levels;
mod outlines;
mod palette;
mod record;
mod row_store;
mod sigmf;
mod ticks;
mod tokens;
mod traces;
mod truth;
mod waterfall;

/// The picture of a run.
pub mod picture;

/// Numbers and units as people read them.
pub mod words;

pub use air_time::AirTime;
pub use csv::Csv;
pub use font::INTER;
pub use groups::{Group, Groups, LONGEST_PAUSE_S, Rhythm, WEAK_BELOW, group};
pub use jsonl::{EventRecord, Jsonl, RunRecord, SCHEMA, SpanRecord, StepRecord, SummaryRecord};
pub use levels::{LevelScale, WaterfallView};
pub use outlines::{Form, Frame, MOST_OUTLINES, Outline, Outlines, PlotScale, outlines};
pub use palette::Palette;
pub use record::BurstRecord;
pub use row_store::NOT_LOOKED_AT;
pub use sigmf::SigmfAnnotations;
pub use ticks::{Ticks, TimeUnit, ticks, time_ticks};
pub use tokens::{Rgb, Tokens};
pub use traces::{Trace, Traces};
pub use truth::{Given, Truth};
pub use waterfall::{Waterfall, pool_columns, shown_noise_dbfs};
