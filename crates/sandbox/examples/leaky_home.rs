//! Lays out a leaky home in an empty folder: `cargo run -p bedlock-sandbox --example leaky_home DIR`.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::env::args().nth(1).ok_or("usage: leaky_home DIR")?;
    bedlock_sandbox::home::leaky_home(std::path::Path::new(&folder))?;
    Ok(())
}
