//! A small fixed pool of threads for parsing and matching, so that a hundred pages arriving together starve no loop.

use anyhow::Context;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, mpsc};
use tokio::sync::oneshot;

type Job = Box<dyn FnOnce() + Send>;

/// Cheap to clone; its threads end when the last clone is gone.
#[derive(Clone)]
pub struct Pool(mpsc::Sender<Job>);

impl Pool {
    pub fn new(threads: usize) -> anyhow::Result<Self> {
        let (sender, jobs) = mpsc::channel();
        let jobs = Arc::new(Mutex::new(jobs));
        for _ in 0..threads.max(1) {
            let jobs = Arc::clone(&jobs);
            std::thread::Builder::new()
                .name("reader".to_owned())
                .spawn(move || serve(&jobs))
                .context("a thread for reading cannot start")?;
        }
        Ok(Self(sender))
    }

    /// A panic in `work` is an error of that work alone. Whoever waits bounds the queue.
    pub async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> anyhow::Result<T> {
        let (reply, answer) = oneshot::channel();
        let job: Job = Box::new(move || {
            // Whoever asked may have gone away.
            let _ = reply.send(work());
        });
        self.0.send(job).ok().context("the threads for reading are gone")?;
        answer.await.context("a reader panicked")
    }
}

fn serve(jobs: &Mutex<mpsc::Receiver<Job>>) {
    loop {
        let next = match jobs.lock() {
            Ok(jobs) => jobs.recv(),
            Err(poisoned) => poisoned.into_inner().recv(),
        };
        let Ok(job) = next else { return };
        // The panic is told by the hook, and to whoever waits by the missing reply.
        let _ = catch_unwind(AssertUnwindSafe(job));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_is_an_error_of_that_work_alone() {
        let pool = Pool::new(1).unwrap();
        assert!(pool.run(|| panic!("on purpose")).await.is_err());
        assert_eq!(pool.run(|| 1 + 1).await.unwrap(), 2, "the thread goes on");
    }
}
