# shellcheck shell=bash
# Sourced by demo.sh: BigQuery, as the Sandbox plays it, and a shop's database beside the pipeline's own; the daily run reads both.

bigquery_project=shop-analytics
shop_days=12

# Orders follow from their day alone, so that another run of a home finds those of before.
open_shop() {
  [ "$(postgres_sql postgres "SELECT count(*) FROM pg_database WHERE datname = 'shop'")" = 1 ] || postgres_sql postgres 'CREATE DATABASE shop' 9>&-
  postgres_sql shop "
    SET client_min_messages = warning;
    CREATE SCHEMA IF NOT EXISTS shop;
    CREATE TABLE IF NOT EXISTS shop.orders (order_id bigint PRIMARY KEY, ordered_at timestamptz NOT NULL, customer_id text NOT NULL,
      status text NOT NULL, amount numeric(12,2) NOT NULL, currency char(3) NOT NULL, items jsonb, updated_at timestamptz NOT NULL);
    CREATE INDEX IF NOT EXISTS orders_ordered_at ON shop.orders (ordered_at);
    INSERT INTO shop.orders SELECT (day - date '2020-01-01') * 1000 + n, day::timestamp AT TIME ZONE 'Europe/Berlin' + n * interval '23 minutes',
      'customer-' || n % 17, (ARRAY['placed', 'paid', 'shipped', 'cancelled'])[1 + n % 4], n * 12.34 + 9.99, (ARRAY['EUR', 'USD'])[1 + n % 2],
      jsonb_build_array(jsonb_build_object('sku', 'SKU-' || 1000 + n % 40, 'quantity', n % 3 + 1)), (day + 1)::timestamp AT TIME ZONE 'Europe/Berlin'
    FROM (SELECT current_date - back AS day FROM generate_series(1, $shop_days) AS back) AS days, generate_series(0, 59) AS n
    ON CONFLICT DO NOTHING"
}

export_warehouse_settings() {
  export BigQuery__BaseUrl=$apis_url BigQuery__TokenUrl=$apis_url/token BigQuery__Project=$bigquery_project BigQuery__Location=EU
  export BigQuery__ServiceAccountFile=$home/keys/service-account.json BigQuery__PollSeconds=1
  export BigQuery__Streams__0__Name=user_actions BigQuery__Streams__0__Table=shop.user_actions BigQuery__Streams__0__DayColumn=event_date
  export Relational__Databases__shop__ConnectionString="Host=127.0.0.1;Port=$postgres_port;Username=postgres;Database=shop"
  export Relational__Databases__shop__Tables__0__Name=shop.orders Relational__Databases__shop__Tables__0__DayColumn=ordered_at
  export Relational__Databases__shop__Tables__0__TimeZone=Europe/Berlin
}

# The tables hold what BigQuery and the shop have of the days that were read; the day before yesterday is over everywhere.
check_warehouses() {
  local from to upstream table
  to=$(day 2)
  from=$(day 4)
  upstream=$(truth_of bigquery "$bigquery_project" "$from" "$to" length)
  table=$(postgres_sql pipeline "SELECT count(*) FROM warehouse.bigquery_rows WHERE event_date BETWEEN '$from' AND '$to'")
  [ "$table" = "$upstream" ] || fail "BigQuery has $upstream rows from $from to $to and the table holds $table."
  from=$(day 8)
  upstream=$(postgres_sql shop "SELECT count(*), sum(amount) FROM shop.orders WHERE (ordered_at AT TIME ZONE 'Europe/Berlin')::date BETWEEN '$from' AND '$to'")
  table=$(postgres_sql pipeline "SELECT count(*), sum(amount) FROM warehouse.relational_rows WHERE order_date BETWEEN '$from' AND '$to'")
  [ "$table" = "$upstream" ] || fail "the shop has $upstream (orders, amount) from $from to $to and the table holds $table."
  say "${green}BigQuery and the shop's database say the same: $(postgres_sql pipeline "SELECT count(*) FROM warehouse.bigquery_rows") actions and ${table%%$'\t'*} orders.$plain"
}
