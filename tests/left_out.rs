//! Says which tests this machine leaves out and why. With `GLINT_REQUIRE_ALL=1` leaving one out is a failure.

mod support;

use std::process::ExitCode;

fn main() -> ExitCode {
    let left_out = support::left_out();
    if left_out.is_empty() {
        println!("\nno test is left out\n");
        return ExitCode::SUCCESS;
    }
    println!("\nleft out on this machine:");
    for tests in &left_out {
        println!("  {tests}");
    }
    println!("`setup/test` installs what they need and leaves out none\n");
    match std::env::var("GLINT_REQUIRE_ALL") {
        Ok(value) if value == "1" => ExitCode::FAILURE,
        _ => ExitCode::SUCCESS,
    }
}
