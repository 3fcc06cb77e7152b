-- What a replica takes of budgets that all of them share, in messages a second.

-- +goose Up
alter table replicas add column spends double precision not null default 0;

-- +goose Down
alter table replicas drop column spends;
