/**
 * Routes as data. A family gives an array of routes; the router puts them into a tree by path segment, where a fixed
 * segment wins over a parameter. Parameters named `*_id` must be 32 hex digits, else the path "could not be routed",
 * as at Cloudflare; name a parameter otherwise (`{setting}`, `{domain}`, `{pack}`) to take any text.
 */
import { isId } from '../ids.ts';
import type { Route } from './call.ts';

interface Node {
  readonly fixed: Map<string, Node>;
  param: Node | undefined;
  readonly routes: Map<string, Route>;
}

export type Match =
  | { readonly kind: 'found'; readonly route: Route; readonly params: Readonly<Record<string, string>> }
  | { readonly kind: 'no-method' }
  | { readonly kind: 'bad-id' }
  | { readonly kind: 'no-path' };

export class Router {
  readonly #root: Node = newNode();
  readonly routes: readonly Route[];

  constructor(routes: readonly Route[]) {
    this.routes = routes;
    for (const route of routes) this.#add(route);
  }

  #add(route: Route): void {
    let node = this.#root;
    for (const segment of segmentsOf(route.path)) {
      if (isParam(segment)) {
        node.param ??= newNode();
        node = node.param;
      } else {
        const next = node.fixed.get(segment) ?? newNode();
        node.fixed.set(segment, next);
        node = next;
      }
    }
    if (node.routes.has(route.method)) throw new Error(`Two routes for ${routeKey(route)}`);
    node.routes.set(route.method, route);
  }

  /** Finds the route of a path below the API's prefix. A slash at the end and doubled slashes are ignored. */
  match(method: string, path: string): Match {
    const values: string[] = [];
    const node = walk(this.#root, segmentsOf(path), values);
    if (node === undefined || node.routes.size === 0) return { kind: 'no-path' };
    const route = node.routes.get(method);
    if (route === undefined) return { kind: 'no-method' };
    const params = paramsOf(route, values);
    return params === undefined ? { kind: 'bad-id' } : { kind: 'found', route, params };
  }

  has(key: string): boolean {
    return this.routes.some((route) => routeKey(route) === key);
  }
}

/** `GET /zones/{zone_id}`: how a route is named in faults, logs and the coverage table. */
export function routeKey(route: Pick<Route, 'method' | 'path'>): string {
  return `${route.method} ${route.path}`;
}

function newNode(): Node {
  return { fixed: new Map(), param: undefined, routes: new Map() };
}

function segmentsOf(path: string): string[] {
  return path.split('/').filter((segment) => segment !== '');
}

function isParam(segment: string): boolean {
  return segment.startsWith('{');
}

function walk(node: Node, segments: readonly string[], values: string[], depth = 0): Node | undefined {
  const segment = segments[depth];
  if (segment === undefined) return node;
  const fixed = node.fixed.get(segment);
  if (fixed !== undefined) {
    const found = walk(fixed, segments, values, depth + 1);
    if (found !== undefined && found.routes.size > 0) return found;
  }
  if (node.param === undefined) return undefined;
  values.push(segment);
  const found = walk(node.param, segments, values, depth + 1);
  if (found === undefined) values.pop();
  return found;
}

function paramsOf(route: Route, values: readonly string[]): Record<string, string> | undefined {
  const params: Record<string, string> = {};
  let index = 0;
  for (const segment of segmentsOf(route.path)) {
    if (!isParam(segment)) continue;
    const name = segment.slice(1, -1);
    const value = decode(values[index] ?? '');
    index += 1;
    if (value === undefined || (name.endsWith('_id') && !isId(value))) return undefined;
    params[name] = value;
  }
  return params;
}

function decode(text: string): string | undefined {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
