//! The progress bar of a scan that takes longer than a second.

use crate::engine::Progress;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::sync::atomic::Ordering;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

/// Runs `work` and shows how far it is, when `is_wanted`.
pub(super) fn shown<T>(is_wanted: bool, progress: &Progress, work: impl FnOnce() -> T) -> T {
    if !is_wanted {
        return work();
    }
    std::thread::scope(|scope| {
        let (done, is_done) = mpsc::channel::<()>();
        scope.spawn(move || draw(progress, &is_done));
        let result = work();
        drop(done);
        result
    })
}

fn draw(progress: &Progress, is_done: &mpsc::Receiver<()>) {
    let mut wait = Duration::from_secs(1);
    let mut bar = None;
    while is_done.recv_timeout(wait) == Err(RecvTimeoutError::Timeout) {
        wait = Duration::from_millis(100);
        let total = progress.total.load(Ordering::Relaxed) as u64;
        let bar = bar.get_or_insert_with(|| {
            let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr());
            let style = ProgressStyle::with_template("auditing {bar:30} {pos}/{len}");
            bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
        });
        bar.set_length(total);
        bar.set_position(progress.done.load(Ordering::Relaxed) as u64);
    }
    if let Some(bar) = bar {
        bar.finish_and_clear();
    }
}
