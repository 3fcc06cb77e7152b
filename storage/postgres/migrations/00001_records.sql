-- Records are JSON as the program writes it; the columns beside it are what
-- they are found by. Names are compared byte by byte, moments are rounded up to
-- the microsecond.

-- +goose Up
create table counters (
    name  text primary key,
    value bigint not null
) with (fillfactor = 10);
insert into counters values ('jobs', 0);

-- The last commit of each process: how it went is asked here when its answer was lost.
create table writers (
    id   text primary key,
    last bigint not null,
    at   timestamptz not null default now()
) with (fillfactor = 10);

create table inputs (
    id text collate "C" primary key,
    at timestamptz not null
);
create index inputs_at on inputs (at, id);

create table contacts (
    id        text collate "C" primary key,
    active_at timestamptz not null,
    body      json not null
) with (fillfactor = 80);
create index contacts_active on contacts (active_at, id);

create table sessions (
    contact  text collate "C" primary key,
    rings_at timestamptz,
    body     json not null
) with (fillfactor = 70);
create index sessions_ring on sessions (rings_at, contact) where rings_at is not null;

create table journal (
    contact text collate "C" not null,
    line    bigint not null,
    body    json not null,
    primary key (contact, line)
);

create table orders (
    id         text collate "C" primary key,
    contact    text collate "C" not null,
    created_at timestamptz not null,
    body       json not null
);
create index orders_contact on orders (contact, created_at);

create table payments (
    id         text collate "C" primary key,
    order_id   text collate "C" not null,
    created_at timestamptz not null,
    check_at   timestamptz,
    body       json not null
);
create index payments_order on payments (order_id, created_at);
create index payments_check on payments (check_at, id) where check_at is not null;

create table subscriptions (
    id         text collate "C" primary key,
    contact    text collate "C" not null,
    created_at timestamptz not null,
    next_at    timestamptz,
    body       json not null
);
create index subscriptions_contact on subscriptions (contact, created_at);
create index subscriptions_age on subscriptions (created_at, id);
create index subscriptions_next on subscriptions (next_at, id) where next_at is not null;

create table refunds (
    id         text collate "C" primary key,
    payment    text collate "C" not null,
    created_at timestamptz not null,
    body       json not null
);
create index refunds_payment on refunds (payment, created_at);
create index refunds_age on refunds (created_at, id);

create table ledger (
    number  bigint primary key,
    payment text collate "C" not null,
    at      timestamptz not null,
    body    json not null
);
create index ledger_payment on ledger (payment, number);
create index ledger_at on ledger (at, number);

create table notifications (
    key  text collate "C" primary key,
    body json not null
);

create table refs (
    key  text collate "C" primary key,
    body json not null
);

create table versions (
    digest text collate "C" primary key,
    body   json not null
);

create table published (
    at     timestamptz not null,
    digest text collate "C" not null,
    flow   text collate "C" not null,
    body   json not null,
    primary key (at, digest)
);

create table jobs (
    id         bigint primary key,
    lane       text collate "C" not null,
    place      bigint not null,
    not_before timestamptz not null,
    body       json not null
);
create index jobs_lane on jobs (lane, place);

create table buried (
    id   bigint primary key,
    body json not null
);

-- Every lane that has jobs, and when its first one may run. Its owner is the
-- replica that does its jobs, empty while nobody does; offered is when it was
-- last put up for anybody to take.
create table lanes (
    lane        text collate "C" primary key,
    destination text collate "C" not null,
    at          timestamptz not null,
    owner       text collate "C" not null default '',
    offered     timestamptz
);
create index lanes_owner on lanes (owner, destination, at, lane);

-- The replicas that are alive: each says so every second, until says for how long it holds.
create table replicas (
    id    text collate "C" primary key,
    host  text not null,
    until timestamptz not null
);

-- Who may do what only one replica does, and for how long.
create table leases (
    name   text primary key,
    holder text not null,
    until  timestamptz not null
);

-- +goose Down
drop table leases, replicas, lanes, ledger, refunds, subscriptions, buried, jobs, published, versions, refs, notifications, payments, orders, journal, sessions,
    contacts, inputs, writers, counters;
