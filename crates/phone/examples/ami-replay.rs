//! Plays a recorded session of Asterisk to whoever signs in, with its gaps. For trying the desk without a telephone system.
//!
//! ```text
//! cargo run -p phone --example ami-replay -- FILE --port N [--speed X] [--cut-after N] [--lost N] [--duplicate] [--shuffle]
//! ```
//! User `desk`, secret `secret`. `--speed 10` is ten times faster, `--speed 0` without gaps. `--cut-after N` breaks the connection
//! after N messages and loses the next ones (`--lost`, 5 if not given). A session that began by a request to dial waits for one.

use std::process::ExitCode;

use phone::testing::{Capture, Cut, Play, Replay};

struct Asked {
    play: Play,
    port: u16,
}

fn asked(mut words: impl Iterator<Item = String>) -> Result<Asked, String> {
    let file = words.next().ok_or("which file?")?;
    let text = std::fs::read_to_string(&file).map_err(|error| format!("{file}: {error}"))?;
    let mut play = Play {
        speed: 1,
        ..Play::new(Capture::read(&text))
    };
    let (mut port, mut cut, mut lost) = (5038, None, 5);
    while let Some(word) = words.next() {
        let mut number = || -> Result<usize, String> {
            let value = words.next().and_then(|value| value.parse().ok());
            value.ok_or_else(|| format!("{word} needs a number"))
        };
        let too_large = |_| format!("{word}: too large");
        match word.as_str() {
            "--port" => port = u16::try_from(number()?).map_err(too_large)?,
            "--speed" => play.speed = u32::try_from(number()?).map_err(too_large)?,
            "--cut-after" => cut = Some(number()?),
            "--lost" => lost = number()?,
            "--duplicate" => play.capture = play.capture.doubled(),
            "--shuffle" => play.capture = play.capture.swapped(0),
            _ => return Err(format!("{word}: not known")),
        }
    }
    play.cut = cut.map(|after| Cut { after, lost });
    Ok(Asked { play, port })
}

#[tokio::main]
async fn main() -> ExitCode {
    let Asked { play, port } = match asked(std::env::args().skip(1)) {
        Ok(asked) => asked,
        Err(why) => {
            eprintln!("{why}");
            return ExitCode::FAILURE;
        }
    };
    let messages = play.capture.steps.len();
    let replay = match Replay::start(play, port).await {
        Ok(replay) => replay,
        Err(error) => {
            eprintln!("port {port}: {error}");
            return ExitCode::FAILURE;
        }
    };
    println!(
        "{messages} messages on 127.0.0.1:{} for desk / secret; Ctrl-C ends",
        replay.port()
    );
    replay.finished().await;
    println!("played");
    // Whoever listens stays connected.
    std::future::pending().await
}
