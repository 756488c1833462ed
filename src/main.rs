//! The program: see `sovereign --help`.

use std::process::ExitCode;

fn main() -> ExitCode {
    sovereign::cli::main()
}
