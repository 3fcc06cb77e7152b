-- What contacts are looked up by, as storage.PhoneKey and storage.EmailKey write
-- it. Contacts that were there before are put here when the store is opened.

-- +goose Up
create table phones (
    contact text collate "C" primary key,
    phone   text collate "C" not null
);
create index phones_phone on phones (phone);

create table emails (
    contact text collate "C" primary key,
    email   text collate "C" not null
);
create index emails_email on emails (email);

-- +goose Down
drop table phones, emails;
delete from counters where name = 'reach';
