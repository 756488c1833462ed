//! What a code is worth, for anyone who asks: read each time, or remembered for as long as it holds.
//!
//! On PostgreSQL a voucher that was read is remembered until somebody issues, edits or revokes it or edits its
//! campaign, or its cap fills or opens; one whose campaign has a budget is not. In the process that does so it is forgotten before the answer is given; the others
//! hear of it from PostgreSQL when the transaction commits. A process that does not hear the others
//! remembers nothing. On SQLite reading is so near that nothing is remembered.

use std::sync::Arc;
use std::time::Duration;

use sovereign_domain::voucher::{Code, CodeError};
use sqlx::PgPool;
use tokio::task::JoinHandle;

use crate::storage::memory::{Known, Memory};
use crate::storage::notices::{self, Heard, Notices};
use crate::storage::reads::Reads;
use crate::storage::vouchers::ByCode;
use crate::storage::{self, Store};
use crate::usecase::vouchers::{FieldError, parse_code};

/// No voucher has this code: it is longer than any can be.
const NO_CODE: &str = "????????????????????????????????????????????????????????????????????????";

const BEAT_EVERY: Duration = Duration::from_secs(1);

/// Reads a code to look at. What cannot be a code is looked up like one that nobody has: nothing tells the
/// two apart, neither the answer nor the time it takes.
///
/// # Errors
/// Where nothing was sent.
pub(crate) fn code_to_look_at(text: &str) -> Result<Code, FieldError> {
    match Code::parse(text) {
        Ok(code) => Ok(code),
        Err(CodeError::Blank) => parse_code("code", text),
        Err(CodeError::Length | CodeError::Character) => Ok(Code::stored(NO_CODE.into())),
    }
}

pub(crate) struct Previews {
    reads: Reads<ByCode>,
    memory: Arc<Memory>,
    /// Absent where nothing is remembered.
    listening: Option<JoinHandle<()>>,
}

impl Previews {
    /// With `remember`, vouchers are remembered where others can be heard. `memory` is what the money
    /// engine tells of caps that fill.
    pub(crate) fn start(store: &Store, remember: bool, memory: Arc<Memory>) -> Self {
        let pool = notices::pool(store).filter(|_| remember);
        let listening = pool.map(|pool| tokio::spawn(listen(pool.clone(), Arc::clone(&memory))));
        Self { reads: Reads::start(store), memory, listening }
    }

    /// The live voucher with this code.
    ///
    /// # Errors
    /// Where the database fails.
    pub(crate) async fn find(&self, code: Code) -> storage::Result<Option<Arc<Known>>> {
        let generation = self.memory.generation();
        if generation.is_some()
            && let Some(known) = self.memory.get(&code)
        {
            return Ok(Some(known));
        }
        let known = self.reads.get(code).await?.map(|issued| Arc::new(Known::new(issued)));
        if let (Some(generation), Some(known)) = (generation, &known) {
            self.memory.remember(generation, Arc::clone(known));
        }
        Ok(known)
    }

    /// Forgets a voucher that this process has changed, or may have.
    pub(crate) fn forget(&self, code: &Code) {
        self.memory.forget(code);
    }

    /// Forgets every voucher: this process has changed a campaign, or may have.
    pub(crate) fn forget_all(&self) {
        self.memory.forget_vouchers();
    }
}

impl Drop for Previews {
    fn drop(&mut self) {
        if let Some(listening) = &self.listening {
            listening.abort();
        }
    }
}

/// Hears the others for as long as the process runs.
async fn listen(pool: PgPool, memory: Arc<Memory>) {
    loop {
        if let Err(error) = hear(&pool, &memory).await {
            tracing::debug!(%error, "vouchers are not remembered until other servers are heard again");
        }
        memory.forget_all();
        tokio::time::sleep(BEAT_EVERY).await;
    }
}

async fn hear(pool: &PgPool, memory: &Memory) -> storage::Result<()> {
    let mut notices = Notices::open(pool).await?;
    memory.hear();
    let beats = async {
        let mut ticks = tokio::time::interval(BEAT_EVERY);
        loop {
            ticks.tick().await;
            notices::beat(pool).await?;
        }
    };
    let heard = async {
        loop {
            match notices.next().await? {
                Heard::Beat => (),
                Heard::Voucher(code) => memory.forget(&code),
                Heard::EveryVoucher => memory.forget_vouchers(),
            }
            memory.hear();
        }
    };
    tokio::select! {
        ended = beats => ended,
        ended = heard => ended,
    }
}
