//! Organizations that move: nothing moves their money on the way, and with them goes all that they have.

use sovereign_domain::book::{
    Adjust, Book, Changes, Command, Context, EntryKind, MoveAway, Outcome, Refusal,
};
use sovereign_domain::calendar::TimeZone;
use sovereign_domain::event::Actor;
use sovereign_domain::ids::{IdSource, OrganizationId};
use sovereign_domain::organization::Place;
use sovereign_domain::tax::TaxRules;
use uuid::Uuid;

use crate::model::World;

struct Ids(u128);

impl IdSource for Ids {
    fn next_id(&mut self) -> Uuid {
        self.0 += 1;
        Uuid::from_u128(self.0)
    }
}

struct Play {
    world: World,
    book: Book,
    ids: Ids,
}

impl Play {
    fn new() -> Self {
        let world = World::new();
        let book = world.book();
        Self { world, book, ids: Ids(0) }
    }

    fn decide(&mut self, command: &Command) -> Result<Outcome, Refusal> {
        let mut context = Context {
            now: self.world.start,
            currency: self.world.currency,
            charge_rules: Some(self.world.charge_rules),
            tax: TaxRules { rate_bp: 500, included: false },
            zone: &TimeZone::UTC,
            ids: &mut self.ids,
        };
        self.book.decide(command, &mut context)
    }

    fn set_place(&mut self, place: Place) {
        self.book.accounts.get_mut(&tenant()).unwrap().place = place;
    }
}

fn tenant() -> OrganizationId {
    World::organization(0)
}

fn actor() -> Actor {
    Actor { user_id: World::user(0), request_id: "request".into() }
}

fn adjust(amount_minor: i64) -> Command {
    Command::Adjust(Adjust {
        actor: actor(),
        tenant_id: tenant(),
        amount_minor,
        promotional: true,
        valid_days: None,
        reason: "a gift".into(),
    })
}

fn leave(balance_minor: i64, owed_minor: i64) -> Command {
    Command::MoveAway(MoveAway {
        actor: actor(),
        tenant_id: tenant(),
        move_id: Uuid::from_u128(77),
        to: "b.example".into(),
        balance_minor,
        owed_minor,
        receipt: "receipt".into(),
        release: "release".into(),
        at: World::new().start,
    })
}

#[test]
fn on_the_way_nothing_moves_money_and_at_the_end_all_of_it_is_gone() {
    let mut play = Play::new();
    play.decide(&adjust(7_000)).unwrap();
    play.decide(&adjust(500)).unwrap();
    assert_eq!(play.decide(&leave(7_500, 0)), Err(Refusal::MoveOutdated), "it is not on its way");
    play.set_place(Place::Moving);
    play.book.changes = Changes::default();
    let expire = Command::Expire { tenant_id: tenant() };
    for command in [adjust(1), adjust(-1), expire, Command::Renew { tenant_id: tenant() }] {
        assert_eq!(play.decide(&command), Err(Refusal::OrganizationMoving), "{command:?}");
    }
    for (balance, owed) in [(7_499, 0), (7_500, 1)] {
        assert_eq!(play.decide(&leave(balance, owed)), Err(Refusal::MoveOutdated));
    }
    assert!(play.book.changes.is_empty());

    assert_eq!(play.decide(&leave(7_500, 0)), Ok(Outcome::Done));
    let account = &play.book.accounts[&tenant()];
    assert_eq!((account.wallet.balance_minor, account.place), (0, Place::Gone));
    assert_eq!(account.wallet.fault(), None);
    let amounts: Vec<i64> = play.book.changes.entries.iter().map(|e| e.amount_minor).collect();
    assert_eq!(amounts, [-7_000, -500]);
    assert!(play.book.changes.entries.iter().all(|e| e.kind == EntryKind::Moved));
    let departure = &play.book.changes.departures[0];
    assert_eq!((departure.moved_minor, departure.moved_owed_minor), (7_500, 0));
    assert_eq!(play.decide(&leave(0, 0)), Err(Refusal::MoveOutdated), "it is gone");
    assert_eq!(play.decide(&adjust(1)), Err(Refusal::OrganizationMoving));
}

#[test]
fn what_is_owed_goes_along() {
    let mut play = Play::new();
    play.decide(&adjust(-300)).unwrap();
    play.set_place(Place::Moving);
    play.book.changes = Changes::default();
    assert_eq!(play.decide(&leave(0, 300)), Ok(Outcome::Done));
    assert_eq!(play.book.accounts[&tenant()].wallet.owed_minor, 0);
    let lines: Vec<_> = play
        .book
        .changes
        .entries
        .iter()
        .map(|e| (e.lot_id, e.amount_minor, e.owed_minor))
        .collect();
    assert_eq!(lines, [(None, 0, -300)]);
}
