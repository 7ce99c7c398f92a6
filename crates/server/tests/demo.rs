//! The demo estate runs through the product's own use cases: a rule that its story breaks stops it, and `./run` with it.
#![expect(
    clippy::unwrap_used,
    reason = "helpers of a test fail by panicking, as the test does"
)]

use std::process::{Command, Output};

fn sansheng(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_sansheng"))
        .args(args)
        .env("SANSHENG_LOG", "error")
        .output()
        .unwrap()
}

#[test]
fn the_story_keeps_to_the_rules_and_its_journal_verifies() {
    let dir = std::env::temp_dir().join(format!("sansheng-demo-test-{}", std::process::id()));
    let data = dir.to_str().unwrap();
    let made = sansheng(&[
        "demo",
        "--data",
        data,
        "--households",
        "150",
        "--days",
        "45",
        "--cases",
        "700",
    ]);
    let said = String::from_utf8_lossy(&made.stdout).into_owned();
    assert!(made.status.success(), "{said}{}", String::from_utf8_lossy(&made.stderr));
    assert!(said.contains("150 households"), "{said}");
    let verified = sansheng(&["journal", "verify", "--data", data]);
    assert!(
        verified.status.success(),
        "{}",
        String::from_utf8_lossy(&verified.stdout)
    );
    let again = sansheng(&["demo", "--data", data]);
    let why = String::from_utf8_lossy(&again.stderr).into_owned();
    assert!(!again.status.success() && why.contains("estate"), "{why}");
    std::fs::remove_dir_all(dir).unwrap();
}
