/**
 * Empty databases for tests, on the server that `DATABASE_URL` names (as a superuser) or on one of the test file's own.
 */
import { after } from 'node:test';
import { Client } from 'pg';
import { makeDatabase, type PostgresServer, runStatement, startPostgres } from './postgres-server.ts';

export interface TestDatabase {
  /** With user and password. */
  readonly url: string;
  /** Ends all sessions and removes it. */
  drop(): Promise<void>;
}

let server: Promise<PostgresServer> | null = null;

const used: { readonly database: TestDatabase; readonly client: Client }[] = [];

// Hooks run in the order in which they are made: behind those of the test file, which close what is open on the server.
setImmediate(() =>
  after(async () => {
    for (const { database, client } of used) {
      await client.end();
      await database.drop();
    }
    await (await server)?.dispose();
  }),
);

async function serverUrl(): Promise<string> {
  const given = process.env['DATABASE_URL'];
  if (given !== undefined && given !== '') return given;
  server ??= startPostgres();
  return (await server).url;
}

async function connect(url: string): Promise<Client> {
  const client = new Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  return client;
}

/** Runs a statement as the server's administrator. */
export async function administer(statement: string): Promise<void> {
  await runStatement(await serverUrl(), statement);
}

/** A server of our own takes its databases with it, and may be gone before a test file's own clearing up. */
async function dropDatabase({ pathname }: URL): Promise<void> {
  if (server === null) await administer(`drop database if exists ${pathname.slice(1)} with (force)`);
}

/** `options` end the statement that creates it. */
export async function createDatabase(options?: string): Promise<TestDatabase> {
  const url = await makeDatabase(await serverUrl(), options);
  return { url: url.href, drop: () => dropDatabase(url) };
}

/**
 * A database with the tables of the store and no rows; dropping it empties it for the next. A tenth of the time of a
 * new one, for suites of many small cases.
 */
export async function reuseDatabase(): Promise<TestDatabase> {
  const known = used.pop();
  const database = known?.database ?? (await createDatabase());
  const client = known?.client ?? (await connect(database.url));
  const drop = async (): Promise<void> => {
    await client.query(`do $$ declare name text; begin
      set local session_replication_role = replica;
      for name in select tablename from pg_tables
        where schemaname = current_schema() and tablename <> 'store_migrations'
      loop execute format('delete from %I', name); end loop; end $$`);
    used.push({ database, client });
  };
  return { url: database.url, drop };
}

/** Runs `work` on an empty database and clears it away. */
export async function withDatabase(work: (url: string) => Promise<void>): Promise<void> {
  const database = await createDatabase();
  try {
    await work(database.url);
  } finally {
    await database.drop();
  }
}
