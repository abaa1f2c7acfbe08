/** At which of Cloudflare's registrars, through which connection: in the address, for all parts of the page alike. */
import type { Connection } from '../../../client/index.ts';
import { useConnections } from '../../api/queries.ts';
import { useQueryState } from '../../kit/query-state.ts';

export interface Place {
  readonly connection: string;
  readonly sandbox?: boolean;
}

export interface PlaceChoice {
  readonly connections: readonly Connection[];
  /** Null while it is not known, and where there is no connection. */
  readonly place: Place | null;
  readonly connection: string;
  readonly registrar: string;
  readonly setConnection: (id: string) => void;
  readonly setRegistrar: (registrar: string) => void;
  readonly isPending: boolean;
  readonly error: unknown;
}

/** Where nothing was chosen: the first connection. */
export function usePlace(): PlaceChoice {
  const connections = useConnections();
  const [chosen, setConnection] = useQueryState('connection');
  const [registrar, setRegistrar] = useQueryState('registrar');
  const connection = chosen === '' ? (connections.data?.[0]?.id ?? '') : chosen;
  return {
    connections: connections.data ?? [],
    place: connection === '' ? null : { connection, ...(registrar === 'test' ? { sandbox: true } : {}) },
    connection,
    registrar,
    setConnection,
    setRegistrar,
    isPending: connections.isPending,
    error: connections.error,
  };
}

/** The address of a part of the page, at the same place. */
export function domainsAt(part: string, { connection, sandbox }: Place): string {
  const query = new URLSearchParams({ connection, ...(sandbox === true ? { registrar: 'test' } : {}) });
  return `/domains${part === '' ? '' : `/${part}`}?${query}`;
}
