//! Work on every core, answers in the order of the questions: for `read --jsonl` and `match --jsonl`.

use std::collections::BTreeMap;
use std::sync::mpsc::sync_channel;
use std::sync::{Condvar, Mutex, PoisonError};

/// Answers that may wait for a slow one before them. Bounds the memory, and is far more than one page is slower.
const AHEAD: usize = 1024;

/// Items are taken one at a time, so a program that writes a line and waits for its answer gets it.
pub fn in_order<T: Send, R: Send>(
    items: impl Iterator<Item = T> + Send,
    work: impl Fn(T) -> R + Sync,
    mut emit: impl FnMut(R) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let lanes = std::thread::available_parallelism().map_or(2, usize::from);
    let items = Mutex::new(items.enumerate());
    let emitted = (Mutex::new(0usize), Condvar::new());
    let (answers, ready) = sync_channel(AHEAD);
    std::thread::scope(|scope| {
        for _ in 0..lanes {
            let (answers, items, emitted, work) = (answers.clone(), &items, &emitted, &work);
            scope.spawn(move || {
                loop {
                    let item = items.lock().unwrap_or_else(PoisonError::into_inner).next();
                    let Some((index, item)) = item else { return };
                    let (count, moved) = emitted;
                    let mut done = count.lock().unwrap_or_else(PoisonError::into_inner);
                    while index > done.saturating_add(AHEAD) {
                        done = moved.wait(done).unwrap_or_else(PoisonError::into_inner);
                    }
                    drop(done);
                    // Whoever listens may have stopped at an error.
                    if answers.send((index, work(item))).is_err() {
                        return;
                    }
                }
            });
        }
        drop(answers);
        let result = put_in_order(ready, &emitted, &mut emit);
        // After an error nobody may wait for a turn that never comes.
        *emitted.0.lock().unwrap_or_else(PoisonError::into_inner) = usize::MAX;
        emitted.1.notify_all();
        result
    })
}

fn put_in_order<R>(
    ready: std::sync::mpsc::Receiver<(usize, R)>,
    emitted: &(Mutex<usize>, Condvar),
    emit: &mut impl FnMut(R) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let mut waiting = BTreeMap::new();
    let mut next = 0;
    for (index, answer) in ready {
        waiting.insert(index, answer);
        while let Some(answer) = waiting.remove(&next) {
            emit(answer)?;
            next += 1;
        }
        *emitted.0.lock().unwrap_or_else(PoisonError::into_inner) = next;
        emitted.1.notify_all();
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_come_in_order_however_slow_one_is() {
        let mut seen = Vec::new();
        let slow_first = |n: u64| {
            if n == 0 {
                std::thread::sleep(std::time::Duration::from_millis(50));
            }
            n * 2
        };
        in_order(0..5000u64, slow_first, |n| {
            seen.push(n);
            Ok(())
        })
        .unwrap();
        assert_eq!(seen, (0..5000).map(|n| n * 2).collect::<Vec<_>>());
    }

    #[test]
    fn an_error_of_the_listener_ends_it() {
        let result = in_order(0..100_000, |n| n, |n| if n == 10 { anyhow::bail!("full") } else { Ok(()) });
        assert_eq!(result.unwrap_err().to_string(), "full");
    }
}
