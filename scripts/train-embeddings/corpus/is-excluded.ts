/**
 * Projects that retrieval benchmarks use, ours included. Each word stands for the project and for what carries its name:
 * forks, bindings, plugins. A word is compared with the parts of a name between its separators.
 */
const WORDS = new Set(
  `actix aiohttp ansible axios axum bat bbolt black caddy celery chi clap click cobra curl dapper diesel django dramatiq
  echo etcd express fastapi fastify fd fiber flask fmt gin got grpc gson guava guzzle hono httpx hugo jackson jq jsoup
  junit koa laravel leveldb libuv lodash marked mockito monolog nest next nlohmann nuxt okhttp pino prometheus puma
  pydantic pytest rack rails rayon react redis redux requests retrofit ripgrep rocksdb rubocop scrapy serde sidekiq
  sinatra spdlog spring sqlalchemy svelte symfony tokio trpc twig typeorm undici urllib3 vite vitest vue werkzeug zap zod
  rich rxjs knex tantivy nats jgit libgit2 git2 rugged faraday trio effect xstate kysely mongoose ajv regex badger lucene
  solr harfbuzz duckdb snappy draco dbal sabre sass sassc commonmark commonmarker globset ignore grep illuminate pinia railties actioncable actionmailbox
  actionmailer actionpack actiontext actionview activejob activemodel activerecord activestorage activesupport`
    .trim()
    .split(/\s+/u),
);

/** What a binding or a package of a language puts around a name: `pycurl`, `fmtlib`, `reactphp`. */
const AROUND = /^(?:lib|py|go|node)|(?:lib|js|php|py|rs)$/gu;

/** Beginnings and ends that betray a family even where no separator follows: `vuetify`, `redisson`, `cmlibuv`. */
const FAMILY =
  /^(?:actix|ansible|axios|celery|diesel|django|etcd|fastapi|fastify|flask|grpc|harfbuzz|hugo|jackson|jedis|junit|laravel|lodash|mockito|nestjs|okhttp|prometheus|pydantic|pytest|redis|redux|retrofit|rocksdb|rubocop|serde|spring(?!y)|sqlalchemy|svelte|symfony|tantivy|tokio|typeorm|undici|vite(?!ss)|vue|zod)|(?:curl|django|duckdb|flask|jsoup|leveldb|libgit2|libuv|redis|redux|rocksdb|rxjs|urllib3)$/u;

/** Names that only mean an excluded project when they stand whole or in this order. */
const WHOLE =
  /^cxx(?:bridge|-|$)|^@tanstack\/(?:[a-z]+-)?query|^(?:engine|socket)\.io|socket\.io|^snap$|^libgit2|^regex-|rust-lang\/regex/u;

/** Whether a package's name, or a folder's, belongs to a project that the table must never see. */
export function isExcluded(name: string): boolean {
  const lower = name.toLowerCase();
  if (WHOLE.test(lower)) return true;
  return lower
    .split(/[^a-z0-9]+/u)
    .some((word) => WORDS.has(word) || WORDS.has(word.replaceAll(AROUND, "")) || FAMILY.test(word));
}
