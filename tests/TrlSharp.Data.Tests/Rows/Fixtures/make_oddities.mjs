// The files oddities_*: `npm install @duckdb/node-api@1.5 parquet-wasm@0.8` in a folder, then `node make_oddities.mjs FOLDER`. Writes beside itself.
import { createRequire } from 'node:module';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const require = createRequire(path.resolve(process.argv[2], 'package.json'));
const { DuckDBInstance } = require('@duckdb/node-api');
const parquet = require('parquet-wasm/node');
const folder = import.meta.dirname;
const duck = await (await DuckDBInstance.create(':memory:')).connect();

// Nulls at each level of lists, structs and maps; few texts, then many (a dictionary that is given up); every kind of number and time.
await duck.run(`create table t as select i as id,
  case when i < 20 then 'same ' || (i % 3) else md5(i::varchar) end as content,
  case when i % 6 = 0 then null when i % 6 = 1 then [] else list_transform(range(i % 4 + 1), k -> case when (k + i) % 5 = 0 then null else {
    'role': case when k % 2 = 0 then 'user' else 'assistant' end,
    'content': case when (k + i) % 7 = 0 then null when (k + i) % 7 = 1 then '' else 'täxt 😀 ' || i || ' ' || k end,
    'parts': case when (i + k) % 3 = 0 then null when (i + k) % 3 = 1 then [] else [null, 'p' || k] end } end) end as messages,
  case when i % 4 = 0 then null else { 'a': case when i % 8 = 1 then null else i * 1000003 end, 'b': { 'c': case when i % 3 = 0 then null else 'deep' || i end } } end as meta,
  map(['k' || (i % 3)], [case when i % 2 = 0 then null else i end]) as m,
  [[i, null], [], null] as nested,
  case when i % 3 = 0 then null else i % 2 = 0 end as flag, (i * 1009 % 7 - 3) * 12345678901::bigint as far, (i * 37 - 600)::smallint as small, (250 + i % 5)::utinyint as byte,
  18446744073709551600::ubigint + (i % 9)::ubigint as huge, (i * 0.25)::double as real, (i * 0.125)::float as half,
  (i || '.25')::decimal(9, 2) as price, date '1969-12-01' + i::int as day, timestamp '1969-12-31 23:59:30.5' + interval (i) second as moment,
  (timestamp '2020-01-01' + interval (i) minute)::timestamptz as instant, time '10:11:12' + interval (i) second as clock, null::varchar as nothing
  from range(60) r(i)`);
const write = (file, options, from = 't') => duck.run(`copy (select * from ${from}) to '${folder}/${file}' (${options})`);
await write('oddities.jsonl', 'format json', `(select * replace (strftime(moment, '%Y-%m-%dT%H:%M:%S.%f') || '0' as moment, strftime(instant at time zone 'UTC', '%Y-%m-%dT%H:%M:%S.%f') || '0Z' as instant) from t)`);
await write('oddities_duckdb_1.parquet', "format parquet, codec 'lz4_raw', parquet_version 'V1'");
await write('oddities_duckdb_2.parquet', "format parquet, codec 'brotli', parquet_version 'V2'");
await write('oddities_none.parquet', 'format parquet', '(select * from t limit 0)');

const { Compression, Encoding, WriterVersion } = parquet;
const again = (file, set) => {
  const table = parquet.readParquet(fs.readFileSync(path.join(folder, 'oddities_duckdb_1.parquet')));
  fs.writeFileSync(path.join(folder, file), parquet.writeParquet(table, set(new parquet.WriterPropertiesBuilder()).build()));
};
again('oddities_arrow_1.parquet', b => b.setWriterVersion(WriterVersion.V1).setCompression(Compression.LZ4).setMaxRowGroupSize(25).setDictionaryPageSizeLimit(100).setWriteBatchSize(8).setDataPageSizeLimit(64));
again('oddities_arrow_2.parquet', b => b.setWriterVersion(WriterVersion.V2).setCompression(Compression.SNAPPY).setDictionaryPageSizeLimit(100).setWriteBatchSize(8).setDataPageSizeLimit(64));
again('oddities_arrow_delta.parquet', b => b.setWriterVersion(WriterVersion.V2).setCompression(Compression.ZSTD).setDictionaryEnabled(false).setColumnEncoding('content', Encoding.DELTA_LENGTH_BYTE_ARRAY));

// Numbers of 16 bytes in an encoding that is not read.
const wide = path.join(os.tmpdir(), `wide-${process.pid}.parquet`);
await duck.run(`copy (select id, (i.id || '.25')::decimal(38, 2) as wide from t i) to '${wide}' (format parquet)`);
fs.writeFileSync(path.join(folder, 'oddities_unread.parquet'), parquet.writeParquet(
  parquet.readParquet(fs.readFileSync(wide)), new parquet.WriterPropertiesBuilder().setWriterVersion(WriterVersion.V2).setDictionaryEnabled(false).build()));
